/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The side of a connection towards the server, if TCP to it ends or cannot be had although
 * questions of the client are open. Private to worker/. */
#ifndef WORKER_SERVER_SIDE_H
#define WORKER_SERVER_SIDE_H

#include "worker/connection.h"

/* Goes on over UDP: each query goes from a fresh port then. Returns false if that cannot be. */
bool server_side_by_udp(struct connection *c);

/* Connects anew, and has the trade ask its open questions again. Some servers close the connection
 * after each response, and the trade may have a question of its own before it answers the client's
 * (struct relay_trade). Only after a response: so a server that says nothing is not asked again and
 * again, and each open question ends by its time limit. Returns false if the trade has no open
 * questions, or if that cannot be. */
bool server_side_anew(struct connection *c);

#endif
