/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key of a zone: its DNSKEY record, and its private half where that is here. */
#ifndef KEYS_KEYPAIR_H
#define KEYS_KEYPAIR_H

#include "crypto/signkey.h"
#include "dnssec/dnskey.h"
#include "wire/name.h"

#define KEYPAIR_ZSK (DNSKEY_ZONE) /* flags */
#define KEYPAIR_KSK (DNSKEY_ZONE | DNSKEY_SEP)

struct keypair {
	struct name zone;
	uint16_t flags, tag;
	uint8_t algorithm;
	struct signkey *key; /* owned; NULL without the private half */
	size_t rdata_len;
	uint8_t rdata[4 + PUBLIC_KEY_MAX_OCTETS]; /* of the DNSKEY */
};

/* Makes a key of `zone` out of `key`, which it takes over. */
void keypair_init(struct keypair *k, const struct name *zone, uint16_t flags, struct signkey *key);

/* The same without a private half, from a DNSKEY's RDATA. Returns false when that is malformed or
 * longer than any key that is used here. */
bool keypair_from_rdata(struct keypair *k, const struct name *zone, struct span rdata);
void keypair_fini(struct keypair *k);

static inline struct span keypair_rdata(const struct keypair *k)
{
	return span_of(k->rdata, k->rdata_len);
}

static inline bool keypair_is_ksk(const struct keypair *k)
{
	return k->flags & DNSKEY_SEP;
}

/* True when two keys of a zone could be taken for each other by their tags, now or once one of them
 * is revoked, which changes its tag (RFC 5011, 3). */
bool keypair_collides(const struct keypair *a, const struct keypair *b);

#endif
