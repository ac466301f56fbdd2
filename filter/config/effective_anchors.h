/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trust anchors that the daemon uses, for the commands that judge as the daemon does, and for
 * the keeper. */
#ifndef CONFIG_EFFECTIVE_ANCHORS_H
#define CONFIG_EFFECTIVE_ANCHORS_H

#include "base/complaint.h"
#include "config/config.h"
#include "trust/anchor.h"

/* Returns the anchors of trust_anchor. If the configuration lets them roll over (RFC 5011), the
 * changes that the daemon has learned are included; a state file that cannot be read is left out,
 * with a warning. Nothing on disk is changed. The caller frees the anchors. Returns NULL with a
 * complaint if trust_anchor cannot be read, or if memory is short. */
struct anchors *effective_anchors(const struct config *c, int64_t now_s, struct complaint *error);

#endif
