/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies, removes and shows the rules that bring DNS to the queues. Every change is logged. */
#ifndef NETFILTER_RULES_H
#define NETFILTER_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

/* True for "auto" and for the name of a back end: nft, iptables-nft, iptables-legacy. */
bool rules_backend_known(const char *name);

/* Sets in `c` what the rules need besides the file: `user`, the interfaces of the inside
 * (netfilter/inside_interfaces.h), and no shortcut if it is not possible.
 *
 * Applies the rules with this back end; for "auto", with the first one that works here, which means
 * that the kernel accepts all rules from it. Adds the shortcut, if it is configured and possible.
 * Removes our rules from the other back ends. Applying twice is the same as once. Returns 0; or -EIO if
 * no back end works, and then the former rules are in place; or -EIO if former rules could not be
 * removed. */
int rules_apply(struct config *c, const char *backend);

/* Removes our rules from every back end, and the shortcut of the configuration. Returns 0, or -EIO if
 * some may be left. */
int rules_remove(const struct config *c);

/* Writes our rules as the kernel has them. Returns false if there are none. */
bool rules_show(const struct config *c, FILE *out);

#endif
