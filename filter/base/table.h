/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash table of a fixed number of entries of one size, in order of use. All memory is taken at
 * the start, so a flood can fill it but not grow it; the owner decides who makes room.
 *
 * The caller hashes (with a keyed hash: the keys come from the network) and compares; of a hash the
 * lower 32 bits count. An entry stays where it is until it is removed; pointers to it are good that
 * long. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_NONE UINT32_MAX

#define TABLE_ALIGN 8 /* of the entries */

struct table {
	uint8_t *slots;
	uint32_t *buckets;
	size_t slot_size;
	uint32_t capacity, used, bucket_mask;
	uint32_t free_head, newest, oldest;
};

/* Says whether `entry` is the one that `key` describes. */
typedef bool table_same(const void *entry, const void *key);

/* Takes memory for `capacity` entries (at least one). Returns 0 or -ENOMEM. */
int table_init(struct table *t, size_t entry_size, uint32_t capacity);
void table_fini(struct table *t);

/* Has the processor fetch what table_find() with this hash will read first. */
void table_expect(const struct table *t, uint64_t hash);

/* Returns the entry or NULL; of several the one that was added last. */
void *table_find(const struct table *t, uint64_t hash, table_same *same, const void *key);

/* Returns the one that was added before `entry` with the same hash, or NULL. */
void *table_find_next(const struct table *t, void *entry, table_same *same, const void *key);

/* Returns a new entry, all zero and the newest; NULL when the table is full. Does not look whether
 * there is one with this key already. */
void *table_add(struct table *t, uint64_t hash);

/* The same; where the table is full, in the place of the one used longest ago. */
void *table_add_or_replace(struct table *t, uint64_t hash);

/* Makes `entry` the newest. */
void table_touch(struct table *t, void *entry);

/* Returns the entry that was added or touched longest ago, NULL when there is none. */
void *table_oldest(const struct table *t);

/* Returns the one that was added or touched next after `entry`, NULL for the newest. */
void *table_younger(const struct table *t, void *entry);

void table_remove(struct table *t, void *entry);

/* For what does not fit into an entry (spill.h): spare ones, which nobody finds and which have no
 * age. The owner keeps the number of the first of its chain, TABLE_NONE at first, and gives them
 * back when it removes the entry. */

/* Octets of an entry, a spare one too. */
size_t table_entry_size(const struct table *t);

/* Returns a spare entry, which becomes the first of `*chain`, its octets whatever they were; NULL
 * when the table is full. */
void *table_add_spare(struct table *t, uint32_t *chain);

/* Returns the first of `*chain`, and moves that on to what follows; NULL at its end. */
void *table_next_spare(const struct table *t, uint32_t *chain);

/* Gives all of `*chain` back. */
void table_remove_spares(struct table *t, uint32_t *chain);

#endif
