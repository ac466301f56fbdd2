/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches the program of the shortcut to the interfaces of the clients, where packets come in (tc,
 * clsact, ingress). Empty directories beside the pinned maps note the interfaces to which it is
 * attached. */
#ifndef NETFILTER_SHORTCUT_RULES_H
#define NETFILTER_SHORTCUT_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/complaint.h"
#include "config/config.h"

/* Loads the program, attaches it to the interfaces of the configuration, and detaches it from all
 * others. Applying twice is the same as once. Returns 0; or -errno with a complaint, and then the
 * program is attached nowhere. */
int shortcut_rules_apply(const struct config *c, struct complaint *why);

/* Detaches the program everywhere and removes it. Sets `*found` if there was one. Returns 0, or
 * -errno with a complaint. */
int shortcut_rules_remove(const struct config *c, bool *found, struct complaint *why);

/* True if the program is attached to each interface of the configuration. */
bool shortcut_rules_are_attached(const struct config *c);

/* Writes the interfaces to which the program is attached. Returns false if there are none. */
bool shortcut_rules_show(const struct config *c, FILE *out);

#endif
