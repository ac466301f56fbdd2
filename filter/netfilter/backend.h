/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways of giving the kernel our rules. Each keeps them apart from the operator's, so that they
 * can be replaced and taken away without touching those. */
#ifndef NETFILTER_BACKEND_H
#define NETFILTER_BACKEND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/complaint.h"
#include "base/process.h"
#include "config/config.h"

struct backend {
	const char *name;

	/* Puts the rules in place of those that it has of ours. All of it or nothing: after a
	 * failure things are as they were before. Returns 0, or -errno with a sentence in `why`. */
	int (*apply)(const struct backend *b, const struct config *c, struct complaint *why);

	/* Takes our rules away; `*found` says whether there were any. Returns 0, or -errno with a
	 * sentence in `why`. A program that is not installed has no rules. */
	int (*remove)(const struct backend *b, bool *found, struct complaint *why);

	/* Writes our rules as they stand in the kernel. Returns whether there are any. */
	bool (*show)(const struct backend *b, FILE *out);

	const char *const (*programs)[2]; /* of iptables: restore and save, for IPv4 and for IPv6 */
};

/* In the order in which they are tried. */
extern const struct backend backend_nft, backend_iptables_nft, backend_iptables_legacy;

/* Runs a program for a back end. Returns 0 if it exits with 0; otherwise -errno, with its own
 * complaint in `why`. After 0 `p` is to be given to process_fini(). */
int backend_run(
        struct process *p, const char *const argv[], const char *input, struct complaint *why);

/* The same for one that gets nothing and of whose words nobody wants any. */
int backend_do(const char *const argv[], struct complaint *why);

#endif
