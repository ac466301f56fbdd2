/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_carrier.h"

#include "flow/grace.h"
#include "worker/reasked.h"

/* Responses to one question that may wait for keys at a time: the true one and some forgeries. An
 * attacker who can answer before the server can send more. Then the true response may find no room.
 * PARKED_CROWDED notes that, until the flow ends. While it is set, no failure answers the client.
 * The client asks again, and then the keys are known, because they are fetched for a response
 * without room, too. */
#define PARKED_PER_FLOW 4
#define PARKED_CROWDED  0x80

static struct arrived_packet *arrived_of(struct arrival *a)
{
	return (struct arrived_packet *)a;
}

unsigned udp_parked_count(const struct flow *flow)
{
	return flow->parked & ~PARKED_CROWDED;
}

static struct waiting_packet waiting_of(const struct arrived_packet *arrived)
{
	const struct packet *p = arrived->packet;

	return (struct waiting_packet){ .id = arrived->packet_id,
		.octets = span_of(p->header.base, p->header.len + p->udp.len),
		.key = arrived->key,
		.asked = arrived->arrival.asked };
}

/* Frees the copy of a response that has waited. */
static void release_arrived(const struct arrived_packet *arrived)
{
	struct parked *parked = arrived->arrival.parked;

	if (!parked)
		return;
	if (!parked->is_held_back && udp_parked_count(arrived->flow) > 0)
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

bool udp_has_better(const struct flow *flow, const struct parked *parked)
{
	bool is_one = parked && !parked->is_held_back;

	return (flow->parked & PARKED_CROWDED) || udp_parked_count(flow) > (is_one ? 1 : 0);
}

static bool arrived_hold_back(struct arrival *a, bool is_error)
{
	struct arrived_packet *arrived = arrived_of(a);
	const struct udp_validator *u = arrived->validator;
	const struct waiting_packet waiting = waiting_of(arrived);
	const struct given_error error = { &a->server, a->asked, rcode_of(a->message) };

	if (udp_has_better(arrived->flow, a->parked)) {
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
		parked->is_doubted_by_client = a->is_doubted_by_client;
		/* whether anything came is known only here: what replaced the packet is freed */
		parked->reasked = reasked_is_bare_unanswered(a) ? REASK_BARELY : 0;
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

/* Returns how long ago the query came. The kernel's shortcut may have sent it on after the clock
 * was read for this turn. */
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

	if (udp_parked_count(arrived->flow) == PARKED_PER_FLOW) {
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

const struct carrier udp_carrier = { arrived_deliver, arrived_drop, arrived_hold_back, arrived_park,
	arrived_may_ask, NULL };
