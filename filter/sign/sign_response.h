/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of a server's response. */
#ifndef SIGN_SIGN_RESPONSE_H
#define SIGN_SIGN_RESPONSE_H

#include "sign/signer.h"

struct sign_job;

/* Makes what the client gets out of the server's response, which was parsed. `out` is empty and
 * should have room for 65535 octets. */
void sign_response(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, const struct message *response, struct writer *out,
        struct sign_result *result);

/* Remembers the SOA of each zone that the response has one of. */
void learn_soa(struct sign_job *job);

#endif
