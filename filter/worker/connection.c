/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "worker/relay_room.h"
#include "worker/worker_private.h"

/* Messages that are treated of one side in one turn of the loop, and of all sides; then each gets
 * one more: others wait too. */
#define MESSAGES_A_SIDE 16
#define MESSAGES_A_TURN 256

/* Octets that may wait for one side before what makes more of them is left where it is. */
#define OUT_ENOUGH 16384

static struct side *opposite(struct side *s)
{
	struct connection *c = s->connection;
	return s == &c->client ? &c->server : &c->client;
}

/* What a client asks may be refused at once, so what waits for the client counts as well. A server
 * must be heard while queries wait for it: it may read no more of them before its responses are
 * gone. */
static bool has_room(const struct connection *c, const struct side *s)
{
	return s == &c->client
	               ? c->question_count < CONNECTION_QUESTIONS && c->client.out.len < OUT_ENOUGH
	               : c->parked_count < CONNECTION_PARKED;
}

/* True when another message of a side may be treated. */
static bool may_treat(struct side *s)
{
	const struct connection *c = s->connection;

	return !c->is_broken && has_room(c, s) && opposite(s)->out.len < OUT_ENOUGH;
}

static bool may_read(struct side *s)
{
	return s->connection->server.is_connected && !s->has_ended && may_treat(s) &&
	       outbox_is_empty(&opposite(s)->out);
}

/* Without any event a side is not watched at all: epoll would report a hang-up again and again. */
static int watch(struct worker *w, struct side *s)
{
	struct epoll_event event = { .data.ptr = s };
	int operation;

	if (may_read(s))
		event.events |= EPOLLIN;
	if (!s->is_connected || !outbox_is_empty(&s->out))
		event.events |= EPOLLOUT;
	if (event.events == s->events)
		return 0;
	if (s->events == 0)
		operation = EPOLL_CTL_ADD;
	else
		operation = event.events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
	s->events = event.events;
	return epoll_ctl(w->epoll_fd, operation, s->fd, &event) < 0 ? -errno : 0;
}

void connection_touch(struct worker *w, struct connection *c)
{
	c->active_ms = w->now_ms;
	relay_touch(w, c);
}

void connection_send(struct worker *w, struct side *to, struct span message)
{
	connection_touch(w, to->connection);
	if (!outbox_add(&to->out, message))
		to->connection->is_broken = true;
}

/* Whose message it is. */
struct reading {
	struct worker *worker;
	struct side *side;
};

static void take_message(void *context, struct span message)
{
	const struct reading *r = context;
	struct connection *c = r->side->connection;
	const struct relay_trade *trade = r->worker->relay.trade;

	connection_touch(r->worker, c);
	if (r->side == &c->client)
		trade->query(r->worker, c, message);
	else
		trade->response(r->worker, c, message);
}

/* Takes the place of one more message in this turn, beside so many of the side that were treated.
 * Returns false when there is none left. */
static bool take_place(struct worker *w, unsigned treated)
{
	if (treated > 0 && (treated == MESSAGES_A_SIDE || w->relay.treated >= MESSAGES_A_TURN))
		return false;
	w->relay.treated++;
	return true;
}

static void read_datagrams(struct worker *w, struct side *s)
{
	for (unsigned i = 0; may_read(s) && take_place(w, i); i++) {
		if (!w->relay.trade->read_datagram(w, s->connection))
			break;
	}
}

/* Treats the messages that `c` begins with. */
static void take_messages(struct worker *w, struct side *s, struct cursor *c)
{
	struct reading reading = { w, s };

	for (unsigned i = 0; cursor_left(c) > 0 && may_treat(s) && take_place(w, i); i++) {
		if (!framing_take_one(&s->in, c, take_message, &reading))
			s->connection->is_broken = true;
	}
}

/* Looks at all that there is, and takes from the kernel what was treated. The rest stays there: so
 * it is not ours to keep, its sender is told to wait, and epoll tells us of it again. */
