/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/merge.h"

#include <stdlib.h>

#include "fetch/exchange.h"
#include "gate/assist.h"

bool merge_replace(const struct arrivals *all, struct parked *parked, struct span octets,
        struct span signed_octets)
{
	struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
	struct message came, signed_one;

	return message_parse(&came, octets, all->response_rrs, MESSAGE_RRS_MAX) &&
	       message_parse(&signed_one, signed_octets, all->proof_rrs, MESSAGE_RRS_MAX) &&
	       assist_merge(&came, &signed_one, &out) &&
	       parked_replace_by_copy(parked, writer_span(&out));
}

void merge_proof(struct arrivals *all, struct arrival *a)
{
	struct parked *parked = a->parked;

	if (merge_replace(all, parked, a->message, span_of(parked->proof, parked->proof_len))) {
		stats_count(&all->stats->assisted);
		a->message = span_of(parked->whole, parked->whole_len);
	}
	free(parked->proof);
	parked->proof = NULL;
}
