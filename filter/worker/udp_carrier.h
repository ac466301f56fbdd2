/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries a response in a packet that the kernel holds: to the client, to where the response waits,
 * or nowhere. The packet gets its verdict, and the flow ends if its question is answered. Private
 * to worker/. */
#ifndef WORKER_UDP_CARRIER_H
#define WORKER_UDP_CARRIER_H

#include "worker/arrival.h"
#include "worker/udp_validate.h"

/* A response whose packet the kernel holds, and the question that it may answer. */
struct arrived_packet {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct udp_validator *validator;
	uint64_t packet_id;
	const struct packet *packet;
	struct flow *flow;
	const struct flow_key *key; /* of the flow */
	bool is_forwarded;
};

extern const struct carrier udp_carrier;

/* Returns how many responses wait for keys, and may answer the question of the flow. */
unsigned udp_parked_count(const struct flow *flow);

/* True if the true response may be among those that wait for keys, or that found no room. Then a
 * Bogus response or a failure must not answer the client. Each response that waits is judged for
 * itself. */
bool udp_has_better(const struct flow *flow, const struct parked *parked);

#endif
