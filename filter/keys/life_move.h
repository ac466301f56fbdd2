/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The moves that only a keeper makes who looks on: KSKs and their DS, first signing, another
 * algorithm, unsigning. Each has its condition; together they keep true that every combination of
 * DS, DNSKEY and RRSIG that a resolver may hold is a chain, with signatures of each algorithm that
 * it names (RFC 4035, 2.2; RFC 6840, 5.11). */
#ifndef KEYS_LIFE_MOVE_H
#define KEYS_LIFE_MOVE_H

#include "keys/life_look.h"

/* Ends the waits of KSKs that are over at `now_s`. Returns true if a record moved. */
bool life_settle(struct life *life, const struct life_policy *policy, int64_t now_s);

/* Makes every move that is safe at `now_s`. Returns true if a record moved. */
bool life_move(struct life *life, const struct life_observation *look, int64_t now_s);

/* True if the DS of the key may be given to the parent: all that it leads to is known to all
 * resolvers. */
bool life_may_have_ds(const struct life *life, const struct life_key *k);

/* Returns a KSK that carries the zone: it stays, it signs, and the parent's DS for it is known
 * everywhere. NULL if there is none. `algorithm` 0 means any. */
const struct life_key *life_carrier(
        const struct life *life, uint8_t algorithm, const struct life_key *except);

#endif
