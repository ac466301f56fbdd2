/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One keeper with some zones: real files, one vault in a directory, servers that serve what the
 * timelines on the disk say, and a parent that takes what CDS asks for. */
#ifndef TESTS_KEPTWORLD_H
#define TESTS_KEPTWORLD_H

#include "keeper/zone_turn.h"

#define WORLD_DAY_S   INT64_C(86400)
#define WORLD_START_S (INT64_C(20000) * WORLD_DAY_S + 43545)
#define WORLD_ZONES   6

struct world_zone {
	struct kept_zone kept;
	struct life_tags ds;       /* at the parent */
	struct turn_result result; /* of the last turn */
	int64_t due_s;
};

struct kept_world {
	char directory[64], vault_directory[80], timelines[80];
	struct keeper_store store;
	struct vault *vault;
	struct crypto *crypto;
	struct life_policy policy;
	bool shares_ksk;
	int64_t start_s, now_s;
	unsigned count, signatures;
	struct world_zone zones[WORLD_ZONES];
};

struct kept_world *kept_world_new(void);

/* The same from another time on, for tools that know only the machine's clock. */
struct kept_world *kept_world_from(int64_t start_s);

void kept_world_free(struct kept_world *w);

/* Adds a zone that has nothing. */
struct world_zone *kept_world_add(struct kept_world *w, const char *name);

/* Adds a zone, and lets it be signed until the parent has its DS. */
struct world_zone *kept_world_add_signed(struct kept_world *w, const char *name);

void kept_world_order(
        struct kept_world *w, struct world_zone *z, enum life_order order, uint16_t tag);

/* Makes one turn, which need not succeed. */
void kept_world_turn(struct kept_world *w, struct world_zone *z);

/* Makes turns whenever a zone is due; each must succeed. */
void kept_world_live(struct kept_world *w, int64_t span_s);

/* Returns the tag of the KSK that carries the zone; 0 if there is none. */
uint16_t kept_world_carrier(const struct world_zone *z);

/* How many files in a directory have names that begin and end so. */
unsigned kept_world_files(const char *directory, const char *begin, const char *end);

#endif
