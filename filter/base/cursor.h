/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cursor reads octets from the network. A read past the end never touches memory: it returns zero
 * and sets `bad`, and every later read returns zero too. So read a whole structure, then check
 * `bad` once. Integers are in network byte order. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/span.h"

struct cursor {
	const uint8_t *base, *at, *end;
	bool bad;
};

static inline struct cursor cursor_over(struct span s)
{
	return (struct cursor){ s.base, s.base, s.base + s.len, false };
}

/* Returns a cursor at `offset` of `s`; the cursor is bad at once if `offset` is past the end. */
static inline struct cursor cursor_at(struct span s, size_t offset)
{
	struct cursor c = cursor_over(s);
	if (offset > s.len)
		c.bad = true;
	else
		c.at += offset;
	return c;
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->at);
}

static inline size_t cursor_offset(const struct cursor *c)
{
	return (size_t)(c->at - c->base);
}

/* True if every octet was read and no read failed, as for a complete structure. */
static inline bool cursor_done(const struct cursor *c)
{
	return !c->bad && c->at == c->end;
}

static inline struct span cursor_take(struct cursor *c, size_t n)
{
	if (c->bad || n > (size_t)(c->end - c->at)) {
		c->bad = true;
		return (struct span){ NULL, 0 };
	}
	struct span s = { c->at, n };
	c->at += n;
	return s;
}

static inline struct span cursor_rest(struct cursor *c)
{
	return cursor_take(c, cursor_left(c));
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	struct span s = cursor_take(c, 1);
	return s.len ? s.base[0] : 0;
}

/* Returns the integer at `at`, in octets that a cursor has already taken. */
static inline uint16_t get_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)get_u16(at) << 16 | get_u16(at + 2);
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	struct span s = cursor_take(c, 2);
	return s.len ? get_u16(s.base) : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	struct span s = cursor_take(c, 4);
	return s.len ? get_u32(s.base) : 0;
}

#endif
