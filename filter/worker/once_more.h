/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the question of a refused response is asked once more before the client gets SERVFAIL. A
 * resolver may lose an RRSIG now and then, or one of several servers of a zone may hold signatures
 * that have expired: then another answer to the same question proves itself. The new answer is
 * judged like any other, so nothing passes by this that would not pass as the first answer.
 *
 * Each such query has a price: the server's work, and the client's time. An attacker who forges
 * answers and stops the genuine ones could have sealgate ask each question twice. So the number of
 * such queries has a limit that does not depend on how many answers are refused; a client has a
 * share of it; and a zone in which this has not helped is left alone for a while. When a limit is
 * reached, the client gets SERVFAIL at once, as without this. Private to worker/. */
#ifndef WORKER_ONCE_MORE_H
#define WORKER_ONCE_MORE_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "gate/gate.h"

#define ONCE_MORE_BURST      20 /* questions at once */
#define ONCE_MORE_PER_SECOND 10

#define ONCE_MORE_CLIENTS           64 /* buckets of clients, by a hash of their address */
#define ONCE_MORE_CLIENT_BURST      5
#define ONCE_MORE_CLIENT_PER_SECOND 2

/* After this many questions in a row that it did not help, a zone is left alone at this server. */
#define ONCE_MORE_IN_VAIN    2
#define ONCE_MORE_IN_VAIN_MS 10000
#define ONCE_MORE_ZONES      256 /* remembered */

/* The zones of servers in which it did not help. */
struct in_vain {
	uint64_t tag;
	uint64_t until_ms;
	unsigned count;
};

struct once_more_bucket {
	uint64_t at_ms;
	uint64_t thousandths; /* of a question */
};

/* All zero but for the key: nothing was asked yet. */
struct once_more {
	struct hash_key key;
	struct once_more_bucket all, clients[ONCE_MORE_CLIENTS];
	struct in_vain zones[ONCE_MORE_ZONES];
};

/* Draws the secret of the hashes. Returns 0 or a negative errno. */
int once_more_init(struct once_more *o);

/* Forgets in which zones it did not help; the limits stay. */
void once_more_forget(struct once_more *o);

/* A response that is refused, and what holds of it. */
struct refused {
	const struct gate_result *result;
	const struct client_query *asked;
	const struct message *message;
	const struct sockaddr_storage *server;
	struct span client;      /* its address */
	const struct name *zone; /* the zone of the RRset that decided */
};

/* Where the question may be asked once more. */
enum once_more_where {
	ONCE_MORE_NOT,
	ONCE_MORE_SAME,  /* of the same server */
	ONCE_MORE_OTHER, /* of another one that the operator has named, if there is one */
};

/* Says where the question of a refused response may be asked, limits aside. An answer without any
 * signature may be what the server's operator wants (a filter, a landing page), so another server
 * is not asked behind its back; and an answer that says nothing, and has no signature, is that of a
 * filter. */
enum once_more_where once_more_helps(const struct refused *r);

/* Takes one question from the limits. Returns a tag of the server and the zone for
 * once_more_note(); 0 if a limit is reached. */
uint64_t once_more_take(struct once_more *o, const struct refused *r, uint64_t now_ms);

/* Notes whether the new answer passed. */
void once_more_note(struct once_more *o, uint64_t tag, bool has_helped, uint64_t now_ms);

#endif
