/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/build.h"

#include "wire/edns.h"

#define COUNTS_AT 6 /* offset of the record counts in the header */

void build_header(
        struct writer *out, uint16_t id, uint16_t flags, uint16_t questions, uint16_t additional)
{
	uint8_t *at = writer_room(out, DNS_HEADER_SIZE);

	if (!at)
		return;
	put_u16(at, id);
	put_u16(at + 2, flags);
	put_u16(at + 4, questions);
	put_u32(at + COUNTS_AT, 0); /* answer, authority */
	put_u16(at + COUNTS_AT + 4, additional);
}

void build_set_counts(struct writer *out, const uint16_t counts[static 3])
{
	for (size_t i = 0; i < 3; i++)
		writer_patch_u16(out, COUNTS_AT + 2 * i, counts[i]);
}

void build_query(struct writer *out, uint16_t id, uint16_t flags, const struct name *qname,
        uint16_t qtype, uint16_t udp_size)
{
	build_header(out, id, flags, 1, 1);
	writer_put(out, name_span(qname));
	writer_u16(out, qtype);
	writer_u16(out, CLASS_IN);
	edns_end(out,
	        edns_begin(out, &(struct edns_head){ .udp_size = udp_size, .flags = EDNS_DO }));
}
