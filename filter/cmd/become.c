/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/become.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The group of a user without an entry is that of the directory. */
static int take_groups(const struct stat *st, gid_t *group)
{
	const struct passwd *user = getpwuid(st->st_uid);

	*group = user ? user->pw_gid : st->st_gid;
	return user ? initgroups(user->pw_name, *group) : setgroups(1, group);
}

/* The groups go first: only root may change them. The real and the saved ids change, too, since who
 * has one of them can take it back; with the last id of root the capabilities go. */
static int become_for_good(const struct stat *st)
{
	gid_t group;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || take_groups(st, &group) != 0 ||
	        setresgid(group, group, group) != 0 ||
	        setresuid(st->st_uid, st->st_uid, st->st_uid) != 0)
		return -errno;
	return 0;
}

bool become_owner_of(const char *directory, struct complaint *error)
{
	struct stat st;
	int result = 0;

	if (stat(directory, &st) != 0) {
		complaint_set(error, "%s: %s", directory, file_why(directory, errno));
		return false;
	}
	if (geteuid() == 0 && st.st_uid != 0)
		result = become_for_good(&st);
	if (result)
		complaint_set(error, "cannot become the user who owns %s: %s", directory,
		        strerror(-result));
	return result == 0;
}
