/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives each configured zone its seat in a policy that is being made. Private to zone_policy.c. */
#ifndef DAEMON_ZONE_SEATING_H
#define DAEMON_ZONE_SEATING_H

#include "base/complaint.h"
#include "daemon/zone_policy.h"
#include "daemon/zone_seat.h"

/* What is read: all zones, or one alone. */
struct wanted_zones {
	const struct config *config;
	const struct zone_policy *former; /* NULL: none; not with `apex` */
	const struct name *apex;          /* NULL: all */
};

/* Fills the seats, the strays and the counts of an empty policy: each zone that changed is read,
 * all others are taken over. The seats are in no order. Returns 0, or -1 with a complaint. */
int zone_seating_read(struct zone_policy *z, const struct wanted_zones *w, struct zone_reading *how,
        struct complaint *why);

#endif
