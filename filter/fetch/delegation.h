/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the servers of a zone are, as a referral or the answer for an address says. Nothing proves
 * that: whoever is asked there must prove its answer. */
#ifndef FETCH_DELEGATION_H
#define FETCH_DELEGATION_H

#include <sys/socket.h>

#include "dnssec/limits.h"
#include "wire/message.h"

/* The addresses of a zone's servers, each with DNS's port. */
struct addresses {
	unsigned count;
	struct sockaddr_storage at[LIMIT_WALK_ADDRESSES];
};

struct delegation {
	struct name zone;
	struct addresses addresses;
	unsigned name_count; /* of servers whose addresses are not known */
	struct name names[LIMIT_WALK_SERVERS];
	uint32_t ttl_s;
};

/* Adds one, unless it is there already or there are enough. */
void addresses_add(struct addresses *a, const struct sockaddr_storage *address);

/* Reads what a response of a server of `zone` says of the way on to `name`: the servers of a zone
 * below, at or above the name (RFC 1034, 4.3.2). An address counts only within `zone`, of which
 * that server may speak, and where somebody else can be asked. Returns false when it is no
 * referral, or leads nowhere. */
bool delegation_read(struct delegation *d, const struct message *m, const struct name *zone,
        const struct name *name);

/* Adds the A and AAAA records that the response has for the name that was asked for. Returns false
 * when it has none. */
bool addresses_read(struct addresses *a, const struct message *m);

#endif
