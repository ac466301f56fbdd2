/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the parent of a zone that its CDS records have changed (keeper/notify.h), in a thread of
 * the pool. */
#ifndef KEEPER_CDS_NOTICE_H
#define KEEPER_CDS_NOTICE_H

#include "keeper/keeper.h"

/* Begins it if it is due after a look: once a change, and when every server of the zone shows it
 * (keys/life_cds.h). How it went is logged. If the parent did not take it, and still has another DS
 * set, it is told again CDS_NOTICE_AGAIN times at most: after a time between two looks (policy
 * look_s), and then after twice the time before, at most a day. */
#define CDS_NOTICE_AGAIN 8
void cds_notice_begin_due(
        struct keeper *k, struct keeper_zone *zone, const struct life_observation *seen);

#endif
