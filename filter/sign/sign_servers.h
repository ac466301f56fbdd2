/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers which servers support EDNS. Private to sign/. */
#ifndef SIGN_SIGN_SERVERS_H
#define SIGN_SIGN_SERVERS_H

#include "sign/signer_private.h"

/* Takes memory for as many servers as s->limits say. Returns 0 or -ENOMEM. */
int sign_servers_init(struct signer *s);

/* True if a UDP query to this server may have an OPT. */
bool server_supports_edns(struct signer *s, struct span server, uint64_t now_ms);

/* True if a query to this server may have an OPT with the client subnet, over UDP or TCP. */
bool server_takes_subnet(struct signer *s, struct span server, uint64_t now_ms);

/* True for an error by which a server rejects the OPT of a query, or what is in it (RFC 6891,
 * 7). */
bool server_rejects_opt(const struct message *m);

/* Learn from a response, or from a query without response, whether the server supports EDNS, and
 * client subnets. */
void server_note_response(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, const struct message *m);
void server_note_silence(
        struct signer *s, const struct signer_query *asked, const struct sign_context *context);

#endif
