/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing on a token. */
#ifndef KEEPER_TOKEN_SIGN_H
#define KEEPER_TOKEN_SIGN_H

#include "keeper/token.h"

/* Signs what the request has, and sets the signature of the reply, in the form of an RRSIG's; or
 * fault and reason. */
void token_sign(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

#endif
