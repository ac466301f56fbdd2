/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The query side: what is remembered of a query, and the DO bit. */
#ifndef GATE_QUERY_H
#define GATE_QUERY_H

#include "base/writer.h"
#include "gate/client_query.h"
#include "gate/exempt.h"
#include "gate/policy.h"
#include "wire/edns.h"

/* The UDP size that is put into queries: fits any path without fragments (DNS flag day 2020). */
#define QUERY_UDP_SIZE 1232

/* Octets that query_decorate() may add: an OPT without options. */
#define QUERY_GROWTH EDNS_EMPTY_OCTETS

/* What is done with a query. */
enum query_kind {
	QUERY_JUDGED,    /* remember it, set DO, judge the response */
	QUERY_CD,        /* checking disabled: pass, remember, let the response pass unjudged */
	QUERY_SIGNED,    /* TSIG or SIG(0): likewise */
	QUERY_TRANSFER,  /* of a zone, which cannot be judged: likewise */
	QUERY_OPCODE,    /* another opcode than QUERY: likewise */
	QUERY_MALFORMED, /* not a query that can be inspected: refuse */
};

/* True for a query that asks for a zone, or for what has changed in it: AXFR (RFC 5936) or IXFR
 * (RFC 1995, over UDP too). */
bool query_is_transfer(const struct message *m);

/* Reads what the client with this address asked out of a parsed query into `asked` (not for
 * QUERY_MALFORMED). */
enum query_kind query_read(const struct message *m, const struct policy *policy, struct span client,
        struct client_query *asked);

/* By what the response to a query of this kind passes; EXEMPT_NOT for one that is judged. */
enum exemption query_exemption(enum query_kind kind);

/* Fills `asked` with what a parsed query asks and how, whatever is to become of it. */
void query_note(const struct message *m, struct client_query *asked);

/* Writes the query with DO set and the UDP size QUERY_UDP_SIZE: in the OPT that is there, or in one
 * that is added (RFC 6891, 6.1.1; RFC 3225). Only for QUERY_JUDGED. Returns false when `out` is too
 * small; octets + QUERY_GROWTH are enough. */
bool query_decorate(const struct message *m, struct writer *out);

#endif
