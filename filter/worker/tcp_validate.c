/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On a connection only the server can answer, so no response is held back for a better one: a Bogus
 * response is refused at once. */
#include "worker/tcp_validate.h"

#include "base/sockaddr.h"
#include "wire/build.h"
#include "worker/arrival.h"
#include "worker/connection.h"
#include "worker/letters.h"
#include "worker/many_questions.h"
#include "worker/oddity.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

/* Over TCP any message fits. */
#define TCP_SIZE UINT16_MAX

int tcp_validate_init(struct tcp_validator *t)
{
	return scratch_init(&t->scratch);
}

void tcp_validate_fini(struct tcp_validator *t)
{
	scratch_fini(&t->scratch);
}

/* ---- Queries ---- */

struct client_query tcp_transfer_asked(const struct message *query)
{
	struct client_query asked = { .id = query->id,
		.flags = query->flags,
		.udp_size = TCP_SIZE,
		.question_len = (uint16_t)query->question.len,
		.passes_unjudged = true };

	memcpy(asked.question, query->question.base, query->question.len);
	return asked;
}

static void send_refused(
        struct tcp_validator *t, struct connection *c, const struct client_query *asked)
{
	struct writer out = scratch_writer(&t->scratch);

	build_header(&out, asked->id,
	        (uint16_t)(FLAG_QR | (asked->flags & FLAG_RD) | RCODE_REFUSED), 1, 0);
	writer_put(&out, span_of(asked->question, asked->question_len));
	connection_send(&c->client, writer_span(&out));
}

static void send_formerr(
        struct tcp_validator *t, struct connection *c, const struct client_query *asked)
{
	struct writer out = scratch_writer(&t->scratch);

	many_questions_refuse(asked, &out);
	connection_send(&c->client, writer_span(&out));
}

static void take_transfer(
        struct tcp_validator *t, struct connection *c, const struct message *query)
{
	struct client_query asked = tcp_transfer_asked(query);

	stats_count(&t->stats->queries);
	if (t->config->tcp.refuses_transfers) {
		stats_count(&t->stats->transfers_refused);
		send_refused(t, c, &asked);
		return;
	}
	if (!question_ask_transfer(c, &asked))
		c->is_broken = true;
	connection_send(&c->server, query->octets);
}

static void tcp_validate_query(void *context, struct connection *c, struct span octets)
{
	struct tcp_validator *t = context;
	struct message query;
	struct client_query asked;
	struct span sent;

	if (scratch_parse(&t->scratch, octets, &query) && query_is_transfer(&query)) {
		take_transfer(t, c, &query);
		return;
	}
	struct query_way way = { .client = sockaddr_octets(&c->client_address),
		.server = &c->server_address,
		.over_tcp = true };
	enum query_kind kind = validate_query_take(t->intake, &way, octets, &asked, &sent);
	if (kind == QUERY_MALFORMED && !t->turn->is_paused) {
		c->is_broken = true;
		return;
	}
	if (kind == QUERY_QUESTIONS) {
		send_formerr(t, c, &asked);
		return;
	}
	asked.udp_size = TCP_SIZE;
	if (kind != QUERY_MALFORMED && !question_ask(c, kind, &asked))
		c->is_broken = true;
	connection_send(&c->server, sent);
}

/* ---- Responses ---- */

/* A response on a connection, and the question that it answers. */
struct relayed {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct tcp_validator *validator;
	struct question *question;
};

static struct question *relayed_question(struct arrival *a)
{
	return ((struct relayed *)a)->question;
}

static void relayed_deliver(struct arrival *a, struct span octets)
{
	struct question *q = relayed_question(a);

	connection_send(&q->connection->client, octets);
	question_forget(q);
}

/* A question that cannot be answered on a connection ends the connection. */
static void relayed_drop(struct arrival *a)
{
	relayed_question(a)->connection->is_broken = true;
}

static bool relayed_hold_back(struct arrival *a, bool is_error)
{
	(void)a;
	(void)is_error;
	return false;
}

static bool relayed_park(struct arrival *a)
{
	const struct tcp_validator *t = ((struct relayed *)a)->validator;
	struct question *q = relayed_question(a);

	q->parked = park_message(
	        t->park, &q->connection->client_address, q, &q->asked, a->message, t->turn->now_ms);
	if (!q->parked)
		return false;
	q->parked->server = a->server;
	q->connection->parked_count++;
	a->parked = q->parked;
	return true;
}

