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

/* Parses what an IP packet carries. Returns false when it is cut short, or its header's length does
 * not fit. The checksum is not looked at: a capture on the host that sends often comes before the
 * network card fills it in. `tcp` borrows from `segment`. */
bool tcp_parse(struct tcp *tcp, struct span segment);

/* How far `a` lies behind `b` in sequence space, which wraps around (RFC 9293, 3.4): negative when
 * it comes before. */
static inline int32_t tcp_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

#endif
