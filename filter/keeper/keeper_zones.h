/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones whose keys the keeper looks after: those of sign.zones and of sign.zones_directory that
 * say so. */
#ifndef KEEPER_KEEPER_ZONES_H
#define KEEPER_KEEPER_ZONES_H

#include "config/config.h"
#include "keeper/self_check_state.h"
#include "keeper/zone_sight.h"
#include "keeper/zone_turn.h"

struct keeper_zone {
	struct kept_zone kept;
	struct life_policy policy;
	int64_t due_s;              /* when its next turn is due */
	bool is_ordered;            /* an order for it is judged, and may wait for the vault */
	bool is_looked_at;          /* a look is under way; the turn follows it */
	int64_t turned_s;           /* when `last` was; 0: there was no turn yet */
	int64_t looked_s;           /* when servers were seen last; 0: not yet */
	struct turn_result last;    /* of the last turn */
	struct complaint told;      /* what was wrong with a turn, as told last; or "" */
	struct complaint told_look; /* likewise with a look */
	/* since when nobody has seen enough of it, by a clock that never steps; -1: it is seen */
	int64_t unseen_since_s;
	int64_t unproved_s; /* since when no server of the parent was proved; 0: one was */
	/* of a zone without keys: who must act before it can be signed */
	enum life_actor begins_by;
	struct life_tags told_cds; /* the CDS set that the parent was told of (keys/life_cds.h) */
	unsigned cds_failures;     /* how often in a row it did not take that */
	int64_t cds_again_s;       /* when it is told again; 0: it is not */
	uint64_t look_began_ms;    /* by the clock that never steps; only while `is_looked_at` */
	bool look_is_slow;         /* the last look waited for servers */
	struct zone_sight sight;   /* of the last look that was good */

	struct self_check_state check; /* of the self-checks until now */
	int64_t check_due_s;           /* when the next one is due */
	bool is_checked;               /* one is under way */
	bool check_is_slow;            /* the last one waited for servers */
};

struct keeper_zones {
	unsigned count;
	struct keeper_zone **items; /* owned; a zone stays where it is */
};

/* Lists the zones, each due at once. What is wrong with a zone is logged, and the others are
 * listed. Returns false with a complaint if the directory of zones cannot be read, or if memory is
 * short. */
bool keeper_zones_list(struct keeper_zones *zones, const struct config *c, struct complaint *error);
void keeper_zones_fini(struct keeper_zones *zones);

/* Returns the zone that is due first, of those that no look is under way for; NULL if there is
 * none. */
struct keeper_zone *keeper_zones_next(const struct keeper_zones *zones);

/* Returns when the look began that is under way for the longest time; UINT64_MAX if none is. */
uint64_t keeper_zones_oldest_look_ms(const struct keeper_zones *zones);

/* Returns the zone of this name; NULL if there is none. */
struct keeper_zone *keeper_zones_find(const struct keeper_zones *zones, const struct name *name);

/* Makes each zone due at once. */
void keeper_zones_hasten(struct keeper_zones *zones);

#endif
