/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/flow.h"

#include <assert.h>

#include "base/spill.h"
#include "flow/flow_kept.h"
#include "flow/flow_private.h"
#include "gate/gate.h"

_Static_assert(QUERY_QUESTIONS < 8, "the kind of a flow has 3 bits");
_Static_assert(sizeof(struct flow) == 104, "with the overhead of the table a flow has 128 octets");

static bool matches_judged(
        const struct message *response, const union flow_asked *asked, bool in_any_case)
{
	return in_any_case ? gate_matches_in_any_case(response, &asked->client)
	                   : gate_matches(response, &asked->client);
}

/* The table itself lies in `memory`; or on the heap, if that is NULL. */
static int init_in(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms, void *memory)
{
	*t = (struct flow_table){
		.timeout_ms = timeout_ms, .matches = matches_judged, .has_shares = true
	};
	int result = hash_key_draw(&t->hash_key);

	if (result == 0)
		result = flow_share_init(&t->share, capacity);
	if (result == 0 && memory)
		result = table_init_in(&t->table, sizeof(struct flow), capacity, memory);
	else if (result == 0)
		result = table_init(&t->table, sizeof(struct flow), capacity);
	assert(result < 0 || capacity > spill_spares(&t->table, FLOW_OCTETS, KEPT_MAX));
	return result;
}

int flow_table_init(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms)
{
	return init_in(t, capacity, timeout_ms, NULL);
}

int flow_table_init_kept(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms, void *memory,
        enum flow_trade trade)
{
	struct flow_kept *kept = memory;
	int result = init_in(t, capacity, timeout_ms, kept + 1);

	*kept = flow_kept_head(capacity, trade);
	kept->hash_key = t->hash_key;
	kept->share_key = t->share.clients.key;
	t->kept = kept;
	return result;
}

void flow_table_fini(struct flow_table *t)
{
	table_fini(&t->table);
}

void flow_expect(const struct flow_table *t, const struct flow_key *key)
{
	table_expect(&t->table, wide_hash_begin(&key->hash));
}

/* The flows with the addresses, ports and id of a query. */
struct siblings {
	struct flow *asked;  /* the flow of this question, by the same interface, or NULL */
	unsigned count;      /* flows by the same interface */
	struct flow *oldest; /* of these */
	bool has_judged;     /* a flow that has not timed out is judged, by any interface */
	bool has_other;      /* a flow that has not timed out is not `asked` */
};

static struct siblings find_siblings(const struct flow_table *t, const struct flow_key *key,
        struct span question, uint64_t now_ms)
{
	const struct wide_hash *hash = &key->hash;
	struct flow *flow = table_find(&t->table, wide_hash_begin(hash), is_of_hash, hash);
	struct siblings s = { 0 };

	for (; flow; flow = table_find_next(&t->table, flow, is_of_hash, hash)) {
		bool is_beside = flow->way.in == key->way.in;
		bool is_live = flow->expires_ms > now_ms;

		if (is_gone(flow))
			continue;
		bool is_asked = is_beside && has_question(t, flow, question);

		if (is_asked)
			s.asked = flow;
		if (is_beside) {
			s.count++;
			s.oldest = flow;
		}
		s.has_judged = s.has_judged || (is_live && !flow->passes_unjudged);
		s.has_other = s.has_other || (is_live && !is_asked);
	}
	return s;
}

/* Has all flows of the tuple judged, because a query that is judged came. */
static void judge_siblings(struct flow_table *t, const struct flow_key *key)
{
	const struct wide_hash *hash = &key->hash;
	struct flow *flow = table_find(&t->table, wide_hash_begin(hash), is_of_hash, hash);

	for (; flow; flow = table_find_next(&t->table, flow, is_of_hash, hash))
		flow->passes_unjudged = false;
}

/* Returns how many entries of the table a flow takes. */
static unsigned flow_entries(const struct flow_table *t, const struct flow *flow)
{
	size_t kept = flow->is_signing ? sizeof(struct packed_signing) : 0;

	return 1 + spill_spares(&t->table, FLOW_OCTETS, flow->question_len + kept);
}

static void flow_discard(struct flow_table *t, struct flow *flow)
{
	flow_share_give(&t->share, &flow->owner, flow_entries(t, flow));
	spill_remove(&t->table, flow, offsetof(struct flow, more));
}

