/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The back ends: ways to put our rules into the kernel. Each keeps our rules apart from the
 * operator's and from those of another instance, so that it can replace and remove them without
 * touching these. */
#ifndef NETFILTER_BACKEND_H
#define NETFILTER_BACKEND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/complaint.h"
#include "base/process.h"
#include "config/config.h"
#include "netfilter/neighbours.h"
#include "netfilter/rules_check.h"

struct backend {
	const char *name;

	/* Replaces our rules in this back end. After a failure the former rules are in place.
	 * Returns 0, or -errno with a complaint. */
	int (*apply)(const struct backend *b, const struct config *c, struct complaint *why);

	/* Removes our rules. Sets `*found` if there were any. Returns 0, or -errno with a
	 * complaint. A back end whose program is not installed has no rules. */
	int (*remove)(const struct backend *b, const struct config *c, bool *found,
	        struct complaint *why);

	/* Writes the rules of the configuration in the form that the program reads. Returns 0, or
	 * -ENOMEM. */
	int (*print)(const struct config *c, FILE *out);

	/* Writes our rules as the kernel has them. Returns whether there are any. */
	bool (*show)(const struct backend *b, const struct config *c, FILE *out);

	/* Compares the rules of the configuration with those in the kernel. A back end whose
	 * program is not installed has none. The complaint says what is missing; or, if
	 * RULES_WHOLE, which rules of the operator are among them, and is empty if there are
	 * none. */
	enum rules_found (*look)(
	        const struct backend *b, const struct config *c, struct complaint *why);

	/* Adds the other instances that have rules in the kernel. */
	void (*look_around)(
	        const struct backend *b, const struct config *c, struct neighbours *neighbours);

	const char *const (*programs)[2]; /* iptables only: restore and save, of IPv4 and of IPv6 */
};

/* In the order in which they are tried. */
extern const struct backend backend_nft, backend_iptables_nft, backend_iptables_legacy;

/* True if the kernel has IPv6. A kernel without it has no such packets to miss. */
bool backend_has_ipv6(void);

/* Runs a program, with `input` as its standard input unless NULL. Returns 0 if the program exits
 * with 0; the caller then calls process_fini(). Otherwise returns -errno, with the program's own
 * error message as the complaint. */
int backend_run(
        struct process *p, const char *const argv[], const char *input, struct complaint *why);

/* Runs a program without input, and discards its output. Returns as backend_run() does. */
int backend_do(const char *const argv[], struct complaint *why);

#endif
