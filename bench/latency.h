/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A histogram of times: within 6 %, from a nanosecond to a quarter of an hour. */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <stdint.h>

#define LATENCY_STEPS   16 /* to an octave */
#define LATENCY_BUCKETS (40 * LATENCY_STEPS)

struct latency {
	uint64_t count;
	uint32_t buckets[LATENCY_BUCKETS];
};

/* Returns the bucket: the octave, and the four bits after the leading one. */
static inline void latency_add(struct latency *l, uint64_t ns)
{
	unsigned top = 63 - (unsigned)__builtin_clzll(ns | LATENCY_STEPS);
	unsigned bucket = (top - 4) * LATENCY_STEPS + (unsigned)(ns >> (top - 4));

	l->buckets[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
	l->count++;
}

/* Returns the middle of a bucket. */
static inline double latency_bucket_us(unsigned bucket)
{
	if (bucket < 2 * LATENCY_STEPS)
		return bucket / 1e3;
	unsigned shift = bucket / LATENCY_STEPS - 1;
	return ((double)(bucket % LATENCY_STEPS + LATENCY_STEPS) + 0.5) * (double)(1ull << shift) /
	       1e3;
}

/* Returns the quantile: `share` of all times did not exceed it. */
static inline double latency_percentile_us(const struct latency *l, double share)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		seen += l->buckets[i];
		if (seen > 0 && (double)seen >= share * (double)l->count)
			return latency_bucket_us(i);
	}
	return 0;
}

#endif
