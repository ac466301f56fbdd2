/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate watch: judges the responses that pass an interface, and changes none. */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/complaint.h"
#include "base/log.h"
#include "capture/capture.h"
#include "cmd/audit_command.h"
#include "cmd/command.h"
#include "cmd/losses.h"
#include "fetch/exchange.h"

static volatile sig_atomic_t stopping;

static void watch_stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

struct watching {
	struct audit_command *command;
	/* The queries that sealgate itself sends, by its mark; NULL if they cannot be told
	 * apart. */
	struct capture *own;
	struct dissector *own_dissector;
	struct complaint own_error; /* why they cannot; else "" */
	bool failed;
};

static void watch_note_own(void *context, const struct captured_message *seen)
{
	const struct watching *w = context;

	/* The connections of the relay have the mark, too, and carry what clients ask. */
	if (!seen->over_tcp)
		audit_note_own(w->command->audit, seen);
}

/* A response comes after its query, so each query of sealgate's own is known before its response is
 * read. */
static void take_own(const struct watching *w)
{
	struct frame frame;

	while (w->own && capture_next(w->own, &frame) > 0)
		dissect_packet(w->own_dissector, &frame);
}

static void open_own(struct watching *w)
{
	w->own_error.text[0] = '\0';
	w->own = capture_open_marked(w->command->interface, exchange_used_mark(), &w->own_error);
	w->own_dissector = w->own ? dissect_new(watch_note_own, w) : NULL;
	if (w->own_dissector)
		return;
	if (w->own)
		complaint_no_memory(&w->own_error);
	capture_close(w->own);
	w->own = NULL;
}

static void close_own(struct watching *w)
{
	dissect_free(w->own_dissector);
	capture_close(w->own);
}

/* A link of the chain can be used as soon as its message has passed. */
static void watch_judge(void *context, const struct captured_message *seen)
{
	struct watching *w = context;

	if (audit_collect(w->command->audit, seen) < 0)
		w->failed = true;
	if (!audit_command_judge(w->command, w->command->interface, seen) ||
	        fflush(w->command->report.out) == EOF)
		w->failed = true;
}

static bool watch_packets(struct capture *c, struct dissector *dissector, const struct watching *w)
{
	struct pollfd ready = { .fd = capture_fd(c), .events = POLLIN };
	struct frame frame;
	int more = 0;

	while (!stopping && !w->failed && more >= 0) {
		if (poll(&ready, 1, 1000) < 0 && errno != EINTR)
			break;
		while (!stopping && !w->failed && (more = capture_next(c, &frame)) > 0) {
			take_own(w);
			dissect_packet(dissector, &frame);
		}
	}
	if (more < 0)
		log_error("%s", capture_error(c));
	return stopping && !w->failed;
}

static enum exit_code watch_until_the_end(
        struct watching *w, struct capture *c, struct dissector *dissector)
{
	struct sigaction action = { .sa_handler = watch_stop };
	const struct audit_report *report = &w->command->report;
	struct losses losses = { 0 };
	bool ok = false;

	if (w->own_error.text[0])
		log_warning("queries that sealgate itself sends are judged, too: %s",
		        w->own_error.text);
	if (sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0)
		ok = watch_packets(c, dissector, w);
	if (w->failed)
		log_error("%s: out of memory, or the output cannot be written",
		        w->command->interface);
	audit_report_summary(report);
	losses_add(&losses, c, dissector);
	losses_tell(&losses);
	if (!ok)
		return EXIT_USAGE;
	return audit_report_would_refuse(report) ? EXIT_NO : EXIT_FINE;
}

static enum exit_code run_watch(int argc, char **argv)
{
	struct audit_command a = { .source = AUDIT_INTERFACE, .command = &command_watch };
	struct watching w = { .command = &a };
	struct complaint error;
	enum exit_code code = EXIT_USAGE;

	if (!audit_command_begin(&a, argc, argv))
		return EXIT_USAGE;
	open_own(&w);
	struct capture *c = capture_open_live(a.interface, &error);
	struct dissector *dissector = c ? dissect_new(watch_judge, &w) : NULL;
	if (!c)
		log_error("%s", error.text);
	else if (!dissector)
		log_error("%s: out of memory", a.interface);
	else
		code = watch_until_the_end(&w, c, dissector);
	dissect_free(dissector);
	capture_close(c);
	close_own(&w);
	audit_command_end(&a);
	return code;
}

static const struct command_option watch_options[] = {
	{ "interface", 'i', true, "IFACE", "capture on this interface; \"any\": on all" },
	AUDIT_OPTIONS,
	{ 0 },
};

const struct command command_watch = { .name = "watch",
	.summary = "judge the DNS responses that pass an interface",
	.arguments = "-i IFACE",
	.about =
	        "Captures packets until SIGINT, judges each DNS response, and prints what sealgate "
	        "would do with it. Changes no packet.",
	.options = watch_options,
	.exits = "Exit codes: 0 no response was Bogus or would have been SERVFAIL; 1 a response "
	         "was; 2 "
	         "the command line or the configuration is wrong, or packets cannot be captured.",
	.run = run_watch };
