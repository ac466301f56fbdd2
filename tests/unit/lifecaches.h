/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the servers of a lifeworld serve, and what validators that asked them may have cached. */
#ifndef TESTS_LIFECACHES_H
#define TESTS_LIFECACHES_H

#include "lifeworld.h"

/* What the gateway has and serves now, and the DS set of a server of the parent. */
const struct written_timeline *world_timeline_of(const struct world *w, unsigned gateway);
struct composition world_served_by(const struct world *w, unsigned gateway);
uint64_t world_ds_of(const struct world *w, unsigned parent);

/* Caches have what is served now, as asked for at `last_s`. */
void world_cache(struct world *w, int64_t last_s);

/* Combines every DS set, DNSKEY RRset and set of signers that caches may still have, and writes to
 * `w->broken` what the first validator is left with that cannot resolve. */
void world_check_validators(struct world *w);

#endif
