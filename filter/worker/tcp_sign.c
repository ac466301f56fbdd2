/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/tcp_sign.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sockaddr.h"
#include "sign/sign_query.h"
#include "worker/tcp_validate.h"
#include "worker/udp_sign.h"

/* ---- Servers that take no TCP ----
 *
 * Each query goes on by UDP, from a fresh port and under an id of ours, so that nobody but the
 * server can answer it. */

bool tcp_sign_go_on_by_udp(struct worker *w, struct connection *c)
{
	struct side *s = &c->server;
	int fd = divert_connect_datagram(&c->server_address);

	if (fd < 0)
		return false;
	if (s->fd >= 0)
		close(s->fd); /* epoll forgets it by that */
	stats_count(&w->stats.sign_datagrams);
	s->fd = fd;
	s->events = 0;
	s->is_connected = s->is_datagram = true;
	return true;
}

/* Asks under a random id: here it is ours, since nobody has drawn the port. */
static void ask_by_udp(struct connection *c, struct question *q, struct span query)
{
	uint8_t octets[UINT16_MAX];

	q->datagram_id = (uint16_t)randombytes_random();
	memcpy(octets, query.base, query.len);
	put_u16(octets, q->datagram_id);
	/* A lost one the client sends again; of one that nobody takes the client is told. */
	if (send(c->server.fd, octets, query.len, 0) < 0 && errno != EAGAIN)
		c->is_broken = true;
}

static struct question *find_by_id(const struct connection *c, uint16_t id)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->datagram_id == id)
			return q;
	}
	return NULL;
}

bool tcp_sign_read_datagram(struct worker *w, struct connection *c)
{
	uint8_t *buffer = w->relay.buffer;
	ssize_t n = recv(c->server.fd, buffer, UINT16_MAX, 0);

	if (n < 0) {
		c->is_broken = errno != EAGAIN && errno != EINTR;
		return false;
	}
	struct span octets = span_of(buffer, (size_t)n);
	struct cursor cursor = cursor_over(octets);
	const struct question *q = find_by_id(c, cursor_u16(&cursor));
	if (cursor.bad || !q) {
		stats_count(&w->stats.responses_unsolicited);
		return true;
	}
	put_u16(buffer, q->asked.id);
	connection_touch(w, c);
	w->relay.trade->response(w, c, octets);
	return true;
}

/* ---- Messages ---- */

static struct sign_peers peers_of(const struct connection *c)
{
	return (struct sign_peers){ sockaddr_octets(&c->client_address),
		sockaddr_octets(&c->server_address) };
}

/* Only what passes is taken for a transfer: of what is refused nothing but an error comes back. */
static bool is_transfer(struct worker *w, const struct signer_query *asked, struct span octets)
{
	struct message query;

	return asked->client.passes_unjudged &&
	       message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX) && query_is_transfer(&query);
}

void tcp_sign_query(struct worker *w, struct connection *c, struct span octets)
{
	struct sign_peers peers = peers_of(c);
	struct signer_query asked;
	struct span sent;

	if (signing_take(w, octets, &peers, true, &asked, &sent) == SIGN_QUERY_MALFORMED) {
		c->is_broken = true;
		return;
	}
	struct question *q = is_transfer(w, &asked, octets)
	                             ? transfer_ask(w, c, &asked.client)
	                             : question_ask(c, QUERY_SIGNED, &asked.client);
	if (!q) {
		c->is_broken = true;
		return;
	}
	q->signing = asked;
	if (!asked.client.passes_unjudged)
		question_await(w, q);
	if (c->server.is_datagram)
		ask_by_udp(c, q, sent);
	else
		connection_send(w, &c->server, sent);
}

static struct question *find(const struct connection *c, const struct message *response)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->is_transfer ? transfer_has(response, q)
		                   : signing_matches(response, &q->signing))
			return q;
	}
	return NULL;
}

static void answer(struct worker *w, struct question *q, const struct message *response)
{
	struct connection *c = q->connection;
	struct sign_peers peers = peers_of(c);
	struct sign_result result = { .verdict = SIGN_VERDICT_ACCEPT };

	if (q->asked.passes_unjudged)
		stats_count(&w->stats.sign_untouched);
	else
		signing_make(w, &q->signing, &peers, response, true, &result);
	if (result.verdict == SIGN_VERDICT_DROP)
		return;
	connection_send(w, &c->client,
	        result.verdict == SIGN_VERDICT_REWRITE ? result.octets : response->octets);
	question_forget(w, q);
}

void tcp_sign_response(struct worker *w, struct connection *c, struct span octets)
{
	struct message response;

	stats_count(&w->stats.responses);
	if (!message_parse(&response, octets, w->rrs, MESSAGE_RRS_MAX)) {
		stats_count(&w->stats.responses_malformed);
		c->is_broken = true;
		return;
	}
	struct question *q = find(c, &response);
	if (!q)
		stats_count(&w->stats.responses_unsolicited);
	else if (q->is_transfer)
		transfer_pass(w, q, &response);
	else
		answer(w, q, &response);
}

/* ---- Servers that are silent ----
 *
 * They take a connection and say nothing, or do not even take it. A client that came by TCP has
 * nowhere else to go, and the kernel would have it wait for two minutes. */

/* SYNs after the first: so the kernel gives up after three seconds, on some kernels two. */
#define RELAY_SYNS 1

void tcp_sign_hurry(const struct side *server)
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

void tcp_sign_end_silence(struct worker *w)
{
	struct question *q;

	while ((q = w->relay.oldest) && q->due_ms <= w->now_ms)
		answer_for_server(w, q);
}
