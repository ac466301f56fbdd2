/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/self_check_state.h"

#include <stdio.h>

#include "base/encoding.h"
#include "config/address.h"

/* ---- Taking in ---- */

static bool is_same_fault(const struct self_check_finding *a, const struct self_check_finding *b)
{
	return a->fault == b->fault && a->question == b->question && a->rcode == b->rcode &&
	       a->outcome.status == b->outcome.status && a->outcome.reason == b->outcome.reason &&
	       a->key_tag == b->key_tag && a->is_by_other == b->is_by_other &&
	       memcmp(&a->server.address, &b->server.address, sizeof(a->server.address)) == 0;
}

static bool take_good(struct self_check_state *s)
{
	bool was_told = s->is_told;

	s->is_failing = s->is_silent = s->is_told = false;
	s->failures = s->wrong = s->silent = (struct self_check_row){ .count = 0 };
	return was_told;
}

static void go_on_row(struct self_check_row *row, bool goes_on, int64_t now_s)
{
	if (!goes_on)
		row->count = 0;
	else if (row->count++ == 0)
		row->since_s = now_s;
}

/* One packet that is lost does not end the alarm of a wrong answer; a server that was taken away
 * does. */
static bool take_failed(
        struct self_check_state *s, const struct self_check_result *result, int64_t now_s)
{
	const struct self_check_state before = *s;
	bool is_wrong = self_check_is_wrong(&result->worst);

	s->worst = result->worst;
	go_on_row(&s->failures, true, now_s);
	go_on_row(&s->wrong, is_wrong, now_s);
	go_on_row(&s->silent, !is_wrong, now_s);
	s->is_failing = result->is_confirmed || s->wrong.count >= SELF_CHECK_LOST ||
	                (s->is_failing && s->silent.count < SELF_CHECK_LOST);
	s->is_silent = !is_wrong && now_s - s->silent.since_s >= SELF_CHECK_SILENT_S;
	bool tells = s->is_failing != before.is_failing || s->is_silent != before.is_silent ||
	             ((s->is_failing || s->is_silent) && !is_same_fault(&before.worst, &s->worst));
	s->is_told |= tells;
	return tells;
}

bool self_check_state_take(
        struct self_check_state *s, const struct self_check_result *result, int64_t now_s)
{
	if (!result->is_done)
		return false;
	s->checked_s = now_s;
	s->checked = result->checked;
	s->failed = result->failed;
	return result->failed ? take_failed(s, result, now_s) : take_good(s);
}

/* ---- Telling ---- */

static const char *const question_texts[SELF_CHECK_QUESTIONS] = {
	[SELF_CHECK_DNSKEY] = "DNSKEY",
	[SELF_CHECK_SOA] = "SOA",
	[SELF_CHECK_MISSING] = "a name that does not exist",
};

#define FAULT_TEXT_SIZE 300

/* Writes "bogus: the signature has expired (EDE 7)". */
static void write_outcome(const struct self_check_finding *f, char text[static FAULT_TEXT_SIZE])
{
	int ede = reason_ede(f->outcome.reason);
	char code[30] = "", key[60] = "";

	if (ede != EDE_NONE)
		snprintf(code, sizeof(code), " (EDE %d)", ede);
	if (f->key_tag)
		snprintf(key, sizeof(key), ", judged from the KSK %u down", f->key_tag);
	snprintf(text, FAULT_TEXT_SIZE, "%s: %s%s%s", status_text(f->outcome.status),
	        reason_sentence(f->outcome.reason), code, key);
}

static const char *fault_text(const struct self_check_finding *f, char text[static FAULT_TEXT_SIZE])
{
	if (f->fault == LOOK_UNPROVED)
		write_outcome(f, text);
	else
		snprintf(text, FAULT_TEXT_SIZE, "%s%s%s", look_fault_text(f->fault),
		        f->fault == LOOK_ERROR ? ", " : "",
		        f->fault == LOOK_ERROR ? rcode_text(f->rcode) : "");
	return text;
}

/* Names can be long, so they come last: what is cut is the least that one needs. */
static void tell_finding(const struct self_check_state *s, struct complaint *sentence)
{
	const struct self_check_finding *f = &s->worst;
	char address[ADDRESS_TEXT_MAX], other[ADDRESS_TEXT_MAX], fault[FAULT_TEXT_SIZE];
	char since[DIGITS_TIME_SIZE], name[NAME_TEXT_SIZE];

	address_write(&f->server.address, address);
	address_write(&f->other.address, other);
	complaint_set(sentence, "%s: %s%s%s: %s; since %s; at %u of %u addresses; %s is of %s",
	        address, question_texts[f->question],
	        f->is_by_other ? ", judged by the DNSKEY records of " : "",
	        f->is_by_other ? other : "", fault_text(f, fault),
	        digits_time_write(s->failures.since_s, since), s->failed, s->checked, address,
	        name_text(&f->server.name, name));
}

void self_check_state_tell(const struct self_check_state *s, struct complaint *sentence)
{
	if (s->failures.count > 0)
		tell_finding(s, sentence);
	else if (s->checked_s == 0)
		complaint_set(sentence, "no self-check was done yet");
	else if (s->checked == 0)
		complaint_set(
		        sentence, "the parent has no DS, so validators accept whatever is served");
	else
		complaint_set(sentence, "%u address%s serve%s what validators accept", s->checked,
		        s->checked == 1 ? "" : "es", s->checked == 1 ? "s" : "");
}
