/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone that is signed already, by BIND or by hand, comes under the life of keys: what the times
 * of its key files say becomes stages, so that signing goes on without a break. */
#ifndef KEYS_LIFE_ADOPT_H
#define KEYS_LIFE_ADOPT_H

#include "keys/key_times.h"
#include "keys/life_policy.h"

/* A key that the zone has. Its times are obeyed; a key without times is published and signs, since
 * nobody knows when. */
struct life_adopted {
	enum life_role role;
	uint8_t algorithm;
	uint16_t tag;
	struct key_times times;
};

enum life_adoption {
	LIFE_ADOPTED,
	/* it is a KSK that is not published yet: sealgate makes the next one itself */
	LIFE_ADOPTS_NOT_YET,
	LIFE_ADOPTS_NO_MORE,     /* no resolver has anything of it any more */
	LIFE_ADOPTS_NO_MORE_KEYS /* there is no room, or its tag is taken */
};

/* Adds a key in the stages that it is in at `now_s`. What caches know for sure is omnipresent; what
 * they may lack, and each DS, waits until the keeper has seen it. Call it for ZSKs in the order of
 * their activation. From now on the life of a ZSK counts, unless its file says when it ends. */
enum life_adoption life_adopt(struct life *life, const struct life_policy *policy,
        const struct life_adopted *key, int64_t now_s);

/* Ends the adoption: the zone is signed. Returns false with a complaint if a KSK or a ZSK that
 * signs is missing, of each algorithm; then the state must not be used. */
bool life_adopt_end(struct life *life, int64_t now_s, struct complaint *error);

#endif
