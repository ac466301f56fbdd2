/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fetch/exchange.h"
#include "worker/connection.h"
#include "worker/relay_room.h"

/* Connections that are accepted in one turn of the loop, and those of them that are relayed: most
 * of the others are refused. The queue of packets waits meanwhile. */
#define BEGUN_A_TURN    64
#define ACCEPTED_A_TURN 256

#define REST_MS        100
#define SHORT_QUIET_MS 60000

#define LOG_BURST      5
#define LOG_PER_SECOND 1

static const int families[RELAY_FAMILIES] = { [RELAY_IPV4] = AF_INET, [RELAY_IPV6] = AF_INET6 };

/* A machine without IPv6 has none to relay. */
static bool is_absent(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;
}

/* `*before` is the listener of another process, or -1. It is the caller's if it does not fit. */
static int listen_to(const struct relay *r, struct tcp_listener *l, int family, int *before)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = l };
	const struct relay_config *c = r->config;

	if (*before >= 0 && intercept_listens(*before, c->divert, family, c->port)) {
		l->fd = *before;
		*before = -1;
	} else {
		l->fd = intercept_listen(c->divert, family, c->port);
	}
	if (l->fd < 0)
		return family == AF_INET6 && is_absent(l->fd) ? 0 : l->fd;
	return epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, l->fd, &event) < 0 ? -errno : 0;
}

int relay_open(struct relay *r, int before[static RELAY_FAMILIES])
{
	uint32_t connections = r->config->connections;

	for (int i = 0; i < RELAY_FAMILIES; i++)
		r->listeners[i] = (struct tcp_listener){ WATCHED_LISTENER, -1 };
	if (!r->config->is_on)
		return 0;
	r->buffer = malloc(RELAY_BUFFER_SIZE);
	r->holders = calloc(SHARE_TALLIES, sizeof(*r->holders));
	r->log_share = (struct log_limit){ .burst = LOG_BURST, .per_second = LOG_PER_SECOND };
	if (!r->buffer || !r->holders)
		return -ENOMEM;
	int error = share_init(&r->share, connections);
	if (!error)
		error = table_init(&r->connections, sizeof(struct connection), connections);
	for (int i = 0; i < RELAY_FAMILIES && !error; i++)
		error = listen_to(r, &r->listeners[i], families[i], &before[i]);
	return error;
}

static struct connection *idlest_connection(const struct relay *r)
{
	return r->connections.used ? table_oldest(&r->connections) : NULL;
}

void relay_end(struct relay *r)
{
	struct connection *c;

	while (r->buffer && (c = idlest_connection(r)))
		connection_close(c);
}

void relay_close(struct relay *r)
{
	if (!r->buffer) /* it was never opened */
		return;
	relay_end(r);
	for (int i = 0; i < RELAY_FAMILIES; i++) {
		if (r->listeners[i].fd >= 0)
			close(r->listeners[i].fd);
	}
	table_fini(&r->connections);
	free(r->holders);
	free(r->buffer);
	r->holders = NULL;
	r->buffer = NULL;
}

/* ---- Room ---- */

/* A connection of a greedy client is reset. Ended in order, each would keep memory in the kernel
 * for a minute, and a place at its server. Connections of other clients end as idle ones do. */
static bool close_for_room(struct relay *r, struct connection *c)
{
	if (!c)
		return false;
	stats_count(&r->stats->tcp_evicted);
	c->is_broken = share_is_taken(&r->share, c->sharer);
	connection_close(c);
	return true;
}

bool relay_make_room_for_any(struct relay *r)
{
	return close_for_room(r, relay_room_yielding(r));
}

bool relay_make_room(struct relay *r, const struct sockaddr_storage *client)
{
	struct connection *yielding;

	switch (relay_room_for(r, client, &yielding)) {
	case ROOM_FREE:
		return true;
	case ROOM_YIELDED:
		return close_for_room(r, yielding);
	case ROOM_NONE:
		break;
	}
	return false;
}

/* ---- New connections ---- */

static struct side side_of(struct connection *c, int fd)
{
	return (struct side){ .watched = WATCHED_SIDE, .fd = fd, .connection = c };
}

static void log_short(struct relay *r, int error)
{
	struct rlimit limit = { 0 };
	uint64_t now_ms = r->turn->now_ms;

	if (r->said_short_ms && now_ms - r->said_short_ms < SHORT_QUIET_MS)
		return;
	r->said_short_ms = now_ms;
	getrlimit(RLIMIT_NOFILE, &limit);
	log_warning("no socket for a TCP connection: %s. Idle connections are closed early. If the "
	            "descriptors are used up, raise LimitNOFILE= (now %llu)",
	        strerror(-error), (unsigned long long)limit.rlim_cur);
}

