/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for what the operator has set up that breaks sealgate's rules without a word. Changes
 * nothing. */
#ifndef NETFILTER_CONFLICTS_H
#define NETFILTER_CONFLICTS_H

#include "config/config.h"

typedef void conflict_say(void *context, const char *sentence);

/* Calls `say` with a sentence for each rule, of every back end, that excludes DNS over TCP from
 * connection tracking. The sentence names the rule and what to do. Runs the programs of the back
 * ends that are installed. */
void conflicts_in_rules(const struct config *c, conflict_say *say, void *context);

/* Calls `say` with a sentence for each kind of setting of the kernel that makes it drop what
 * servers send to the relay of a gateway, or keeps connections from the relay. `root` precedes the
 * paths of the settings: "" except in tests. */
void conflicts_in_settings(
        const struct config *c, const char *root, conflict_say *say, void *context);

#endif
