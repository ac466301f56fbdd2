/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_validate.h"

#include "base/sockaddr.h"
#include "flow/grace.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/letters.h"
#include "worker/oddity.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

_Static_assert(SHORTCUT_UDP_SIZE == QUERY_UDP_SIZE, "the kernel writes what the worker would");

static void accept_packet(const struct udp_validator *u, uint64_t packet_id)
{
	u->verdicts.accept(u->verdicts.context, packet_id);
}

static void drop_packet(const struct udp_validator *u, uint64_t packet_id)
{
	u->verdicts.drop(u->verdicts.context, packet_id);
}

static void accept_packet_with(const struct udp_validator *u, uint64_t packet_id,
        const struct packet *packet, struct span payload)
{
	u->verdicts.accept_with(u->verdicts.context, packet_id, packet, payload);
}

/* ---- Queries ---- */

static bool may_be_sent_on(const struct udp_validator *u, enum query_kind kind)
{
	return kind != QUERY_MALFORMED &&
	       (kind != QUERY_TRANSFER || !u->config->tcp.refuses_transfers);
}

/* If the question is not remembered, the query must be dropped, because its response would be. */
bool udp_validate_remember(struct udp_validator *u, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t at_ms)
{
	struct flow_remembered what = flow_remember(u->flows, key, kind, asked, at_ms);

	stats_add(&u->stats->flows_evicted, what.evicted);
	if (what.is_rival)
		report_rival(u->report, key, asked);
	if (what.is_refused)
		stats_count(&u->stats->flows_share);
	return !what.is_refused;
}

void udp_validate_query(struct udp_validator *u, const struct queued_datagram *d)
{
	const struct packet *packet = d->packet;
	uint64_t packet_id = d->queued->id;
	struct client_query asked;
	struct span sent;
	struct sockaddr_storage server =
	        sockaddr_of(packet->destination, packet->destination_port, 0);
	struct query_way way = { .client = packet->source, .server = &server };
	enum query_kind kind = validate_query_take(u->intake, &way, packet->payload, &asked, &sent);

	if (kind == QUERY_MALFORMED && u->turn->is_paused) {
		accept_packet(u, packet_id);
		return;
	}
	if (!may_be_sent_on(u, kind) ||
	        !udp_validate_remember(u, &d->key, kind, &asked, u->turn->now_ms)) {
		drop_packet(u, packet_id);
		return;
	}
	if (sent.base == packet->payload.base && sent.len == packet->payload.len)
		accept_packet(u, packet_id);
	else
		accept_packet_with(u, packet_id, packet, sent);
}

/* The kernel has checked that the worker would set DO in this query, as far as the kernel knew
 * then. If that has changed meanwhile, the query stays sent on. */
void udp_validate_sent_on(
        struct udp_validator *u, struct span octets, uint64_t at_ms, uint32_t in_interface)
{
	struct packet packet;
	struct client_query asked;

	stats_count(&u->stats->queries);
	if (packet_parse(&packet, octets) != PACKET_UDP) {
		stats_count(&u->stats->queries_malformed);
		return;
	}
	struct sockaddr_storage server =
	        sockaddr_of(packet.destination, packet.destination_port, 0);
	struct query_way way = { .client = packet.source, .server = &server };
	if (validate_query_sent_on(u->intake, &way, packet.payload, &asked) != QUERY_JUDGED) {
		stats_count(&u->stats->queries_malformed);
		return;
	}
	stats_count(&u->stats->queries_judged);
	stats_count(&u->stats->queries_shortcut);
	server_fallback_sent_on(u->arrivals->fallback, &server, at_ms);
	struct flow_key key = flow_key_of_query(
	        &u->flows->hash_key, &packet, asked.id, (struct flow_way){ .in = in_interface });
	udp_validate_remember(u, &key, QUERY_JUDGED, &asked, at_ms);
}

/* ---- Responses ---- */

/* Packets in FORWARD are limited to the MTU of Ethernet. Larger ones are dropped or fragmented
 * there. */
#define PATH_MTU 1500

