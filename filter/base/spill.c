/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/spill.h"

#include "base/least.h"

unsigned spill_spares(const struct table *t, size_t room, size_t len)
{
	size_t spare = table_entry_size(t);

	return len <= room ? 0 : (unsigned)((len - room + spare - 1) / spare);
}

void spill_take(struct table *t, uint32_t *chain, unsigned spares)
{
	while (spares-- > 0)
		table_add_spare(t, chain);
}

void spill_put(const struct table *t, uint32_t chain, uint8_t *here, size_t room, struct span s)
{
	size_t n = least(s.len, room);

	memcpy(here, s.base, n);
	for (size_t at = n; at < s.len; at += n) {
		n = least(s.len - at, table_entry_size(t));
		memcpy(table_next_spare(t, &chain), s.base + at, n);
	}
}

void spill_get(const struct table *t, uint32_t chain, const uint8_t *here, size_t room, uint8_t *to,
        size_t len)
{
	size_t n = least(len, room);

	memcpy(to, here, n);
	for (size_t at = n; at < len; at += n) {
		n = least(len - at, table_entry_size(t));
		memcpy(to + at, table_next_spare(t, &chain), n);
	}
}

static uint32_t *chain_of(void *entry, size_t chain_at)
{
	return (uint32_t *)(void *)((uint8_t *)entry + chain_at);
}

void spill_remove(struct table *t, void *entry, size_t chain_at)
{
	table_remove_spares(t, chain_of(entry, chain_at));
	table_remove(t, entry);
}

void *spill_add(struct table *t, uint64_t hash, size_t chain_at, unsigned spares)
{
	if (spares >= t->capacity)
		return NULL;
	while (t->capacity - t->used <= spares)
		spill_remove(t, table_oldest(t), chain_at);
	void *entry = table_add(t, hash);
	uint32_t *chain = chain_of(entry, chain_at);
	*chain = TABLE_NONE;
	spill_take(t, chain, spares);
	return entry;
}
