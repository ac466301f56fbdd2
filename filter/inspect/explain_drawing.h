/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws an explanation in Graphviz's language. Private to inspect/explain.
 *
 * The nodes are a<zone> for an anchor, k<zone>_<key> for a key, s<set> for an RRset, c<zone> for
 * the state of a zone without proved keys, and l<link> for a name without an RRset. */
#ifndef INSPECT_EXPLAIN_DRAWING_H
#define INSPECT_EXPLAIN_DRAWING_H

#include <stdio.h>

#include "inspect/explain.h"

struct drawing {
	FILE *out;
	const struct explanation *e;
};

const char *drawing_colour(enum shown_mark mark);

/* Writes a quoted string. A line feed in `text` becomes \n; a name's backslashes are kept. */
void drawing_quoted(FILE *out, const char *text);

/* Ends a node or an edge: writes its colour, the attributes `more`, and its label, in which a line
 * feed ends a line. */
__attribute__((format(printf, 4, 5))) void drawing_finish(
        const struct drawing *d, enum shown_mark mark, const char *more, const char *label, ...);

/* True if the link has a node of its own. */
static inline bool drawing_has_node(const struct shown_link *link)
{
	return link->end != END_DATA && link->end != END_ALIAS;
}

#endif
