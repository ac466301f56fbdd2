/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rules_guard_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config_change.h"
#include "daemon/privileges.h"
#include "daemon/sandbox.h"
#include "netfilter/rule_events.h"
#include "netfilter/rules_watch.h"

struct guard {
	struct config *config;
	const char *path;                          /* of its file; NULL: the default */
	struct config_interfaces inside, shortcut; /* as configured; a look changes `config` */
	struct config_interfaces seen; /* the inside, when the rules were in force last */
	struct rules_watch watch;
	struct rule_events events;
	struct rules_report report;
	uint64_t gone_ms; /* when the rules were first seen to be gone */
	int channel;
	bool can_legacy; /* has the rights for iptables-legacy */
	bool must_apply; /* the configuration has changed */
	bool yields;     /* and has said so */
	bool has_ended;  /* the daemon has */
};

static const enum rules_news news_of[] = {
	[RULES_IN_FORCE] = RULES_NEWS_IN_FORCE,
	[RULES_MISSING] = RULES_NEWS_MISSING,
	[RULES_FOREIGN] = RULES_NEWS_FOREIGN,
	[RULES_BLIND] = RULES_NEWS_BLIND,
};

/* The daemon has read the file without a fault a moment ago. Only the keys that can change now are
 * taken: the others, such as the numbers of the queues, must stay those of the daemon. */
static void read_again(struct guard *g)
{
	struct config next;
	struct complaint why;

	if (config_load(&next, g->path, NULL, &why) != 0) {
		log_error("rules: stay as they are: %s", why.text);
		return;
	}
	/* the daemon says that this waits for a restart */
	if (next.rules_backend == RULES_BACKEND_IPTABLES_LEGACY && !g->can_legacy)
		next.rules_backend = g->config->rules_backend;
	g->config->inside = g->inside;
	config_take_rules(g->config, &next);
	g->inside = g->config->inside;
	config_fini(&next);
}

static void take_order(struct guard *g, enum rules_order order)
{
	if (order == RULES_ORDER_RELOAD) {
		read_again(g);
		g->must_apply = true;
	} else {
		g->watch.stands_back = order == RULES_ORDER_STAND_BACK;
	}
	rules_watch_now(&g->watch, clock_monotonic_ms());
}

/* Takes the orders that wait. */
static void take_orders(struct guard *g)
{
	char order;
	ssize_t len;

	while ((len = recv(g->channel, &order, 1, MSG_DONTWAIT)) == 1)
		take_order(g, (enum rules_order)order);
	g->has_ended = len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR);
}

static enum rules_state look(struct guard *g)
{
	g->config->inside = g->inside;
	g->config->shortcut_interfaces = g->shortcut;
	return rules_look(g->config, &g->report.why);
}

static bool are_same(const struct config_interfaces *a, const struct config_interfaces *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		if (strcmp(a->names[i], b->names[i]) != 0)
			return false;
	}
	return true;
}

/* True if nobody touched the rules, and they are those of another inside: an interface came or
 * went, or a default route moved. */
static bool has_moved(const struct guard *g, enum rules_state state)
{
	return state == RULES_FOREIGN && g->report.news == RULES_NEWS_IN_FORCE &&
	       !are_same(&g->seen, &g->config->inside);
}

static void send_report(const struct guard *g)
{
	(void)!send(g->channel, &g->report, sizeof(g->report), MSG_NOSIGNAL);
}

/* Returns the result of rules_apply() for what is configured. */
static int apply(struct guard *g)
{
	g->config->inside = g->inside;
	g->config->shortcut_interfaces = g->shortcut;
	int error = rules_apply(g->config);
	g->config->shortcut_interfaces = g->shortcut;
	return error;
}

/* An order to stand back that came while the rules were applied is older than the removal that
 * follows it, and that removal may have been over before. The operator's word counts. Returns true
 * if the rules were removed. */
static bool obey_late_order(struct guard *g)
{
	bool stood_back = g->watch.stands_back;

	take_orders(g);
	if (!g->watch.stands_back || stood_back)
		return false;
	rules_remove(g->config);
	rules_watch_now(&g->watch, clock_monotonic_ms());
	return true;
}

/* Applies the rules whatever is in force now. If that fails, the former rules stay, and the next
 * look tells whether they protect. */
