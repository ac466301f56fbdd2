/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "worker/relay.h"
#include "worker/relay_room.h"
#include "worker/server_side.h"

/* Messages of one side that are treated in one turn of the loop, and of all sides. After that each
 * side gets one message only: others wait too. */
#define MESSAGES_A_SIDE 16
#define MESSAGES_A_TURN 256

/* Octets that may wait for one side before messages that make more of them stay in the kernel. */
#define OUT_ENOUGH 16384

static struct side *opposite_side(struct side *s)
{
	struct connection *c = s->connection;
	return s == &c->client ? &c->server : &c->client;
}

/* A query may be refused at once, so octets that wait for the client count as well. A server must
 * be heard while queries wait for it: it may read no more of them before its responses are gone. */
static bool has_room(const struct connection *c, const struct side *s)
{
	return s == &c->client ? c->question_count < CONNECTION_QUESTIONS &&
	                                 c->client.out.len < OUT_ENOUGH && !c->held
	                       : c->parked_count < CONNECTION_PARKED;
}

/* True when another message of a side may be treated. */
static bool may_treat(struct side *s)
{
	const struct connection *c = s->connection;

	return !c->is_broken && has_room(c, s) && opposite_side(s)->out.len < OUT_ENOUGH;
}

static bool may_read(struct side *s)
{
	const struct connection *c = s->connection;
	bool is_there = s == &c->client ? c->server.is_connected || c->relay->trade->at_once
	                                : c->server.is_connected && !c->is_lost;

	return is_there && !s->has_ended && may_treat(s) && outbox_is_empty(&opposite_side(s)->out);
}

/* A side without any event is not watched at all: epoll would report a hang-up again and again. */
static int watch_side(struct side *s)
{
	int epoll_fd = s->connection->relay->epoll_fd;
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
	return epoll_ctl(epoll_fd, operation, s->fd, &event) < 0 ? -errno : 0;
}

void connection_touch(struct connection *c)
{
	c->active_ms = c->relay->turn->now_ms;
	relay_touch(c->relay, c);
}

void connection_send(struct side *to, struct span message)
{
	connection_touch(to->connection);
	if (!outbox_add(&to->out, message))
		to->connection->is_broken = true;
}

static void break_unreachable(struct connection *c)
{
	stats_count(&c->relay->stats->tcp_unreachable);
	c->is_broken = c->is_counted = true;
}

/* Keeps the message until the server is connected. No further one is read then. */
static void hold_message(struct connection *c, struct span message)
{
	c->held = malloc(message.len ? message.len : 1);
	c->held_len = message.len;
	if (!c->held)
		c->is_broken = true;
	else if (message.len)
		memcpy(c->held, message.base, message.len);
}

static void treat_query(struct connection *c, struct span message)
{
	const struct relay *r = c->relay;

	if (c->server.is_connected && !c->is_lost)
		r->trade->query(r->trader, c, message);
	else if (r->trade->at_once(r->trader, c, message))
		return;
	else if (c->is_lost)
		break_unreachable(c);
	else
		hold_message(c, message);
}

static void treat_held(struct connection *c)
{
	uint8_t *held = c->held;

	if (!held || !c->server.is_connected || c->is_broken)
		return;
	c->held = NULL;
	treat_query(c, span_of(held, c->held_len));
	free(held);
}

static void treat_message(void *context, struct span message)
{
	struct side *s = context;
	struct connection *c = s->connection;
	const struct relay *r = c->relay;

	connection_touch(c);
	if (s == &c->client) {
		treat_query(c, message);
	} else {
		c->was_heard = true;
		r->trade->response(r->trader, c, message);
	}
}

/* Counts one more message in this turn, after `treated` ones of the same side. Returns false if no
 * more may be treated. */
static bool take_place(struct relay *r, unsigned treated)
{
	if (treated > 0 && (treated == MESSAGES_A_SIDE || r->treated >= MESSAGES_A_TURN))
		return false;
	r->treated++;
	return true;
}

/* Returns false if there is no datagram. */
static bool read_datagram(struct side *s)
{
	struct connection *c = s->connection;
	struct relay *r = c->relay;
	ssize_t n = recv(s->fd, r->buffer, UINT16_MAX, 0);

	if (n < 0) {
		c->is_broken = errno != EAGAIN && errno != EINTR;
		return false;
	}
	r->trade->datagram(r->trader, c, r->buffer, (size_t)n);
	return true;
}

static void read_datagrams(struct side *s)
{
	for (unsigned i = 0; may_read(s) && take_place(s->connection->relay, i); i++) {
		if (!read_datagram(s))
			break;
	}
}

/* Treats the messages that `c` begins with. */
static void treat_messages(struct side *s, struct cursor *c)
{
	struct relay *r = s->connection->relay;

	for (unsigned i = 0; cursor_left(c) > 0 && may_treat(s) && take_place(r, i); i++) {
		if (!framing_take_one(&s->in, c, treat_message, s))
			s->connection->is_broken = true;
	}
}

