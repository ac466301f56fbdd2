/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two clocks. Only path/ and what stands to its right read them; the rest is told the time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

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

#endif
