/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone whose keys the keeper looks after: its state in memory, and what is known of its timeline
 * in place. The state in memory may be ahead of that on the disk in what was seen, and never in
 * what was decided. */
#ifndef KEEPER_KEPT_ZONE_H
#define KEEPER_KEPT_ZONE_H

#include "crypto/crypto.h"
#include "keeper/keeper_store.h"
#include "keys/life_order.h"
#include "keys/timeline.h"

struct kept_zone {
	struct name name;
	struct life life;
	bool is_read;            /* false: it must be read from the disk before anything else */
	uint64_t in_place;       /* generation of the timeline that servers are given; 0: none */
	int64_t end_s;           /* of that timeline; 0: none, or the zone is unsigned */
	int64_t on_disk_s;       /* the last step that the state on the disk knows of; 0: none */
	bool is_damaged;         /* a file is in place that is no timeline of the zone */
	struct complaint damage; /* what is wrong with that file; who tells it makes it "" */
	bool is_vouched; /* an operator said to this process that the state is the newest one */
	/* the last step that was trusted, by a clock that never steps; -1: none in this process */
	int64_t trusted_s;
};

/* A zone that was not read yet. */
void kept_zone_init(struct kept_zone *z, const struct name *name);

/* Reads state and timeline. A zone without files has an empty state. Returns false, with a
 * complaint that names the file, if one cannot be read, or if the state is older than the timeline:
 * then nothing may be done. A timeline that makes no sense is not in place, if there is a state to
 * make it anew from. */
bool kept_zone_read(struct kept_zone *z, const struct keeper_store *store, struct crypto *crypto,
        struct complaint *error);

/* Reads the timeline in place. Returns 1, and then call timeline_fini(); 0 if there is none; or
 * with a complaint -1 if it cannot be read, KEPT_DAMAGED if it makes no sense. */
#define KEPT_DAMAGED (-2)
int kept_zone_read_timeline(const struct kept_zone *z, const struct keeper_store *store,
        struct crypto *crypto, struct timeline *t, struct complaint *error);

/* Takes an order into the state, which is on the disk when this returns true. Otherwise nothing
 * changed, and the complaint says why. A zone that is not read takes none: its state in memory is
 * not that of the zone. */
bool kept_zone_order(struct kept_zone *z, const struct keeper_store *store,
        const struct life_policy *policy, enum life_order order, uint16_t tag,
        struct complaint *error);

/* Writes `life`, and with it a timeline if `timeline` is not NULL; that ends at `end_s`, which is 0
 * for a zone that is unsigned. Only if true is returned, `life` is the state of the zone; otherwise
 * the zone must be read again, as after a crash. */
struct kept_writing {
	const struct life *life;
	const char *timeline;
	int64_t end_s;
};
bool kept_zone_write(struct kept_zone *z, const struct keeper_store *store,
        const struct kept_writing *w, struct complaint *error);

#endif
