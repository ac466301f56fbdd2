/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate check: judges the responses in capture files. */
#include <getopt.h>

#include "cmd/audit_command.h"
#include "cmd/command.h"
#include "cmd/read_captures.h"

static bool check_collect(void *context, const char *path, const struct captured_message *seen)
{
	struct audit_command *a = context;

	(void)path;
	return audit_collect(a->audit, seen) == 0;
}

static bool check_judge(void *context, const char *path, const struct captured_message *seen)
{
	return audit_command_judge(context, path, seen);
}

static enum exit_code run_check(int argc, char **argv)
{
	struct audit_command a = { .source = AUDIT_FILES, .command = &command_check };
	struct losses losses = { 0 };
	bool ok;

	if (!audit_command_begin(&a, argc, argv))
		return EXIT_USAGE;
	/* First collect the chain of trust from all files. A file that ends too early is still
	 * judged up to that point. */
	ok = read_captures(argv + optind, check_collect, &a, NULL);
	ok = read_captures(argv + optind, check_judge, &a, &losses) && ok;
	audit_report_summary(&a.report);
	losses_tell(&losses);
	bool is_refused = audit_report_would_refuse(&a.report);
	audit_command_end(&a);
	if (!ok)
		return EXIT_USAGE;
	return is_refused ? EXIT_NO : EXIT_FINE;
}

static const struct command_option check_options[] = { AUDIT_OPTIONS, { 0 } };

const struct command command_check = { .name = "check",
	.summary = "judge the DNS responses in capture files",
	.arguments = "FILE...",
	.about = "Reads captures (pcap or pcapng; \"-\" is standard input), judges each DNS "
	         "response, and prints what sealgate would do with it.",
	.options = check_options,
	.exits = "Exit codes: 0 no response is Bogus or would be SERVFAIL; 1 a response is; 2 the "
	         "command line or the configuration is wrong, or a file cannot be read to its end.",
	.run = run_check };
