/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done while the clock is not set, or may be wrong: by a wrong clock no signature holds,
 * and the names of the time servers, without which it will not be set, would be refused with the
 * rest.
 *
 * Anybody can have such a name asked for, by an image in a page, and an attacker on the way can
 * answer with records of other names, too. So nothing passes but records at and below the names
 * that the operator has listed, and these live for minutes (gate/exempt.h). */
#include "worker/unset_clock.h"

static bool is_of_time_server(const struct policy *policy, const struct client_query *asked)
{
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	return !c.bad && namelist_covers(policy->time_servers, &name);
}

enum clock_ruling unset_clock_rule(
        enum clock_state state, const struct policy *policy, const struct client_query *asked)
{
	if (state != CLOCK_NOT_SET || policy->mode == MODE_MONITOR)
		return CLOCK_JUDGES;
	return is_of_time_server(policy, asked) ? CLOCK_PASSES : CLOCK_WAITS;
}

/* The dates are looked at before any signature is checked, so a signature made up yields this
 * reason as well as one that has expired. That is why it excuses nothing: it only has the response
 * judged again. */
bool unset_clock_doubts(enum clock_state state, const struct policy *policy,
        const struct client_query *asked, const struct gate_result *refused)
{
	enum reason reason = refused->outcome.reason;
	bool is_for_dates = refused->verdict == GATE_SERVFAIL &&
	                    (reason == REASON_RRSIG_EXPIRED || reason == REASON_RRSIG_NOT_YET);

	return state == CLOCK_UNSYNCHRONISED && is_for_dates && is_of_time_server(policy, asked);
}

/* Secure is what the zone has signed once. Insecure is what the zones above it have signed once to
 * be unsigned: the pool of time servers is, and could not be asked otherwise. */
bool unset_clock_excuses(const struct gate_result *dateless)
{
	return dateless->exemption == EXEMPT_DATES && dateless->outcome.status <= STATUS_INSECURE &&
	       dateless->verdict != GATE_SERVFAIL;
}
