/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies, removes, prints and shows the rules that bring DNS to the queues and to the relay. Every
 * change is logged. The rules of another instance are left alone (config/instance.h). */
#ifndef NETFILTER_RULES_H
#define NETFILTER_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

/* Applies the rules with `c->rules_backend`; "auto" is the first one that works here, which means
 * that the kernel accepts all rules from it. Adds the shortcut, if it is configured and possible.
 * Removes our rules from the other back ends. Applying twice is the same as once.
 *
 * Changes `c`: sets `user` and the inside interfaces (netfilter/inside_interfaces.h); clears the
 * shortcut if it cannot be used.
 *
 * Returns 0 or -EIO; the log says why. After -EIO nothing has changed, because another instance is
 * in the way; or the former rules stay, and there is no shortcut: no back end works, the routing
 * rule of the relay cannot be added, or br_netfilter does not show what is bridged. Or the new
 * rules are in place, but some former ones could not be removed. */
int rules_apply(struct config *c);

/* Removes our rules from every back end, and the shortcut of the configuration. Returns 0, or -EIO
 * if some may be left. */
int rules_remove(const struct config *c);

/* True if no other instance has rules that collide with those of `c`. If one has, the complaint
 * names it, and what to change. */
bool rules_fit_beside_others(const struct config *c, struct complaint *why);

/* The state of the rules in the kernel. */
enum rules_state {
	RULES_IN_FORCE, /* those of the configuration, and the kernel shows them the packets */
	RULES_MISSING,  /* some or all are not there */
	RULES_FOREIGN,  /* they are those of another configuration or version */
	RULES_BLIND, /* they are there, but a setting of the kernel keeps the packets from them */
};

/* Compares the configuration with the kernel: the rules, the routing rule of the relay, the
 * shortcut, and the settings without which no packet comes to them. Runs the programs of the back
 * ends. Changes `c` as rules_apply() does, and logs nothing. The complaint says what is wrong; or,
 * if RULES_IN_FORCE, which rules of the operator decide beside ours, and is empty if there are
 * none. */
enum rules_state rules_look(struct config *c, struct complaint *why);

/* Writes the rules that rules_apply() would apply, without applying them: for `nft -f` and for
 * iptables-restore, or only for the back end that the configuration names. The routing of the relay
 * is written as comments. Changes `c` as rules_apply() does. Returns 0, or -ENOMEM. */
int rules_print(struct config *c, FILE *out);

/* Writes our rules as the kernel has them, and names the other instances that have rules, too.
 * Returns false if we have none. */
bool rules_show(const struct config *c, FILE *out);

#endif
