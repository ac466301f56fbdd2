/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By a wrong clock no signature is valid. Then the names of the time servers would be refused with
 * all others, and the clock would never be set.
 *
 * An attacker can have such a name asked for, by an image in a page, and on the way can answer with
 * records of other names, too. So only records at and below the names that the operator has listed
 * pass, and they live for minutes (gate/exempt.h). */
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
	if (state != CLOCK_NOT_SET)
		return CLOCK_JUDGES;
	return is_of_time_server(policy, asked) ? CLOCK_PASSES : CLOCK_WAITS;
}

/* The dates are checked before the signature is, so a forged signature yields this reason as well
 * as one that has expired. So the reason excuses nothing: it only has the response judged again. */
bool unset_clock_doubts(enum clock_state state, const struct policy *policy,
        const struct client_query *asked, const struct gate_result *refused)
{
	enum reason reason = refused->outcome.reason;
	bool is_for_dates = refused->verdict == GATE_SERVFAIL &&
	                    (reason == REASON_RRSIG_EXPIRED || reason == REASON_RRSIG_NOT_YET);

	return state == CLOCK_UNSYNCHRONISED && is_for_dates && is_of_time_server(policy, asked);
}

/* A Secure response was signed by its zone at some time. For an Insecure one, a zone above it once
 * signed that its zone is unsigned: the pool of time servers is such a zone, and could not be asked
 * otherwise. */
bool unset_clock_excuses(const struct gate_result *dateless)
{
	return dateless->exemption == EXEMPT_DATES && dateless->outcome.status <= STATUS_INSECURE &&
	       dateless->verdict != GATE_SERVFAIL;
}
