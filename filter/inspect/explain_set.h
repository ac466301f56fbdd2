/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds an RRset to an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_SET_H
#define INSPECT_EXPLAIN_SET_H

#include "inspect/explain_build.h"

/* Adds an RRset of the open message, with its signatures. `zone` is the zone that the RRset is in;
 * its signer is preferred if known. Returns the index, or NOWHERE if there is no room. */
int explain_set_add(
        struct explain_build *x, const struct rrset *set, enum shown_role role, int zone);

#endif
