/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a response together with the signatures of another response. Private to worker/. */
#ifndef WORKER_MERGE_H
#define WORKER_MERGE_H

#include "worker/arrival.h"

/* Returns `octets` with the signatures and proofs of `signed_octets` (gate/assist.h), in `all->octets`;
 * of length 0 if the two do not fit together. */
struct span merge_signed(const struct arrivals *all, struct span octets, struct span signed_octets);

#endif
