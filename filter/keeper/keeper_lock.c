/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HOLDER_SIZE 24 /* of the text of a process id */

/* Reads the process id that the holder of the lock wrote. Returns 0 if there is none, as on a full disk. */
static long read_holder(int lock)
{
	char text[HOLDER_SIZE];
	ssize_t len = pread(lock, text, sizeof(text) - 1, 0);

	if (len <= 0)
		return 0;
	text[len] = '\0';
	return strtol(text, NULL, 10);
}

/* Only a message needs the id, so a disk that is full does not keep the keeper from working. */
static void write_holder(int lock)
{
	if (ftruncate(lock, 0) == 0)
		dprintf(lock, "%ld\n", (long)getpid());
}

static int fail_held(int lock, const char *directory, struct complaint *error)
{
	long holder = read_holder(lock);
	char who[64] = "";

	if (holder > 0)
		snprintf(who, sizeof(who), ", process %ld,", holder);
	complaint_set(error,
	        "%s: another keeper%s works here; end that one first, or give this one a directory "
	        "of "
	        "its own",
	        directory, who);
	return -EWOULDBLOCK;
}

int keeper_lock(const char *directory, struct complaint *error)
{
	char path[PATH_MAX];
	int failure;

	if ((size_t)snprintf(path, sizeof(path), "%s/" KEEPER_LOCK_FILE, directory) >=
	        sizeof(path)) {
		complaint_set(error, "%s: the path is too long", directory);
		return -ENAMETOOLONG;
	}
	int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
		write_holder(lock);
		return lock;
	}
	failure = -errno;
	if (failure == -EWOULDBLOCK)
		fail_held(lock, directory, error);
	else
		complaint_set(error, "%s: the keeper cannot lock its directory: %s", path,
		        strerror(-failure));
	keeper_unlock(lock);
	return failure;
}

/* The lock goes with its descriptor. The file stays: were it removed, one process could hold the lock of the old
 * file while another holds that of a new one. */
void keeper_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