/* Hands the octets on as they came, and looks at the messages in them. */
static void hand_on(struct side *s, struct cursor *octets)
{
	size_t from = cursor_offset(octets);

	treat_messages(s, octets);
	size_t len = cursor_offset(octets) - from;
	if (len > 0 &&
	        !outbox_add_octets(&opposite_side(s)->out, span_of(octets->base + from, len)))
		s->connection->is_broken = true;
}

/* A peer has ended its side in order, or has reset the connection. */
static void note_end(struct side *s, bool is_reset)
{
	struct connection *c = s->connection;

	if (s == &c->server && server_side_anew(c))
		return;
	s->has_ended = !is_reset;
	c->is_broken = is_reset || (framing_has_begun(&s->in) && !c->relay->trade->only_looks);
}

/* Looks at all octets that wait, and takes from the kernel those that were treated. The rest stays
 * in the kernel: it takes no memory here, its sender is told to wait, and epoll reports it again.
 */
static void read_octets(struct side *s)
{
	struct connection *c = s->connection;
	uint8_t *buffer = c->relay->buffer;
	ssize_t n = recv(s->fd, buffer, RELAY_BUFFER_SIZE, MSG_PEEK);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		note_end(s, n < 0);
	if (n <= 0)
		return;
	struct cursor octets = cursor_over(span_of(buffer, (size_t)n));
	if (c->relay->trade->only_looks)
		hand_on(s, &octets);
	else
		treat_messages(s, &octets);
	size_t taken = cursor_offset(&octets);
	/* MSG_TRUNC: over TCP the octets are not copied again */
	if (recv(s->fd, buffer, taken, MSG_TRUNC) != (ssize_t)taken)
		c->is_broken = true;
}

static void read_side(struct side *s)
{
	if (s->is_datagram)
		read_datagrams(s);
	else if (may_read(s))
		read_octets(s);
}

void connection_unreachable(struct connection *c)
{
	if (c->relay->trade->datagram && server_side_by_udp(c))
		return;
	if (c->relay->trade->at_once && !c->held && c->question_count == 0)
		c->is_lost = c->server.is_connected = true;
	else
		break_unreachable(c);
}

/* The event may be of another connection, which was in this place before it was evicted. */
static bool is_still_connecting(const struct side *s)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return getpeername(s->fd, (struct sockaddr *)&peer, &size) < 0 && errno == ENOTCONN;
}

static void finish_connecting(struct side *s)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error)
		connection_unreachable(s->connection);
	else if (is_still_connecting(s))
		return;
	s->is_connected = true;
}

void connection_ready(struct side *s)
{
	if (s->fd < 0) /* closed by another event of this turn */
		return;
	if (!s->is_connected)
		finish_connecting(s);
	treat_held(s->connection);
	read_side(s);
	connection_update(s->connection);
}

static void send_waiting(struct side *s)
{
	if (!s->is_connected || outbox_is_empty(&s->out))
		return;
	int error = s->is_datagram ? outbox_send_datagrams(&s->out, s->fd)
	                           : outbox_send(&s->out, s->fd);
	if (error < 0)
		note_end(s, true);
	else if (outbox_is_empty(&s->out))
		connection_touch(s->connection);
}

/* Tells a side that the other one has ended, once it got all messages. */
static void pass_on_end(struct side *s)
{
	struct connection *c = s->connection;
	bool is_more_to_come = s == &c->client
	                               ? c->parked_count > 0
	                               : c->relay->trade->asks_again && c->question_count > 0;

	if (s->was_ended || !s->is_connected || !opposite_side(s)->has_ended ||
	        !outbox_is_empty(&s->out) || is_more_to_come)
		return;
	shutdown(s->fd, SHUT_WR);
	s->was_ended = true;
}

/* UDP has no end, and a server that has not taken the connection cannot end it: it counts as ended
 * when the client has ended and has all its answers. */
static void end_without_stream(struct connection *c)
{
	bool is_stream = c->server.is_connected && !c->server.is_datagram && !c->is_lost;

	if (!is_stream && c->client.has_ended && !c->held && c->question_count == 0)
		c->server.has_ended = true;
}

void connection_update(struct connection *c)
{
	end_without_stream(c);
	send_waiting(&c->client);
	send_waiting(&c->server);
	pass_on_end(&c->client);
	pass_on_end(&c->server);
	bool is_over = c->client.was_ended && (c->server.was_ended || !c->server.is_connected);
	if (c->is_broken && !c->is_counted)
		stats_count(&c->relay->stats->tcp_broken);
	if (c->is_broken || is_over || watch_side(&c->client) < 0 || watch_side(&c->server) < 0)
		connection_close(c);
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
	close(s->fd); /* epoll forgets the descriptor */
	s->fd = -1;
}

void connection_close(struct connection *c)
{
	while (c->first)
		question_forget(c->first);
	close_side(&c->client, c->is_broken);
	close_side(&c->server, c->is_broken);
	free(c->held);
	relay_leave(c->relay, c);
	table_remove(&c->relay->connections, c);
}
