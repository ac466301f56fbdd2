/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of questions and answers. */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/span.h"
#include "latency.h"
#include "wire/protocol.h"

#define ANSWERS_AT     7 /* the low octets of the header's counts */
#define AUTHORITIES_AT 9

struct tally {
	unsigned rcode; /* of a right answer */
	uint64_t asked, answers, wrong, stray, lost;
	uint64_t authentic; /* with AD */
	uint64_t signed_;
	uint64_t octets;
	struct latency latency;
};

/* Each answer has one record, and each denial one SOA: further records in the answer, or in the
 * authority section of a denial, mean that there are RRSIGs. */
static inline bool has_signature(struct span answer)
{
	uint8_t records =
	        answer.base[ANSWERS_AT] ? answer.base[ANSWERS_AT] : answer.base[AUTHORITIES_AT];
	return records > 1;
}

/* Counts an answer, with at least a header, to a question that was asked `after_ns` ago. */
static inline void tally_answer(
        struct tally *t, struct span answer, uint16_t flags, uint64_t after_ns)
{
	if ((flags & RCODE_MASK) == t->rcode && !(flags & FLAG_TC))
		t->answers++;
	else
		t->wrong++;
	t->authentic += (flags & FLAG_AD) != 0;
	t->signed_ += has_signature(answer);
	t->octets += answer.len;
	latency_add(&t->latency, after_ns);
}

/* Prints members of a JSON object. */
static inline void tally_print(const struct tally *t, double seconds)
{
	uint64_t all = t->answers + t->wrong;

	printf("\"seconds\": %.3f, \"asked\": %" PRIu64 ", \"answers\": %" PRIu64
	       ", \"wrong\": %" PRIu64 ", \"stray\": %" PRIu64 ", \"lost\": %" PRIu64
	       ", \"authentic\": %" PRIu64 ", \"signed\": %" PRIu64
	       ", \"octets\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f",
	        seconds, t->asked, t->answers, t->wrong, t->stray, t->lost, t->authentic,
	        t->signed_, all ? (double)t->octets / (double)all : 0.0,
	        latency_percentile_us(&t->latency, 0.50), latency_percentile_us(&t->latency, 0.99));
}

#endif
