/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A forger must answer first. So a response that is Bogus, or that cannot be judged, or a failure
 * that anybody could have sent, is held back for a moment: if a better one comes for the same
 * question, the client gets the better one and never hears of the other. */
#ifndef FLOW_GRACE_H
#define FLOW_GRACE_H

#include "flow/flow.h"
#include "flow/park.h"

/* The responses that are held back, in the order in which their time ends. */
struct grace {
	struct park park;
};

/* Takes memory for `capacity` responses that wait `wait_ms`. With 0 nothing is held back. Returns 0
 * or -ENOMEM. */
int grace_init(struct grace *g, uint32_t capacity, uint32_t wait_ms);
void grace_fini(struct grace *g);

enum grace_result {
	GRACE_HELD,    /* it waits; the flow stays open */
	GRACE_RIVAL,   /* one waits for this flow already: this one is to be dropped */
	GRACE_NO_ROOM, /* as many as may be are held back, of all or of its client or question */
	GRACE_OFF      /* nothing is held back: it must get its verdict now */
};

/* Holds back a response to the question of `flow`. */
enum grace_result grace_hold(
        struct grace *g, struct flow *flow, const struct waiting_packet *waiting, uint64_t now_ms);

/* Returns the response that is held with this packet id, or NULL. It is to be dropped with
 * parked_remove() when a better one came. */
struct parked *grace_find(const struct grace *g, uint64_t packet_id);

#endif