/* Responses to one question that may wait for keys at a time: the true one and some forgeries. An
 * attacker who can answer before the server can send more. Then the true response may find no room.
 * PARKED_CROWDED notes that, until the flow ends. While it is set, no failure answers the client.
 * The client asks again, and then the keys are known, because they are fetched for a response
 * without room, too. */
#define PARKED_PER_FLOW 4
#define PARKED_CROWDED  0x80

/* A response whose packet the kernel holds, and the question that it may answer. */
struct arrived_packet {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct udp_validator *validator;
	uint64_t packet_id;
	const struct packet *packet;
	struct flow *flow;
	const struct flow_key *key; /* of the flow */
	bool is_forwarded;
};

static struct arrived_packet *arrived_of(struct arrival *a)
{
	return (struct arrived_packet *)a;
}

static struct waiting_packet waiting_of(const struct arrived_packet *arrived)
{
	const struct packet *p = arrived->packet;

	return (struct waiting_packet){ .id = arrived->packet_id,
		.octets = span_of(p->header.base, p->header.len + p->udp.len),
		.key = arrived->key,
		.asked = arrived->arrival.asked };
}

static unsigned parked_count(const struct flow *flow)
{
	return flow->parked & ~PARKED_CROWDED;
}

/* Frees the copy of a response that has waited. */
static void release_arrived(const struct arrived_packet *arrived)
{
	struct parked *parked = arrived->arrival.parked;

	if (!parked)
		return;
	if (!parked->is_held_back && parked_count(arrived->flow) > 0)
		arrived->flow->parked--;
	parked_remove(parked);
}

/* Of the header; its extended bits do not matter here. */
static unsigned rcode_of(struct span message)
{
	struct cursor c = cursor_at(message, 2);

	return cursor_u16(&c) & RCODE_MASK;
}

/* The error of a response that is held back. */
static struct given_error given_error(const struct parked *parked)
{
	struct packet packet;

	/* the copy was parsed before, so it parses now */
	packet_parse(&packet, span_of(parked->octets, parked->len));
	return (struct given_error){ &parked->server, &parked->asked, rcode_of(packet.payload) };
}

/* Drops the response that is held back, because a better one came. */
static void drop_rival(const struct arrived_packet *arrived)
{
	const struct udp_validator *u = arrived->validator;
	struct parked *rival = grace_find(u->grace, arrived->flow->held_packet);

	if (!rival || rival == arrived->arrival.parked)
		return;
	stats_count(&u->stats->grace_won);
	if (grace_is_error(u->grace, rival)) {
		struct given_error refuted = given_error(rival);
		known_errors_refute(&u->grace->known, &refuted);
	}
	drop_packet(u, rival->packet_id);
	parked_remove(rival);
}

/* Learns from what goes to the client: from an error whose grace is over, or from an answer. */
static void note_error(const struct arrived_packet *arrived, bool fails)
{
	const struct udp_validator *u = arrived->validator;
	const struct parked *parked = arrived->arrival.parked;

	if (!fails) {
		known_errors_answered(&u->grace->known, &arrived->arrival.server);
	} else if (parked && parked->is_held_back && grace_is_error(u->grace, parked)) {
		struct given_error given = given_error(parked);
		known_errors_note(&u->grace->known, &given, u->turn->now_ms);
	}
}

/* True for an error, or an answer that was cut: the client may go on listening after it. */
static bool is_failure(struct span message)
{
	struct cursor c = cursor_at(message, 2);
	uint16_t flags = cursor_u16(&c), rcode = flags & RCODE_MASK;

	return (flags & FLAG_TC) || (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN);
}

/* The flow ends, because its question is answered. After a failure it may stay in the table; see
 * flow_end(). Other responses that wait for the flow find that it has ended. */
