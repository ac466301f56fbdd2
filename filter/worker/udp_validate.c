/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_validate.h"

#include <netinet/in.h>

#include "base/sockaddr.h"
#include "worker/datagram.h"
#include "worker/report.h"
#include "worker/validate_query.h"
#include "worker/worker_private.h"

_Static_assert(SHORTCUT_UDP_SIZE == QUERY_UDP_SIZE, "the kernel writes what the worker would");

/* ---- Queries ---- */

static bool may_go_on(const struct worker *w, enum query_kind kind)
{
	return kind != QUERY_MALFORMED &&
	       (kind != QUERY_TRANSFER || !w->config.tcp.refuses_transfers);
}

/* Returns false when the question is not remembered, so that its answer could not come. */
static bool remember(struct worker *w, const struct flow_key *key, enum query_kind kind,
        const struct client_query *asked, uint64_t at_ms)
{
	struct flow_remembered what = flow_remember(&w->flows, key, kind, asked, at_ms);

	stats_add(&w->stats.flows_evicted, what.evicted);
	if (what.is_rival)
		report_rival(w, key, asked);
	if (what.is_refused)
		stats_count(&w->stats.flows_share);
	return !what.is_refused;
}

void udp_validate_query(struct worker *w, const struct datagram *d)
{
	const struct packet *packet = d->packet;
	uint64_t packet_id = d->queued->id;
	struct client_query asked;
	struct span sent;
	struct sockaddr_storage server =
	        sockaddr_of(packet->destination, packet->destination_port, 0);
	struct query_way way = { .client = packet->source, .server = &server };
	enum query_kind kind = validate_query_take(w, &way, packet->payload, &asked, &sent);

	if (kind == QUERY_MALFORMED && w->is_paused) {
		nfqueue_accept(&w->queue, packet_id);
		return;
	}
	if (!may_go_on(w, kind) || !remember(w, &d->key, kind, &asked, w->now_ms)) {
		nfqueue_drop(&w->queue, packet_id);
		return;
	}
	if (sent.base == packet->payload.base)
		nfqueue_accept(&w->queue, packet_id);
	else
		datagram_accept_with(w, packet_id, packet, sent);
}

/* The kernel has checked that the worker would set DO in it, by the state of that moment; what has
 * changed since does not undo it. */
static void take_passed(void *context, struct span octets, uint64_t at_ms, uint32_t in_interface)
{
	struct worker *w = context;
	struct packet packet;
	struct message query;
	struct client_query asked;

	stats_count(&w->stats.queries);
	if (packet_parse(&packet, octets) != PACKET_UDP ||
	        validate_query_read(w, packet.source, packet.payload, &query, &asked) !=
	                QUERY_JUDGED) {
		stats_count(&w->stats.queries_malformed);
		return;
	}
	stats_count(&w->stats.queries_judged);
	stats_count(&w->stats.queries_shortcut);
	struct sockaddr_storage server =
	        sockaddr_of(packet.destination, packet.destination_port, 0);
	struct query_way way = { .client = packet.source, .server = &server };
	validate_query_note_habits(w, &way, QUERY_JUDGED, &asked);
	server_fallback_sent_on(&w->fallback, &server, at_ms);
	struct flow_key key = flow_key_of_query(
	        &w->flows.hash_key, &packet, asked.id, (struct flow_way){ .in = in_interface });
	remember(w, &key, QUERY_JUDGED, &asked, at_ms);
}

void udp_validate_drain(struct worker *w)
{
	struct shortcut *s = &w->shortcut;

	if (!s->is_open)
		return;
	if (shortcut_drain(s, take_passed, w) > SHORTCUT_MUCH) {
		shortcut_rest(s, w->now_ms);
		stats_count(&w->stats.shortcut_rests);
	}
	stats_set(&w->stats.shortcut_left,
	        __atomic_load_n(&s->state->left, __ATOMIC_RELAXED) - s->left_before);
	stats_set(&w->stats.shortcut_full,
	        __atomic_load_n(&s->state->full, __ATOMIC_RELAXED) - s->full_before);
}

/* ---- Responses ---- */

/* What any path carries in one piece, and a packet in FORWARD may be: larger ones are dropped
 * there, or cut into fragments. */
#define PATH_MTU 1500

/* Responses to one question that may wait for keys at a time: the true one and some forgeries.
 * An attacker who can answer before the server can send more of these. Then it may be that the true
 * one found no room, which a bit beside their number says as long as the flow lives: no failure of
 * the others is told to the client, who asks again; and then the keys are known, which are fetched
 * for what found no room, too. */
#define PARKED_PER_FLOW 4
#define PARKED_CROWDED  0x80

