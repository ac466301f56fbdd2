/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A spoofer must answer before the server does. So a response is held back for a moment if it is
 * Bogus, cannot be judged, or is a failure that anyone could have sent. If a better response to the
 * query comes meanwhile, the client gets the better one, and the other is dropped. */
#ifndef FLOW_GRACE_H
#define FLOW_GRACE_H

#include "flow/flow.h"
#include "flow/park.h"

/* The responses that are held back. They end in the order in which they came. */
struct grace {
	struct park park;
};

/* Takes memory for `capacity` responses that wait `wait_ms` each. If `wait_ms` is 0, nothing is held
 * back. Returns 0 or a negative errno. */
int grace_init(struct grace *g, uint32_t capacity, uint32_t wait_ms);
void grace_fini(struct grace *g);

enum grace_result {
	GRACE_HELD,    /* the response waits; its flow stays open */
	GRACE_RIVAL,   /* another response to this query is held back already: drop this one */
	GRACE_NO_ROOM, /* the park is full, or the client or question has its share in it */
	GRACE_OFF      /* nothing is held back: the response must get its verdict now */
};

/* Holds back a response to the query of `flow`. Copies the packet. */
enum grace_result grace_hold(
        struct grace *g, struct flow *flow, const struct waiting_packet *waiting, uint64_t now_ms);

/* Returns the response with this packet id that is held back, or NULL. When a better response came,
 * drop the packet and call parked_remove(). */
struct parked *grace_find(const struct grace *g, uint64_t packet_id);

#endif
