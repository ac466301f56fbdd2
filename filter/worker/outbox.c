/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/outbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cursor.h"
#include "base/writer.h"

#define PREFIX_SIZE 2

bool outbox_add(struct outbox *o, struct span message)
{
	assert(message.len <= UINT16_MAX);
	uint8_t *octets = realloc(o->octets, o->len + PREFIX_SIZE + message.len);

	if (!octets)
		return false;
	put_u16(octets + o->len, (uint16_t)message.len);
	if (message.len)
		memcpy(octets + o->len + PREFIX_SIZE, message.base, message.len);
	o->octets = octets;
	o->len += PREFIX_SIZE + message.len;
	return true;
}

bool outbox_add_octets(struct outbox *o, struct span octets)
{
	uint8_t *all = realloc(o->octets, o->len + octets.len);

	if (!all)
		return false;
	memcpy(all + o->len, octets.base, octets.len);
	o->octets = all;
	o->len += octets.len;
	return true;
}

int outbox_send(struct outbox *o, int fd)
{
	while (o->sent < o->len) {
		ssize_t n = send(fd, o->octets + o->sent, o->len - o->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		o->sent += (size_t)n;
	}
	outbox_fini(o);
	return 0;
}

int outbox_send_datagrams(struct outbox *o, int fd)
{
	int result = 0;

	while (o->sent < o->len) {
		size_t len = get_u16(o->octets + o->sent);
		const uint8_t *message = o->octets + o->sent + PREFIX_SIZE;
		if (send(fd, message, len, 0) < 0 && errno != EAGAIN)
			result = -errno;
		o->sent += PREFIX_SIZE + len;
	}
	outbox_fini(o);
	return result;
}

void outbox_fini(struct outbox *o)
{
	free(o->octets);
	*o = (struct outbox){ 0 };
}
