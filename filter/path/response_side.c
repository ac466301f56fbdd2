/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inside.h"

#include <netinet/in.h>

#include "dnssec/limits.h"

/* Responses to one question that may wait for keys at a time: the true one and some forgeries. */
#define PARKED_PER_FLOW 4

/* A response that the kernel holds, and the question that it may answer. */
struct held {
	uint32_t packet_id;
	uint32_t in_interface;
	const struct packet *packet;
	struct flow *flow;
	struct parked
	        *parked;   /* the copy of one that has waited; NULL: it is fresh from the queue */
	struct park *park; /* where that is */
	bool is_final;     /* it was held back, and nothing better came */
};

static struct span octets_of(const struct packet *p)
{
	return span_of(p->header.base, p->header.len + p->udp.len);
}

/* Lets go of the copy. */
static void release(struct worker *w, const struct held *held)
{
	if (!held->parked)
		return;
	if (held->park == &w->park && held->flow->parked > 0)
		held->flow->parked--;
	park_remove(held->park, held->parked);
}

/* A better response came than the one that is held back. */
static void drop_rival(struct worker *w, const struct held *held)
{
	struct parked *rival = grace_find(&w->grace, held->flow->held_packet);

	if (!rival || rival == held->parked)
		return;
	stats_count(&w->stats.grace_won);
	nfqueue_drop(&w->queue, rival->packet_id);
	park_remove(&w->grace.park, rival);
}

/* The question was answered, so it is forgotten. What else waits for it finds it gone. */
static void forget(struct worker *w, const struct held *held)
{
	drop_rival(w, held);
	release(w, held);
	flow_remove(&w->flows, held->flow);
}

static void replace(struct worker *w, const struct held *held, const struct gate_result *result,
        uint64_t *counter)
{
	stats_count(counter);
	accept_with(w, held->packet_id, held->packet, result->octets);
	forget(w, held);
}

/* What answers nothing leaves the question open: the true answer may still come. */
static void drop(struct worker *w, const struct held *held, uint64_t *counter)
{
	stats_count(counter);
	nfqueue_drop(&w->queue, held->packet_id);
	release(w, held);
}

/* Gives the verdict that the gate came to. */
static void settle(struct worker *w, const struct held *held, const struct gate_result *result)
{
	if (result->verdict != GATE_DROP)
		report(w, &held->flow->asked, held->packet, result);
	switch (result->verdict) {
	case GATE_ACCEPT:
		stats_count(&w->stats.responses_accepted);
		nfqueue_accept(&w->queue, held->packet_id);
		forget(w, held);
		break;
	case GATE_REWRITE:
		replace(w, held, result, &w->stats.responses_rewritten);
		break;
	case GATE_SERVFAIL:
		replace(w, held, result, &w->stats.responses_servfail);
		break;
	case GATE_WANT: /* nothing is fetched for what is refused */
	case GATE_DROP:
		drop(w, held, &w->stats.responses_dropped);
		break;
	}
}

/* Anybody could have sent it, so somebody may have. */
static bool is_doubtful(const struct worker *w, const struct gate_result *result)
{
	bool is_bogus = result->verdict == GATE_SERVFAIL && result->outcome.status == STATUS_BOGUS;

	return w->config.policy->mode == MODE_ENFORCE && (is_bogus || result->is_failure);
}

/* Settles it, unless something better may still come. */
static void conclude(struct worker *w, const struct held *held, const struct gate_result *result)
{
	enum grace_result held_back = GRACE_NO_ROOM;

	if (!held->is_final && is_doubtful(w, result))
		held_back = grace_hold(
		        &w->grace, held->flow, held->packet_id, octets_of(held->packet), w->now_ms);
	switch (held_back) {
	case GRACE_HELD:
		stats_count(&w->stats.grace_held);
		grace_find(&w->grace, held->packet_id)->in_interface = held->in_interface;
		release(w, held);
		break;
	case GRACE_RIVAL:
		drop(w, held, &w->stats.grace_rivals);
		break;
	case GRACE_NO_ROOM:
		settle(w, held, result);
		break;
	}
}

static void refuse(struct worker *w, const struct held *held, enum reason reason)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	gate_refuse(&w->gate, &held->flow->asked, held->packet->payload, reason, &out, &result);
	settle(w, held, &result);
}

/* The server that sent `packet`. A link-local one is there on its interface only. */
static struct sockaddr_storage server_of(const struct packet *packet, uint32_t in_interface)
{
	struct sockaddr_storage server = { 0 };

	if (packet->version == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)&server;
		in->sin_family = AF_INET;
		in->sin_port = htons(packet->source_port);
		memcpy(&in->sin_addr, packet->source.base, sizeof(in->sin_addr));
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&server;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(packet->source_port);
		memcpy(&in6->sin6_addr, packet->source.base, sizeof(in6->sin6_addr));
		if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
			in6->sin6_scope_id = in_interface;
	}
	return server;
}

/* Copies a fresh response to where it waits; its question stays open, for a forged one must not
 * keep the true one out. Returns false when there is no room. */
