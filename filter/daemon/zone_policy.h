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
void zone_policy_free(struct zone_policy *s);

/* Returns the policy of the signer, which lives as long as `z`. */
const struct sign_policy *zone_policy_signing(const struct zone_policy *z);

#endif
