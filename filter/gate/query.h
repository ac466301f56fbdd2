/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries: what is remembered of them, and the DO bit. */
#ifndef GATE_QUERY_H
#define GATE_QUERY_H

#include "base/writer.h"
#include "gate/client_query.h"
#include "gate/exempt.h"
#include "gate/policy.h"
#include "wire/edns.h"

/* The UDP size that is put into queries. It fits any path without fragments (DNS flag day 2020). */
#define QUERY_UDP_SIZE 1232

/* Octets that query_decorate() may add: an OPT without options. */
#define QUERY_GROWTH EDNS_EMPTY_OCTETS

/* The fate of a query. */
enum query_kind {
	QUERY_JUDGED,   /* remember the query, set DO, judge the response */
	QUERY_CD,       /* CD is set: pass, remember the query, let the response pass unjudged */
	QUERY_SIGNED,   /* TSIG or SIG(0): as QUERY_CD */
	QUERY_UNJUDGED, /* to a server whose answers are not judged: as QUERY_CD */
	QUERY_TRANSFER, /* a zone transfer, which cannot be judged: as QUERY_CD */
	QUERY_OPCODE,   /* an opcode other than QUERY: as QUERY_CD */
	QUERY_EMPTY,    /* for a DNS cookie, without a question (RFC 7873, 5.4): no record passes */
	QUERY_QUESTIONS, /* more than one question: FORMERR (worker/many_questions.h) */
	QUERY_MALFORMED, /* not a query that can be read: refuse */
};

/* True for a zone transfer: AXFR (RFC 5936) or IXFR (RFC 1995, also over UDP). */
bool query_is_transfer(const struct message *m);

/* The addresses of a query, of 4 or 16 octets. */
struct query_ends {
	struct span client, server;
};

/* Reads from a parsed query what the client asked, and how, into `asked`. Leaves `asked` alone for
 * QUERY_MALFORMED. */
enum query_kind query_read(const struct message *m, const struct policy *policy,
        const struct query_ends *ends, struct client_query *asked);

/* True for a question for an SOA. */
bool query_asks_soa(const struct client_query *asked);

/* Returns the exemption by which the response to a query of this kind passes; EXEMPT_NOT if it is
 * judged. */
enum exemption query_exemption(enum query_kind kind);

/* Fills `asked` from a parsed query of any kind. */
void query_note(const struct message *m, struct client_query *asked);

/* Writes the query with DO and the UDP size QUERY_UDP_SIZE, in its OPT or in a new one (RFC 6891,
 * 6.1.1; RFC 3225). Only for QUERY_JUDGED. Returns false if `out` is too small; the query's octets
 * + QUERY_GROWTH are enough. */
bool query_decorate(const struct message *m, struct writer *out);

/* Writes the question of such a query with an OPT that has nothing but DO and the UDP size, for a
 * server that rejects what clients put into theirs. Otherwise like query_decorate(). */
bool query_strip(const struct message *m, struct writer *out);

#endif
