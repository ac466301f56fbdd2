/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries over UDP where the worker validates: each gets its verdict, and its question is
 * remembered. Private to worker/. */
#ifndef WORKER_UDP_VALIDATE_QUERY_H
#define WORKER_UDP_VALIDATE_QUERY_H

#include "worker/udp_validate.h"

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

#endif
