/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of one key in one word, for a person. */
#ifndef KEYS_LIFE_PHASE_H
#define KEYS_LIFE_PHASE_H

#include "keys/life_policy.h"

enum life_phase {
	LIFE_MADE,        /* nothing of it is published */
	LIFE_PUBLISHED,   /* on its way: resolvers learn it, and the zone does not rely on it */
	LIFE_STANDING_BY, /* a KSK for an emergency */
	LIFE_ACTIVE,      /* the zone relies on it */
	LIFE_RETIRING,    /* another takes its place; resolvers may still need it */
	LIFE_RETIRED,     /* no resolver has anything of it any more */
	LIFE_PHASES
};

enum life_phase life_phase_of(const struct life_key *k);
const char *life_phase_word(enum life_phase phase);

/* Returns since when: the latest change of a record that made the phase; the time when the key was
 * made if none did. */
int64_t life_phase_since_s(const struct life_key *k);

/* Returns when the next roll begins to take the place of an active key; 0 if none is planned. */
int64_t life_phase_ends_s(
        const struct life *life, const struct life_policy *policy, const struct life_key *k);

#endif
