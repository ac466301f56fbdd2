/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UDP datagram in its IPv4 or IPv6 packet: parsed in place, and written with another payload. */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include "base/span.h"
#include "base/writer.h"

#define PACKET_MAX      65535 /* octets; a jumbogram (RFC 2675) counts as malformed */
#define UDP_HEADER_SIZE 8

enum packet_kind {
	PACKET_UDP,       /* a whole datagram */
	PACKET_FRAGMENT,  /* a part of a datagram; an atomic fragment (RFC 6946) is whole */
	PACKET_NOT_UDP,   /* another protocol, or an unknown extension header */
	PACKET_MALFORMED, /* cut short, or its lengths are inconsistent */
};

struct packet {
	uint8_t version; /* IP version: 4 or 6 */
	bool has_checksum;
	uint16_t source_port, destination_port;
	struct span header;              /* the IP header, with options and extension headers */
	struct span source, destination; /* 4 or 16 octets each */
	struct span udp;                 /* header and payload */
	struct span payload;
};

/* Parses a whole packet, starting with its IP header. Octets after the end of the packet, as from
 * Ethernet padding, are ignored. Octets between the end of UDP and the end of IP make the packet
 * malformed, because nothing would inspect them. `p` is filled for PACKET_UDP only, and borrows
 * from `octets`. */
enum packet_kind packet_parse(struct packet *p, struct span octets);

/* True if the UDP checksum is right, or is absent in IPv4 (RFC 768). IPv6 requires a checksum (RFC
 * 8200, 8.1). */
bool packet_checksum_ok(const struct packet *p);

/* Writes `p` with `payload` in place of its own. Lengths and checksums are new; everything else is
 * copied, including IPv4's DF bit and identification. `out` becomes full if it has no room, or if
 * the packet would exceed PACKET_MAX. */
void packet_write(struct writer *out, const struct packet *p, struct span payload);

/* Writes `p` with a wrong UDP checksum, for which its receiver drops it. */
void packet_write_spoiled(struct writer *out, const struct packet *p);

/* Octets that packet_write_answer() adds to a payload at most. */
#define PACKET_ANSWER_HEADERS (40 + UDP_HEADER_SIZE)

/* Writes a packet with `payload` that goes back the way that `p` came: from the destination of `p`
 * to its source. It has no options, and a TTL of its own. */
void packet_write_answer(struct writer *out, const struct packet *p, struct span payload);

#endif
