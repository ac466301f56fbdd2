/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400

const char *when_span(int64_t seconds, char text[static WHEN_SIZE])
{
	static const struct {
		int64_t from_s, unit_s;
		const char *word;
	} units[] = { { 2 * DAY_S, DAY_S, "d" }, { 2 * HOUR_S, HOUR_S, "h" },
		{ 2 * MINUTE_S, MINUTE_S, "min" }, { INT64_MIN, 1, "s" } };
	unsigned i = 0;

	while (seconds < units[i].from_s)
		i++;
	snprintf(text, WHEN_SIZE, "%" PRId64 " %s", seconds / units[i].unit_s, units[i].word);
	return text;
}

const char *when_moment(int64_t moment_s, char text[static WHEN_SIZE])
{
	time_t moment = (time_t)moment_s;
	struct tm t;

	if (!gmtime_r(&moment, &t) || strftime(text, WHEN_SIZE, "%Y-%m-%d %H:%M", &t) == 0)
		snprintf(text, WHEN_SIZE, "%" PRId64, moment_s);
	return text;
}

const char *when_relative(int64_t moment_s, int64_t now_s, char text[static WHEN_SIZE])
{
	char span[WHEN_SIZE];

	if (moment_s > now_s)
		snprintf(text, WHEN_SIZE, "in %.30s", when_span(moment_s - now_s, span));
	else if (moment_s < now_s)
		snprintf(text, WHEN_SIZE, "%.30s ago", when_span(now_s - moment_s, span));
	else
		snprintf(text, WHEN_SIZE, "now");
	return text;
}
