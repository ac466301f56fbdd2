/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the edges. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_EDGES_H
#define INSPECT_EXPLAIN_EDGES_H

#include "inspect/explain_drawing.h"

void drawing_edges(const struct drawing *d);

#endif
