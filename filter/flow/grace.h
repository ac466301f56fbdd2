/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A spoofer must answer before the server does. So a response is held back for a moment if it is
 * Bogus, cannot be judged, or is a failure that anyone could have sent. If a better response to the
 * query comes meanwhile, the client gets the better one, and the other is dropped. */
#ifndef FLOW_GRACE_H
#define FLOW_GRACE_H

#include "flow/flow.h"
#include "flow/known_errors.h"
#include "flow/park.h"

/* An error waits for this part of the time that a refused response waits. A client that gets an
 * error asks its next server at once, so each error that is genuine costs all of this time. A
 * response that is refused is an attack or a broken zone, so the wait costs little there. */
#define GRACE_ERROR_PART 4

/* The responses that are held back. Those of a park end in the order in which they came. */
struct grace {
	struct park park;   /* refused responses */
	struct park errors; /* responses whose RCODE is an error */
	struct known_errors known;
};

/* Takes memory for `capacity` refused responses that wait `wait_ms` each, and as many errors. If
 * `wait_ms` is 0, nothing is held back. Returns 0 or a negative errno; grace_fini() in both
 * cases. */
int grace_init(struct grace *g, uint32_t capacity, uint32_t wait_ms);
void grace_fini(struct grace *g);

enum grace_result {
	GRACE_HELD,    /* the response waits; its flow stays open */
	GRACE_RIVAL,   /* another response to this query is held back already: drop this one */
	GRACE_NO_ROOM, /* the park is full, or the client or question has its share in it */
	GRACE_OFF      /* the response must get its verdict now: nothing is held back, or the server
	                  is known to give this error */
};

/* Holds back a response to the query of `flow`. Copies the packet. `error` is NULL for a response
 * that is refused. */
enum grace_result grace_hold(struct grace *g, struct flow *flow,
        const struct waiting_packet *waiting, const struct given_error *error, uint64_t now_ms);

/* Returns the response with this packet id that is held back, or NULL. When a better response came,
 * drop the packet and call parked_remove(). */
struct parked *grace_find(const struct grace *g, uint64_t packet_id);

/* Returns the response whose grace ends first, or NULL. */
struct parked *grace_oldest(const struct grace *g);

/* True if the response that is held back is an error. */
bool grace_is_error(const struct grace *g, const struct parked *parked);

#endif
