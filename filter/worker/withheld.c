/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/withheld.h"

#include <stdlib.h>

#include "worker/merge.h"
#include "worker/server_fallback.h"
#include "worker/worker.h"

static bool asks_for_aaaa(const struct client_query *asked)
{
	static const uint8_t end[] = { 0, TYPE_AAAA, 0, CLASS_IN };

	return asked->question_len > sizeof(end) &&
	       memcmp(asked->question + asked->question_len - sizeof(end), end, sizeof(end)) == 0;
}

bool withheld_is_possible(
        const struct arrivals *all, const struct arrival *a, const struct message *response)
{
	const struct client_query *asked = a->asked;

	return all->config->policy->dns64_count > 0 && asks_for_aaaa(asked) && !asked->dnssec_ok &&
	       !asked->sent_plain && (asked->flags & FLAG_RD) &&
	       message_rcode(response) == RCODE_NOERROR && !(response->flags & FLAG_TC) &&
	       !message_has_type(response, TYPE_AAAA) &&
	       server_fallback_may_withhold(all->fallback, &a->server);
}

static uint8_t *response_copy(struct span octets)
{
	uint8_t *copy = malloc(octets.len);

	if (copy)
		memcpy(copy, octets.base, octets.len);
	return copy;
}

uint8_t *withheld_denial(
        const struct arrivals *all, const struct arrival *a, const struct gate_result *result)
{
	struct message m;

	if (all->config->policy->dns64_count == 0 || result->outcome.status != STATUS_SECURE ||
	        !asks_for_aaaa(a->asked) || (a->parked && (a->parked->reasked & REASK_MADE)) ||
	        !message_parse(&m, a->message, all->response_rrs, MESSAGE_RRS_MAX) ||
	        !withheld_is_possible(all, a, &m))
		return NULL;
	return response_copy(a->message);
}

/* True if the message has AAAA records, and all of them lie in the prefixes. */
static bool is_made_up(const struct arrivals *all, struct span octets)
{
	const struct policy *policy = all->config->policy;
	struct message m;
	bool has_any = false;

	if (!message_parse(&m, octets, all->response_rrs, MESSAGE_RRS_MAX))
		return false;
	for (unsigned i = 0; i < m.rr_count; i++) {
		const struct rr *rr = &m.rrs[i];
		if (rr->section != SECTION_ANSWER || rr->type != TYPE_AAAA)
			continue;
		if (!networks_have(policy->dns64, policy->dns64_count, message_rdata(&m, rr)))
			return false;
		has_any = true;
	}
	return has_any;
}

static void take_denial(struct parked *parked)
{
	parked_replace(parked, parked->denial, parked->denial_len);
	parked->denial = NULL;
	parked->has_made = false;
}

/* The second answer has neither signatures nor a proof: those of the first one are added. */
void withheld_take(struct arrivals *all, struct arrival *a)
{
	struct parked *parked = a->parked;
	struct span denial = span_of(parked->denial, parked->denial_len);
	struct span made = parked_message(parked, denial);

	bool is_made = parked_is_replaced(parked) && is_made_up(all, made);
	server_fallback_note_made(all->fallback, &a->server, is_made);
	parked->has_made = is_made && merge_replace(all, parked, made, denial);
	if (!parked->has_made)
		take_denial(parked);
	a->message = span_of(parked->whole, parked->whole_len);
}

void withheld_take_back(struct parked *parked)
{
	if (parked->has_made)
		take_denial(parked);
}
