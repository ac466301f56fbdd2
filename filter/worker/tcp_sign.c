/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/tcp_sign.h"

#include <sodium.h>

#include "base/sockaddr.h"
#include "sign/sign_query.h"
#include "worker/connection.h"
#include "worker/sign_trade.h"
#include "worker/tcp_validate.h"

static struct sign_peers peers_of(const struct connection *c)
{
	return (struct sign_peers){ sockaddr_octets(&c->client_address),
		sockaddr_octets(&c->server_address) };
}

/* ---- Queries ---- */

/* Only a query that passes is treated as a transfer: one that is refused has an error as its only
 * response. */
static bool is_transfer(
        const struct sign_trade *t, const struct signer_query *asked, struct span octets)
{
	struct message query;

	return asked->client.passes_unjudged && scratch_parse(&t->queries, octets, &query) &&
	       query_is_transfer(&query);
}

/* Asks under a random id. All questions of a connection go from one port, so for each of them an
 * attacker must guess the id. */
static void ask_by_udp(const struct sign_trade *t, struct question *q, struct span query)
{
	uint8_t *octets = t->queries.octets;

	q->datagram_id = (uint16_t)randombytes_random();
	if (query.base != octets)
		memcpy(octets, query.base, query.len);
	put_u16(octets, q->datagram_id);
	connection_send(&q->connection->server, span_of(octets, query.len));
}

static void send_query(const struct sign_trade *t, struct question *q, struct span query)
{
	struct side *server = &q->connection->server;

	if (server->is_datagram)
		ask_by_udp(t, q, query);
	else
		connection_send(server, query);
}

static bool tcp_sign_at_once(void *context, struct connection *c, struct span octets)
{
	struct sign_peers peers = peers_of(c);
	struct span answer;

	if (!sign_trade_at_once(context, octets, &peers, true, &answer))
		return false;
	connection_send(&c->client, answer);
	return true;
}

static void tcp_sign_query(void *context, struct connection *c, struct span octets)
{
	struct sign_trade *t = context;
	struct sign_peers peers = peers_of(c);
	struct signer_query asked;
	struct span sent;

	if (tcp_sign_at_once(t, c, octets))
		return;
	if (sign_trade_query(t, octets, &peers, true, &asked, &sent) == SIGN_QUERY_MALFORMED) {
		c->is_broken = true;
		return;
	}
	struct question *q = is_transfer(t, &asked, octets)
	                             ? question_ask_transfer(c, &asked.client)
	                             : question_ask(c, QUERY_SIGNED, &asked.client);
	if (!q) {
		c->is_broken = true;
		return;
	}
	q->signing = asked;
	if (!asked.client.passes_unjudged)
		question_await(q);
	send_query(t, q, sent);
}

/* ---- Responses ---- */

static struct question *find_signing_question(
        const struct connection *c, const struct message *response)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->is_transfer ? question_has_transfer(q, response)
		                   : sign_trade_matches(response, &q->signing))
			return q;
	}
	return NULL;
}

/* Asks what the signer must know first. The client waits no longer for its answer than
 * otherwise. */
static void ask_next(struct sign_trade *t, struct question *q, const struct sign_step *step)
{
	struct writer out = scratch_writer(&t->queries);

	sign_ask(&q->signing, step, &out);
	send_query(t, q, writer_span(&out));
}

static void answer_signed(struct sign_trade *t, struct question *q, const struct message *response)
{
	struct connection *c = q->connection;
	struct sign_peers peers = peers_of(c);
	struct sign_result result = sign_trade_response(t, &q->signing, &peers, response, true);

	if (result.verdict == SIGN_VERDICT_ASK) {
		ask_next(t, q, &result.next);
		return;
	}
	if (result.verdict == SIGN_VERDICT_DROP)
		return;
	connection_send(&c->client,
	        result.verdict == SIGN_VERDICT_REWRITE ? result.octets : response->octets);
	question_forget(q);
}

static void tcp_sign_response(void *context, struct connection *c, struct span octets)
{
	struct sign_trade *t = context;
	struct message response;

	stats_count(&t->stats->responses);
	const struct sign_peers peers = peers_of(c);
	if (!sign_trade_parse_response(t, octets, &peers, &response)) {
		c->is_broken = true;
		return;
	}
	struct question *q = find_signing_question(c, &response);
	if (!q)
		stats_count(&t->stats->responses_unsolicited);
	else if (q->is_transfer)
		tcp_pass_transfer(q, &response);
	else
		answer_signed(t, q, &response);
}

static struct question *find_by_datagram_id(const struct connection *c, uint16_t id)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->datagram_id == id)
			return q;
	}
	return NULL;
}

static void tcp_sign_datagram(void *context, struct connection *c, uint8_t *octets, size_t len)
{
	struct sign_trade *t = context;
	struct cursor cursor = cursor_over(span_of(octets, len));
	const struct question *q = find_by_datagram_id(c, cursor_u16(&cursor));

	if (cursor.bad || !q) {
		stats_count(&t->stats->responses_unsolicited);
		return;
	}
	put_u16(octets, q->asked.id);
	connection_touch(c);
	tcp_sign_response(t, c, span_of(octets, len));
}

/* ---- Servers that close, or are silent ---- */

/* A query that passes as it came is not kept, so it cannot be asked again. */
static bool tcp_sign_ask_anew(void *context, struct connection *c)
{
	struct sign_trade *t = context;
	bool is_any = false;

	for (struct question *q = c->first; q; q = q->next) {
		struct writer out = scratch_writer(&t->queries);
		if (q->is_transfer || q->signing.client.passes_unjudged)
			continue;
		sign_ask_again(&q->signing, &out);
		send_query(t, q, writer_span(&out));
		is_any = true;
	}
	return is_any;
}

/* The question is forgotten, so a later answer of the server goes nowhere. */
static struct connection *tcp_sign_answer_due(void *context, const struct relay *r)
{
	struct sign_trade *t = context;
	struct question *q = r->oldest;
	struct writer out = scratch_writer(&t->responses);

	if (!q || q->due_ms > t->turn->now_ms)
		return NULL;
	struct connection *c = q->connection;
	const struct sign_peers peers = peers_of(c);
	stats_count(&t->stats->sign_silent);
	sign_trade_unanswered(t, &q->signing, &peers, true);
	sign_no_response(&q->signing, &out);
	connection_send(&c->client, writer_span(&out));
	question_forget(q);
	return c;
}

const struct relay_trade tcp_sign_trade = { .query = tcp_sign_query,
	.at_once = tcp_sign_at_once,
	.response = tcp_sign_response,
	.datagram = tcp_sign_datagram,
	.answer_due = tcp_sign_answer_due,
	.asks_again = true,
	.ask_anew = tcp_sign_ask_anew };
