/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One question of our own to one server: over UDP, then over TCP when the answer is truncated (RFC
 * 7766). Each is asked from a fresh connected socket, so that the kernel draws the port and takes
 * nothing from anybody else; each has a random id (RFC 5452). The sockets are marked, and the rules
 * let what is marked pass. Nothing here waits. */
#ifndef FETCH_EXCHANGE_H
#define FETCH_EXCHANGE_H

#include <sys/socket.h>

#include "gate/client_query.h"
#include "trust/want.h"
#include "wire/build.h"

/* The mark of our sockets. By it, and by the user of the process, the rules know them. */
#define EXCHANGE_MARK 0x10000000 /* the default of mark.own */

/* Has all sockets from now on marked so. For the start of a program, before it has threads. */
void exchange_use_mark(uint32_t mark);

/* Marks a socket. Returns 0 or -errno: -EPERM without CAP_NET_ADMIN. */
int exchange_mark(int fd);

enum exchange_marking {
	MARK_REQUIRED,
	MARK_IF_ALLOWED, /* without CAP_NET_ADMIN the socket has no mark: such a process has no
	                    rules of ours to get past */
};

/* Opens a socket with our mark that does not block. Returns a descriptor or -errno. */
int exchange_socket(int family, int type, enum exchange_marking marking);

/* Octets of the longest answer: TCP's length prefix has 16 bits. */
#define EXCHANGE_ANSWER_MAX 65535

enum exchange_state {
	EXCHANGE_WAITING,    /* nothing that is the answer came yet */
	EXCHANGE_MISMATCHED, /* the same; something came that is no answer to it */
	EXCHANGE_TRUNCATED,  /* the answer has TC: exchange_begin_tcp() may get all of it */
	EXCHANGE_ANSWERED,
	EXCHANGE_FAILED, /* refused, unreachable, or closed too early */
};

struct exchange {
	int fd; /* -1: none */
	int epoll_fd;
	void *tag; /* what epoll gives back as data.ptr */
	bool over_tcp;
	bool takes_bare_errors;             /* an error without a question is an answer */
	size_t question_len;                /* of the question in `query` */
	size_t query_len, sent, received;   /* of `query`; octets over TCP so far */
	uint8_t query[2 + BUILD_QUERY_MAX]; /* behind TCP's length prefix (RFC 1035, 4.2.2) */
	uint8_t prefix[2];
	uint8_t *answer; /* over TCP: from the heap, as long as the prefix says */
};

/* The header of what is asked of a server. CD: what it holds to be Bogus is ours to judge. RD: it
 * may be a resolver. */
#define EXCHANGE_FLAGS (FLAG_RD | FLAG_CD)

/* Asks `server` for `want` over UDP, with `flags`, and has epoll watch the socket. Returns 0 or a
 * negative errno; exchange_end() in both cases. */
int exchange_begin_udp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags);

/* The same over TCP, for an exchange that was ended. */
int exchange_begin_tcp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags);

/* How what a client asked is asked: its very question. */
struct exchange_asking {
	const struct client_query *asked;
	uint16_t flags; /* of the header */
	bool is_plain;  /* without EDNS */
	bool over_tcp;
};

/* The same for what a client asked. */
int exchange_begin_asked(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct exchange_asking *how);

/* To be called when the socket is ready: sends and reads what is possible at once. On
 * EXCHANGE_ANSWERED and EXCHANGE_TRUNCATED `answer` is the message, which is a response with the id
 * and the exact question that were sent; it lies in `buffer`, of EXCHANGE_ANSWER_MAX octets, or is
 * valid until exchange_end(). */
enum exchange_state exchange_ready(struct exchange *e, uint8_t *buffer, struct span *answer);

/* Hands over the answer that came over TCP: it is the caller's to free, and stays where it is. */
uint8_t *exchange_take_answer(struct exchange *e);

/* Closes the socket. */
void exchange_end(struct exchange *e);

#endif
