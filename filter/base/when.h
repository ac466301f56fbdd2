/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times and spans of time in the words that people read: the largest unit that fits, in UTC. */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

#define WHEN_SIZE 40

/* Each of these returns `text`. */

/* Writes "12 d", "30 h", "5 min" or "10 s". */
const char *when_span(int64_t seconds, char text[static WHEN_SIZE]);

/* Writes "2026-11-24 15:00". */
const char *when_moment(int64_t moment_s, char text[static WHEN_SIZE]);

/* Writes "in 12 d", "now" or "5 min ago". */
const char *when_relative(int64_t moment_s, int64_t now_s, char text[static WHEN_SIZE]);

#endif
