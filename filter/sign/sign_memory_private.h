/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a signer from inside. For sign_memory.c, sign_memory_names.c and
 * sign_memory_zones.c alone. */
#ifndef SIGN_SIGN_MEMORY_PRIVATE_H
#define SIGN_SIGN_MEMORY_PRIVATE_H

#include "sign/sign_memory.h"

struct sign_memory {
	struct table tables[MEMORY_KINDS];
	/* by index in the policy; NULL for one of which nothing is known */
	struct zone_memory **zones;
	unsigned zone_count;
	int64_t lacks_names_until_s; /* the end of the TTL of a name that was forgotten before it */
	uint32_t learned[LESSON_COUNT];
	struct memory_basis basis; /* of the answer that is being made */
};

/* A lesson was learned; and the answer that is being made depends on one. */
static inline void memory_learn(struct sign_memory *m, enum lesson lesson)
{
	if (lesson < LESSON_COUNT)
		m->learned[lesson]++;
}

static inline void memory_depend(struct sign_memory *m, enum lesson lesson)
{
	if (lesson < LESSON_COUNT)
		m->basis.depends |= (uint8_t)(1u << lesson);
}

/* Makes an entry that memory_find() or memory_peek() returned writable, without a lesson. */
static inline void *memory_own(const void *entry)
{
	return (void *)(uintptr_t)entry;
}

/* Returns the entry writable, marked as just used; teaches that it was changed. */
void *memory_change(struct signer *s, enum memory_kind kind, const void *entry);

/* Removes an entry, and teaches that. */
void memory_remove(struct signer *s, enum memory_kind kind, const void *entry);

/* Returns what is known of a zone. Never NULL. */
const struct zone_memory *memory_peek_zone(const struct signer *s, const struct sign_zone *zone);

/* The same, to be changed. Returns NULL if memory is short: then nothing is learned. */
struct zone_memory *memory_own_zone(struct signer *s, const struct sign_zone *zone);

void memory_free_zones(struct sign_memory *m);

#endif
