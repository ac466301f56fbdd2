/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/table.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NONE TABLE_NONE

/* The header of each entry. `next` links the slots of a bucket, the free slots, or the spare
 * entries of one owner. The lower half of the hash is enough: it chooses the bucket, and the owner
 * compares keys. */
struct slot {
	_Alignas(TABLE_ALIGN) uint32_t hash;
	uint32_t next, older, newer;
};

/* In `older` of a slot that is no entry; no number of a slot is as high. */
#define FREE  (NONE - 1)
#define SPARE (NONE - 2)

static struct slot *slot_at(const struct table *t, uint32_t i)
{
	return (struct slot *)(void *)(t->slots + (size_t)i * t->slot_size);
}

static void *entry_of(struct slot *s)
{
	return s + 1;
}

static struct slot *slot_of(void *entry)
{
	return (struct slot *)entry - 1;
}

/* A neighbour in the age list has the index of this slot; a division would be slower. */
static uint32_t slot_index(const struct table *t, const struct slot *s)
{
	return s->newer == NONE ? t->newest : slot_at(t, s->newer)->older;
}

static uint32_t bucket_count(uint32_t capacity)
{
	uint32_t n = 1;
	while (n < capacity && n < UINT32_C(1) << 31)
		n <<= 1;
	return n;
}

static size_t size_of_slot(size_t entry_size)
{
	const size_t align = TABLE_ALIGN;

	return sizeof(struct slot) + ((entry_size + align - 1) & ~(align - 1));
}

int table_init(struct table *t, size_t entry_size, uint32_t capacity)
{
	void *slots = calloc(capacity, size_of_slot(entry_size));
	int result = slots ? table_init_in(t, entry_size, capacity, slots) : -ENOMEM;

	if (result < 0) {
		*t = (struct table){ 0 };
		free(slots);
	}
	t->borrows = false;
	return result;
}

size_t table_memory(size_t entry_size, uint32_t capacity)
{
	return capacity * size_of_slot(entry_size);
}

int table_init_in(struct table *t, size_t entry_size, uint32_t capacity, void *memory)
{
	uint32_t buckets = bucket_count(capacity);

	*t = (struct table){ .slots = memory,
		.slot_size = size_of_slot(entry_size),
		.capacity = capacity,
		.bucket_mask = buckets - 1,
		.newest = NONE,
		.oldest = NONE,
		.borrows = true };
	t->buckets = malloc(buckets * sizeof(*t->buckets));
	if (!t->buckets)
		return -ENOMEM;
	for (uint32_t i = 0; i < buckets; i++)
		t->buckets[i] = NONE;
	for (uint32_t i = 0; i < capacity; i++) {
		slot_at(t, i)->next = i + 1 < capacity ? i + 1 : NONE;
		slot_at(t, i)->older = FREE;
	}
	t->free_head = 0;
	return 0;
}

void table_fini(struct table *t)
{
	if (!t->borrows)
		free(t->slots);
	free(t->buckets);
	*t = (struct table){ 0 };
}

static void *find_from(
        const struct table *t, uint32_t i, uint32_t hash, table_same *same, const void *key)
{
	while (i != NONE) {
		struct slot *s = slot_at(t, i);
		if (s->hash == hash && same(entry_of(s), key))
			return entry_of(s);
		i = s->next;
	}
	return NULL;
}

void table_expect(const struct table *t, uint64_t hash)
{
	__builtin_prefetch(&t->buckets[hash & t->bucket_mask]);
}

void *table_find(const struct table *t, uint64_t hash, table_same *same, const void *key)
{
	return find_from(t, t->buckets[hash & t->bucket_mask], (uint32_t)hash, same, key);
}

void *table_find_next(const struct table *t, void *entry, table_same *same, const void *key)
{
	const struct slot *s = slot_of(entry);
	return find_from(t, s->next, s->hash, same, key);
}

