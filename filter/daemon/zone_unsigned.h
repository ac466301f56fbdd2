/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log says which zones pass unsigned, and when one begins or ends to be signed. */
#ifndef DAEMON_ZONE_UNSIGNED_H
#define DAEMON_ZONE_UNSIGNED_H

#include "daemon/zone_policy.h"

/* Logs what is new in `current`, which has replaced `former` (NULL: this is the start). */
void zone_unsigned_tell(const struct zone_policy *current, const struct zone_policy *former);

#endif