static void apply_after_reload(struct guard *g)
{
	g->must_apply = false;
	if (!g->watch.restores || g->watch.stands_back)
		return;
	apply(g);
	obey_late_order(g);
}

static void tell_failure(struct guard *g, uint64_t now_ms)
{
	log_error("rules: cannot be put back; the next attempt follows in %u s. DNS may "
	          "pass unjudged: run `sealgate rules apply%s` as root",
	        rules_watch_failed(&g->watch, now_ms) / 1000, advice_options());
	g->report.is_at_work = false;
	send_report(g);
}

/* The back end that works may need rights that a service lacks: iptables-legacy wants root. */
static void put_back(struct guard *g, bool moved)
{
	int error = apply(g);

	if (obey_late_order(g))
		return;
	uint64_t now_ms = clock_monotonic_ms();
	/* rules that another back end has may be out of reach, and those of this one still be in
	 * place */
	if (error && look(g) != RULES_IN_FORCE) {
		tell_failure(g, now_ms);
		return;
	}
	if (moved) {
		rules_watch_moved(&g->watch, now_ms);
		return;
	}
	if (g->gone_ms > 0)
		log_warning("rules: put back %llu ms after they were found to be gone",
		        (unsigned long long)(now_ms - g->gone_ms));
	rules_watch_restored(&g->watch, now_ms);
	g->report.restored++;
}

/* Says once which rules of the operator stand among ours; they may let packets pass. */
static void tell_added(struct guard *g, enum rules_state state)
{
	struct complaint now = { "" };

	if (state == RULES_IN_FORCE) {
		now = g->report.why;
		g->report.why.text[0] = '\0';
	}
	if (strcmp(now.text, g->report.added.text) == 0)
		return;
	g->report.added = now;
	if (now.text[0])
		log_warning("rules: %s", now.text);
	send_report(g);
}

/* Says once what is wrong, and once that it is right again. */
static void tell(struct guard *g, enum rules_state state, enum rules_action action, bool moved)
{
	enum rules_news news = g->watch.stands_back && state != RULES_IN_FORCE ? RULES_NEWS_REMOVED
	                                                                       : news_of[state];
	const char *why = g->report.why.text;

	if (action == RULES_RESTORE && g->report.news == RULES_NEWS_NONE)
		log_info("rules: not in force yet: %s; sealgate applies them", why);
	else if (action == RULES_RESTORE && moved)
		log_info("rules: the inside of the gateway has changed; sealgate applies its rules "
		         "anew");
	else if (action == RULES_RESTORE && state == RULES_FOREIGN)
		log_warning("rules: %s; sealgate applies its own", why);
	else if (action == RULES_RESTORE)
		log_error("rules: not in force: %s; sealgate puts them back", why);
	else if (news == g->report.news && (action != RULES_YIELD || g->yields))
		return;
	else if (action == RULES_YIELD)
		log_error(
		        "rules: not in force: %s; another program removed them %d times within %d "
		        "s, so sealgate waits for a while: DNS passes unjudged; see "
		        "docs/firewalls.md",
		        why, RULES_RESTORES_MAX, RULES_RESTORES_MS / 1000);
	else if (news == RULES_NEWS_REMOVED)
		log_warning("rules: removed by `sealgate rules remove%s`, and not put back until "
		            "`sealgate rules apply%s`",
		        advice_options(), advice_options());
	else if (news == RULES_NEWS_BLIND)
		log_error("rules: in force, but without effect: %s", why);
	else if (action == RULES_ALARM)
		log_error("rules: not in force: %s; DNS passes unjudged; run `sealgate rules "
		          "apply%s`",
		        why, advice_options());
	else if (g->report.news != RULES_NEWS_NONE)
		log_info("rules: in force");
	g->yields = action == RULES_YIELD;
	g->report.news = news;
	g->report.is_at_work = action == RULES_RESTORE;
	send_report(g);
}

static void look_and_act(struct guard *g)
{
	if (g->must_apply)
		apply_after_reload(g);
	uint64_t began_ms = clock_monotonic_ms();
	enum rules_state state = look(g);
	uint64_t now_ms = clock_monotonic_ms();

	/* an order to stand back may have come while the rules were removed */
	take_orders(g);
	enum rules_action action = rules_watch_found(&g->watch, state, began_ms, now_ms);
	bool moved = has_moved(g, state);
	if (state == RULES_IN_FORCE)
		g->seen = g->config->inside;
	if (state != RULES_MISSING && state != RULES_FOREIGN)
		g->gone_ms = 0;
	else if (g->gone_ms == 0 && g->report.news != RULES_NEWS_NONE && !moved)
		g->gone_ms = began_ms;
	tell_added(g, state);
	tell(g, state, action, moved);
	if (action == RULES_RESTORE)
		put_back(g, moved);
}

