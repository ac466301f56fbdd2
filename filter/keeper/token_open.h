/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a URI to a session that is logged in. */
#ifndef KEEPER_TOKEN_OPEN_H
#define KEEPER_TOKEN_OPEN_H

#include "keeper/token.h"

/* Loads the module that the URI names (module-path, module-name), or all that p11-kit knows; finds the one token that
 * fits; opens a session and logs in with the PIN, at most once. Nothing is tried if the token says that a wrong
 * PIN more would lock it. Returns false, with fault and reason in the reply. */
bool token_open(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

/* Closes the session and ends the module. */
void token_close(struct token *token);

#endif
