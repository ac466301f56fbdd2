/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remembers which servers support EDNS. Private to sign/. */
#ifndef SIGN_SIGN_SERVERS_H
#define SIGN_SIGN_SERVERS_H

#include "sign/signer_private.h"

/* Takes memory for as many servers as s->limits say. Returns 0 or -ENOMEM. */
int sign_servers_init(struct signer *s);

/* True if a UDP query to this server may have an OPT. */
bool server_supports_edns(struct signer *s, struct span server, uint64_t now_ms);

/* Learn from a response, or from a query without response, whether the server supports EDNS. */
void server_note_response(struct signer *s, struct span server, bool sent_edns,
        const struct message *m, uint64_t now_ms);
void server_note_silence(struct signer *s, struct span server, uint64_t now_ms);

#endif
