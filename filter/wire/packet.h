/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UDP datagram in its IPv4 or IPv6 packet, parsed in place, and written anew with another
 * payload. */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include "base/span.h"
#include "base/writer.h"

#define PACKET_MAX      65535 /* octets; a jumbogram (RFC 2675) is malformed here */
#define UDP_HEADER_SIZE 8

enum packet_kind {
	PACKET_UDP,       /* the whole datagram is here */
	PACKET_FRAGMENT,  /* a part of one; an atomic fragment (RFC 6946) is whole */
	PACKET_NOT_UDP,   /* another protocol, or behind an extension header that is not known */
	PACKET_MALFORMED, /* cut short, or lengths that do not fit together */
};

struct packet {
	uint8_t version; /* of IP: 4 or 6 */
	bool has_checksum;
	uint16_t source_port, destination_port;
	struct span header;              /* of IP, options and extension headers included */
	struct span source, destination; /* 4 or 16 octets each */
	struct span udp;                 /* header and payload */
	struct span payload;
};

/* Parses a whole packet, beginning with its IP header. Octets behind its end, as Ethernet pads, are
 * ignored; octets between the end of UDP and that of IP make it malformed, since they would not be
 * looked at by anybody. `p` is filled for PACKET_UDP only, and borrows from `octets`. */
enum packet_kind packet_parse(struct packet *p, struct span octets);

/* True when the UDP checksum is right, or absent where it may be: with IPv4 (RFC 768), not with
 * IPv6 (RFC 8200, 8.1). */
bool packet_checksum_ok(const struct packet *p);

/* Writes `p` with `payload` in place of its own: lengths and checksums are new, all else is copied,
 * IPv4's DF bit and identification too. `out` is full when it, or an IP packet, has no room. */
void packet_write(struct writer *out, const struct packet *p, struct span payload);

#endif
