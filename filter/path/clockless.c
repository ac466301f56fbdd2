/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done while the clock is not set, or may be wrong: by a wrong clock no signature holds,
 * and the names of the time servers, without which it will not be set, would be refused with the
 * rest. */
#include "path/inside.h"

static bool is_of_time_server(const struct worker *w, const struct arrival *a)
{
	struct cursor c = cursor_over(span_of(a->asked->question, a->asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	return !c.bad && namelist_covers(w->config.before_clock, &name);
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

bool clock_takes(struct worker *w, struct arrival *a)
{
	if (w->clock != CLOCK_NOT_SET || w->config.policy->mode == MODE_MONITOR)
		return false;
	if (is_of_time_server(w, a))
		arrival_pass(w, a, REASON_CLOCK_NOT_SET, &w->stats.responses_before_clock);
	else
		wait_or_refuse(w, a);
	return true;
}

bool clock_excuses(
        const struct worker *w, const struct arrival *a, const struct gate_result *result)
{
	enum reason reason = result->outcome.reason;

	return w->clock == CLOCK_UNSYNCHRONISED && result->verdict == GATE_SERVFAIL &&
	       (reason == REASON_RRSIG_EXPIRED || reason == REASON_RRSIG_NOT_YET) &&
	       is_of_time_server(w, a);
}
