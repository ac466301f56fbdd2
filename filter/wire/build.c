/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/build.h"

#include "wire/edns.h"

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
	edns_end(out,
	        edns_begin(out, &(struct edns_head){ .udp_size = udp_size, .flags = EDNS_DO }));
}
