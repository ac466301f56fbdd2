/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before the IP packet in a captured frame: Ethernet, Linux cooked (v1 and v2), BSD
 * loopback, or nothing; and VLAN tags (802.1Q, 802.1ad), stacked. */
#ifndef CAPTURE_LINK_H
#define CAPTURE_LINK_H

#include "base/span.h"

#define LINK_TAGS 4 /* VLAN tags that are looked past */

struct link_type;

/* Returns the link type of libpcap's number for it (DLT_...), or NULL when it is not known here. */
const struct link_type *link_type_find(int number);

/* Finds the IP packet, and all that follows it. Returns false when the frame carries something
 * else, or is cut short. */
bool link_ip(const struct link_type *type, struct span frame, struct span *ip);

#endif
