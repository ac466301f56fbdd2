/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over UDP where the worker validates: which verdict each query and response gets that the
 * kernel holds. Nothing here knows the kernel's queue. Private to worker/. */
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

/* Gives a query its verdict. */
void udp_validate_query(struct udp_validator *u, const struct queued_datagram *d);

/* Remembers a query that the kernel sent on by the shortcut at `at_ms`: `octets` are its packet. To
 * be called before a response is treated that came meanwhile. */
void udp_validate_sent_on(
        struct udp_validator *u, struct span octets, uint64_t at_ms, uint32_t in_interface);

/* Remembers the question of a query. Returns false if its client has its share: its response will
 * answer no query. */
bool udp_validate_remember(struct udp_validator *u, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t at_ms);

/* Gives a response its verdict, or parks it. `octets` is the payload, which may be changed. */
void udp_validate_response(
        struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets);

/* Goes on with a response that has waited: for keys, for the clock, for its query to be asked
 * again, or for its grace to end. `in_time` is false if what the response waited for did not come.
 * It is true at the end of a grace, which is a normal end. */
void udp_validate_resume(struct udp_validator *u, struct parked *parked, bool in_time);

#endif
