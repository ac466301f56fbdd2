/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/read_captures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/log.h"
#include "capture/capture.h"
#include "capture/dissect.h"

/* A file that is being read. */
struct capture_file {
	const char *path;
	capture_taker *take;
	void *context;
	struct losses *losses;
	bool failed;
};

static void give_message(void *context, const struct captured_message *seen)
{
	struct capture_file *r = context;

	if (!r->failed && !r->take(r->context, r->path, seen))
		r->failed = true;
}

static bool read_capture_frames(
        struct capture *c, struct dissector *dissector, const struct capture_file *r)
{
	struct frame frame;
	int more = 0;

	while (!r->failed && (more = capture_next(c, &frame)) > 0)
		dissect_packet(dissector, &frame);
	dissect_finish(dissector);
	if (r->losses)
		losses_add(r->losses, c, dissector);
	if (more < 0 && r->losses)
		log_error("%s", capture_error(c));
	if (r->failed)
		log_error("%s: out of memory, or the output cannot be written", r->path);
	return more == 0 && !r->failed;
}

static bool copy_to(FILE *out, FILE *in)
{
	char octets[65536];
	size_t len;

	while ((len = fread(octets, 1, sizeof(octets), in)) > 0)
		if (fwrite(octets, 1, len, out) != len)
			return false;
	return !ferror(in) && fflush(out) == 0;
}

/* Sets standard input to its beginning, for the command that reads the files twice. What comes
 * through a pipe is kept in a file without a name. */
static bool rewind_stdin(void)
{
	if (lseek(STDIN_FILENO, 0, SEEK_CUR) < 0) {
		FILE *kept = tmpfile();
		bool ok = kept && copy_to(kept, stdin) && dup2(fileno(kept), STDIN_FILENO) >= 0;
		if (kept)
			fclose(kept);
		if (!ok) {
			log_error("-: cannot keep standard input in a file: %s", strerror(errno));
			return false;
		}
	}
	rewind(stdin);
	return true;
}

static bool read_capture(
        const char *path, capture_taker *take, void *context, struct losses *losses)
{
	struct capture_file r = { path, take, context, losses, false };
	struct complaint error;

	if (strcmp(path, "-") == 0 && !rewind_stdin())
		return false;
	struct capture *c = capture_open_file(path, &error);
	struct dissector *dissector = c ? dissect_new(give_message, &r) : NULL;
	bool ok = dissector && read_capture_frames(c, dissector, &r);

	if (!c && losses)
		log_error("%s", error.text);
	else if (c && !dissector)
		log_error("%s: out of memory", path);
	dissect_free(dissector);
	capture_close(c);
	return ok;
}

bool read_captures(char *const *paths, capture_taker *take, void *context, struct losses *losses)
{
	bool ok = true;

	for (; *paths; paths++)
		ok = read_capture(*paths, take, context, losses) && ok;
	return ok;
}
