/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters of system calls, one for the work of each kind of thread (seccomp(2), by libseccomp).
 * seccomp_filter.c has the table. A call that is not in it fails with ENOSYS, so that the C library
 * takes another one where it can. A call that no thread makes, and that an intruder needs, ends the
 * process; then the queues are as if it had crashed. */
#ifndef DAEMON_SECCOMP_H
#define DAEMON_SECCOMP_H

#include <stdbool.h>

enum seccomp_kind {
	SECCOMP_WORKER,
	SECCOMP_ANCHORS,  /* the keeper of trust anchors */
	SECCOMP_PREFIXES, /* the keeper of prefixes */
	/* with what the keepers need: they begin with the filter of the main thread */
	SECCOMP_MAIN,
	SECCOMP_GUARD, /* and the programs that it executes */
	SECCOMP_KINDS,
};

/* False if this build has no libseccomp: then seccomp_enter() returns -ENOSYS. */
bool seccomp_is_built(void);

/* Puts this thread, and those that it starts later, under the filter of its kind, for ever.
 * `uses_bpf`: the worker of a shortcut talks to a program in the kernel. Needs no_new_privs.
 * Returns 0, or -errno: -EINVAL if the kernel has no such filters. */
int seccomp_enter(enum seccomp_kind kind, bool uses_bpf);

#endif
