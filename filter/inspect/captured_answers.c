/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/captured_answers.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/message.h"

static void note_query(struct captured *c, const struct sighting *s, const struct message *m)
{
	c->queries[c->query_count++ % CAPTURED_MAX] = (struct captured_query){
		.id = m->id, .port = s->source_port, .dnssec_ok = m->edns.dnssec_ok
	};
}

/* The newest query with the id, from the port that the response goes to. */
static bool asked_do(const struct captured *c, const struct sighting *s, const struct message *m)
{
	for (unsigned age = 1; age <= c->query_count && age <= CAPTURED_MAX; age++) {
		const struct captured_query *q = &c->queries[(c->query_count - age) % CAPTURED_MAX];
		if (q->id == m->id && q->port == s->destination_port)
			return q->dnssec_ok;
	}
	return true;
}

int captured_take(
        struct captured *c, const char *path, const struct sighting *s, const struct message *m)
{
	if (m->question_count != 1 || m->qclass != CLASS_IN || m->qtype != c->question.type ||
	        !name_equal(&m->qname, &c->question.name))
		return 0;
	if (!(m->flags & FLAG_QR)) {
		note_query(c, s, m);
		return 0;
	}
	uint8_t *copy = malloc(s->message.len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, s->message.base, s->message.len);
	struct captured_response *r = &c->responses[c->count++ % CAPTURED_MAX];
	free(r->octets);
	*r = (struct captured_response){ .octets = copy,
		.len = s->message.len,
		.time_s = s->at.time_s,
		.packet = s->at.packet,
		.path = path,
		.asked_do = asked_do(c, s, m) };
	return 0;
}

unsigned captured_count(const struct captured *c)
{
	return c->count < CAPTURED_MAX ? c->count : CAPTURED_MAX;
}

const struct captured_response *captured_get(const struct captured *c, unsigned index)
{
	unsigned oldest = c->count < CAPTURED_MAX ? 0 : c->count;
	return &c->responses[(oldest + index) % CAPTURED_MAX];
}

void captured_fini(struct captured *c)
{
	for (unsigned i = 0; i < CAPTURED_MAX; i++)
		free(c->responses[i].octets);
}
