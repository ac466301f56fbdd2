/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds the zones to an explanation, link by link. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_ZONE_H
#define INSPECT_EXPLAIN_ZONE_H

#include "inspect/explain_build.h"

/* Adds the zones from the deepest trust anchor down to `name` that the gate knows, unless they were
 * added before. With `above_only`, leaves out a zone at the name itself. Returns the index of the
 * deepest zone, or NOWHERE. */
int explain_zone_walk(struct explain_build *x, const struct name *name, bool above_only);

#endif
