/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session with a token, seen from the keeper: the process with the module, and the login. A PIN
 * is read anew for each login, since the operator may have corrected it, and is tried only if no
 * token did not take it before (keeper/vault_refused.h). Private to keeper/vault. */
#ifndef KEEPER_VAULT_SESSION_H
#define KEEPER_VAULT_SESSION_H

#include "keeper/vault.h"
#include "keeper/vault_process.h"
#include "keeper/vault_refused.h"
#include "keeper/vault_uri.h"

#define VAULT_PAUSE_LIMITS 2 /* of a call, for which a token that hung is left alone */

struct vault_session {
	struct vault_uri uri;
	struct vault_refused refused;
	struct vault_process process;
	struct vault_wait wait; /* how it waits */
	unsigned limit_ms;      /* for a call */
	char program[PATH_MAX];
	/* who it was at the first login (URI with the serial); "" before */
	char token[VAULT_NAME_SIZE];
	bool has_pin;   /* the process has got the PIN of `mark` */
	bool is_proven; /* the token took the PIN of `mark` at the last login */
	struct vault_mark mark;
};

/* Opens a session and logs in, unless that is done. `end_ms` is the deadline (monotonic clock). A
 * login whose outcome stays unknown is VAULT_PIN_DOUBT from then on, because the PIN may be wrong
 * and have been counted. Only if the token took this PIN before may one such login pass. */
enum vault_fault vault_session_open(
        struct vault_session *session, uint64_t end_ms, struct complaint *why);

/* Asks the process. Returns the fault of its answer; or ends the process, if there is no proper
 * answer. When the work is to end, that is VAULT_AWAY; but the outcome of a login is waited for, or
 * the PIN would be in doubt. */
enum vault_fault vault_session_ask(struct vault_session *session,
        const struct vault_request *request, uint64_t end_ms, struct vault_reply *reply,
        struct complaint *why);

/* The token is not asked, since the work is to end: says so, and returns VAULT_AWAY. */
enum vault_fault vault_session_part(const struct vault_session *session, struct complaint *why);

/* True if the process is there. */
static inline bool vault_session_is_open(const struct vault_session *session)
{
	return session->process.channel >= 0;
}

/* Remembers that the token did not take the PIN of this session after all: some keys want it for
 * each signature. */
void vault_session_refuse_pin(struct vault_session *session, enum vault_fault fault);

/* Ends the session; the process has until the deadline to close it. */
void vault_session_end(struct vault_session *session, uint64_t end_ms);

#endif
