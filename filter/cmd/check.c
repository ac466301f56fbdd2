/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate check: judges the responses in capture files. */
#include <getopt.h>

#include "cmd/audit_command.h"
#include "cmd/command.h"
#include "cmd/read_captures.h"

static bool collect(void *context, const char *path, const struct sighting *s)
{
	struct auditing *a = context;

	(void)path;
	return audit_collect(a->audit, s) == 0;
}

static bool judge(void *context, const char *path, const struct sighting *s)
{
	return auditing_judge(context, path, s);
}

static enum exit_code run(int argc, char **argv)
{
	struct auditing a;
	struct losses losses = { 0 };
	bool ok;

	if (!auditing_begin(&a, argc, argv, AUDITING_FILES))
		return EXIT_USAGE;
	/* What the files hold of the chain is collected first; what came whole is still judged
	 * when a file ends too early. */
	ok = captures_read(argv + optind, collect, &a, NULL);
	ok = captures_read(argv + optind, judge, &a, &losses) && ok;
	verdicts_summary(&a.verdicts);
	losses_tell(&losses);
	bool bogus = a.verdicts.by_status[STATUS_BOGUS] > 0;
	auditing_end(&a);
	if (!ok)
		return EXIT_USAGE;
	return bogus ? EXIT_NO : EXIT_FINE;
}

const struct command command_check = { "check",
	"[--anchor FILE] [--config FILE] [--time T] [--skew S] [--nta NAME]...\n"
	"                 [--resolver ADDR[:PORT]] [--sha1] [--json] FILE.pcap...",
	"judge the DNS responses in captures; T is YYYYMMDDHHMMSS, seconds since 1970, or capture",
	run };
