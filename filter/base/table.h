/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash table with a fixed number of entries of one size, in order of use. All memory is allocated
 * at the start, so a flood can fill the table but not grow it. The owner decides which entry is
 * evicted.
 *
 * The caller hashes keys (with a keyed hash, because the keys come from the network) and compares
 * them. The lower 32 bits of a hash count. An entry stays in place until it is removed, and
 * pointers to it are valid until then. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_NONE UINT32_MAX

#define TABLE_ALIGN 8 /* of every entry, in octets */

struct table {
	uint8_t *slots;
	uint32_t *buckets;
	size_t slot_size;
	uint32_t capacity, used, bucket_mask;
	uint32_t free_head, newest, oldest;
	bool borrows; /* the slots lie in memory of the caller */
};

/* True if `entry` has the key `key`. */
typedef bool table_same(const void *entry, const void *key);

/* Allocates memory for `capacity` entries (at least one). Returns 0 or -ENOMEM. */
int table_init(struct table *t, size_t entry_size, uint32_t capacity);
void table_fini(struct table *t);

/* Does this with the entries in `memory`, which is borrowed, all zero, aligned to TABLE_ALIGN, and
 * has table_memory() octets. If the process dies at any moment, table_read_kept() can read them: an
 * entry is written there before it is marked as one, and is all zero then. */
int table_init_in(struct table *t, size_t entry_size, uint32_t capacity, void *memory);
size_t table_memory(size_t entry_size, uint32_t capacity);

/* Prefetches the memory that table_find() with this hash reads first. */
void table_expect(const struct table *t, uint64_t hash);

/* Returns the entry, or NULL if there is none. If several match, returns the one added last. */
void *table_find(const struct table *t, uint64_t hash, table_same *same, const void *key);

/* Returns the matching entry that was added before `entry` with an equal hash, or NULL. */
void *table_find_next(const struct table *t, void *entry, table_same *same, const void *key);

/* Returns a new entry, all zero and the newest, or NULL if the table is full. Does not check
 * whether an entry with this key exists. */
void *table_add(struct table *t, uint64_t hash);

/* Like table_add(), but replaces the least recently used entry if the table is full. */
void *table_add_or_replace(struct table *t, uint64_t hash);

/* Makes `entry` the newest. */
void table_touch(struct table *t, void *entry);

/* Returns the entry that was added or touched longest ago, or NULL if the table has none. */
void *table_oldest(const struct table *t);

/* Returns the entry that was added or touched last, or NULL if the table has none. */
void *table_newest(const struct table *t);

/* Returns the entry that was added or touched next after `entry`, or NULL if `entry` is the newest.
 */
void *table_younger(const struct table *t, void *entry);

/* Returns the entry that was added or touched before `entry`, or NULL if `entry` is the oldest. */
void *table_older(const struct table *t, void *entry);

/* Makes `entry` the next younger one of `older`; the oldest one if `older` is NULL. */
void table_age_after(struct table *t, void *entry, void *older);

void table_remove(struct table *t, void *entry);

/* Spare entries, for data that does not fit into one entry (spill.h). No search finds them, and
 * they have no age. The owner keeps the number of the first one of its chain, at first TABLE_NONE,
 * and frees the chain when it removes the entry. */

/* Returns the size of an entry, spare or not, in octets. */
size_t table_entry_size(const struct table *t);

/* Returns a spare entry, now the first of `*chain`, with undefined contents; or NULL if the table
 * is full. */
void *table_add_spare(struct table *t, uint32_t *chain);

/* Returns the first entry of `*chain` and advances `*chain` to the next one; NULL at the end. */
void *table_next_spare(const struct table *t, uint32_t *chain);

/* Frees all entries of `*chain`. */
void table_remove_spares(struct table *t, uint32_t *chain);

/* Reading the memory of a table that a process left: as hostile input. */

enum table_kept { TABLE_KEPT_FREE, TABLE_KEPT_ENTRY, TABLE_KEPT_SPARE };

struct table_kept_slot {
	enum table_kept kind;
	uint32_t hash; /* of an entry */
	uint32_t next; /* of a spare entry: the slot of the next one of its chain, or TABLE_NONE */
};

/* Copies slot `i`, which is less than the capacity, and its entry. The copy may have been altered
 * in any way. */
struct table_kept_slot table_read_kept(
        const void *memory, size_t entry_size, uint32_t i, void *entry);

/* Return the number of the slot of an entry, and the entry in a slot. */
uint32_t table_slot(const struct table *t, const void *entry);
void *table_entry(const struct table *t, uint32_t slot);

#endif
