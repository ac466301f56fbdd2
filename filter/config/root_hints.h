/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root hints: where the servers of the root are, in a file as InterNIC publishes it. */
#ifndef CONFIG_ROOT_HINTS_H
#define CONFIG_ROOT_HINTS_H

#include <stddef.h>
#include <sys/socket.h>

#include "base/complaint.h"

#define ROOT_HINTS_MAX 64

struct root_hints {
	unsigned count;
	struct sockaddr_storage at[ROOT_HINTS_MAX];
};

/* Reads the A and AAAA records of a file, one a line with its owner, TTL and class or without;
 * other records are skipped. Returns 0; or, with a sentence in `error` that names the file and the
 * line, -ENOENT when there is no file and -EINVAL when it is of no use. Then there are none. */
int root_hints_load(struct root_hints *hints, const char *path, struct complaint *error);

#endif
