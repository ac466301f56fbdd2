/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation being made. Private to inspect/explain. */
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
	struct name expanded; /* the last name of the answer that was made from a wildcard */

	/* The message that is being read, in the gate's memory. */
	struct message m;
	struct rrsets g;
	struct budget budget; /* for the signatures of it */
};

/* Parses and groups a message. Returns false when it is malformed. */
bool explain_build_open(struct explain_build *x, struct span octets);

/* Opens the message from which the gate learned a link; without a link, the response itself. */
bool explain_build_open_link(struct explain_build *x, const struct explain_run_link *link);

/* Says what came where nothing of use came, else returns NULL. */
const char *explain_build_came(const struct explain_run_link *link);

/* Returns the index of a zone that is there, or NOWHERE. */
int explain_build_find_zone(const struct explain_build *x, const struct name *name);

/* Adds a line about a set. */
__attribute__((format(printf, 3, 4))) void explain_build_say(
        struct explain_build *x, int set, const char *format, ...);

#endif
