/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many new signatures the networks of clients may cause. Private to sign/. */
#ifndef SIGN_SIGN_BUDGET_H
#define SIGN_SIGN_BUDGET_H

#include "sign/signer_private.h"

/* Takes memory for what the limits say. Returns 0 or -ENOMEM; signer_free() in both cases. */
int sign_budget_init(struct signer *s);

/* Takes one new signature from what the client's network and all clients may have. Returns false
 * when there is none left. */
bool budget_take(struct signer *s, struct span client, bool is_stream, uint64_t now_ms);

#endif
