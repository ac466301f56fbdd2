/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs one RRset. Private to sign/. */
#ifndef SIGN_SIGN_SET_H
#define SIGN_SIGN_SET_H

#include "sign/signer_private.h"

/* Notes `trouble` as the reason why the job failed, unless it has one. Returns false. */
bool signing_fail(struct sign_job *job, enum sign_outcome trouble);

/* Sets `rrsig` to the RDATA of the set's RRSIG, in the arena. The signature is remembered or new.
 * Returns false if there is none; then job->trouble says why. */
bool sign_set(struct sign_job *job, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, bool is_denial, struct span *rrsig);

#endif
