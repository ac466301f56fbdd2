/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds the keys of a zone: to which of them a DS refers, and which sign the RRset. */
#include "inspect/explain_keys.h"

#include "inspect/explain_build.h"
#include "inspect/explain_set.h"
#include "inspect/explain_zone.h"

/* RFC 3110, 2: the exponent's length is one octet, or a zero and two; the modulus is the rest. */
static unsigned modulus_bits(struct span octets)
{
	struct cursor c = cursor_over(octets);
	size_t len = cursor_u8(&c);

	if (len == 0)
		len = cursor_u16(&c);
	cursor_take(&c, len);
	struct span modulus = cursor_rest(&c);
	size_t i = 0;
	while (i < modulus.len && modulus.base[i] == 0)
		i++;
	if (i == modulus.len)
		return 0;
	unsigned bits = (unsigned)(modulus.len - i - 1) * 8;
	for (unsigned top = modulus.base[i]; top; top >>= 1)
		bits++;
	return bits;
}

/* Returns the usual key size: of the RSA modulus, of one ECDSA coordinate, of the EdDSA key. */
static unsigned key_bits(const struct dnskey *key)
{
	switch (key->algorithm) {
	case ALGORITHM_ECDSAP256:
	case ALGORITHM_ECDSAP384:
		return (unsigned)key->public_key.len * 8 / 2;
	case ALGORITHM_RSASHA1:
	case ALGORITHM_RSASHA1_NSEC3:
	case ALGORITHM_RSASHA256:
	case ALGORITHM_RSASHA512:
		return modulus_bits(key->public_key);
	}
	return (unsigned)key->public_key.len * 8;
}

static void add_shown_key(struct explain_build *x, struct shown_zone *z, const struct dnskey *key)
{
	if (z->key_count == LIMIT_KEYS) {
		x->e->left_out++;
		return;
	}
	struct shown_key *shown = &z->keys[z->key_count];
	*shown = (struct shown_key){ .flags = key->flags,
		.tag = key->tag,
		.algorithm = key->algorithm,
		.protocol = key->protocol,
		.bits = key_bits(key) };
	for (unsigned i = 0; i < z->ds_count; i++) {
		struct shown_ds *ds = &z->ds[i];
		if (ds->key == NOWHERE && ds_matches(x->run->crypto, &ds->ds, &z->name, key)) {
			ds->key = (int)z->key_count;
			shown->is_named = shown->is_named || ds->is_used;
		}
	}
	z->key_count++;
}

static bool is_signature_of(const struct shown_signature *s, const struct shown_key *key)
{
	return s->tag == key->tag && s->algorithm == key->algorithm;
}

/* Key tags may collide: then two keys seem to sign, though one does. */
static void note_signing_keys(struct shown_zone *z, struct shown_set *set)
{
	for (unsigned i = 0; i < set->signature_count; i++) {
		struct shown_signature *s = &set->signatures[i];
		for (unsigned k = 0; k < z->key_count; k++) {
			struct shown_key *key = &z->keys[k];
			if (is_signature_of(s, key) && s->is_checked && s->reason == REASON_NONE)
				key->is_signing = true;
			if (is_signature_of(s, key) && (key->flags & DNSKEY_REVOKE))
				s->by_revoked = s->reason == REASON_RRSIG_NO_KEY;
		}
	}
}

/* Looks in all sections, as the gate does. */
static const struct rrset *find_dnskey_set(const struct explain_build *x, const struct name *zone)
{
	const struct rrset *keys = NULL;

	for (unsigned s = SECTION_ANSWER; s <= SECTION_ADDITIONAL && !keys; s++)
		keys = rrsets_find(&x->g, s, zone, TYPE_DNSKEY);
	return keys;
}

void explain_keys_add(struct explain_build *x, int zone)
{
	struct shown_zone *z = &x->e->zones[zone];
	const struct want want = { .name = z->name, .type = TYPE_DNSKEY };
	const struct explain_run_link *link = explain_run_link_of(x->run, &want);
	const struct rrset *set;

	z->keys_came = explain_build_came(link);
	if (!explain_build_open_link(x, link))
		return;
	set = find_dnskey_set(x, &z->name);
	for (uint16_t i = set ? set->first : RR_NONE; i != RR_NONE; i = x->g.next[i]) {
		struct dnskey key;
		if (dnskey_read(message_rdata(&x->m, &x->m.rrs[i]), &key))
			add_shown_key(x, z, &key);
	}
	z->key_set = set ? explain_set_add(x, set, SET_KEYS, zone) : NOWHERE;
	if (z->key_set != NOWHERE)
		note_signing_keys(z, &x->e->sets[z->key_set]);
}
