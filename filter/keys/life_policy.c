/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_policy.h"

#include <string.h>

#define HOUR_S 3600
#define DAY_S  86400

#define RENEWALS 15 /* of a timeline, in the time that it reaches ahead */

void life_policy_init(struct life_policy *policy)
{
	*policy = (struct life_policy){
		.algorithm = 13,
		.has_cds = true,
		.ahead_s = 15 * DAY_S,
		.look_s = HOUR_S,
		.zsk_life_s = 30 * DAY_S,
		.ksk_life_s = 365 * DAY_S,
		.key_ttl_s = HOUR_S,
		.zone_ttl_s = DAY_S,
		.ds_ttl_s = DAY_S,
		.zone_spread_s = 300,
		.parent_spread_s = HOUR_S,
		.publish_safety_s = HOUR_S,
		.retire_safety_s = HOUR_S,
	};
}

int64_t life_renewal_s(const struct life_policy *policy)
{
	int64_t renewal_s = policy->ahead_s / RENEWALS;

	return renewal_s < 1 ? 1 : renewal_s > DAY_S ? DAY_S : renewal_s;
}

static uint32_t longer_ttl(uint32_t configured_s, struct life_ttl seen)
{
	return seen.ttl_s > configured_s ? seen.ttl_s : configured_s;
}

/* The time that caches keep the records of a wait, and in which servers differ. */
static int64_t wait_at_least_s(
        const struct life *life, const struct life_policy *policy, enum life_wait wait)
{
	int64_t ttl_s;

	switch (wait) {
	case LIFE_DS_KNOWN:
	case LIFE_DS_GONE:
		ttl_s = longer_ttl(policy->ds_ttl_s, life->ds_ttl) + policy->parent_spread_s;
		break;
	case LIFE_ZRRSIG_KNOWN:
	case LIFE_ZRRSIG_GONE:
		ttl_s = longer_ttl(policy->zone_ttl_s, life->zone_ttl) + policy->zone_spread_s;
		break;
	default:
		ttl_s = longer_ttl(policy->key_ttl_s, life->key_ttl) + policy->zone_spread_s;
	}
	return ttl_s - policy->shorter_s[wait];
}

static int64_t wait_safety_s(const struct life_policy *policy, enum life_wait wait)
{
	switch (wait) {
	case LIFE_DNSKEY_KNOWN:
	case LIFE_KRRSIG_KNOWN:
		return policy->publish_safety_s;
	case LIFE_DNSKEY_GONE:
		return 0;
	default:
		return policy->retire_safety_s;
	}
}

static enum life_wait wait_for(const struct life_key *k, enum life_record record)
{
	static const enum life_wait known[] = { LIFE_DNSKEY_KNOWN, LIFE_KRRSIG_KNOWN, LIFE_DS_KNOWN,
		LIFE_ZRRSIG_KNOWN };
	/* The KSK's signature is cached with the RRset. */
	static const enum life_wait gone[] = { LIFE_DNSKEY_GONE, LIFE_DNSKEY_GONE, LIFE_DS_GONE,
		LIFE_ZRRSIG_GONE };

	return k->marks[record].stage == LIFE_RUMOURED ? known[record] : gone[record];
}

/* The safety is also the time in which somebody must have looked: a change that was seen within it
 * delays nothing. What was announced keeps its time even if nobody can look: a server that gets no
 * timeline any more keeps it, too. An order may have brought the change forward; then what is seen
 * may end the wait earlier. */
int64_t life_due_s(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, enum life_record record, bool assumes)
{
	const struct life_mark *mark = &k->marks[record];
	enum life_wait wait = wait_for(k, record);
	int64_t least_s = wait_at_least_s(life, policy, wait);
	int64_t safe_s = least_s + wait_safety_s(policy, wait), due_s = INT64_MAX;

	if (assumes && mark->announced_s && !mark->is_doubted)
		due_s = mark->announced_s + safe_s;
	if (!mark->seen_s)
		return due_s;
	int64_t by_sight_s = mark->seen_s + least_s;
	if (by_sight_s < mark->changed_s + safe_s)
		by_sight_s = mark->changed_s + safe_s;
	return by_sight_s < due_s ? by_sight_s : due_s;
}

int64_t life_zsk_notice_s(const struct life *life, const struct life_policy *policy)
{
	return wait_at_least_s(life, policy, LIFE_DNSKEY_KNOWN) +
	       wait_safety_s(policy, LIFE_DNSKEY_KNOWN);
}

/* A roll must fit between two others, or a second one would begin inside of the first. */
bool life_policy_check(const struct life_policy *policy, struct complaint *error)
{
	int64_t roll_s = 2 * ((int64_t)policy->key_ttl_s + policy->zone_spread_s) +
	                 policy->zone_ttl_s + policy->zone_spread_s + policy->publish_safety_s +
	                 policy->retire_safety_s;

	if (policy->zsk_life_s < policy->ahead_s + roll_s) {
		complaint_set(error,
		        "a ZSK must live for %lld hours at least: the timeline reaches %lld hours "
		        "ahead, and a roll takes %lld; make its life longer or the TTLs shorter",
		        (long long)((policy->ahead_s + roll_s + HOUR_S - 1) / HOUR_S),
		        (long long)(policy->ahead_s / HOUR_S), (long long)(roll_s / HOUR_S + 1));
		return false;
	}
	if (policy->ksk_life_s && policy->ksk_life_s < policy->zsk_life_s) {
		complaint_set(error, "a KSK must live as long as a ZSK at least, or until an order "
		                     "rolls it (0)");
		return false;
	}
	return true;
}
