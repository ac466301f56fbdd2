/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control_peer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns the other groups of the process on the heap, or NULL. */
static gid_t *other_groups(int fd, unsigned *count)
{
	socklen_t size = 0;
	gid_t *groups = NULL;

	*count = 0;
	/* the first call fails, and tells the size */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) < 0 && errno == ERANGE)
		groups = malloc(size);
	if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0)
		*count = size / sizeof(*groups);
	return groups;
}

static bool is_member(int fd, gid_t main_group, gid_t group)
{
	bool is_one = main_group == group;
	unsigned count;
	gid_t *groups = other_groups(fd, &count);

	for (unsigned i = 0; i < count && !is_one; i++)
		is_one = groups[i] == group;
	free(groups);
	return is_one;
}

/* The daemon's own user may change too: it can end the daemon anyhow. */
enum control_right control_peer_right(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return CONTROL_MAY_NOTHING;
	if (peer.uid == 0 || peer.uid == geteuid())
		return CONTROL_MAY_CHANGE;
	if (group != CONTROL_NO_GROUP && is_member(fd, peer.gid, group))
		return CONTROL_MAY_READ;
	return CONTROL_MAY_NOTHING;
}

/* The group goes first: a socket that its former group could use for a moment would be one too
 * many. */
int control_peer_admit(const char *path, gid_t group)
{
	return lchown(path, (uid_t)-1, group) < 0 || chmod(path, 0660) < 0 ? -errno : 0;
}
