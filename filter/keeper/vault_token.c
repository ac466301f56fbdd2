/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_token.h"

#include <stdio.h>

#define PARTING_MS 2000 /* in which the process closes its session */

static void end_session(struct vault_token *token, enum vault_fault fault)
{
	vault_process_end(&token->process, fault == VAULT_HANGS ? 0 : PARTING_MS);
}

/* Asks the process, and says what became of it. */
static enum vault_fault ask_process(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why)
{
	enum vault_fault fault =
	        vault_process_ask(&token->process, request, token->limit_ms, reply);

	if (fault == VAULT_GOOD) {
		if (reply->fault != VAULT_GOOD)
			complaint_set(why, "%s: %s", token->uri.shown, reply->why.text);
		return reply->fault;
	}
	if (fault == VAULT_HANGS)
		complaint_set(why,
		        "%s: its PKCS#11 module did not answer within %u s, and was killed",
		        token->uri.shown, token->limit_ms / 1000);
	else if (fault == VAULT_AWAY)
		complaint_set(why,
		        "%s: the process that has its PKCS#11 module ended unexpectedly; it may "
		        "have said why on stderr",
		        token->uri.shown);
	else
		complaint_set(why,
		        "%s: the process that has its PKCS#11 module gave no proper answer",
		        token->uri.shown);
	end_session(token, fault);
	return fault;
}

static enum vault_fault fault_of_refused_pin(const struct vault_token *token, struct complaint *why)
{
	complaint_set(why,
	        "%s: the token refused this PIN, and it is not tried again, since that locks the "
	        "token: correct the PIN in %s%s%s",
	        token->uri.shown, token->uri.pin_source,
	        token->refused.path ? "; or if the token has taken another PIN since, remove " : "",
	        token->refused.path ? token->refused.path : "");
	return VAULT_PIN_WRONG;
}

static enum vault_fault log_in(
        struct vault_token *token, const struct vault_pin *pin, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_OPEN, .data = vault_pin_span(pin) };
	struct vault_reply reply = { .fault = VAULT_GOOD };

	snprintf(request.name, sizeof(request.name), "%s", token->uri.text);
	enum vault_fault fault = vault_process_start(&token->process, token->program, why);
	if (fault == VAULT_GOOD)
		fault = ask_process(token, &request, &reply, why);
	if (fault == VAULT_PIN_WRONG)
		vault_refused_set(&token->refused, token->uri.text, pin);
	else if (fault == VAULT_GOOD)
		vault_refused_clear(&token->refused);
	if (fault != VAULT_GOOD)
		end_session(token, fault);
	return fault;
}

/* Opens a session unless there is one. The PIN is read each time: the operator may have corrected it. */
static enum vault_fault open_session(struct vault_token *token, struct complaint *why)
{
	struct vault_pin pin;
	enum vault_fault fault = VAULT_SETTING;

	if (token->process.channel >= 0)
		return VAULT_GOOD;
	if (vault_pin_read(&pin, token->uri.pin_source, why))
		fault = vault_refused_is(&token->refused, token->uri.text, &pin)
		                ? fault_of_refused_pin(token, why)
		                : log_in(token, &pin, why);
	vault_pin_wipe(&pin);
	return fault;
}

/* A key may want the PIN for each signature (CKA_ALWAYS_AUTHENTICATE), so that any order may find it wrong. */
static void remember_wrong_pin(struct vault_token *token)
{
	struct complaint ignored;
	struct vault_pin pin;

	if (vault_pin_read(&pin, token->uri.pin_source, &ignored))
		vault_refused_set(&token->refused, token->uri.text, &pin);
	vault_pin_wipe(&pin);
}

/* A session that was lost is opened anew. A process that ended goes the same way, unless it was making a key: it may
 * have made one. One that hung costs the whole limit, and is left to the next call. */
static bool is_worth_another_try(
        const struct vault_token *token, enum vault_order order, enum vault_fault fault)
{
	bool has_ended = fault == VAULT_AWAY && token->process.channel < 0;

	return fault == VAULT_LOST || (has_ended && order != VAULT_ORDER_MAKE);
}

enum vault_fault vault_token_do(struct vault_token *token, const struct vault_request *request,
        struct vault_reply *reply, struct complaint *why)
{
	enum vault_fault fault = VAULT_LOST;

	for (int tries = 0; tries < 2; tries++) {
		fault = open_session(token, why);
		if (fault == VAULT_GOOD)
			fault = ask_process(token, request, reply, why);
		else if (fault != VAULT_LOST)
			return fault;
		if (!is_worth_another_try(token, request->order, fault))
			break;
		end_session(token, fault);
	}
	if (fault == VAULT_PIN_WRONG) {
		remember_wrong_pin(token);
		end_session(token, fault);
	}
	return fault == VAULT_LOST ? VAULT_AWAY : fault;
}

enum vault_fault vault_token_open(
        struct vault_token *token, const struct vault_place *place, struct complaint *why)
{
	token->process = VAULT_PROCESS_NONE;
	token->limit_ms = place->limit_ms ? place->limit_ms : VAULT_LIMIT_MS;
	if (!vault_uri_read(&token->uri, place->where, why))
		return VAULT_SETTING;
	if (place->program)
		snprintf(token->program, sizeof(token->program), "%s", place->program);
	else if (!vault_process_program(token->program, why))
		return VAULT_SETTING;
	vault_refused_init(&token->refused, place->refused_pin);
	return VAULT_GOOD;
}

void vault_token_close(struct vault_token *token)
{
	end_session(token, VAULT_GOOD);
}
