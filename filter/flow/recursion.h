/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers which client asks which server to recurse (RD), and for more than an SOA without RD. A
 * client of the first kind does not iterate towards that server, and the server is not only
 * authoritative. A client that never asked for more is a secondary of that server, as far as its
 * queries show.
 *
 * The memory is two bit maps of each kind, each of half a day; a keyed hash of the two addresses
 * selects the bit.
 *
 * Errors go one way: two pairs may share a bit, and a flood of pairs may set all bits, so a pair
 * may be taken for one that was noted. A pair that was noted is never missed before its time. */
#ifndef FLOW_RECURSION_H
#define FLOW_RECURSION_H

#include "base/keyedhash.h"
#include "base/span.h"

enum pair_kind {
	PAIR_RECURSES = 1,  /* a query had RD */
	PAIR_ASKS_MORE = 2, /* a query was for more than an SOA without RD */
};

#define PAIR_KINDS 2

#define RECURSION_BITS    (1u << 20) /* of a bit map */
#define RECURSION_HALF_MS 43200000

struct recursion {
	struct hash_key key;
	uint64_t *newer, *older; /* the bit maps of this half day, and of the one before */
	uint64_t from_ms;        /* when this half day began */
};

/* Takes the memory. Returns 0 or a negative errno; call recursion_fini() in both cases. */
int recursion_init(struct recursion *r);
void recursion_fini(struct recursion *r);

/* Notes a query of these kinds (of enum pair_kind) from `client` to `server`, which are addresses
 * of 4 or 16 octets. Returns the kinds of all queries of the pair, this one included. A query
 * counts for at least half a day and at most a day, or longer if the clock was set back. */
unsigned recursion_note(struct recursion *r, struct span client, struct span server, unsigned kinds,
        uint64_t now_ms);

#endif
