/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Restricts which files this process can open, by Landlock of the kernel (since 5.13). */
#ifndef DAEMON_LANDLOCK_H
#define DAEMON_LANDLOCK_H

#include <stdbool.h>

enum landlock_use {
	LANDLOCK_READ,
	LANDLOCK_WRITE,   /* files may be made, replaced and removed, too */
	LANDLOCK_EXECUTE, /* besides reading */
};

/* A directory with all below it, or a file. One that is missing is left out. */
struct landlock_place {
	const char *path;
	enum landlock_use use;
};

/* False if the kernel's headers had no Landlock when this was built: then landlock_enter() returns
 * -ENOSYS. */
bool landlock_is_built(void);

/* Lets this thread, and the threads and programs that it starts later, use these places, and no other file. Files
 * that are open stay open. Needs no_new_privs. Returns the version of Landlock, which is at least 1; or -errno:
 * -ENOSYS or -EOPNOTSUPP if the kernel has no Landlock. */
int landlock_enter(const struct landlock_place places[], unsigned count);

#endif
