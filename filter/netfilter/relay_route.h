/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routing rule of the role "gateway": packets that the packet filter rules marked for the relay
 * are delivered to this machine, though they have another destination. Rules of others that lead to
 * the same routing table are left alone. */
#ifndef NETFILTER_RELAY_ROUTE_H
#define NETFILTER_RELAY_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/complaint.h"
#include "config/config.h"

/* Adds the rule for `c->mark_relay`, and its routing table, in each family that this machine has.
 * Sets `*added` if the rule was not there yet. Returns 0, or -errno with a complaint. */
int relay_route_apply(const struct config *c, bool *added, struct complaint *why);

/* Writes the commands that do the same, as comments. */
void relay_route_print(const struct config *c, FILE *out);

/* True if the rule for `c->mark_relay` and the route of its table are there, in each family that
 * this machine has. If not, the complaint says what is missing. */
bool relay_route_is_there(const struct config *c, struct complaint *why);

/* Removes rules for other marks, which the configuration had before. Returns 0, or -errno with a
 * complaint. */
int relay_route_tidy(const struct config *c, struct complaint *why);

/* Removes the rules and the routing table of the instance. All named instances that can have a
 * relay on a gateway share the table: the caller knows that no other one is there. Sets `*found` if
 * they were there. Returns 0, or -errno with a complaint. */
int relay_route_remove(const struct config *c, bool *found, struct complaint *why);

#endif
