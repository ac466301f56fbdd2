/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/lookup.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

/* Its address is the data.ptr of `stop_fd` in the epoll. */
static char stop;

#define LOOKUP_CARRIERS 3
#define LOOKUP_OPEN     (LOOKUP_TRIES * LOOKUP_CARRIERS)

enum lookup_carrier { LOOKUP_UDP, LOOKUP_TCP, LOOKUP_LARGE };

/* The arguments of lookup_unless() or lookup_plain(), and the exchanges so far. The newest one is
 * the last. */
struct lookup_task {
	int epoll_fd;
	const struct sockaddr_storage *server;
	const struct want *want; /* NULL: `plain` is asked */
	const struct client_query *plain;
	uint8_t *buffer;
	lookup_taker *take;
	void *context;
	unsigned try;
	enum lookup_carrier carrier; /* of the newest exchange */
	uint64_t deadline_ms;
	unsigned count;
	struct exchange open[LOOKUP_OPEN];
};

static int lookup_begin(struct lookup_task *task, struct exchange *e, enum lookup_carrier carrier)
{
	static int (*const begin[])(struct exchange *, int, void *, const struct sockaddr_storage *,
	        const struct want *, uint16_t) = {
		[LOOKUP_UDP] = exchange_begin_udp,
		[LOOKUP_TCP] = exchange_begin_tcp,
		[LOOKUP_LARGE] = exchange_begin_large,
	};
	const struct exchange_asking how = { .asked = task->plain,
		.flags = FLAG_RD,
		.is_plain = true,
		.over_tcp = carrier == LOOKUP_TCP };

	if (!task->want)
		return exchange_begin_asked(e, task->epoll_fd, e, task->server, &how);
	return begin[carrier](e, task->epoll_fd, e, task->server, task->want, EXCHANGE_FLAGS);
}

/* Sends the query. Returns false if it could not be sent. */
static bool lookup_ask(struct lookup_task *task, enum lookup_carrier carrier)
{
	struct exchange *e = &task->open[task->count];
	uint64_t wait_ms = carrier == LOOKUP_TCP
	                           ? LOOKUP_TCP_MS
	                           : LOOKUP_UDP_MS + (task->try - 1) * LOOKUP_UDP_MS / 2;

	task->carrier = carrier;
	task->deadline_ms = clock_monotonic_ms() + wait_ms;
	if (lookup_begin(task, e, carrier) < 0) {
		exchange_end(e);
		return false;
	}
	task->count++;
	return true;
}

/* Asks by the next carrier, because the present one brought nothing whole. Returns false if there
 * is none left. (Without EDNS no response over UDP is larger.) */
static bool lookup_carry_on(struct lookup_task *task)
{
	return (task->carrier == LOOKUP_UDP && lookup_ask(task, LOOKUP_TCP)) ||
	       (task->carrier != LOOKUP_LARGE && task->want && lookup_ask(task, LOOKUP_LARGE));
}

enum lookup_result { LOOKUP_GOES_ON, LOOKUP_FAILED, LOOKUP_TAKEN };

/* Treats what came to one exchange. If an older one fails, the newest one goes on. */
static enum lookup_result lookup_ready(struct lookup_task *task, struct exchange *e)
{
	bool is_newest = e == &task->open[task->count - 1], goes_on = !is_newest;
	struct span answer;

	switch (exchange_ready(e, task->buffer, &answer)) {
	case EXCHANGE_WAITING:
	case EXCHANGE_MISMATCHED:
		return LOOKUP_GOES_ON;
	case EXCHANGE_ANSWERED:
		if (task->take(task->context, answer, task->try == LOOKUP_TRIES))
			return LOOKUP_TAKEN;
		break;
	case EXCHANGE_TRUNCATED:
		goes_on = !is_newest || lookup_carry_on(task);
		break;
	case EXCHANGE_FAILED:
		goes_on = !is_newest || (e->over_tcp && lookup_carry_on(task));
		break;
	}
	exchange_end(e);
	return goes_on ? LOOKUP_GOES_ON : LOOKUP_FAILED;
}

/* Waits until the try ends. Returns true if take() returned true. */
static bool lookup_listen(struct lookup_task *task)
{
	enum lookup_result result = LOOKUP_GOES_ON;

	while (result == LOOKUP_GOES_ON) {
		struct epoll_event event;
		uint64_t now_ms = clock_monotonic_ms();
		if (now_ms >= task->deadline_ms) {
			if (task->carrier != LOOKUP_TCP || !lookup_carry_on(task))
				return false;
			continue;
		}
		if (epoll_wait(task->epoll_fd, &event, 1, (int)(task->deadline_ms - now_ms)) <= 0)
			continue;
		if (event.data.ptr == &stop)
			return false;
		result = lookup_ready(task, event.data.ptr);
	}
	return result == LOOKUP_TAKEN;
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

static bool lookup_run(struct lookup_task *task, int stop_fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &stop };
	bool taken = false;

	task->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (task->epoll_fd < 0)
		return false;
	if (stop_fd >= 0 && epoll_ctl(task->epoll_fd, EPOLL_CTL_ADD, stop_fd, &event) < 0) {
		close(task->epoll_fd);
		return false;
	}
	while (!taken && task->try < LOOKUP_TRIES && !lookup_is_stopped(stop_fd)) {
		task->try++;
		taken = lookup_ask(task, LOOKUP_UDP) && lookup_listen(task);
	}
	for (unsigned i = 0; i < task->count; i++)
		exchange_end(&task->open[i]);
	close(task->epoll_fd);
	return taken;
}

bool lookup_unless(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context, int stop_fd)
{
	struct lookup_task task = {
		.server = server, .want = want, .buffer = buffer, .take = take, .context = context
	};

	return lookup_run(&task, stop_fd);
}

bool lookup_plain(const struct sockaddr_storage *server, const struct client_query *asked,
        uint8_t *buffer, lookup_taker *take, void *context, int stop_fd)
{
	struct lookup_task task = {
		.server = server, .plain = asked, .buffer = buffer, .take = take, .context = context
	};

	return lookup_run(&task, stop_fd);
}
