/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses over UDP where the worker validates: which of them is an answer to a known question,
 * and is judged. What its packet gets as a verdict: worker/udp_carrier.h. Queries:
 * worker/udp_validate_query.h. Nothing of the three knows the kernel's queue. Private to
 * worker/. */
#ifndef WORKER_UDP_VALIDATE_H
#define WORKER_UDP_VALIDATE_H

#include "worker/datagram.h"

struct arrivals;
struct grace;
struct monitor;
struct oddities;
struct park;
struct parked;
struct query_intake;
struct report;
struct turn;
struct worker_config;

/* What it needs; all borrowed but `rrs`. */
struct udp_validator {
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct report *report;
	struct query_intake *intake;
	struct oddities *oddities;
	struct arrivals *arrivals;
	struct flow_table *flows;
	struct park *park;
	struct grace *grace;
	struct packet_verdicts verdicts;
	struct rr *rrs;          /* of the response that came: MESSAGE_RRS_MAX */
	struct monitor *monitor; /* NULL in enforce mode */
};

/* Give the packet that the kernel holds its verdict: it passes, passes with another payload, or is
 * dropped. */
static inline void accept_packet(const struct udp_validator *u, uint64_t packet_id)
{
	u->verdicts.accept(u->verdicts.context, packet_id);
}

static inline void accept_packet_with(const struct udp_validator *u, uint64_t packet_id,
        const struct packet *packet, struct span payload)
{
	u->verdicts.accept_with(u->verdicts.context, packet_id, packet, payload);
}

static inline void drop_packet(const struct udp_validator *u, uint64_t packet_id)
{
	u->verdicts.drop(u->verdicts.context, packet_id);
}

/* Gives a response its verdict, or parks it. `octets` is the payload, which may be changed. */
void udp_validate_response(
        struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets);

/* Goes on with a response that has waited: for keys, for the clock, for its query to be asked
 * again, or for its grace to end. `in_time` is false if what the response waited for did not come.
 * It is true at the end of a grace, which is a normal end. */
void udp_validate_resume(struct udp_validator *u, struct parked *parked, bool in_time);

#endif
