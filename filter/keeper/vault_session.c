/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_session.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"

#define PARTING_MS 2000 /* in which the process closes its session */

static unsigned ms_until(uint64_t end_ms)
{
	uint64_t now_ms = clock_monotonic_ms();

	return now_ms < end_ms ? (unsigned)(end_ms - now_ms) : 0;
}

void vault_session_end(struct vault_session *session, uint64_t end_ms)
{
	unsigned left_ms = ms_until(end_ms);

	vault_process_end(&session->process, left_ms < PARTING_MS ? left_ms : PARTING_MS);
}

/* There is no proper answer. */
static void complain_of_process(
        const struct vault_session *session, enum vault_fault fault, struct complaint *why)
{
	const char *shown = session->uri.shown;

	if (fault == VAULT_HANGS)
		complaint_set(why,
		        "%s: its PKCS#11 module did not answer within %u s, and was killed; no "
		        "zone asks the token for %u s now",
		        shown, session->limit_ms / 1000,
		        VAULT_PAUSE_LIMITS * session->limit_ms / 1000);
	else if (fault == VAULT_SETTING)
		complaint_set(why,
		        "%s: %s is of another version than this program: install both from one "
		        "build",
		        shown, session->program);
	else if (fault == VAULT_AWAY)
		complaint_set(why,
		        "%s: the process that has its PKCS#11 module ended unexpectedly; it may "
		        "have said why on stderr",
		        shown);
	else
		complaint_set(why,
		        "%s: the process that has its PKCS#11 module gave no proper answer", shown);
}

enum vault_fault vault_session_ask(struct vault_session *session,
        const struct vault_request *request, uint64_t end_ms, struct vault_reply *reply,
        struct complaint *why)
{
	struct vault_wait wait = session->wait;

	if (request->order == VAULT_ORDER_LOGIN)
		wait.stop_fd = -1;
	enum vault_fault fault =
	        vault_process_ask(&session->process, request, ms_until(end_ms), &wait, reply);
	if (fault == VAULT_GOOD) {
		if (reply->fault != VAULT_GOOD)
			complaint_set(why, "%s: %s", session->uri.shown, reply->why.text);
		return reply->fault;
	}
	vault_session_end(session, fault == VAULT_HANGS ? 0 : end_ms);
	if (fault == VAULT_HANGS && vault_wait_is_over(&wait))
		return vault_session_part(session, why);
	complain_of_process(session, fault, why);
	return fault;
}

enum vault_fault vault_session_part(const struct vault_session *session, struct complaint *why)
{
	complaint_set(why, "%s: not waited for, since the keeper ends", session->uri.shown);
	return VAULT_AWAY;
}

/* ---- The PIN ---- */

static enum vault_fault complain_of_pin(
        const struct vault_session *session, enum vault_fault fault, struct complaint *why)
{
	const char *path = session->refused.path;
	const char *what = fault == VAULT_PIN_WRONG ? "the token refused this PIN"
	                   : fault == VAULT_PIN_LOCKED
	                           ? "the token said that its PIN is locked or expired"
	                           : "the login with this PIN had no clear outcome";

	complaint_set(why,
	        "%s: %s, and it is not tried again, since that may lock the token: correct the "
	        "PIN in %s%s%s",
	        session->uri.shown, what, session->uri.pin_source,
	        path ? "; or if the token takes this PIN now, remove " : "", path ? path : "");
	return fault;
}

/* Remembers a PIN before it is sent. */
static enum vault_fault mark_pin(struct vault_session *session, const char *identity,
        const struct vault_pin *pin, struct complaint *why)
{
	const char *path = session->refused.path;

	session->is_proven = false;
	int error = vault_mark_make(&session->mark, identity, pin)
	                    ? vault_refused_begin(&session->refused, &session->mark)
	                    : -EIO;
	if (!error)
		return VAULT_GOOD;
	complaint_set(why,
	        "%s: no PIN is tried, since one that the token refuses could not be remembered: "
	        "%s: %s",
	        session->uri.shown, path ? path : "no random numbers", strerror(-error));
	return VAULT_SETTING;
}

