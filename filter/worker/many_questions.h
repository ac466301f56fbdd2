/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries with more than one question: the answer is FORMERR (RFC 9619, 4). Over TCP sealgate gives
 * it. Over UDP it cannot send in a server's name, so the first question alone goes to the server,
 * and whatever comes back, by the same way, becomes FORMERR. That is 12 octets, fewer than any such
 * query has, so nobody gains by a forged source address. The signer passes such a query to its
 * server, which answers by itself. Private to worker/. */
#ifndef WORKER_MANY_QUESTIONS_H
#define WORKER_MANY_QUESTIONS_H

#include "base/writer.h"
#include "gate/client_query.h"

/* A query with more questions is taken for another protocol than DNS. */
#define MANY_QUESTIONS_MAX 64

/* Writes the query with its first question alone. Returns false if the octets are no query with
 * several questions, and nothing else but an OPT. */
bool many_questions_cut(struct span octets, struct writer *out);

/* Writes the answer. */
void many_questions_refuse(const struct client_query *asked, struct writer *out);

#endif
