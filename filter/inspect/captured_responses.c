/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/captured_responses.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/message.h"

static void note_captured_query(
        struct captured_responses *c, const struct captured_message *seen, const struct message *m)
{
	c->queries[c->query_count++ % CAPTURED_RESPONSES_MAX] = (struct captured_query){
		.id = m->id, .port = seen->source_port, .dnssec_ok = m->edns.dnssec_ok
	};
}

/* Takes the newest query with the same id, from the port that the response goes to. */
static bool query_had_do(const struct captured_responses *c, const struct captured_message *seen,
        const struct message *m)
{
	for (unsigned age = 1; age <= c->query_count && age <= CAPTURED_RESPONSES_MAX; age++) {
		const struct captured_query *q =
		        &c->queries[(c->query_count - age) % CAPTURED_RESPONSES_MAX];
		if (q->id == m->id && q->port == seen->destination_port)
			return q->dnssec_ok;
	}
	return true;
}

int captured_responses_take(struct captured_responses *c, const char *path,
        const struct captured_message *seen, const struct message *m)
{
	if (m->question_count != 1 || m->qclass != CLASS_IN || m->qtype != c->question.type ||
	        !name_equal(&m->qname, &c->question.name))
		return 0;
	if (!(m->flags & FLAG_QR)) {
		note_captured_query(c, seen, m);
		return 0;
	}
	uint8_t *copy = malloc(seen->message.len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, seen->message.base, seen->message.len);
	struct captured_response *r = &c->responses[c->count++ % CAPTURED_RESPONSES_MAX];
	free(r->octets);
	*r = (struct captured_response){ .octets = copy,
		.len = seen->message.len,
		.time_s = seen->at.time_s,
		.packet = seen->at.packet,
		.path = path,
		.asked_do = query_had_do(c, seen, m) };
	return 0;
}

unsigned captured_responses_count(const struct captured_responses *c)
{
	return c->count < CAPTURED_RESPONSES_MAX ? c->count : CAPTURED_RESPONSES_MAX;
}

const struct captured_response *captured_responses_get(
        const struct captured_responses *c, unsigned index)
{
	unsigned oldest = c->count < CAPTURED_RESPONSES_MAX ? 0 : c->count;
	return &c->responses[(oldest + index) % CAPTURED_RESPONSES_MAX];
}

void captured_responses_fini(struct captured_responses *c)
{
	for (unsigned i = 0; i < CAPTURED_RESPONSES_MAX; i++)
		free(c->responses[i].octets);
}
