/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key negative_trust_anchors, and entries of it that an operator should look at. */
#ifndef CONFIG_CONFIG_NTAS_H
#define CONFIG_CONFIG_NTAS_H

#include <stdint.h>

#include "config/config_kinds.h"

struct complaint;
struct config;

extern const struct config_kind kind_ntas; /* struct nta_list *, NULL for none */

/* Returns true if entry `i` of `c->ntas` has no effect any more, no end, or is for every name; and
 * says so in `why`, with its file and line. Such an entry is allowed. */
bool config_nta_doubt(const struct config *c, unsigned i, int64_t now_s, struct complaint *why);

#endif
