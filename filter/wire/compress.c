/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/compress.h"

#define POINTER_BITS  0xc000
#define POINTER_LABEL 0xc0
#define POINTER_REACH 0x3fff
#define USED_MAX      (COMPRESS_SLOTS / 4 * 3) /* names beyond this are not remembered */

bool wire_name_read(struct span message, size_t at, struct wire_name *name)
{
	struct cursor c = cursor_at(message, at);
	struct name checked;

	name_read(&c, &checked);
	name->len = 0;
	if (c.bad)
		return false;
	while (name->len < checked.len) {
		const uint8_t *label = message.base + at;
		if (*label >= POINTER_LABEL) {
			at = (size_t)(label[0] & ~POINTER_LABEL) << 8 | label[1];
			continue;
		}
		memcpy(name->octets + name->len, label, *label + 1u);
		name->len = (uint8_t)(name->len + *label + 1);
		at += *label + 1u;
	}
	return true;
}

void compress_begin(struct compressor *c, struct writer *w)
{
	memset(c, 0, sizeof(*c));
	c->w = w;
}

static bool compress_is_same(
        const uint8_t *a, const uint8_t *b, size_t len, enum letter_case letters)
{
	if (letters == CASE_KEPT)
		return memcmp(a, b, len) == 0;
	for (size_t i = 0; i < len; i++) {
		if (name_lower(a[i]) != name_lower(b[i]))
			return false;
	}
	return true;
}

/* True if the name written at offset `at` equals `name`. */
static bool compress_is_at(
        const struct compressor *c, size_t at, const uint8_t *name, enum letter_case letters)
{
	for (;;) {
		const uint8_t *label = c->w->base + at;
		if (*label >= POINTER_LABEL) {
			at = (size_t)(label[0] & ~POINTER_LABEL) << 8 | label[1];
			continue;
		}
		if (*label != *name || !compress_is_same(label + 1, name + 1, *name, letters))
			return false;
		if (*name == 0)
			return true;
		at += *label + 1u;
		name += *name + 1;
	}
}

/* Returns the offset at which the name was written before, or 0. */
static uint16_t compress_find(
        const struct compressor *c, uint16_t hash, const uint8_t *name, enum letter_case letters)
{
	for (unsigned i = 0; i < COMPRESS_PROBES; i++) {
		unsigned slot = (hash + i) % COMPRESS_SLOTS;
		if (c->slots[slot].at == 0)
			return 0;
		if (c->slots[slot].hash == hash &&
		        compress_is_at(c, c->slots[slot].at, name, letters))
			return c->slots[slot].at;
	}
	return 0;
}

static void compress_note(struct compressor *c, uint16_t hash, size_t at)
{
	if (at > POINTER_REACH || c->used == USED_MAX)
		return;
	for (unsigned i = 0; i < COMPRESS_PROBES; i++) {
		unsigned slot = (hash + i) % COMPRESS_SLOTS;
		if (c->slots[slot].at != 0)
			continue;
		c->slots[slot].at = (uint16_t)at;
		c->slots[slot].hash = hash;
		c->used++;
		return;
	}
}

/* Sets hashes[i] to the hash of the name from label i on, and where[i] to the offset of label i.
 * Returns the number of labels. */
static unsigned hash_suffixes(
        struct span name, uint16_t hashes[static NAME_MAX_LABELS], uint8_t where[])
{
	uint32_t hash = 2166136261u;
	unsigned labels = 0;

	for (size_t at = 0; name.base[at] != 0; at += name.base[at] + 1u)
		where[labels++] = (uint8_t)at;
	for (unsigned i = labels; i-- > 0;) {
		const uint8_t *label = name.base + where[i];
		for (unsigned k = 0; k <= *label; k++)
			hash = (hash ^ name_lower(label[k])) * 16777619u;
		hashes[i] = (uint16_t)(hash ^ hash >> 16);
	}
	return labels;
}

void compress_name(struct compressor *c, struct span name, enum letter_case letters)
{
	uint16_t hashes[NAME_MAX_LABELS];
	uint8_t where[NAME_MAX_LABELS];
	unsigned labels = hash_suffixes(name, hashes, where), written = 0;
	size_t start = c->w->len;
	uint16_t before = 0;

	for (; written < labels; written++) {
		const uint8_t *label = name.base + where[written];
		before = compress_find(c, hashes[written], label, letters);
		if (before)
			break;
		writer_put(c->w, span_of(label, *label + 1u));
	}
	if (before)
		writer_u16(c->w, (uint16_t)(POINTER_BITS | before));
	else
		writer_u8(c->w, 0);
	/* The new labels are added only now: until here the name had no end, so it could not be
	 * compared. */
	for (unsigned i = 0; i < written && !c->w->full; i++)
		compress_note(c, hashes[i], start + where[i]);
}
