/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records that a DNS64 withholds. If a query has DO and the name is in a signed zone, BIND makes no
 * AAAA record up (unless break-dnssec is set): it denies the AAAA record, with the proof. But the
 * client did not set DO; sealgate did. So the client's query is asked again without DO, and what
 * the DNS64 makes up then is judged together with the denial. The forger of that second answer
 * gains what the forger of a first one gains: see gate/dns64.h. Private to worker/. */
#ifndef WORKER_WITHHELD_H
#define WORKER_WITHHELD_H

#include "worker/arrival.h"

/* True if the server may have withheld an AAAA record: the response has none, and the client asked
 * for one without DO. Such a response must not be recalled. */
bool withheld_is_possible(
        const struct arrivals *all, const struct arrival *a, const struct message *response);

/* Returns a copy of the response, which was judged, if it may withhold an AAAA record: then the
 * query is to be asked again, once (REASK_MADE). From the heap. NULL: the response is to be
 * settled. */
uint8_t *withheld_denial(
        const struct arrivals *all, const struct arrival *a, const struct gate_result *result);

/* The query was asked again: puts together what came, or takes the response that came first. */
void withheld_take(struct arrivals *all, struct arrival *a);

/* Takes the response that came first after all: what was made up was refused, so it may be forged.
 * A forger must not turn a proved denial into SERVFAIL. Does nothing if nothing was made up. */
void withheld_take_back(struct parked *parked);

#endif
