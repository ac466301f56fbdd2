/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/log.h"
#include "daemon/privileges.h"
#include "daemon/written.h"

/* So the user can give the control socket to this group. The user of a service is a member of
 * it. */
static void add_control_group(struct identity *who, const struct config *c)
{
	const struct group *readers = c->control_group[0] ? getgrnam(c->control_group) : NULL;

	if (readers && who->group_count < IDENTITY_GROUPS_MAX)
		who->groups[who->group_count++] = readers->gr_gid;
}

int identity_find(struct identity *who, const struct config *c)
{
	*who = (struct identity){ .is_to_change = geteuid() == 0, .name = c->user_name };
	if (!who->is_to_change)
		return 0;
	const struct passwd *user = getpwnam(c->user_name);
	if (!user)
		log_error("there is no user %s, as whom the daemon runs when root starts it: make "
		          "it (`useradd --system --user-group --home-dir / --shell "
		          "/usr/sbin/nologin %s`), or name another one with the key `user`; then "
		          "run `sealgate rules apply%s` again",
		        c->user_name, c->user_name, advice_options());
	else if (user->pw_uid == 0)
		log_error("the user %s is root, and the daemon never runs as root: name another "
		          "one with the key `user`, which no other program uses",
		        c->user_name);
	if (!user || user->pw_uid == 0)
		return -EINVAL;
	who->user = user->pw_uid;
	who->group = user->pw_gid;
	who->group_count = IDENTITY_GROUPS_MAX - 1;
	/* the list is cut, not refused, if it is too long */
	if (getgrouplist(c->user_name, who->group, who->groups, &who->group_count) < 0)
		who->group_count = IDENTITY_GROUPS_MAX - 1;
	add_control_group(who, c);
	return 0;
}

/* ---- Files ---- */

/* The directories above those of our own are root's, so nobody else can put another one in their
 * place. One that this call has made was empty: what is given away is worth nothing. */
static void give_directory(const struct identity *who, const struct written_directory *d)
{
	struct stat st;
	bool is_new = mkdir(d->path, 0755) == 0;
	int fd = is_new || d->is_our_own ? open(d->path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	bool is_of_root = fstat(fd, &st) == 0 && st.st_uid == 0;
	if (is_new)
		fchmod(fd, 0755); /* whatever the umask: the group of readers goes through it */
	if (is_of_root && fchown(fd, who->user, who->group) < 0)
		log_warning(
		        "cannot give %s to the user %s: %s", d->path, who->name, strerror(errno));
	close(fd);
}

void identity_prepare_files(const struct identity *who, const struct config *c)
{
	struct written_directory directories[WRITTEN_MAX];

	if (!who->is_to_change)
		return;
	unsigned count = written_directories(c, directories);
	for (unsigned i = 0; i < count; i++)
		give_directory(who, &directories[i]);
}

void identity_check_files(const struct identity *who, const struct config *c)
{
	struct written_directory directories[WRITTEN_MAX];
	unsigned count = who->is_to_change ? written_directories(c, directories) : 0;

	for (unsigned i = 0; i < count; i++) {
		if (access(directories[i].path, W_OK | X_OK) != 0)
			log_error("the user %s, as whom sealgate runs, cannot write in %s: %s",
			        who->name, directories[i].path, strerror(errno));
	}
}

/* ---- The change ---- */

static int become(const struct identity *who)
{
	int error = 0;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
	        setgroups((size_t)who->group_count, who->groups) != 0 ||
	        setresgid(who->group, who->group, who->group) != 0 ||
	        setresuid(who->user, who->user, who->user) != 0)
		error = -errno;
	if (error)
		log_error("cannot become the user %s: %s; start sealgate with CAP_SETUID and "
		          "CAP_SETGID, or as that user with CAP_NET_ADMIN",
		        who->name, strerror(-error));
	return error;
}

int identity_take(const struct identity *who, uint32_t set)
{
	privileges_bound(set);
	int error = who->is_to_change ? become(who) : 0;

	if (error)
		return error;
	error = privileges_keep(set);
	if (error)
		log_error("cannot give up all capabilities but CAP_NET_ADMIN: %s; run sealgate as "
		          "root, or give it CAP_NET_ADMIN",
		        strerror(-error));
	return error;
}
