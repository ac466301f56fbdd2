/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation being made. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_BUILD_H
#define INSPECT_EXPLAIN_BUILD_H

#include "dnssec/denial.h"
#include "inspect/explain.h"
#include "trust/chain.h"

struct explaining {
	struct explanation *e;
	struct inquiry *q;
	bool no_memory;
	bool has_expanded;
	struct name expanded; /* the last name of the answer that was made from a wildcard */

	/* The message that is being read, in the gate's memory. */
	struct message m;
	struct rrsets g;
	struct budget budget; /* for the signatures of it */
};

#endif
