/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits how many new signatures a second clients may cause. Private to sign/. */
#ifndef SIGN_SIGN_BUDGET_H
#define SIGN_SIGN_BUDGET_H

#include "sign/signer_private.h"

/* Takes memory for as many networks as s->limits say. Returns 0 or -ENOMEM. */
int sign_budget_init(struct signer *s);

/* Takes one new signature from the budget of all clients, and over UDP also from the budget of the
 * client's network. Returns false if one of the two is used up. */
bool budget_take(struct signer *s, struct span client, bool is_stream, uint64_t now_ms);

/* True if there may be one more answer over UDP that needs no server: all clients together have not
 * had too many. */
bool budget_has_answer(struct signer *s, uint64_t now_ms);

/* Takes such an answer, whole or cut, from the budget of all clients, and from that of the client's
 * network. Returns false if the latter is used up. Only if budget_has_answer() says so. */
bool budget_take_answer(struct signer *s, struct span client, uint64_t now_ms);

#endif
