/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measures work in process: its CPU, its allocations and its system calls. For one source file of a
 * program with one thread, which has a table of measures and a context that they share. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"

#define MEASURE_ROUNDS 9
#define MEASURES_MAX   16

struct measure {
	const char *name;
	void (*one)(void *context, unsigned i); /* does the work for item `i` */
	unsigned times;                         /* short work is done several times a round */
	void (*before)(void *context);          /* prepares a round; or NULL */
	const char *without; /* another measure, whose time is subtracted; or NULL */
};

struct measuring {
	const struct measure *measures; /* the last one has no name */
	void *context;
	unsigned count; /* the number of items */
};

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(EXIT_FAILURE);
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Returns the CPU microseconds for each item. */
static double time_round(const struct measuring *m, const struct measure *what)
{
	unsigned times = m->count * what->times;
	double begin_us;

	if (what->before)
		what->before(m->context);
	begin_us = cpu_us();
	for (unsigned i = 0; i < times; i++)
		what->one(m->context, i % m->count);
	return (cpu_us() - begin_us) / times;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median_of(const struct measuring *m, double (*us)[MEASURE_ROUNDS], const char *name)
{
	for (unsigned i = 0; name && m->measures[i].name; i++) {
		if (strcmp(m->measures[i].name, name) == 0)
			return us[i][MEASURE_ROUNDS / 2];
	}
	return 0;
}

/* Runs all measures in each round. Prints the medians as members of a JSON object. */
static void print_medians(const struct measuring *m)
{
	double us[MEASURES_MAX][MEASURE_ROUNDS];

	for (unsigned round = 0; round < MEASURE_ROUNDS; round++) {
		for (unsigned i = 0; m->measures[i].name; i++)
			us[i][round] = time_round(m, &m->measures[i]);
	}
	for (unsigned i = 0; m->measures[i].name; i++)
		qsort(us[i], MEASURE_ROUNDS, sizeof(us[i][0]), order);
	for (unsigned i = 0; m->measures[i].name; i++) {
		const struct measure *what = &m->measures[i];
		printf("\"%s_us\": %.3f, ", what->name,
		        us[i][MEASURE_ROUNDS / 2] - median_of(m, us, what->without));
	}
}

static void treat_all(const struct measuring *m, const struct measure *what)
{
	for (unsigned i = 0; i < m->count; i++)
		what->one(m->context, i);
}

/* Never inlined: valgrind finds it by its name. */
static void __attribute__((noinline, noclone))
counted(const struct measuring *m, const struct measure *what)
{
	treat_all(m, what);
}

static double allocations_of_one(const struct measuring *m, const struct measure *what)
{
	uint64_t before = allocations;

	treat_all(m, what);
	return (double)(allocations - before) / m->count;
}

/* Does the work in a child that a system call would kill. */
static bool makes_system_calls(const struct measuring *m, const struct measure *what)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		treat_all(m, what);
		syscall(SYS_exit, EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("cannot fork");
	return !WIFEXITED(status);
}

/* Prints a member of a JSON object. */
static void print_needs(const struct measuring *m, const char *word, const struct measure *what)
{
	printf("\"%s\": {\"allocations\": %g, ", word, allocations_of_one(m, what));
	fflush(stdout); /* otherwise the child would print it again */
	printf("\"system_calls\": %s}", makes_system_calls(m, what) ? "true" : "false");
}

#endif