/* A response that the kernel holds, and the question that it may answer. */
struct held {
	struct arrival arrival; /* comes first: it is what the carrier is given */
	uint64_t packet_id;
	const struct packet *packet;
	struct flow *flow;
	const struct flow_key *key; /* of the flow */
	bool is_forwarded;
};

static struct held *held_of(struct arrival *a)
{
	return (struct held *)a;
}

static struct waiting_packet waiting_of(const struct held *held)
{
	const struct packet *p = held->packet;

	return (struct waiting_packet){ .id = held->packet_id,
		.octets = span_of(p->header.base, p->header.len + p->udp.len),
		.key = held->key,
		.asked = held->arrival.asked };
}

static unsigned parked_count(const struct flow *flow)
{
	return flow->parked & ~PARKED_CROWDED;
}

/* Lets go of the copy. */
static void release(const struct held *held)
{
	struct parked *parked = held->arrival.parked;

	if (!parked)
		return;
	if (!parked->is_held_back && parked_count(held->flow) > 0)
		held->flow->parked--;
	parked_remove(parked);
}

/* A better response came than the one that is held back. */
static void drop_rival(struct worker *w, const struct held *held)
{
	struct parked *rival = grace_find(&w->grace, held->flow->held_packet);

	if (!rival || rival == held->arrival.parked)
		return;
	stats_count(&w->stats.grace_won);
	nfqueue_drop(&w->queue, rival->packet_id);
	parked_remove(rival);
}

/* True for what a client may not take for the end: an error, or an answer that was cut. */
static bool is_failure(struct span message)
{
	struct cursor c = cursor_at(message, 2);
	uint16_t flags = cursor_u16(&c), rcode = flags & RCODE_MASK;

	return (flags & FLAG_TC) || (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN);
}

/* With its question answered, the flow is forgotten. What else waits for it finds it gone. */
static void deliver(struct worker *w, struct arrival *a, struct span octets)
{
	struct held *held = held_of(a);

	if (octets.base == held->packet->payload.base && !a->is_changed)
		nfqueue_accept(&w->queue, held->packet_id);
	else
		datagram_accept_with(w, held->packet_id, held->packet, octets);
	drop_rival(w, held);
	release(held);
	if (is_failure(octets))
		flow_end(&w->flows, held->flow);
	else
		flow_remove(&w->flows, held->flow);
}

/* What answers nothing leaves the question open: the true answer may still come. */
static void drop(struct worker *w, struct arrival *a)
{
	nfqueue_drop(&w->queue, held_of(a)->packet_id);
	release(held_of(a));
}

/* True when the true response may be among those that wait for keys, or that found no room: what
 * is Bogus, or a failure, may not answer for them. Each that waits comes to its own conclusion. */
static bool has_better(const struct flow *flow, const struct parked *parked)
{
	bool is_one = parked && !parked->is_held_back;

	return (flow->parked & PARKED_CROWDED) || parked_count(flow) > (is_one ? 1 : 0);
}

static bool hold_back(struct worker *w, struct arrival *a)
{
	struct held *held = held_of(a);
	const struct waiting_packet waiting = waiting_of(held);

	if (has_better(held->flow, a->parked)) {
		stats_count(&w->stats.grace_yielded);
		drop(w, a);
		return true;
	}
	switch (grace_hold(&w->grace, held->flow, &waiting, w->now_ms)) {
	case GRACE_HELD:
		stats_count(&w->stats.grace_held);
		struct parked *parked = grace_find(&w->grace, held->packet_id);
		parked->carrier = a->carrier;
		parked->server = a->server;
		release(held);
		return true;
	case GRACE_RIVAL:
		stats_count(&w->stats.grace_rivals);
		drop(w, a);
		return true;
	case GRACE_NO_ROOM: /* the client asks again; to fill it ends no question */
		stats_count(&w->stats.grace_full);
		drop(w, a);
		return true;
	case GRACE_OFF:
		break;
	}
	return false;
}

/* Its question stays open: a forged response must not keep the true one out. */
static bool park(struct worker *w, struct arrival *a)
{
	struct held *held = held_of(a);
	const struct waiting_packet waiting = waiting_of(held);

	if (parked_count(held->flow) == PARKED_PER_FLOW) {
		held->flow->parked |= PARKED_CROWDED;
		stats_count(&w->stats.parked_rivals);
		return false;
	}
	a->parked = park_add(&w->park, &waiting, w->now_ms);
	if (!a->parked)
		return false;
	a->parked->carrier = a->carrier;
	a->parked->server = a->server;
	a->parked->is_forwarded = held->is_forwarded;
	held->flow->parked++;
	return true;
}

