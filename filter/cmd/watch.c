/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate watch: judges the responses on an interface as they come, and touches nothing. */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/log.h"
#include "capture/capture.h"
#include "cmd/audit_command.h"
#include "cmd/command.h"
#include "cmd/losses.h"

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

struct watching {
	struct auditing *auditing;
	bool failed;
};

/* A link of a chain is known from the moment it passes. */
static void judge(void *context, const struct sighting *s)
{
	struct watching *w = context;

	if (audit_collect(w->auditing->audit, s) < 0)
		w->failed = true;
	if (!auditing_judge(w->auditing, w->auditing->interface, s) ||
	        fflush(w->auditing->verdicts.out) == EOF)
		w->failed = true;
}

static bool watch(struct capture *c, struct traffic *traffic, const struct watching *w)
{
	struct pollfd ready = { .fd = capture_fd(c), .events = POLLIN };
	struct frame frame;
	int more = 0;

	while (!stopping && !w->failed && more >= 0) {
		if (poll(&ready, 1, 1000) < 0 && errno != EINTR)
			break;
		while (!stopping && !w->failed && (more = capture_next(c, &frame)) > 0)
			traffic_packet(traffic, &frame);
	}
	if (more < 0)
		log_error("%s", capture_error(c));
	return stopping && !w->failed;
}

static enum exit_code run(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct auditing a;
	struct watching w = { .auditing = &a };
	char error[400];
	struct losses losses = { 0 };
	bool ok = false;

	if (!auditing_begin(&a, argc, argv, AUDITING_INTERFACE))
		return EXIT_USAGE;
	struct capture *c = capture_open_live(a.interface, error, sizeof(error));
	struct traffic *traffic = c ? traffic_new(judge, &w) : NULL;
	if (!c)
		log_error("%s", error);
	if (traffic && sigaction(SIGINT, &action, NULL) == 0 &&
	        sigaction(SIGTERM, &action, NULL) == 0)
		ok = watch(c, traffic, &w);
	verdicts_summary(&a.verdicts);
	if (traffic)
		losses_add(&losses, c, traffic);
	losses_tell(&losses);
	bool bogus = a.verdicts.by_status[STATUS_BOGUS] > 0;
	traffic_free(traffic);
	capture_close(c);
	auditing_end(&a);
	if (!ok)
		return EXIT_USAGE;
	return bogus ? EXIT_NO : EXIT_FINE;
}

const struct command command_watch = { "watch",
	"-i IFACE [--anchor FILE] [--config FILE] [--time T] [--skew S] [--nta NAME]...\n"
	"                 [--resolver ADDR[:PORT]] [--sha1] [--json]",
	"judge the DNS responses on an interface, and touch nothing; ends on SIGINT", run };
