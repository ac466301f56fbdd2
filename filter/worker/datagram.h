/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A datagram of DNS that the kernel holds, and the verdicts on it that more than one trade gives.
 */
#ifndef WORKER_DATAGRAM_H
#define WORKER_DATAGRAM_H

#include "flow/flow.h"
#include "gate/exempt.h"
#include "queue/nfqueue.h"
#include "wire/packet.h"

struct worker;

struct datagram {
	const struct queued *queued;
	const struct packet *packet;
	struct flow_key key; /* of the flow that it begins, or ends */
};

/* Accepts `packet` with another payload; drops it when that is too long for a packet. */
void datagram_accept_with(
        struct worker *w, uint64_t packet_id, const struct packet *packet, struct span payload);

/* Lets a packet pass that nobody judges, and counts it. */
void datagram_exempt(struct worker *w, uint64_t packet_id, enum exemption exemption);

#endif
