/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One udp_validator with all its parts, between a client and a server. A test gives it the packets
 * of both. */
#ifndef TESTS_UDPBED_H
#define TESTS_UDPBED_H

#include "packets.h"
#include "validating.h"

#include "flow/grace.h"
#include "worker/udp_validate.h"
#include "worker/udp_validate_query.h"

#define ID       0x1234
#define GRACE_MS 100
#define PARK_MS  3000

enum { INSIDE = 1, OUTSIDE = 2 }; /* interfaces */
enum { PARKED_MAX = 8 };

#define CLIENT                                                                                     \
	{                                                                                          \
		"192.0.2.7", 4000                                                                  \
	}
#define SERVER                                                                                     \
	{                                                                                          \
		"198.51.100.53", 53                                                                \
	}

static const struct end_point client = CLIENT, server = SERVER;

struct bed {
	struct validating *v;
	struct flow_table flows;
	struct park park;
	struct grace grace;
	struct verdict_log log;
	struct udp_validator validator;
	struct msgbuild query;
	struct held_packet packet;
	uint64_t next_id; /* of packets */
	uint32_t in;      /* by which queries come in */
};

static inline struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(false);
	b->next_id = 1;
	b->in = INSIDE;
	assert_int_equal(flow_table_init(&b->flows, 16, 5000), 0);
	assert_int_equal(park_init(&b->park, PARKED_MAX, PARK_MS), 0);
	assert_int_equal(grace_init(&b->grace, PARKED_MAX, GRACE_MS), 0);
	b->validator = (struct udp_validator){ .config = &b->v->config,
		.turn = &b->v->turn,
		.stats = &b->v->stats,
		.report = &b->v->report,
		.intake = &b->v->intake,
		.oddities = &b->v->oddities,
		.arrivals = &b->v->arrivals,
		.flows = &b->flows,
		.park = &b->park,
		.grace = &b->grace,
		.verdicts = verdicts_noted(&b->log),
		.rrs = scratch_rrs_new() };
	return b;
}

static inline void bed_free(struct bed *b)
{
	free(b->validator.rrs);
	park_fini(&b->park);
	grace_fini(&b->grace);
	flow_table_fini(&b->flows);
	validating_free(b->v);
	free(b);
}

/* ---- Queries ---- */

enum {
	OPT = 1,
	OPT_DO = 2 | OPT,
	TSIG = 4,
};

static inline void write_query(struct bed *b, uint16_t flags, uint16_t type, unsigned extra)
{
	msg_begin(&b->query, ID, flags, "www.example.test", type);
	msg_section(&b->query, SECTION_ADDITIONAL);
	if (extra & OPT)
		msg_opt(&b->query, QUERY_UDP_SIZE, (extra & OPT_DO) == OPT_DO);
	if (extra & TSIG)
		msg_rr(&b->query, ".", TYPE_TSIG, 0, rd_raw(span_of("\0\0\0\0", 4)));
}

/* Returns what the query was told; the packet stays in b->packet. */
static inline enum told ask_octets(struct bed *b, struct end_point from, struct span octets)
{
	uint64_t id = b->next_id++;

	packet_make(&b->packet, id, from, server, octets);
	struct flow_way way = { b->in, OUTSIDE };
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_query(&b->flows.hash_key, &b->packet.packet, ID, way) };
	udp_validate_query(&b->validator, &d);
	return verdict_on(&b->log, id);
}

/* Writes the query of a client that sends a cookie. */
static inline void write_query_with_cookie(struct bed *b)
{
	write_query(b, FLAG_RD, TYPE_A, 0);
	msg_opt_with_cookie(&b->query);
}

/* ---- Responses ---- */

struct way_back {
	struct end_point from, to;
	uint32_t in, out;
	bool is_forwarded;
};

#define STRAIGHT                                                                                   \
	{                                                                                          \
		SERVER, CLIENT, OUTSIDE, INSIDE, false                                             \
	}

static const struct way_back straight = STRAIGHT;

/* Has these octets come as a response. Returns the id of the packet. */
static inline uint64_t respond_octets(struct bed *b, struct way_back way, struct span octets)
{
	uint64_t id = b->next_id++;
	uint16_t dns_id = octets.len >= 2 ? get_u16(octets.base) : 0;

	packet_make(&b->packet, id, way.from, way.to, octets);
	b->packet.queued.is_forwarded = way.is_forwarded;
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_response(&b->flows.hash_key, &b->packet.packet, dns_id,
		        (struct flow_way){ way.in, way.out }) };
	size_t at = (size_t)(b->packet.packet.payload.base - b->packet.octets);
	udp_validate_response(&b->validator, &d, b->packet.octets + at);
	return id;
}

#endif
