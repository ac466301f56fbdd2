/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of an IPv4 or IPv6 packet with its extension headers, parsed in place, whatever it
 * carries. (packet.h reads the UDP in it.) */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "base/span.h"

#define IP_EXTENSIONS 8 /* IPv6 extension headers that are looked past */

enum { IP_TCP = 6, IP_UDP = 17 };

enum ip_kind {
	IP_WHOLE,    /* an atomic fragment (RFC 6946) too */
	IP_FRAGMENT, /* `payload` is a part of what is carried */
	IP_CUT, /* the packet says that it is longer than what is here: a capture's snap length */
	IP_MALFORMED, /* not IP, or lengths that do not fit together */
};

struct ip {
	uint8_t version;  /* 4 or 6 */
	uint8_t protocol; /* of `payload`; of an IPv6 fragment perhaps an extension header's */
	struct span source, destination; /* 4 or 16 octets each */
	struct span payload;

	/* Of a fragment only. */
	uint32_t id;
	uint16_t offset; /* of `payload` in the whole, in octets */
	bool more;       /* it is not the last one */
};

/* Parses a packet; `ip` is filled for IP_WHOLE and IP_FRAGMENT only, and borrows from `octets`.
 * Octets behind the packet's end, as Ethernet pads, are ignored. A total length of zero is taken
 * for "all that is here" if IPv4 carries TCP: so it looks where the network card is to cut a large
 * segment and the capture comes before it. */
enum ip_kind ip_parse(struct ip *ip, struct span octets);

/* Makes the fragment `ip` the whole packet, given all that is carried and the protocol that the
 * first fragment names. Returns IP_WHOLE or, also for a fragment within, IP_MALFORMED. */
enum ip_kind ip_reassembled(struct ip *ip, uint8_t protocol, struct span payload);

#endif
