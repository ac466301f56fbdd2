/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/second_answer.h"

#include <stdlib.h>

#include "trust/chain.h"
#include "worker/gates.h"
#include "worker/server_fallback.h"

/* Asks another server only if the operator has it assist. Returns false if a limit is reached. */
static bool ask_once_more(struct arrivals *all, struct arrival *a, const struct refused *refused,
        enum once_more_where where)
{
	uint64_t tag = once_more_take(&all->once_more, refused, all->turn->now_ms);

	if (tag == 0)
		stats_count(&all->stats->once_more_limited);
	/* a response that was held back waits elsewhere now */
	if (tag == 0 || ((!a->parked || a->parked->is_held_back) && !arrival_park(all, a)))
		return false;
	a->parked->once_more_tag = tag;
	a->parked->may_ask_elsewhere = where == ONCE_MORE_OTHER && all->fallback->can_assist;
	return all->asker.ask_again(all->asker.context, a->parked, REASK_ONCE_MORE);
}

bool second_answer_is_asked(
        struct arrivals *all, struct arrival *a, const struct gate_result *result)
{
	struct message m;
	struct chain chain;

	if (a->is_bare || result->outcome.status != STATUS_BOGUS ||
	        arrival_was_reasked(a, REASK_ONCE_MORE | REASK_SIGNED) ||
	        !message_parse(&m, a->message, all->fallback->rrs, MESSAGE_RRS_MAX))
		return false;
	chain_find(all->gates->gate.store, &result->culprit.name, all->turn->now_s, &chain);
	const struct refused refused = { result, a->asked, &m, &a->server, a->client, &chain.zone };
	enum once_more_where where = once_more_helps(&refused);
	return where != ONCE_MORE_NOT && a->carrier->may_ask(a, REASK_ONCE_MORE) &&
	       ask_once_more(all, a, &refused, where);
}

void second_answer_take(struct arrivals *all, struct arrival *a)
{
	struct parked *parked = a->parked;
	struct message m;

	if (message_parse(&m, span_of(parked->proof, parked->proof_len), all->fallback->rrs,
	            MESSAGE_RRS_MAX) &&
	        gate_is_answer(&m)) {
		parked_replace(parked, parked->proof, parked->proof_len);
		a->message = span_of(parked->whole, parked->whole_len);
	} else {
		free(parked->proof);
	}
	parked->proof = NULL;
}

void second_answer_note(
        struct arrivals *all, const struct arrival *a, const struct gate_result *result)
{
	bool has_helped = result->outcome.status <= STATUS_INSECURE && !result->is_failure;

	if (!a->parked || a->parked->once_more_tag == 0)
		return;
	if (has_helped)
		stats_count(&all->stats->once_more_helped);
	once_more_note(&all->once_more, a->parked->once_more_tag, has_helped, all->turn->now_ms);
	a->parked->once_more_tag = 0;
}
