/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which answers sealgate sends over UDP by itself, without asking the server. Private to sign/.
 *
 * Such an answer takes another way than the server's: the kernel may route it otherwise, or lose it
 * at a packet filter. And the source of a query may be forged, while the server, which may have
 * limits of its own, does not see it. So of the same questions of one client in a short time only
 * every second one is answered so. The others go to the server as they always did, unless the
 * server is known to be silent. */
#ifndef SIGN_SIGN_HASTE_H
#define SIGN_SIGN_HASTE_H

#include "sign/signer_private.h"

/* Takes memory for as many clients as s->limits say for networks. Returns 0 or -ENOMEM. */
int sign_haste_init(struct signer *s);

/* True if the client of this query over UDP may have its answer at once. Counts as one question of
 * it. */
bool haste_is_due(struct signer *s, const struct sign_job *job);

/* Learn from a response, or from a query without response, whether the server is silent. Over TCP
 * they say nothing. */
void haste_note_response(struct signer *s, const struct sign_context *context);
void haste_note_silence(struct signer *s, const struct sign_context *context);

#endif