/* Returns VAULT_GOOD if the PIN may be sent. */
static enum vault_fault allow_pin(struct vault_session *session, const char *identity,
        const struct vault_pin *pin, struct complaint *why)
{
	session->has_pin = pin->len > 0;
	if (!session->has_pin)
		return VAULT_GOOD;
	enum vault_fault fault = vault_refused_look(&session->refused, identity, pin, why);
	if (fault == VAULT_SETTING)
		return fault;
	if (fault != VAULT_GOOD)
		return complain_of_pin(session, fault, why);
	if (session->is_proven && vault_mark_is_of(&session->mark, identity, pin))
		return VAULT_GOOD;
	return mark_pin(session, identity, pin, why);
}

static bool is_about_pin(enum vault_fault fault)
{
	return fault == VAULT_PIN_WRONG || fault == VAULT_PIN_LOCKED || fault == VAULT_PIN_DOUBT;
}

void vault_session_refuse_pin(struct vault_session *session, enum vault_fault fault)
{
	session->is_proven = false;
	if (session->has_pin)
		vault_refused_set(&session->refused, &session->mark, fault);
}

/* Keeps, changes or drops the mark, by what became of the login. */
static enum vault_fault settle_login(
        struct vault_session *session, const char *identity, enum vault_fault fault)
{
	bool is_unknown = fault == VAULT_PIN_DOUBT || !vault_session_is_open(session);

	if (fault == VAULT_GOOD) {
		snprintf(session->token, sizeof(session->token), "%s", identity);
		session->is_proven = session->has_pin;
		if (session->has_pin)
			vault_refused_forget(&session->refused, identity);
	} else if (is_unknown && session->is_proven) {
		session->is_proven = false; /* the next one is not forgiven */
		return fault == VAULT_PIN_DOUBT ? VAULT_AWAY : fault;
	} else if (!is_unknown && is_about_pin(fault)) {
		vault_session_refuse_pin(session, fault);
	} else if (!is_unknown && session->has_pin && !session->is_proven) {
		vault_refused_drop(&session->refused, &session->mark);
	}
	return fault;
}

/* ---- Opening ---- */

static enum vault_fault log_in(struct vault_session *session, const char *identity,
        const struct vault_pin *pin, uint64_t end_ms, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_LOGIN, .data = vault_pin_span(pin) };
	struct vault_reply reply;

	if (session->token[0] && strcmp(session->token, identity) != 0) {
		complaint_set(why,
		        "%s: there is another token now (%s), and it gets no PIN: put the other "
		        "one (%s) back; or restart the keeper if the new one is meant",
		        session->uri.shown, identity, session->token);
		return VAULT_AWAY;
	}
	enum vault_fault fault = allow_pin(session, identity, pin, why);
	if (fault != VAULT_GOOD)
		return fault;
	return settle_login(
	        session, identity, vault_session_ask(session, &request, end_ms, &reply, why));
}

static enum vault_fault open_with_pin(struct vault_session *session, const struct vault_pin *pin,
        uint64_t end_ms, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_OPEN, .number = pin->len > 0 };
	struct vault_reply reply;

	snprintf(request.name, sizeof(request.name), "%s", session->uri.text);
	enum vault_fault fault = vault_process_start(&session->process, session->program, why);
	if (fault == VAULT_GOOD)
		fault = vault_session_ask(session, &request, end_ms, &reply, why);
	if (fault == VAULT_GOOD)
		fault = log_in(session, reply.key.name, pin, end_ms, why);
	if (fault != VAULT_GOOD)
		vault_session_end(session, end_ms);
	return fault;
}

enum vault_fault vault_session_open(
        struct vault_session *session, uint64_t end_ms, struct complaint *why)
{
	struct vault_pin pin;
	enum vault_fault fault = VAULT_SETTING;

	if (vault_session_is_open(session))
		return VAULT_GOOD;
	if (vault_pin_read(&pin, session->uri.pin_source, why))
		fault = open_with_pin(session, &pin, end_ms, why);
	vault_pin_wipe(&pin);
	return fault;
}
