/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum log_level max_level = LOG_LEVEL_INFO;

static const struct {
	enum log_level level;
	const char *word;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" },
	{ LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

void log_set_level(enum log_level level)
{
	__atomic_store_n(&max_level, level, __ATOMIC_RELAXED);
}

enum log_level log_get_level(void)
{
	return __atomic_load_n(&max_level, __ATOMIC_RELAXED);
}

bool log_writes(enum log_level level)
{
	return level <= log_get_level();
}

bool log_level_find(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(levels[i].word, word) == 0) {
			*level = levels[i].level;
			return true;
		}
	}
	return false;
}

const char *log_level_word(enum log_level level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].level == level)
			return levels[i].word;
	}
	return "note";
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[1100];
	int len;
	va_list args;

	if (!log_writes(level))
		return;
	if (getenv("JOURNAL_STREAM"))
		len = snprintf(line, sizeof(line), "<%d>", level);
	else
		len = snprintf(line, sizeof(line), "sealgate: %s: ", log_level_word(level));
	va_start(args, format);
	int more = vsnprintf(line + len, sizeof(line) - (size_t)len - 1, format, args);
	va_end(args);
	if (more < 0)
		return;
	len = (int)strlen(line);
	for (int i = 0; i < len; i++) {
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	}
	line[len++] = '\n';
	/* A single write() keeps the lines of several threads apart. A failed write cannot be
	 * reported anywhere. */
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return;
}

bool log_limit_allows(struct log_limit *limit, uint64_t now_ms, uint64_t *withheld)
{
	*withheld = 0;
	if (limit->refilled_ms == 0) {
		limit->tokens = limit->burst;
		limit->refilled_ms = now_ms;
	}
	uint64_t earned = (now_ms - limit->refilled_ms) * limit->per_second / 1000;
	if (earned > 0) {
		uint64_t tokens = limit->tokens + earned;
		limit->tokens = tokens > limit->burst ? limit->burst : (unsigned)tokens;
		limit->refilled_ms = now_ms;
	}
	if (limit->tokens == 0) {
		limit->withheld++;
		return false;
	}
	limit->tokens--;
	*withheld = limit->withheld;
	limit->withheld = 0;
	return true;
}
