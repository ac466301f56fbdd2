/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_succession.h"

#include "dnssec/dnskey.h"

/* True if resolvers find the key in a DNSKEY RRset as a ZSK of its algorithm. */
static bool shows_zsk(const struct presigned *set, const struct signkey *key)
{
	struct span public = signkey_public(key);

	for (unsigned i = 0; i < set->count; i++) {
		struct dnskey shown;
		if (dnskey_read(set->rdatas[i], &shown) && shown.flags == DNSKEY_ZONE &&
		        shown.algorithm == signkey_algorithm(key) &&
		        span_equal(public, shown.public_key))
			return true;
	}
	return false;
}

/* Returns when a held period of the former ones begins. If the clock was ahead when it was put off,
 * it was put off too far: it waits from now on for as long as it was to wait then. */
static int64_t hold_ends_s(const struct sign_period *held, int64_t now_s)
{
	int64_t longest_s = now_s + held->held_s;

	return held->from_s < longest_s ? held->from_s : longest_s;
}

/* Returns until when a key was put off in the former periods; 0 if it was not, or if that time is
 * over. */
static int64_t held_until_s(
        const struct sign_periods *former, const struct signkey *key, int64_t now_s)
{
	for (unsigned i = 0; i < former->count; i++) {
		const struct sign_period *period = &former->items[i];
		if (period->held_s > 0 && period->from_s > now_s &&
		        sign_period_has_key(period, key))
			return hold_ends_s(period, now_s);
	}
	return 0;
}

/* Returns when resolvers know the key, at the latest; 0 if they do since ever. The last DNSKEY
 * RRset that was shown without the key may be in a cache until its TTL is over. */
static int64_t known_from_s(const struct sign_periods *former, const struct signkey *key,
        const struct succession_time *t)
{
	int64_t shown_s = t->now_s; /* from here on the key is shown */
	unsigned i = former->count;

	while (i > 1 && former->items[i - 1].from_s > t->now_s)
		i--;
	for (; i > 0; i--) {
		const struct sign_period *period = &former->items[i - 1];
		if (!shows_zsk(&period->dnskey, key))
			return shown_s + period->dnskey.ttl_s + t->spread_s;
		shown_s = period->from_s;
	}
	return 0;
}

/* Returns when resolvers know a key, at the latest, if it is shown from now on; 0 if they do since
 * ever. */
static int64_t known_s_of(const struct sign_periods *former, const struct signkey *key,
        const struct succession_time *t)
{
	int64_t known_s = known_from_s(former, key, t);
	int64_t held_s = held_until_s(former, key, t->now_s);

	return known_s > held_s ? known_s : held_s;
}

int64_t zone_succession_late_until_s(const struct sign_periods *periods, int64_t now_s)
{
	for (unsigned i = 0; i < periods->count; i++) {
		if (periods->items[i].held_s > 0 && periods->items[i].from_s > now_s)
			return periods->items[i].from_s;
	}
	return 0;
}

/* Returns when a period may begin: not before resolvers know all keys of its DNSKEY RRset that sign
 * in it. What a key signs whose algorithm is not in that RRset, no resolver looks at (RFC 6781,
 * 4.1.4). A period in which the same keys sign as now need not wait. */
static int64_t may_begin_s(const struct sign_period *fresh, const struct sign_periods *former,
        const struct succession_time *t)
{
	int64_t latest_s = 0;

	if (sign_period_signs_as(fresh, sign_period_at(former, t->now_s)))
		return 0;
	for (unsigned k = 0; k < fresh->key_count; k++) {
		const struct signkey *key = fresh->keys[k].key;
		if (!shows_zsk(&fresh->dnskey, key))
			continue;
		int64_t known_s = known_s_of(former, key, t);
		latest_s = known_s > latest_s ? known_s : latest_s;
	}
	return latest_s;
}

/* True if the period before can go on until then: it shows the keys that are to sign, or else to
 * wait would not make them known; and its pre-made signatures last. */
static bool can_wait(const struct sign_period *fresh, const struct sign_period *before,
        int64_t until_s, int64_t now_s)
{
	for (unsigned k = 0; k < fresh->key_count; k++) {
		const struct signkey *key = fresh->keys[k].key;
		if (shows_zsk(&fresh->dnskey, key) && !shows_zsk(&before->dnskey, key))
			return false;
	}
	const struct presigned *sets[] = { &before->dnskey };
	return presigned_all_last_s(sets, 1, &before->dnskey, now_s) >= until_s - now_s;
}

/* True if a period would begin too early, and it helps to go on with the one before. */
static bool is_to_wait(const struct sign_period *fresh, const struct sign_periods *former,
        const struct succession_time *t)
{
	int64_t from_s = may_begin_s(fresh, former, t);

	return from_s > fresh->from_s && !sign_period_signs_as(fresh, fresh - 1) &&
	       can_wait(fresh, fresh - 1, from_s, t->now_s);
}

/* Returns the first period to put off, if it has to wait. Those before the one of now are over, and
 * do not come back: the zone would sign with keys of long ago. But if the one of now has to wait,
 * the zone goes on with the last one before that has not. */
static unsigned first_to_judge(const struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, const struct succession_time *t)
{
	unsigned i = 1;

	while (i < count && fresh[i].from_s <= t->now_s)
		i++;
	while (i > 1 && (sign_period_signs_as(&fresh[i - 1], &fresh[i - 2]) ||
	                        is_to_wait(&fresh[i - 1], former, t)))
		i--;
	return i;
}

/* Puts off a period. All that follow stay as long as before, and in order. */
static void begin_later(struct sign_period *fresh, unsigned count, unsigned first, int64_t from_s)
{
	int64_t later_s = from_s - fresh[first].from_s;

	for (unsigned i = first; i < count; i++)
		fresh[i].from_s += later_s;
}

void zone_succession_hold(struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, const struct succession_time *t)
{
	for (unsigned i = first_to_judge(fresh, count, former, t); i < count; i++) {
		if (!is_to_wait(&fresh[i], former, t))
			continue;
		int64_t from_s = may_begin_s(&fresh[i], former, t);
		fresh[i].held_s = from_s - t->now_s;
		begin_later(fresh, count, i, from_s);
	}
}

void zone_succession_keep(
        struct sign_period *fresh, unsigned count, const struct sign_periods *former, int64_t now_s)
{
	for (unsigned i = 1; i < count && i < former->count; i++) {
		const struct sign_period *held = &former->items[i];
		int64_t from_s = hold_ends_s(held, now_s);
		if (held->held_s == 0 || from_s <= fresh[i].from_s)
			continue;
		fresh[i].held_s = held->held_s;
		begin_later(fresh, count, i, from_s);
	}
}
