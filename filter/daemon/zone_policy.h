/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the signed zones, and the policy of the signer that is made from them. */
#ifndef DAEMON_ZONE_POLICY_H
#define DAEMON_ZONE_POLICY_H

#include "base/complaint.h"
#include "config/config.h"
#include "sign/sign_policy.h"

struct zone_policy;

/* Reads the key files of all zones. Borrows lists of the configuration. Returns NULL, with a complaint
 * that names the file, if a file is missing or wrong. */
struct zone_policy *zone_policy_load(const struct config *c, struct complaint *why);
/* Puts off ZSKs that resolvers cannot know yet from the former policy (daemon/zone_succession.h). For a policy that
 * nobody uses yet. */
void zone_policy_follow(struct zone_policy *z, const struct zone_policy *former, int64_t now_s);
void zone_policy_free(struct zone_policy *s);

/* Returns the policy of the signer, which lives as long as `z`. */
const struct sign_policy *zone_policy_signing(const struct zone_policy *z);

#endif
