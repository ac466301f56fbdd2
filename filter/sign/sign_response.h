/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns a server's response into the answer for the client. */
#ifndef SIGN_SIGN_RESPONSE_H
#define SIGN_SIGN_RESPONSE_H

#include "sign/signer.h"

/* Writes what the client gets to `out`, out of the server's parsed response, and fills `result`.
 * `out` is empty and should have room for 65535 octets. */
void sign_response(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, const struct message *response, struct writer *out,
        struct sign_result *result);

/* Makes the answer of the policy, and of what was learned before, without a response: for DNSKEY,
 * CDS, CDNSKEY and DS of an apex. `asked` is of sign_query(). Returns false if the server must be
 * asked: for the answer, or over UDP for a reason of sign_haste.h or sign_budget.h. The answer is
 * the one that sign_response() would make of the server's, but for two things: this one never says
 * RA; and a denial has the SOA of the last response that had one, with its TTLs, while a server may
 * give it another TTL in each response, as a cache does. */
bool sign_at_once(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, struct writer *out, struct sign_result *result);

#endif
