/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of an IPv4 or IPv6 packet, with extension headers, parsed in place for any payload.
 * (packet.h reads UDP.) */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "base/span.h"

#define IP_EXTENSIONS 8 /* at most this many IPv6 extension headers are skipped */

enum { IP_TCP = 6, IP_UDP = 17 };

enum ip_kind {
	IP_WHOLE,     /* includes an atomic fragment (RFC 6946) */
	IP_FRAGMENT,  /* `payload` is a part of the whole payload */
	IP_CUT,       /* the packet is longer than the octets given: snap length of a capture */
	IP_MALFORMED, /* not IP, or its lengths are inconsistent */
};

struct ip {
	uint8_t version;  /* 4 or 6 */
	uint8_t protocol; /* of `payload`; in an IPv6 fragment maybe an extension header's */
	struct span source, destination; /* 4 or 16 octets each */
	struct span payload;

	/* In a fragment only. */
	uint32_t id;
	uint16_t offset; /* of `payload` in the whole payload, in octets */
	bool more;       /* this is not the last fragment */
};

/* Parses a packet. `ip` is filled for IP_WHOLE and IP_FRAGMENT only, and borrows from `octets`.
 * Octets after the end of the packet, as from Ethernet padding, are ignored. If the header is
 * followed by TCP, a length field of zero means all the octets given: a capture that precedes
 * segmentation offload shows such packets. */
enum ip_kind ip_parse(struct ip *ip, struct span octets);

/* Turns the fragment `ip` into the whole packet, given the whole payload and the protocol named in
 * the first fragment. Returns IP_WHOLE, or IP_MALFORMED if the extension headers are malformed or
 * contain another fragment. */
enum ip_kind ip_reassembled(struct ip *ip, uint8_t protocol, struct span payload);

#endif
