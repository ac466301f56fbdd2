/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/asks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/least.h"

#define ASKS_EVENTS 16

struct asks_run {
	int epoll_fd;
	struct ask *asks;
	unsigned count, next, open;
	bool is_stopped;
	uint8_t *buffer;
};

static void ask_close(struct asks_run *r, struct ask *a)
{
	if (!a->is_open)
		return;
	exchange_end(&a->exchange);
	a->is_open = false;
	r->open--;
}

static void ask_finish(struct asks_run *r, struct ask *a, enum ask_end end)
{
	ask_close(r, a);
	a->end = end;
}

/* Only what is wrong with this machine, for every server of the family, is no way. */
static enum ask_end ask_end_of(int error)
{
	switch (error) {
	case -ENETUNREACH:
	case -EADDRNOTAVAIL:
	case -EAFNOSUPPORT:
	case -ENODEV: /* the interface of a link-local address */
		return ASK_NO_WAY;
	default:
		return exchange_is_short(error) ? ASK_NO_ROOM : ASK_REFUSED;
	}
}

static void ask_open(struct asks_run *r, struct ask *a, bool over_tcp)
{
	int (*begin)(struct exchange *, int, void *, const struct sockaddr_storage *,
	        const struct want *, uint16_t) = over_tcp ? exchange_begin_tcp : exchange_begin_udp;

	ask_close(r, a);
	a->over_tcp = over_tcp;
	a->deadline_ms = clock_monotonic_ms() + (over_tcp ? ASKS_TCP_MS : ASKS_UDP_MS);
	int error = begin(&a->exchange, r->epoll_fd, a, &a->server, &a->want, a->flags);
	if (error) {
		exchange_end(&a->exchange);
		a->end = ask_end_of(error);
		return;
	}
	a->is_open = true;
	r->open++;
}

/* Goes on after a try that brought nothing. `end` counts if it was the last. */
static void ask_go_on(struct asks_run *r, struct ask *a, enum ask_end end, bool by_tcp)
{
	if (!by_tcp && a->udp_tries < ASKS_UDP_TRIES) {
		a->udp_tries++;
		if (a->is_open) {
			a->deadline_ms = clock_monotonic_ms() + ASKS_UDP_MS;
			exchange_repeat(&a->exchange);
		} else {
			ask_open(r, a, false);
		}
	} else if (a->tcp_tries < ASKS_TCP_TRIES) {
		a->tcp_tries++;
		ask_open(r, a, true);
	} else {
		ask_finish(r, a, end);
	}
}

static void ask_keep(struct asks_run *r, struct ask *a, struct span answer)
{
	a->octets = malloc(answer.len ? answer.len : 1);
	if (!a->octets) {
		ask_finish(r, a, ASK_NO_ROOM);
		return;
	}
	if (answer.len)
		memcpy(a->octets, answer.base, answer.len);
	a->len = answer.len;
	ask_finish(r, a, ASK_ANSWERED);
}

static void ask_ready(struct asks_run *r, struct ask *a)
{
	struct span answer;

	if (!a->is_open)
		return; /* an event of before it was closed */
	switch (exchange_ready(&a->exchange, r->buffer, &answer)) {
	case EXCHANGE_WAITING:
	case EXCHANGE_MISMATCHED:
		return;
	case EXCHANGE_ANSWERED:
		ask_keep(r, a, answer);
		return;
	case EXCHANGE_TRUNCATED:
		ask_go_on(r, a, ASK_SILENT, true);
		return;
	case EXCHANGE_FAILED:
		ask_go_on(r, a, ASK_REFUSED, true);
		return;
	}
}

/* Sends queries while fewer than ASKS_AT_ONCE wait. */
static void asks_send(struct asks_run *r)
{
	while (r->open < ASKS_AT_ONCE && r->next < r->count) {
		struct ask *a = &r->asks[r->next++];
		if (a->end == ASK_BEGINS)
			ask_go_on(r, a, ASK_SILENT, false);
	}
}

/* Goes on with the queries that waited long enough. Returns how long the others wait, in
 * milliseconds. */
static int asks_expire(struct asks_run *r)
{
	uint64_t now_ms = clock_monotonic_ms(), wait_ms = ASKS_TCP_MS;

	for (unsigned i = 0; i < r->next; i++) {
		struct ask *a = &r->asks[i];
		if (a->is_open && now_ms >= a->deadline_ms)
			ask_go_on(r, a, ASK_SILENT, a->over_tcp);
		if (a->is_open)
			wait_ms = least(
			        wait_ms, a->deadline_ms > now_ms ? a->deadline_ms - now_ms : 0);
	}
	return (int)wait_ms;
}

static void asks_wait(struct asks_run *r, int wait_ms)
{
	struct epoll_event events[ASKS_EVENTS];
	int count = epoll_wait(r->epoll_fd, events, ASKS_EVENTS, wait_ms);

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == r)
			r->is_stopped = true;
		else
			ask_ready(r, events[i].data.ptr);
	}
}

static void asks_give_up(struct asks_run *r)
{
	for (unsigned i = 0; i < r->count; i++) {
		struct ask *a = &r->asks[i];
		if (a->is_open || a->end == ASK_BEGINS)
			ask_finish(r, a, ASK_SILENT);
	}
}

static int asks_watch_stop(struct asks_run *r, int stop_fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = r };

	return stop_fd >= 0 && epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, stop_fd, &event) < 0 ? -errno
	                                                                                  : 0;
}

int asks_run(struct ask *asks, unsigned count, int stop_fd)
{
	struct asks_run r = { .asks = asks, .count = count, .buffer = malloc(EXCHANGE_ANSWER_MAX) };
	int error = r.buffer ? 0 : -ENOMEM;

	r.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (r.epoll_fd < 0)
		error = -errno;
	else if (!error)
		error = asks_watch_stop(&r, stop_fd);
	while (!error && !r.is_stopped) {
		asks_send(&r);
		int wait_ms = asks_expire(&r);
		if (r.open > 0)
			asks_wait(&r, wait_ms);
		else if (r.next == count)
			break;
	}
	asks_give_up(&r);
	free(r.buffer);
	if (r.epoll_fd >= 0)
		close(r.epoll_fd);
	return error;
}

void asks_free(struct ask *asks, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		free(asks[i].octets);
		asks[i].octets = NULL;
		asks[i].len = 0;
	}
}
