/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation as text for a terminal, and as a picture. */
#ifndef INSPECT_EXPLAIN_TEXT_H
#define INSPECT_EXPLAIN_TEXT_H

#include <stdio.h>

#include "inspect/explain.h"

/* Writes the chain link by link, and the verdict. `source` says where the response came from.
 * Returns false when `out` cannot be written. */
bool explain_text(FILE *out, const struct explanation *e, const char *source);

/* Writes the same as a digraph in Graphviz's language. */
bool explain_dot(FILE *out, const struct explanation *e, const char *source);

#endif
