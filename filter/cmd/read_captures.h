/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files, read for a command. */
#ifndef CMD_READ_CAPTURES_H
#define CMD_READ_CAPTURES_H

#include "cmd/losses.h"

/* Gets each message of a file. Returns false when reading cannot go on: memory or the output gave
 * out. */
typedef bool capture_taker(void *context, const char *path, const struct captured_message *seen);

/* Gives each message of the files, whose NULL ends the list, to `take`, also of those that end too
 * early. Adds what was missed to `losses`, unless that is NULL. Returns false, after saying why, when
 * one could not be read to its end. */
bool read_captures(char *const *paths, capture_taker *take, void *context, struct losses *losses);

#endif
