/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a timeline from a plan (life_plan.h): the KSKs sign each RRset once a day. What the former
 * timeline has signed already is taken over, so that a day later there is one new signature for
 * each RRset and KSK, and not fifteen. */
#ifndef KEYS_TIMELINE_SIGN_H
#define KEYS_TIMELINE_SIGN_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/life_plan.h"
#include "keys/timeline.h"

/* A signature begins an hour before the day (in UTC) that it is for, for clocks that are late, and
 * lasts two days longer, for the caches of resolvers and for clocks that are early. */
/* The first period has the signatures of the day before it, too, if the former timeline has them:
 * the clock by which the timeline is made may be ahead by some hours. */
#define TIMELINE_SKEW_S  3600
#define TIMELINE_AFTER_S (2 * 86400)

/* Borrows everything. */
struct timeline_order {
	struct crypto *crypto;
	const struct name *zone;
	/* by the index of the life's keys; those that sign as ZSKs are private */
	const struct keypair *keys;
	unsigned key_count;
	const struct life_period *periods;
	unsigned period_count;
	const struct timeline *former; /* or NULL */
	uint64_t generation;
	int64_t now_s;
	uint32_t ttl_s; /* of DNSKEY, CDS and CDNSKEY */

	/* Signs with the KSK of this index, and appends the signature in the form of an RRSIG.
	 * Returns false with a complaint if the KSK cannot be had. */
	bool (*sign)(void *vault, unsigned key, struct span data, struct writer *signature,
	        struct complaint *error);
	void *vault;
};

/* Returns how many signatures are new, or -1 with a complaint, and then there is no timeline.
 * Otherwise call timeline_fini(). */
int timeline_sign(struct timeline *t, const struct timeline_order *order, struct complaint *error);

#endif
