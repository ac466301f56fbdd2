/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the flow that a response answers. */
#include "flow/flow_private.h"

static void read_asked(const struct flow *flow, struct client_query *asked)
{
	asked->id = flow->id;
	asked->flags = flow->flags;
	asked->udp_size = flow->udp_size;
	asked->question_len = flow->question_len;
	asked->has_edns = flow->has_edns;
	asked->dnssec_ok = flow->dnssec_ok;
	asked->has_extras = flow->has_extras;
	asked->has_newer_edns = flow->has_newer_edns;
	asked->passes_unjudged = flow->passes_unjudged;
	asked->sent_plain = flow->sent_plain;
	asked->iterator = flow->iterator;
	asked->precedes_transfer = flow->precedes_transfer;
}

void flow_read(const struct flow_table *t, const struct flow *flow, union flow_asked *asked)
{
	uint8_t octets[KEPT_MAX];
	struct packed_signing kept;

	read_asked(flow, &asked->client);
	if (!flow->is_signing) {
		spill_get(&t->table, flow->more, flow->octets, FLOW_OCTETS, asked->client.question,
		        flow->question_len);
		return;
	}
	spill_get(&t->table, flow->more, flow->octets, FLOW_OCTETS, octets,
	        flow->question_len + sizeof(kept));
	memcpy(asked->client.question, octets, flow->question_len);
	memcpy(&kept, octets + flow->question_len, sizeof(kept));
	flow_signing_unpack(&kept, &asked->signing);
}

/* True if a response may answer the flow by the interfaces that it takes; see flow_find(). This is
 * against an attacker beside a gateway who sees a query pass, and sends the gateway a copy of the
 * query that is exempt: the response to the copy leaves where the copy came in, so it does not
 * reach the client. The shortcut does not see where a query leaves, but its queries are always
 * judged. */
static bool is_way_back(const struct flow *flow, const struct flow_way *way)
{
	if (flow->is_signing)
		return way->in == flow->way.out;
	return way->out == flow->way.in &&
	       (way->in != flow->way.in || way->in == flow->way.out || flow->way.out == 0);
}

struct flow_search {
	const struct flow_table *table;
	const struct flow_key *key;
	const struct message *response;
	uint64_t now_ms;
	union flow_asked *asked;
	bool any_way, any_case;
};

static bool is_answered_by(const void *entry, const void *key)
{
	const struct flow *flow = entry;
	const struct flow_search *search = key;

	if (!is_of_hash(flow, &search->key->hash) || flow->is_over ||
	        flow->expires_ms <= search->now_ms ||
	        !(search->any_way || is_way_back(flow, &search->key->way)))
		return false;
	flow_read(search->table, flow, search->asked);
	return search->table->matches(search->response, search->asked, search->any_case);
}

static struct flow *find_answered(const struct flow_search *search)
{
	return table_find(
	        &search->table->table, wide_hash_begin(&search->key->hash), is_answered_by, search);
}

struct flow *flow_find(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms, union flow_asked *asked)
{
	struct flow_search search = { t, key, response, now_ms, asked, false, false };
	struct flow *flow = find_answered(&search);

	if (flow)
		return flow;
	search.any_case = true;
	return find_answered(&search);
}

bool flow_has_strayed(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms)
{
	union flow_asked asked;
	const struct flow_search search = { t, key, response, now_ms, &asked, true, true };

	return find_answered(&search) != NULL;
}

struct flow *flow_find_asked(
        const struct flow_table *t, const struct flow_key *key, const struct client_query *asked)
{
	const struct wide_hash *hash = &key->hash;
	struct flow *flow = table_find(&t->table, wide_hash_begin(hash), is_of_hash, hash);

	while (flow && !(!flow->is_over && !is_gone(flow) && is_way_back(flow, &key->way) &&
	                       has_question(t, flow, question_span(asked))))
		flow = table_find_next(&t->table, flow, is_of_hash, hash);
	return flow;
}
