/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/settle.h"

#include "fetch/exchange.h"
#include "worker/gates.h"

bool settle_is_observed(struct arrival *a, const struct gate_result *result)
{
	if (!a->carrier->observe)
		return false;
	a->carrier->observe(a, result);
	return true;
}

struct reported settle_reported(const struct arrival *a)
{
	return (struct reported){ a->asked, &a->server, a->client };
}

void settle_deliver(struct arrival *a, struct span octets, uint64_t *counter)
{
	stats_count(counter);
	a->carrier->deliver(a, octets);
}

void settle_passed(struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	bool is_changed = result->verdict == GATE_REWRITE;

	report_done(all->report, settle_reported(a), result);
	stats_count(&all->stats->passed[result->exemption]);
	settle_deliver(a, is_changed ? result->octets : a->message,
	        is_changed ? &all->stats->responses_rewritten : &all->stats->responses_accepted);
}

void settle_pass(struct arrivals *all, struct arrival *a, enum exemption exemption)
{
	struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
	struct gate_result result;

	gate_pass(&all->gates->gate, a->asked, a->message, exemption, &out, &result);
	if (settle_is_observed(a, &result))
		return;
	report_unjudged(all->report, settle_reported(a), exemption, result.filter_ede);
	if (result.verdict == GATE_SERVFAIL)
		settle_deliver(a, result.octets, &all->stats->responses_servfail);
	else
		settle_passed(all, a, &result);
}

/* What is refused because the clock is not set was not held back, so no part of it passes: an
 * attacker may have been first. */
enum exemption settle_unproved(
        struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	if (result->outcome.status < STATUS_INDETERMINATE || result->verdict == GATE_DROP ||
	        result->outcome.reason == REASON_CLOCK_NOT_SET)
		return EXEMPT_NOT;
	return gate_unproved(&all->gates->gate, a->asked, a->message);
}

/* A part that passes of what was refused is no alarm, whatever mode it is. */
void settle_response(struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	enum exemption unproved = settle_unproved(all, a, result);

	if (result->filter_ede)
		stats_count(&all->stats->responses_filtered);
	if (unproved != EXEMPT_NOT && result->verdict == GATE_SERVFAIL) {
		settle_pass(all, a, unproved);
		return;
	}
	if (settle_is_observed(a, result))
		return;
	if (unproved == EXEMPT_NOT && result->verdict != GATE_DROP)
		report_judged(all->report, settle_reported(a), result);
	switch (result->verdict) {
	case GATE_ACCEPT:
	case GATE_REWRITE:
		settle_passed(all, a, result);
		break;
	case GATE_SERVFAIL:
		report_done(all->report, settle_reported(a), result);
		settle_deliver(a, result->octets, &all->stats->responses_servfail);
		break;
	case GATE_WANT: /* nothing is fetched for a response that is refused */
	case GATE_DROP:
		stats_count(&all->stats->responses_dropped);
		a->carrier->drop(a);
		break;
	}
}
