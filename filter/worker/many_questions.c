/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/many_questions.h"

#include "wire/build.h"

/* Reads the questions. Returns where the first one ends. */
static size_t skip_questions(struct cursor *c, unsigned count)
{
	struct name first;
	size_t end;

	name_read_plain(c, &first);
	cursor_take(c, 4);
	end = cursor_offset(c);
	for (unsigned i = 1; i < count && !c->bad; i++) {
		name_skip(c);
		cursor_take(c, 4);
	}
	return end;
}

static void skip_opt(struct cursor *c)
{
	bool is_opt = cursor_u8(c) == 0 && cursor_u16(c) == TYPE_OPT;

	cursor_take(c, 6);
	cursor_take(c, cursor_u16(c));
	c->bad = c->bad || !is_opt;
}

bool many_questions_cut(struct span octets, struct writer *out)
{
	struct cursor c = cursor_over(octets);
	uint16_t id = cursor_u16(&c), flags = cursor_u16(&c), questions = cursor_u16(&c);
	uint16_t answers = cursor_u16(&c), authority = cursor_u16(&c), additional = cursor_u16(&c);

	if (c.bad || (flags & (FLAG_QR | OPCODE_MASK)) || questions < 2 ||
	        questions > MANY_QUESTIONS_MAX || answers || authority || additional > 1)
		return false;
	size_t end = skip_questions(&c, questions);
	if (additional)
		skip_opt(&c);
	if (c.bad || !cursor_done(&c))
		return false;
	build_header(out, id, flags, 1, 0);
	writer_put(out, span_of(octets.base + DNS_HEADER_SIZE, end - DNS_HEADER_SIZE));
	return !out->full;
}

void many_questions_refuse(const struct client_query *asked, struct writer *out)
{
	build_header(out, asked->id, (uint16_t)(FLAG_QR | (asked->flags & FLAG_RD) | RCODE_FORMERR),
	        0, 0);
}
