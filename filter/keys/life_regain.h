/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state that was lost is made anew of the timeline in place: that has the DNSKEY of each key, the
 * private halves of the ZSKs that sign in it, and which DS the parent is to have. */
#ifndef KEYS_LIFE_REGAIN_H
#define KEYS_LIFE_REGAIN_H

#include "keys/keypair.h"
#include "keys/life.h"
#include "keys/timeline.h"

/* Fills `life`, which must be empty, and the pair of each of its keys, by the same index. The first
 * `life->count` pairs are to be ended with keypair_fini(), whatever this returns. Each wait begins
 * anew at `now_s`, because nobody knows what resolvers know. What a timeline does not say is lost:
 * which keys were stolen, how old they are, and orders that were not acted on. An unsigning that no
 * CDS asks for is lost, too, also if it was acted on: without CDS and DS the timeline is as that of
 * a zone that waits for its first DS. A roll of the KSK goes on to the KSK that CDS names, of two
 * to either; one that CDS does not name yet is given up. The generation is later than that of the
 * timeline, which has to be written anew. Returns false with a complaint if no period is in force,
 * or if the algorithm is being changed: then the roles of keys are in doubt. */
bool life_regain(struct life *life, struct keypair pairs[static LIFE_KEYS_MAX],
        const struct timeline *t, int64_t now_s, struct complaint *error);

#endif
