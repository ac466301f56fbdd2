/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done while the clock is not set, or may be wrong: by a wrong clock no signature holds,
 * and the names of the time servers, without which it will not be set, would be refused with the
 * rest.
 *
 * Anybody can have such a name asked for, by an image in a page, and an attacker on the way can
 * answer with records of other names, too. So nothing passes but records at and below the names
 * that the operator has listed, and these live for minutes (gate/exempt.h). */
#include "worker/unset_clock.h"

#include "worker/arrival.h"
#include "worker/worker_private.h"

static bool is_of_time_server(const struct worker *w, const struct arrival *a)
{
	struct cursor c = cursor_over(span_of(a->asked->question, a->asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	return !c.bad && namelist_covers(w->config.policy->time_servers, &name);
}

static void wait_or_refuse(struct worker *w, struct arrival *a)
{
	bool may_wait = w->config.waits_for_clock && !a->may_not_wait;

	if (may_wait && (a->parked || arrival_park(w, a))) {
		parked_move(a->parked, &w->clockless);
		return;
	}
	stats_count(&w->stats.responses_clockless);
	arrival_refuse(w, a, REASON_CLOCK_NOT_SET);
}

bool unset_clock_takes(struct worker *w, struct arrival *a)
{
	if (w->clock != CLOCK_NOT_SET || w->config.policy->mode == MODE_MONITOR)
		return false;
	if (is_of_time_server(w, a))
		arrival_pass(w, a, EXEMPT_CLOCK);
	else
		wait_or_refuse(w, a);
	return true;
}

/* The dates are looked at before any signature is checked, so a signature made up yields this
 * reason as well as one that has expired. That is why it excuses nothing: it only has the response
 * judged again. */
static bool is_refused_for_dates(const struct gate_result *result)
{
	enum reason reason = result->outcome.reason;

	return result->verdict == GATE_SERVFAIL &&
	       (reason == REASON_RRSIG_EXPIRED || reason == REASON_RRSIG_NOT_YET);
}

/* Secure is what the zone has signed once. Insecure is what the zones above it have signed once to
 * be unsigned: the pool of time servers is, and could not be asked otherwise. */
bool unset_clock_excuses(struct worker *w, struct arrival *a, const struct gate_result *refused)
{
	struct writer out = writer_over(w->dateless.octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	if (w->clock != CLOCK_UNSYNCHRONISED || !is_refused_for_dates(refused) ||
	        !is_of_time_server(w, a))
		return false;
	w->dateless.store.source = w->store.source;
	gate_judge(&w->dateless.gate, a->asked, a->message, w->now_s, &out, &result);
	if (result.verdict == GATE_WANT)
		arrival_wait(w, a, &result);
	else if (result.exemption == EXEMPT_DATES && result.outcome.status <= STATUS_INSECURE &&
	         result.verdict != GATE_SERVFAIL)
		arrival_excuse(w, a, &result);
	else
		return false;
	return true;
}