static void arrived_deliver(struct arrival *a, struct span octets)
{
	struct arrived_packet *arrived = arrived_of(a);
	const struct udp_validator *u = arrived->validator;
	bool fails = is_failure(octets); /* which may lie in the copy that is freed below */

	if (octets.base == arrived->packet->payload.base && !a->is_changed)
		accept_packet(u, arrived->packet_id);
	else
		accept_packet_with(u, arrived->packet_id, arrived->packet, octets);
	drop_rival(arrived);
	note_error(arrived, fails);
	release_arrived(arrived);
	if (a->is_doubted_by_client)
		return; /* the genuine response may still come */
	if (fails)
		flow_end(u->flows, arrived->flow);
	else
		flow_remove(u->flows, arrived->flow);
}

/* A dropped response leaves the question open: the true answer may still come. */
static void arrived_drop(struct arrival *a)
{
	const struct arrived_packet *arrived = arrived_of(a);

	drop_packet(arrived->validator, arrived->packet_id);
	release_arrived(arrived);
}

/* True if the true response may be among those that wait for keys, or that found no room. Then a
 * Bogus response or a failure must not answer the client. Each response that waits is judged for
 * itself. */
static bool has_better(const struct flow *flow, const struct parked *parked)
{
	bool is_one = parked && !parked->is_held_back;

	return (flow->parked & PARKED_CROWDED) || parked_count(flow) > (is_one ? 1 : 0);
}

static bool arrived_hold_back(struct arrival *a, bool is_error)
{
	struct arrived_packet *arrived = arrived_of(a);
	const struct udp_validator *u = arrived->validator;
	const struct waiting_packet waiting = waiting_of(arrived);
	const struct given_error error = { &a->server, a->asked, rcode_of(a->message) };

	if (has_better(arrived->flow, a->parked)) {
		stats_count(&u->stats->grace_yielded);
		arrived_drop(a);
		return true;
	}
	switch (grace_hold(
	        u->grace, arrived->flow, &waiting, is_error ? &error : NULL, u->turn->now_ms)) {
	case GRACE_HELD:
		stats_count(&u->stats->grace_held);
		struct parked *parked = grace_find(u->grace, arrived->packet_id);
		parked->server = a->server;
		parked->is_changed = a->is_changed;
		release_arrived(arrived);
		return true;
	case GRACE_RIVAL:
		stats_count(&u->stats->grace_rivals);
		arrived_drop(a);
		return true;
	case GRACE_NO_ROOM:
		/* dropped, but the question stays open, so filling the table gains nothing */
		stats_count(&u->stats->grace_full);
		arrived_drop(a);
		return true;
	case GRACE_OFF:
		break;
	}
	return false;
}

/* Frees a response that was held back. Its octets, to which the arrival points, live on in `to`. */
static void hand_over_octets(struct parked *held, struct parked *to)
{
	uint8_t *copy = to->octets;

	to->octets = held->octets;
	held->octets = copy;
	parked_remove(held);
}

/* Returns how long ago the query came. The kernel's shortcut may have sent it on after the clock was read
 * for this turn. */
static uint32_t took_ms(const struct udp_validator *u, const struct flow *flow)
{
	uint64_t asked_ms = flow->expires_ms - u->flows->timeout_ms;

	return u->turn->now_ms > asked_ms ? (uint32_t)(u->turn->now_ms - asked_ms) : 0;
}

/* The question stays open: a forged response must not keep the true one out. */
static bool arrived_park(struct arrival *a)
{
	struct arrived_packet *arrived = arrived_of(a);
	const struct udp_validator *u = arrived->validator;
	const struct waiting_packet waiting = waiting_of(arrived);

	if (parked_count(arrived->flow) == PARKED_PER_FLOW) {
		arrived->flow->parked |= PARKED_CROWDED;
		stats_count(&u->stats->parked_rivals);
		return false;
	}
	struct parked *held = a->parked, *parked = park_add(u->park, &waiting, u->turn->now_ms);
	if (!parked)
		return false;
	if (held)
		hand_over_octets(held, parked);
	a->parked = parked;
	a->parked->server = a->server;
	a->parked->took_ms = took_ms(u, arrived->flow);
	a->parked->is_forwarded = arrived->is_forwarded;
	a->parked->is_changed = a->is_changed;
	a->parked->is_doubted_by_client = a->is_doubted_by_client;
	arrived->flow->parked++;
	return true;
}

