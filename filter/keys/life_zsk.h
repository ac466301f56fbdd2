/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ZSKs follow each other without anybody's help: by pre-publication (RFC 6781, 4.1.1.1; RFC 7583,
 * 2.1). A timeline has these moves in it, so each server of the zone makes them in the same second,
 * and the state makes them later. */
#ifndef KEYS_LIFE_ZSK_H
#define KEYS_LIFE_ZSK_H

#include "keys/life_look.h"

/* Returns when the next of these moves is due, not before `from_s`; INT64_MAX if none is. */
int64_t life_zsk_next_s(const struct life *life, const struct life_policy *policy, int64_t from_s);

/* Makes all these moves that are due from the last step until `until_s`, each at its own time. What
 * timelines announced counts as done by all servers, unless a server showed otherwise. Returns true
 * if a record moved. */
bool life_zsk_advance(struct life *life, const struct life_policy *policy, int64_t until_s);

/* Announcements count only if the timeline in place has had them for long. A move that lies behind
 * its end, or of a key that it does not have, and that comes soon, is announced no more: it has to
 * be seen. */
void life_zsk_forget(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s);

/* Returns the index of the ZSK of the algorithm that signs, or of two that of the later one; or
 * -1. */
int life_zsk_signer(const struct life *life, uint8_t algorithm);

/* True if a ZSK that is to sign no more, and never did, may still have to be published: a server
 * with an older timeline may sign with it. */
bool life_zsk_is_owed(const struct life *life, const struct life_key *k);

#endif
