/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server sends on a connection. Nobody can answer before it there, so nothing is held back:
 * what is Bogus is refused at once. */
#include "worker/relay_response.h"

#include "worker/worker_private.h"

/* A response on a connection, and the question that it answers. */
struct answer {
	struct arrival arrival; /* comes first: it is what the carrier is given */
	struct question *question;
};

static struct question *question_of(struct arrival *a)
{
	return ((struct answer *)a)->question;
}

static void deliver(struct worker *w, struct arrival *a, struct span octets)
{
	struct question *q = question_of(a);

	connection_send(w, &q->connection->client, octets);
	question_forget(w, q);
}

/* What cannot be answered on a connection is the end of it. */
static void drop(struct worker *w, struct arrival *a)
{
	(void)w;
	question_of(a)->connection->is_broken = true;
}

static bool hold_back(struct worker *w, struct arrival *a)
{
	(void)w;
	(void)a;
	return false;
}

static bool park(struct worker *w, struct arrival *a)
{
	struct question *q = question_of(a);

	q->parked = park_message(
	        &w->park, &q->connection->client_address, q, &q->asked, a->message, w->now_ms);
	if (!q->parked)
		return false;
	q->parked->carrier = a->carrier;
	q->parked->server = a->server;
	q->connection->parked_count++;
	a->parked = q->parked;
	return true;
}

static void resume(struct worker *w, struct parked *parked, bool in_time);

static const struct carrier on_connections = { deliver, drop, hold_back, park, resume };

static struct answer answer_to(struct question *q, struct span octets)
{
	return (struct answer){ .arrival = { .carrier = &on_connections,
		                        .asked = &q->asked,
		                        .message = octets,
		                        .server = q->connection->server_address,
		                        .parked = q->parked,
		                        .is_last = true },
		.question = q };
}

static void resume(struct worker *w, struct parked *parked, bool in_time)
{
	struct question *q = parked->question;
	struct connection *c = q->connection;
	struct answer answer =
	        answer_to(q, parked_message(parked, span_of(parked->octets, parked->len)));

	arrival_again(w, &answer.arrival, in_time);
	connection_update(w, c);
}

/* All messages of a transfer have its id, but only the first must have its question (RFC 5936,
 * 2.2.1). */
bool relay_is_of_transfer(const struct message *response, const struct question *q)
{
	const struct asked *asked = &q->asked;

	return (response->flags & FLAG_QR) && message_opcode(response) == OPCODE_QUERY &&
	       response->id == asked->id &&
	       (response->question_count == 0 ||
	               span_equal(
	                       response->question, span_of(asked->question, asked->question_len)));
}

/* Answers come in any order (RFC 7766, 7). */
static struct question *find(const struct connection *c, const struct message *response)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->is_transfer ? relay_is_of_transfer(response, q)
		                   : !q->parked && gate_matches(response, &q->asked))
			return q;
	}
	return NULL;
}

/* A transfer ends with the SOA that it began with, which may stand in the middle too: so only one
 * that failed is known to be over, and others are forgotten with the connection, or when there are
 * too many (relay_query.c). */
void relay_pass_transfer(struct worker *w, struct question *q, const struct message *response)
{
	stats_count(&w->stats.passed[EXEMPT_TRANSFER]);
	connection_send(w, &q->connection->client, response->octets);
	if (message_rcode(response) != RCODE_NOERROR)
		question_forget(w, q);
}

void relay_response(struct worker *w, struct connection *c, struct span octets)
{
	struct message response;

	stats_count(&w->stats.responses);
	bool is_parsed = message_parse(&response, octets, w->rrs, MESSAGE_RRS_MAX);
	struct question *q = is_parsed ? find(c, &response) : NULL;
	if (!q && w->is_paused) {
		stats_count(&w->stats.passed[EXEMPT_PAUSE]);
		connection_send(w, &c->client, octets);
		return;
	}
	if (!is_parsed) {
		stats_count(&w->stats.responses_malformed);
		c->is_broken = true;
		return;
	}
	if (!q) {
		stats_count(&w->stats.responses_unsolicited);
		return;
	}
	struct answer answer = answer_to(q, octets);
	if (q->is_transfer) {
		relay_pass_transfer(w, q, &response);
	} else if (q->asked.unjudged) {
		arrival_pass_unjudged(w, &answer.arrival, q->kind, &response);
	} else if (w->is_paused || !arrival_asks_again(w, &answer.arrival, &response)) {
		memcpy(w->octets, octets.base, octets.len);
		arrival_take(w, &answer.arrival, &response, w->octets);
	}
}
