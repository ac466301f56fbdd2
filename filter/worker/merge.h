/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a response together with the signatures of another response. Private to worker/. */
#ifndef WORKER_MERGE_H
#define WORKER_MERGE_H

#include "worker/arrival.h"

/* Has `octets`, with the signatures and proofs of `signed_octets` (gate/assist.h), replace the
 * parked message. Returns false, and replaces nothing, if the two do not fit together or if memory
 * is short. Overwrites `all->octets`. */
bool merge_replace(const struct arrivals *all, struct parked *parked, struct span octets,
        struct span signed_octets);

/* Adds the signatures that a resolver gave (`proof` of what is parked, which is used up) to the
 * message. */
void merge_proof(struct arrivals *all, struct arrival *a);

#endif
