/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate check: judges the responses in capture files. */
#include <getopt.h>

#include "base/log.h"
#include "cmd/auditing.h"
#include "cmd/command.h"
#include "path/capture.h"

/* One file being read. */
struct reading {
	struct auditing *auditing;
	const char *path;
	bool failed; /* memory or the output gave out */
};

static void collect(void *context, const struct sighting *s)
{
	struct reading *r = context;

	if (audit_collect(r->auditing->audit, s) < 0)
		r->failed = true;
}

static void judge(void *context, const struct sighting *s)
{
	struct reading *r = context;

	if (!auditing_judge(r->auditing, r->path, s))
		r->failed = true;
}

static bool read_frames(struct capture *c, struct traffic *traffic, const struct reading *r)
{
	struct frame frame;
	int more = 0;

	while (!r->failed && (more = capture_next(c, &frame)) > 0)
		traffic_packet(traffic, &frame);
	traffic_finish(traffic);
	if (more < 0)
		log_error("%s", capture_error(c));
	if (r->failed)
		log_error("%s: out of memory, or the output cannot be written", r->path);
	return more == 0 && !r->failed;
}

/* Gives each message of a file to `handle`. Returns false, after saying why, when it cannot be read
 * to its end. */
static bool read_file(struct auditing *a, const char *path, sighting_handler *handle)
{
	struct reading r = { .auditing = a, .path = path };
	char error[400];
	struct capture *c = capture_open_file(path, error, sizeof(error));
	struct traffic *traffic = c ? traffic_new(handle, &r) : NULL;
	bool ok = traffic && read_frames(c, traffic, &r);

	if (!c)
		log_error("%s", error);
	else if (!traffic)
		log_error("%s: out of memory", path);
	traffic_free(traffic);
	capture_close(c);
	return ok;
}

static bool read_files(struct auditing *a, char **paths, sighting_handler *handle)
{
	bool ok = true;

	for (; *paths; paths++)
		ok = read_file(a, *paths, handle) && ok;
	return ok;
}

static enum exit_code run(int argc, char **argv)
{
	struct auditing a;
	bool ok;

	if (!auditing_begin(&a, argc, argv, AUDITING_FILES))
		return EXIT_USAGE;
	/* What the files hold of the chain is collected first; what came whole is still judged
	 * when a file ends too early. */
	ok = read_files(&a, argv + optind, collect);
	ok = read_files(&a, argv + optind, judge) && ok;
	verdicts_summary(&a.verdicts);
	bool bogus = a.verdicts.by_status[STATUS_BOGUS] > 0;
	auditing_end(&a);
	if (!ok)
		return EXIT_USAGE;
	return bogus ? EXIT_NO : EXIT_FINE;
}

const struct command command_check = { "check",
	"[--anchor FILE] [--time T] [--skew S] [--nta NAME]... [--resolver ADDR[:PORT]]\n"
	"                 [--sha1] [--json] FILE.pcap...",
	"judge the DNS responses in captures; T is YYYYMMDDHHMMSS, seconds since 1970, or capture",
	run };
