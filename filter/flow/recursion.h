/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which client asks which server to recurse: a client that does is no resolver that iterates, and
 * that server none that knows its own zones alone. Kept as bits in two halves of a day, found by a
 * keyed hash. An error is always on one side: two pairs may come to one bit, and a flood of pairs
 * may set all of them; a pair that was noted is never missed before its time. */
#ifndef FLOW_RECURSION_H
#define FLOW_RECURSION_H

#include "base/keyedhash.h"
#include "base/span.h"

#define RECURSION_BITS    (1u << 20) /* of a half */
#define RECURSION_HALF_MS 43200000

struct recursion {
	struct hash_key key;
	uint64_t *newer, *older; /* the half that is written, and the one before */
	uint64_t from_ms;        /* since when the newer is written */
};

/* Takes the memory, which is freed by recursion_fini() even if this fails. Returns 0 or a negative
 * errno. */
int recursion_init(struct recursion *r);
void recursion_fini(struct recursion *r);

/* Takes a query of `client` to `server`, addresses of 4 or 16 octets, and notes its RD. Returns
 * true if a query of the two had RD within half a day; one that is older than a day counts no more,
 * but for a clock that went back since. */
bool recursion_note(
        struct recursion *r, struct span client, struct span server, bool has_rd, uint64_t now_ms);

#endif
