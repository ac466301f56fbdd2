/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packets.h"

#include <arpa/inet.h>

#define IP_HEADER_SIZE 20

static struct told_verdict *add_verdict(struct verdict_log *log, uint64_t id, enum told told)
{
	assert_int_equal(verdict_on(log, id), NONE);
	assert_true(log->count < VERDICTS_MAX);
	struct told_verdict *v = &log->all[log->count++];
	*v = (struct told_verdict){ id, told };
	return v;
}

static void note_accept(void *context, uint64_t id)
{
	add_verdict(context, id, ACCEPTED);
}

static void note_accept_with(
        void *context, uint64_t id, const struct packet *packet, struct span payload)
{
	struct verdict_log *log = context;

	assert_non_null(packet);
	add_verdict(log, id, REPLACED);
	memcpy(log->payload, payload.base, payload.len);
	log->payload_len = payload.len;
}

static void note_drop(void *context, uint64_t id)
{
	add_verdict(context, id, DROPPED);
}

static void note_spoil(void *context, uint64_t id, const struct packet *packet)
{
	assert_non_null(packet);
	add_verdict(context, id, SPOILED);
}

struct packet_verdicts verdicts_noted(struct verdict_log *log)
{
	return (struct packet_verdicts){ log, note_accept, note_accept_with, note_drop,
		note_spoil };
}

enum told verdict_on(const struct verdict_log *log, uint64_t id)
{
	for (unsigned i = 0; i < log->count; i++) {
		if (log->all[i].id == id)
			return log->all[i].told;
	}
	return NONE;
}

void packet_make(struct held_packet *p, uint64_t id, struct end_point from, struct end_point to,
        struct span payload)
{
	size_t len = IP_HEADER_SIZE + UDP_HEADER_SIZE + payload.len;
	uint8_t *o = p->octets, *udp = o + IP_HEADER_SIZE;

	assert_true(len <= sizeof(p->octets));
	memset(o, 0, IP_HEADER_SIZE + UDP_HEADER_SIZE);
	o[0] = 0x45;
	put_u16(o + 2, (uint16_t)len);
	o[8] = 64; /* TTL */
	o[9] = 17; /* UDP */
	assert_int_equal(inet_pton(AF_INET, from.address, o + 12), 1);
	assert_int_equal(inet_pton(AF_INET, to.address, o + 16), 1);
	put_u16(udp, from.port);
	put_u16(udp + 2, to.port);
	put_u16(udp + 4, (uint16_t)(UDP_HEADER_SIZE + payload.len));
	memcpy(udp + UDP_HEADER_SIZE, payload.base, payload.len);
	p->queued = (struct queued){ .id = id, .octets = span_of(o, len), .base = o };
	assert_int_equal(packet_parse(&p->packet, p->queued.octets), PACKET_UDP);
}
