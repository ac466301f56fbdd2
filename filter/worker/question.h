/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions in flight on a client's connection. Private to worker/. */
#ifndef WORKER_QUESTION_H
#define WORKER_QUESTION_H

#include "flow/park.h"
#include "gate/query.h"
#include "sign/signer.h"

/* Questions of one connection in flight. No more queries are read then (RFC 7766, 6.2.1.1 gives no
 * number). */
#define CONNECTION_QUESTIONS 128

/* How long a server may take to answer if the worker signs. */
#define QUESTION_ANSWER_MS 5000

struct connection;

struct question {
	struct question *next;
	struct connection *connection;
	enum query_kind kind;
	bool is_transfer;               /* AXFR or IXFR: it may have any number of responses */
	struct parked *parked;          /* its response, which waits, or NULL */
	uint16_t datagram_id;           /* with which it was asked over UDP; see tcp_sign.c */
	uint64_t due_ms;                /* when the server counts as silent, or 0; see tcp_sign.c */
	struct question *older, *newer; /* of all connections, among those with a `due_ms` */
	union {
		struct client_query asked;
		struct signer_query signing; /* begins with `asked`; of the signer */
	};
};

/* Remembers a question. Returns NULL if memory is short. */
struct question *question_ask(
        struct connection *c, enum query_kind kind, const struct client_query *asked);

/* Remembers a zone transfer. Evicts the oldest transfer of the connection if there are too many.
 * Returns NULL if memory is short. */
struct question *question_ask_transfer(struct connection *c, const struct client_query *asked);

/* True if `response` is a message of the transfer `q`. */
bool question_has_transfer(const struct question *q, const struct message *response);

/* Forgets a question that was answered. Its response does not wait any more. */
void question_forget(struct question *q);

/* Gives the server QUESTION_ANSWER_MS to answer; then the client gets SERVFAIL. For questions to
 * the signer other than transfers. */
void question_await(struct question *q);

#endif
