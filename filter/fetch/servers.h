/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers for walks (fetch/walk.h) the addresses of a zone's servers, so that not every walk
 * begins at the root; and which servers could not answer a query for DS or DNSKEY, so that a fetch
 * does not ask them first each time. The tables have a fixed size. Nothing in them is proved. */
#ifndef FETCH_SERVERS_H
#define FETCH_SERVERS_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "fetch/delegation.h"

#define SERVERS_ZONES  128 /* zones whose servers are remembered */
#define SERVERS_UNABLE 256 /* servers that could not answer */

struct servers {
	const struct sockaddr_storage *hints; /* addresses of the root servers */
	unsigned hint_count;
	struct table zones;
	struct hash_key key;
	struct {
		uint64_t who; /* a keyed hash of the server's address */
		uint64_t until_ms;
	} unable[SERVERS_UNABLE];
};

/* Takes the memory. Borrows the hints; without hints no walk can begin. Returns 0 or a negative
 * errno; call servers_fini() in both cases. */
int servers_init(struct servers *s, const struct sockaddr_storage *hints, unsigned hint_count);
void servers_fini(struct servers *s);

/* Fills `roots` with addresses from the hints, from a random one on. */
void servers_roots(const struct servers *s, struct addresses *roots);

/* Remembers the addresses of a zone's servers for `ttl_s`, in place of older ones. */
void servers_put(struct servers *s, const struct name *zone, const struct addresses *addresses,
        uint32_t ttl_s, uint64_t now_ms);

/* Finds the deepest zone at or above `name`, but below the root, whose servers are remembered.
 * Returns false if there is none. */
bool servers_find(struct servers *s, const struct name *name, uint64_t now_ms, struct name *zone,
        struct addresses *addresses);

/* Forgets the servers of a zone, which were useless. */
void servers_forget(struct servers *s, const struct name *zone);

/* Forgets the servers of `top` and of all zones below it. */
void servers_forget_within(struct servers *s, const struct name *top);

/* Note for LIMIT_UNABLE_S that a server could not answer, and tell whether that was noted. A newer
 * note may replace that of another server whose hash selects the same place. */
void servers_note_unable(struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms);
bool servers_is_unable(
        const struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms);

#endif
