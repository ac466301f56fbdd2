/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers which client asks which server to recurse (RD). Such a client does not iterate towards
 * that server, and the server is not only authoritative.
 *
 * The memory is two bit maps, each of half a day; a keyed hash of the two addresses selects the bit.
 * Errors go one way: two pairs may share a bit, and a flood of pairs may set all bits, so a pair may
 * be taken for one that was noted. A pair that was noted is never missed before its time. */
#ifndef FLOW_RECURSION_H
#define FLOW_RECURSION_H

#include "base/keyedhash.h"
#include "base/span.h"

#define RECURSION_BITS    (1u << 20) /* of a bit map */
#define RECURSION_HALF_MS 43200000

struct recursion {
	struct hash_key key;
	uint64_t *newer, *older; /* the bit map of this half day, and of the one before */
	uint64_t from_ms;        /* when this half day began */
};

/* Takes the memory. Returns 0 or a negative errno; call recursion_fini() in both cases. */
int recursion_init(struct recursion *r);
void recursion_fini(struct recursion *r);

/* Notes a query from `client` to `server`, which are addresses of 4 or 16 octets. Returns true if
 * the pair had a query with RD, this one included. A query with RD counts for at least half a day
 * and at most a day, or longer if the clock was set back. */
bool recursion_note(
        struct recursion *r, struct span client, struct span server, bool has_rd, uint64_t now_ms);

#endif
