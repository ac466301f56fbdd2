/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line per event, on stderr. Under journald each line starts with its priority, such as `<4>`,
 * which journald removes (sd-daemon(3)); on a terminal it starts with the word for the priority. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Those numbers of syslog(3) that sealgate uses. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* Sets the level, in any thread: from now on, lines with a higher number are not written. The
 * default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* Returns "error", "warning", "info" or "debug". */
const char *log_level_word(enum log_level level);

/* Finds the level with this word. Returns false if there is none. */
bool log_level_find(const char *word, enum log_level *level);

/* Writes one line; a message longer than about 1000 octets is cut. Octets that are not printable
 * ASCII are written as '?', so that a name from the network cannot forge a line. */
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

/* True if lines of this level are written: to spare the work for a line that is not. */
bool log_writes(enum log_level level);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)

/* Limits how many lines of one kind are written: `burst` at once, refilled at `per_second`. */
struct log_limit {
	unsigned burst, per_second;
	unsigned tokens;
	uint64_t refilled_ms, withheld;
};

/* True if a line of this kind may be written at `now_ms`; otherwise the line is counted as
 * withheld. If true, `*withheld` is the number of lines withheld since the last one allowed (mostly
 * 0). */
bool log_limit_allows(struct log_limit *limit, uint64_t now_ms, uint64_t *withheld);

#endif
