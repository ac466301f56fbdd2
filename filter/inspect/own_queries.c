/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/own_queries.h"

#include "base/cursor.h"
#include "wire/protocol.h"

static void set_address(uint8_t to[static 16], struct span address)
{
	memcpy(to, address.base, address.len);
}

/* Describes the query that the message is, or that it answers. */
static struct own_query query_of(const struct captured_message *seen)
{
	struct cursor c = cursor_over(seen->message);
	struct own_query query = { .version = seen->version, .id = cursor_u16(&c) };
	bool is_response = cursor_u16(&c) & FLAG_QR;

	set_address(query.client, is_response ? seen->destination : seen->source);
	set_address(query.server, is_response ? seen->source : seen->destination);
	query.client_port = is_response ? seen->destination_port : seen->source_port;
	return query;
}

void own_queries_note(struct own_queries *own, const struct captured_message *seen)
{
	own->queries[own->count++ % OWN_QUERIES_MAX] = query_of(seen);
}

static bool is_same_query(const struct own_query *a, const struct own_query *b)
{
	return a->id == b->id && a->client_port == b->client_port && a->version == b->version &&
	       memcmp(a->client, b->client, sizeof(a->client)) == 0 &&
	       memcmp(a->server, b->server, sizeof(a->server)) == 0;
}

bool own_queries_have(const struct own_queries *own, const struct captured_message *seen)
{
	const struct own_query query = query_of(seen);

	for (unsigned i = 0; i < OWN_QUERIES_MAX && i < own->count; i++) {
		if (is_same_query(&own->queries[i], &query))
			return true;
	}
	return false;
}
