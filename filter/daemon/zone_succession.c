/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_succession.h"

#include "keys/succession.h"

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

/* Returns when resolvers know the key, at the latest; 0 if they do. */
static int64_t known_from_s(
        const struct sign_periods *former, const struct signkey *key, int64_t now_s)
{
	const struct presigned *shown = &sign_period_at(former, now_s)->dnskey;

	return shows_key(shown, key) ? held_until_s(former, key, now_s)
	                             : now_s + shown->ttl_s + SUCCESSION_SPREAD_S;
}

void zone_succession_hold(
        struct sign_period *fresh, unsigned count, const struct sign_periods *former, int64_t now_s)
{
	for (unsigned i = 1; i < count; i++) {
		for (unsigned k = 0; k < fresh[i].key_count; k++) {
			int64_t from_s = known_from_s(former, fresh[i].keys[k].key, now_s);
			if (from_s <= fresh[i].from_s)
				continue;
			fresh[i].from_s = from_s;
			fresh[i].is_held = true;
		}
	}
}
