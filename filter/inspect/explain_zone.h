/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones of an explanation, link by link. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_ZONE_H
#define INSPECT_EXPLAIN_ZONE_H

#include "inspect/explain_build.h"

/* Adds the zones from the deepest anchor down to `name`, as far as the gate knows them and they are
 * not there yet. With `above_only` not the one at the name. Returns the index of the deepest zone,
 * or NOWHERE. */
int explain_zone_walk(struct explain_build *x, const struct name *name, bool above_only);

#endif
