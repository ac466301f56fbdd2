/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_sign.h"

static bool signing_flow_matches(
        const struct message *response, const union flow_asked *asked, bool in_any_case)
{
	(void)in_any_case; /* the signer's own question may come back in other letters always */
	return sign_trade_matches(response, &asked->signing.asked);
}

static void tell_signer_unanswered(void *context, const union flow_asked *asked)
{
	const struct udp_signer *u = context;
	const struct flow_signing *signing = &asked->signing;
	const struct sign_peers peers = { .server = span_of(signing->server, signing->server_len) };

	if (!asked->client.passes_unjudged)
		sign_trade_unanswered(u->trade, &signing->asked, &peers, false);
}

void udp_sign_init(struct udp_signer *u)
{
	u->flows->matches = signing_flow_matches;
	u->flows->unanswered = tell_signer_unanswered;
	u->flows->context = u;
}

static void accept_datagram(const struct udp_signer *u, const struct queued_datagram *d)
{
	u->verdicts.accept(u->verdicts.context, d->queued->id);
}

static void accept_datagram_with(
        const struct udp_signer *u, const struct queued_datagram *d, struct span payload)
{
	u->verdicts.accept_with(u->verdicts.context, d->queued->id, d->packet, payload);
}

static void drop_datagram(const struct udp_signer *u, const struct queued_datagram *d)
{
	u->verdicts.drop(u->verdicts.context, d->queued->id);
}

/* A server on this machine may ask others from port 53: their answers are not signed. It asks over
 * the network; what stays on this machine is for the server. */
static bool is_asked_by_server(const struct udp_signer *u, const struct queued *queued)
{
	return !u->is_gateway && !queued->is_forwarded && queued->in_interface == 0;
}

/* A message that is not understood, or that answers nothing, passes only in a pause. */
static void settle_unknown(const struct udp_signer *u, const struct queued_datagram *d)
{
	if (u->trade->turn->is_paused)
		accept_datagram(u, d);
	else
		drop_datagram(u, d);
}

/* Answers a query without the server if that can be. What is only bridged might find no way back
 * from here. */
static bool answer_at_once(
        struct udp_signer *u, const struct queued_datagram *d, const struct sign_peers *peers)
{
	const struct packet *packet = d->packet;
	struct span answer;

	if (!u->answers || !own_answers_take(u->answers, packet) ||
	        (d->queued->in_port && d->queued->out_port) ||
	        !sign_trade_at_once(u->trade, packet->payload, peers, false, &answer))
		return false;
	own_answers_add(u->answers, packet, answer);
	u->verdicts.spoil(u->verdicts.context, d->queued->id, packet);
	return true;
}

/* A query that leaves by no interface is for a server on this machine, and a response that came in
 * by none is of one: interface 0 stands for this machine on both sides. */
void udp_sign_query(struct udp_signer *u, const struct queued_datagram *d)
{
	const struct packet *packet = d->packet;
	struct sign_trade *t = u->trade;
	struct sign_peers peers = { packet->source, packet->destination };
	struct flow_signing signing = { .server_len = (uint8_t)packet->destination.len };
	struct span sent;

	const struct sign_peers *known = is_asked_by_server(u, d->queued) ? NULL : &peers;
	if (answer_at_once(u, d, known))
		return;
	if (sign_trade_query(t, packet->payload, known, false, &signing.asked, &sent) ==
	        SIGN_QUERY_MALFORMED) {
		settle_unknown(u, d);
		return;
	}
	memcpy(signing.server, packet->destination.base, packet->destination.len);
	struct flow_remembered what =
	        flow_remember_signing(u->flows, &d->key, &signing, t->turn->now_ms);
	stats_add(&t->stats->flows_evicted, what.evicted);
	if (what.is_refused) {
		stats_count(&t->stats->flows_share);
		drop_datagram(u, d);
		return;
	}
	if (signing.asked.client.passes_unjudged && sent.len == packet->payload.len)
		accept_datagram(u, d);
	else
		accept_datagram_with(u, d, sent);
}

/* Parses a response. Returns the flow that it answers; or NULL, and counts why. */
static struct flow *signing_flow(struct udp_signer *u, const struct queued_datagram *d,
        struct message *response, union flow_asked *asked)
{
	struct sign_trade *t = u->trade;
	uint64_t now_ms = t->turn->now_ms;
	const struct sign_peers peers = { d->packet->destination, d->packet->source };

	if (!sign_trade_parse_response(t, d->packet->payload, &peers, response))
		return NULL;
	struct flow *flow = flow_find(u->flows, &d->key, response, now_ms, asked);
	if (!flow)
		stats_count(flow_has_strayed(u->flows, &d->key, response, now_ms)
		                    ? &t->stats->sign_strays
		                    : &t->stats->responses_unsolicited);
	return flow;
}

void udp_sign_response(struct udp_signer *u, const struct queued_datagram *d)
{
	const struct packet *packet = d->packet;
	struct sign_peers peers = { packet->destination, packet->source };
	union flow_asked asked;
	struct message response;
	struct flow *flow = signing_flow(u, d, &response, &asked);

	stats_count(&u->trade->stats->responses);
	if (!flow) {
		settle_unknown(u, d);
		return;
	}
	struct sign_result result =
	        sign_trade_response(u->trade, &asked.signing.asked, &peers, &response, false);
	switch (result.verdict) {
	case SIGN_VERDICT_ACCEPT:
		if (response.octets.len == packet->payload.len)
			accept_datagram(u, d);
		else
			accept_datagram_with(u, d, response.octets);
		break;
	case SIGN_VERDICT_REWRITE:
		accept_datagram_with(u, d, result.octets);
		break;
	case SIGN_VERDICT_ASK: /* over TCP only */
	case SIGN_VERDICT_DROP:
		drop_datagram(u, d);
		return; /* the true response may still come */
	}
	flow_remove(u->flows, flow);
}
