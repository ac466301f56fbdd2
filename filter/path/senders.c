/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/senders.h"

struct sender {
	uint8_t address[16];
	uint8_t len;
	bool asks_otherwise, was_said;
	uint8_t with_cd, without_rd; /* up to SENDERS_ALWAYS */
};

int senders_init(struct senders *s)
{
	*s = (struct senders){ 0 };
	int result = hash_key_draw(&s->key);

	return result < 0 ? result : table_init(&s->table, sizeof(struct sender), SENDERS_MAX);
}

void senders_fini(struct senders *s)
{
	table_fini(&s->table);
}

static bool has_address(const void *entry, const void *key)
{
	const struct sender *sender = entry;

	return span_equal(span_of(sender->address, sender->len), *(const struct span *)key);
}

static struct sender *add(struct senders *s, uint64_t hash, struct span client)
{
	if (s->table.used == s->table.capacity)
		table_remove(&s->table, table_oldest(&s->table));
	struct sender *sender = table_add(&s->table, hash);

	*sender = (struct sender){ .len = (uint8_t)client.len };
	memcpy(sender->address, client.base, client.len);
	return sender;
}

static bool tell_always_cd(struct sender *sender, bool passes_cd)
{
	sender->asks_otherwise = sender->asks_otherwise || !passes_cd;
	if (sender->asks_otherwise || sender->was_said || ++sender->with_cd < SENDERS_ALWAYS)
		return false;
	sender->was_said = true;
	return true;
}

static bool tell_never_rd(struct sender *sender, bool has_rd)
{
	if (has_rd)
		sender->without_rd = 0;
	else if (sender->without_rd < SENDERS_ALWAYS)
		sender->without_rd++;
	return sender->without_rd == SENDERS_ALWAYS;
}

/* Most clients always set RD and never CD, and are not remembered. */
struct sender_habits senders_note(
        struct senders *s, struct span client, bool passes_cd, bool has_rd)
{
	bool is_odd = passes_cd || !has_rd;

	if (!is_odd && s->table.used == 0)
		return (struct sender_habits){ 0 };
	uint64_t hash = keyed_hash(&s->key, client);
	struct sender *sender = table_find(&s->table, hash, has_address, &client);

	if (sender)
		table_touch(&s->table, sender);
	else if (is_odd)
		sender = add(s, hash, client);
	else
		return (struct sender_habits){ 0 };
	return (struct sender_habits){ .always_cd = tell_always_cd(sender, passes_cd),
		.never_rd = tell_never_rd(sender, has_rd) };
}
