/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signature of one RRset. Private to sign/. */
#ifndef SIGN_SIGN_SET_H
#define SIGN_SIGN_SET_H

#include "sign/signer_private.h"

/* Ends the signing for the reason `trouble`, unless it has ended already. Returns false. */
bool signing_fail(struct sign_job *job, enum sign_outcome trouble);

/* Makes the RRSIG of a set, as RDATA in the arena: remembered or new. Returns false when it cannot
 * be had, and says why in `job`. */
bool sign_set(struct sign_job *job, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, bool is_denial, struct span *rrsig);

#endif