/* True if there are too few descriptors, or too little memory. `fd` is a descriptor or -errno. */
static bool relay_is_short(struct relay *r, int fd)
{
	if (!exchange_is_short(fd))
		return false;
	stats_count(&r->stats->sockets_short);
	log_short(r, fd);
	return true;
}

/* Listens to new connections, or leaves them in the kernel's queue. */
static void relay_listen(struct relay *r, bool listens)
{
	for (int i = 0; i < RELAY_FAMILIES; i++) {
		struct epoll_event event = { .events = listens ? EPOLLIN : 0,
			.data.ptr = &r->listeners[i] };
		if (r->listeners[i].fd >= 0)
			epoll_ctl(r->epoll_fd, EPOLL_CTL_MOD, r->listeners[i].fd, &event);
	}
	r->rests_until_ms = listens ? 0 : r->turn->now_ms + REST_MS;
}

static int connect_to_server(struct relay *r, enum divert divert,
        const struct sockaddr_storage *client, const struct sockaddr_storage *server)
{
	int fd = intercept_connect(divert, client, server);

	if (relay_is_short(r, fd) && relay_make_room_for_any(r))
		fd = intercept_connect(divert, client, server);
	return fd;
}

static void relay_begin(struct relay *r, int fd, enum divert divert,
        const struct sockaddr_storage *client, const struct sockaddr_storage *server)
{
	int server_fd = connect_to_server(r, divert, client, server);
	struct connection *c = table_add(&r->connections, r->serial++);

	stats_count(&r->stats->tcp_connections);
	c->relay = r;
	c->active_ms = r->turn->now_ms;
	c->client_address = *client;
	c->server_address = *server;
	c->divert = divert;
	c->client = side_of(c, fd);
	c->client.is_connected = true;
	c->server = side_of(c, server_fd);
	relay_enter(r, c);
	if (c->server.fd < 0)
		connection_unreachable(c);
	else if (r->trade->datagram) /* the sooner it can be asked over UDP */
		intercept_hurry(c->server.fd);
	connection_update(c);
}

/* With a reset, before the server has heard of the connection: nothing of it stays here or there.
 */
static void refuse_connection(struct relay *r, int fd)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	stats_count(&r->stats->tcp_refused);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

enum accepted { ACCEPTED_NONE, ACCEPTED_BEGUN, ACCEPTED_OVER };

/* Returns ACCEPTED_NONE if there is nothing more to accept now. */
static enum accepted accept_one(struct relay *r, const struct tcp_listener *listener)
{
	struct sockaddr_storage client, server;
	enum divert divert = r->config->divert;
	int fd = intercept_accept(&divert, listener->fd, &client, &server);

	if (fd >= 0 && relay_make_room(r, &client)) {
		relay_begin(r, fd, divert, &client, &server);
		return ACCEPTED_BEGUN;
	}
	if (fd >= 0)
		refuse_connection(r, fd);
	if (fd == -EPERM)
		stats_count(&r->stats->tcp_strangers);
	if (relay_is_short(r, fd)) {
		if (relay_make_room_for_any(r))
			return ACCEPTED_BEGUN;
		relay_listen(r, false);
	}
	return fd >= 0 || fd == -EPERM || fd == -ECONNABORTED ? ACCEPTED_OVER : ACCEPTED_NONE;
}

void relay_accept(struct relay *r, const struct tcp_listener *listener)
{
	enum accepted accepted = ACCEPTED_OVER;
	unsigned begun = 0;

	for (unsigned i = 0; i < ACCEPTED_A_TURN && begun < BEGUN_A_TURN && accepted; i++) {
		accepted = accept_one(r, listener);
		begun += accepted == ACCEPTED_BEGUN;
	}
}

/* ---- Time ---- */

void relay_expire(struct relay *r)
{
	struct connection *c;

	if (r->rests_until_ms && r->rests_until_ms <= r->turn->now_ms)
		relay_listen(r, true);
	while (r->trade->answer_due && (c = r->trade->answer_due(r->trader, r)))
		connection_update(c);
	while ((c = idlest_connection(r)) && c->active_ms + r->config->idle_ms <= r->turn->now_ms) {
		stats_count(&r->stats->tcp_idle);
		connection_close(c);
	}
}

uint64_t relay_deadline_ms(const struct relay *r)
{
	const struct connection *c = idlest_connection(r);
	const struct question *q = r->oldest;
	uint64_t due_ms = c ? c->active_ms + r->config->idle_ms : UINT64_MAX;

	if (r->rests_until_ms && r->rests_until_ms < due_ms)
		due_ms = r->rests_until_ms;
	return q && q->due_ms < due_ms ? q->due_ms : due_ms;
}
