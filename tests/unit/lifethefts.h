/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lifeworld in which keys are stolen. Each function fails the test if it cannot do what it is to
 * do. */
#ifndef TESTS_LIFETHEFTS_H
#define TESTS_LIFETHEFTS_H

#include "lifeworld.h"

/* Returns a world after so many hours; the caller frees it. */
struct world *theft_world(const struct scenario *given, unsigned hours);

/* Lives on. It fails if a validator does. */
void theft_live(struct world *w, unsigned hours);

/* Gives an order that must be taken. */
void theft_order(struct world *w, enum life_order order, uint16_t tag);

/* The key in the sets of the world. */
uint64_t theft_bit(const struct life_key *k);

/* All keys that are told as stolen. */
uint64_t theft_stolen(const struct world *w);

/* True if some cache has a DS, and a DNSKEY RRset to which it leads, with one of these keys in
 * it. */
bool theft_is_trusted(const struct world *w, uint64_t stolen);

/* The last key of the role of which resolvers may have anything; or NULL. */
struct life_key *theft_newest(struct world *w, enum life_role role);

#endif
