/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library has no functions for these system calls. */
#include "daemon/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <asm/unistd.h> /* the C library may be older than the kernel's headers */
#include <unistd.h>

/* Rights that later versions added, and headers of that time lack. */
#define RIGHT_REFER    (UINT64_C(1) << 13) /* version 2 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14) /* version 3 */

/* Rights to a file; the others are rights to a directory. */
#define READ_FILE  ((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE)
#define WRITE_FILE ((uint64_t)LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE)

#define READ    (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define EXECUTE ((uint64_t)LANDLOCK_ACCESS_FS_EXECUTE)
#define CHANGE                                                                                     \
	(WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |                  \
	        LANDLOCK_ACCESS_FS_REMOVE_FILE)

static const uint64_t rights_of[] = {
	[LANDLOCK_READ] = READ,
	[LANDLOCK_WRITE] = READ | CHANGE,
	[LANDLOCK_EXECUTE] = READ | EXECUTE,
};

/* All that version 1 knows. */
#define FIRST_RIGHTS (((uint64_t)LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static uint64_t known_rights(int version)
{
	uint64_t rights = FIRST_RIGHTS;

	if (version >= 2)
		rights |= RIGHT_REFER;
	if (version >= 3)
		rights |= RIGHT_TRUNCATE;
	return rights;
}

static int allow_beneath(int ruleset, const struct landlock_place *p, uint64_t known)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = rights_of[p->use] & known };
	struct stat st;
	int error = 0;

	beneath.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return errno == ENOENT || errno == EACCES ? 0 : -errno;
	if (fstat(beneath.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		beneath.allowed_access &= READ_FILE | WRITE_FILE | EXECUTE;
	if (syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
		error = -errno;
	close(beneath.parent_fd);
	return error;
}

bool landlock_is_built(void)
{
	return true;
}

int landlock_enter(const struct landlock_place places[], unsigned count)
{
	long version =
	        syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int error = 0;

	if (version < 0)
		return -errno;
	struct landlock_ruleset_attr rights = { .handled_access_fs = known_rights((int)version) };
	int ruleset = (int)syscall(__NR_landlock_create_ruleset, &rights, sizeof(rights), 0);
	if (ruleset < 0)
		return -errno;
	for (unsigned i = 0; i < count && !error; i++)
		error = allow_beneath(ruleset, &places[i], rights.handled_access_fs);
	if (!error && syscall(__NR_landlock_restrict_self, ruleset, 0) != 0)
		error = -errno;
	close(ruleset);
	return error ? error : (int)version;
}
