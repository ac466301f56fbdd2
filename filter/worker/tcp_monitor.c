/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/tcp_monitor.h"

#include "base/sockaddr.h"
#include "worker/connection.h"
#include "worker/monitor.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

/* A connection with CONNECTION_QUESTIONS questions is not read any more, so the oldest is forgotten
 * before: its response will answer no query. */
static void make_room_for_question(struct connection *c)
{
	if (c->question_count + 1 >= CONNECTION_QUESTIONS)
		question_forget(c->first);
}

static void look_at_transfer(
        struct tcp_validator *t, struct connection *c, const struct message *query)
{
	struct client_query asked = tcp_transfer_asked(query);

	stats_count(&t->stats->queries);
	if (t->config->tcp.refuses_transfers)
		monitor_would_drop(t->stats, &t->stats->transfers_refused);
	else
		question_ask_transfer(c, &asked);
}

static void look_at_question(void *context, struct connection *c, struct span octets)
{
	struct tcp_validator *t = context;
	struct message query;
	struct client_query asked;
	struct span sent;

	make_room_for_question(c);
	if (scratch_parse(&t->scratch, octets, &query) && query_is_transfer(&query)) {
		look_at_transfer(t, c, &query);
		return;
	}
	struct query_way way = { .client = sockaddr_octets(&c->client_address),
		.server = &c->server_address,
		.over_tcp = true };
	enum query_kind kind = validate_query_take(t->intake, &way, octets, &asked, &sent);
	if (t->turn->is_paused)
		return;
	asked.udp_size = UINT16_MAX;
	if (kind == QUERY_MALFORMED)
		stats_count(&t->stats->monitor_would_drop);
	else
		question_ask(c, kind, &asked);
}

static void look_at_transferred(
        struct tcp_validator *t, struct question *q, const struct message *response)
{
	stats_count(&t->stats->monitor_would_pass);
	if (message_rcode(response) != RCODE_NOERROR)
		question_forget(q);
}

/* The question is answered, whatever enforce would have done: only the server can answer here. */
static void look_at_answer(
        struct tcp_validator *t, struct question *q, const struct message *response)
{
	const struct connection *c = q->connection;
	const struct client_query asked = q->asked;
	const struct monitored monitored = { .asked = &asked,
		.kind = q->kind,
		.response = response,
		.octets = t->scratch.octets,
		.server = &c->server_address,
		.client = sockaddr_octets(&c->client_address) };

	memcpy(t->scratch.octets, response->octets.base, response->octets.len);
	question_forget(q);
	monitor_take(t->monitor, &monitored);
}

static void look_at_reply(void *context, struct connection *c, struct span octets)
{
	struct tcp_validator *t = context;
	bool is_paused = t->turn->is_paused;
	struct message response;

	stats_count(&t->stats->responses);
	stats_count(&t->stats->passed[is_paused ? EXEMPT_PAUSE : EXEMPT_MONITOR]);
	if (is_paused)
		return;
	if (!scratch_parse(&t->scratch, octets, &response)) {
		monitor_would_drop(t->stats, &t->stats->responses_malformed);
		return;
	}
	struct question *q = tcp_find_question(c, &response);
	if (!q)
		monitor_would_drop(t->stats, &t->stats->responses_unsolicited);
	else if (q->is_transfer)
		look_at_transferred(t, q, &response);
	else
		look_at_answer(t, q, &response);
}

const struct relay_trade tcp_monitor_trade = {
	.query = look_at_question, .response = look_at_reply, .only_looks = true
};
