/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/workers_wait.h"

#include <unistd.h>

#include "base/clock.h"

#define LOOK_US 1000

bool workers_wait(bool (*is_done)(void *context), void *context)
{
	uint64_t until_ms = clock_monotonic_ms() + WORKERS_WAIT_MS;

	while (!is_done(context)) {
		if (clock_monotonic_ms() >= until_ms)
			return is_done(context);
		usleep(LOOK_US);
	}
	return true;
}
