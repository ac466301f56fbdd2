/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The work for one zone, in two halves: a look begins, and a turn follows when the look has
 * ended. */
#ifndef KEEPER_ZONE_WORK_H
#define KEEPER_ZONE_WORK_H

#include "keeper/keeper.h"
#include "keeper/look.h"

/* Begins the look that comes before a turn. A zone that cannot be read is not looked at, and has
 * its turn at once, which says why. */
void zone_work_begin(struct keeper *k, struct keeper_zone *zone);

/* The look has ended: makes the turn, says what changed, and sets when the next one is due. `look`
 * is freed here; it is NULL if it failed, and `why` says why, or is NULL if nobody looked. */
void zone_work_end(struct keeper *k, struct keeper_zone *zone, struct zone_look *look,
        const struct complaint *why);

#endif
