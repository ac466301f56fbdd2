/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries and their responses, for tests of the flow table. */
#ifndef FLOWTALK_H
#define FLOWTALK_H

#include "flow/flow.h"
#include "test.h"
#include "wire/build.h"

#define TIMEOUT_MS 1000
#define START_MS   5000

/* A query of a client, and the response of its server. */
struct talk {
	uint8_t addresses[2][16];
	uint8_t octets[BUILD_QUERY_MAX];
	struct packet query, response;
	struct message message;
	struct client_query asked;
	struct flow_way query_way, response_way;
};

static void begin_talk(
        struct talk *t, uint8_t version, uint16_t port, uint16_t id, const char *name)
{
	struct writer out = writer_over(t->octets, sizeof(t->octets));
	size_t address_len = version == 4 ? 4 : 16;
	struct name qname;

	memset(t->addresses, 0, sizeof(t->addresses));
	t->query_way = t->response_way = (struct flow_way){ 0 };
	t->addresses[0][0] = 1;
	t->addresses[1][0] = 2;
	t->query = (struct packet){ .version = version,
		.source_port = port,
		.destination_port = 53,
		.source = span_of(t->addresses[0], address_len),
		.destination = span_of(t->addresses[1], address_len) };
	t->response = (struct packet){ .version = version,
		.source_port = 53,
		.destination_port = port,
		.source = t->query.destination,
		.destination = t->query.source };
	assert_true(name_from_text(name, &qname));
	build_query(&out, id, FLAG_QR, &qname, TYPE_A, 512);
	assert_true(message_parse(&t->message, writer_span(&out), NULL, 0));
	t->asked = (struct client_query){ .id = id,
		.question_len = (uint16_t)t->message.question.len };
	memcpy(t->asked.question, t->message.question.base, t->message.question.len);
}

/* Returns false if an older flow was evicted. */
static bool ask(struct flow_table *table, const struct talk *t, uint64_t now_ms)
{
	struct flow_key key =
	        flow_key_of_query(&table->hash_key, &t->query, t->asked.id, t->query_way);
	return flow_remember(table, &key, QUERY_JUDGED, &t->asked, now_ms).evicted == 0;
}

static struct flow *answered(struct flow_table *table, const struct talk *t, uint64_t now_ms)
{
	struct flow_key key = flow_key_of_response(
	        &table->hash_key, &t->response, t->message.id, t->response_way);
	union flow_asked asked;
	return flow_find(table, &key, &t->message, now_ms, &asked);
}

#endif
