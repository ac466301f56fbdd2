/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes on a connection where the worker signs. */
#include "worker/relay_sign.h"

#include "base/sockaddr.h"
#include "worker/relay_datagram.h"
#include "worker/relay_query.h"
#include "worker/relay_response.h"
#include "worker/relay_silence.h"
#include "worker/udp_sign.h"

static struct sign_peers peers_of(const struct connection *c)
{
	return (struct sign_peers){ sockaddr_octets(&c->client_address),
		sockaddr_octets(&c->server_address) };
}

/* Only what passes is taken for a transfer: of what is refused nothing but an error comes back. */
static bool is_transfer(struct worker *w, const struct asked_signing *asked, struct span octets)
{
	struct message query;

	return asked->asked.unjudged && message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX) &&
	       query_is_transfer(&query);
}

void relay_sign_query(struct worker *w, struct connection *c, struct span octets)
{
	struct sign_peers peers = peers_of(c);
	struct asked_signing asked;
	struct span sent;

	if (signing_take(w, octets, &peers, true, &asked, &sent) == SIGN_QUERY_MALFORMED) {
		c->is_broken = true;
		return;
	}
	struct question *q = is_transfer(w, &asked, octets)
	                             ? relay_ask_transfer(w, c, &asked.asked)
	                             : question_ask(c, QUERY_SIGNED, &asked.asked);
	if (!q) {
		c->is_broken = true;
		return;
	}
	q->signing = asked;
	if (!asked.asked.unjudged)
		question_await(w, q);
	if (c->server.is_datagram)
		relay_datagram_ask(c, q, sent);
	else
		connection_send(w, &c->server, sent);
}

static struct question *find(const struct connection *c, const struct message *response)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->is_transfer ? relay_is_of_transfer(response, q)
		                   : signing_matches(response, &q->signing))
			return q;
	}
	return NULL;
}

static void answer(struct worker *w, struct question *q, const struct message *response)
{
	struct connection *c = q->connection;
	struct sign_peers peers = peers_of(c);
	struct sign_result result = { .verdict = SIGN_ACCEPT };

	if (q->asked.unjudged)
		stats_count(&w->stats.sign_untouched);
	else
		signing_make(w, &q->signing, &peers, response, true, &result);
	if (result.verdict == SIGN_DROP)
		return;
	connection_send(
	        w, &c->client, result.verdict == SIGN_REWRITE ? result.octets : response->octets);
	question_forget(w, q);
}

void relay_sign_response(struct worker *w, struct connection *c, struct span octets)
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
		relay_pass_transfer(w, q, &response);
	else
		answer(w, q, &response);
}
