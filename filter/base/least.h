/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smaller of two numbers: of TTLs and times left, mostly. */
#ifndef BASE_LEAST_H
#define BASE_LEAST_H

#include <stdint.h>

static inline uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

#endif
