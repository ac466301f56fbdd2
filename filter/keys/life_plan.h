/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a timeline must have: the periods from now on, with the rolls of ZSKs in them. */
#ifndef KEYS_LIFE_PLAN_H
#define KEYS_LIFE_PLAN_H

#include "keys/life_policy.h"

#define LIFE_PERIODS_MAX 16

/* Sets of keys, by their index in the state: bit 0 is the first key. */
struct life_period {
	int64_t from_s, until_s;
	uint32_t published;   /* in the DNSKEY RRset */
	uint32_t ksk_signers; /* of DNSKEY, CDS and CDNSKEY */
	uint32_t zsk_signers; /* of all else, one of an algorithm */
	uint32_t synced;      /* in CDS and CDNSKEY */
	/* not there, and the parent should have their DS: without CDS a person gives it */
	uint32_t ds;
	bool has_delete; /* CDS and CDNSKEY ask the parent to remove all DS (RFC 8078, 4) */
};

/* Fills the periods from the last step until `policy->ahead_s` later. KSKs stay as they are in it.
 * Servers that get the timeline use its first period at once, whatever their clocks say. Returns
 * how many periods there are: 0 for a zone that is unsigned. */
unsigned life_plan(const struct life *life, const struct life_policy *policy,
        struct life_period periods[static LIFE_PERIODS_MAX]);

#endif
