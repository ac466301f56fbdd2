/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/seccomp.h"

#include <seccomp.h>

#include "daemon/seccomp_filter.h"

bool seccomp_is_built(void)
{
	return true;
}

int seccomp_enter(enum seccomp_kind kind, bool uses_bpf)
{
	scmp_filter_ctx filter;
	int error = seccomp_filter_new(kind, uses_bpf, seccomp_arch_native(), &filter);

	if (error)
		return error;
	error = seccomp_load(filter);
	seccomp_release(filter);
	return error;
}
