/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/key_renewal.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "trust/store.h"

/* How long after a renewal the next one may begin. A zone that becomes unsigned is rare, and
 * answers without signatures are common. */
static const int64_t renewal_pause_s[] = {
	[RENEWAL_REKEYED] = LIMIT_RENEWAL_S, [RENEWAL_UNSIGNED] = LIMIT_RENEWAL_UNSIGNED_S
};

/* How long after another source has begun a renewal a newcomer may take its place. That is shorter,
 * so hostile servers which had their turn wait while the zone's own servers have theirs. An
 * attacker who has ever more servers is a newcomer each time: the zone's own servers then have a
 * chance with him whenever a place is free, and STORE_RENEWALS in this time is all that he can
 * cause. */
static const int64_t renewal_turn_s[] = {
	[RENEWAL_REKEYED] = LIMIT_RENEWAL_TURN_S, [RENEWAL_UNSIGNED] = LIMIT_RENEWAL_S
};

/* A DS set that has proved no keys yet. */
struct next_ds {
	struct ds_set ds;
	int64_t expires_s;
	uint64_t source; /* that sent it */
};

struct key_renewals {
	struct key_renewal of[STORE_RENEWALS];
	struct next_ds *next_ds; /* or NULL */
};

static struct key_renewal *find_renewal(struct fact *fact, uint64_t source)
{
	for (unsigned i = 0; fact->renewals && i < STORE_RENEWALS; i++) {
		struct key_renewal *r = &fact->renewals->of[i];
		if (r->is_used && r->source == source)
			return r;
	}
	return NULL;
}

/* True if that was less than `pause_s` ago. The clock may have been set back. */
static bool is_recent(int64_t then_s, int64_t now_s, int64_t pause_s)
{
	return then_s <= now_s && now_s - then_s < pause_s;
}

/* True if a newcomer may take the place of this record. A renewal that goes on gives way, too: a
 * hostile server would be silent to hold its place. What it still fetches is learned like the
 * answer to any other fetch, and store_put_cut() ignores a DS set that is older than the known
 * one. */
static bool gives_way(const struct key_renewal *r, enum renewal_cause cause, int64_t now_s)
{
	for (unsigned c = 0; r->is_used && c < RENEWAL_CAUSES; c++) {
		if (is_recent(r->begun_s[c], now_s, renewal_turn_s[cause]))
			return false;
	}
	return true;
}

static int64_t last_begun_s(const struct key_renewal *r)
{
	int64_t last_s = INT64_MIN / 2;

	for (unsigned c = 0; r->is_used && c < RENEWAL_CAUSES; c++)
		last_s = r->begun_s[c] > last_s ? r->begun_s[c] : last_s;
	return last_s;
}

/* Returns the record of this source, or for a newcomer the record that was begun longest ago. NULL
 * if all belong to other sources that began just now, or if memory is short. */
static struct key_renewal *renewal_for(
        struct fact *fact, uint64_t source, enum renewal_cause cause, int64_t now_s)
{
	struct key_renewal *r = find_renewal(fact, source);

	if (r)
		return r;
	if (!fact->renewals)
		fact->renewals = calloc(1, sizeof(*fact->renewals));
	for (unsigned i = 0; fact->renewals && i < STORE_RENEWALS; i++) {
		struct key_renewal *other = &fact->renewals->of[i];
		if (gives_way(other, cause, now_s) && (!r || last_begun_s(other) < last_begun_s(r)))
			r = other;
	}
	if (!r)
		return NULL;
	*r = (struct key_renewal){ .is_used = true, .source = source };
	for (unsigned c = 0; c < RENEWAL_CAUSES; c++)
		r->begun_s[c] = INT64_MIN / 2;
	return r;
}

struct key_renewal *key_renewal_begin(
        struct fact *fact, uint64_t source, enum renewal_cause cause, int64_t now_s)
{
	struct key_renewal *r = renewal_for(fact, source, cause, now_s);

	if (!r || r->fetches != 0)
		return r;
	if (is_recent(fact->keys_since_s, now_s, LIMIT_RENEWAL_AGE_S) ||
	        is_recent(r->begun_s[cause], now_s, renewal_pause_s[cause]))
		return NULL;
	r->begun_s[cause] = now_s;
	r->holds_links = false;
	return r;
}

struct key_renewal *key_renewal_going_on(struct fact *fact, uint64_t source, uint16_t type)
{
	struct key_renewal *r = find_renewal(fact, source);

	return r && r->fetches != 0 && (type == 0 || r->fetches == type) ? r : NULL;
}

static struct next_ds *next_ds_of(const struct fact *fact)
{
	return fact->renewals ? fact->renewals->next_ds : NULL;
}

const struct ds_set *key_renewal_ds(const struct fact *fact, int64_t now_s)
{
	const struct next_ds *next = next_ds_of(fact);

	return next && next->expires_s > now_s ? &next->ds : NULL;
}

static void drop_next_ds(struct fact *fact)
{
	free(next_ds_of(fact));
	if (fact->renewals)
		fact->renewals->next_ds = NULL;
}

void key_renewal_free(struct fact *fact)
{
	drop_next_ds(fact);
	free(fact->renewals);
	fact->renewals = NULL;
}

void key_renewal_take_ds(struct fact *fact)
{
	const struct next_ds *next = next_ds_of(fact);
	uint32_t before = fact->ds.inception;

	fact->ds = next->ds;
	if (inception_is_before(fact->ds.inception, before))
		fact->ds.inception = before;
	fact->cut_expires_s = next->expires_s;
	drop_next_ds(fact);
}

/* An older set never takes the place of a newer one: it would make the keys fail that another
 * source is about to learn. */
static void put_next_ds(struct fact *fact, uint64_t source, const struct ds_set *ds,
        int64_t expires_s, int64_t now_s)
{
	const struct ds_set *before = key_renewal_ds(fact, now_s);

	if (before && inception_is_before(ds->inception, before->inception))
		return;
	drop_next_ds(fact);
	struct next_ds *next = malloc(sizeof(*next));
	if (next)
		*next = (struct next_ds){ *ds, expires_s, source };
	fact->renewals->next_ds = next;
}

/* A DS set that differs waits until it has proved keys: it may be an old one, sent again by an
 * attacker. A proof that there is no DS takes effect at once, since learn_cut() leaves out those
 * that are older than the DS. */
bool key_renewal_take_cut(struct fact *fact, uint64_t source, const struct cut_state *state,
        int64_t now_s, uint32_t ttl_s)
{
	struct key_renewal *r = key_renewal_going_on(fact, source, TYPE_DS);

	if (!r)
		return false;
	bool has_known = fact->cut == CUT_SECURE && fact->keys;
	r->fetches = TYPE_DNSKEY;
	if (has_known && state->cut == CUT_BROKEN)
		return true;
	if (!has_known || state->cut != CUT_SECURE) {
		r->fetches = 0;
		return false;
	}
	if (ds_set_equal(&fact->ds, state->ds))
		return false;
	put_next_ds(fact, source, state->ds, now_s + ttl_s, now_s);
	return true;
}

bool key_renewal_end(struct fact *fact, uint64_t source, bool is_proved)
{
	struct key_renewal *r = key_renewal_going_on(fact, source, TYPE_DNSKEY);
	const struct next_ds *next = next_ds_of(fact);

	/* a source that sends no keys must not undo what another one has found */
	if (is_proved || (next && next->source == source))
		drop_next_ds(fact);
	if (!r)
		return false;
	r->fetches = 0;
	return !is_proved && fact->keys;
}
