/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP where the worker signs: what becomes of each message of a client and of its server;
 * of datagrams, if the server takes no TCP; and of questions to a silent server. Nothing here
 * sends, reads or closes. Private to worker/. */
#ifndef WORKER_TCP_SIGN_H
#define WORKER_TCP_SIGN_H

#include "worker/relay.h"

/* What the policy alone answers (sign_trade_at_once()) is answered without the server, whatever has
 * become of it.
 *
 * The trade of a relay whose trader is a struct sign_trade. A message that is not DNS makes the
 * connection broken.
 *
 * To a server that takes no TCP each query goes by UDP under an id of ours. A response that fits
 * into no datagram cannot be had then.
 *
 * A server that takes the connection and says nothing, or does not even take it, has
 * QUESTION_ANSWER_MS to answer each question; then the client gets SERVFAIL. A client that came by
 * TCP has nowhere else to go, and the kernel would have it wait for two minutes. */
extern const struct relay_trade tcp_sign_trade;

#endif
