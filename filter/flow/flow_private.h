/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to flow.c and flow_find.c. */
#ifndef FLOW_FLOW_PRIVATE_H
#define FLOW_FLOW_PRIVATE_H

#include "base/spill.h"
#include "flow/flow.h"

/* Octets that a flow stores at most: the question, and what the signer needs. */
#define KEPT_MAX (QUESTION_MAX + sizeof(struct packed_signing))

static inline bool is_of_hash(const void *entry, const void *hash)
{
	return wide_hash_has_rest(hash, ((const struct flow *)entry)->key_rest);
}

static inline bool has_question(
        const struct flow_table *t, const struct flow *flow, struct span question)
{
	uint8_t octets[QUESTION_MAX];

	if (flow->question_len != question.len)
		return false;
	spill_get(&t->table, flow->more, flow->octets, FLOW_OCTETS, octets, question.len);
	return span_equal(span_of(octets, question.len), question);
}

static inline struct span question_span(const struct client_query *asked)
{
	return span_of(asked->question, asked->question_len);
}

/* True if the flow was answered in this turn. */
static inline bool is_gone(const struct flow *flow)
{
	return flow->expires_ms == 0;
}

#endif