/* What the client takes, and the packet may carry. */
static uint16_t size_limit(
        const struct packet *packet, bool is_forwarded, const struct client_query *asked)
{
	size_t headers = packet->header.len + UDP_HEADER_SIZE;
	size_t room = headers < PATH_MTU - DNS_PLAIN_SIZE ? PATH_MTU - headers : DNS_PLAIN_SIZE;

	return is_forwarded && room < asked->udp_size ? (uint16_t)room : asked->udp_size;
}

/* A response whose question was answered meanwhile is dropped. */
static void resume(struct worker *w, struct parked *parked, bool in_time);

static const struct carrier in_packets = { deliver, drop, hold_back, park, resume };

static struct span message_of(const struct parked *parked, const struct packet *packet)
{
	return parked_message(parked, packet->payload);
}

static void resume(struct worker *w, struct parked *parked, bool in_time)
{
	struct flow *flow = flow_find_asked(&w->flows, &parked->flow_key, &parked->asked);
	struct packet packet;

	bool yields = flow && parked->is_held_back && has_better(flow, parked);
	if (!flow || yields) {
		stats_count(yields ? &w->stats.grace_yielded : &w->stats.responses_unsolicited);
		nfqueue_drop(&w->queue, parked->packet_id);
		parked_remove(parked);
		return;
	}
	/* the copy was parsed before, so it parses now */
	packet_parse(&packet, span_of(parked->octets, parked->len));
	struct flow_key key = parked->flow_key; /* outlives what is parked */
	union flow_asked what;
	flow_read(&w->flows, flow, &what);
	if (parked->whole)
		what.client.udp_size = size_limit(&packet, parked->is_forwarded, &what.client);
	struct held held = { .arrival = { .carrier = &in_packets,
		                     .asked = &what.client,
		                     .message = message_of(parked, &packet),
		                     .server = parked->server,
		                     .parked = parked,
		                     .is_last = parked->is_held_back ||
		                                (parked_is_replaced(parked) && !parked->proof),
		                     .may_not_wait = parked->is_held_back },
		.packet_id = parked->packet_id,
		.packet = &packet,
		.flow = flow,
		.key = &key,
		.is_forwarded = parked->is_forwarded };
	/* one that is not had whole is what it was */
	arrival_again(w, &held.arrival, in_time || parked->waits_for == REASK_WHOLE);
}

/* Signatures are what made it too long, perhaps. Returns false when all of it cannot be asked for.
 */
static bool ask_for_whole(struct worker *w, struct held *held)
{
	return park(w, &held->arrival) &&
	       reasks_want(&w->reasks, held->arrival.parked, REASK_WHOLE, w->now_ms);
}

/* What is no response to a question that is known passes in a pause only. */
static void leave(struct worker *w, uint64_t packet_id, uint64_t *counter)
{
	if (w->is_paused) {
		datagram_exempt(w, packet_id, EXEMPT_PAUSE);
		return;
	}
	stats_count(counter);
	nfqueue_drop(&w->queue, packet_id);
}

static void refuse_unasked(
        struct worker *w, const struct datagram *d, const struct message *response)
{
	bool has_strayed = flow_has_strayed(&w->flows, &d->key, response, w->now_ms);

	if (has_strayed && !w->is_paused)
		report_stray(w, &d->key, response);
	leave(w, d->queued->id,
	        has_strayed ? &w->stats.responses_strayed : &w->stats.responses_unsolicited);
}

void udp_validate_response(struct worker *w, const struct datagram *d)
{
	const struct queued *queued = d->queued;
	const struct packet *packet = d->packet;
	struct message response;

	stats_count(&w->stats.responses);
	if (!message_parse(&response, packet->payload, w->rrs, MESSAGE_RRS_MAX)) {
		leave(w, queued->id, &w->stats.responses_malformed);
		return;
	}
	union flow_asked what;
	struct flow *flow = flow_find(&w->flows, &d->key, &response, w->now_ms, &what);
	if (!flow) {
		refuse_unasked(w, d, &response);
		return;
	}
	struct held held = { .arrival = { .carrier = &in_packets,
		                     .asked = &what.client,
		                     .message = packet->payload,
		                     .server = sockaddr_of(packet->source, packet->source_port,
		                             queued->in_interface) },
		.packet_id = queued->id,
		.packet = packet,
		.flow = flow,
		.key = &d->key,
		.is_forwarded = queued->is_forwarded };
	if (what.client.passes_unjudged)
		arrival_pass_unjudged(w, &held.arrival, flow->kind, &response);
	else if (!w->is_paused && arrival_asks_again(w, &held.arrival, &response))
		return;
	else if (!(response.flags & FLAG_TC) || what.client.sent_plain || !ask_for_whole(w, &held))
		arrival_take(w, &held.arrival, &response,
		        queued->base + (packet->payload.base - queued->octets.base));
}
