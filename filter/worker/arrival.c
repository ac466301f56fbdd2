/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/arrival.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "gate/ahead.h"
#include "trust/chain.h"
#include "worker/gates.h"
#include "worker/many_questions.h"
#include "worker/reasked.h"
#include "worker/report.h"
#include "worker/scratch.h"
#include "worker/second_answer.h"
#include "worker/server_fallback.h"
#include "worker/settle.h"
#include "worker/unset_clock.h"
#include "worker/withheld.h"
#include "worker/worker.h"

int arrivals_init(struct arrivals *all)
{
	all->octets = malloc(EXCHANGE_ANSWER_MAX);
	all->dateless_octets = malloc(EXCHANGE_ANSWER_MAX);
	if (!all->octets || !all->dateless_octets)
		return -ENOMEM;
	int result = once_more_init(&all->once_more);
	if (result < 0)
		return result;
	/* also if nothing needs them now: a reload may name a resolver */
	all->response_rrs = scratch_rrs_new();
	all->proof_rrs = scratch_rrs_new();
	return all->response_rrs && all->proof_rrs ? 0 : -ENOMEM;
}

void arrivals_fini(struct arrivals *all)
{
	free(all->octets);
	free(all->dateless_octets);
	free(all->response_rrs);
	free(all->proof_rrs);
}

/* An attacker who sees the query, or guesses its port and id, can answer before the server:
 * - with a response that is Bogus;
 * - with a failure;
 * - with a response so costly to judge that the budget ends;
 * - with responses that wait for keys until there is no room or no time.
 * None of these may end a question before the true response had its time. But if the zone is known
 * to be unsigned, a failure is not worth a wait: an attacker who can forge it can forge an answer. */
static bool is_doubtful(
        struct arrivals *all, const struct arrival *a, const struct gate_result *result)
{
	if (result->verdict == GATE_SERVFAIL)
		return true;
	return result->is_failure &&
	       !gate_knows_unsigned(&all->gates->gate, a->asked, all->turn->now_s);
}

static bool hold_back(struct arrival *a, const struct gate_result *result)
{
	return a->carrier->hold_back(a, result->verdict != GATE_SERVFAIL);
}

/* ---- The end of a response ---- */

/* Settles a response, unless a better one may still come, or can be had. */
static void arrival_conclude(
        struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	if (!a->is_last && is_doubtful(all, a, result) && hold_back(a, result))
		return;
	if (!second_answer_is_asked(all, a, result))
		settle_response(all, a, result);
}

static void arrival_judge(struct arrivals *all, struct arrival *a);

/* Judges what came before in place of the message, which is not proved. Returns false if there is
 * no such thing. If that is a truncated response, the client asks over TCP in vain; but no forged
 * fragment reaches it. */
static bool judge_instead(struct arrivals *all, struct arrival *a)
{
	struct parked *parked = a->parked;

	if (a->instead.len == 0)
		return false;
	if (parked->is_large)
		stats_count(&all->stats->whole_unproved);
	a->message = a->instead;
	a->instead = span_of(NULL, 0);
	parked_forget_whole(parked);
	withheld_take_back(parked);
	arrival_judge(all, a);
	return true;
}

/* Refuses a response, because of `culprit` if that is not NULL. While the clock is not set it is
 * not held back: no better one can follow. */
static void arrival_refuse_for(
        struct arrivals *all, struct arrival *a, enum reason reason, const struct want *culprit)
{
	struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (judge_instead(all, a))
		return;
	gate_refuse(&all->gates->gate, a->asked, a->message, reason, &out, &result);
	if (culprit)
		result.culprit = *culprit;
	a->is_last = a->is_last || reason == REASON_CLOCK_NOT_SET;
	arrival_conclude(all, a, &result);
}

static void arrival_refuse(struct arrivals *all, struct arrival *a, enum reason reason)
{
	arrival_refuse_for(all, a, reason, NULL);
}

/* The limit is for the response as a whole, over all its judgements. */
static bool is_within_budget(struct parked *parked, const struct gate_result *result)
{
	parked->work += result->work;
	return parked->fetches++ < LIMIT_FETCHES && parked->work <= LIMIT_WORK_ALL;
}

