/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prefixes of NAT64s that the network tells, until when it says they hold, and which of them
 * count.
 *
 * Nothing proves such a prefix, and a false one brings the traffic to each name that has only IPv4
 * addresses to the owner of the prefix. So a prefix counts only if it leads to no machine of an
 * attacker from afar: nobody on the global Internet can have it. Further, no machine on a link of
 * this one may be able to take an address in it. docs/dns64.md says who gains what. */
#ifndef TRUST_FOUND_PREFIXES_H
#define TRUST_FOUND_PREFIXES_H

#include "wire/network.h"

#define FOUND_PREFIXES_MAX       32
#define FOUND_PREFIXES_OF_ORIGIN 4 /* a machine on one link cannot take the room of the others */

enum prefix_source {
	PREFIX_OF_RESOLVER, /* RFC 7050 */
	PREFIX_OF_ROUTER,   /* RFC 8781 */
};

/* Who told. Prefixes of one origin are renewed and taken back by it alone. */
struct prefix_origin {
	enum prefix_source source;
	unsigned index; /* of the resolver in the configuration, or of the interface */
};

/* Whether a prefix counts, or why not. */
enum prefix_use {
	PREFIX_COUNTS,
	PREFIX_GLOBAL,  /* it could lead to anybody on the Internet */
	PREFIX_ON_LINK, /* neighbours of this machine could take addresses in it */
};

struct found_prefix {
	struct network network;
	struct prefix_origin origin;
	uint8_t router[16]; /* its address, if a router told it */
	enum prefix_use use;
	uint64_t until_ms; /* of the monotonic clock */
};

/* Zero it. */
struct found_prefixes {
	unsigned count;
	struct found_prefix items[FOUND_PREFIXES_MAX];
};

/* Says whether a prefix counts, on a machine with these networks on its links. */
enum prefix_use prefix_use_of(
        const struct network *prefix, const struct network *on_link, unsigned count);

enum prefix_news {
	PREFIX_KNOWN,   /* nothing changes but its time */
	PREFIX_NEW,     /* it was not there, or did not have this use */
	PREFIX_NO_ROOM, /* it was not taken: its origin has told too many, or the table is full */
};

/* Takes a prefix that was told. One that counts may replace one of its origin that does not. */
enum prefix_news found_prefixes_take(struct found_prefixes *f, const struct found_prefix *told);

/* Has the prefixes of an origin end now; only `network`, if that is not NULL. */
void found_prefixes_end(struct found_prefixes *f, const struct prefix_origin *origin,
        const struct network *network);

/* Removes one prefix whose time is over, and writes it to `ended`. Returns false if there is
 * none. */
bool found_prefixes_remove_ended(
        struct found_prefixes *f, uint64_t now_ms, struct found_prefix *ended);

/* Returns when the first prefix ends; UINT64_MAX if there is none. */
uint64_t found_prefixes_first_end_ms(const struct found_prefixes *f);

#endif