/* The order matters to a successor, if this process dies in between. */
void flow_remove(struct flow_table *t, struct flow *flow)
{
	struct flow_kept *kept = t->kept;

	assert(!is_gone(flow));
	if (!kept || kept->gone_count == FLOW_GONE_MAX) {
		flow_discard(t, flow);
		return;
	}
	kept->gone[kept->gone_count] = (struct flow_gone){ .expires_ms = flow->expires_ms,
		.slot = table_slot(&t->table, flow) };
	__atomic_store_n(&kept->gone_count, kept->gone_count + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&flow->expires_ms, 0, __ATOMIC_RELEASE);
}

void flow_settle(struct flow_table *t)
{
	struct flow_kept *kept = t->kept;

	if (!kept)
		return;
	for (uint32_t i = 0; i < kept->gone_count; i++)
		flow_discard(t, table_entry(&t->table, kept->gone[i].slot));
	__atomic_store_n(&kept->gone_count, 0, __ATOMIC_RELEASE);
}

void flow_end(struct flow_table *t, struct flow *flow)
{
	if (flow->way.in == 0 || (flow->way.out != 0 && flow->way.out != flow->way.in))
		flow_remove(t, flow);
	else
		flow->is_over = true;
}

/* Returns 1 if the query of the flow was not answered. */
static unsigned flow_evict(struct flow_table *t, struct flow *flow)
{
	bool was_over = flow->is_over;

	flow_discard(t, flow);
	return was_over ? 0 : 1;
}

/* Evicts flows until a new one of `entries` fits. Returns how many queries were not answered. */
static unsigned flow_make_room(
        struct flow_table *t, const struct siblings *siblings, unsigned entries)
{
	unsigned evicted = 0;

	if (t->table.capacity - t->table.used < entries)
		flow_settle(t);
	if (siblings->count >= FLOW_QUESTIONS)
		evicted += flow_evict(t, siblings->oldest);
	while (t->table.capacity - t->table.used < entries)
		evicted += flow_evict(t, table_oldest(&t->table));
	return evicted;
}

/* Adds a flow of `owner` with `spares` spare entries, for which there is room. */
static struct flow *flow_add(struct flow_table *t, const struct flow_key *key,
        const struct flow_owner *owner, unsigned spares)
{
	struct flow *flow = spill_add(
	        &t->table, wide_hash_begin(&key->hash), offsetof(struct flow, more), spares);

	memcpy(flow->key_rest, wide_hash_rest(&key->hash), sizeof(flow->key_rest));
	flow->way = key->way;
	flow->owner = *owner;
	flow_share_take(&t->share, owner, 1 + spares);
	return flow;
}

/* Stores the query in the flow. `octets` is the question, with the struct packed_signing if any. */
static void flow_fill(struct flow_table *t, struct flow *flow, const struct client_query *asked,
        struct span octets)
{
	flow->id = asked->id;
	flow->flags = asked->flags;
	flow->udp_size = asked->udp_size;
	flow->question_len = asked->question_len;
	flow->has_edns = asked->has_edns;
	flow->dnssec_ok = asked->dnssec_ok;
	flow->has_extras = asked->has_extras;
	flow->is_asked_barely = flow->is_asked_once_more = false;
	flow->has_newer_edns = asked->has_newer_edns;
	flow->passes_unjudged = asked->passes_unjudged;
	flow->sent_plain = asked->sent_plain;
	flow->iterator = asked->iterator & 3;
	flow->precedes_transfer = asked->precedes_transfer;
	flow->parked = 0; /* responses to an earlier query do not count */
	flow->held_packet = 0;
	spill_put(&t->table, flow->more, flow->octets, FLOW_OCTETS, octets);
}

/* Evicts one of the oldest flows that is of the same client or interface, because that has used up
 * its share. Refuses the query if there is none among the FLOW_LOOKED_AT oldest. The evicted flow
 * may be one of the siblings, as a client can arrange: then flow_make_room() must not evict it
 * again. */
static void make_room_in_share(struct flow_table *t, const struct flow_owner *owner,
        uint32_t interface, struct siblings *siblings, struct flow_remembered *result)
{
	struct flow *flow = table_oldest(&t->table);

	for (unsigned i = 0; flow && i < FLOW_LOOKED_AT; i++) {
		bool is_own = flow->owner.is_counted &&
		              flow->owner.client.address == owner->client.address;
		if (is_own || flow->way.in == interface) {
			siblings->count -= flow == siblings->oldest;
			result->evicted += flow_evict(t, flow);
			return;
		}
		flow = table_younger(&t->table, flow);
	}
	result->is_refused = true;
}

/* Makes `siblings->asked` the newest flow, or adds a flow if that is NULL. Returns NULL if no flow
 * may be added. */
