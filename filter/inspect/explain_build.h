/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation while it is built. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_BUILD_H
#define INSPECT_EXPLAIN_BUILD_H

#include "dnssec/denial.h"
#include "inspect/explain.h"
#include "trust/chain.h"

struct explain_build {
	struct explanation *e;
	struct explain_run *run;
	bool no_memory;
	bool has_expanded;
	struct name expanded; /* the last owner in the answer that was expanded from a wildcard */

	/* The open message, in the gate's memory. */
	struct message m;
	struct rrsets g;
	struct budget budget; /* for its signatures */
};

/* Parses a message and groups its RRsets. Returns false if it is malformed. */
bool explain_build_open(struct explain_build *x, struct span octets);

/* Opens the message from which the gate learned `link`, or the response if `link` is NULL. */
bool explain_build_open_link(struct explain_build *x, const struct explain_run_link *link);

/* Returns what came instead of a usable response for `link`, or NULL if the link was learned. */
const char *explain_build_came(const struct explain_run_link *link);

/* Returns the index of a zone that was added, or NOWHERE. */
int explain_build_find_zone(const struct explain_build *x, const struct name *name);

/* Adds a line of text about a set, unless `set` is NOWHERE. */
__attribute__((format(printf, 3, 4))) void explain_build_say(
        struct explain_build *x, int set, const char *format, ...);

#endif
