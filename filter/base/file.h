/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files that are on the disk when a call returns, and directories. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Returns the whole file on the heap, zero-terminated. Returns NULL and sets errno if the file
 * cannot be read: EFBIG if it has more than `most` octets, EINVAL if it contains a zero octet. */
char *file_read(const char *path, size_t most);

/* The same for a file that is open for reading, which is closed. */
char *file_read_from(int fd, size_t most);

/* Returns why the file or directory at `path` could not be opened for reading, by the errno of
 * that, and what to do if the user or the sandbox of this process forbids it. */
const char *file_why(const char *path, int number);

/* What tells that a file is no longer the one that was read. All zero: there was none. */
struct file_identity {
	uint64_t device, inode;
	int64_t octets, modified_ns, changed_ns;
};

#define FILE_UNSETTLED                                                                             \
	(-1) /* in place of a time: the file was changed so lately that it is never the same */

/* Takes it from a file that can be looked at, by its path, its name in an open directory, or what
 * fstatat() told; all zero otherwise. Take it before the file is read: then a change in between
 * shows the next time. */
struct file_identity file_identify(const char *path);
struct file_identity file_identify_in(int directory, const char *name);
struct file_identity file_identity_of(const struct stat *st);
bool file_is_same(const struct file_identity *a, const struct file_identity *b);

/* Copies the directory part of a path; "." if the path has none. A part that is too long is cut. */
void file_directory(const char *path, char directory[static PATH_MAX]);

/* Writes a file that must not exist yet. Returns 0 or -errno. */
int file_create(const char *path, const char *text, mode_t mode);

/* Replaces a file atomically: even after a crash, the path holds the whole old file or the whole
 * new one. Creates the directory of the file if only that is missing. Returns 0 or -errno. After a
 * failure the path may hold either file: the new one is not sure to be on the disk. */
int file_replace(const char *path, const char *text, mode_t mode);

/* Does this for a file that a group may use: nobody ever finds it with the rights of another
 * group. */
int file_replace_for(const char *path, const char *text, mode_t mode, gid_t group);

/* Renames a regular file that is damaged to `path`.damaged, for the operator to look at. Only the
 * last one is kept, and one that cannot be read stays where it is. */
void file_set_aside(const char *path);

/* Creates a directory with exactly this mode, whatever the umask; an existing directory stays as it
 * is. Returns 0 or -errno. */
int file_make_directory(const char *path, mode_t mode);

/* Gives a file or directory to a group, with this mode. Returns 0 or -errno. */
int file_share(const char *path, mode_t mode, gid_t group);

/* Creates the directory that contains `path`, unless it exists. Returns 0 or -errno. */
int file_make_parent(const char *path);

#endif
