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
