/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One RRset of an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_SET_H
#define INSPECT_EXPLAIN_SET_H

#include "inspect/explain_build.h"

/* Adds a set of the open message, with its signatures. `zone` is where it lies; who signed it comes
 * first. Returns its index, or NOWHERE when there is no room. */
int explain_set_add(
        struct explain_build *x, const struct rrset *set, enum shown_role role, int zone);

#endif
