/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/reasked.h"

#include "worker/merge.h"
#include "worker/second_answer.h"
#include "worker/server_fallback.h"
#include "worker/withheld.h"

bool reasked_has_message(const struct parked *parked)
{
	return parked->waits_for & (REASK_WHOLE | REASK_BARELY | REASK_ONCE_MORE | REASK_MADE);
}

void reasked_take(struct arrivals *all, struct arrival *a)
{
	struct parked *parked = a->parked;
	enum reask_how how = parked->came_by;

	parked->came_by = REASK_NOT;
	if (how == REASK_BARELY)
		server_fallback_came_bare(all->fallback, &a->server, a->message);
	if (parked->denial && !parked->has_made)
		withheld_take(all, a);
	if (parked->has_made)
		a->instead = span_of(parked->denial, parked->denial_len);
	if (parked->proof && how == REASK_ONCE_MORE)
		second_answer_take(all, a);
	else if (parked->proof)
		merge_proof(all, a);
}

bool reasked_is_bare_unanswered(const struct arrival *a)
{
	return a->is_unconfirmed ||
	       (arrival_was_reasked(a, REASK_BARELY) && !parked_is_replaced(a->parked));
}
