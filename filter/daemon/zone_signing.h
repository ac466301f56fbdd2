/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones of the signer, made from the seats of a policy: each with its periods (the keys that
 * sign now and later), and its cuts. Private to the files of a policy. */
#ifndef DAEMON_ZONE_SIGNING_H
#define DAEMON_ZONE_SIGNING_H

#include "daemon/zone_bridge.h"
#include "daemon/zone_seat.h"
#include "sign/sign_policy.h"

/* Owns the arrays, and the periods of the zones. All zero is empty. */
struct made_zones {
	unsigned count;
	struct sign_zone *zones;     /* one a seat, in the same order */
	struct zone_bridge *bridges; /* likewise */
	struct sign_cut *cuts;       /* of all zones; those of one zone stand together */
};

/* Makes the zones from `count` seats, which are in the order of sign_policy.h. `former` (NULL:
 * there is none) was made from `former_seats`, which the seats' `before` point to. Borrows the keys
 * of the seats. Returns false if memory is short; call zone_signing_fini() in any case. */
bool zone_signing_make(struct made_zones *s, const struct zone_seat *seats, unsigned count,
        const struct made_zones *former, const struct zone_seat *former_seats, int64_t now_s);
void zone_signing_fini(struct made_zones *s);

#endif
