/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/rules_guard.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/rules_guard_process.h"
#include "daemon/sandbox.h"

struct rules_guard {
	pid_t pid;
	int channel;
	bool can_legacy;
	struct rules_report report;
};

enum { DAEMON, GUARD, ENDS };

/* In the new process: nothing of the daemon is to run, so it ends by _exit(). */
static pid_t fork_guard(const int channel[static ENDS], struct config *c, const char *path,
        const struct identity *who)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(channel[DAEMON]);
	_exit(rules_guard_process(channel[GUARD], c, path, who));
}

struct rules_guard *rules_guard_start(
        struct config *c, const char *path, const struct identity *who, struct complaint *why)
{
	struct rules_guard *g = calloc(1, sizeof(*g));
	int channel[ENDS] = { -1, -1 };

	if (g && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) == 0) {
		g->channel = channel[DAEMON];
		g->can_legacy = rules_guard_keeps_legacy(c);
		g->pid = fork_guard(channel, c, path, who);
		close(channel[GUARD]);
		if (g->pid > 0)
			return g;
		close(channel[DAEMON]);
	}
	complaint_set(why, "cannot start the guard of the rules: %s", strerror(errno));
	free(g);
	return NULL;
}

int rules_guard_fd(const struct rules_guard *g)
{
	return g ? g->channel : -1;
}

bool rules_guard_read(struct rules_guard *g)
{
	enum rules_news before = g->report.news;
	struct rules_report news;
	ssize_t len;

	while ((len = recv(g->channel, &news, sizeof(news), MSG_DONTWAIT)) == sizeof(news))
		g->report = news;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return g->report.news != before;
	close(g->channel);
	g->channel = -1;
	g->report.news = RULES_NEWS_UNWATCHED;
	complaint_set(&g->report.why, "the guard of the rules has ended; restart sealgate");
	return true;
}

/* The first news may be that the rules are missing; the second is that they are in force. */
void rules_guard_wait(struct rules_guard *g, int wait_ms)
{
	uint64_t end_ms = clock_monotonic_ms() + (uint64_t)wait_ms, now_ms;

	while (g && g->channel >= 0 && g->report.news != RULES_NEWS_IN_FORCE &&
	        (now_ms = clock_monotonic_ms()) < end_ms) {
		struct pollfd fd = { g->channel, POLLIN, 0 };
		if (poll(&fd, 1, (int)(end_ms - now_ms)) <= 0)
			return;
		rules_guard_read(g);
		if (!g->report.is_at_work)
			return;
	}
}

enum rules_news rules_guard_news(const struct rules_guard *g)
{
	return g ? g->report.news : RULES_NEWS_NONE;
}

const char *rules_news_word(enum rules_news news)
{
	static const char *const words[] = {
		[RULES_NEWS_NONE] = "not-watched",
		[RULES_NEWS_IN_FORCE] = "in-force",
		[RULES_NEWS_MISSING] = "missing",
		[RULES_NEWS_FOREIGN] = "foreign",
		[RULES_NEWS_BLIND] = "blind",
		[RULES_NEWS_REMOVED] = "removed",
		[RULES_NEWS_UNWATCHED] = "guard-ended",
	};
	return words[news];
}

bool rules_news_is_bad(enum rules_news news)
{
	return news != RULES_NEWS_NONE && news != RULES_NEWS_IN_FORCE;
}

const char *rules_guard_why(const struct rules_guard *g)
{
	return g ? g->report.why.text : "";
}

const char *rules_guard_added(const struct rules_guard *g)
{
	return g ? g->report.added.text : "";
}

unsigned rules_guard_restored(const struct rules_guard *g)
{
	return g ? g->report.restored : 0;
}

bool rules_guard_can_legacy(const struct rules_guard *g)
{
	return !g || g->can_legacy;
}

unsigned rules_guard_sandbox(const struct rules_guard *g)
{
	bool is_known = rules_guard_news(g) != RULES_NEWS_NONE && g->channel >= 0;

	return is_known ? g->report.sandbox : SANDBOX_CALLS | SANDBOX_FILES;
}

void rules_guard_order(struct rules_guard *g, enum rules_order order)
{
	char octet = (char)order;

	if (g && g->channel >= 0)
		(void)!send(g->channel, &octet, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void rules_guard_end(struct rules_guard *g)
{
	if (!g)
		return;
	if (g->channel >= 0)
		close(g->channel);
	waitpid(g->pid, NULL, 0);
	free(g);
}
