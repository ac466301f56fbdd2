/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trust anchors of the keeper: those of trust_anchor, with what a daemon that validates has
 * learned of them (trust_anchor_state, RFC 5011). The keeper learns nothing itself, so it reads
 * both files again when they change.
 *
 * An attacker with the rights of the daemon's user can write that state. With the path between the
 * keeper and the parent, too, this attacker has the keeper believe a DS that is not there: in a
 * roll of the KSK the former one leaves too early, and the zone is Bogus at every gateway, also
 * after this machine was cleaned. The ZSKs in timelines, which this user may read, do not give
 * that. A state that says that every anchor is revoked makes each wait for a DS last, and the alarm
 * of a parent that cannot be proved rings. It is not refused: if the keys of the root are stolen,
 * just that is right. */
#ifndef KEEPER_KEEPER_ANCHORS_H
#define KEEPER_KEEPER_ANCHORS_H

#include "base/file.h"
#include "config/config.h"
#include "keeper/look_pool.h"

#define KEEPER_ANCHORS_MS 60000 /* from one look at the files to the next */

struct keeper_anchors {
	const struct config *config; /* borrowed */
	struct anchors *current;
	struct anchors *former; /* a job may still be judged by them; or NULL */
	struct file_identity configured, learned;
	uint64_t due_ms;
	bool is_told; /* that the files cannot be read again */
};

/* Reads the anchors. Returns false with a complaint if trust_anchor cannot be read, or if memory is
 * short. */
bool keeper_anchors_init(struct keeper_anchors *a, const struct config *c, struct complaint *error);

/* Reads them again if a file has changed, at most once in KEEPER_ANCHORS_MS, and gives them to the
 * pool. If that fails, the log says so, those before stay in force, and it is tried again. `now_ms`
 * is by the clock that never steps. */
void keeper_anchors_follow(struct keeper_anchors *a, struct look_pool *pool, uint64_t now_ms);

/* Frees them, after the pool has ended. */
void keeper_anchors_fini(struct keeper_anchors *a);

#endif
