/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Borrowed octets. A span never owns the memory it points to, and never outlives it. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *base;
	size_t len;
};

static inline struct span span_of(const void *base, size_t len)
{
	return (struct span){ base, len };
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0);
}

/* Compares spans as DNSSEC orders RDATA: as left-justified unsigned octets, where a missing octet
 * sorts before a zero octet (RFC 4034, 6.3). Returns less than, equal to or greater than zero. */
static inline int span_order(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.base, b.base, shorter) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* span_order() for qsort(). */
static inline int span_order_for_sort(const void *a, const void *b)
{
	return span_order(*(const struct span *)a, *(const struct span *)b);
}

#endif
