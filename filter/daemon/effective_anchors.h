/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trust anchors that the daemon goes by, for the commands that judge as it does. */
#ifndef DAEMON_EFFECTIVE_ANCHORS_H
#define DAEMON_EFFECTIVE_ANCHORS_H

#include "base/complaint.h"
#include "config/config.h"
#include "trust/anchor.h"

/* Returns what trust_anchor says, brought up to what the daemon has learned since (RFC 5011), where
 * it follows them; the caller's to free. Nothing is changed on disk, and what was learned and
 * cannot be read is left out with a warning. NULL, with a sentence in `error`, when the anchors
 * cannot be had. */
struct anchors *anchors_in_force(const struct config *c, int64_t now_s, struct complaint *error);

#endif
