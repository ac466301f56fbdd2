/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/lookup.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

/* Its address is the data.ptr of `stop_fd` in the epoll. */
static char stop;

/* Waits until the exchange ends, or `wait_ms` are over. */
static enum exchange_state lookup_wait(
        struct exchange *e, uint64_t wait_ms, uint8_t *buffer, struct span *answer)
{
	uint64_t deadline_ms = clock_monotonic_ms() + wait_ms;
	enum exchange_state state = EXCHANGE_WAITING;

	while (state == EXCHANGE_WAITING || state == EXCHANGE_MISMATCHED) {
		struct epoll_event event;
		uint64_t now_ms = clock_monotonic_ms();
		if (now_ms >= deadline_ms)
			return EXCHANGE_FAILED;
		if (epoll_wait(e->epoll_fd, &event, 1, (int)(deadline_ms - now_ms)) <= 0)
			continue;
		if (event.data.ptr == &stop)
			return EXCHANGE_FAILED;
		state = exchange_ready(e, buffer, answer);
	}
	return state;
}

/* The arguments of lookup_unless(). */
struct lookup_task {
	int epoll_fd;
	const struct sockaddr_storage *server;
	const struct want *want;
	uint8_t *buffer;
	lookup_taker *take;
	void *context;
};

/* Makes one try. Returns true if take() returned true. */
static bool lookup_try(const struct lookup_task *task, bool last_try)
{
	const struct sockaddr_storage *server = task->server;
	struct exchange e;
	struct span answer;
	enum exchange_state state = EXCHANGE_FAILED;

	if (exchange_begin_udp(&e, task->epoll_fd, NULL, server, task->want, EXCHANGE_FLAGS) == 0)
		state = lookup_wait(&e, LOOKUP_UDP_MS, task->buffer, &answer);
	if (state == EXCHANGE_TRUNCATED) {
		exchange_end(&e);
		state = EXCHANGE_FAILED;
		if (exchange_begin_tcp(
		            &e, task->epoll_fd, NULL, server, task->want, EXCHANGE_FLAGS) == 0)
			state = lookup_wait(&e, LOOKUP_TCP_MS, task->buffer, &answer);
	}
	bool taken = state == EXCHANGE_ANSWERED && task->take(task->context, answer, last_try);
	exchange_end(&e);
	return taken;
}

bool lookup(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context)
{
	return lookup_unless(server, want, buffer, take, context, -1);
}

static bool lookup_is_stopped(int stop_fd)
{
	struct pollfd fd = { stop_fd, POLLIN, 0 }; /* poll() ignores a negative fd */
	return poll(&fd, 1, 0) > 0;
}

bool lookup_unless(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context, int stop_fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &stop };
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	const struct lookup_task task = { epoll_fd, server, want, buffer, take, context };
	bool taken = false;

	if (epoll_fd < 0)
		return false;
	if (stop_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, stop_fd, &event) < 0) {
		close(epoll_fd);
		return false;
	}
	for (unsigned try = 1; !taken && try <= LOOKUP_TRIES && !lookup_is_stopped(stop_fd); try++)
		taken = lookup_try(&task, try == LOOKUP_TRIES);
	close(epoll_fd);
	return taken;
}
