/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the keys of a zone are to live, as the configuration has it. */
#ifndef CONFIG_CONFIG_KEEPER_H
#define CONFIG_CONFIG_KEEPER_H

#include "base/complaint.h"
#include "config/config.h"
#include "keys/life_policy.h"

/* Fills the policy. That of a zone depends on its max_ttl, which no TTL in the zone exceeds.
 * Returns false with a complaint if the times contradict each other. */
bool config_keeper_policy(const struct config *c, const struct config_zone *zone,
        struct life_policy *policy, struct complaint *error);

#endif
