/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon may do. */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

/* Gives up every capability but CAP_NET_ADMIN, for this thread and those that it starts later, and
 * the way to get any back through a program. Verdicts need CAP_NET_ADMIN as long as there are any:
 * without it the kernel says nothing and the packets are lost. Returns 0, -EPERM when this process
 * has no CAP_NET_ADMIN, or another -errno. */
int privileges_drop(void);

#endif
