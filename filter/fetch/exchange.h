/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One query of sealgate's own to one server: over UDP, then over TCP if the response is truncated
 * (RFC 7766). Each query has a random id and a fresh connected socket (RFC 5452), so the kernel
 * chooses the port and accepts datagrams from this server only. The sockets are marked, and the
 * rules let marked packets pass. Nothing here blocks. */
#ifndef FETCH_EXCHANGE_H
#define FETCH_EXCHANGE_H

#include <sys/socket.h>

#include "gate/client_query.h"
#include "trust/want.h"
#include "wire/build.h"

/* The mark of sealgate's sockets. The rules recognise them by the mark and the user. */
#define EXCHANGE_MARK 0x10000000 /* the default of mark.own */

/* Sets the mark for all sockets that are opened later. Call it before there are threads. 0: none,
 * for who wants to see what others see, behind the rules. */
void exchange_use_mark(uint32_t mark);

/* Returns the mark of all sockets that are opened. */
uint32_t exchange_used_mark(void);

/* Marks a socket. Returns 0 or -errno: -EPERM without CAP_NET_ADMIN. */
int exchange_mark(int fd);

enum exchange_marking {
	MARK_REQUIRED,
	MARK_IF_ALLOWED, /* without CAP_NET_ADMIN the socket stays unmarked: such a process has no
	                    rules that its packets must pass */
};

/* Opens a non-blocking socket with the mark. Returns a descriptor or -errno. */
int exchange_socket(int family, int type, enum exchange_marking marking);

/* The longest response in octets: the length prefix of TCP has 16 bits. */
#define EXCHANGE_ANSWER_MAX 65535

enum exchange_state {
	EXCHANGE_WAITING,    /* no response yet */
	EXCHANGE_MISMATCHED, /* no response yet, but a datagram that does not match the query */
	EXCHANGE_TRUNCATED,  /* the response has TC: exchange_begin_tcp() may get all of it */
	EXCHANGE_ANSWERED,
	EXCHANGE_FAILED, /* refused, unreachable, or closed too early */
};

/* True if a socket could not be opened or used because the process or the machine has no room for
 * it: EMFILE, ENFILE, ENOBUFS, ENOMEM. `error` is a negative errno. */
bool exchange_is_short(int error);

struct exchange {
	int fd; /* -1: none */
	int epoll_fd;
	void *tag; /* what epoll gives back as data.ptr */
	bool over_tcp;
	bool takes_bare_errors; /* an error without a question matches too */
	bool has_other_letters; /* the response that came had other letters in its question */
	size_t query_len, question_len;     /* of `query`, without the length prefix */
	size_t sent, received;              /* octets over TCP so far */
	uint8_t query[2 + BUILD_QUERY_MAX]; /* after TCP's length prefix (RFC 1035, 4.2.2) */
	uint8_t prefix[2];                  /* of the response over TCP */
	uint8_t *answer; /* the response over TCP: from the heap, of the length in `prefix` */
};

/* The flags of a query to a server that may be a resolver (RD). CD: the server must not refuse data
 * that it finds Bogus, because sealgate judges them. */
#define EXCHANGE_FLAGS (FLAG_RD | FLAG_CD)

/* Sends a query for `want` with `flags` to `server` over UDP, and adds the socket to the epoll.
 * Returns 0 or a negative errno; call exchange_end() in both cases. */
int exchange_begin_udp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags);

/* The UDP size of exchange_begin_large(). The response may come in fragments, which the kernel puts
 * together. Off the path an attacker can forge the later fragments without port and id (RFC 5452,
 * 4.5 and 9): then the response proves nothing, and nothing is learned from it. So this is for
 * servers that truncate the response and give no TCP. */
#define EXCHANGE_LARGE 4096

/* Does this with room for a response of EXCHANGE_LARGE octets. */
int exchange_begin_large(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags);

/* Does this over TCP, for an exchange that was ended. */
int exchange_begin_tcp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags);

/* How to send a query with the exact question of a client. */
struct exchange_asking {
	const struct client_query *asked;
	uint16_t flags; /* of the header */
	bool is_plain;  /* without EDNS */
	bool over_tcp;
	bool is_large; /* like exchange_begin_large() */
};

/* Sends such a query. Returns like exchange_begin_udp(). */
int exchange_begin_asked(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct exchange_asking *how);

/* Sends the query over UDP again, with the same id and from the same port. */
void exchange_repeat(struct exchange *e);

/* Call it when the socket is ready: sends and reads as much as is possible without blocking. After
 * EXCHANGE_ANSWERED or EXCHANGE_TRUNCATED, `answer` is the message: a response with the id and the
 * exact question of the query. If the server changed the letters of the question, those of the
 * query are put back: id and port are as hard to guess as for a server that keeps letters, and only
 * a client's letters in mixed case would have made it harder. Over UDP `answer` lies in `buffer`,
 * which has EXCHANGE_ANSWER_MAX octets; over TCP it is valid until exchange_end(). */
enum exchange_state exchange_ready(struct exchange *e, uint8_t *buffer, struct span *answer);

/* Does this too, but leaves a response over UDP in the socket: exchange_ready() returns it later,
 * and then whatever came after it. After EXCHANGE_ANSWERED call exchange_rest(), because the socket
 * stays ready. */
enum exchange_state exchange_look(struct exchange *e, uint8_t *buffer, struct span *answer);

/* Takes the socket out of the epoll, and puts it back. A response that came over TCP meanwhile is
 * there at once: exchange_ready() returns it again. */
void exchange_rest(struct exchange *e);
void exchange_wake(struct exchange *e);

/* Gives the response that came over TCP to the caller, who frees it. It is not moved. */
uint8_t *exchange_take_answer(struct exchange *e);

/* Closes the socket, and frees the response over TCP. */
void exchange_end(struct exchange *e);

#endif
