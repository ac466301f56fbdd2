/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a policy. Private to zone_policy.c, zone_seating.c and zone_copies.c. */
#ifndef DAEMON_ZONE_POLICY_PRIVATE_H
#define DAEMON_ZONE_POLICY_PRIVATE_H

#include "daemon/zone_policy.h"
#include "daemon/zone_seat.h"
#include "daemon/zone_signing.h"
#include "daemon/zone_strays.h"

struct zone_policy {
	struct sign_policy policy; /* its zones are those of `signing` */
	unsigned count;
	struct zone_seat *seats; /* in the order of the zones */
	struct made_zones signing;
	struct zone_strays strays;
	struct zone_counts counts;
	unsigned next_check; /* the first seat that zone_policy_check_some() has not looked at */
	bool is_unsettled;
};

#endif
