/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ZSK signs, and when the next one takes over. Pure: keys and time in, a choice out. */
#ifndef KEYS_SUCCESSION_H
#define KEYS_SUCCESSION_H

#include "keys/keypair.h"

/* A resolver may have the DNSKEY RRset of before for its TTL. A ZSK that is new in it may sign only
 * after that (RFC 6781, 4.1.1.1), and after some minutes in which each server of the zone gets
 * it. */
#define SUCCESSION_SPREAD_S 300

/* A zone signs with `now`; from `next_from_s` on with `next`. Both are indexes, or -1. */
struct succession {
	int now, next;
	int64_t next_from_s;
};

/* Returns the index of the ZSK that signs at `now_s`: of those that are active then, the one that
 * was activated last. If none is active, the last one that was; or else the first that will be: a
 * zone is never without signatures. Keys that are no ZSK or lack their private key do not count.
 * Returns -1 if none is left, or if `ambiguous` is not NULL and two were activated at the same
 * time, or have no times: then that is the index of the other. */
int succession_at(const struct keypair *keys, unsigned count, int64_t now_s, int *ambiguous);

/* Chooses the ZSK of `now_s` and the next to take over; or, if none is to follow, the one before
 * and that of now, which then has taken over already. `now` is -1 as with succession_at(). */
struct succession succession_choose(
        const struct keypair *keys, unsigned count, int64_t now_s, int *ambiguous);

#endif