static void read_stream(struct worker *w, struct side *s)
{
	struct connection *c = s->connection;
	ssize_t n = recv(s->fd, w->relay.buffer, RELAY_BUFFER_SIZE, MSG_PEEK);

	if (n < 0) {
		c->is_broken = errno != EAGAIN && errno != EINTR;
		return;
	}
	if (n == 0) {
		s->has_ended = true;
		c->is_broken = framing_has_begun(&s->in);
		return;
	}
	struct cursor octets = cursor_over(span_of(w->relay.buffer, (size_t)n));
	take_messages(w, s, &octets);
	size_t taken = cursor_offset(&octets);
	/* MSG_TRUNC: over TCP they are not copied again. */
	if (recv(s->fd, w->relay.buffer, taken, MSG_TRUNC) != (ssize_t)taken)
		c->is_broken = true;
}

static void read_messages(struct worker *w, struct side *s)
{
	if (s->is_datagram)
		read_datagrams(w, s);
	else if (may_read(s))
		read_stream(w, s);
}

void connection_unreachable(struct worker *w, struct connection *c)
{
	if (w->relay.trade->go_on_by_udp && w->relay.trade->go_on_by_udp(w, c))
		return;
	stats_count(&w->stats.tcp_unreachable);
	c->is_broken = true;
}

/* An event may be left over of a connection that had this place before it gave way. */
static bool is_still_connecting(const struct side *s)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return getpeername(s->fd, (struct sockaddr *)&peer, &size) < 0 && errno == ENOTCONN;
}

static void finish_connecting(struct worker *w, struct side *s)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
		connection_unreachable(w, s->connection);
	else if (is_still_connecting(s))
		return;
	s->is_connected = true;
}

void connection_ready(struct worker *w, struct side *s)
{
	if (s->fd < 0) /* closed by another event of this turn */
		return;
	if (!s->is_connected)
		finish_connecting(w, s);
	read_messages(w, s);
	connection_update(w, s->connection);
}

static void send_waiting(struct worker *w, struct side *s)
{
	if (!s->is_connected || outbox_is_empty(&s->out))
		return;
	if (outbox_send(&s->out, s->fd) < 0)
		s->connection->is_broken = true;
	else if (outbox_is_empty(&s->out))
		connection_touch(w, s->connection);
}

/* Tells a side that the other one has ended, once it got all that there was. */
static void pass_on_end(struct side *s)
{
	struct connection *c = s->connection;
	bool is_more_to_come = s == &c->client && c->parked_count > 0;

	if (s->was_ended || !opposite(s)->has_ended || !outbox_is_empty(&s->out) || is_more_to_come)
		return;
	shutdown(s->fd, SHUT_WR);
	s->was_ended = true;
}

/* UDP has no end: it is there when the client has ended and has got all its answers. */
static void end_datagrams(struct connection *c)
{
	if (c->server.is_datagram && c->client.has_ended && c->question_count == 0)
		c->server.has_ended = true;
}

void connection_update(struct worker *w, struct connection *c)
{
	end_datagrams(c);
	send_waiting(w, &c->client);
	send_waiting(w, &c->server);
	pass_on_end(&c->client);
	pass_on_end(&c->server);
	bool is_over = c->client.was_ended && c->server.was_ended;
	if (c->is_broken || is_over || watch(w, &c->client) < 0 || watch(w, &c->server) < 0)
		connection_close(w, c);
}

/* A side whose connection is broken gets a reset. */
static void close_side(struct side *s, bool is_broken)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	framing_fini(&s->in);
	outbox_fini(&s->out);
	if (s->fd < 0)
		return;
	if (is_broken)
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(s->fd); /* epoll forgets it by that */
	s->fd = -1;
}

void connection_close(struct worker *w, struct connection *c)
{
	while (c->first)
		question_forget(w, c->first);
	close_side(&c->client, c->is_broken);
	close_side(&c->server, c->is_broken);
	relay_leave(w, c);
	table_remove(&w->relay.connections, c);
}
