/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/keypair.h"

void keypair_init(struct keypair *k, const struct name *zone, uint16_t flags, struct signkey *key)
{
	struct writer w = writer_over(k->rdata, sizeof(k->rdata));

	k->zone = *zone;
	k->flags = flags;
	k->algorithm = signkey_algorithm(key);
	k->key = key;
	k->times = (struct key_times){ 0 };
	writer_u16(&w, flags);
	writer_u8(&w, DNSKEY_PROTOCOL);
	writer_u8(&w, k->algorithm);
	writer_put(&w, signkey_public(key));
	k->rdata_len = w.len;
	k->tag = dnskey_tag(writer_span(&w));
}

bool keypair_from_rdata(struct keypair *k, const struct name *zone, struct span rdata)
{
	struct dnskey key;

	if (rdata.len > sizeof(k->rdata) || !dnskey_read(rdata, &key) || !dnskey_may_sign(&key))
		return false;
	*k = (struct keypair){ .zone = *zone,
		.flags = key.flags,
		.tag = key.tag,
		.algorithm = key.algorithm,
		.rdata_len = rdata.len };
	memcpy(k->rdata, rdata.base, rdata.len);
	return true;
}

void keypair_fini(struct keypair *k)
{
	signkey_free(k->key);
	k->key = NULL;
}

static uint16_t revoked_tag(const struct keypair *k)
{
	uint8_t rdata[sizeof(k->rdata)];

	memcpy(rdata, k->rdata, k->rdata_len);
	put_u16(rdata, k->flags | DNSKEY_REVOKE);
	return dnskey_tag(span_of(rdata, k->rdata_len));
}

bool keypair_collides(const struct keypair *a, const struct keypair *b)
{
	uint16_t revoked_a = revoked_tag(a), revoked_b = revoked_tag(b);

	return a->tag == b->tag || a->tag == revoked_b || revoked_a == b->tag ||
	       revoked_a == revoked_b;
}
