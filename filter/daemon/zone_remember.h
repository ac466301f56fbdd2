/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy has to tell to the memory of timelines. */
#ifndef DAEMON_ZONE_REMEMBER_H
#define DAEMON_ZONE_REMEMBER_H

#include "daemon/timeline_memory.h"
#include "daemon/zone_policy.h"

/* Notes the timelines that are in force and checked. Returns false if memory is short. */
bool zone_remember_all(const struct zone_policy *z, struct timeline_memory *memory);

/* Forgets the zones of the former policy that are no longer there. */
void zone_remember_gone(const struct zone_policy *z, const struct zone_policy *former,
        struct timeline_memory *memory);

#endif