/* A question on a connection has one response; see tcp_find_question(). */
static bool relayed_may_ask(struct arrival *a, enum reask_how how)
{
	(void)a;
	(void)how;
	return true;
}

static const struct carrier on_connections = { relayed_deliver, relayed_drop, relayed_hold_back,
	relayed_park, relayed_may_ask, NULL };

static struct relayed relayed_of(struct tcp_validator *t, struct question *q, struct span octets)
{
	return (struct relayed){ .arrival = { .carrier = &on_connections,
		                         .asked = &q->asked,
		                         .message = octets,
		                         .server = q->connection->server_address,
		                         .client = sockaddr_octets(&q->connection->client_address),
		                         .parked = q->parked,
		                         .is_last = true },
		.validator = t,
		.question = q };
}

void tcp_validate_resume(struct tcp_validator *t, struct parked *parked, bool in_time)
{
	struct span octets = parked_message(parked, span_of(parked->octets, parked->len));
	struct relayed relayed = relayed_of(t, parked->question, octets);

	arrival_again(t->arrivals, &relayed.arrival, in_time);
}

typedef bool question_matcher(const struct message *response, const struct client_query *asked);

static struct question *find_asked_by(
        const struct connection *c, const struct message *response, question_matcher *matches)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->is_transfer ? question_has_transfer(q, response)
		                   : !q->parked && matches(response, &q->asked))
			return q;
	}
	return NULL;
}

/* Answers come in any order (RFC 7766, 7). */
struct question *tcp_find_question(const struct connection *c, const struct message *response)
{
	struct question *q = find_asked_by(c, response, gate_matches);

	return q ? q : find_asked_by(c, response, gate_matches_in_any_case);
}

/* A transfer ends with the SOA that it began with, but that SOA may stand in the middle too. So
 * only a transfer that failed is known to be over. Others are forgotten with the connection, or
 * when there are too many. */
void tcp_pass_transfer(struct question *q, const struct message *response)
{
	struct connection *c = q->connection;

	stats_count(&c->relay->stats->passed[EXEMPT_TRANSFER]);
	connection_send(&c->client, response->octets);
	if (message_rcode(response) != RCODE_NOERROR)
		question_forget(q);
}

static void tcp_validate_response(void *context, struct connection *c, struct span octets)
{
	struct tcp_validator *t = context;
	struct message response;

	const struct odd_way odd = { sockaddr_octets(&c->server_address),
		sockaddr_octets(&c->client_address) };

	stats_count(&t->stats->responses);
	bool is_parsed = scratch_parse(&t->scratch, octets, &response);
	struct question *q = is_parsed ? tcp_find_question(c, &response) : NULL;
	if (!q && t->turn->is_paused) {
		stats_count(&t->stats->passed[EXEMPT_PAUSE]);
		connection_send(&c->client, octets);
		return;
	}
	if (!is_parsed) {
		stats_count(&t->stats->responses_malformed);
		oddity_note(t->oddities, octets, &odd);
		c->is_broken = true;
		return;
	}
	if (!q) {
		stats_count(&t->stats->responses_unsolicited);
		return;
	}
	oddity_note_trailing(t->oddities, octets, &response, &odd);
	octets = response.octets;
	if (q->is_transfer) {
		tcp_pass_transfer(q, &response);
		return;
	}
	struct relayed relayed = relayed_of(t, q, octets);
	memcpy(t->scratch.octets, octets.base, octets.len);
	if (letters_look(t->arrivals, &relayed.arrival, &response, t->scratch.octets,
	            LETTERS_FROM_CONNECTION) == LETTERS_PUT_BACK)
		relayed.arrival.message = span_of(t->scratch.octets, octets.len);
	if (q->asked.passes_unjudged) {
		arrival_pass_unjudged(t->arrivals, &relayed.arrival, q->kind, &response);
	} else if (t->turn->is_paused ||
	           !arrival_asks_again(t->arrivals, &relayed.arrival, &response)) {
		arrival_take(t->arrivals, &relayed.arrival, &response, t->scratch.octets);
	}
}

const struct relay_trade tcp_validate_trade = { .query = tcp_validate_query,
	.response = tcp_validate_response };
