/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/counters.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static uint64_t counter_sum(
        struct worker *const workers[], unsigned count, const struct stats_field *field)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += stats_read(worker_stats(workers[i]), field);
	return total;
}

uint64_t counters_sum(struct worker *const workers[], unsigned count, const char *name)
{
	for (size_t i = 0; i < stats_field_count; i++) {
		if (strcmp(stats_fields[i].name, name) == 0)
			return counter_sum(workers, count, &stats_fields[i]);
	}
	assert(!"a counter's name");
	return 0;
}

void counters_log(struct worker *const workers[], unsigned count)
{
	char line[800] = "";
	size_t len = 0;
	bool any = false;

	for (size_t i = 0; i < stats_field_count; i++) {
		uint64_t total = counter_sum(workers, count, &stats_fields[i]);
		char item[100];
		size_t item_len;

		if (total == 0)
			continue;
		any = true;
		item_len = (size_t)snprintf(
		        item, sizeof(item), " %s=%" PRIu64, stats_fields[i].name, total);
		if (len + item_len >= sizeof(line)) {
			log_info("counters:%s", line);
			len = 0;
		}
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s", item);
	}
	log_info("counters:%s", any ? line : " all zero");
}
