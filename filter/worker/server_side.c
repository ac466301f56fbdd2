/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/server_side.h"

#include <unistd.h>

#include "worker/relay.h"

/* epoll forgets the old descriptor. */
static void replace_socket(struct side *s, int fd)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->events = 0;
}

/* The server may have read a part of what waits. Returns false if no question is open. */
static bool ask_open_again(struct connection *c)
{
	outbox_fini(&c->server.out);
	c->server.out = (struct outbox){ 0 };
	return c->relay->trade->ask_anew(c->relay->trader, c);
}

bool server_side_by_udp(struct connection *c)
{
	struct side *s = &c->server;
	int fd = intercept_connect_datagram(&c->server_address);

	if (fd < 0)
		return false;
	stats_count(&c->relay->stats->sign_datagrams);
	replace_socket(s, fd);
	s->is_connected = s->is_datagram = true;
	if (!outbox_is_empty(&s->out)) /* queries for TCP, after a response: none is read before */
		ask_open_again(c);
	return true;
}

bool server_side_anew(struct connection *c)
{
	struct relay *r = c->relay;
	struct side *s = &c->server;

	if (!r->trade->ask_anew || !c->was_heard || s->is_datagram || framing_has_begun(&s->in))
		return false;
	c->was_heard = false;
	if (!ask_open_again(c))
		return false;
	int fd = intercept_connect(c->divert, &c->client_address, &c->server_address);
	if (fd < 0)
		return false;
	stats_count(&r->stats->sign_anew);
	replace_socket(s, fd);
	s->is_connected = s->has_ended = s->was_ended = false;
	return true;
}
