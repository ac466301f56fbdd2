/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making keys on a token. */
#ifndef KEEPER_TOKEN_MAKE_H
#define KEEPER_TOKEN_MAKE_H

#include "keeper/token.h"

/* Makes a key pair that never leaves the token, with label and id of the request, and sets the key
 * of the reply; or fault and reason. If the token has a key with this id, an earlier order made it:
 * then this is the key. */
void token_make(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

#endif
