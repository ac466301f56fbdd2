/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nobody can answer before the server on a connection, so nothing is held back: what is Bogus is
 * refused at once. */
#include "worker/tcp_validate.h"

#include "base/sockaddr.h"
#include "wire/build.h"
#include "worker/validate_query.h"
#include "worker/worker_private.h"

/* Over TCP any message fits. */
#define TCP_SIZE UINT16_MAX

/* Transfers of one connection that are remembered; then the oldest, mostly over by now, gives way.
 * Their responses are streams of messages that belong together (RFC 5936, RFC 1995). */
#define TRANSFERS 32

static struct client_query asked_of(const struct message *query)
{
	struct client_query asked = { .id = query->id,
		.flags = query->flags,
		.udp_size = TCP_SIZE,
		.question_len = (uint16_t)query->question.len,
		.passes_unjudged = true };

	memcpy(asked.question, query->question.base, query->question.len);
	return asked;
}

static void refuse(struct worker *w, struct connection *c, const struct client_query *asked)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);

	build_header(&out, asked->id,
	        (uint16_t)(FLAG_QR | (asked->flags & FLAG_RD) | RCODE_REFUSED), 1, 0);
	writer_put(&out, span_of(asked->question, asked->question_len));
	connection_send(w, &c->client, writer_span(&out));
}

static void forget_oldest_transfer(struct worker *w, struct connection *c)
{
	struct question *oldest = NULL;
	unsigned count = 0;

	for (struct question *q = c->first; q; q = q->next) {
		if (!q->is_transfer)
			continue;
		count++;
		if (!oldest)
			oldest = q;
	}
	if (count >= TRANSFERS)
		question_forget(w, oldest);
}

struct question *transfer_ask(
        struct worker *w, struct connection *c, const struct client_query *asked)
{
	stats_count(&w->stats.transfers);
	forget_oldest_transfer(w, c);
	struct question *q = question_ask(c, QUERY_TRANSFER, asked);
	if (q)
		q->is_transfer = true;
	return q;
}

static void transfer(struct worker *w, struct connection *c, const struct message *query)
{
	struct client_query asked = asked_of(query);

	stats_count(&w->stats.queries);
	if (w->config.tcp.refuses_transfers) {
		stats_count(&w->stats.transfers_refused);
		refuse(w, c, &asked);
		return;
	}
	if (!transfer_ask(w, c, &asked))
		c->is_broken = true;
	connection_send(w, &c->server, query->octets);
}

void tcp_validate_query(struct worker *w, struct connection *c, struct span octets)
{
	struct message query;
	struct client_query asked;
	struct span sent;

	if (message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX) && query_is_transfer(&query)) {
		transfer(w, c, &query);
		return;
	}
	struct query_way way = { .client = sockaddr_octets(&c->client_address),
		.server = &c->server_address,
		.over_tcp = true };
	enum query_kind kind = validate_query_take(w, &way, octets, &asked, &sent);
	if (kind == QUERY_MALFORMED && !w->is_paused) {
		c->is_broken = true;
		return;
	}
	asked.udp_size = TCP_SIZE;
	if (kind != QUERY_MALFORMED && !question_ask(c, kind, &asked))
		c->is_broken = true;
	connection_send(w, &c->server, sent);
}

/* ---- Responses ---- */

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
bool transfer_has(const struct message *response, const struct question *q)
{
	const struct client_query *asked = &q->asked;

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
		if (q->is_transfer ? transfer_has(response, q)
		                   : !q->parked && gate_matches(response, &q->asked))
			return q;
	}
	return NULL;
}

/* A transfer ends with the SOA that it began with, which may stand in the middle too: so only one
 * that failed is known to be over, and others are forgotten with the connection, or when there are
 * too many. */
void transfer_pass(struct worker *w, struct question *q, const struct message *response)
{
	stats_count(&w->stats.passed[EXEMPT_TRANSFER]);
	connection_send(w, &q->connection->client, response->octets);
	if (message_rcode(response) != RCODE_NOERROR)
		question_forget(w, q);
}

void tcp_validate_response(struct worker *w, struct connection *c, struct span octets)
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
		transfer_pass(w, q, &response);
	} else if (q->asked.passes_unjudged) {
		arrival_pass_unjudged(w, &answer.arrival, q->kind, &response);
	} else if (w->is_paused || !arrival_asks_again(w, &answer.arrival, &response)) {
		memcpy(w->octets, octets.base, octets.len);
		arrival_take(w, &answer.arrival, &response, w->octets);
	}
}
