/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces shortcut_load.c in a build without clang or libbpf. */
#include "base/complaint.h"
#include "netfilter/shortcut_load.h"

#include <errno.h>
#include <stdio.h>

bool shortcut_load_is_built(void)
{
	return false;
}

int shortcut_load(const char *directory, uint32_t mark_bit, struct complaint *why)
{
	(void)directory;
	(void)mark_bit;
	complaint_set(why,
	        "this sealgate was built without the shortcut (clang and libbpf were missing)");
	return -ENOSYS;
}
