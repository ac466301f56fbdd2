/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directories in which the daemon writes. Private to daemon/. */
#ifndef DAEMON_WRITTEN_H
#define DAEMON_WRITTEN_H

#include <limits.h>
#include <stdbool.h>

#include "config/config.h"

enum { WRITTEN_MAX = 5 };

struct written_directory {
	char path[PATH_MAX];
	bool is_our_own; /* the default, which no other program uses */
};

/* Finds the directories of the files that the daemon makes while it runs. A new key that names such
 * a file is a row of the table in written.c: the daemon can write nowhere else. Returns how many
 * there are; each is there once. */
unsigned written_directories(
        const struct config *c, struct written_directory found[static WRITTEN_MAX]);

#endif
