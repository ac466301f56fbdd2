/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/rrsig.h"

#include "base/least.h"
#include "dnssec/canonical.h"
#include "dnssec/limits.h"

bool rrsig_read_rdata(struct span rdata, struct rrsig *sig)
{
	struct cursor c = cursor_over(rdata);

	sig->type_covered = cursor_u16(&c);
	sig->algorithm = cursor_u8(&c);
	sig->labels = cursor_u8(&c);
	sig->original_ttl_s = cursor_u32(&c);
	sig->expiration = cursor_u32(&c);
	sig->inception = cursor_u32(&c);
	sig->tag = cursor_u16(&c);
	sig->fixed = span_of(c.base, RRSIG_FIXED_OCTETS);
	name_read_plain(&c, &sig->signer);
	sig->signature = cursor_rest(&c);
	return !c.bad;
}

bool rrsig_read(const struct message *m, const struct rr *rr, struct rrsig *sig)
{
	return rrsig_read_rdata(message_rdata(m, rr), sig);
}

/* Returns a - b in serial number arithmetic (RFC 1982, 3.2). */
static int32_t serial_difference(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static int32_t skew_of_validity(const struct rrsig *sig)
{
	int32_t skew = serial_difference(sig->expiration, sig->inception) / SKEW_SHARE;
	if (skew < SKEW_MIN_S)
		return SKEW_MIN_S;
	return skew > SKEW_MAX_S ? SKEW_MAX_S : skew;
}

enum reason rrsig_check_time(const struct rrsig *sig, int64_t now_s, int32_t skew_s)
{
	uint32_t now = (uint32_t)now_s;
	int32_t allowed = skew_s == SKEW_BY_VALIDITY ? skew_of_validity(sig) : skew_s;

	if (serial_difference(sig->expiration, sig->inception) < 0)
		return REASON_RRSIG_TIMES;
	if (serial_difference(now, sig->expiration) > allowed)
		return REASON_RRSIG_EXPIRED;
	if (serial_difference(sig->inception, now) > allowed)
		return REASON_RRSIG_NOT_YET;
	return REASON_NONE;
}

enum reason rrsig_check_earliest(const struct rrsig *sig, int64_t earliest_s)
{
	if (serial_difference(sig->expiration, sig->inception) < 0)
		return REASON_RRSIG_TIMES;
	if (serial_difference(sig->expiration, (uint32_t)earliest_s) < 0)
		return REASON_RRSIG_EXPIRED;
	return REASON_NONE;
}

struct budget budget_full(void)
{
	return (struct budget){ .work = LIMIT_WORK,
		.failures = LIMIT_FAILURES,
		.nsec3_hashes = LIMIT_NSEC3_HASHES,
		.nsec3_iterations = LIMIT_NSEC3_ITERATIONS,
		.skew_s = SKEW_BY_VALIDITY };
}

/* Returns the number of labels that the labels field may have: without the root and a leading
 * wildcard (RFC 4034, 3.1.3). */
static unsigned signable_labels(const struct name *owner)
{
	return owner->labels - (name_is_wildcard(owner) ? 1u : 0u);
}

/* One RRset being checked, and what the checks of its signatures share. */
struct check {
	const struct verifier *v;
	const struct rrset *set;
	const struct keyset *keys;
	struct canonical_set canonical;
	unsigned failures_left;
	bool names_unfit; /* a signature names a key of a size that nobody checks */
};

/* Checks everything in RFC 4035, 5.3.1 that needs no key. */
static enum reason check_fields(const struct check *k, const struct rrsig *sig)
{
	const struct name *owner = &k->set->owner;
	const struct budget *budget = k->v->budget;

	if (!name_equal(&sig->signer, &k->keys->apex) || !name_within(owner, &sig->signer))
		return REASON_RRSIG_SIGNER;
	if (sig->labels > signable_labels(owner) || sig->labels < sig->signer.labels)
		return REASON_RRSIG_LABELS;
	return budget->is_dateless ? rrsig_check_earliest(sig, budget->earliest_s)
	                           : rrsig_check_time(sig, k->v->now_s, budget->skew_s);
}

static void fill_proved(struct proved *proved, const struct check *k, const struct rrsig *sig)
{
	uint32_t ttl_s = rrset_ttl(k->v->sets, k->set);
	int32_t left_s = k->v->budget->is_dateless
	                         ? INT32_MAX
	                         : serial_difference(sig->expiration, (uint32_t)k->v->now_s);

	proved->is_wildcard = sig->labels < signable_labels(&k->set->owner);
	proved->labels = sig->labels;
	proved->original_ttl_s = sig->original_ttl_s;
	proved->inception = sig->inception;
	proved->left_s = left_s > 0 ? (uint32_t)left_s : 0;
	proved->ttl_s = least(least(ttl_s, sig->original_ttl_s), proved->left_s);
}

/* Checks the signature by one key, at the cost of the budget. */
static enum reason try_key(
        struct check *k, const struct zone_key *key, struct span data, const struct rrsig *sig)
{
	struct budget *budget = k->v->budget;
	uint64_t before = crypto_work(k->v->crypto);
	bool holds = pubkey_verify(k->v->crypto, key->pubkey, data, sig->signature);

	budget->work -= (unsigned)(crypto_work(k->v->crypto) - before);
	if (holds)
		return pubkey_is_unfit(key->pubkey) ? REASON_KEY_SIZE : REASON_NONE;
	k->failures_left--;
	budget->failures--;
	return REASON_RRSIG_FAILED;
}

static bool may_try(const struct check *k, const struct zone_key *key)
{
	return k->failures_left > 0 && k->v->budget->failures > 0 &&
	       k->v->budget->work >= pubkey_work(key->pubkey);
}

/* Tries the keys that may have made the signature. A revoked key signs only its own RRset (RFC
 * 5011, 2.1), so a keyset of a zone does not hold it. */
static enum reason try_keys(struct check *k, const struct rrsig *sig)
{
	enum reason reason = REASON_RRSIG_NO_KEY;
	unsigned tried = 0;
	struct span data = { NULL, 0 };

	for (unsigned i = 0; i < k->keys->count; i++) {
		const struct zone_key *key = &k->keys->keys[i];
		if (key->tag != sig->tag || key->algorithm != sig->algorithm)
			continue;
		if (!key->pubkey) {
			k->names_unfit = true;
			continue;
		}
		if (tried++ == LIMIT_KEYS_PER_TAG)
			return REASON_KEY_TAGS;
		if (!may_try(k, key))
			return REASON_BUDGET;
		if (!data.len)
			data = canonical_signed_data(&k->canonical, sig, k->v->arena);
		if (!data.len)
			return REASON_BUDGET;
		reason = try_key(k, key, data, sig);
		if (reason != REASON_RRSIG_FAILED)
			return reason;
	}
	return reason;
}

/* Returns the reason that tells the operator more, out of two why signatures failed: the one that
 * got further through the checks. All reasons that can occur are in the list. */
static enum reason closer_reason(enum reason a, enum reason b)
{
	static const enum reason order[] = { REASON_RRSIG_MISSING, REASON_RRSIG_SIGNER,
		REASON_MALFORMED, REASON_RRSIG_NO_KEY, REASON_RRSIG_LABELS, REASON_RRSIG_TIMES,
		REASON_RRSIG_NOT_YET, REASON_RRSIG_EXPIRED, REASON_RRSIG_FAILED, REASON_KEY_TAGS,
		REASON_BUDGET };
	size_t i = sizeof(order) / sizeof(order[0]) - 1;

	while (order[i] != a && order[i] != b)
		i--;
	return order[i];
}

/* Checks one signature, and fills `proved` if it holds: REASON_NONE, or REASON_KEY_SIZE by a key of
 * unsupported size. */
static enum reason check_signature(struct check *k, struct span rdata, struct proved *proved)
{
	size_t mark = arena_mark(k->v->arena);
	enum reason reason = REASON_MALFORMED;
	struct rrsig sig;

	if (rrsig_read_rdata(rdata, &sig))
		reason = check_fields(k, &sig);
	if (reason == REASON_NONE)
		reason = try_keys(k, &sig);
	arena_reset(k->v->arena, mark);
	if (reason == REASON_NONE || reason == REASON_KEY_SIZE)
		fill_proved(proved, k, &sig);
	return reason;
}

/* Checks the signatures until one holds. One by a key of unsupported size counts if no
 * better one does. */
static struct outcome check_signatures(
        struct check *k, const struct rdata_list *sigs, struct proved *proved)
{
	enum reason closest = REASON_RRSIG_MISSING;
	bool has_unfit = false;

	for (unsigned i = 0; i < sigs->count && closest != REASON_BUDGET; i++) {
		enum reason reason = check_signature(k, sigs->items[i], proved);
		if (reason == REASON_NONE)
			return outcome_of(STATUS_SECURE, REASON_NONE);
		if (reason == REASON_KEY_SIZE)
			has_unfit = true;
		else
			closest = closer_reason(closest, reason);
	}
	if (has_unfit)
		return outcome_of(STATUS_INSECURE, REASON_KEY_SIZE);
	/* Not Insecure: anybody could have written a signature that nobody checks, and a zone with
	 * good keys may have such a key beside them. */
	if (k->names_unfit && closest == REASON_RRSIG_NO_KEY)
		closest = REASON_KEY_SIZE;
	return outcome_of(STATUS_BOGUS, closest);
}

struct outcome rrset_verify(const struct verifier *v, const struct rrset *set,
        const struct keyset *keys, struct proved *proved)
{
	size_t mark = arena_mark(v->arena);
	struct check k = {
		.v = v, .set = set, .keys = keys, .failures_left = LIMIT_FAILURES_PER_SET
	};
	struct outcome outcome = outcome_of(STATUS_BOGUS, REASON_RRSIG_MISSING);
	struct rdata_list sigs;

	if (set->sig_count > 0) {
		outcome.reason = REASON_MALFORMED;
		if (canonical_set_build(&k.canonical, v->sets, set, v->arena) &&
		        rdata_list_sort(v->sets, set->first_sig, set->sig_count, v->arena, &sigs))
			outcome = check_signatures(&k, &sigs, proved);
	}
	arena_reset(v->arena, mark);
	return outcome;
}
