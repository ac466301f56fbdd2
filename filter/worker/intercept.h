/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of others that the rules bring to a port of ours, and that we carry on to where they
 * were bound. */
#ifndef WORKER_INTERCEPT_H
#define WORKER_INTERCEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum divert {
	DIVERT_REDIRECT, /* of this machine: nat OUTPUT, and what was its address is asked for */
	DIVERT_TPROXY,   /* what passes through: the connection still has both addresses */
	DIVERT_EITHER,   /* listens for both; each connection is one of them */
	DIVERT_BRIDGED,  /* what is bridged: nat PREROUTING, to an address of the bridge; comes as
	                    DIVERT_REDIRECT */
};

/* Listens on `port` of the loopback address, where nobody outside comes but by the rules; for
 * DIVERT_BRIDGED on all addresses, since the bridge's may change. Any number may listen on the same
 * port: the kernel spreads the connections over them. Returns a descriptor or -errno. */
int divert_listen(enum divert divert, int family, uint16_t port);

/* Accepts a connection, and says between whom it is; `*divert`, which is what it was listened for,
 * becomes how it came. Returns a descriptor or -errno: -EAGAIN when there is none, -EPERM for one
 * that was not bound for a DNS server and is closed again. */
int divert_accept(enum divert *divert, int listener, struct sockaddr_storage *client,
        struct sockaddr_storage *server);

/* Begins to connect to `server` with our mark; for DIVERT_TPROXY from the client's address, with a
 * port that the kernel chooses, unless the server is on this machine: it would answer the client
 * by itself. Returns a descriptor or -errno. */
int divert_connect(enum divert divert, const struct sockaddr_storage *client,
        const struct sockaddr_storage *server);

/* The same with UDP, and from an address of ours. */
int divert_connect_datagram(const struct sockaddr_storage *server);

#endif
