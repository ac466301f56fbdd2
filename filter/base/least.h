/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smaller of two numbers: TTLs, times or sizes. The result fits the type of either argument. */
#ifndef BASE_LEAST_H
#define BASE_LEAST_H

#include <stdint.h>

static inline uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
