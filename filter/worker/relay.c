/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "worker/relay_room.h"
#include "worker/tcp_sign.h"
#include "worker/tcp_validate.h"
#include "worker/worker_private.h"

/* Connections that are begun in one turn of the loop, and that are looked at: most of these are
 * refused then. The queue of packets waits meanwhile. */
#define BEGUN_A_TURN    64
#define ACCEPTED_A_TURN 256

#define LOG_BURST      5
#define LOG_PER_SECOND 1

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

const struct relay_trade relay_validates = { .query = tcp_validate_query,
	.response = tcp_validate_response };

const struct relay_trade relay_signs = { .query = tcp_sign_query,
	.response = tcp_sign_response,
	.go_on_by_udp = tcp_sign_go_on_by_udp,
	.read_datagram = tcp_sign_read_datagram };

int relay_open(struct worker *w)
{
	struct relay *r = &w->relay;
	int error = 0;

	r->trade = w->signer ? &relay_signs : &relay_validates;
	for (int i = 0; i < RELAY_FAMILIES; i++)
		r->listeners[i] = (struct listener){ WATCHED_LISTENER, -1 };
	if (!w->config.tcp.is_on)
		return 0;
	r->buffer = malloc(RELAY_BUFFER_SIZE);
	r->holders = calloc(SHARE_TALLIES, sizeof(*r->holders));
	r->log_share = (struct log_limit){ .burst = LOG_BURST, .per_second = LOG_PER_SECOND };
	if (!r->buffer || !r->holders)
		return -ENOMEM;
	error = share_init(&r->share, w->config.tcp.connections);
	if (!error)
		error = table_init(
		        &r->connections, sizeof(struct connection), w->config.tcp.connections);
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
	free(r->holders);
	free(r->buffer);
	r->holders = NULL;
	r->buffer = NULL;
}

static struct side side_of(struct connection *c, int fd)
{
	return (struct side){ .watched = WATCHED_SIDE, .fd = fd, .connection = c };
}

static bool is_short_of_descriptors(int error)
{
	return error == -EMFILE || error == -ENFILE;
}

/* Who has room for the client has it for the way to the server, too. */
static int connect_on(struct worker *w, enum divert divert, const struct sockaddr_storage *client,
        const struct sockaddr_storage *server)
{
	int fd = divert_connect(divert, client, server);

	if (is_short_of_descriptors(fd) && relay_make_room_for_any(w))
		fd = divert_connect(divert, client, server);
	return fd;
}

static void begin(struct worker *w, int fd, enum divert divert,
        const struct sockaddr_storage *client, const struct sockaddr_storage *server)
{
	struct relay *r = &w->relay;
	int server_fd = connect_on(w, divert, client, server);
	struct connection *c = table_add(&r->connections, r->serial++);

	stats_count(&w->stats.tcp_connections);
	c->active_ms = w->now_ms;
	c->client_address = *client;
	c->server_address = *server;
	c->client = side_of(c, fd);
	c->client.is_connected = true;
	c->server = side_of(c, server_fd);
	relay_enter(w, c);
	if (c->server.fd >= 0 && w->signer)
		tcp_sign_hurry(&c->server);
	else if (c->server.fd < 0)
		connection_unreachable(w, c);
	connection_update(w, c);
}

/* With a reset, before anybody else has heard of it: nothing of it stays, here or with the server.
 */
static void refuse(struct worker *w, int fd)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	stats_count(&w->stats.tcp_refused);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

enum accepted { ACCEPTED_NONE, ACCEPTED_BEGUN, ACCEPTED_OVER };

/* Returns ACCEPTED_NONE when there is nothing more to accept now. */
static enum accepted accept_one(struct worker *w, const struct listener *listener)
{
	struct sockaddr_storage client, server;
	enum divert divert = w->config.tcp.divert;
	int fd = divert_accept(&divert, listener->fd, &client, &server);

	if (fd >= 0 && relay_make_room(w, &client)) {
		begin(w, fd, divert, &client, &server);
		return ACCEPTED_BEGUN;
	}
	if (fd >= 0)
		refuse(w, fd);
	if (fd == -EPERM)
		stats_count(&w->stats.tcp_strangers);
	if (is_short_of_descriptors(fd))
		return relay_make_room_for_any(w) ? ACCEPTED_BEGUN : ACCEPTED_NONE;
	return fd >= 0 || fd == -EPERM || fd == -ECONNABORTED ? ACCEPTED_OVER : ACCEPTED_NONE;
}

void relay_accept(struct worker *w, const struct listener *listener)
{
	enum accepted accepted = ACCEPTED_OVER;
	unsigned begun = 0;

	for (unsigned i = 0; i < ACCEPTED_A_TURN && begun < BEGUN_A_TURN && accepted; i++) {
		accepted = accept_one(w, listener);
		begun += accepted == ACCEPTED_BEGUN;
	}
}

void relay_expire(struct worker *w)
{
	struct connection *c;

	tcp_sign_end_silence(w);
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
