/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routing rule of the role "gateway" that delivers to this machine what the packet filter rules
 * marked for the relay, though it is bound for others. */
#ifndef NETFILTER_RELAY_ROUTE_H
#define NETFILTER_RELAY_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/complaint.h"
#include "config/config.h"

/* Adds the rule for `c->mark_relay` and its table, in each family that this machine has. Twice is
 * the same as once; `*added` says whether there was anything to add. Returns 0, or -errno with a
 * sentence in `why`.
 */
int routing_apply(const struct config *c, bool *added, struct complaint *why);

/* Takes away what is there for another mark, which the configuration had before. Returns the same.
 */
int routing_tidy(const struct config *c, struct complaint *why);

/* Takes them away; `*found` says whether they were there. Returns 0, or -errno with a sentence in
 * `why`. */
int routing_remove(bool *found, struct complaint *why);

#endif