static struct flow *flow_renew(struct flow_table *t, const struct flow_key *key,
        struct siblings *siblings, size_t octets, struct flow_remembered *result)
{
	unsigned spares = spill_spares(&t->table, FLOW_OCTETS, octets);
	struct flow *flow = siblings->asked;

	if (flow) {
		table_touch(&t->table, flow);
	} else {
		struct flow_owner owner = flow_share_owner(
		        &t->share, flow_key_client(key), key->way.in, t->table.used);
		if (t->has_shares && flow_share_is_taken(&t->share, &owner))
			flow_settle(t);
		if (t->has_shares && flow_share_is_taken(&t->share, &owner))
			make_room_in_share(t, &owner, key->way.in, siblings, result);
		if (result->is_refused)
			return NULL;
		result->evicted += flow_make_room(t, siblings, 1 + spares);
		flow = flow_add(t, key, &owner, spares);
	}
	flow->is_over = false;
	return flow;
}

/* To be called when the rest of the flow is written: from then on a successor finds it. */
static void flow_begin(const struct flow_table *t, struct flow *flow, uint64_t now_ms)
{
	__atomic_store_n(&flow->expires_ms, now_ms + t->timeout_ms, __ATOMIC_RELEASE);
}

struct flow_remembered flow_remember(struct flow_table *t, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t now_ms)
{
	struct siblings siblings = find_siblings(t, key, question_span(asked), now_ms);
	struct flow *old = siblings.asked;
	bool is_live = old && old->expires_ms > now_ms;
	bool was_judged = is_live && !old->passes_unjudged;
	bool was_undecorated = !is_live || old->sent_plain;
	bool had_extras = is_live && old->has_extras;
	bool is_unjudged = asked->passes_unjudged && !siblings.has_judged;
	struct flow_remembered result = { .is_rival = siblings.has_other ||
		                                      (was_judged && asked->passes_unjudged) };

	if (!asked->passes_unjudged && siblings.has_other)
		judge_siblings(t, key);
	struct flow *flow = flow_renew(t, key, &siblings, asked->question_len, &result);
	if (!flow)
		return result;
	/* A repeated query changes its flow only if the flow is not judged, and the query is. */
	if (!is_live || (!was_judged && !asked->passes_unjudged)) {
		flow_fill(t, flow, asked, question_span(asked));
		flow->passes_unjudged = is_unjudged;
		flow->kind = kind & 7;
	}
	flow->sent_plain = was_undecorated && asked->sent_plain;
	flow->has_extras = had_extras || asked->has_extras;
	flow->precedes_transfer &= asked->precedes_transfer;
	flow_begin(t, flow, now_ms);
	return result;
}

struct flow_remembered flow_remember_signing(struct flow_table *t, const struct flow_key *key,
        const struct flow_signing *signing, uint64_t now_ms)
{
	const struct client_query *asked = &signing->asked.client;
	struct siblings siblings = find_siblings(t, key, question_span(asked), now_ms);
	bool is_live = siblings.asked && siblings.asked->expires_ms > now_ms;
	bool stays = is_live && (!siblings.asked->passes_unjudged || asked->passes_unjudged);
	struct packed_signing kept = flow_signing_pack(signing);
	uint8_t octets[KEPT_MAX];
	struct writer out = writer_over(octets, sizeof(octets));
	struct flow_remembered result = { .is_rival = siblings.has_other };

	writer_put(&out, question_span(asked));
	writer_put(&out, span_of(&kept, sizeof(kept)));
	struct flow *flow = flow_renew(t, key, &siblings, out.len, &result);
	if (!flow)
		return result;
	if (!stays) {
		flow_fill(t, flow, asked, writer_span(&out));
		flow->is_signing = true;
	}
	flow_begin(t, flow, now_ms);
	return result;
}

static void tell_unanswered(const struct flow_table *t, const struct flow *flow)
{
	union flow_asked asked;

	if (!t->unanswered)
		return;
	flow_read(t, flow, &asked);
	t->unanswered(t->context, &asked);
}

unsigned flow_expire(struct flow_table *t, uint64_t now_ms)
{
	unsigned unanswered = 0;
	struct flow *oldest = table_oldest(&t->table);

	if (t->kept)
		t->kept->alive_ms = now_ms;
	for (unsigned i = 0;
	        i < FLOW_EXPIRIES && oldest && !is_gone(oldest) && oldest->expires_ms <= now_ms;
	        i++) {
		if (!oldest->is_over)
			tell_unanswered(t, oldest);
		unanswered += flow_evict(t, oldest);
		oldest = table_oldest(&t->table);
	}
	return unanswered;
}
