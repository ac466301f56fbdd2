/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vault that is a PKCS#11 token. The calls are those of vault.h; each opens the session if there
 * is none, and does the work once more, in a new session, if the session was lost, or if one that
 * was open before says that the token lacks a key, room or an algorithm: that may be what it was
 * when it was away. Private to keeper/vault. */
#ifndef KEEPER_VAULT_TOKEN_H
#define KEEPER_VAULT_TOKEN_H

#include "keeper/vault_intent.h"
#include "keeper/vault_session.h"

struct vault_token {
	struct vault_session session;
	/* It hung, and is left alone until then. */
	struct {
		uint64_t until_ms;
		struct complaint why;
	} pause;
	struct vault_intents intents; /* of keys that are to be made */
	/* an answer is waited for, and somebody is served meanwhile (vault_wait.h) */
	bool is_asked;
};

enum vault_fault vault_token_open(
        struct vault_token *token, const struct vault_place *place, struct complaint *why);
void vault_token_close(struct vault_token *token);

/* Makes a key, with an id that is drawn and noted here. If a call fails, the token may have made
 * the key nevertheless; then the next call for the same label and algorithm finds this key, and
 * makes no other one. */
enum vault_fault vault_token_make(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why);

/* Does what the request says. After a call that hung, the token is left alone for
 * VAULT_PAUSE_LIMITS times the limit: whoever calls meanwhile gets VAULT_HANGS at once, in the same
 * words. Who calls while somebody else waits for an answer gets VAULT_AWAY: there is one
 * channel. */
enum vault_fault vault_token_do(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why);

#endif
