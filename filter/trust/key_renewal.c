/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/key_renewal.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "trust/store.h"

/* How long after a renewal the next one may begin. A zone that becomes unsigned is rare, and answers
 * without signatures are common. */
static const int64_t renewal_pause_s[] = {
	[RENEWAL_REKEYED] = LIMIT_RENEWAL_S, [RENEWAL_UNSIGNED] = LIMIT_RENEWAL_UNSIGNED_S
};

struct next_ds {
	struct ds_set ds;
	int64_t expires_s;
};

static struct key_renewal *find_renewal(struct fact *fact, uint64_t source)
{
	for (unsigned i = 0; i < STORE_RENEWALS; i++) {
		if (fact->renewals[i].is_used && fact->renewals[i].source == source)
			return &fact->renewals[i];
	}
	return NULL;
}

/* True if that was less than `pause_s` ago. The clock may have been set back. */
static bool is_recent(int64_t then_s, int64_t now_s, int64_t pause_s)
{
	return then_s <= now_s && now_s - then_s < pause_s;
}

static bool has_paused(const struct key_renewal *r, int64_t now_s)
{
	for (unsigned cause = 0; cause < RENEWAL_CAUSES; cause++) {
		if (is_recent(r->begun_s[cause], now_s, renewal_pause_s[cause]))
			return false;
	}
	return true;
}

/* Returns the renewal of this source, or one to use for it. NULL if all belong to other sources that
 * had a renewal lately: their record must stay, or two sources that take turns would have no limit. */
static struct key_renewal *renewal_for(struct fact *fact, uint64_t source, int64_t now_s)
{
	struct key_renewal *r = find_renewal(fact, source);

	for (unsigned i = 0; !r && i < STORE_RENEWALS; i++) {
		struct key_renewal *other = &fact->renewals[i];
		if (other->is_used && !has_paused(other, now_s))
			continue;
		r = other;
		*r = (struct key_renewal){ .is_used = true, .source = source };
		for (unsigned cause = 0; cause < RENEWAL_CAUSES; cause++)
			r->begun_s[cause] = INT64_MIN / 2;
	}
	return r;
}

struct key_renewal *key_renewal_begin(
        struct fact *fact, uint64_t source, enum renewal_cause cause, int64_t now_s)
{
	struct key_renewal *r = renewal_for(fact, source, now_s);

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

const struct ds_set *key_renewal_ds(const struct fact *fact, int64_t now_s)
{
	return fact->next_ds && fact->next_ds->expires_s > now_s ? &fact->next_ds->ds : NULL;
}

void key_renewal_drop_ds(struct fact *fact)
{
	free(fact->next_ds);
	fact->next_ds = NULL;
}

void key_renewal_take_ds(struct fact *fact)
{
	uint32_t before = fact->ds.inception;

	fact->ds = fact->next_ds->ds;
	if (inception_is_before(fact->ds.inception, before))
		fact->ds.inception = before;
	fact->cut_expires_s = fact->next_ds->expires_s;
	key_renewal_drop_ds(fact);
}

/* A DS set that differs waits until it has proved keys: it may be an old one, sent again by an
 * attacker. A proof that there is no DS takes effect at once, since learn_cut() leaves out those that
 * are older than the DS. */
bool key_renewal_take_cut(
        struct fact *fact, uint64_t source, const struct cut_state *state, int64_t expires_s)
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
	key_renewal_drop_ds(fact);
	fact->next_ds = malloc(sizeof(*fact->next_ds));
	if (!fact->next_ds)
		return true;
	*fact->next_ds = (struct next_ds){ *state->ds, expires_s };
	return true;
}

bool key_renewal_end(struct fact *fact, uint64_t source, bool is_proved)
{
	struct key_renewal *r = key_renewal_going_on(fact, source, TYPE_DNSKEY);

	key_renewal_drop_ds(fact);
	if (!r)
		return false;
	r->fetches = 0;
	return !is_proved && fact->keys;
}