/* On a slow link the keys come after one round trip, not after one for each link of the chain. A
 * server that is not asked to recurse has no keys but its own. */
static void fetch_ahead(struct arrivals *all, struct arrival *a, const struct want *want)
{
	struct gates *gates = all->gates;
	struct gate *gate = want->is_dateless ? &gates->dateless.gate : &gates->gate;
	struct ahead ahead;

	if (!(a->asked->flags & FLAG_RD) && all->config->sources.resolver_count == 0)
		return;
	gate_look_ahead(gate, a->message, want, all->turn->now_s, &ahead);
	for (unsigned i = 0; i < ahead.count && a->parked->fetches_ahead < LIMIT_AHEAD_ALL; i++) {
		a->parked->fetches_ahead++;
		all->asker.fetch_soon(all->asker.context, &ahead.wants[i], &a->server);
	}
}

/* An attacker can cause each of these refusals for another client. So each is held back first
 * (arrival_conclude()):
 * - no time: an attacker holds back the keys, or makes the true response wait until its deadline;
 * - no room: clients ask much for names whose keys cannot be had, up to their share (park.h); or an
 *   attacker answers one question several times before the server, which the carrier limits;
 * - no budget: an attacker answers with many signatures;
 * - no fetch: a client asks for many names of one zone without keys; the limit is for each zone. */
static void wait_for_keys(struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	const struct asker *asker = &all->asker;

	report_renewal(all->report, settle_reported(a), &result->want);
	if (a->may_not_wait) {
		arrival_refuse(all, a, REASON_FETCH_TIMEOUT);
	} else if (!a->parked && !arrival_park(all, a)) {
		/* fetched for the next try: the client will ask again */
		asker->fetch(asker->context, &result->want, &a->server, NULL);
		stats_count(&all->stats->parked_full);
		arrival_refuse(all, a, REASON_PARK_FULL);
	} else if (!is_within_budget(a->parked, result)) {
		arrival_refuse(all, a, REASON_BUDGET);
	} else if (!asker->fetch(asker->context, &result->want, &a->server, a->parked)) {
		stats_count(&all->stats->fetches_full);
		arrival_refuse(all, a, REASON_FETCHES_FULL);
	} else {
		fetch_ahead(all, a, &result->want);
	}
}

/* ---- The clock ---- */

static void wait_for_clock(struct arrivals *all, struct arrival *a)
{
	bool may_wait = all->config->waits_for_clock && !a->may_not_wait;

	if (may_wait && (a->parked || arrival_park(all, a))) {
		parked_move(a->parked, &all->clockless);
		return;
	}
	stats_count(&all->stats->responses_clockless);
	arrival_refuse(all, a, REASON_CLOCK_NOT_SET);
}

/* Returns false if the response is to be judged. */
static bool clock_takes(struct arrivals *all, struct arrival *a)
{
	switch (unset_clock_rule(all->turn->clock, all->config->policy, a->asked)) {
	case CLOCK_JUDGES:
		return false;
	case CLOCK_PASSES:
		if (!judge_instead(all, a))
			settle_pass(all, a, EXEMPT_CLOCK);
		return true;
	case CLOCK_WAITS:
		break;
	}
	wait_for_clock(all, a);
	return true;
}

/* Judges again, without dates, a response that was refused because of its dates. Returns false if
 * it stays refused. */
