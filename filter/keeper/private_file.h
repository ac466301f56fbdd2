/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading files that hold a private key. */
#ifndef KEEPER_PRIVATE_FILE_H
#define KEEPER_PRIVATE_FILE_H

#include <stddef.h>

/* Returns the text of the file at `path`, which key_text_free() frees. NULL, and `fault` says why,
 * if the file has more than `most` octets, cannot be read, is no regular file (a symbolic link is
 * none), belongs to another user, or others may use it. */
char *private_file_read(const char *path, size_t most, const char **fault);

#endif
