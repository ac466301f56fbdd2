/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a zone's keys are to live, and how long each change takes until no resolver can be surprised
 * by the next. */
#ifndef KEYS_LIFE_POLICY_H
#define KEYS_LIFE_POLICY_H

#include "base/complaint.h"
#include "keys/life.h"

/* Every wait there is. A record that is published is waited for until all resolvers know it, one
 * that is withdrawn until none has it. */
enum life_wait {
	LIFE_DNSKEY_KNOWN,
	LIFE_DNSKEY_GONE,
	LIFE_KRRSIG_KNOWN,
	LIFE_DS_KNOWN,
	LIFE_DS_GONE,
	LIFE_ZRRSIG_KNOWN,
	LIFE_ZRRSIG_GONE,
	LIFE_WAITS
};

struct life_policy {
	uint8_t algorithm;
	bool has_cds;     /* CDS and CDNSKEY are published, for parents that look (RFC 7344) */
	bool has_standby; /* a second KSK, whose DS is at the parent before it is needed */
	int64_t ahead_s;  /* how far timelines reach, and how long a vault may be away */
	/* how often servers are looked at while something waits; at most LIFE_BLIND_S / 2 */
	int64_t look_s;
	int64_t zsk_life_s, ksk_life_s; /* ksk_life_s is 0 if only orders roll the KSK */

	/* As configured. What is seen counts instead where it is longer. */
	uint32_t key_ttl_s, zone_ttl_s, ds_ttl_s;

	/* until every server of the zone has a change, those behind one address too */
	int64_t zone_spread_s;
	int64_t parent_spread_s; /* likewise of the parent */
	int64_t publish_safety_s, retire_safety_s;

	/* all 0: only tests set it, to show that each wait is needed */
	int64_t shorter_s[LIFE_WAITS];
};

/* Returns how often a timeline is made longer: fifteen times in the time that it reaches ahead, and
 * at least daily. */
int64_t life_renewal_s(const struct life_policy *policy);

/* The defaults: ECDSA P-256, a ZSK for 30 days, a KSK for a year, timelines of 15 days, DNSKEY TTL
 * of an hour, others of a day, an hour of safety. */
void life_policy_init(struct life_policy *policy);

/* Returns false, with the reason, if the times contradict each other. */
bool life_policy_check(const struct life_policy *policy, struct complaint *error);

/* Returns when the wait for an uncertain record ends (RFC 7583, 3); INT64_MAX if it cannot begin
 * yet, because not every server shows the change. With `assumes`, a change that timelines announced
 * needs nobody to see it. */
int64_t life_due_s(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, enum life_record record, bool assumes);

/* From the publication of a ZSK's DNSKEY until it may sign, if all goes well. */
int64_t life_zsk_notice_s(const struct life *life, const struct life_policy *policy);

#endif
