/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/ds.h"

#include <assert.h>

bool ds_read(struct span rdata, struct ds *ds)
{
	struct cursor c = cursor_over(rdata);

	memset(ds, 0, sizeof(*ds)); /* sets are compared as octets */
	ds->tag = cursor_u16(&c);
	ds->algorithm = cursor_u8(&c);
	ds->digest_type = cursor_u8(&c);
	struct span digest = cursor_rest(&c);
	if (c.bad || digest.len == 0 || digest.len > DIGEST_MAX_OCTETS)
		return false;
	ds->digest_len = (uint8_t)digest.len;
	memcpy(ds->digest, digest.base, digest.len);
	return true;
}

bool ds_set_equal(const struct ds_set *a, const struct ds_set *b)
{
	return a->count == b->count && memcmp(a->ds, b->ds, a->count * sizeof(a->ds[0])) == 0;
}

bool ds_of_dnskey(
        struct crypto *crypto, const struct name *owner, const struct dnskey *key, struct ds *ds)
{
	memset(ds, 0, sizeof(*ds));
	ds->tag = key->tag;
	ds->algorithm = key->algorithm;
	ds->digest_type = DIGEST_SHA256;
	ds->digest_len = (uint8_t)digest_compute(
	        crypto, DIGEST_SHA256, name_span(owner), key->rdata, ds->digest);
	return ds->digest_len > 0;
}

/* SHA-1 is ignored beside a stronger digest (RFC 4509, 3). */
static void drop_weak(struct ds_set *set)
{
	unsigned strong = 0;

	for (unsigned i = 0; i < set->count; i++) {
		if (set->ds[i].digest_type != DIGEST_SHA1)
			set->ds[strong++] = set->ds[i];
	}
	if (strong > 0)
		set->count = strong;
}

/* A DS with a malformed digest refers to no key, but it still shows that the zone is signed. */
enum reason ds_set_read(const struct rrsets *g, const struct rrset *set, struct ds_set *out)
{
	bool algorithm_known = false;

	out->count = 0;
	for (uint16_t i = set->first; i != RR_NONE && out->count < LIMIT_DS; i = g->next[i]) {
		struct ds ds;
		ds_read(message_rdata(g->m, &g->m->rrs[i]), &ds);
		if (!algorithm_is_supported(ds.algorithm))
			continue;
		algorithm_known = true;
		if (digest_is_supported(ds.digest_type))
			out->ds[out->count++] = ds;
	}
	drop_weak(out);
	if (out->count > 0)
		return REASON_NONE;
	return algorithm_known ? REASON_DS_DIGEST : REASON_DS_ALGORITHM;
}

bool ds_matches(struct crypto *crypto, const struct ds *ds, const struct name *owner,
        const struct dnskey *key)
{
	uint8_t digest[DIGEST_MAX_OCTETS];

	if (key->tag != ds->tag || key->algorithm != ds->algorithm)
		return false;
	size_t len = digest_compute(crypto, ds->digest_type, name_span(owner), key->rdata, digest);
	return len > 0 && span_equal(span_of(digest, len), span_of(ds->digest, ds->digest_len));
}

/* True if some DS refers to the key. Each digest that is computed takes one from `digests_left`. */
static bool is_named(struct crypto *crypto, const struct ds_set *ds, const struct name *owner,
        const struct dnskey *key, unsigned *digests_left)
{
	for (unsigned d = 0; d < ds->count; d++) {
		if (key->tag != ds->ds[d].tag || key->algorithm != ds->ds[d].algorithm)
			continue;
		if (*digests_left == 0)
			return false;
		--*digests_left;
		if (ds_matches(crypto, &ds->ds[d], owner, key))
			return true;
	}
	return false;
}

/* Clears the bits in `left` of the DS records that refer to the key, by tag and algorithm. */
static unsigned without_key(unsigned left, const struct ds_set *ds, const struct dnskey *key)
{
	for (unsigned d = 0; d < ds->count; d++) {
		if (key->tag == ds->ds[d].tag && key->algorithm == ds->ds[d].algorithm)
			left &= ~(1u << d);
	}
	return left;
}

/* Returns why no key matches, judging by all keys. */
static enum reason why_no_match(const struct rrsets *g, const struct rrset *set)
{
	enum reason reason = REASON_DNSKEY_NO_ZONE_BIT;

	for (uint16_t i = set->first; i != RR_NONE; i = g->next[i]) {
		struct dnskey key;
		if (!dnskey_read(message_rdata(g->m, &g->m->rrs[i]), &key) ||
		        !(key.flags & DNSKEY_ZONE))
			continue;
		if (!(key.flags & DNSKEY_REVOKE))
			return REASON_DS_NO_MATCH;
		reason = REASON_DNSKEY_REVOKED;
	}
	return reason;
}

/* Collects the keys that match a DS, each once, however many DS records refer to it: a duplicate
 * would be tried twice, at the cost of other keys. If all DS records refer to keys of unsupported
 * size, the zone is Insecure, as with an unsupported algorithm. If one DS refers to a key that is
 * missing here, an attacker may have removed that key, so the zone is not Insecure. */
static struct outcome matching_keys(struct crypto *crypto, const struct rrsets *g,
        const struct rrset *set, const struct ds_set *ds, struct keyset *matching)
{
	unsigned digests_left = ds->count * LIMIT_KEYS_PER_TAG;
	unsigned of_good_size = (1u << ds->count) - 1;

	assert(ds->count > 0); /* with no DS, `of_good_size` would be 0 and the zone Insecure */
	for (uint16_t i = set->first; i != RR_NONE; i = g->next[i]) {
		struct dnskey key;
		if (!dnskey_read(message_rdata(g->m, &g->m->rrs[i]), &key) ||
		        !dnskey_may_sign(&key))
			continue;
		if (is_named(crypto, ds, &set->owner, &key, &digests_left) &&
		        !keyset_add(matching, &key) &&
		        !pubkey_size_is_supported(key.algorithm, key.public_key))
			of_good_size = without_key(of_good_size, ds, &key);
	}
	if (matching->count > 0)
		return outcome_of(STATUS_SECURE, REASON_NONE);
	if (of_good_size == 0)
		return outcome_of(STATUS_INSECURE, REASON_KEY_SIZE);
	return outcome_of(STATUS_BOGUS, why_no_match(g, set));
}

static void add_all_keys(const struct rrsets *g, const struct rrset *set, struct keyset *keys)
{
	for (uint16_t i = set->first; i != RR_NONE; i = g->next[i]) {
		struct dnskey key;
		if (dnskey_read(message_rdata(g->m, &g->m->rrs[i]), &key))
			keyset_add(keys, &key);
	}
}

struct outcome ds_prove_keys(const struct verifier *v, const struct rrset *set,
        const struct ds_set *ds, struct proved *proved, struct keyset **keys)
{
	struct keyset *matching = keyset_new(&set->owner);
	struct keyset *all = keyset_new(&set->owner);
	struct outcome outcome = outcome_of(STATUS_INDETERMINATE, REASON_BUDGET);

	if (matching && all) {
		outcome = matching_keys(v->crypto, v->sets, set, ds, matching);
		if (outcome.status == STATUS_SECURE)
			outcome = rrset_verify(v, set, matching, proved);
	}
	if (outcome.status == STATUS_SECURE) {
		add_all_keys(v->sets, set, all);
		*keys = all;
		all = NULL;
	}
	keyset_free(matching);
	keyset_free(all);
	return outcome;
}
