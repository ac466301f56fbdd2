/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "style.h"

#include "wire/compress.h"
#include "wire/rdata.h"

static void compress_rdata(struct compressor *c, const struct message *m, const struct rr *rr,
        enum letter_case letters)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;
	struct wire_name name;
	size_t length_at = c->w->len;

	writer_u16(c->w, 0);
	while (rdata_walk_next(&walk, &part)) {
		if (!part.is_name) {
			writer_put(c->w, part.octets);
			continue;
		}
		assert_true(wire_name_read(m->octets, part.at, &name));
		compress_name(c, span_of(name.octets, name.len), letters);
	}
	writer_patch_u16(c->w, length_at, (uint16_t)(c->w->len - length_at - 2));
}

struct span style_write(struct span response, enum style style)
{
	static struct rr rrs[64];
	static uint8_t octets[65535];
	enum letter_case letters = style == KEEPS_CASE ? CASE_KEPT : CASE_ANY;
	struct writer w = writer_over(octets, sizeof(octets));
	struct compressor c;
	struct wire_name name;
	struct message m;

	assert_true(message_parse(&m, response, rrs, COUNT(rrs)));
	if (style == WRITES_OUT) {
		writer_put(&w, response);
		return writer_span(&w);
	}
	writer_put(&w, span_of(response.base, DNS_HEADER_SIZE));
	compress_begin(&c, &w);
	compress_name(&c, span_of(m.question.base, m.question.len - 4), CASE_KEPT);
	writer_put(&w, span_of(m.question.base + m.question.len - 4, 4));
	for (unsigned i = 0; i < m.rr_count; i++) {
		assert_true(wire_name_read(response, rrs[i].owner_at, &name));
		compress_name(&c, span_of(name.octets, name.len), letters);
		writer_u16(&w, rrs[i].type);
		writer_u16(&w, rrs[i].class);
		writer_u32(&w, rrs[i].ttl_s);
		compress_rdata(&c, &m, &rrs[i], letters);
	}
	return writer_span(&w);
}
