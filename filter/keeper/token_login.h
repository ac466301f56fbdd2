/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The login to a token. A wrong PIN counts, so it matters whether the token has seen it. */
#ifndef KEEPER_TOKEN_LOGIN_H
#define KEEPER_TOKEN_LOGIN_H

#include "keeper/token.h"

/* Returns false, with the reason, if the token says that a PIN must not be tried: it is locked, or
 * one wrong PIN more locks it. */
bool token_may_try_pin(const struct token *token, struct vault_reply *reply);

/* Logs in with the PIN of the request, at most once; or without one, if the token needs none or has
 * keys of its own to type it. Sets fault and reason if that fails: VAULT_PIN_DOUBT if the PIN may
 * have been counted as wrong. */
void token_login(
        struct token *token, const struct vault_request *request, struct vault_reply *reply);

/* Sets fault and reason after a C_Login() that failed. */
void token_login_fail(struct vault_reply *reply, CK_RV value, const char *what);

#endif