static void wait_for_events(struct guard *g)
{
	struct pollfd fds[] = { { g->channel, POLLIN, 0 },
		{ g->events.fd[EVENTS_RULES], POLLIN, 0 },
		{ g->events.fd[EVENTS_ROUTES], POLLIN, 0 } };
	uint64_t now_ms;

	if (poll(fds, 3, rules_watch_wait_ms(&g->watch, clock_monotonic_ms())) < 0)
		return;
	now_ms = clock_monotonic_ms();
	if (fds[0].revents)
		take_orders(g);
	if (fds[1].revents && rule_events_read(&g->events, EVENTS_RULES))
		rules_watch_notice(&g->watch, true, now_ms);
	if (fds[2].revents && rule_events_read(&g->events, EVENTS_ROUTES))
		rules_watch_notice(&g->watch, false, now_ms);
}

/* Keeps stdin, stdout, stderr and the channel. A queue that this process held would outlive the
 * daemon. */
static void close_one_by_one(int channel)
{
	long last = sysconf(_SC_OPEN_MAX);

	for (int fd = STDERR_FILENO + 1; fd < last; fd++) {
		if (fd != channel)
			close(fd);
	}
}

static void close_others(int channel)
{
	const unsigned first = STDERR_FILENO + 1;

	if (((unsigned)channel > first &&
	            syscall(SYS_close_range, first, (unsigned)channel - 1, 0) != 0) ||
	        syscall(SYS_close_range, (unsigned)channel + 1, ~0u, 0) != 0)
		close_one_by_one(channel); /* Linux before 5.9 */
}

/* systemd and terminals send their signals to the daemon and to the guard. The daemon decides. */
static void leave_signals_to_daemon(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

/* The lock of iptables-legacy, which only root can make. */
static void make_lock(void)
{
	int fd = open("/run/xtables.lock", O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static bool may_be_legacy(const struct config *c)
{
	return c->rules_backend == RULES_BACKEND_AUTO ||
	       c->rules_backend == RULES_BACKEND_IPTABLES_LEGACY;
}

bool rules_guard_keeps_legacy(const struct config *c)
{
	return may_be_legacy(c) && privileges_hold(PRIVILEGES_LEGACY);
}

/* Only iptables-legacy needs more than CAP_NET_ADMIN. */
static int enter_sandbox(struct guard *g, const struct identity *who)
{
	const struct config *c = g->config;

	if (may_be_legacy(c))
		make_lock();
	int error = identity_take(who, may_be_legacy(c) ? PRIVILEGES_LEGACY : PRIVILEGES_NET_ADMIN);

	if (error)
		return error;
	error = privileges_lend();
	if (error)
		log_error("rules: the guard cannot give up privileges: %s", strerror(-error));
	else
		g->report.sandbox = sandbox_guard(c);
	return error;
}

int rules_guard_process(int channel, struct config *c, const char *path, const struct identity *who)
{
	struct guard g = { .config = c,
		.path = path,
		.inside = c->inside,
		.shortcut = c->shortcut_interfaces,
		.channel = channel,
		.can_legacy = rules_guard_keeps_legacy(c) };
	int error;

	close_others(channel);
	leave_signals_to_daemon();
	error = enter_sandbox(&g, who);
	if (error)
		return 1;
	error = rule_events_open(&g.events);
	if (error)
		log_warning("rules: the kernel sends no notifications (%s): rules that are gone "
		            "are found within %d s",
		        strerror(-error), RULES_LOOK_MS / 1000);
	rules_watch_init(&g.watch, c->rules_watch == RULES_WATCH_RESTORE, clock_monotonic_ms());
	while (!g.has_ended) {
		if (rules_watch_wait_ms(&g.watch, clock_monotonic_ms()) == 0)
			look_and_act(&g);
		else
			wait_for_events(&g);
	}
	rule_events_close(&g.events);
	return 0;
}
