/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wants that will probably follow the gate's present one. The gate wants one RRset at a time,
 * from the trust anchor down, because each one is proved by the one before. On a slow link that
 * takes a round trip for each. So what follows is guessed, to be asked for at once.
 *
 * The guesses come from the response, which proves nothing yet: the names of the zones that signed
 * it. If it has no signatures, the name of the question says little about zone cuts, so little is
 * guessed. A wrong guess costs a query, and an attacker who forges a response can cause LIMIT_AHEAD
 * of them. */
#ifndef GATE_AHEAD_H
#define GATE_AHEAD_H

#include "dnssec/limits.h"
#include "gate/gate.h"

struct ahead {
	unsigned count;
	struct want wants[LIMIT_AHEAD];
};

/* Guesses what the gate will want for the response `octets`, for which it wants `want` now. Nothing
 * that the store knows is in `ahead`, and not `want` itself. */
void gate_look_ahead(struct gate *g, struct span octets, const struct want *want, int64_t now_s,
        struct ahead *ahead);

#endif
