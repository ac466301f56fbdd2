/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two clocks. Only config/ and what stands to its right read them; the rest is told the time.
 * Whether the wall clock can be believed is judged in daemon/timekeeper, from a source that tests
 * can replace. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since some fixed moment; never goes back. For waits and time-outs. */
static inline uint64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Seconds since 1970. For signature times and expiries, which are the world's. */
static inline int64_t clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

/* Where the wall clock is read, and whether the kernel holds it to be synchronised. */
struct clock_source {
	int64_t (*wall_s)(void *context);
	bool (*is_synchronised)(void *context);
	void *context;
};

/* What is made of that. */
enum clock_state {
	CLOCK_SET,            /* it is right */
	CLOCK_UNSYNCHRONISED, /* it may be right, but nobody says so */
	CLOCK_NOT_SET,        /* it cannot be right, or nobody is to believe it */
};

#endif
