/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_token.h"

#include <stdio.h>

#include "base/clock.h"

#define CLOSING_MS 2000

/* True for what a token says of its keys and its room, and an operator would act on. */
static bool is_about_content(const struct vault_request *request, enum vault_fault fault)
{
	static const bool is_of_content[VAULT_FAULT_COUNT] = { [VAULT_NO_KEY] = true,
		[VAULT_SEVERAL] = true,
		[VAULT_UNFIT] = true,
		[VAULT_CANNOT] = true,
		[VAULT_FULL] = true,
		[VAULT_READ_ONLY] = true };

	return is_of_content[fault] && request->order != VAULT_ORDER_LIST; /* whose end it is */
}

/* A session that was lost is opened anew. A process that ended goes the same way: no order makes a
 * second key. One that hung costs the whole limit, and is left to the next call. A module may go on
 * with a session for which the token was away, and say that its keys are not there, also when the
 * token is back: so keys count as missing only by a session that is new. */
static bool is_worth_another_try(const struct vault_token *token,
        const struct vault_request *request, enum vault_fault fault, bool is_new)
{
	return fault == VAULT_LOST ||
	       (fault == VAULT_AWAY && !vault_session_is_open(&token->session)) ||
	       (!is_new && is_about_content(request, fault));
}

/* A key may want the PIN for each signature (CKA_ALWAYS_AUTHENTICATE), so that any order may find
 * it wrong. After an answer that cannot be right, nothing that the process says counts. */
static void settle_order(struct vault_token *token, enum vault_fault fault, uint64_t end_ms)
{
	bool is_about_pin =
	        fault == VAULT_PIN_WRONG || fault == VAULT_PIN_LOCKED || fault == VAULT_PIN_DOUBT;

	if (is_about_pin)
		vault_session_refuse_pin(&token->session, fault);
	if (is_about_pin || fault == VAULT_BROKEN)
		vault_session_end(&token->session, end_ms);
}

/* So that each zone does not wait for the limit, one after the other. */
static enum vault_fault begin_pause(struct vault_token *token, const struct complaint *why)
{
	token->pause.until_ms =
	        clock_monotonic_ms() + (uint64_t)VAULT_PAUSE_LIMITS * token->session.limit_ms;
	token->pause.why = *why;
	return VAULT_HANGS;
}

static enum vault_fault try_order(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why)
{
	uint64_t end_ms = clock_monotonic_ms() + token->session.limit_ms;
	bool is_new = !vault_session_is_open(&token->session);
	enum vault_fault fault = VAULT_LOST;

	for (int tries = 0; tries < 2; tries++, is_new = true) {
		if (vault_wait_is_over(&token->session.wait))
			return vault_session_part(&token->session, why);
		fault = vault_session_open(&token->session, end_ms, why);
		if (fault == VAULT_GOOD)
			fault = vault_session_ask(&token->session, request, end_ms, reply, why);
		else if (fault != VAULT_LOST)
			return fault;
		if (!is_worth_another_try(token, request, fault, is_new))
			break;
		vault_session_end(&token->session, end_ms);
	}
	settle_order(token, fault, end_ms);
	return fault == VAULT_LOST ? VAULT_AWAY : fault;
}

enum vault_fault vault_token_do(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why)
{
	if (token->is_asked) {
		complaint_set(
		        why, "%s: another answer of it is waited for", token->session.uri.shown);
		return VAULT_AWAY;
	}
	if (clock_monotonic_ms() < token->pause.until_ms) {
		*why = token->pause.why;
		return VAULT_HANGS;
	}
	token->is_asked = true;
	enum vault_fault fault = try_order(token, request, reply, why);
	token->is_asked = false;
	return fault == VAULT_HANGS ? begin_pause(token, why) : fault;
}

enum vault_fault vault_token_make(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why)
{
	struct vault_request making = *request;
	const uint8_t *id =
	        vault_intent_begin(&token->intents, request->algorithm, request->name, why);

	if (!id)
		return VAULT_SETTING;
	making.data = span_of(id, VAULT_ID_OCTETS);
	enum vault_fault fault = vault_token_do(token, &making, reply, why);
	if (fault == VAULT_GOOD && !token->intents.directory)
		vault_intent_end(&token->intents);
	return fault;
}

enum vault_fault vault_token_open(
        struct vault_token *token, const struct vault_place *place, struct complaint *why)
{
	struct vault_session *session = &token->session;

	token->intents.directory = place->notes;
	session->process = VAULT_PROCESS_NONE;
	session->wait = VAULT_WAIT_ALONE;
	session->limit_ms = place->limit_ms ? place->limit_ms : VAULT_LIMIT_MS;
	if (session->limit_ms > VAULT_LIMIT_MAX_MS)
		session->limit_ms = VAULT_LIMIT_MAX_MS;
	if (!vault_uri_read(&session->uri, place->where, why))
		return VAULT_SETTING;
	if (place->program)
		snprintf(session->program, sizeof(session->program), "%s", place->program);
	else if (!vault_process_program(session->program, why))
		return VAULT_SETTING;
	vault_refused_init(&session->refused, place->refused_pin);
	return VAULT_GOOD;
}

void vault_token_close(struct vault_token *token)
{
	vault_session_end(&token->session, clock_monotonic_ms() + CLOSING_MS);
}
