/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A writer fills the caller's buffer. A write that does not fit changes nothing and sets `full`,
 * and every later write does nothing. So write a whole structure, then check `full` once. */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include "base/span.h"

struct writer {
	uint8_t *base;
	size_t len, capacity;
	bool full;
};

static inline struct writer writer_over(uint8_t *base, size_t capacity)
{
	return (struct writer){ base, 0, capacity, false };
}

static inline struct span writer_span(const struct writer *w)
{
	return (struct span){ w->base, w->len };
}

/* Returns a pointer to room for `n` octets, which count as written, or NULL if they do not fit. */
static inline uint8_t *writer_room(struct writer *w, size_t n)
{
	if (w->full || n > w->capacity - w->len) {
		w->full = true;
		return NULL;
	}
	uint8_t *at = w->base + w->len;
	w->len += n;
	return at;
}

static inline void writer_put(struct writer *w, struct span s)
{
	uint8_t *at = writer_room(w, s.len);
	if (at && s.len)
		memcpy(at, s.base, s.len);
}

static inline void put_u16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static inline void put_u32(uint8_t *at, uint32_t v)
{
	put_u16(at, (uint16_t)(v >> 16));
	put_u16(at + 2, (uint16_t)v);
}

static inline void writer_u8(struct writer *w, uint8_t v)
{
	uint8_t *at = writer_room(w, 1);
	if (at)
		*at = v;
}

static inline void writer_u16(struct writer *w, uint16_t v)
{
	uint8_t *at = writer_room(w, 2);
	if (at)
		put_u16(at, v);
}

static inline void writer_u32(struct writer *w, uint32_t v)
{
	uint8_t *at = writer_room(w, 4);
	if (at)
		put_u32(at, v);
}

/* Overwrites two octets written earlier, at `offset`. */
static inline void writer_patch_u16(struct writer *w, size_t offset, uint16_t v)
{
	if (!w->full && offset + 2 <= w->len)
		put_u16(w->base + offset, v);
}

#endif
