/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/stats.h"

const struct stats_field stats_fields[] = {
#define X(name, help) { #name, help, offsetof(struct stats, name) },
	STATS(X)
#undef X
	        { "passed_judged", "Responses passed after a full judgement",
	                offsetof(struct stats, passed) },
#define X(id, word, may_pass, most_ttl_s, log, opens, who, gains)                                  \
	{ "passed_" word, "Responses passed without a full judgement: " opens,                     \
		offsetof(struct stats, passed) + EXEMPT_##id * sizeof(uint64_t) },
	EXEMPTIONS(X)
#undef X
};

const size_t stats_field_count = sizeof(stats_fields) / sizeof(stats_fields[0]);

uint64_t stats_read(const struct stats *s, const struct stats_field *field)
{
	const uint64_t *counter = (const uint64_t *)(const void *)((const char *)s + field->offset);
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}
