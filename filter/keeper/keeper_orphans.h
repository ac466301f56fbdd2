/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timelines that nobody extends any more: their zone has no keeper = true now, or a policy that is
 * refused. */
#ifndef KEEPER_KEEPER_ORPHANS_H
#define KEEPER_KEEPER_ORPHANS_H

#include "keeper/keeper_tools.h"
#include "keeper/keeper_zones.h"

/* Looks through the directory of timelines, and logs for each such zone when it ends. Returns how
 * many they are. */
unsigned keeper_orphans_tell(const struct keeper_tools *tools, const struct keeper_zones *zones);

#endif
