/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over UDP in monitor mode: each packet passes as it came, at once, and then it is looked at.
 * Private to worker/. */
#ifndef WORKER_UDP_MONITOR_H
#define WORKER_UDP_MONITOR_H

#include "worker/udp_validate.h"

/* Lets a query pass, and remembers it. */
void udp_monitor_query(struct udp_validator *u, const struct queued_datagram *d);

/* Lets a response pass, and has a copy of it judged. `octets` is the payload, which may be changed:
 * the kernel sends its own. */
void udp_monitor_response(
        struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets);

#endif
