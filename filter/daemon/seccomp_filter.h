/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the filter of a kind of thread, for the machine that sealgate runs on or for another: a
 * test reads what the filters of all machines let through. Private to daemon/seccomp. */
#ifndef DAEMON_SECCOMP_FILTER_H
#define DAEMON_SECCOMP_FILTER_H

#include <stdint.h>

#include "daemon/seccomp.h"

/* `machine` is a number of libseccomp (SCMP_ARCH_...); `uses_bpf` as in daemon/seccomp.h. Stores
 * the filter, which the caller gives to seccomp_release(). Returns 0, or -errno and stores NULL. */
int seccomp_filter_new(enum seccomp_kind kind, bool uses_bpf, uint32_t machine, void **filter);

#endif
