/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_sign.h"

#include <errno.h>

#include "base/sockaddr.h"
#include "sign/sign_query.h"
#include "sign/sign_response.h"
#include "worker/datagram.h"
#include "worker/signing_report.h"

static bool flow_matches(const struct message *response, const union flow_asked *asked)
{
	return signing_matches(response, &asked->signing.asked);
}

static void unanswered(void *context, const union flow_asked *asked)
{
	struct worker *w = context;
	const struct flow_signing *signing = &asked->signing;
	struct span server = span_of(signing->server, signing->server_len);

	if (!asked->client.passes_unjudged)
		sign_unanswered(w->signer, &signing->asked, server, w->now_ms);
}

int signing_init(struct worker *w)
{
	const struct signing_config *config = &w->config.signing;

	w->signer = signer_new(w->crypto, config->policy, &config->limits);
	if (w->signer)
		signer_believe_clock(w->signer, w->config.clock != CLOCK_NOT_SET);
	w->flows.matches = flow_matches;
	w->flows.unanswered = unanswered;
	w->flows.context = w;
	return w->signer ? 0 : -ENOMEM;
}

/* On the servers' own machine there need be no list: the rules bring nothing but what comes to it.
 */
static bool is_signed_for(const struct worker *w, struct span server)
{
	const struct signing_config *config = &w->config.signing;

	for (unsigned i = 0; i < config->server_count; i++) {
		if (span_equal(sockaddr_octets(&config->servers[i]), server))
			return true;
	}
	return config->server_count == 0;
}

enum sign_query signing_take(struct worker *w, struct span octets, const struct sign_peers *peers,
        bool is_stream, struct signer_query *asked, struct span *sent)
{
	struct message query;
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	enum sign_query result = SIGN_QUERY_MALFORMED;

	*sent = octets;
	*asked = (struct signer_query){ 0 };
	stats_count(&w->stats.queries);
	if (!message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX) || (query.flags & FLAG_QR)) {
		stats_count(&w->stats.queries_malformed);
		return SIGN_QUERY_MALFORMED;
	}
	if (w->is_paused || !peers || !is_signed_for(w, peers->server)) {
		stats_count(
		        w->is_paused ? &w->stats.queries_paused : &w->stats.sign_queries_elsewhere);
		result = SIGN_QUERY_PASSED_OUTSIDE;
	} else {
		const struct sign_context context = { peers, is_stream, w->now_s, w->now_ms };
		result = sign_query(w->signer, &query, &context, asked, &out);
		signing_count_query(w, result);
	}
	if (result == SIGN_QUERY_ASKED) {
		*sent = writer_span(&out);
		return result;
	}
	query_note(&query, &asked->client);
	asked->client.passes_unjudged = true;
	return result;
}

bool signing_matches(const struct message *response, const struct signer_query *asked)
{
	if (!asked->client.passes_unjudged)
		return sign_matches(response, asked);
	/* An error may come without the question, whatever else is in it: a TSIG perhaps. */
	return response->question_count == 0
	               ? (response->flags & FLAG_QR) && response->id == asked->client.id
	               : gate_matches(response, &asked->client);
}

void signing_make(struct worker *w, const struct signer_query *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream,
        struct sign_result *result)
{
	const struct sign_context context = { peers, is_stream, w->now_s, w->now_ms };
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);

	sign_response(w->signer, asked, &context, response, &out, result);
	signing_report(w, asked, peers, result);
}

/* A server on this machine may ask others from port 53: what they answer is theirs. */
static bool is_of_server(const struct queued *queued)
{
	return !queued->is_forwarded && queued->in_interface == 0;
}

/* What is not understood goes nowhere; while sealgate is paused it is nobody's business. */
static void settle_unknown(struct worker *w, const struct queued *queued)
{
	if (w->is_paused)
		nfqueue_accept(&w->queue, queued->id);
	else
		nfqueue_drop(&w->queue, queued->id);
}

/* A query that leaves by no interface, or a response that comes from none, is that of a server on
 * this machine: 0 stands for it on both sides. */
static void query(struct worker *w, const struct datagram *d)
{
	const struct queued *queued = d->queued;
	const struct packet *packet = d->packet;
	struct sign_peers peers = { packet->source, packet->destination };
	struct flow_signing signing = { .server_len = (uint8_t)packet->destination.len };
	struct span sent;

	const struct sign_peers *known = is_of_server(queued) ? NULL : &peers;
	if (signing_take(w, packet->payload, known, false, &signing.asked, &sent) ==
	        SIGN_QUERY_MALFORMED) {
		settle_unknown(w, queued);
		return;
	}
	memcpy(signing.server, packet->destination.base, packet->destination.len);
	struct flow_remembered what =
	        flow_remember_signing(&w->flows, &d->key, &signing, w->now_ms);
	stats_add(&w->stats.flows_evicted, what.evicted);
	if (what.is_refused) {
		stats_count(&w->stats.flows_share);
		nfqueue_drop(&w->queue, queued->id);
		return;
	}
	if (signing.asked.client.passes_unjudged)
		nfqueue_accept(&w->queue, queued->id);
	else
		datagram_accept_with(w, queued->id, packet, sent);
}

/* Parses a response. Returns the flow that it answers, or NULL: then it is counted. */
static struct flow *flow_of(struct worker *w, const struct datagram *d, struct message *response,
        union flow_asked *asked)
{
	if (!message_parse(response, d->packet->payload, w->rrs, MESSAGE_RRS_MAX)) {
		stats_count(&w->stats.responses_malformed);
		return NULL;
	}
	struct flow *flow = flow_find(&w->flows, &d->key, response, w->now_ms, asked);
	if (!flow)
		stats_count(flow_has_strayed(&w->flows, &d->key, response, w->now_ms)
		                    ? &w->stats.sign_strays
		                    : &w->stats.responses_unsolicited);
	return flow;
}

static void response(struct worker *w, const struct datagram *d)
{
	const struct queued *queued = d->queued;
	const struct packet *packet = d->packet;
	struct sign_peers peers = { packet->destination, packet->source };
	union flow_asked asked;
	struct message m;
	struct flow *flow = flow_of(w, d, &m, &asked);
	struct sign_result result = { .verdict = SIGN_VERDICT_ACCEPT };

	stats_count(&w->stats.responses);
	if (!flow) {
		settle_unknown(w, queued);
		return;
	}
	if (asked.client.passes_unjudged)
		stats_count(&w->stats.sign_untouched);
	else
		signing_make(w, &asked.signing.asked, &peers, &m, false, &result);
	switch (result.verdict) {
	case SIGN_VERDICT_ACCEPT:
		nfqueue_accept(&w->queue, queued->id);
		break;
	case SIGN_VERDICT_REWRITE:
		datagram_accept_with(w, queued->id, packet, result.octets);
		break;
	case SIGN_VERDICT_DROP:
		nfqueue_drop(&w->queue, queued->id);
		return; /* what is asked for may still come */
	}
	flow_remove(&w->flows, flow);
}

void signing_datagram(struct worker *w, const struct datagram *d, bool is_query)
{
	if (is_query)
		query(w, d);
	else
		response(w, d);
}
