/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes an explanation, as text for a terminal or as a picture. */
#ifndef INSPECT_EXPLAIN_TEXT_H
#define INSPECT_EXPLAIN_TEXT_H

#include <stdio.h>

#include "inspect/explain.h"

/* Writes the chain link by link, and the verdict. `source` tells where the response came from.
 * Returns false if `out` cannot be written. */
bool explain_text(FILE *out, const struct explanation *e, const char *source);

/* Writes a digraph in Graphviz's language, from the same arguments. */
bool explain_dot(FILE *out, const struct explanation *e, const char *source);

#endif
