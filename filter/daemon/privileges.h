/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities of the daemon and of its guard. The daemon keeps CAP_NET_ADMIN and no other: it
 * needs it for each verdict (without it, the kernel ignores the verdict silently, and the packet is
 * lost), for its marks and transparent sockets. The guard needs it to put the rules back. The calls
 * are to be made in this order, while the process has one thread. */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

/* Sets of capabilities. iptables-legacy asks by a raw socket, reads a file of root and takes a lock
 * of root. */
#define PRIVILEGES_NET_ADMIN (UINT32_C(1) << CAP_NET_ADMIN)
#define PRIVILEGES_LEGACY                                                                          \
	(PRIVILEGES_NET_ADMIN | UINT32_C(1) << CAP_NET_RAW | UINT32_C(1) << CAP_DAC_READ_SEARCH)

/* True if this process has CAP_NET_ADMIN, without which it can neither see nor change rules and
 * queues. */
bool privileges_suffice(void);

/* True if this process has all of `set`, or may take them up. */
bool privileges_hold(uint32_t set);

/* Removes all capabilities but `set` from the bounding set, so that no program that is executed can
 * gain one. To be called before the user changes. A process that is not root may lack the right:
 * that is no failure, since privileges_lend() and privileges_drop() forbid to gain any. */
void privileges_bound(uint32_t set);

/* Keeps those of `set` that this process has, and gives up all others. Returns 0, -EPERM if this
 * process has no CAP_NET_ADMIN, or another -errno. */
int privileges_keep(uint32_t set);

/* For the guard: the programs that it executes have its capabilities too. Sets no_new_privs. Other
 * processes of the same user can neither trace it nor read its memory. Returns 0 or -errno. */
int privileges_lend(void);

/* For the daemon: no program that it executes has any capability. Sets no_new_privs. Other
 * processes of the same user can neither trace it nor read its memory, and it leaves no core.
 * Returns 0 or -errno. */
int privileges_drop(void);

#endif