static bool clock_excuses(
        struct arrivals *all, struct arrival *a, const struct gate_result *refused)
{
	struct writer out = writer_over(all->dateless_octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (!unset_clock_doubts(all->turn->clock, all->config->policy, a->asked, refused))
		return false;
	gate_judge(
	        &all->gates->dateless.gate, a->asked, a->message, all->turn->now_s, &out, &result);
	if (result.verdict == GATE_WANT) {
		wait_for_keys(all, a, &result);
		return true;
	}
	if (!unset_clock_excuses(&result))
		return false;
	if (settle_is_observed(a, &result))
		return true;
	report_unjudged(all->report, settle_reported(a), EXEMPT_DATES, 0);
	settle_passed(all, a, &result);
	return true;
}

/* ---- Servers without EDNS or signatures ---- */

static bool ask_again(struct arrivals *all, struct arrival *a, enum reask_how how)
{
	return !a->may_not_wait && a->carrier->may_ask(a, how) &&
	       (a->parked || arrival_park(all, a)) &&
	       all->asker.ask_again(all->asker.context, a->parked, how);
}

void arrival_doubt_letters(struct arrivals *all, struct arrival *a)
{
	if (ask_again(all, a, REASK_LETTERS))
		return;
	stats_count(&all->stats->letters_dropped);
	a->carrier->drop(a);
}

bool arrival_asks_again(struct arrivals *all, struct arrival *a, const struct message *response)
{
	struct fallback fallback =
	        server_fallback_came(all->fallback, &a->server, a->asked, response);

	if (fallback.reask == REASK_NOT)
		return false;
	if (ask_again(all, a, fallback.reask))
		return true;
	/* No question is free, or this one was asked barely before. A client that believed the
	 * error would ask without EDNS from now on. sealgate sets DO in those queries and judges
	 * the answers, so no forgery passes; but a client that validates itself would get no
	 * signatures. So an attacker who forges errors, and has all questions in use or stops the
	 * answers to them, gains SERVFAIL for this query, and nothing that lasts. */
	if (fallback.reask != REASK_BARELY)
		return false;
	a->is_unconfirmed = true;
	arrival_refuse(all, a, REASON_NO_EDNS);
	return true;
}

/* Returns false if nothing can have been withheld, or if the query cannot be asked again. */
static bool ask_for_withheld(
        struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	size_t len = a->message.len;
	uint8_t *denial = withheld_denial(all, a, result);

	if (!denial || !ask_again(all, a, REASK_MADE)) {
		free(denial);
		return false;
	}
	a->parked->denial = denial;
	a->parked->denial_len = len;
	return true;
}

/* ---- Judging ---- */

/* True if the response was judged before, so its lack of signatures was counted. */
static bool is_known(const struct arrival *a)
{
	return (a->parked && a->parked->is_held_back) ||
	       arrival_was_reasked(a, REASK_SIGNED | REASK_ONCE_MORE);
}

/* What is known to be signed and comes without signatures is Bogus, whatever the server does. */
static void conclude_judged(
        struct arrivals *all, struct arrival *a, struct gate_result *result, struct writer *out)
{
	if (clock_excuses(all, a, result) || (!a->is_bare && ask_for_withheld(all, a, result)))
		return;
	/* a primary may be unsigned, and a server that was not asked for signatures has left none
	 * out */
	if (a->is_bare || settle_unproved(all, a, result) == EXEMPT_SOA) {
		arrival_conclude(all, a, result);
		return;
	}
	second_answer_note(all, a, result);
	const struct judged_response judged = { a->asked, a->message, result, is_known(a) };
	struct fallback fallback = server_fallback_judged(all->fallback, &a->server, &judged);
	if (fallback.reask != REASK_NOT && !arrival_was_reasked(a, REASK_ONCE_MORE) &&
	        ask_again(all, a, fallback.reask))
		return;
	if (fallback.habit != REASON_NONE)
		gate_add_habit(a->asked, fallback.habit, out, result);
	arrival_conclude(all, a, result);
}

/* False if something else is to be judged. A referral and what a DNS64 made up have records without
 * signatures. */
static bool is_good_enough(const struct arrival *a, const struct gate_result *result)
{
	if (a->instead.len == 0)
		return true;
	if (a->parked->is_large)
		return result->outcome.status == STATUS_SECURE && result->exemption == EXEMPT_NOT;
	return result->verdict == GATE_ACCEPT || result->verdict == GATE_REWRITE;
}

/* The client gets the denial, which is proved. But somebody made up a record that is none: an
 * attacker, or a DNS64 that answers with other addresses. The operator must see that as for any
 * Bogus response. */
static void tell_of_made_up(
        struct arrivals *all, const struct arrival *a, const struct gate_result *result)
{
	if (a->instead.len > 0 && a->parked->has_made && result->outcome.status == STATUS_BOGUS &&
	        !all->config->monitors)
		report_judged(all->report, settle_reported(a), result);
}

static void arrival_judge(struct arrivals *all, struct arrival *a)
{
	struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (all->turn->is_paused) {
		if (!judge_instead(all, a))
			settle_pass(all, a, EXEMPT_PAUSE);
		return;
	}
	if (clock_takes(all, a))
		return;
	gates_set_source(all->gates, &a->server);
	gate_judge(&all->gates->gate, a->asked, a->message, all->turn->now_s, &out, &result);
	if (result.verdict == GATE_WANT) {
		wait_for_keys(all, a, &result);
		return;
	}
	bool is_good = is_good_enough(a, &result);
	if (!is_good)
		tell_of_made_up(all, a, &result);
	if (is_good || !judge_instead(all, a))
		conclude_judged(all, a, &result, &out);
}

void arrival_take(
        struct arrivals *all, struct arrival *a, const struct message *response, uint8_t *octets)
{
	struct gate_result result;

