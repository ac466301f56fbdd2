/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of relayed connections: of clients, whose connections the rules bring to a port of
 * ours, and to the servers that these connections were bound for. Private to worker/. */
#ifndef WORKER_INTERCEPT_H
#define WORKER_INTERCEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* How the rules bring a connection. */
enum divert {
	DIVERT_REDIRECT, /* of this machine: by nat OUTPUT; the kernel knows its original address */
	DIVERT_TPROXY,   /* forwarded: the connection still has both addresses */
	DIVERT_EITHER,   /* listens for both; each connection is one of them */
	DIVERT_BRIDGED,  /* bridged: by nat PREROUTING, to an address of the bridge; comes as
	                    DIVERT_REDIRECT */
};

/* Listens on `port` of the loopback address, which other machines reach only by the rules; for
 * DIVERT_BRIDGED on all addresses, since the bridge's may change. Any number of workers may listen
 * on one port: the kernel spreads the connections over them. Returns a descriptor or -errno. */
int intercept_listen(enum divert divert, int family, uint16_t port);

/* True if `fd` is a listener as intercept_listen() makes one with these arguments. */
bool intercept_listens(int fd, enum divert divert, int family, uint16_t port);

/* Accepts a connection, and says between whom it is. `*divert` is what the listener was made for,
 * and becomes how the connection came. Returns a descriptor or -errno: -EAGAIN if there is none,
 * -EPERM for one that was not bound for a DNS server and is closed again. */
int intercept_accept(enum divert *divert, int listener, struct sockaddr_storage *client,
        struct sockaddr_storage *server);

/* Begins to connect to `server` with our mark. For DIVERT_TPROXY the connection has the client's
 * address and a port that the kernel chooses, unless the server is on this machine: its answers
 * would go to the client directly. Returns a descriptor or -errno. */
int intercept_connect(enum divert divert, const struct sockaddr_storage *client,
        const struct sockaddr_storage *server);

/* Has the kernel give up early if the server does not take the connection: before the client does.
 */
void intercept_hurry(int fd);

/* Connects a UDP socket to `server` with our mark, from an address of ours. Returns a descriptor or
 * -errno. */
int intercept_connect_datagram(const struct sockaddr_storage *server);

#endif
