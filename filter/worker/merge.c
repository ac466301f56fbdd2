/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/merge.h"

#include "fetch/exchange.h"
#include "gate/assist.h"

struct span merge_signed(const struct arrivals *all, struct span octets, struct span signed_octets)
{
	struct writer out = writer_over(all->octets, EXCHANGE_ANSWER_MAX);
	struct message came, signed_one;

	if (!message_parse(&came, octets, all->response_rrs, MESSAGE_RRS_MAX) ||
	        !message_parse(&signed_one, signed_octets, all->proof_rrs, MESSAGE_RRS_MAX) ||
	        !assist_merge(&came, &signed_one, &out))
		return span_of(all->octets, 0);
	return writer_span(&out);
}
