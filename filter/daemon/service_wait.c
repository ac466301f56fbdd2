/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/service_wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "daemon/anchor_keeper.h"
#include "daemon/counters.h"
#include "daemon/reload.h"
#include "daemon/systemd.h"
#include "worker/worker_orders.h"

/* The anchor keeper depends on the clock, so it starts once the clock is set. Returns 0 or
 * -errno. */
int service_start_keeper(struct service *s)
{
	if (!s->keeper || s->keeper_runs || s->time.state == CLOCK_NOT_SET)
		return 0;
	s->keeper_runs = true;
	int error = anchor_keeper_start(s->keeper, s->workers, s->worker_count);
	if (error)
		log_error("cannot start the anchor keeper's thread: %s", strerror(-error));
	return error;
}

void service_look_at_zones(struct service *s)
{
	if (s->zones)
		zone_keeper_look(s->zones, service_now_s(s), clock_monotonic_ms());
}

static int look_at_clock(struct service *s)
{
	uint64_t proofs = counters_sum(s->workers, s->worker_count, "anchors_proved");
	struct clock_news news = timekeeper_look(&s->time, clock_monotonic_ms(), proofs);

	for (unsigned i = 0; i < s->worker_count; i++) {
		if (news.has_changed)
			worker_use_clock(s->workers[i], s->time.state);
		else if (news.has_jumped)
			worker_forget(s->workers[i]);
	}
	if (news.has_changed)
		service_tell_systemd(s);
	service_look_at_zones(s);
	if (!s->zones)
		nta_keeper_look(&s->ntas, service_nta_now(s));
	return service_start_keeper(s);
}

static void tell_alive(struct service *s)
{
	uint64_t turns[WATCHDOG_WORKERS_MAX];

	for (unsigned i = 0; i < s->worker_count && i < WATCHDOG_WORKERS_MAX; i++)
		turns[i] = worker_turns(s->workers[i]);
	if (watchdog_look(&s->watchdog, turns, s->worker_count, clock_monotonic_ms()))
		systemd_alive();
}

/* Does periodic work: tells systemd that the workers turn, ends a pause, looks at the clock and at
 * the signed zones. */
static int do_what_is_due(struct service *s)
{
	bool was_paused = s->pause.until_ms > 0;

	tell_alive(s);
	pause_expire(&s->pause, clock_monotonic_ms());
	if (was_paused && s->pause.until_ms == 0)
		service_tell_systemd(s);
	return look_at_clock(s);
}

static int service_idle_ms(const struct service *s)
{
	int pause_ms = pause_wait_ms(&s->pause, clock_monotonic_ms());
	int idle_ms = timekeeper_wait_ms(&s->time);
	int watchdog_ms = watchdog_wait_ms(&s->watchdog, clock_monotonic_ms());

	if (watchdog_ms >= 0 && watchdog_ms < idle_ms)
		idle_ms = watchdog_ms;
	int kept_ms = s->zones ? zone_keeper_wait_ms(s->zones)
	                       : nta_keeper_wait_ms(&s->ntas, service_nta_now(s));
	idle_ms = (int)least((uint64_t)idle_ms, (uint64_t)kept_ms);
	return pause_ms >= 0 && pause_ms < idle_ms ? pause_ms : idle_ms;
}

/* Reads one signal. Returns 1 to go on, 0 if the daemon must end, or -EIO. */
static int take_signal(struct service *s)
{
	struct signalfd_siginfo info;
	struct config_changes changes;
	struct complaint why;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info)) {
		log_error("ending: cannot read signals: %s", strerror(errno));
		return -EIO;
	}
	if (info.ssi_signo == SIGUSR1) {
		counters_log(s->workers, s->worker_count);
		return 1;
	}
	if (info.ssi_signo == SIGHUP) {
		reload_configuration(s, &changes, &why);
		return 1;
	}
	log_info("ending: %s", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
	return 0;
}

static void take_news_of_rules(struct service *s)
{
	if (!rules_guard_read(s->guard))
		return;
	if (rules_guard_news(s->guard) == RULES_NEWS_UNWATCHED)
		log_error("rules: %s", rules_guard_why(s->guard));
	service_tell_systemd(s);
}

int service_wait_for_the_end(struct service *s)
{
	struct pollfd fds[] = { { s->signals, POLLIN, 0 }, { s->failed, POLLIN, 0 },
		{ s->control ? control_fd(s->control) : -1, POLLIN, 0 }, { -1, POLLIN, 0 } };
	int result = 1;

	while (result > 0) {
		fds[3].fd = rules_guard_fd(s->guard); /* -1 after the guard ended */
		if (poll(fds, 4, service_idle_ms(s)) < 0 && errno != EINTR) {
			int failure = -errno;
			log_error("ending: poll: %s", strerror(-failure));
			return failure;
		}
		int error = do_what_is_due(s);
		if (error)
			return error;
		if (fds[1].revents)
			return -EIO;
		if (fds[3].revents)
			take_news_of_rules(s);
		if (fds[2].revents)
			control_serve(s->control);
		if (s->is_replaced)
			return 0;
		if (fds[0].revents)
			result = take_signal(s);
	}
	return result;
}
