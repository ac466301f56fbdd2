/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong in a lifeworld: gateways and parents lag or are out of reach, the vault or the
 * keeper is away, the clock steps, old files are restored. */
#ifndef TESTS_LIFETROUBLES_H
#define TESTS_LIFETROUBLES_H

#include "lifeworld.h"

/* True once in so many days, at an hour that is drawn; never for 0. */
bool world_happens(struct world *w, unsigned days);

/* What begins or ends at this moment. */
void world_go_wrong(struct world *w);

#endif