/* From here on a reader of the memory takes the slot for an entry. */
static void age_link(struct table *t, struct slot *s, uint32_t i)
{
	s->older = t->newest;
	s->newer = NONE;
	if (t->newest != NONE)
		slot_at(t, t->newest)->newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

static void age_unlink(struct table *t, struct slot *s)
{
	if (s->newer != NONE)
		slot_at(t, s->newer)->older = s->older;
	else
		t->newest = s->older;
	if (s->older != NONE)
		slot_at(t, s->older)->newer = s->newer;
	else
		t->oldest = s->newer;
}

/* Returns NONE if the table is full. */
static uint32_t take_free(struct table *t)
{
	uint32_t i = t->free_head;

	if (i == NONE)
		return NONE;
	t->free_head = slot_at(t, i)->next;
	t->used++;
	return i;
}

static void give_free(struct table *t, uint32_t i)
{
	slot_at(t, i)->next = t->free_head;
	slot_at(t, i)->older = FREE;
	t->free_head = i;
	t->used--;
}

void *table_add(struct table *t, uint64_t hash)
{
	uint32_t i = take_free(t);
	if (i == NONE)
		return NULL;
	struct slot *s = slot_at(t, i);
	uint32_t *bucket = &t->buckets[hash & t->bucket_mask];

	s->hash = (uint32_t)hash;
	s->next = *bucket;
	*bucket = i;
	memset(entry_of(s), 0, t->slot_size - sizeof(*s));
	atomic_signal_fence(memory_order_release);
	age_link(t, s, i);
	return entry_of(s);
}

void *table_add_or_replace(struct table *t, uint64_t hash)
{
	if (t->used == t->capacity)
		table_remove(t, table_oldest(t));
	return table_add(t, hash);
}

void table_touch(struct table *t, void *entry)
{
	struct slot *s = slot_of(entry);
	uint32_t i = slot_index(t, s);

	if (i == t->newest)
		return;
	age_unlink(t, s);
	age_link(t, s, i);
}

void *table_oldest(const struct table *t)
{
	return t->oldest == NONE ? NULL : entry_of(slot_at(t, t->oldest));
}

void *table_newest(const struct table *t)
{
	return t->newest == NONE ? NULL : entry_of(slot_at(t, t->newest));
}

void *table_younger(const struct table *t, void *entry)
{
	const struct slot *s = slot_of(entry);

	return s->newer == NONE ? NULL : entry_of(slot_at(t, s->newer));
}

void *table_older(const struct table *t, void *entry)
{
	const struct slot *s = slot_of(entry);

	return s->older == NONE ? NULL : entry_of(slot_at(t, s->older));
}

void table_age_after(struct table *t, void *entry, void *older)
{
	struct slot *s = slot_of(entry);
	uint32_t i = slot_index(t, s);

	if (older == entry)
		return;
	age_unlink(t, s);
	uint32_t below = older ? slot_index(t, slot_of(older)) : NONE;
	uint32_t above = older ? slot_of(older)->newer : t->oldest;
	s->older = below;
	s->newer = above;
	*(below == NONE ? &t->oldest : &slot_at(t, below)->newer) = i;
	*(above == NONE ? &t->newest : &slot_at(t, above)->older) = i;
}

void table_remove(struct table *t, void *entry)
{
	struct slot *s = slot_of(entry);
	uint32_t i = slot_index(t, s);
	uint32_t *link = &t->buckets[s->hash & t->bucket_mask];

	while (*link != i)
		link = &slot_at(t, *link)->next;
	*link = s->next;
	age_unlink(t, s);
	give_free(t, i);
}

size_t table_entry_size(const struct table *t)
{
	return t->slot_size - sizeof(struct slot);
}

void *table_add_spare(struct table *t, uint32_t *chain)
{
	uint32_t i = take_free(t);
	if (i == NONE)
		return NULL;
	slot_at(t, i)->next = *chain;
	slot_at(t, i)->older = SPARE;
	*chain = i;
	return entry_of(slot_at(t, i));
}

void *table_next_spare(const struct table *t, uint32_t *chain)
{
	if (*chain == NONE)
		return NULL;
	struct slot *s = slot_at(t, *chain);
	*chain = s->next;
	return entry_of(s);
}

void table_remove_spares(struct table *t, uint32_t *chain)
{
	while (*chain != NONE) {
		uint32_t i = *chain;
		*chain = slot_at(t, i)->next;
		give_free(t, i);
	}
}

struct table_kept_slot table_read_kept(
        const void *memory, size_t entry_size, uint32_t i, void *entry)
{
	const uint8_t *at = (const uint8_t *)memory + i * size_of_slot(entry_size);
	struct slot s;

	memcpy(&s, at, sizeof(s));
	memcpy(entry, at + sizeof(s), entry_size);
	return (struct table_kept_slot){ .kind = s.older == FREE    ? TABLE_KEPT_FREE
		                                 : s.older == SPARE ? TABLE_KEPT_SPARE
		                                                    : TABLE_KEPT_ENTRY,
		.hash = s.hash,
		.next = s.next };
}

uint32_t table_slot(const struct table *t, const void *entry)
{
	return slot_index(t, (const struct slot *)entry - 1);
}

void *table_entry(const struct table *t, uint32_t slot)
{
	return entry_of(slot_at(t, slot));
}
