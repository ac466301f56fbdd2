/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a response: the client gets it, or a part of it, or SERVFAIL, or nothing; and that is
 * counted and reported. Nothing is decided here but what passes of a response that is refused.
 * Private to worker/. */
#ifndef WORKER_SETTLE_H
#define WORKER_SETTLE_H

#include "worker/arrival.h"
#include "worker/report.h"

/* Returns the response as reports name it; borrows from `a`. */
struct reported settle_reported(const struct arrival *a);

/* Monitor mode: the response has passed already, so this tells what would have become of it, and
 * returns true. */
bool settle_is_observed(struct arrival *a, const struct gate_result *result);

/* Sends `octets` to the client, and counts in `counter`. */
void settle_deliver(struct arrival *a, struct span octets, uint64_t *counter);

/* Sends what the gate lets pass (GATE_ACCEPT, GATE_REWRITE). */
void settle_passed(struct arrivals *all, struct arrival *a, const struct gate_result *result);

/* Sends what `exemption` lets pass of a response that is not judged, or was refused. */
void settle_pass(struct arrivals *all, struct arrival *a, enum exemption exemption);

/* Returns the exemption by which a part of a refused response may pass, or EXEMPT_NOT. */
enum exemption settle_unproved(
        struct arrivals *all, struct arrival *a, const struct gate_result *result);

/* Does what the gate decided. */
void settle_response(struct arrivals *all, struct arrival *a, const struct gate_result *result);

#endif
