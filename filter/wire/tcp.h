/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment (RFC 9293, 3.1), parsed in place. */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "base/span.h"

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

struct tcp {
	uint16_t source_port, destination_port;
	uint32_t sequence, acknowledgment;
	uint8_t flags;
	uint16_t window;
	struct span options;
	struct span payload;
};

/* Parses the payload of an IP packet. Returns false if the segment is cut short, or if the length
 * of its header is wrong. The checksum is not checked: a capture on the sending host often precedes
 * the network card's checksum offload. `tcp` borrows from `segment`. */
bool tcp_parse(struct tcp *tcp, struct span segment);

/* Returns the distance from `b` to `a` in sequence space, which wraps around (RFC 9293, 3.4);
 * negative if `a` comes before `b`. */
static inline int32_t tcp_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

#endif
