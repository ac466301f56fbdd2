/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making keys on a token. */
#ifndef KEEPER_TOKEN_MAKE_H
#define KEEPER_TOKEN_MAKE_H

#include "keeper/token.h"

/* Makes a key pair that never leaves the token, with the label of the request and an id that is drawn, and sets the key of
 * the reply; or fault and reason. */
void token_make(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

#endif