static bool arrived_may_ask(struct arrival *a, enum reask_how how)
{
	struct flow *flow = arrived_of(a)->flow;
	bool was_asked = false;

	if (how == REASK_BARELY) {
		was_asked = flow->is_asked_barely;
		flow->is_asked_barely = true;
	} else if (how == REASK_ONCE_MORE) {
		was_asked = flow->is_asked_once_more;
		flow->is_asked_once_more = true;
	}
	return !was_asked;
}

static const struct carrier in_packets = { arrived_deliver, arrived_drop, arrived_hold_back,
	arrived_park, arrived_may_ask, NULL };

/* The size that the client accepts and the packet may carry. */
static uint16_t size_limit(
        const struct packet *packet, bool is_forwarded, const struct client_query *asked)
{
	size_t headers = packet->header.len + UDP_HEADER_SIZE;
	size_t room = headers < PATH_MTU - DNS_PLAIN_SIZE ? PATH_MTU - headers : DNS_PLAIN_SIZE;

	return is_forwarded && room < asked->udp_size ? (uint16_t)room : asked->udp_size;
}

/* True if no better response can follow. After asking barely the server's answer to the client's own
 * query may follow. A packet whose letters are in doubt is never held back: after its grace it would be
 * judged itself. */
static bool is_last(const struct parked *parked)
{
	if (parked->is_held_back || (parked->reasked & (REASK_ONCE_MORE | REASK_LETTERS)))
		return true;
	return parked_is_replaced(parked) && !parked->proof && !(parked->reasked & REASK_BARELY);
}

/* Learns what the server says of letters. Returns false if it was asked for that and said nothing: then it
 * is not known who sent the response that waits. */
static bool may_resume(struct udp_validator *u, const struct parked *parked)
{
	if (!(parked->reasked & REASK_LETTERS))
		return true;
	if (parked->came_by == REASK_LETTERS)
		letters_answered(u->arrivals, parked);
	return parked_is_replaced(parked);
}

/* Judges again; drops the response if its question was answered meanwhile. */
void udp_validate_resume(struct udp_validator *u, struct parked *parked, bool in_time)
{
	struct flow *flow = flow_find_asked(u->flows, &parked->flow_key, &parked->asked);
	struct packet packet;

	bool yields = flow && parked->is_held_back && has_better(flow, parked);
	if (!flow || yields) {
		stats_count(yields ? &u->stats->grace_yielded : &u->stats->responses_unsolicited);
		drop_packet(u, parked->packet_id);
		parked_remove(parked);
		return;
	}
	/* the copy was parsed before, so it parses now */
	packet_parse(&packet, span_of(parked->octets, parked->len));
	struct span payload = parked->is_changed ? message_trim(packet.payload) : packet.payload;
	struct flow_key key = parked->flow_key; /* outlives what is parked */
	union flow_asked what;
	flow_read(u->flows, flow, &what);
	if (parked->whole || parked->proof)
		what.client.udp_size = size_limit(&packet, parked->is_forwarded, &what.client);
	struct arrived_packet arrived = { .arrival = { .carrier = &in_packets,
		                                  .asked = &what.client,
		                                  .client = flow_key_client(&key),
		                                  .message = parked_message(parked, payload),
		                                  .server = parked->server,
		                                  .parked = parked,
		                                  .is_changed = parked->is_changed,
		                                  .is_doubted_by_client =
		                                          parked->is_doubted_by_client,
		                                  .is_last = is_last(parked),
		                                  .may_not_wait = parked->is_held_back },
		.validator = u,
		.packet_id = parked->packet_id,
		.packet = &packet,
		.flow = flow,
		.key = &key,
		.is_forwarded = parked->is_forwarded };
	if (!may_resume(u, parked)) {
		arrived_drop(&arrived.arrival);
		return;
	}
	arrival_again(u->arrivals, &arrived.arrival, in_time);
}

/* Signatures may be what made the answer too long. Returns false if the whole answer cannot be
 * asked for. */
