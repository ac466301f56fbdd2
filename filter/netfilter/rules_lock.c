/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rules_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"

enum { STEP_MS = 10 };

int rules_lock(void)
{
	int lock = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	uint64_t end_ms = clock_monotonic_ms() + RULES_LOCK_WAIT_MS;

	while (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0 && clock_monotonic_ms() < end_ms)
		usleep(STEP_MS * 1000);
	return lock;
}

/* The lock goes with its descriptor. */
void rules_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
