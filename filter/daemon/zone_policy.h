/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the zones that are signed, and the policy by which they are. */
#ifndef DAEMON_ZONE_POLICY_H
#define DAEMON_ZONE_POLICY_H

#include "base/complaint.h"
#include "config/config.h"
#include "sign/sign_policy.h"

struct signing;

/* Reads the key files of all zones; of the configuration lists are borrowed.
 * Returns NULL, with a sentence in `why` that names the file, when they are not as they should be.
 */
struct signing *signing_load(const struct config *c, struct complaint *why);
void signing_free(struct signing *s);

/* Lives as long as `s`. */
const struct sign_policy *signing_policy(const struct signing *s);

#endif
