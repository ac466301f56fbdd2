/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two clocks. The folders from wire/ to keys/ read neither: their callers pass the time.
 * daemon/timekeeper judges whether the wall clock can be trusted, from a source that tests can
 * replace. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Returns milliseconds since a fixed moment; never goes back. For waits and timeouts. */
static inline uint64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Returns seconds since 1970. For signature times and expiry times, which are absolute. */
static inline int64_t clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

/* A source of wall-clock time, and of whether the kernel reports the clock as synchronised. */
struct clock_source {
	int64_t (*wall_s)(void *context);
	bool (*is_synchronised)(void *context);
	void *context;
};

/* How far the wall clock is trusted. */
enum clock_state {
	CLOCK_SET,            /* the clock is right */
	CLOCK_UNSYNCHRONISED, /* plausible, but the kernel does not report it as synchronised */
	CLOCK_NOT_SET,        /* wrong, or not to be trusted */
};

#endif
