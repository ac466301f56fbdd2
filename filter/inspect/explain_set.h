/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One RRset of an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_SET_H
#define INSPECT_EXPLAIN_SET_H

#include "inspect/explain_build.h"

/* Parses and groups a message. Returns false when it is malformed. */
bool explaining_open(struct explaining *x, struct span octets);

/* Adds a set of the open message, with its signatures. `zone` is where it lies; who signed it comes
 * first. Returns its index, or NOWHERE when there is no room. */
int explaining_add(struct explaining *x, const struct rrset *set, enum shown_role role, int zone);

/* Adds a line about a set. */
__attribute__((format(printf, 3, 4))) void explaining_say(
        struct explaining *x, int set, const char *format, ...);

#endif
