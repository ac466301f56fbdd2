/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that hold a text and must be on the disk when a call returns; and directories. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Returns the whole file, ended by a zero, on the heap; NULL with errno where it cannot be read:
 * EFBIG for more than `most` octets, EINVAL for one with a zero octet in it. */
char *file_read(const char *path, size_t most);

/* Writes a file that must not be there yet. Returns 0 or -errno. */
int file_create(const char *path, const char *text, mode_t mode);

/* Writes a file so that at any moment there is the old one or the new one, whole; makes its
 * directory if only that is missing. Returns 0 or -errno. */
int file_replace(const char *path, const char *text, mode_t mode);

/* Makes a directory of exactly this mode, whatever the umask; leaves one that exists as it is.
 * Returns 0 or -errno. */
int file_make_directory(const char *path, mode_t mode);

/* Makes the directory that `path` lies in, unless it exists. Returns 0 or -errno. */
int file_make_parent(const char *path);

#endif
