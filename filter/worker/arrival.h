/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A response on its way to the client, however it came: judging it, waiting for keys and settling
 * it are the same for a packet in the queue and for a message on a connection. What differs is the
 * carrier's. */
#ifndef WORKER_ARRIVAL_H
#define WORKER_ARRIVAL_H

#include <sys/socket.h>

#include "flow/park.h"
#include "gate/gate.h"
#include "gate/query.h"

struct worker;
struct arrival;

struct carrier {
	/* The question is answered: the client gets `octets`, which may be the arrival's message
	 * itself. */
	void (*deliver)(struct worker *w, struct arrival *a, struct span octets);

	/* The client hears nothing of this one. */
	void (*drop)(struct worker *w, struct arrival *a);

	/* Something better may still come: keeps it back until then, or drops it because one as bad
	 * is kept back already, or a better one waits. Returns false when it is to be settled now.
	 */
	bool (*hold_back)(struct worker *w, struct arrival *a);

	/* Copies it to where it waits for keys, into `a->parked`. Returns false when there is no
	 * room. */
	bool (*park)(struct worker *w, struct arrival *a);

	/* Takes up one that has waited, and calls arrival_again(). */
	void (*resume)(struct worker *w, struct parked *parked, bool in_time);
};

struct arrival {
	const struct carrier *carrier;
	const struct client_query *asked;
	struct span message;
	struct sockaddr_storage server; /* who sent it */
	struct parked *parked;          /* where it waits, or NULL: it has not waited yet */
	bool is_changed;                /* `message` is not what the server sent any more */
	bool is_last;                   /* nothing better can follow */
	bool may_not_wait;              /* it has had its time */
	bool is_proved;                 /* the signatures are from elsewhere; see gate/assist.h */
};

/* Treats a response that has just come, and parsed to `response`: does what was done with one like
 * it, or judges it. `octets` are its own, or a copy of them, and may be changed. */
void arrival_take(
        struct worker *w, struct arrival *a, const struct message *response, uint8_t *octets);

/* Judges it: it is delivered, dropped, held back, or waits. It is gone from the caller's hands. */
void arrival_judge(struct worker *w, struct arrival *a);

/* The same for one to a query of a kind that is not judged; see gate/exempt.h. A client that checks
 * for itself gets what the server sent, less a claim that was not checked; what is signed as a
 * whole must stay as it is (RFC 8945, 5.3), and what should be signed and is not is judged. */
void arrival_pass_unjudged(
        struct worker *w, struct arrival *a, enum query_kind kind, const struct message *response);

/* Judges one that has waited; or refuses it because what it waited for is not `in_time`. */
void arrival_again(struct worker *w, struct arrival *a, bool in_time);

/* Learns from a response that has just come what its server bears, before anything else is done
 * with it. Returns true if the arrival is taken: the server rejects EDNS, and is asked again
 * without. */
bool arrival_asks_again(struct worker *w, struct arrival *a, const struct message *response);

#endif
