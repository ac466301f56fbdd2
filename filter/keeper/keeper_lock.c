/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCKS_MAX 10000 /* lines of /proc/locks that are read */

/* Returns the process that has the lock of this directory, or 0 if the kernel does not tell. Only a
 * message needs it. */
static long find_holder(int directory)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	uint64_t inode;
	long holder = 0, found = 0;
	struct stat st;

	if (!locks)
		return 0;
	bool good = fstat(directory, &st) == 0;
	for (int i = 0; good && !found && i < LOCKS_MAX && fgets(line, sizeof(line), locks); i++) {
		/* a line that begins with "->" waits for a lock */
		if (sscanf(line, "%*s FLOCK %*s %*s %ld %*x:%*x:%" SCNu64, &holder, &inode) == 2 &&
		        inode == st.st_ino)
			found = holder;
	}
	fclose(locks);
	return found;
}

static int fail_held(int lock, const char *directory, struct complaint *error)
{
	long holder = find_holder(lock);
	char who[64] = "";

	if (holder > 0)
		snprintf(who, sizeof(who), ", process %ld,", holder);
	complaint_set(error,
	        "%s: another keeper%s works here; end that one first, or give this one directories "
	        "of its own",
	        directory, who);
	return -EWOULDBLOCK;
}

int keeper_lock(const char *directory, struct complaint *error)
{
	int lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failure;

	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
		return lock;
	failure = -errno;
	if (failure == -EWOULDBLOCK)
		fail_held(lock, directory, error);
	else
		complaint_set(error, "%s: the keeper cannot lock this directory: %s", directory,
		        strerror(-failure));
	keeper_unlock(lock);
	return failure;
}

void keeper_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
