/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries to a server that is signed for. */
#ifndef SIGN_SIGN_QUERY_H
#define SIGN_SIGN_QUERY_H

#include "sign/signer.h"
#include "wire/edns.h"

/* Reads a parsed query. For SIGN_QUERY_ASKED, fills `asked` and writes the query to the server to
 * `out`, which is empty and has room for SIGN_QUERY_MAX octets. For SIGN_QUERY_PASSED_* the query
 * goes on as it is, and `asked` has no meaning. */
#define SIGN_QUERY_MAX (DNS_HEADER_SIZE + QUESTION_MAX + EDNS_EMPTY_OCTETS + SUBNET_OPTION_MAX)
enum sign_query sign_query(struct signer *s, const struct message *query,
        const struct sign_context *context, struct signer_query *asked, struct writer *out);

/* Over TCP: goes on to the question `step`, and writes it to `out`, which has room for
 * SIGN_QUERY_MAX octets. */
void sign_ask(struct signer_query *asked, const struct sign_step *step, struct writer *out);

/* Writes the query once more that the server has to answer now, with the same room. */
void sign_ask_again(const struct signer_query *asked, struct writer *out);

/* True if `response` answers the query to the server: QR, id, opcode and the question are right, in
 * any letter case. An error may come without the question. If the server got a client subnet, it
 * must return that one, or none (RFC 7871, 7.3). */
bool sign_matches(const struct message *response, const struct signer_query *asked);

/* Writes SERVFAIL, for a client whose query the server did not answer. */
void sign_no_response(const struct signer_query *asked, struct writer *out);

/* True if these octets of a query may ask for DNSKEY, CDS, CDNSKEY or DS: the others need not be
 * parsed to know that sign_at_once() has no answer. */
bool asks_of_policy(struct span query);

/* True for types that only DNSSEC has. A server without DNSSEC may answer anything for them. */
bool is_of_dnssec(uint16_t type);

#endif
