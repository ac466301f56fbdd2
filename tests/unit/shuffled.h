/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message with its records in another order, as a server that rotates them, or an attacker on the
 * path, may send it. */
#ifndef TESTS_SHUFFLED_H
#define TESTS_SHUFFLED_H

#include "base/span.h"

#define SHUFFLED_MAX (4 * 65535) /* names are not compressed any more */

/* Draws an order from `*seed` for the records of each section, RRSIGs among them, and writes the
 * message to `out`. Returns the octets; those of `octets` if they are no message, or do not fit
 * into a message without compression. */
struct span shuffled(struct span octets, uint32_t *seed, uint8_t out[static SHUFFLED_MAX]);

#endif
