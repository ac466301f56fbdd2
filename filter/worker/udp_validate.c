/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_validate.h"

#include "base/sockaddr.h"
#include "flow/grace.h"
#include "worker/letters.h"
#include "worker/oddity.h"
#include "worker/report.h"
#include "worker/udp_carrier.h"

/* Packets in FORWARD are limited to the MTU of Ethernet. Larger ones are dropped or fragmented
 * there. */
#define PATH_MTU 1500

/* The size that the client accepts and the packet may carry. */
static uint16_t size_limit(
        const struct packet *packet, bool is_forwarded, const struct client_query *asked)
{
	size_t headers = packet->header.len + UDP_HEADER_SIZE;
	size_t room = headers < PATH_MTU - DNS_PLAIN_SIZE ? PATH_MTU - headers : DNS_PLAIN_SIZE;

	return is_forwarded && room < asked->udp_size ? (uint16_t)room : asked->udp_size;
}

/* True if no better response can follow. After asking barely the server's answer to the client's
 * own query may follow. A packet whose letters are in doubt is never held back: after its grace it
 * would be judged itself. */
static bool is_last(const struct parked *parked)
{
	if (parked->is_held_back || (parked->reasked & (REASK_ONCE_MORE | REASK_LETTERS)))
		return true;
	return parked_is_replaced(parked) && !parked->proof && !(parked->reasked & REASK_BARELY);
}

/* Learns what the server says of letters. Returns false if it was asked for that and said nothing:
 * then it is not known who sent the response that waits. */
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

	bool yields = flow && parked->is_held_back && udp_has_better(flow, parked);
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
	struct arrived_packet arrived = {
		.arrival = { .carrier = &udp_carrier,
		        .asked = &what.client,
		        .client = flow_key_client(&key),
		        .instead = parked->is_large ? payload : span_of(NULL, 0),
		        .message = parked_message(parked, payload),
		        .server = parked->server,
		        .parked = parked,
		        .is_changed = parked->is_changed,
		        .is_doubted_by_client = parked->is_doubted_by_client,
		        .is_last = is_last(parked),
		        .may_not_wait = parked->is_held_back },
		.validator = u,
		.packet_id = parked->packet_id,
		.packet = &packet,
		.flow = flow,
		.key = &key,
		.is_forwarded = parked->is_forwarded
	};
	if (!may_resume(u, parked)) {
		stats_count(&u->stats->letters_dropped);
		udp_carrier.drop(&arrived.arrival);
		return;
	}
	arrival_again(u->arrivals, &arrived.arrival, in_time);
}

/* Signatures may be what made the answer too long. Returns false if the whole answer cannot be
 * asked for. */
static bool ask_for_whole(struct udp_validator *u, struct arrived_packet *arrived)
{
	const struct asker *asker = &u->arrivals->asker;

	return udp_carrier.park(&arrived->arrival) &&
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

/* Returns false if the response is set aside because of its letters, or dropped. One response to a
 * query may be set aside, and only if no other waits: the server is asked once. */
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
	if (udp_parked_count(arrived->flow) == 0) {
		arrival_doubt_letters(u->arrivals, a);
		return false;
	}
	stats_count(&u->stats->letters_dropped);
	udp_carrier.drop(a);
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
		.arrival = { .carrier = &udp_carrier,
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
	else if (u->turn->is_paused || !(response.flags & FLAG_TC) || what.client.sent_plain ||
	         !ask_for_whole(u, &arrived))
		arrival_take(u->arrivals, &arrived.arrival, &response, octets);
}
