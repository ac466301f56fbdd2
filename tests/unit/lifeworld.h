/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone, its keeper, the servers of it and of its parent, and validators with caches of every age,
 * as seen from outside of filter/keys/life*. The world only knows timelines and DS sets. It decides
 * by RFC 4035 alone whether a validator that asked anyone at any time within the TTLs can resolve
 * now. */
#ifndef TESTS_LIFEWORLD_H
#define TESTS_LIFEWORLD_H

#include "keys/life_order.h"
#include "keys/life_plan.h"
#include "keys/life_step.h"

#define HOUR        ((int64_t)3600)
#define DAY         (24 * HOUR)
#define WORLD_START 1800000000
#define WORLD_GRACE (2 * DAY) /* signatures of a timeline are valid for so long after its end */

enum { WORLD_KEYS = 64, WORLD_FIRST_TAG = 1000, WORLD_GATEWAYS = 3, WORLD_PARENTS = 3 };
enum { WORLD_HISTORY = 512, WORLD_VIEWS = 64 };

/* What one timeline says: sets of keys by the world's numbers, tag - WORLD_FIRST_TAG. */
struct composition {
	int64_t from_s;
	uint64_t dnskey, ksk_signers, zsk_signers, synced;
	bool has_delete;
};

struct written_timeline {
	int64_t written_s, until_s;
	uint32_t generation;
	unsigned count;
	struct composition periods[LIFE_PERIODS_MAX];
};

/* A set that somebody may have cached until `last_s` plus its TTL. */
struct cached_view {
	uint64_t a, b;
	int64_t last_s;
};

struct cached_views {
	struct cached_view views[WORLD_VIEWS];
	unsigned count;
};

/* The last gateway and the last server of the parent stand behind an address of others: nobody
 * looks at them, and they are as late as the policy says that they may be. */
struct lagging {
	int64_t lag_s;    /* has what was current so long ago */
	int64_t frozen_s; /* and nothing that came later than this; 0: it is not frozen */
	int64_t thaws_s;
	bool is_unreached; /* by the keeper */
	int64_t unreached_until_s;
};

struct parent_set {
	int64_t since_s;
	uint64_t ds;
};

/* What may go wrong, and what is wanted of the keeper. */
struct scenario {
	const char *why;
	uint64_t seed;
	bool has_cds, has_standby;
	unsigned zsk_orders, ksk_orders, thefts, unsignings,
	        algorithm_changes; /* every so many days; 0: never */
	unsigned slow_parent_days, lags, vault_outages, crashes, restores, clock_steps, flaps,
	        absences;
	int64_t spread_s, safety_s;
	unsigned
	        pairs; /* restores of state and timeline, while the keeper reaches nobody at first */
	bool has_no_parent; /* nobody gives the parent a DS */
};

/* The timeline on the disk of the keeper; gateways may have a newer one. */
struct place {
	uint32_t generation;
	int64_t end_s;
};

struct world {
	const struct scenario *given;
	struct life_policy policy;
	struct life life, disk, backup; /* in the keeper's memory; on its disk; an old copy */
	uint64_t random;
	int64_t now_s, clock_off_s, last_step_s, last_write_s;
	uint8_t algorithms[WORLD_KEYS];

	struct place in_place, disk_place, old_place; /* as `life`, `disk` and `backup` have it */
	struct written_timeline timelines[WORLD_HISTORY];
	unsigned written;
	struct parent_set sets[WORLD_HISTORY];
	unsigned set_count;
	int64_t parent_acts_s;
	uint64_t parent_will;
	struct lagging gateways[WORLD_GATEWAYS], parents[WORLD_PARENTS];
	int64_t vault_away_s, absent_s, restored_s; /* until then; 0: not */
	bool was_restarted;

	struct cached_views key_sets, signatures, ds_sets;
	unsigned long checked, secure, steps, distrusted, made[2];
	int64_t longest_s; /* that any change was on its way */
	char broken[400];  /* what a validator could not resolve; or empty */
};

void world_init(struct world *w, const struct scenario *given);

/* Lives on until `until_s`, or until a validator fails. Returns false then. */
bool world_live(struct world *w, int64_t until_s);

/* Returns 0 to `below` - 1. */
unsigned world_draw(struct world *w, unsigned below);

#endif
