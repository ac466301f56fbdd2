/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of a server's response. */
#ifndef SIGN_SIGN_RESPONSE_H
#define SIGN_SIGN_RESPONSE_H

#include "sign/signer.h"

struct signing;

/* Makes what the client gets out of the server's response, which was parsed. `out` is empty and
 * should have room for 65535 octets. */
void sign_response(struct signer *s, const struct asked_signing *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream,
        int64_t now_s, uint64_t now_ms, struct writer *out, struct sign_result *result);

/* Remembers the SOA of each zone that the response has one of. */
void learn_soa(struct signing *g);

#endif
