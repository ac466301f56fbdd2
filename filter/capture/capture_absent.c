/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands for capture.c in a build without libpcap. Nothing is ever opened, so only the two functions
 * that open something are called. */
#include "capture/capture.h"

#include <stdio.h>

bool capture_is_built(void)
{
	return false;
}

static struct capture *refuse(const char *name, char *error, size_t error_size)
{
	snprintf(error, error_size, "%s: this sealgate was built without libpcap", name);
	return NULL;
}

struct capture *capture_open_file(const char *path, char *error, size_t error_size)
{
	return refuse(path, error, error_size);
}

struct capture *capture_open_live(const char *interface, char *error, size_t error_size)
{
	return refuse(interface, error, error_size);
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

uint64_t capture_skipped(const struct capture *c)
{
	(void)c;
	return 0;
}

uint64_t capture_lost(const struct capture *c)
{
	(void)c;
	return 0;
}
