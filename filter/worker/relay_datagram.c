/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's connection to a server that takes none: each query goes on by UDP, from a fresh port
 * and under an id of ours, so that nobody but the server can answer it. */
#include "worker/relay_datagram.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "worker/udp_sign.h"

#define ID_SIZE 2

bool relay_datagram_begin(struct worker *w, struct connection *c)
{
	struct side *s = &c->server;
	int fd = divert_connect_datagram(&c->server_address);

	if (fd < 0)
		return false;
	if (s->fd >= 0)
		close(s->fd); /* epoll forgets it by that */
	stats_count(&w->stats.sign_datagrams);
	s->fd = fd;
	s->events = 0;
	s->is_connected = s->is_datagram = true;
	return true;
}

void relay_datagram_ask(struct connection *c, struct question *q, struct span query)
{
	uint8_t octets[UINT16_MAX];

	q->datagram_id = (uint16_t)randombytes_random();
	memcpy(octets, query.base, query.len);
	put_u16(octets, q->datagram_id);
	/* A lost one the client sends again; of one that nobody takes the client is told. */
	if (send(c->server.fd, octets, query.len, 0) < 0 && errno != EAGAIN)
		c->is_broken = true;
}

static struct question *find(const struct connection *c, uint16_t id)
{
	for (struct question *q = c->first; q; q = q->next) {
		if (q->datagram_id == id)
			return q;
	}
	return NULL;
}

bool relay_datagram_read(struct worker *w, struct connection *c)
{
	uint8_t *buffer = w->relay.buffer;
	ssize_t n = recv(c->server.fd, buffer, UINT16_MAX, 0);

	if (n < 0) {
		c->is_broken = errno != EAGAIN && errno != EINTR;
		return false;
	}
	struct span octets = span_of(buffer, (size_t)n);
	struct cursor cursor = cursor_over(octets);
	const struct question *q = find(c, cursor_u16(&cursor));
	if (cursor.bad || !q) {
		stats_count(&w->stats.responses_unsolicited);
		return true;
	}
	put_u16(buffer, q->asked.id);
	connection_touch(w, c);
	w->relay.trade->response(w, c, octets);
	return true;
}