static bool ask_for_whole(struct udp_validator *u, struct arrived_packet *arrived)
{
	const struct asker *asker = &u->arrivals->asker;

	return arrived_park(&arrived->arrival) &&
	       asker->ask_again(asker->context, arrived->arrival.parked, REASK_WHOLE);
}

/* A packet that answers no known question passes only in a pause. */
static void refuse_packet(const struct udp_validator *u, uint64_t packet_id, uint64_t *counter)
{
	if (u->turn->is_paused) {
		stats_count(&u->stats->passed[EXEMPT_PAUSE]);
		accept_packet(u, packet_id);
		return;
	}
	stats_count(counter);
	drop_packet(u, packet_id);
}

static void refuse_unasked(const struct udp_validator *u, const struct queued_datagram *d,
        const struct message *response)
{
	bool has_strayed = flow_has_strayed(u->flows, &d->key, response, u->turn->now_ms);

	if (has_strayed && !u->turn->is_paused)
		report_stray(u->report, &d->key, response);
	refuse_packet(u, d->queued->id,
	        has_strayed ? &u->stats->responses_strayed : &u->stats->responses_unsolicited);
}

/* Returns false if the response is set aside because of its letters, or dropped. One response to a query
 * may be set aside, and only if no other waits: the server is asked once. */
static bool take_letters(struct udp_validator *u, struct arrived_packet *arrived,
        const struct message *response, uint8_t *octets)
{
	struct arrival *a = &arrived->arrival;

	switch (letters_look(u->arrivals, a, response, octets, LETTERS_FROM_PACKET)) {
	case LETTERS_SAME:
		return true;
	case LETTERS_PUT_BACK:
		a->is_changed = true;
		return true;
	case LETTERS_AS_CAME:
		a->is_doubted_by_client = true;
		return true;
	case LETTERS_DOUBTED:
		break;
	}
	if (parked_count(arrived->flow) > 0)
		arrived_drop(a);
	else
		arrival_doubt_letters(u->arrivals, a);
	return false;
}

/* Octets after the end are left out of the message. */
static bool parse_response(
        struct udp_validator *u, const struct packet *packet, struct message *response)
{
	const struct odd_way odd = { packet->source, packet->destination };

	if (message_parse(response, packet->payload, u->rrs, MESSAGE_RRS_MAX))
		return true;
	oddity_note(u->oddities, packet->payload, &odd);
	return message_parse(response, message_trim(packet->payload), u->rrs, MESSAGE_RRS_MAX);
}

void udp_validate_response(
        struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets)
{
	const struct queued *queued = d->queued;
	const struct packet *packet = d->packet;
	struct message response;

	stats_count(&u->stats->responses);
	if (!parse_response(u, packet, &response)) {
		refuse_packet(u, queued->id, &u->stats->responses_malformed);
		return;
	}
	union flow_asked what;
	struct flow *flow = flow_find(u->flows, &d->key, &response, u->turn->now_ms, &what);
	if (!flow) {
		refuse_unasked(u, d, &response);
		return;
	}
	struct arrived_packet arrived = {
		.arrival = { .carrier = &in_packets,
		        .asked = &what.client,
		        .message = response.octets,
		        .is_changed = response.octets.len < packet->payload.len,
		        .server = sockaddr_of(
		                packet->source, packet->source_port, queued->in_interface),
		        .client = packet->destination },
		.validator = u,
		.packet_id = queued->id,
		.packet = packet,
		.flow = flow,
		.key = &d->key,
		.is_forwarded = queued->is_forwarded
	};
	if (!take_letters(u, &arrived, &response, octets))
		return;
	if (what.client.passes_unjudged)
		arrival_pass_unjudged(u->arrivals, &arrived.arrival, flow->kind, &response);
	else if (!u->turn->is_paused &&
	         arrival_asks_again(u->arrivals, &arrived.arrival, &response))
		return;
	else if (!(response.flags & FLAG_TC) || what.client.sent_plain ||
	         !ask_for_whole(u, &arrived))
		arrival_take(u->arrivals, &arrived.arrival, &response, octets);
}
