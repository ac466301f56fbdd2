/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of servers for the walk (walk.h): where those of a zone are, so that not every
 * walk begins at the root; and which could not answer for a DS or DNSKEY, so that it is not asked
 * first each time. A table of a fixed size, in which nothing is proved. */
#ifndef FETCH_SERVERS_H
#define FETCH_SERVERS_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "fetch/delegation.h"

#define SERVERS_ZONES  128 /* whose servers are remembered */
#define SERVERS_UNABLE 256 /* a power of two */

struct servers {
	const struct sockaddr_storage *hints; /* of the root's servers */
	unsigned hint_count;
	struct table zones;
	struct hash_key key;
	struct {
		uint64_t who; /* a hash of the address */
		uint64_t until_ms;
	} unable[SERVERS_UNABLE];
};

/* The hints are borrowed; without any no walk can begin. Returns 0 or a negative errno;
 * servers_fini() in both cases. */
int servers_init(struct servers *s, const struct sockaddr_storage *hints, unsigned hint_count);
void servers_fini(struct servers *s);

/* Some servers of the root, by chance. */
void servers_roots(const struct servers *s, struct addresses *roots);

/* Remembers where the servers of a zone are, in the place of what was known of them. */
void servers_put(struct servers *s, const struct name *zone, const struct addresses *addresses,
        uint32_t ttl_s, uint64_t now_ms);

/* Finds the deepest zone at or above `name` of which servers are known, below the root. */
bool servers_find(struct servers *s, const struct name *name, uint64_t now_ms, struct name *zone,
        struct addresses *addresses);

/* Forgets a zone, whose servers were of no use. */
void servers_forget(struct servers *s, const struct name *zone);

/* That a server could not answer, for LIMIT_UNABLE_S. Two that share a place take turns. */
void servers_note_unable(struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms);
bool servers_is_unable(
        const struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms);

#endif
