/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a URI to a session, before the login. */
#ifndef KEEPER_TOKEN_OPEN_H
#define KEEPER_TOKEN_OPEN_H

#include "keeper/token.h"

/* Loads the module that the URI names (module-path, module-name) and starts no other one; finds the
 * one token that fits; and opens a session. Refuses that if a PIN will come, and the token says
 * that none must be tried. Sets the name in the reply to the token's own URI. Returns false, with
 * fault and reason in the reply. */
bool token_open(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

/* Closes the session and ends the module. */
void token_close(struct token *token);

#endif
