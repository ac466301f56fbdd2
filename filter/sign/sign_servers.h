/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which servers take EDNS. Private to sign/. */
#ifndef SIGN_SIGN_SERVERS_H
#define SIGN_SIGN_SERVERS_H

#include "sign/signer_private.h"

/* Takes memory for what the limits say. Returns 0 or -ENOMEM; signer_free() in both cases. */
int sign_servers_init(struct signer *s);

/* True when a query over UDP may carry an OPT to this server. */
bool server_supports_edns(struct signer *s, struct span server, uint64_t now_ms);

/* Learns from a response whether the server bears EDNS. */
void server_note_response(struct signer *s, struct span server, bool sent_edns,
        const struct message *m, uint64_t now_ms);
void server_note_silence(struct signer *s, struct span server, uint64_t now_ms);

#endif
