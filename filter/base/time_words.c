/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/time_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/encoding.h"

#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400

/* A unit is used from twice its length on: "95 min" says more than "1 h". */
const char *time_words_span(int64_t span_s, char text[static TIME_SPAN_SIZE])
{
	static const struct {
		int64_t unit_s;
		const char *word;
	} units[] = { { DAY_S, "d" }, { HOUR_S, "h" }, { MINUTE_S, "min" }, { 1, "s" } };
	unsigned i = 0;

	if (span_s < 0)
		span_s = 0;
	while (units[i].unit_s > 1 && span_s < 2 * units[i].unit_s)
		i++;
	snprintf(text, TIME_SPAN_SIZE, "%lld %s", (long long)(span_s / units[i].unit_s),
	        units[i].word);
	return text;
}

const char *time_words_when(int64_t at_s, int64_t now_s, char text[static TIME_WHEN_SIZE])
{
	bool is_past = at_s < now_s;
	bool is_today = at_s >= 0 && now_s >= 0 && at_s / DAY_S == now_s / DAY_S;
	char span[TIME_SPAN_SIZE], clock[TIME_WHEN_SIZE / 2] = "at an unknown time";
	time_t at = (time_t)at_s;
	struct tm t;

	if (gmtime_r(&at, &t))
		strftime(clock, sizeof(clock), is_today ? "%H:%M UTC" : "%Y-%m-%d %H:%M UTC", &t);
	time_words_span(is_past ? now_s - at_s : at_s - now_s, span);
	snprintf(text, TIME_WHEN_SIZE, "%s, %s%s%s", clock, is_past ? "" : "in ", span,
	        is_past ? " ago" : "");
	return text;
}

/* Returns how many digits the text begins with. */
static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

void time_words_retell(const char *sentence, int64_t now_s, struct complaint *retold)
{
	char digits[DIGITS_TIME_SIZE], when[TIME_WHEN_SIZE];
	size_t len = 0, size = sizeof(retold->text);
	int64_t at_s;

	for (const char *at = sentence; *at && len < size;) {
		size_t n = count_digits(at);
		size_t plain = n ? n : strcspn(at, "0123456789");
		snprintf(digits, sizeof(digits), "%.*s", (int)(n < sizeof(digits) ? n : 0), at);
		if (n == DIGITS_TIME_SIZE - 1 && digits_time_read(digits, &at_s))
			len += (size_t)snprintf(retold->text + len, size - len, "%s",
			        time_words_when(at_s, now_s, when));
		else
			len += (size_t)snprintf(
			        retold->text + len, size - len, "%.*s", (int)plain, at);
		at += plain;
	}
	if (len == 0)
		retold->text[0] = '\0';
}
