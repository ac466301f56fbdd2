/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/dissect.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "capture/defragment.h"
#include "capture/stream.h"
#include "wire/framing.h"

#define DNS_PORT 53

struct traffic {
	sighting_handler *handle;
	void *context;
	struct traffic_counts counts;
	struct defragmenter fragments;
	struct streams streams;
};

struct traffic *traffic_new(sighting_handler *handle, void *context)
{
	struct traffic *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->handle = handle;
	t->context = context;
	if (defragment_init(&t->fragments, &t->counts) < 0 ||
	        streams_init(&t->streams, handle, context, &t->counts) < 0) {
		traffic_free(t);
		return NULL;
	}
	return t;
}

void traffic_free(struct traffic *t)
{
	if (!t)
		return;
	defragment_fini(&t->fragments);
	streams_fini(&t->streams);
	free(t);
}

const struct traffic_counts *traffic_counts(const struct traffic *t)
{
	return &t->counts;
}

void traffic_finish(struct traffic *t)
{
	streams_finish(&t->streams);
	defragment_finish(&t->fragments);
}

static bool is_dns(uint16_t source_port, uint16_t destination_port)
{
	return source_port == DNS_PORT || destination_port == DNS_PORT;
}

static void take_udp(struct traffic *t, const struct ip *ip, const struct moment *at)
{
	struct cursor c = cursor_over(ip->payload);
	struct sighting s = { .at = *at,
		.version = ip->version,
		.source = ip->source,
		.destination = ip->destination };

	s.source_port = cursor_u16(&c);
	s.destination_port = cursor_u16(&c);
	uint16_t length = cursor_u16(&c);
	cursor_u16(&c); /* checksum */
	s.message = cursor_rest(&c);
	/* As on the packet path, UDP must fill what IP carries: see packet.h. */
	if (c.bad || length != ip->payload.len) {
		t->counts.malformed++;
	} else if (!is_dns(s.source_port, s.destination_port)) {
		t->counts.other++;
	} else if (s.message.len < FRAMING_HEADER_SIZE) {
		t->counts.runts++;
	} else {
		t->counts.messages++;
		t->handle(t->context, &s);
	}
}

static void take_tcp(struct traffic *t, const struct ip *ip, const struct moment *at)
{
	struct tcp tcp;

	if (!tcp_parse(&tcp, ip->payload))
		t->counts.malformed++;
	else if (!is_dns(tcp.source_port, tcp.destination_port))
		t->counts.other++;
	else
		streams_segment(&t->streams, ip, &tcp, at);
}

void traffic_packet(struct traffic *t, const struct frame *frame)
{
	struct ip ip;
	enum ip_kind kind = ip_parse(&ip, frame->ip);

	t->counts.packets++;
	if (kind == IP_FRAGMENT) {
		kind = defragment(&t->fragments, &ip, frame->at.time_s);
		if (kind != IP_WHOLE) /* counted there */
			return;
	}
	if (kind == IP_CUT)
		t->counts.cut++;
	else if (kind == IP_MALFORMED)
		t->counts.malformed++;
	else if (ip.protocol == IP_UDP)
		take_udp(t, &ip, &frame->at);
	else if (ip.protocol == IP_TCP)
		take_tcp(t, &ip, &frame->at);
	else
		t->counts.other++;
}
