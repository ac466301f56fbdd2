/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities of the daemon. */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include <stdbool.h>

/* True if this process has CAP_NET_ADMIN, without which it can neither see nor change rules and queues. */
bool privileges_suffice(void);

/* Gives up every capability but CAP_NET_ADMIN, for this thread and the threads that it starts later,
 * and sets no_new_privs, so that no program that they execute can regain one. The daemon needs
 * CAP_NET_ADMIN for each verdict: without it, the kernel ignores the verdict silently, and the
 * packet is lost. Returns 0, -EPERM if this process has no CAP_NET_ADMIN, or another -errno. */
int privileges_drop(void);

#endif
