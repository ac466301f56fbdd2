/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over UDP where the worker signs: which verdict each query and response gets that the kernel
 * holds. Nothing here knows the kernel's queue. Private to worker/. */
#ifndef WORKER_UDP_SIGN_H
#define WORKER_UDP_SIGN_H

#include "worker/datagram.h"
#include "worker/own_answers.h"
#include "worker/sign_trade.h"

/* What it needs; all borrowed. */
struct udp_signer {
	struct sign_trade *trade;
	struct flow_table *flows;
	struct packet_verdicts verdicts;
	struct own_answers *answers; /* NULL: every query goes to the server */
	bool is_gateway; /* no server is on this machine, so what this machine asks is a client's */
};

/* Has the table of flows match responses as a signer does, and tell the signer of each question
 * that was never answered. The table borrows `u`. */
void udp_sign_init(struct udp_signer *u);

/* Gives a query, or a response, its verdict. */
void udp_sign_query(struct udp_signer *u, const struct queued_datagram *d);
void udp_sign_response(struct udp_signer *u, const struct queued_datagram *d);

#endif
