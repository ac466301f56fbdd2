/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user as whom the daemon runs. Started by root, it becomes the user of the configuration: a
 * daemon that reads what anybody sends must not be root. Started by another user, as by systemd, it
 * stays that user. */
#ifndef DAEMON_IDENTITY_H
#define DAEMON_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

/* The daemon takes at most this many groups of its user. */
#define IDENTITY_GROUPS_MAX 64

struct identity {
	bool is_to_change; /* false: the daemon stays who it is, and the rest is unused */
	const char *name;  /* borrowed from the configuration */
	uid_t user;
	gid_t group;
	gid_t groups[IDENTITY_GROUPS_MAX]; /* all, with that of control_group */
	int group_count;
};

/* Finds out as whom the daemon is to run. Returns 0, or -EINVAL if there is no such user, or if it
 * is root; that is logged. */
int identity_find(struct identity *who, const struct config *c);

/* While the daemon is root: makes the directories of the files that it writes, if only they are
 * missing, for the user. Also gives the user the directories /run/sealgate and /var/lib/sealgate,
 * if root has them: nobody else uses these. */
void identity_prepare_files(const struct identity *who, const struct config *c);

/* Becomes the user, leaves all groups of root, and keeps those capabilities of `set`
 * (daemon/privileges.h) that this process has. Returns 0, or -errno; the failure is logged. To be
 * called while the process has one thread. */
int identity_take(const struct identity *who, uint32_t set);

/* After a change of the user: logs an error for each directory in which the daemon is to write and
 * may not. */
void identity_check_files(const struct identity *who, const struct config *c);

#endif
