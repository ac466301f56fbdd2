/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that sealgate sends over UDP by itself, with the server's address and port as source: by
 * raw sockets, because a server on this machine has the port.
 *
 * The kernel must take the answer for one to the client's query: so that stateful packet filters
 * let it pass, and a NAT between client and server translates it back. But the kernel remembers a
 * connection only once its first packet has gone all its way. So the query goes on to the server,
 * with a wrong checksum, for which the server's kernel drops it silently; and the answer is sent
 * after that verdict. */
#ifndef WORKER_OWN_ANSWERS_H
#define WORKER_OWN_ANSWERS_H

#include <stdbool.h>

#include "flow/stats.h"
#include "wire/packet.h"
#include "worker/turn.h"

enum { OWN_IPV4, OWN_IPV6, OWN_FAMILIES };

/* Octets of one answer at most, as servers have it by default: such a packet fits nearly all links.
 * The kernel takes none that is too long for the link by which it leaves; on the way, routers may
 * cut those of IPv4. */
#define OWN_ANSWER_MAX 1232

struct own_answers {
	const int *sockets; /* OWN_FAMILIES of own_answers_open(), borrowed; NULL: none is sent */
	const struct turn *turn;
	struct stats *stats;
	uint64_t rests_until_ms[OWN_FAMILIES]; /* after a failure no answer is sent */
	uint8_t *packets;                      /* that wait for own_answers_send() */
	size_t len;
};

/* Opens the sockets, with the mark of sealgate's own. Needs CAP_NET_RAW, and CAP_NET_ADMIN; later
 * use needs neither. A socket that cannot be had is -1. Returns 0, or -errno if there is none at
 * all. */
int own_answers_open(int sockets[static OWN_FAMILIES]);
void own_answers_close(int sockets[static OWN_FAMILIES]);

/* Takes memory, if there are sockets. Returns 0 or -ENOMEM; own_answers_fini() in both cases. */
int own_answers_init(struct own_answers *a);
void own_answers_fini(struct own_answers *a);

/* True if a query in this packet can have an answer in this turn. A query from port 53 may be
 * another server's, and the rules tell its answers from queries by other means. A link-local
 * address, of client or server, says nothing without its interface. */
bool own_answers_take(const struct own_answers *a, const struct packet *query);

/* Keeps the answer until own_answers_send(). Only if own_answers_take() says so. */
void own_answers_add(struct own_answers *a, const struct packet *query, struct span answer);

/* Sends all. To be called after the verdicts on the queries. What cannot be sent is counted and
 * lost, as datagrams may be: the client asks again, and the server is asked then (sign_haste.h). If
 * the kernel has no room for more, the server is asked for all clients during the next second. */
void own_answers_send(struct own_answers *a);

/* Forgets all, counted as not sent: perhaps their queries have reached the server. */
void own_answers_forget(struct own_answers *a);

#endif
