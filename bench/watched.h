/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU time of other processes between two moments. */
#ifndef BENCH_WATCHED_H
#define BENCH_WATCHED_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WATCHED_MAX 8
#define NS_PER_S    1000000000ull

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t = { 0, 0 };
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

struct watched {
	unsigned count;
	struct {
		const char *name;
		clockid_t clock;
		uint64_t begin_ns, end_ns;
	} processes[WATCHED_MAX];
};

/* `text` is NAME=PID, and is split in place. Returns false if it is not, or if there is no such
 * process. */
static inline bool watched_add(struct watched *w, char *text)
{
	char *pid = strchr(text, '=');

	if (!pid || w->count == WATCHED_MAX)
		return false;
	*pid++ = '\0';
	w->processes[w->count].name = text;
	return clock_getcpuclockid(atoi(pid), &w->processes[w->count++].clock) == 0;
}

static inline void watched_begin(struct watched *w)
{
	for (unsigned i = 0; i < w->count; i++)
		w->processes[i].begin_ns = clock_ns(w->processes[i].clock);
}

static inline void watched_end(struct watched *w)
{
	for (unsigned i = 0; i < w->count; i++)
		w->processes[i].end_ns = clock_ns(w->processes[i].clock);
}

/* Prints the members of a JSON object: seconds of CPU. */
static inline void watched_print(const struct watched *w)
{
	for (unsigned i = 0; i < w->count; i++)
		printf("%s\"%s\": %.6f", i ? ", " : "", w->processes[i].name,
		        (double)(w->processes[i].end_ns - w->processes[i].begin_ns) / 1e9);
}

#endif
