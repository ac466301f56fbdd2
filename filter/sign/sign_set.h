/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs one RRset. Private to sign/. */
#ifndef SIGN_SIGN_SET_H
#define SIGN_SIGN_SET_H

#include "sign/signer_private.h"

/* Notes `trouble` as the reason why the job failed, unless it has one. Returns false. */
bool signing_fail(struct sign_job *job, enum sign_outcome trouble);

/* The RRSIGs of one RRset: one of each key that signs (RFC 4035, 2.2). */
struct set_rrsigs {
	unsigned count;
	struct span rdatas[SIGN_KEYS_MAX];
};

/* Sets `rrsigs` to the RDATA of the set's RRSIGs, in the arena. Each signature is remembered or
 * new. Returns false if one is missing; then job->trouble says why. */
bool sign_set(struct sign_job *job, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, struct set_rrsigs *rrsigs);

#endif
