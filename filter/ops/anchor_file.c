/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ops/anchor_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops/anchor_text.h"

#define FILE_MAX (1u << 20) /* octets; 64 zones with 32 keys each take half of it */

/* ---- Loading ---- */

/* Returns the whole file, ended by a zero, or NULL with `error` written. */
static char *read_whole(FILE *file, const char *path, char *error, size_t error_size)
{
	char *text = malloc(FILE_MAX + 1);
	size_t len = text ? fread(text, 1, FILE_MAX + 1, file) : 0;

	if (text && !ferror(file) && len <= FILE_MAX && !memchr(text, '\0', len)) {
		text[len] = '\0';
		return text;
	}
	snprintf(error, error_size, "%s: %s", path,
	        text && !ferror(file) ? "this is not a file of trust anchors" : strerror(errno));
	free(text);
	return NULL;
}

/* Whoever wants to know what happened finds it there; one is enough. */
static void set_aside(const char *path)
{
	char aside[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	        (size_t)snprintf(aside, sizeof(aside), "%s.damaged", path) < sizeof(aside))
		(void)!rename(path, aside);
}

enum anchor_file anchor_file_read(struct trust_points *t, const char *path, struct crypto *crypto,
        char *error, size_t error_size)
{
	FILE *file = fopen(path, "re");
	char *text;
	bool good = false;

	if (!file && errno == ENOENT)
		return ANCHOR_FILE_NONE;
	if (!file) {
		snprintf(error, error_size, "%s: %s", path, strerror(errno));
		return ANCHOR_FILE_DAMAGED;
	}
	text = read_whole(file, path, error, error_size);
	if (text)
		good = anchor_text_read(t, crypto, text, path, error, error_size);
	free(text);
	fclose(file);
	return good ? ANCHOR_FILE_READ : ANCHOR_FILE_DAMAGED;
}

enum anchor_file anchor_file_load(struct trust_points *t, const char *path, struct crypto *crypto,
        char *error, size_t error_size)
{
	enum anchor_file result = anchor_file_read(t, path, crypto, error, error_size);

	if (result == ANCHOR_FILE_DAMAGED && access(path, R_OK) == 0)
		set_aside(path);
	return result;
}

/* ---- Saving ---- */

/* Splits off the directory of an absolute path. */
static void directory_of(const char *path, char directory[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	snprintf(directory, PATH_MAX, "%.*s", len ? (int)len : 1, len ? path : "/");
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

/* The mode is set by hand, because a service has a umask that lets nobody read. */
static int write_new(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, text);
	if (!error && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (error)
		unlink(path);
	return error;
}

/* The name is in the directory, and that must be on the disk too. */
static int sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int replace(const char *path, const char *text)
{
	char new_path[PATH_MAX], directory[PATH_MAX];
	int error;

	if ((size_t)snprintf(new_path, sizeof(new_path), "%s.new", path) >= sizeof(new_path))
		return -ENAMETOOLONG;
	directory_of(path, directory);
	if (mkdir(directory, 0755) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
		return -errno;
	error = write_new(new_path, text);
	if (error)
		return error;
	if (rename(new_path, path) < 0) {
		error = -errno;
		unlink(new_path);
		return error;
	}
	return sync_directory(directory);
}

int anchor_file_save(const struct trust_points *t, const char *path, struct crypto *crypto,
        char *error, size_t error_size)
{
	char *text = anchor_text_write(t, crypto);
	int result = text ? replace(path, text) : -ENOMEM;

	free(text);
	if (result < 0)
		snprintf(error, error_size, "%s: %s", path, strerror(-result));
	return result;
}
