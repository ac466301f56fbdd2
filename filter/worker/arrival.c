/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/arrival.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "gate/assist.h"
#include "worker/learning.h"
#include "worker/report.h"
#include "worker/unset_clock.h"
#include "worker/worker_private.h"

static void deliver(struct worker *w, struct arrival *a, struct span octets, uint64_t *counter)
{
	stats_count(counter);
	a->carrier->deliver(w, a, octets);
}

/* Delivers what the gate lets pass, and counts by what. */
static void deliver_passed(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	bool is_changed = result->verdict == GATE_REWRITE;

	stats_count(&w->stats.passed[result->exemption]);
	deliver(w, a, is_changed ? result->octets : a->message,
	        is_changed ? &w->stats.responses_rewritten : &w->stats.responses_accepted);
}

/* Does what the gate came to. */
static void settle(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	if (result->verdict != GATE_DROP)
		report_judged(w, a, result);
	switch (result->verdict) {
	case GATE_ACCEPT:
	case GATE_REWRITE:
		deliver_passed(w, a, result);
		break;
	case GATE_SERVFAIL:
		deliver(w, a, result->octets, &w->stats.responses_servfail);
		break;
	case GATE_WANT: /* nothing is fetched for what is refused */
	case GATE_DROP:
		stats_count(&w->stats.responses_dropped);
		a->carrier->drop(w, a);
		break;
	}
}

/* Anybody could have sent it, so somebody may have. An attacker who sees the query, or guesses its
 * port and id, can answer first: Bogus; with a failure; with what is so long to judge that the
 * budget ends; with what waits for keys until there is no room or no time. So nothing of that ends
 * a question before the true response had its time. */
static bool is_doubtful(const struct worker *w, const struct gate_result *result)
{
	return w->config.policy->mode == MODE_ENFORCE &&
	       (result->verdict == GATE_SERVFAIL || result->is_failure);
}

/* Settles it, unless something better may still come. */
static void conclude(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	if (a->is_last || !is_doubtful(w, result) || !a->carrier->hold_back(w, a))
		settle(w, a, result);
}

/* While the clock is not set no response is better than another. */
static void refuse(struct worker *w, struct arrival *a, enum reason reason)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	gate_refuse(&w->gate, a->asked, a->message, reason, &out, &result);
	a->is_last = a->is_last || reason == REASON_CLOCK_NOT_SET;
	conclude(w, a, &result);
}

static bool park(struct worker *w, struct arrival *a)
{
	if (!a->carrier->park(w, a))
		return false;
	stats_count(&w->stats.parked);
	return true;
}

/* What a response may cost, it may cost once, however often it is judged again. */
static bool may_go_on(struct parked *parked, const struct gate_result *result)
{
	parked->verifications += result->verifications;
	return parked->fetches++ < LIMIT_FETCHES &&
	       parked->verifications <= LIMIT_VERIFICATIONS_ALL;
}

/* Each of these ends is one that somebody can bring about for others, and so none of them answers
 * before its grace is over (conclude()):
 * - no time: who holds back the keys, or has the true response wait as long;
 * - no room: clients that ask much for what has no keys, up to their share (park.h); and for one
 *   question who answers it several times before the server, which its carrier sees to;
 * - no budget: who answers with many signatures;
 * - no fetch: who asks for many names of one zone without keys; other zones have their fetches. */
static void wait_for_keys(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	if (a->may_not_wait) {
		refuse(w, a, REASON_FETCH_TIMEOUT);
	} else if (!a->parked && !park(w, a)) {
		/* the client asks again, and then what it wants is known */
		fetcher_want(&w->fetcher, &result->want, &a->server, NULL, w->now_ms);
		stats_count(&w->stats.parked_full);
		refuse(w, a, REASON_PARK_FULL);
	} else if (!may_go_on(a->parked, result)) {
		refuse(w, a, REASON_BUDGET);
	} else if (!fetcher_want(&w->fetcher, &result->want, &a->server, a->parked, w->now_ms)) {
		stats_count(&w->stats.fetches_full);
		refuse(w, a, REASON_FETCHES_FULL);
	}
}

static void pass(struct worker *w, struct arrival *a, enum exemption exemption)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	report_unjudged(w, a, exemption);
	gate_pass(&w->gate, a->asked, a->message, exemption, &out, &result);
	if (result.verdict == GATE_SERVFAIL)
		deliver(w, a, result.octets, &w->stats.responses_servfail);
	else
		deliver_passed(w, a, &result);
}

/* ---- The clock ---- */

static void wait_for_clock(struct worker *w, struct arrival *a)
{
	bool may_wait = w->config.waits_for_clock && !a->may_not_wait;

	if (may_wait && (a->parked || park(w, a))) {
		parked_move(a->parked, &w->clockless);
		return;
	}
	stats_count(&w->stats.responses_clockless);
	refuse(w, a, REASON_CLOCK_NOT_SET);
}

/* Returns false if the response is to be judged. */
static bool clock_takes(struct worker *w, struct arrival *a)
{
	switch (unset_clock_rule(w->clock, w->config.policy, a->asked)) {
	case CLOCK_JUDGES:
		return false;
	case CLOCK_PASSES:
		pass(w, a, EXEMPT_CLOCK);
		return true;
	case CLOCK_WAITS:
		break;
	}
	wait_for_clock(w, a);
	return true;
}

