/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client sends on a connection. */
#include "worker/relay_query.h"

#include "base/sockaddr.h"
#include "worker/query_side.h"
#include "worker/worker_private.h"

/* Over TCP any message fits. */
#define TCP_SIZE UINT16_MAX

/* Transfers of one connection that are remembered; then the oldest, mostly over by now, gives way.
 * Their responses are streams of messages that belong together (RFC 5936, RFC 1995). */
#define TRANSFERS 32

static struct asked asked_of(const struct message *query)
{
	struct asked asked = { .id = query->id,
		.flags = query->flags,
		.udp_size = TCP_SIZE,
		.question_len = (uint16_t)query->question.len,
		.unjudged = true };

	memcpy(asked.question, query->question.base, query->question.len);
	return asked;
}

static void refuse(struct worker *w, struct connection *c, const struct asked *asked)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);

	writer_u16(&out, asked->id);
	writer_u16(&out, (uint16_t)(FLAG_QR | (asked->flags & FLAG_RD) | RCODE_REFUSED));
	writer_u16(&out, 1);
	writer_put(&out, span_of("\0\0\0\0\0\0", 6));
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

struct question *relay_ask_transfer(
        struct worker *w, struct connection *c, const struct asked *asked)
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
	struct asked asked = asked_of(query);

	stats_count(&w->stats.queries);
	if (w->config.tcp.refuses_transfers) {
		stats_count(&w->stats.transfers_refused);
		refuse(w, c, &asked);
		return;
	}
	if (!relay_ask_transfer(w, c, &asked))
		c->is_broken = true;
	connection_send(w, &c->server, query->octets);
}

void relay_query(struct worker *w, struct connection *c, struct span octets)
{
	struct message query;
	struct asked asked;
	struct span sent;

	if (message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX) && query_is_transfer(&query)) {
		transfer(w, c, &query);
		return;
	}
	struct query_way way = { .client = sockaddr_octets(&c->client_address),
		.server = &c->server_address,
		.over_tcp = true };
	enum query_kind kind = query_take(w, &way, octets, &asked, &sent);
	if (kind == QUERY_MALFORMED && !w->is_paused) {
		c->is_broken = true;
		return;
	}
	asked.udp_size = TCP_SIZE;
	if (kind != QUERY_MALFORMED && !question_ask(c, kind, &asked))
		c->is_broken = true;
	connection_send(w, &c->server, sent);
}
