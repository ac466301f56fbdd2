/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root hints: a file of the addresses of the root servers, as InterNIC publishes it. */
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

/* Reads the A and AAAA records of a file, one a line; owner, TTL and class may be missing. Skips
 * other records. Returns 0; or -ENOENT if there is no file, or -EINVAL if it cannot be read or has
 * no address. Then `error` names the file and the line, and `hints` is empty. */
int root_hints_load(struct root_hints *hints, const char *path, struct complaint *error);

#endif
