/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/senders.h"

struct sender {
	uint8_t address[16];
	uint8_t len;
	bool asks_otherwise, was_said;
	uint32_t with_cd;
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

/* Most clients never set CD, and are not remembered. */
bool senders_note(struct senders *s, struct span client, bool has_cd)
{
	if (!has_cd && s->table.used == 0)
		return false;
	uint64_t hash = keyed_hash(&s->key, client);
	struct sender *sender = table_find(&s->table, hash, has_address, &client);

	if (sender)
		table_touch(&s->table, sender);
	else if (has_cd)
		sender = add(s, hash, client);
	else
		return false;
	sender->asks_otherwise = sender->asks_otherwise || !has_cd;
	if (!has_cd || sender->asks_otherwise || sender->was_said ||
	        ++sender->with_cd < SENDERS_ALWAYS)
		return false;
	sender->was_said = true;
	return true;
}
