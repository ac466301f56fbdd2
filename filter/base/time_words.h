/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times for a person: how long something takes, and when something is, beside the present time. All
 * in UTC. */
#ifndef BASE_TIME_WORDS_H
#define BASE_TIME_WORDS_H

#include <stdint.h>

#include "base/complaint.h"

#define TIME_SPAN_SIZE 24
#define TIME_WHEN_SIZE 64

/* Writes a span in one unit, rounded down: "75 s", "95 min", "30 h", "12 d". A negative one counts
 * as 0. Returns `text`. */
const char *time_words_span(int64_t span_s, char text[static TIME_SPAN_SIZE]);

/* Writes a time and how far it is from now: "14:05 UTC, in 3 h", and of another day "2026-12-04
 * 14:05 UTC, in 4 d", or "... 2 d ago". Returns `text`. */
const char *time_words_when(int64_t at_s, int64_t now_s, char text[static TIME_WHEN_SIZE]);

/* Copies a sentence, and writes each time of fourteen digits in it (base/encoding.h) as
 * time_words_when() does. */
void time_words_retell(const char *sentence, int64_t now_s, struct complaint *retold);

#endif
