/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/edns.h"

#include "wire/protocol.h"

size_t edns_begin(struct writer *w, const struct edns_head *head)
{
	writer_u8(w, 0); /* the root */
	writer_u16(w, TYPE_OPT);
	writer_u16(w, head->udp_size);
	writer_u8(w, head->extended_rcode);
	writer_u8(w, head->version);
	writer_u16(w, head->flags);
	writer_u16(w, 0);
	return w->len;
}

void edns_end(struct writer *w, size_t begun)
{
	if (!w->full)
		writer_patch_u16(w, begun - 2, (uint16_t)(w->len - begun));
}

static const struct {
	uint16_t code;
	const char *word;
} filter_codes[] = { { 4, "Forged Answer" }, { 15, "Blocked" }, { 16, "Censored" },
	{ 17, "Filtered" }, { 18, "Prohibited" } };

#define FILTER_CODES (sizeof(filter_codes) / sizeof(filter_codes[0]))

const char *edns_filter_word(uint16_t code)
{
	for (size_t i = 0; i < FILTER_CODES; i++) {
		if (filter_codes[i].code == code)
			return filter_codes[i].word;
	}
	return "";
}

/* An option takes at least four octets, so an OPT of 65535 octets bounds this loop. */
uint16_t edns_filter_code(struct span options)
{
	struct cursor c = cursor_over(options);

	while (!c.bad && c.at < c.end) {
		uint16_t option = cursor_u16(&c), len = cursor_u16(&c);
		struct cursor value = cursor_over(cursor_take(&c, len));
		uint16_t code = cursor_u16(&value);
		if (option == OPTION_EDE && !c.bad && !value.bad && edns_filter_word(code)[0])
			return code;
	}
	return 0;
}
