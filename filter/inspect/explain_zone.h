/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones of an explanation, link by link. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_ZONE_H
#define INSPECT_EXPLAIN_ZONE_H

#include "inspect/explain_build.h"

/* Opens the message from which the gate learned a link; without a link, the response itself. */
bool explaining_open_link(struct explaining *x, const struct inquiry_link *link);

/* Says what came where nothing of use came, else returns NULL. */
const char *explaining_came(const struct inquiry_link *link);

/* Adds the zones from the deepest anchor down to `name`, as far as the gate knows them and they are
 * not there yet. With `above_only` not the one at the name. Returns the index of the deepest zone,
 * or NOWHERE. */
int explaining_walk(struct explaining *x, const struct name *name, bool above_only);

/* Returns the index of a zone that is there, or NOWHERE. */
int explaining_zone(const struct explaining *x, const struct name *name);

#endif
