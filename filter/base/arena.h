/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for the judgement of one packet: taken in pieces, given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
	uint8_t *base;
	size_t used, capacity;
};

/* Allocates `capacity` octets on the heap. Returns 0 or -ENOMEM. */
int arena_init(struct arena *a, size_t capacity);
void arena_fini(struct arena *a);

/* Returns `n` octets, aligned for any type and not cleared, or NULL if the arena has too few left.
 * The octets are valid until the arena is reset to a mark taken before this call. */
void *arena_take(struct arena *a, size_t n);

static inline size_t arena_mark(const struct arena *a)
{
	return a->used;
}

static inline void arena_reset(struct arena *a, size_t mark)
{
	a->used = mark;
}

#endif
