/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a query to a server that is signed for becomes. */
#ifndef SIGN_SIGN_QUERY_H
#define SIGN_SIGN_QUERY_H

#include "sign/signer.h"

/* Reads a query, which was parsed. For SIGN_QUERY_ASKED `asked` is filled and what goes on to the
 * server is in `out`, which is empty and has room for SIGN_QUERY_MAX octets; otherwise the query
 * passes as it is. */
#define SIGN_QUERY_MAX (DNS_HEADER_SIZE + QUESTION_MAX + 11)
enum sign_query sign_query(struct signer *s, const struct message *query,
        const struct sign_context *context, struct signer_query *asked, struct writer *out);

/* True when `response` answers what the server was asked: QR, id, opcode and the question, in
 * whatever letter case; an error may come without the question. */
bool sign_matches(const struct message *response, const struct signer_query *asked);

/* Writes what the client gets where the server says nothing: SERVFAIL. */
void sign_no_response(const struct signer_query *asked, struct writer *out);

/* True for types that only DNSSEC has: a server that knows nothing of it says anything of them. */
bool is_of_dnssec(uint16_t type);

#endif
