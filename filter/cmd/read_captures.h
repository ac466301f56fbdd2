/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads capture files for a command. */
#ifndef CMD_READ_CAPTURES_H
#define CMD_READ_CAPTURES_H

#include "cmd/losses.h"

/* Takes a message of the file `path`. Returns false to stop reading: memory is short, or the output
 * cannot be written. */
typedef bool capture_taker(void *context, const char *path, const struct captured_message *seen);

/* Passes each message of the files to `take`. NULL ends the list `paths`. Returns false if a file
 * cannot be read to its end; the messages before that, and the other files, are passed all the
 * same. A command that reads the files twice gives `losses` once: that pass adds the losses to it,
 * and logs what cannot be read. */
bool read_captures(char *const *paths, capture_taker *take, void *context, struct losses *losses);

#endif
