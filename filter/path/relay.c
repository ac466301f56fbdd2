/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "path/inside.h"

#define ACCEPTED_A_TURN 64

static const int families[RELAY_FAMILIES] = { [RELAY_IPV4] = AF_INET, [RELAY_IPV6] = AF_INET6 };

/* A machine without IPv6 has none to relay. */
static bool is_absent(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;
}

static int listen_to(struct worker *w, struct listener *l, int family)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = l };

	l->fd = divert_listen(w->config.tcp.divert, family, w->config.tcp.port);
	if (l->fd < 0)
		return family == AF_INET6 && is_absent(l->fd) ? 0 : l->fd;
	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, l->fd, &event) < 0 ? -errno : 0;
}

int relay_open(struct worker *w)
{
	struct relay *r = &w->relay;
	int error = 0;

	for (int i = 0; i < RELAY_FAMILIES; i++)
		r->listeners[i] = (struct listener){ WATCHED_LISTENER, -1 };
	if (!w->config.tcp.is_on)
		return 0;
	r->buffer = malloc(RELAY_BUFFER_SIZE);
	if (!r->buffer)
		return -ENOMEM;
	error = table_init(&r->connections, sizeof(struct connection), w->config.tcp.connections);
	for (int i = 0; i < RELAY_FAMILIES && !error; i++)
		error = listen_to(w, &r->listeners[i], families[i]);
	return error;
}

static struct connection *idlest(const struct worker *w)
{
	return w->relay.connections.used ? table_oldest(&w->relay.connections) : NULL;
}

void relay_close(struct worker *w)
{
	struct relay *r = &w->relay;
	struct connection *c;

	if (!r->buffer) /* it was never opened */
		return;
	while ((c = idlest(w)))
		connection_close(w, c);
	for (int i = 0; i < RELAY_FAMILIES; i++) {
		if (r->listeners[i].fd >= 0)
			close(r->listeners[i].fd);
	}
	table_fini(&r->connections);
	free(r->buffer);
	r->buffer = NULL;
}

/* The idlest gives way to the newest: whoever opens connections and leaves them cannot keep others
 * out. Returns false when there is none. */
static bool make_room(struct worker *w)
{
	struct connection *c = idlest(w);

	if (!c)
		return false;
	stats_count(&w->stats.tcp_evicted);
	connection_close(w, c);
	return true;
}

static struct side side_of(struct connection *c, int fd)
{
	return (struct side){ .watched = WATCHED_SIDE, .fd = fd, .connection = c };
}

static void begin(struct worker *w, int fd, enum divert divert,
        const struct sockaddr_storage *client, const struct sockaddr_storage *server)
{
	struct relay *r = &w->relay;

	if (r->connections.used == r->connections.capacity)
		make_room(w);
	struct connection *c = table_add(&r->connections, r->serial++);

	stats_count(&w->stats.tcp_connections);
	c->active_ms = w->now_ms;
	c->client_address = *client;
	c->server_address = *server;
	c->client = side_of(c, fd);
	c->client.is_connected = true;
	c->server = side_of(c, divert_connect(divert, client, server));
	if (c->server.fd >= 0 && w->signer)
		relay_hurry(&c->server);
	else if (c->server.fd < 0)
		connection_unreachable(w, c);
	connection_update(w, c);
}

/* Returns false when there is nothing more to accept now. */
static bool accept_one(struct worker *w, const struct listener *listener)
{
	struct sockaddr_storage client, server;
	enum divert divert = w->config.tcp.divert;
	int fd = divert_accept(&divert, listener->fd, &client, &server);

	if (fd >= 0) {
		begin(w, fd, divert, &client, &server);
		return true;
	}
	if (fd == -EPERM)
		stats_count(&w->stats.tcp_strangers);
	if (fd == -EMFILE || fd == -ENFILE)
		return make_room(w);
	return fd == -EPERM || fd == -ECONNABORTED;
}

void relay_accept(struct worker *w, const struct listener *listener)
{
	for (unsigned i = 0; i < ACCEPTED_A_TURN && accept_one(w, listener); i++)
		;
}

void relay_expire(struct worker *w)
{
	struct connection *c;

	relay_end_silence(w);
	while ((c = idlest(w)) && c->active_ms + w->config.tcp.idle_ms <= w->now_ms) {
		stats_count(&w->stats.tcp_idle);
		connection_close(w, c);
	}
}

uint64_t relay_deadline_ms(const struct worker *w)
{
	const struct connection *c = idlest(w);
	const struct question *q = w->relay.oldest;
	uint64_t due_ms = c ? c->active_ms + w->config.tcp.idle_ms : UINT64_MAX;

	return q && q->due_ms < due_ms ? q->due_ms : due_ms;
}
