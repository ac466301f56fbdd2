/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key of a flow: the addresses and ports of client and server, and the id of the query. */
#ifndef FLOW_FLOW_KEY_H
#define FLOW_FLOW_KEY_H

#include "base/keyedhash.h"
#include "wire/packet.h"

/* The indexes of the interfaces by which a packet comes in and leaves. For a bridged packet they
 * are ports of the bridge. 0 stands for this machine itself. `out` is also 0 if it is not known:
 * the shortcut does not see where a query leaves. */
struct flow_way {
	uint32_t in, out;
};

/* The members up to the addresses are hashed as they lie, so there is no padding between them. */
struct flow_key {
	uint16_t id;
	uint16_t client_port, server_port;
	uint16_t version;      /* of IP */
	uint8_t addresses[32]; /* of the client, then of the server; 4 or 16 octets each */
	struct wide_hash hash; /* of the members above, with the secret of the flow table */
	struct flow_way way;   /* of the packet; not hashed */
};

/* Return the flow key of a query, and of a response. Both have the same hash if the response
 * answers the query. `hash_key` is that of the flow table. */
struct flow_key flow_key_of_query(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way);
struct flow_key flow_key_of_response(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way);

/* Return the address of the client, and of the server; borrowed from the key. */
struct span flow_key_client(const struct flow_key *key);
struct span flow_key_server(const struct flow_key *key);

#endif
