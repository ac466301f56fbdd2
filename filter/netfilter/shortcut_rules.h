/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shortcut, beside the rules: its program is attached to the interfaces that clients are
 * behind, where packets come in (tc, clsact, ingress). What is attached where is noted by
 * directories beside the pinned maps. */
#ifndef NETFILTER_SHORTCUT_RULES_H
#define NETFILTER_SHORTCUT_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/complaint.h"
#include "config/config.h"

/* Loads the program, attaches it to the interfaces of the configuration, and takes it away from
 * others. Twice is the same as once. Returns 0, or -errno with a sentence in `why`, and then there
 * is none anywhere. */
int shortcut_rules_apply(const struct config *c, struct complaint *why);

/* Takes all of it away; `*found` says whether there was any. Returns 0, or -errno with a sentence
 * in `why`. */
int shortcut_rules_remove(const struct config *c, bool *found, struct complaint *why);

/* Writes to what it is attached. Returns false when there is nothing. */
bool shortcut_rules_show(const struct config *c, FILE *out);

#endif
