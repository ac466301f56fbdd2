/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A response to a fetch teaches the DS of a name, or that it has none; or a zone's keys. The
 * response is judged like any other, with the keys that are known, and only what is proved is
 * stored. */
#include "gate/learn.h"

#include "gate/dns64.h"
#include "gate/expansion.h"
#include "gate/judging.h"
#include "trust/renewal.h"

static bool is_broken(struct outcome outcome)
{
	return outcome.status >= STATUS_INDETERMINATE;
}

/* Returns the DNSKEY RRset of `name` from any section, or NULL. */
static const struct rrset *find_zone_keys(const struct judging *j, const struct name *name)
{
	for (unsigned s = SECTION_ANSWER; s <= SECTION_ADDITIONAL; s++) {
		const struct rrset *keys = rrsets_find(&j->sets, s, name, TYPE_DNSKEY);
		if (keys)
			return keys;
	}
	return NULL;
}

/* Learns the keys that a new DS set proves, and puts that set in force. An attacker may have kept
 * both from before the zone changed its keys; then the signature over the keys is the older one. */
static bool learn_renewed_keys(struct judging *j, const struct want *want, const struct rrset *set)
{
	struct store *store = j->gate->store;
	const struct ds_set *ds = renewal_ds(store, &want->name, j->now_s);
	const struct fact *fact = store_find(store, &want->name, j->now_s);
	struct verifier v = judging_verifier(j);
	struct keyset *keys = NULL;
	struct proved proved;

	if (!ds)
		return false;
	struct outcome outcome = ds_prove_keys(&v, set, ds, &proved, &keys);
	if (outcome.status != STATUS_SECURE)
		return false;
	if (fact->keys && keyset_is_older(keys, fact->keys)) {
		keyset_free(keys);
		return false;
	}
	renewal_take_ds(store, &want->name);
	store_put_keys(store, &want->name, keys, outcome, j->now_s, learn_ttl(proved.ttl_s));
	return true;
}

/* No key matches the DS, which may be an old one, kept from before the zone changed its keys.
 * Returns true if it is in doubt now. Never doubts a DS that has proved keys which are still
 * known. */
static bool doubts_ds(struct judging *j, const struct want *want)
{
	const struct fact *fact = store_find(j->gate->store, &want->name, j->now_s);

	return fact && !fact->keys && store_doubt(j->gate->store, &want->name, j->now_s);
}

static bool is_anchored(const struct judging *j, const struct want *want)
{
	const struct anchor *anchor = anchors_above(j->gate->store->anchors, &want->name);

	return anchor && name_equal(&anchor->zone, &want->name);
}

/* Learns the keys of a zone. Returns false if the response is not usable. */
static bool learn_keys(struct judging *j, const struct want *want, bool last_try)
{
	const struct rrset *set = find_zone_keys(j, &want->name);
	const struct ds_set *ds = chain_ds(j->gate->store, &want->name, j->now_s);
	struct outcome outcome = outcome_of(STATUS_BOGUS, REASON_DNSKEY_MISSING);
	struct proved proved = { .ttl_s = LIMIT_BOGUS_TTL_S };
	struct verifier v = judging_verifier(j);
	struct keyset *keys = NULL;

	if (!ds)
		return true; /* its DS has expired since */
	if (set && learn_renewed_keys(j, want, set))
		return true;
	if (set)
		outcome = ds_prove_keys(&v, set, ds, &proved, &keys);
	bool is_ds_doubted = outcome.reason == REASON_DS_NO_MATCH && doubts_ds(j, want);
	if (is_ds_doubted && !last_try)
		return true; /* the DS is wanted first, and then the keys again */
	if (is_broken(outcome) && !last_try)
		return false;
	if (outcome.reason == REASON_DS_NO_MATCH && is_anchored(j, want))
		outcome.reason = REASON_ANCHOR_NO_MATCH;
	uint32_t ttl_s = is_broken(outcome) ? LIMIT_BOGUS_TTL_S : proved.ttl_s;
	store_put_keys(j->gate->store, &want->name, keys, outcome, j->now_s, learn_ttl(ttl_s));
	return true;
}

/* True if a response can teach something: no server failure, not truncated. */
static bool is_usable(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return (m->flags & FLAG_QR) && !(m->flags & FLAG_TC) &&
	       (rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN);
}

static bool holds_something(const struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		if (j->rulings[i].is_judged && j->rulings[i].outcome.status == STATUS_SECURE)
			return true;
	}
	return false;
}

enum learned gate_learn(
        struct gate *g, const struct want *want, struct span octets, int64_t now_s, bool last_try)
{
	struct message m;
	struct judging j;
	bool done;

	arena_reset(&g->arena, 0);
	if (!message_parse(&m, octets, g->rrs, MESSAGE_RRS_MAX) || !is_usable(&m) ||
	        !judging_begin(&j, g, &m, now_s))
		return LEARN_RETRY;
	j.is_lesson = true;
	if (want->type == TYPE_NSEC3)
		done = expansion_learn(&j, &want->name, last_try);
	else if (dns64_is_want(want))
		done = dns64_learn(&j, want, last_try);
	else if (want->type == TYPE_DS)
		done = learn_cut(&j, &want->name, last_try);
	else
		done = learn_keys(&j, want, last_try);
	if (done)
		return LEARNED;
	return holds_something(&j) ? LEARN_OTHER : LEARN_RETRY;
}

void gate_learn_failure(struct gate *g, const struct want *want, enum reason reason, int64_t now_s)
{
	struct outcome outcome = outcome_of(STATUS_INDETERMINATE, reason);

	if (want->type == TYPE_NSEC3)
		expansion_learn_failure(g, &want->name, now_s);
	else if (dns64_is_want(want))
		dns64_learn_failure(g, want, outcome, now_s);
	else if (want->type == TYPE_DS)
		store_put_cut(g->store, &want->name,
		        &(struct cut_state){ CUT_BROKEN, outcome, NULL }, now_s,
		        LIMIT_FAILED_TTL_S);
	else
		store_put_keys(g->store, &want->name, NULL, outcome, now_s, LIMIT_FAILED_TTL_S);
}
