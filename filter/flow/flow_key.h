/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what a question in flight is found again: who asked whom, from which port, with which id. */
#ifndef FLOW_FLOW_KEY_H
#define FLOW_FLOW_KEY_H

#include "base/keyedhash.h"
#include "wire/packet.h"

/* The interfaces by which a packet comes in and leaves, by their indexes; of a bridged one the
 * ports of the bridge. 0 stands for this machine itself. A query whose way out was not seen, as
 * that of the shortcut, has 0 there, too. */
struct flow_way {
	uint32_t in, out;
};

/* Who asked whom. Without padding, and the addresses last of what is hashed as it lies. */
struct flow_key {
	uint16_t id;
	uint16_t client_port, server_port;
	uint16_t version;      /* of IP */
	uint8_t addresses[32]; /* the client's and, right behind, the server's; 4 or 16 octets each
	                        */
	struct wide_hash hash; /* of all this, by the key of the table of flows */
	struct flow_way way;   /* of the packet whose key this is */
};

/* The key of a query, and of a response to it, hashed by the key of the table of flows. */
struct flow_key flow_key_of_query(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way);
struct flow_key flow_key_of_response(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way);

/* The client's address in it, and the server's; borrowed from the key. */
struct span flow_key_client(const struct flow_key *key);
struct span flow_key_server(const struct flow_key *key);

#endif
