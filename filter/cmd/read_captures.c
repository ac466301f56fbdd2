/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/read_captures.h"

#include "base/log.h"
#include "capture/capture.h"
#include "capture/dissect.h"

/* One file being read. */
struct reading {
	const char *path;
	capture_taker *take;
	void *context;
	struct losses *losses;
	bool failed;
};

static void handle(void *context, const struct sighting *s)
{
	struct reading *r = context;

	if (!r->failed && !r->take(r->context, r->path, s))
		r->failed = true;
}

static bool read_frames(struct capture *c, struct traffic *traffic, const struct reading *r)
{
	struct frame frame;
	int more = 0;

	while (!r->failed && (more = capture_next(c, &frame)) > 0)
		traffic_packet(traffic, &frame);
	traffic_finish(traffic);
	if (r->losses)
		losses_add(r->losses, c, traffic);
	if (more < 0)
		log_error("%s", capture_error(c));
	if (r->failed)
		log_error("%s: out of memory, or the output cannot be written", r->path);
	return more == 0 && !r->failed;
}

static bool read_file(const char *path, capture_taker *take, void *context, struct losses *losses)
{
	struct reading r = { path, take, context, losses, false };
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

bool captures_read(char *const *paths, capture_taker *take, void *context, struct losses *losses)
{
	bool ok = true;

	for (; *paths; paths++)
		ok = read_file(*paths, take, context, losses) && ok;
	return ok;
}
