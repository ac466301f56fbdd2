/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/tcp.h"

#include "base/cursor.h"

#define TCP_HEADER_SIZE 20

bool tcp_parse(struct tcp *tcp, struct span segment)
{
	struct cursor c = cursor_over(segment);

	*tcp = (struct tcp){ 0 };
	tcp->source_port = cursor_u16(&c);
	tcp->destination_port = cursor_u16(&c);
	tcp->sequence = cursor_u32(&c);
	tcp->acknowledgment = cursor_u32(&c);
	size_t header_size = (size_t)(cursor_u8(&c) >> 4) * 4;
	tcp->flags = cursor_u8(&c);
	tcp->window = cursor_u16(&c);
	cursor_u32(&c); /* checksum, urgent pointer */
	if (c.bad || header_size < TCP_HEADER_SIZE)
		return false;
	tcp->options = cursor_take(&c, header_size - TCP_HEADER_SIZE);
	tcp->payload = cursor_rest(&c);
	return !c.bad;
}
