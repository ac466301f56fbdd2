/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the configuration again while the daemon runs. Private to daemon/. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "base/complaint.h"
#include "config/config_change.h"
#include "daemon/service.h"

/* Reads the whole file, and for a signer the keys of its zones. If all of it is right, everything
 * that can change takes effect: in the workers at their next turn, in the rules soon after. What
 * was learned, the queries in flight and the responses that wait stay. Returns 0, and what has
 * changed; or -1 with a complaint, and nothing has changed. Both are logged. */
int reload_configuration(struct service *s, struct config_changes *changes, struct complaint *why);

/* Reads one zone of a signer, its file in sign.zones_directory and its keys, and nothing else.
 * Returns 0, also if the zone is broken; or -1 with a complaint, and nothing has changed. Both are
 * logged. */
int reload_zone(struct service *s, const struct name *apex, struct complaint *why);

#endif
