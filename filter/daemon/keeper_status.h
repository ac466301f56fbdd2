/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keeper tells of its zones and their keys. Times are seconds since 1970; one that is not
 * known, and a text that has nothing to say, are left out. A list begins with the item `from`, and
 * has "more", the item to go on with, if the rest has no room in one reply. Private to
 * keeper_commands.c. */
#ifndef DAEMON_KEEPER_STATUS_H
#define DAEMON_KEEPER_STATUS_H

#include "daemon/control.h"
#include "keeper/keeper.h"

/* "zones": a row for each zone. */
void keeper_status_zones(const struct keeper *k, unsigned from, struct control_reply *reply);

/* "keys": a row for each key of each zone. */
void keeper_status_keys(const struct keeper *k, unsigned from, struct control_reply *reply);

/* The values of one zone, and "keys". */
void keeper_status_zone(const struct keeper_zone *zone, struct control_reply *reply);

/* "ksks": for each KSK that the zone has, the RDATA of its DNSKEY in base64, and whether the parent
 * may have its DS. */
void keeper_status_ds(
        const struct keeper *k, const struct keeper_zone *zone, struct control_reply *reply);

#endif
