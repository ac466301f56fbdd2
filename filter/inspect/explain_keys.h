/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a zone in an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_KEYS_H
#define INSPECT_EXPLAIN_KEYS_H

#include "inspect/explain_build.h"

/* Fills the keys of a zone from the message that the gate learned them from, and what its DS
 * records name. */
void explain_keys_add(struct explain_build *x, int zone);

#endif
