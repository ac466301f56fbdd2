/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_succession.h"

#define DNSKEY_HEAD_OCTETS 4 /* before the public key in the RDATA */

static bool shows_key(const struct presigned *set, const struct signkey *key)
{
	struct span public = signkey_public(key);

	for (unsigned i = 0; i < set->count; i++) {
		struct span rdata = set->rdatas[i];
		if (rdata.len > DNSKEY_HEAD_OCTETS &&
		        span_equal(public, span_of(rdata.base + DNSKEY_HEAD_OCTETS,
		                                   rdata.len - DNSKEY_HEAD_OCTETS)))
			return true;
	}
	return false;
}

/* Returns until when a key was put off in the former periods; 0 if it was not, or if that time is over. */
static int64_t held_until_s(
        const struct sign_periods *former, const struct signkey *key, int64_t now_s)
{
	for (unsigned i = 0; i < former->count; i++) {
		const struct sign_period *period = &former->items[i];
		for (unsigned k = 0; k < period->key_count; k++) {
			if (period->is_held && period->from_s > now_s &&
			        span_equal(
			                signkey_public(period->keys[k].key), signkey_public(key)))
				return period->from_s;
		}
	}
	return 0;
}

/* Returns when resolvers know the key, at the latest; 0 if they do since ever. The last DNSKEY RRset that was shown
 * without the key may be in a cache until its TTL is over. */
static int64_t known_from_s(const struct sign_periods *former, const struct signkey *key,
        const struct succession_time *t)
{
	int64_t shown_s = t->now_s; /* from here on the key is shown */
	unsigned i = former->count;

	while (i > 1 && former->items[i - 1].from_s > t->now_s)
		i--;
	for (; i > 0; i--) {
		const struct sign_period *period = &former->items[i - 1];
		if (!shows_key(&period->dnskey, key))
			return shown_s + period->dnskey.ttl_s + t->spread_s;
		shown_s = period->from_s;
	}
	return 0;
}

/* Returns when a period may begin: not before resolvers know all keys of its DNSKEY RRset that sign in it. What a key
 * signs whose algorithm is not in that RRset, no resolver looks at (RFC 6781, 4.1.4). */
static int64_t may_begin_s(const struct sign_period *fresh, const struct sign_periods *former,
        const struct succession_time *t)
{
	int64_t latest_s = 0;

	for (unsigned k = 0; k < fresh->key_count; k++) {
		const struct signkey *key = fresh->keys[k].key;
		if (!shows_key(&fresh->dnskey, key))
			continue;
		int64_t known_s = known_from_s(former, key, t);
		int64_t held_s = held_until_s(former, key, t->now_s);
		latest_s = known_s > latest_s ? known_s : latest_s;
		latest_s = held_s > latest_s ? held_s : latest_s;
	}
	return latest_s;
}

/* True if the period before can go on until then: it shows the keys that are to sign, or else to wait would not make
 * them known; and its pre-made signatures last. */
static bool can_wait(const struct sign_period *fresh, const struct sign_period *before,
        int64_t until_s, int64_t now_s)
{
	for (unsigned k = 0; k < fresh->key_count; k++) {
		const struct signkey *key = fresh->keys[k].key;
		if (shows_key(&fresh->dnskey, key) && !shows_key(&before->dnskey, key))
			return false;
	}
	return presigned_lasts_s(&before->dnskey, now_s) >= until_s - now_s;
}

void zone_succession_hold(struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, const struct succession_time *t)
{
	for (unsigned i = 1; i < count; i++) {
		int64_t from_s = may_begin_s(&fresh[i], former, t);
		int64_t later_s = from_s - fresh[i].from_s;
		if (later_s <= 0 || !can_wait(&fresh[i], &fresh[i - 1], from_s, t->now_s))
			continue;
		fresh[i].is_held = true;
		for (unsigned k = i; k < count; k++)
			fresh[k].from_s += later_s; /* each is as long as before */
	}
}
