/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers that take a connection and say nothing, or do not even take it. A client that came by TCP
 * has nowhere else to go, and the kernel would have it wait for two minutes. */
#include "worker/relay_silence.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "sign/sign_query.h"
#include "worker/udp_sign.h"

/* SYNs after the first: so the kernel gives up after three seconds, on some kernels two. */
#define RELAY_SYNS 1

void relay_hurry(const struct side *server)
{
	const int syns = RELAY_SYNS;

	/* Where that fails, idleness ends the connection. */
	setsockopt(server->fd, IPPROTO_TCP, TCP_SYNCNT, &syns, sizeof(syns));
}

/* What the server may say of it later is of no use any more. */
static void answer_for_server(struct worker *w, struct question *q)
{
	struct connection *c = q->connection;
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);

	stats_count(&w->stats.sign_silent);
	sign_no_response(&q->signing, &out);
	connection_send(w, &c->client, writer_span(&out));
	question_forget(w, q);
	connection_update(w, c);
}

void relay_end_silence(struct worker *w)
{
	struct question *q;

	while ((q = w->relay.oldest) && q->due_ms <= w->now_ms)
		answer_for_server(w, q);
}
