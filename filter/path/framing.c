/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/framing.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "wire/protocol.h"

#define QUESTION_MIN 5  /* octets: the root's name, type, class */
#define RECORD_MIN   11 /* and a TTL and an empty RDATA */
#define OPCODE_LAST  6  /* DSO, RFC 8490 */
#define FLAG_Z       0x0040

static size_t length_of(const struct framing *f)
{
	return (size_t)(f->prefix[0] << 8 | f->prefix[1]);
}

/* True when `header` may be the begin of a message of `length` octets. */
static bool is_plausible(struct span header, size_t length)
{
	struct cursor c = cursor_over(header);

	cursor_u16(&c); /* id */
	uint16_t flags = cursor_u16(&c);
	size_t questions = cursor_u16(&c);
	size_t records = (size_t)cursor_u16(&c) + cursor_u16(&c) + cursor_u16(&c);
	return !c.bad && (flags & OPCODE_MASK) >> OPCODE_SHIFT <= OPCODE_LAST &&
	       !(flags & FLAG_Z) && questions <= 1 && questions + records > 0 &&
	       FRAMING_HEADER_SIZE + questions * QUESTION_MIN + records * RECORD_MIN <= length;
}

static void begin_next(struct framing *f)
{
	free(f->message);
	*f = (struct framing){ .is_guess = f->is_guess };
}

void framing_restart(struct framing *f)
{
	begin_next(f);
	f->is_guess = true;
}

void framing_fini(struct framing *f)
{
	begin_next(f);
}

size_t framing_held(const struct framing *f)
{
	return f->message ? length_of(f) : 0;
}

/* Holds `octets` until the rest of the message comes. */
static bool hold(struct framing *f, struct span octets)
{
	if (!f->message)
		f->message = malloc(length_of(f));
	if (!f->message)
		return false;
	if (octets.len)
		memcpy(f->message + f->have, octets.base, octets.len);
	f->have += octets.len;
	return true;
}

/* Takes what `c` has of the message whose prefix is complete, and hands it on if that is all.
 * Returns false when it is none. */
static bool take_message(
        struct framing *f, struct cursor *c, framing_handler *handle, void *context)
{
	size_t length = length_of(f);
	size_t missing = length - f->have;
	size_t here = cursor_left(c) < missing ? cursor_left(c) : missing;
	struct span message = cursor_take(c, here);

	if (here < missing || f->have > 0) {
		if (!hold(f, message))
			return false;
		message = span_of(f->message, f->have);
	}
	if (f->is_guess && length < FRAMING_HEADER_SIZE)
		return false;
	if (f->is_guess && message.len >= FRAMING_HEADER_SIZE) {
		if (!is_plausible(message, length))
			return false;
		f->is_guess = false;
	}
	if (message.len == length) {
		handle(context, message);
		begin_next(f);
	}
	return true;
}

bool framing_take(struct framing *f, struct span octets, framing_handler *handle, void *context)
{
	struct cursor c = cursor_over(octets);

	while (cursor_left(&c) > 0) {
		while (f->prefix_len < FRAMING_PREFIX_SIZE && cursor_left(&c) > 0)
			f->prefix[f->prefix_len++] = cursor_u8(&c);
		if (f->prefix_len < FRAMING_PREFIX_SIZE)
			break;
		if (!take_message(f, &c, handle, context)) {
			framing_restart(f);
			return false;
		}
	}
	return true;
}
