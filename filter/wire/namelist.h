/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A short list of names; each covers itself and every name below it. */
#ifndef WIRE_NAMELIST_H
#define WIRE_NAMELIST_H

#include "wire/name.h"

#define NAMELIST_MAX 32

struct namelist {
	unsigned count;
	struct name names[NAMELIST_MAX];
};

/* True if `n` is one of the names or below one of them. */
static inline bool namelist_covers(const struct namelist *list, const struct name *n)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (name_within(n, &list->names[i]))
			return true;
	}
	return false;
}

#endif
