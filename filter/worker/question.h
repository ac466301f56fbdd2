/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions in flight on a client's connection. Private to worker/. */
#ifndef WORKER_QUESTION_H
#define WORKER_QUESTION_H

#include "flow/park.h"
#include "gate/query.h"
#include "sign/signer.h"

/* Questions of one connection in flight; more are not read (RFC 7766, 6.2.1.1 has no number). */
#define CONNECTION_QUESTIONS 128

/* How long a server may take to answer where the worker signs. */
#define QUESTION_ANSWER_MS 5000

struct connection;
struct worker;

struct question {
	struct question *next;
	struct connection *connection;
	enum query_kind kind;
	bool is_transfer;      /* AXFR or IXFR: it may have any number of responses */
	struct parked *parked; /* its response, which waits, or NULL */
	uint16_t datagram_id;  /* the id under which it was asked by UDP; see tcp_sign.c */
	uint64_t due_ms;       /* when the server is taken to be silent, or 0; see tcp_sign.c */
	struct question *older, *newer; /* that are due, of all connections */
	union {
		struct client_query asked;
		struct signer_query signing; /* the same, and more; of the signer */
	};
};

/* Remembers a question. Returns NULL when there is no memory. */
struct question *question_ask(
        struct connection *c, enum query_kind kind, const struct client_query *asked);

/* For a question that was answered; its response does not wait any more. */
void question_forget(struct worker *w, struct question *q);

/* Gives the server QUESTION_ANSWER_MS to answer: then the client is told SERVFAIL. Of the signer,
 * for what is not a transfer. */
void question_await(struct worker *w, struct question *q);

/* For a question that is over; nothing where it was not waited for. */
void question_await_no_more(struct worker *w, struct question *q);

#endif
