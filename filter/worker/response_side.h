/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server answers: each response is matched with its query, judged, and delivered or not. */
#ifndef WORKER_RESPONSE_SIDE_H
#define WORKER_RESPONSE_SIDE_H

#include <sys/socket.h>
#include "worker/datagram.h"

struct worker;

/* Gives a response its verdict, or parks it. */
void response_side(struct worker *w, const struct datagram *d);

/* The address that `octets` and a port are. Of a link-local one the interface is needed too. */
struct sockaddr_storage address_of_packet(
        const struct packet *packet, struct span octets, uint16_t port, uint32_t interface);

#endif
