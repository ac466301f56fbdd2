/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/build.h"

#define EDNS_TTL_DO 0x8000 /* no extended RCODE, version 0, DO */

static void put_opt(struct writer *out, uint16_t udp_size)
{
	writer_u8(out, 0); /* the root */
	writer_u16(out, TYPE_OPT);
	writer_u16(out, udp_size);
	writer_u32(out, EDNS_TTL_DO);
	writer_u16(out, 0); /* no options */
}

void build_query(struct writer *out, uint16_t id, uint16_t flags, const struct name *qname,
        uint16_t qtype, uint16_t udp_size)
{
	writer_u16(out, id);
	writer_u16(out, flags);
	writer_u16(out, 1); /* question */
	writer_u16(out, 0); /* answer */
	writer_u16(out, 0); /* authority */
	writer_u16(out, 1); /* additional */
	writer_put(out, name_span(qname));
	writer_u16(out, qtype);
	writer_u16(out, CLASS_IN);
	put_opt(out, udp_size);
}
