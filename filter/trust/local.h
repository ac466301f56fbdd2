/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local names: names that the global tree cannot prove, because it denies them, or because a server
 * of a private network has other records for them than the rest of the world. They count as
 * unsigned, and everything below them. */
#ifndef TRUST_LOCAL_H
#define TRUST_LOCAL_H

#include "wire/name.h"
#include "wire/network.h"

#define LOCAL_NAMES_MAX 128

enum local_kind {
	LOCAL_NAME,    /* `zone`, and the names below it */
	LOCAL_REVERSE, /* the reverse zones of `network`, and the names below them */
	LOCAL_SINGLE,  /* every name of one label that the root denies */
};

struct local_name {
	enum local_kind kind;
	struct name zone;
	struct network network;
	bool is_bound; /* only what a server in `from` answers is local */
	struct network from;
};

struct local_names {
	/* a bit for each top-level label that some item is in; several may share one */
	uint64_t tops;
	unsigned count;
	struct local_name items[LOCAL_NAMES_MAX];
};

/* Adds a local name. Returns false if the list is full. */
bool local_add(struct local_names *list, const struct local_name *local);

/* Returns the first LOCAL_NAME or LOCAL_REVERSE that covers `name` in a response from `server` (an
 * address, or empty if it is not known), or NULL. Sets `zone` to the name from which on it covers:
 * `name`, or above it. `list` may be NULL. */
const struct local_name *local_above(const struct local_names *list, const struct name *name,
        struct span server, struct name *zone);

/* Returns the LOCAL_SINGLE that covers `name` in a response from `server`, or NULL. It covers the
 * name only if the root proves that no zone begins there: the caller checks that. */
const struct local_name *local_single(
        const struct local_names *list, const struct name *name, struct span server);

/* True if records of this name and type must lead to the loopback: the name is localhost or below
 * it (RFC 6761, 6.3), or, for PTR and an alias instead of it, the reverse name of 127.0.0.1 or ::1;
 * for DNAME also the names above that. */
bool local_is_loopback_name(const struct name *owner, uint16_t type);

/* True if a record of such a name leads to the loopback: an address of it, or an alias or PTR to a
 * name within localhost; a PTR may lead to any name of one label, too. SVCB and HTTPS records never
 * do. `target` is the name in the RDATA, NULL if there is none. Records of other types are fine: no
 * program connects to a machine by them alone. */
bool local_is_loopback(uint16_t type, struct span rdata, const struct name *target);

/* Reads the network whose reverse zone `name` is in (RFC 1035, 3.5; RFC 3596, 2.5): the longest
 * prefix that its labels say, of no bits if the first of them is no number. False for a name that
 * is not in in-addr.arpa or ip6.arpa. */
bool reverse_network(const struct name *name, struct network *network);

#endif
