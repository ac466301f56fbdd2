/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/flow_key.h"

_Static_assert(offsetof(struct flow_key, hash) == 40, "padding would be hashed");

static void flow_key_finish(const struct hash_key *hash_key, struct flow_key *key,
        struct span client, struct span server)
{
	size_t len = offsetof(struct flow_key, addresses) + client.len + server.len;

	memcpy(key->addresses, client.base, client.len);
	memcpy(key->addresses + client.len, server.base, server.len);
	key->hash = keyed_hash_wide(hash_key, span_of(key, len));
}

struct flow_key flow_key_of_query(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way)
{
	struct flow_key key = { .id = id,
		.client_port = p->source_port,
		.server_port = p->destination_port,
		.version = p->version,
		.way = way };

	flow_key_finish(hash_key, &key, p->source, p->destination);
	return key;
}

struct flow_key flow_key_of_response(
        const struct hash_key *hash_key, const struct packet *p, uint16_t id, struct flow_way way)
{
	struct flow_key key = { .id = id,
		.client_port = p->destination_port,
		.server_port = p->source_port,
		.version = p->version,
		.way = way };

	flow_key_finish(hash_key, &key, p->destination, p->source);
	return key;
}

static size_t key_address_size(const struct flow_key *key)
{
	return key->version == 4 ? 4 : 16;
}

struct span flow_key_client(const struct flow_key *key)
{
	return span_of(key->addresses, key_address_size(key));
}

struct span flow_key_server(const struct flow_key *key)
{
	return span_of(key->addresses + key_address_size(key), key_address_size(key));
}
