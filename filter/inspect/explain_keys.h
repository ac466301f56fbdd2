/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds the keys of a zone to an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_KEYS_H
#define INSPECT_EXPLAIN_KEYS_H

#include "inspect/explain_build.h"

/* Adds the keys of a zone, from the message from which the gate learned them, and notes to which
 * key each DS refers. */
void explain_keys_add(struct explain_build *x, int zone);

#endif
