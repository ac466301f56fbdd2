/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS server on the loopback interface, for tests of what asks: it answers what, and when, the
 * test has it answer. */
#ifndef TESTS_UNIT_SERVER_H
#define TESTS_UNIT_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SERVER_PATIENCE_S 60 /* for what the loopback interface delivers at once */

struct server {
	int udp, listener, connection; /* on one port; -1: none */
	struct sockaddr_storage address;
	/* The query that it received last. */
	uint8_t query[512];
	size_t query_len;
	struct sockaddr_in client;
};

void server_open(struct server *s);
void server_close(struct server *s);

/* Marks need CAP_NET_ADMIN; without it nothing can be asked, and there is nothing to be tested. */
bool server_may_be_asked(const struct server *s);

/* Waits for the next query. */
void server_receive(struct server *s);

/* True when no query waits. */
bool server_is_quiet(const struct server *s);

/* Sends the last query back as its response, with one octet changed. */
void server_respond(struct server *s, size_t at, uint8_t change);

#define AS_IT_IS  0, 0
#define TRUNCATED 2, 0x02

/* Accepts a connection; then the query over it is read when it was sent. */
void server_accept(struct server *s);
void server_receive_over_tcp(struct server *s);

/* Sends octets over the connection. */
void server_send(struct server *s, const uint8_t *octets, size_t len);

/* Has the connection end. */
void server_hang_up(struct server *s);

#endif
