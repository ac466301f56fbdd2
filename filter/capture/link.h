/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the IP packet in a captured frame, after an Ethernet, Linux cooked (v1 or v2) or BSD
 * loopback header, or none, and after stacked VLAN tags (802.1Q, 802.1ad). */
#ifndef CAPTURE_LINK_H
#define CAPTURE_LINK_H

#include "base/span.h"

#define LINK_TAGS 4 /* VLAN tags that are skipped at most */

struct link_type;

/* Returns the link type for libpcap's number (DLT_...), or NULL if it is not supported. */
const struct link_type *link_type_find(int number);

/* Finds the IP packet, with all octets that follow it. Returns false if the frame has no IP packet,
 * or is cut short. */
bool link_ip(const struct link_type *type, struct span frame, struct span *ip);

#endif
