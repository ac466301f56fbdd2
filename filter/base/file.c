/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define READ_FIRST_OCTETS                                                                          \
	16384 /* most files are shorter; a buffer for the longest one would cost more than the file */

/* Reads at most `most` + 1 octets to a buffer that grows. Returns NULL and sets errno on
 * failure. */
static char *read_stream(FILE *file, size_t most, size_t *len)
{
	size_t size = most < READ_FIRST_OCTETS ? most + 1 : READ_FIRST_OCTETS;
	char *text = malloc(size);

	*len = 0;
	while (text) {
		*len += fread(text + *len, 1, size - *len, file);
		if (*len < size || size == most + 1)
			break;
		size = size > most / 2 ? most + 1 : 2 * size;
		char *larger = realloc(text, size);
		if (!larger)
			free(text);
		text = larger;
	}
	return text;
}

char *file_read(const char *path, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : file_read_from(fd, most);
}

char *file_read_from(int fd, size_t most)
{
	FILE *file = fdopen(fd, "r");
	size_t len = 0;
	char *text = file ? read_stream(file, most, &len) : NULL;
	int error = 0;

	if (!text || ferror(file))
		error = errno;
	else if (len > most || memchr(text, '\0', len))
		error = len > most ? EFBIG : EINVAL;
	else
		text[len] = '\0';
	if (file)
		fclose(file);
	else
		close(fd);
	if (!error)
		return text;
	free(text);
	errno = error;
	return NULL;
}

/* Landlock refuses open(), and not access(). */
const char *file_why(const char *path, int number)
{
	if (number != EACCES)
		return strerror(number);
	if (access(path, R_OK) == 0)
		return "the sandbox allows this after a restart: when sealgate started, the "
		       "configuration did not name this directory";
	return "Permission denied (the user that sealgate runs as must have the right)";
}

#define UNSETTLED_NS INT64_C(20000000) /* longer than between two ticks of a file system's clock */

static int64_t ns_of(struct timespec t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* A file that was changed a moment ago may change again without another time. */
static bool is_unsettled(int64_t changed_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return changed_ns <= ns_of(now) && ns_of(now) - changed_ns < UNSETTLED_NS;
}

struct file_identity file_identity_of(const struct stat *st)
{
	int64_t changed_ns = ns_of(st->st_ctim);

	return (struct file_identity){ .device = st->st_dev,
		.inode = st->st_ino,
		.octets = st->st_size,
		.modified_ns = ns_of(st->st_mtim),
		.changed_ns = is_unsettled(changed_ns) ? FILE_UNSETTLED : changed_ns };
}

struct file_identity file_identify_in(int directory, const char *name)
{
	struct stat st;

	return fstatat(directory, name, &st, 0) == 0 ? file_identity_of(&st)
	                                             : (struct file_identity){ 0 };
}

struct file_identity file_identify(const char *path)
{
	return file_identify_in(AT_FDCWD, path);
}

bool file_is_same(const struct file_identity *a, const struct file_identity *b)
{
	return a->changed_ns != FILE_UNSETTLED && memcmp(a, b, sizeof(*a)) == 0;
}

void file_directory(const char *path, char directory[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		snprintf(directory, PATH_MAX, ".");
	else
		snprintf(directory, PATH_MAX, "%.*s", len ? (int)len : 1, path);
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	return 0;
}

/* Who may use a new file. */
struct file_rights {
	mode_t mode;
	gid_t group; /* (gid_t)-1: that of the process */
};

/* The group comes before the mode, so that the process's own group never has the rights of the
 * other one. */
static int set_rights(int fd, const struct file_rights *rights)
{
	if (rights->group != (gid_t)-1 && fchown(fd, (uid_t)-1, rights->group) < 0)
		return -errno;
	return fchmod(fd, rights->mode) < 0 ? -errno : 0;
}

/* Sets the mode explicitly, because the umask of a service may allow no other user to read. */
static int write_new(const char *path, const char *text, const struct file_rights *rights)
{
	int fd =
	        open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, text);
	if (!error)
		error = set_rights(fd, rights);
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (error)
		unlink(path);
	return error;
}

/* The file name is stored in the directory, so the directory must be on the disk too. */
static int sync_directory(const char *path)
{
	char directory[PATH_MAX];
	int error = 0;

	file_directory(path, directory);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

int file_create(const char *path, const char *text, mode_t mode)
{
	int error = write_new(path, text, &(struct file_rights){ mode, (gid_t)-1 });

	return error ? error : sync_directory(path);
}

int file_replace_for(const char *path, const char *text, mode_t mode, gid_t group)
{
	char new_path[PATH_MAX];
	int error;

	if ((size_t)snprintf(new_path, sizeof(new_path), "%s.new", path) >= sizeof(new_path))
		return -ENAMETOOLONG;
	error = file_make_parent(path);
	if (error && error != -EROFS && error != -EACCES)
		return error;
	/* left by a process that was killed, which may have been another user's */
	unlink(new_path);
	error = write_new(new_path, text, &(struct file_rights){ mode, group });
	if (error)
		return error;
	if (rename(new_path, path) < 0) {
		error = -errno;
		unlink(new_path);
		return error;
	}
	return sync_directory(path);
}

int file_replace(const char *path, const char *text, mode_t mode)
{
	return file_replace_for(path, text, mode, (gid_t)-1);
}

void file_set_aside(const char *path)
{
	char aside[PATH_MAX];
	struct stat st;

	if (access(path, R_OK) == 0 && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	        (size_t)snprintf(aside, sizeof(aside), "%s.damaged", path) < sizeof(aside))
		(void)!rename(path, aside);
}

int file_make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, mode) < 0 ? -errno : 0;
}

int file_share(const char *path, mode_t mode, gid_t group)
{
	return chown(path, (uid_t)-1, group) < 0 || chmod(path, mode) < 0 ? -errno : 0;
}

int file_make_parent(const char *path)
{
	char directory[PATH_MAX];

	file_directory(path, directory);
	return mkdir(directory, 0755) < 0 && errno != EEXIST ? -errno : 0;
}