static bool park(struct worker *w, struct held *held)
{
	struct parked *parked = NULL;

	if (held->flow->parked < PARKED_PER_FLOW)
		parked = park_add(
		        &w->park, held->packet_id, octets_of(held->packet), held->flow, w->now_ms);
	if (!parked)
		return false;
	stats_count(&w->stats.parked);
	parked->in_interface = held->in_interface;
	held->parked = parked;
	held->park = &w->park;
	held->flow->parked++;
	return true;
}

/* What a response may cost, it may cost once, however often it is judged again. */
static bool may_go_on(struct parked *parked, const struct gate_result *result)
{
	parked->verifications += result->verifications;
	return parked->fetches++ < LIMIT_FETCHES &&
	       parked->verifications <= LIMIT_VERIFICATIONS_ALL;
}

static void wait_for(struct worker *w, struct held *held, const struct gate_result *result,
        const struct sockaddr_storage *server)
{
	if (held->park == &w->grace.park) {
		refuse(w, held, REASON_FETCH_TIMEOUT); /* it has had its time */
	} else if (!held->parked && !park(w, held)) {
		stats_count(&w->stats.parked_full);
		refuse(w, held, REASON_FETCH_FAILED);
	} else if (!may_go_on(held->parked, result)) {
		refuse(w, held, REASON_BUDGET);
	} else if (!fetcher_want(&w->fetcher, &result->want, server, held->parked, w->now_ms)) {
		refuse(w, held, REASON_FETCH_FAILED);
	}
}

static void judge(struct worker *w, struct held *held)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct sockaddr_storage server = server_of(held->packet, held->in_interface);
	struct gate_result result;

	worker_set_source(w, &server);
	gate_judge(&w->gate, &held->flow->asked, held->packet->payload, w->now_s, &out, &result);
	if (result.verdict == GATE_WANT)
		wait_for(w, held, &result, &server);
	else
		conclude(w, held, &result);
}

/* A client that checks for itself gets what the server sent, less a claim that was not checked.
 * What is signed as a whole must stay as it is (RFC 8945, 5.3). */
static void pass_unjudged(struct worker *w, const struct held *held, const struct message *response)
{
	stats_count(&w->stats.responses_unjudged);
	if (held->flow->kind == QUERY_CD && (response->flags & FLAG_AD)) {
		memcpy(w->octets, response->octets.base, response->octets.len);
		put_u16(w->octets + 2, response->flags & (uint16_t)~FLAG_AD);
		accept_with(
		        w, held->packet_id, held->packet, span_of(w->octets, response->octets.len));
	} else {
		nfqueue_accept(&w->queue, held->packet_id);
	}
	forget(w, held);
}

void response_side(struct worker *w, const struct queued *queued, const struct packet *packet)
{
	struct message response;
	struct held held = {
		.packet_id = queued->id, .in_interface = queued->in_interface, .packet = packet
	};

	stats_count(&w->stats.responses);
	if (!message_parse(&response, packet->payload, w->rrs, MESSAGE_RRS_MAX)) {
		stats_count(&w->stats.responses_malformed);
		nfqueue_drop(&w->queue, queued->id);
		return;
	}
	struct flow_key key = flow_key_of_response(packet, response.id);
	held.flow = flow_find(&w->flows, &key, &response, w->now_ms);
	if (!held.flow) {
		stats_count(&w->stats.responses_unsolicited);
		nfqueue_drop(&w->queue, queued->id);
		return;
	}
	if (held.flow->asked.unjudged)
		pass_unjudged(w, &held, &response);
	else
		judge(w, &held);
}

/* Takes up a response that has waited. Returns false, the response dropped, when its question was
 * answered meanwhile. */
static bool take_up(struct worker *w, struct park *park, struct parked *parked,
        struct packet *packet, struct held *held)
{
	struct flow *flow = flow_find_asked(&w->flows, &parked->flow_key, &parked->asked);

	if (!flow) {
		stats_count(&w->stats.responses_unsolicited);
		nfqueue_drop(&w->queue, parked->packet_id);
		park_remove(park, parked);
		return false;
	}
	/* the copy was parsed before, so it parses now */
	packet_parse(packet, span_of(parked->packet, parked->packet_len));
	*held = (struct held){ .packet_id = parked->packet_id,
		.in_interface = parked->in_interface,
		.packet = packet,
		.flow = flow,
		.parked = parked,
		.park = park };
	return true;
}

void response_again(struct worker *w, struct parked *parked)
{
	struct packet packet;
	struct held held;

	if (take_up(w, &w->park, parked, &packet, &held))
		judge(w, &held);
}

void response_too_late(struct worker *w, struct parked *parked)
{
	struct packet packet;
	struct held held;

	stats_count(&w->stats.parked_timeouts);
	if (take_up(w, &w->park, parked, &packet, &held))
		refuse(w, &held, REASON_FETCH_TIMEOUT);
}

void response_after_grace(struct worker *w, struct parked *parked)
{
	struct packet packet;
	struct held held;

	if (!take_up(w, &w->grace.park, parked, &packet, &held))
		return;
	held.is_final = true;
	judge(w, &held);
}
