/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rights of a client of the control socket. The kernel lets root, the user of the daemon and
 * the members of one group connect; the daemon asks again who they are. Private to
 * daemon/control. */
#ifndef DAEMON_CONTROL_PEER_H
#define DAEMON_CONTROL_PEER_H

#include <sys/types.h>

#define CONTROL_NO_GROUP ((gid_t)-1)

enum control_right {
	CONTROL_MAY_NOTHING,
	CONTROL_MAY_READ,   /* a member of the group: commands that change nothing */
	CONTROL_MAY_CHANGE, /* root, and the user that the daemon runs as: all commands */
};

/* Returns the rights of the process that has connected by `fd`, as it was at connect(2). Members of
 * `group` may read; CONTROL_NO_GROUP: no group may. */
enum control_right control_peer_right(int fd, gid_t group);

/* Lets the members of `group` connect to the socket at `path`, which this user owns. Only root and
 * a member of the group can do so. Returns 0 or -errno. */
int control_peer_admit(const char *path, gid_t group);

#endif
