/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/senders.h"

struct sender {
	uint8_t address[16];
	uint8_t len;
	bool asks_otherwise, was_said;
	uint8_t with_cd, without_rd; /* queries in a row, up to SENDERS_ALWAYS */
	uint64_t iterates_until_ms;
};

int senders_init(struct senders *s)
{
	*s = (struct senders){ 0 };
	int result = hash_key_draw(&s->key);

	if (result == 0)
		result = recursion_init(&s->recursion);
	return result < 0 ? result : table_init(&s->table, sizeof(struct sender), SENDERS_MAX);
}

void senders_fini(struct senders *s)
{
	table_fini(&s->table);
	recursion_fini(&s->recursion);
}

static bool sender_has_address(const void *entry, const void *key)
{
	const struct sender *sender = entry;

	return span_equal(span_of(sender->address, sender->len), *(const struct span *)key);
}

static struct sender *sender_add(struct senders *s, uint64_t hash, struct span client)
{
	struct sender *sender = table_add_or_replace(&s->table, hash);

	*sender = (struct sender){ .len = (uint8_t)client.len };
	memcpy(sender->address, client.base, client.len);
	return sender;
}

static bool sender_tell_always_cd(struct sender *sender, bool passes_cd)
{
	sender->asks_otherwise = sender->asks_otherwise || !passes_cd;
	if (sender->asks_otherwise || sender->was_said || ++sender->with_cd < SENDERS_ALWAYS)
		return false;
	sender->was_said = true;
	return true;
}

/* Notes a query. Returns true if the client iterates. If the clock was set back,
 * `iterates_until_ms` may lie too far in the future, and is ignored. */
static bool sender_iterates(struct sender *sender, bool has_rd, bool recurses, uint64_t now_ms)
{
	uint64_t until_ms = sender->iterates_until_ms;

	if (has_rd)
		sender->without_rd = 0;
	else if (!recurses && sender->without_rd < SENDERS_ALWAYS)
		sender->without_rd++;
	if (sender->without_rd == SENDERS_ALWAYS)
		until_ms = now_ms + SENDERS_ITERATE_MS;
	sender->iterates_until_ms = until_ms;
	return now_ms < until_ms && until_ms <= now_ms + SENDERS_ITERATE_MS;
}

/* Returns the entry of the client, or NULL. Most clients always set RD and never CD, so they get no
 * entry. */
static struct sender *sender_of(struct senders *s, const struct sent *sent)
{
	bool is_odd = sent->passes_cd || !sent->has_rd;

	if (!is_odd && s->table.used == 0)
		return NULL;
	uint64_t hash = keyed_hash(&s->key, sent->client);
	struct sender *sender = table_find(&s->table, hash, sender_has_address, &sent->client);

	if (sender)
		table_touch(&s->table, sender);
	else if (is_odd)
		sender = sender_add(s, hash, sent->client);
	return sender;
}

struct sender_habits senders_note(struct senders *s, const struct sent *sent, uint64_t now_ms)
{
	struct sender_habits habits = { .iterator = ITERATOR_UNKNOWN };
	unsigned kinds = (sent->has_rd ? PAIR_RECURSES : 0) |
	                 (sent->has_rd || !sent->is_soa ? PAIR_ASKS_MORE : 0);
	unsigned noted = recursion_note(&s->recursion, sent->client, sent->server, kinds, now_ms);
	bool recurses = noted & PAIR_RECURSES;
	struct sender *sender = sender_of(s, sent);
	bool is_iterating = sender && sender_iterates(sender, sent->has_rd, recurses, now_ms);

	habits.always_cd = sender && sender_tell_always_cd(sender, sent->passes_cd);
	habits.asks_only_soa = !(noted & PAIR_ASKS_MORE);
	if (recurses)
		habits.iterator = ITERATOR_SERVER;
	else if (is_iterating && !sent->over_tcp)
		habits.iterator = ITERATOR_CLIENT;
	return habits;
}

bool senders_note_query(struct senders *s, struct sent sent, enum query_kind kind,
        struct client_query *asked, uint64_t now_ms)
{
	sent.has_rd = asked->flags & FLAG_RD;
	sent.is_soa = query_asks_soa(asked);
	sent.passes_cd = kind == QUERY_CD;
	struct sender_habits habits = senders_note(s, &sent, now_ms);
	asked->iterator = habits.iterator;
	asked->precedes_transfer = habits.asks_only_soa;
	return habits.always_cd;
}