	if (all->turn->is_paused || withheld_is_possible(all, a, response) ||
	        !gate_recall(
	                &all->gates->gate, a->asked, response, octets, all->turn->now_s, &result)) {
		arrival_judge(all, a);
		return;
	}
	stats_count(&all->stats->responses_recalled);
	a->is_changed = a->is_changed || result.verdict == GATE_REWRITE;
	settle_response(all, a, &result);
}

/* A response to a signed query is signed (RFC 8945, 5.3). If it is not signed, it is judged: an
 * attacker who sees a query could send a copy of it with a TSIG of any kind. */
static bool may_pass_whole(enum exemption exemption, const struct message *response)
{
	return exemption != EXEMPT_TSIG || response->is_signed;
}

void arrival_pass_unjudged(struct arrivals *all, struct arrival *a, enum query_kind kind,
        const struct message *response)
{
	enum exemption exemption = query_exemption(kind);
	struct span octets = a->message;

	if (kind == QUERY_QUESTIONS) {
		struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
		many_questions_refuse(a->asked, &out);
		settle_deliver(a, writer_span(&out), &all->stats->responses_formerr);
		return;
	}
	if (exemption == EXEMPT_EMPTY) {
		settle_pass(all, a, exemption);
		return;
	}
	if (!may_pass_whole(exemption, response)) {
		arrival_judge(all, a);
		return;
	}
	const struct gate_result passed = { .verdict = GATE_ACCEPT,
		.outcome = outcome_of(STATUS_INSECURE, REASON_NOT_ANSWER),
		.exemption = exemption };
	if (settle_is_observed(a, &passed))
		return;
	report_done(all->report, settle_reported(a), &passed);
	if (exempts[exemption].may_pass == PASS_ALL && (response->flags & FLAG_AD)) {
		memcpy(all->octets, octets.base, octets.len);
		put_u16(all->octets + 2, response->flags & (uint16_t)~FLAG_AD);
		octets.base = all->octets;
	}
	settle_deliver(a, octets, &all->stats->passed[exemption]);
}

void arrival_again(struct arrivals *all, struct arrival *a, bool in_time)
{
	bool has_message = a->parked && reasked_has_message(a->parked);

	/* otherwise it would be judged again at once, and wait again, for ever */
	a->may_not_wait = a->may_not_wait || !in_time;
	if (a->parked)
		reasked_take(all, a);
	if (reasked_is_bare_unanswered(a) && !all->turn->is_paused) {
		arrival_refuse(all, a, REASON_NO_EDNS);
		return;
	}
	if (in_time || has_message || all->turn->is_paused) {
		arrival_judge(all, a);
		return;
	}
	struct want late;
	bool is_late = a->parked && all->asker.tell_late(all->asker.context, a->parked, &late);
	bool is_clockless = all->turn->clock == CLOCK_NOT_SET;

	stats_count(&all->stats->parked_timeouts);
	arrival_refuse_for(all, a, is_clockless ? REASON_CLOCK_NOT_SET : REASON_FETCH_TIMEOUT,
	        is_late ? &late : NULL);
}
