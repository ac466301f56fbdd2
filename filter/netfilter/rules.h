/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that bring DNS to the queue: applied, taken away and shown. What is done is logged. */
#ifndef NETFILTER_RULES_H
#define NETFILTER_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

/* True for "auto" and for the name of a back end: nft, iptables-nft, iptables-legacy. */
bool rules_backend_known(const char *name);

/* Changes `c` to what the rules depend on besides the file: `user`, the interfaces of the inside
 * (netfilter/inside_interfaces.h), and no shortcut if there can be none.
 * Puts the rules in with this back end, or with the first that works here for "auto", and takes
 * away what another has of ours; the shortcut with them, if it is wanted and can be had. Twice is
 * the same as once. A back end works when the kernel takes all rules from it. Returns 0, or -EIO
 * when none does, and then things are as they were before. */
int rules_apply(struct config *c, const char *backend);

/* Takes our rules away, whichever back end has them, and the shortcut that the configuration tells
 * of. Returns 0, or -EIO when some may be left. */
int rules_remove(const struct config *c);

/* Writes our rules as they stand in the kernel. Returns false when there are none. */
bool rules_show(const struct config *c, FILE *out);

#endif
