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

static bool is_usable_ds(const struct ds *ds)
{
	return algorithm_is_supported(ds->algorithm) && digest_is_supported(ds->digest_type);
}

/* A DS with a malformed digest refers to no key, but it still shows that the zone is signed. */
struct outcome ds_set_read(
        const struct rrsets *g, const struct rrset *set, struct arena *arena, struct ds_set *out)
{
	size_t mark = arena_mark(arena);
	bool algorithm_known = false, has_strong = false, is_over = false;
	struct rdata_list list;
	struct ds ds;

	out->count = 0;
	if (!rdata_list_sort(g, set->first, set->count, arena, &list))
		return outcome_of(STATUS_INDETERMINATE, REASON_BUDGET);
	for (unsigned i = 0; i < list.count; i++) {
		ds_read(list.items[i], &ds);
		algorithm_known |= algorithm_is_supported(ds.algorithm);
		has_strong |= is_usable_ds(&ds) && ds.digest_type != DIGEST_SHA1;
	}
	for (unsigned i = 0; i < list.count; i++) {
		ds_read(list.items[i], &ds);
		/* SHA-1 is ignored beside a stronger digest (RFC 4509, 3). */
		if (!is_usable_ds(&ds) || (has_strong && ds.digest_type == DIGEST_SHA1))
			continue;
		is_over |= out->count == LIMIT_DS;
		if (!is_over)
			out->ds[out->count++] = ds;
	}
	arena_reset(arena, mark);
	if (is_over) {
		out->count = 0;
		return outcome_of(STATUS_BOGUS, REASON_TOO_MANY_DS);
	}
	if (out->count > 0)
		return outcome_of(STATUS_SECURE, REASON_NONE);
	return outcome_of(
	        STATUS_INSECURE, algorithm_known ? REASON_DS_DIGEST : REASON_DS_ALGORITHM);
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

/* The digests that may be computed for one set of keys. */
struct digest_budget {
	unsigned left;
	bool is_short; /* one was refused */
};

/* True if some DS refers to the key. Each digest that is computed takes one from the budget. */
static bool is_named(struct crypto *crypto, const struct ds_set *ds, const struct name *owner,
        const struct dnskey *key, struct digest_budget *budget)
{
	for (unsigned d = 0; d < ds->count; d++) {
		if (key->tag != ds->ds[d].tag || key->algorithm != ds->ds[d].algorithm)
			continue;
		if (budget->left == 0) {
			budget->is_short = true;
			return false;
		}
		budget->left--;
		if (ds_matches(crypto, &ds->ds[d], owner, key))
			return true;
	}
	return false;
}

/* Clears the bits in `left` of the DS records that refer to the key, each by its digest: another
 * key may have the same tag, and an attacker may have removed it. Without a digest left the bits
 * stay. */
static unsigned without_key(struct crypto *crypto, unsigned left, const struct ds_set *ds,
        const struct name *owner, const struct dnskey *key, struct digest_budget *budget)
{
	for (unsigned d = 0; d < ds->count; d++) {
		const struct ds_set one = { .count = 1, .ds = { ds->ds[d] } };
		if ((left & 1u << d) && is_named(crypto, &one, owner, key, budget))
			left &= ~(1u << d);
	}
	return left;
}

/* Returns why no key matches, judging by all keys. */
static enum reason why_no_match(const struct rdata_list *list)
{
	enum reason reason = REASON_DNSKEY_NO_ZONE_BIT;

	for (unsigned i = 0; i < list->count; i++) {
		struct dnskey key;
		if (!dnskey_read(list->items[i], &key) || !(key.flags & DNSKEY_ZONE))
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
static struct outcome matching_keys(struct crypto *crypto, const struct rdata_list *list,
        const struct ds_set *ds, struct keyset *matching)
{
	struct digest_budget digests = { .left = ds->count * LIMIT_KEYS_PER_TAG };
	unsigned of_good_size = (1u << ds->count) - 1;

	assert(ds->count > 0); /* with no DS, `of_good_size` would be 0 and the zone Insecure */
	for (unsigned i = 0; i < list->count; i++) {
		struct dnskey key;
		if (!dnskey_read(list->items[i], &key) || !dnskey_may_sign(&key))
			continue;
		if (!pubkey_size_is_supported(key.algorithm, key.public_key))
			of_good_size = without_key(
			        crypto, of_good_size, ds, &matching->apex, &key, &digests);
		else if (is_named(crypto, ds, &matching->apex, &key, &digests))
			keyset_add(matching, &key);
	}
	if (matching->count > 0)
		return outcome_of(STATUS_SECURE, REASON_NONE);
	if (of_good_size == 0)
		return outcome_of(STATUS_INSECURE, REASON_KEY_SIZE);
	return outcome_of(STATUS_BOGUS, digests.is_short ? REASON_KEY_TAGS : why_no_match(list));
}

/* If there are too many keys, none counts: which of them sign is not known here. */
static struct outcome add_all_keys(const struct rdata_list *list, struct keyset *keys)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct dnskey key;
		if (dnskey_read(list->items[i], &key))
			keyset_add(keys, &key);
	}
	return keys->is_over ? outcome_of(STATUS_BOGUS, REASON_TOO_MANY_KEYS)
	                     : outcome_of(STATUS_SECURE, REASON_NONE);
}

struct outcome ds_prove_keys(const struct verifier *v, const struct rrset *set,
        const struct ds_set *ds, struct proved *proved, struct keyset **keys)
{
	size_t mark = arena_mark(v->arena);
	struct keyset *matching = keyset_new(&set->owner);
	struct keyset *all = keyset_new(&set->owner);
	struct outcome outcome = outcome_of(STATUS_INDETERMINATE, REASON_BUDGET);
	struct rdata_list list;

	if (matching && all && rdata_list_sort(v->sets, set->first, set->count, v->arena, &list)) {
		outcome = matching_keys(v->crypto, &list, ds, matching);
		if (outcome.status == STATUS_SECURE)
			outcome = rrset_verify(v, set, matching, proved);
		if (outcome.status == STATUS_SECURE)
			outcome = add_all_keys(&list, all);
	}
	if (outcome.status == STATUS_SECURE) {
		all->inception = proved->inception;
		*keys = all;
		all = NULL;
	}
	arena_reset(v->arena, mark);
	keyset_free(matching);
	keyset_free(all);
	return outcome;
}
