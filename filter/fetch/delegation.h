/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of a zone's servers, read out of a referral or of an answer with addresses. They
 * are not proved. The answers of these servers must be proved. */
#ifndef FETCH_DELEGATION_H
#define FETCH_DELEGATION_H

#include <sys/socket.h>

#include "dnssec/limits.h"
#include "wire/message.h"

/* The addresses of the servers of one zone, with port 53. */
struct addresses {
	unsigned count;
	struct sockaddr_storage at[LIMIT_WALK_ADDRESSES];
};

struct delegation {
	struct name zone;
	struct addresses addresses;
	unsigned name_count;
	struct name names[LIMIT_WALK_SERVERS]; /* of servers without a known address */
	uint32_t ttl_s;                        /* at most LIMIT_SERVERS_S */
};

/* Adds an address, unless it is there already or the array is full. */
void addresses_add(struct addresses *a, const struct sockaddr_storage *address);

/* Reads a referral from a server of `zone` towards `name` (RFC 1034, 4.3.2): the servers of a zone
 * that lies below `zone`, and at or above `name`. Glue counts only if the server's name is within
 * `zone`, for which that server may speak, and if the address is unicast and not local to this
 * host. Returns false if the response is no referral, or names no server that can be found. */
bool delegation_read(struct delegation *d, const struct message *m, const struct name *zone,
        const struct name *name);

/* Adds the addresses of the A and AAAA records for qname in the answer section. Returns false if
 * none was added. */
bool addresses_read(struct addresses *a, const struct message *m);

/* Adds the addresses that the additional section has for the server `name`. Returns false if none
 * was added. */
bool addresses_read_glue(struct addresses *a, const struct message *m, const struct name *server);

#endif
