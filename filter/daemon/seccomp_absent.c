/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces seccomp.c in a build without libseccomp. */
#include "daemon/seccomp.h"

#include <errno.h>

bool seccomp_is_built(void)
{
	return false;
}

int seccomp_enter(enum seccomp_kind kind, bool uses_bpf)
{
	(void)kind;
	(void)uses_bpf;
	return -ENOSYS;
}
