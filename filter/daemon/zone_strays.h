/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files in the directory of zones that are no zones, by what is wrong with each. Private to
 * zone_policy.c. */
#ifndef DAEMON_ZONE_STRAYS_H
#define DAEMON_ZONE_STRAYS_H

#include "config/zone_directory.h"

struct zone_stray {
	char *fault;
	bool is_news; /* it was not there in the former policy, and was not told */
};

/* Owns the texts. All zero is empty. */
struct zone_strays {
	unsigned count;
	struct zone_stray *items;
};

/* Takes the faults out of the directory. Returns false if memory is short. */
bool zone_strays_take(
        struct zone_strays *s, const struct zone_strays *former, struct zone_directory *d);

/* Returns false if memory is short. */
bool zone_strays_copy(struct zone_strays *copy, const struct zone_strays *s);

void zone_strays_fini(struct zone_strays *s);

#endif
