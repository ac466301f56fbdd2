/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/framing.h"

#include <stdlib.h>

#include "wire/message.h"

#define QUESTION_MIN 5   /* octets: the root name, type, class */
#define QUESTION_MAX 259 /* with the longest name */
#define RECORD_MIN   11  /* a question plus TTL and RDLENGTH, with empty RDATA */
#define OPCODE_LAST  6   /* DSO, RFC 8490 */
#define FLAG_Z       0x0040

static size_t length_of(const struct framing *f)
{
	return (size_t)(f->prefix[0] << 8 | f->prefix[1]);
}

static bool is_plausible_header(struct cursor *c, size_t length)
{
	cursor_u16(c); /* id */
	uint16_t flags = cursor_u16(c);
	size_t questions = cursor_u16(c);
	size_t records = (size_t)cursor_u16(c) + cursor_u16(c) + cursor_u16(c);
	return (flags & OPCODE_MASK) >> OPCODE_SHIFT <= OPCODE_LAST && !(flags & FLAG_Z) &&
	       questions <= 1 && questions + records > 0 &&
	       FRAMING_HEADER_SIZE + questions * QUESTION_MIN + records * RECORD_MIN <= length;
}

/* Reads a question, or the start of a record. */
static bool is_plausible_question(struct cursor *c)
{
	name_skip(c);
	uint16_t type = cursor_u16(c);
	uint16_t class = cursor_u16(c);
	bool is_class = class == CLASS_IN || class == 3 || class == 4 || class == 254 ||
	                class == CLASS_ANY; /* RFC 6895, 3.2 */
	return !c->bad && (is_class || type == TYPE_OPT);
}

/* True if `octets` may be the first octets of a message of `length` octets. Most wrong guesses must
 * be detected in their first segment, because the octets of a wrong guess are lost. */
static bool is_plausible(struct span octets, size_t length)
{
	struct cursor c = cursor_over(octets);
	bool has_question =
	        octets.len == length || octets.len >= FRAMING_HEADER_SIZE + QUESTION_MAX;

	if (length < FRAMING_HEADER_SIZE)
		return false;
	if (octets.len < FRAMING_HEADER_SIZE)
		return true;
	return is_plausible_header(&c, length) && (!has_question || is_plausible_question(&c));
}

/* True if `octets` are a complete message without trailing octets. */
static bool framing_is_message(struct span octets)
{
	struct message m;
	struct rr *rrs = calloc(MESSAGE_RRS_MAX, sizeof(*rrs));
	bool result = rrs && message_parse(&m, octets, rrs, MESSAGE_RRS_MAX);

	free(rrs);
	return result;
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

bool framing_has_begun(const struct framing *f)
{
	return f->prefix_len > 0;
}

size_t framing_held(const struct framing *f)
{
	return f->message ? length_of(f) : 0;
}

/* Stores `octets` until the rest of the message arrives. */
static bool framing_hold(struct framing *f, struct span octets)
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

/* Takes octets for the message whose prefix is complete, and hands the message on once it is
 * complete. Returns false if it is no message, or if there is no memory. */
static bool framing_take_message(
        struct framing *f, struct cursor *c, framing_handler *handle, void *context)
{
	size_t length = length_of(f);
	size_t missing = length - f->have;
	size_t here = cursor_left(c) < missing ? cursor_left(c) : missing;
	struct span message = cursor_take(c, here);

	if (here < missing || f->have > 0) {
		if (!framing_hold(f, message))
			return false;
		message = span_of(f->message, f->have);
	}
	if (f->is_guess && !is_plausible(message, length))
		return false;
	if (message.len < length)
		return true;
	if (f->is_guess && !framing_is_message(message))
		return false;
	f->is_guess = false;
	handle(context, message);
	begin_next(f);
	return true;
}

bool framing_take_one(struct framing *f, struct cursor *c, framing_handler *handle, void *context)
{
	while (f->prefix_len < FRAMING_PREFIX_SIZE && cursor_left(c) > 0)
		f->prefix[f->prefix_len++] = cursor_u8(c);
	if (f->prefix_len < FRAMING_PREFIX_SIZE || framing_take_message(f, c, handle, context))
		return true;
	framing_restart(f);
	return false;
}

bool framing_take(struct framing *f, struct span octets, framing_handler *handle, void *context)
{
	struct cursor c = cursor_over(octets);

	while (cursor_left(&c) > 0) {
		if (!framing_take_one(f, &c, handle, context))
			return false;
	}
	return true;
}
