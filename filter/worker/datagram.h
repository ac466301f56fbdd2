/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS message over UDP that the kernel holds, and how it gets its verdict. Private to worker/. */
#ifndef WORKER_DATAGRAM_H
#define WORKER_DATAGRAM_H

#include "flow/flow.h"
#include "queue/nfqueue.h"
#include "wire/packet.h"

struct queued_datagram {
	const struct queued *queued;
	const struct packet *packet;
	struct flow_key key; /* of the flow that a query begins, or that a response ends */
};

/* Gives packets their verdicts. Each packet gets exactly one. The trades decide and call these;
 * datagram_verdicts() has those of the kernel's queue, and a test has its own. */
struct packet_verdicts {
	void *context;
	void (*accept)(void *context, uint64_t packet_id);
	/* Accepts `packet` with another payload; drops it if the payload is too long for a packet.
	 */
	void (*accept_with)(void *context, uint64_t packet_id, const struct packet *packet,
	        struct span payload);
	void (*drop)(void *context, uint64_t packet_id);
	/* Lets `packet` go on with a wrong checksum: packet filters see it, and its receiver drops
	 * it. */
	void (*spoil)(void *context, uint64_t packet_id, const struct packet *packet);
};

/* Returns the verdicts of `q`, which is borrowed. */
struct packet_verdicts datagram_verdicts(struct nfqueue *q);

#endif
