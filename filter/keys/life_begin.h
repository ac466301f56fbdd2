/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rolls begin, and which keys must be made for them. One roll at a time of a kind. */
#ifndef KEYS_LIFE_BEGIN_H
#define KEYS_LIFE_BEGIN_H

#include "keys/life_policy.h"

#define LIFE_MAKES_MAX 4

/* A key that the caller is to make. */
struct life_make {
	enum life_role role;
	uint8_t algorithm;
	int64_t publish_s; /* of a ZSK: when it is due */
	bool is_standby;
	bool is_announced; /* timelines tell servers long before it is due */
};

/* Begins rolls that are due or ordered: marks keys as leaving, and takes a stand-by KSK instead of
 * a new one. Returns true if that changed the state. */
bool life_begin_rolls(struct life *life, const struct life_policy *policy, int64_t now_s);

/* Writes the keys that are missing at `now_s`. ZSKs are made before they come into the last period
 * of a timeline. Returns how many they are. */
unsigned life_missing(const struct life *life, const struct life_policy *policy, int64_t now_s,
        struct life_make makes[static LIFE_MAKES_MAX]);

/* True if no KSK moves: the zone is carried, and every KSK that is not a stand-by is the
 * carrier. */
bool life_ksks_are_at_rest(const struct life *life);

/* True if no ZSK moves, and none is planned to. */
bool life_zsks_are_at_rest(const struct life *life);

#endif
