/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces landlock.c in a build with kernel headers before 5.13. */
#include "daemon/landlock.h"

#include <errno.h>

bool landlock_is_built(void)
{
	return false;
}

int landlock_enter(const struct landlock_place places[], unsigned count)
{
	(void)places;
	(void)count;
	return -ENOSYS;
}
