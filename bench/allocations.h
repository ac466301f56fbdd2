/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the allocations of a program, including its libraries: the dynamic linker binds every
 * malloc() to the program's own. For one source file of a program with one thread. */
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t allocations;

/* Counts a call, and gives it to the C library's own function, which it finds at the first call. */
#define COUNTED(name, parameters, arguments)                                                       \
	void *name parameters                                                                      \
	{                                                                                          \
		static void *(*own)parameters;                                                     \
                                                                                                   \
		allocations++;                                                                     \
		if (!own)                                                                          \
			*(void **)&own = dlsym(RTLD_NEXT, #name);                                  \
		return own arguments;                                                              \
	}

COUNTED(malloc, (size_t size), (size))
COUNTED(calloc, (size_t count, size_t size), (count, size))
COUNTED(realloc, (void *old, size_t size), (old, size))
COUNTED(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

#endif
