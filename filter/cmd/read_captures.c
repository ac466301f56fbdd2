/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/read_captures.h"

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

static bool read_capture(
        const char *path, capture_taker *take, void *context, struct losses *losses)
{
	struct capture_file r = { path, take, context, losses, false };
	struct complaint error;
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
