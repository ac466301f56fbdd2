/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/dissect.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "capture/defragment.h"
#include "capture/stream.h"
#include "wire/framing.h"

#define DNS_PORT 53

struct dissector {
	captured_message_handler *handle;
	void *context;
	struct capture_counts counts;
	struct defragmenter fragments;
	struct streams streams;
};

struct dissector *dissect_new(captured_message_handler *handle, void *context)
{
	struct dissector *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->handle = handle;
	d->context = context;
	if (defragment_init(&d->fragments, &d->counts) < 0 ||
	        streams_init(&d->streams, handle, context, &d->counts) < 0) {
		dissect_free(d);
		return NULL;
	}
	return d;
}

void dissect_free(struct dissector *d)
{
	if (!d)
		return;
	defragment_fini(&d->fragments);
	streams_fini(&d->streams);
	free(d);
}

const struct capture_counts *dissect_counts(const struct dissector *d)
{
	return &d->counts;
}

void dissect_finish(struct dissector *d)
{
	streams_finish(&d->streams);
	defragment_finish(&d->fragments);
}

static bool is_dns(uint16_t source_port, uint16_t destination_port)
{
	return source_port == DNS_PORT || destination_port == DNS_PORT;
}

static void take_udp(struct dissector *d, const struct ip *ip, const struct moment *at)
{
	struct cursor c = cursor_over(ip->payload);
	struct captured_message s = { .at = *at,
		.version = ip->version,
		.source = ip->source,
		.destination = ip->destination };

	s.source_port = cursor_u16(&c);
	s.destination_port = cursor_u16(&c);
	uint16_t length = cursor_u16(&c);
	cursor_u16(&c); /* checksum */
	s.message = cursor_rest(&c);
	/* As in the packet path, the UDP datagram must fill the IP payload: see packet.h. */
	if (c.bad || length != ip->payload.len) {
		d->counts.malformed++;
	} else if (!is_dns(s.source_port, s.destination_port)) {
		d->counts.other++;
	} else if (s.message.len < FRAMING_HEADER_SIZE) {
		d->counts.runts++;
	} else {
		d->counts.messages++;
		d->handle(d->context, &s);
	}
}

static void take_tcp(struct dissector *d, const struct ip *ip, const struct moment *at)
{
	struct tcp tcp;

	if (!tcp_parse(&tcp, ip->payload))
		d->counts.malformed++;
	else if (!is_dns(tcp.source_port, tcp.destination_port))
		d->counts.other++;
	else
		streams_segment(&d->streams, ip, &tcp, at);
}

void dissect_packet(struct dissector *d, const struct frame *frame)
{
	struct ip ip;
	enum ip_kind kind = ip_parse(&ip, frame->ip);

	d->counts.packets++;
	if (kind == IP_FRAGMENT) {
		kind = defragment(&d->fragments, &ip, frame->at.time_s);
		if (kind != IP_WHOLE) /* counted by defragment() */
			return;
	}
	if (kind == IP_CUT)
		d->counts.cut++;
	else if (kind == IP_MALFORMED)
		d->counts.malformed++;
	else if (ip.protocol == IP_UDP)
		take_udp(d, &ip, &frame->at);
	else if (ip.protocol == IP_TCP)
		take_tcp(d, &ip, &frame->at);
	else
		d->counts.other++;
}
