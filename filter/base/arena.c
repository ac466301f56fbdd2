/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <errno.h>
#include <stdlib.h>

int arena_init(struct arena *a, size_t capacity)
{
	*a = (struct arena){ malloc(capacity), 0, capacity };
	return a->base ? 0 : -ENOMEM;
}

void arena_fini(struct arena *a)
{
	free(a->base);
	*a = (struct arena){ 0 };
}

void *arena_take(struct arena *a, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	size_t start = (a->used + align - 1) & ~(align - 1);
	if (start > a->capacity || n > a->capacity - start)
		return NULL;
	a->used = start + n;
	return a->base + start;
}
