/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces capture.c in a build without libpcap. Nothing can be opened, so only the two functions
 * that open are called. */
#include "base/complaint.h"
#include "capture/capture.h"

#include <stdio.h>

bool capture_is_built(void)
{
	return false;
}

static struct capture *capture_refuse(const char *name, struct complaint *error)
{
	complaint_set(error, "%s: this build lacks libpcap", name);
	return NULL;
}

struct capture *capture_open_file(const char *path, struct complaint *error)
{
	return capture_refuse(path, error);
}

struct capture *capture_open_live(const char *interface, struct complaint *error)
{
	return capture_refuse(interface, error);
}

struct capture *capture_open_marked(const char *interface, uint32_t mark, struct complaint *error)
{
	(void)mark;
	return capture_open_live(interface, error);
}

void capture_close(struct capture *c)
{
	(void)c;
}

int capture_next(struct capture *c, struct frame *frame)
{
	(void)c;
	(void)frame;
	return -1;
}

const char *capture_error(const struct capture *c)
{
	(void)c;
	return "";
}

int capture_fd(const struct capture *c)
{
	(void)c;
	return -1;
}

uint64_t capture_lost(const struct capture *c)
{
	(void)c;
	return 0;
}
