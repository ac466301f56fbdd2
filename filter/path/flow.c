/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/flow.h"

#include "gate/gate.h"

_Static_assert(sizeof(struct flow_key) == 40, "padding would be hashed and compared");

static bool matches_judged(const struct message *response, const struct flow *flow)
{
	return gate_matches(response, &flow->asked);
}

int flow_table_init(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms)
{
	*t = (struct flow_table){ .timeout_ms = timeout_ms, .matches = matches_judged };
	int result = hash_key_draw(&t->hash_key);
	return result < 0 ? result : table_init(&t->table, sizeof(struct flow), capacity);
}

void flow_table_fini(struct flow_table *t)
{
	table_fini(&t->table);
}

static struct flow_key key_of(const struct packet *p, uint16_t id)
{
	return (struct flow_key){ .id = id, .version = p->version };
}

struct flow_key flow_key_of_query(const struct packet *p, uint16_t id)
{
	struct flow_key key = key_of(p, id);

	memcpy(key.client, p->source.base, p->source.len);
	memcpy(key.server, p->destination.base, p->destination.len);
	key.client_port = p->source_port;
	key.server_port = p->destination_port;
	return key;
}

struct flow_key flow_key_of_response(const struct packet *p, uint16_t id)
{
	struct flow_key key = key_of(p, id);

	memcpy(key.client, p->destination.base, p->destination.len);
	memcpy(key.server, p->source.base, p->source.len);
	key.client_port = p->destination_port;
	key.server_port = p->source_port;
	return key;
}

static uint64_t hash_of(const struct flow_table *t, const struct flow_key *key)
{
	return keyed_hash(&t->hash_key, span_of(key, sizeof(*key)));
}

static bool key_equal(const struct flow_key *a, const struct flow_key *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static struct span question_of(const struct asked *asked)
{
	return span_of(asked->question, asked->question_len);
}

static bool has_key(const void *entry, const void *key)
{
	return key_equal(&((const struct flow *)entry)->key, key);
}

/* The flows that differ in nothing but the question. */
struct siblings {
	unsigned count;
	struct flow *asked; /* the one with this question, or NULL */
	struct flow *oldest;
};

static struct siblings find_siblings(
        const struct flow_table *t, uint64_t hash, const struct flow_key *key, struct span question)
{
	struct flow *flow = table_find(&t->table, hash, has_key, key);
	struct siblings s = { 0 };

	for (; flow; flow = table_find_next(&t->table, flow, has_key, key)) {
		if (span_equal(question_of(&flow->asked), question))
			s.asked = flow;
		s.count++;
		s.oldest = flow;
	}
	return s;
}

/* Returns a new flow, and whether another one gave way to it. */
static struct flow *make_room(
        struct flow_table *t, uint64_t hash, const struct siblings *siblings, bool *evicted)
{
	*evicted = true;
	if (siblings->count >= FLOW_QUESTIONS)
		table_remove(&t->table, siblings->oldest);
	else if (t->table.used == t->table.capacity)
		table_remove(&t->table, table_oldest(&t->table));
	else
		*evicted = false;
	return table_add(&t->table, hash);
}

struct flow *flow_open(struct flow_table *t, const struct flow_key *key, const struct asked *asked,
        uint64_t now_ms, bool *evicted)
{
	uint64_t hash = hash_of(t, key);
	struct siblings siblings = find_siblings(t, hash, key, question_of(asked));
	struct flow *flow = siblings.asked;
	bool is_live = flow && flow->expires_ms > now_ms;

	*evicted = false;
	if (flow)
		table_touch(&t->table, flow);
	else
		flow = make_room(t, hash, &siblings, evicted);
	flow->expires_ms = now_ms + t->timeout_ms;
	flow->asked.is_undecorated = flow->asked.is_undecorated && asked->is_undecorated;
	/* Whoever saw the query may send a copy that asks for less. */
	if (is_live && (!flow->asked.unjudged || asked->unjudged))
		return NULL;
	flow->key = *key;
	return flow;
}

bool flow_add(struct flow_table *t, const struct flow_key *key, enum query_kind kind,
        const struct asked *asked, uint64_t now_ms)
{
	bool evicted;
	struct flow *flow = flow_open(t, key, asked, now_ms, &evicted);

	if (flow) {
		flow->kind = kind;
		flow->asked = *asked;
	}
	return !evicted;
}

struct answer {
	flow_matcher *matches;
	const struct flow_key *key;
	const struct message *response;
};

static bool is_answered_by(const void *entry, const void *key)
{
	const struct flow *flow = entry;
	const struct answer *answer = key;

	return key_equal(&flow->key, answer->key) && answer->matches(answer->response, flow);
}

struct flow *flow_find(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms)
{
	struct answer answer = { t->matches, key, response };
	struct flow *flow = table_find(&t->table, hash_of(t, key), is_answered_by, &answer);

	return flow && flow->expires_ms > now_ms ? flow : NULL;
}

struct flow *flow_find_asked(
        const struct flow_table *t, const struct flow_key *key, const struct asked *asked)
{
	return find_siblings(t, hash_of(t, key), key, question_of(asked)).asked;
}

void flow_remove(struct flow_table *t, struct flow *flow)
{
	table_remove(&t->table, flow);
}

unsigned flow_expire(struct flow_table *t, uint64_t now_ms)
{
	unsigned expired = 0;
	struct flow *oldest = table_oldest(&t->table);

	while (oldest && oldest->expires_ms <= now_ms && expired < FLOW_EXPIRIES) {
		if (t->unanswered)
			t->unanswered(t->context, oldest);
		table_remove(&t->table, oldest);
		expired++;
		oldest = table_oldest(&t->table);
	}
	return expired;
}