/* Judges without dates what was refused for them. Returns false if it stays refused. */
static bool clock_excuses(struct worker *w, struct arrival *a, const struct gate_result *refused)
{
	struct writer out = writer_over(w->dateless.octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (!unset_clock_doubts(w->clock, w->config.policy, a->asked, refused))
		return false;
	w->dateless.store.source = w->store.source;
	gate_judge(&w->dateless.gate, a->asked, a->message, w->now_s, &out, &result);
	if (result.verdict == GATE_WANT) {
		wait_for_keys(w, a, &result);
		return true;
	}
	if (!unset_clock_excuses(&result))
		return false;
	report_unjudged(w, a, EXEMPT_DATES);
	deliver_passed(w, a, &result);
	return true;
}

/* ---- Servers without EDNS or signatures ---- */

static bool ask_again(struct worker *w, struct arrival *a, enum reask_how how)
{
	return !a->may_not_wait && (a->parked || park(w, a)) &&
	       reasks_want(&w->reasks, a->parked, how, w->now_ms);
}

/* Returns false if nothing is to be done about the server. */
static bool fall_back(struct worker *w, struct arrival *a, const struct fallback *fallback)
{
	if (fallback->reask != REASK_NOT && ask_again(w, a, fallback->reask))
		return true;
	if (fallback->refusal == REASON_NONE)
		return false;
	refuse(w, a, fallback->refusal);
	return true;
}

bool arrival_asks_again(struct worker *w, struct arrival *a, const struct message *response)
{
	struct fallback fallback =
	        server_fallback_came(&w->fallback, &a->server, a->asked, response);

	return fall_back(w, a, &fallback);
}

/* Returns the merged message in the worker's buffer; of length 0 if the two do not fit together. */
static struct span merge(struct worker *w, struct span octets, struct span signed_octets)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct message came, signed_one;

	if (!message_parse(&came, octets, w->rrs, MESSAGE_RRS_MAX) ||
	        !message_parse(&signed_one, signed_octets, w->fallback.rrs, MESSAGE_RRS_MAX) ||
	        !assist_merge(&came, &signed_one, &out))
		return span_of(w->octets, 0);
	return writer_span(&out);
}

/* Puts the signatures that were had elsewhere to the records that came. */
static void prove(struct worker *w, struct arrival *a)
{
	struct parked *parked = a->parked;
	struct span merged = merge(w, a->message, span_of(parked->proof, parked->proof_len));
	uint8_t *copy = merged.len > 0 ? malloc(merged.len) : NULL;

	a->is_proved = true;
	free(parked->proof);
	parked->proof = NULL;
	if (!copy)
		return;
	stats_count(&w->stats.assisted);
	memcpy(copy, merged.base, merged.len);
	free(parked->whole);
	parked->whole = copy;
	parked->whole_len = merged.len;
	a->message = span_of(copy, merged.len);
}

/* ---- Judging ---- */

static void conclude_judged(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	if (clock_excuses(w, a, result))
		return;
	struct fallback fallback =
	        server_fallback_judged(&w->fallback, &a->server, a->asked, a->is_proved, result);
	if (!fall_back(w, a, &fallback))
		conclude(w, a, result);
}

void arrival_judge(struct worker *w, struct arrival *a)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (w->is_paused) {
		pass(w, a, EXEMPT_PAUSE);
		return;
	}
	if (clock_takes(w, a))
		return;
	learning_set_source(w, &a->server);
	gate_judge(&w->gate, a->asked, a->message, w->now_s, &out, &result);
	if (result.verdict == GATE_WANT)
		wait_for_keys(w, a, &result);
	else
		conclude_judged(w, a, &result);
}

void arrival_take(
        struct worker *w, struct arrival *a, const struct message *response, uint8_t *octets)
{
	struct gate_result result;

	if (w->is_paused || !gate_recall(&w->gate, a->asked, response, octets, w->now_s, &result)) {
		arrival_judge(w, a);
		return;
	}
	stats_count(&w->stats.responses_recalled);
	a->is_changed = result.verdict == GATE_REWRITE;
	settle(w, a, &result);
}

/* A response to a signed query is signed (RFC 8945, 5.3), or else it is one like any other: who
 * sees a query could put a TSIG of any kind to a copy of it. */
static bool may_pass_whole(enum exemption exemption, const struct message *response)
{
	return exemption != EXEMPT_TSIG || response->is_signed;
}

void arrival_pass_unjudged(
        struct worker *w, struct arrival *a, enum query_kind kind, const struct message *response)
{
	enum exemption exemption = query_exemption(kind);
	struct span octets = a->message;

	if (!may_pass_whole(exemption, response)) {
		arrival_judge(w, a);
		return;
	}
	if (exempts[exemption].may_pass == PASS_ALL && (response->flags & FLAG_AD)) {
		memcpy(w->octets, octets.base, octets.len);
		put_u16(w->octets + 2, response->flags & (uint16_t)~FLAG_AD);
		octets.base = w->octets;
	}
	deliver(w, a, octets, &w->stats.passed[exemption]);
}

void arrival_again(struct worker *w, struct arrival *a, bool in_time)
{
	if (a->parked && a->parked->proof)
		prove(w, a);
	if (in_time || w->is_paused) {
		arrival_judge(w, a);
		return;
	}
	stats_count(&w->stats.parked_timeouts);
	refuse(w, a, w->clock == CLOCK_NOT_SET ? REASON_CLOCK_NOT_SET : REASON_FETCH_TIMEOUT);
}
