/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets of a table's entry, where most entries have few and some have many: the first `room` of
 * them stand in the entry, what is more spills over into a chain of spare entries. */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include "base/span.h"
#include "base/table.h"

/* Returns how many spare entries `len` octets need. */
unsigned spill_spares(const struct table *t, size_t room, size_t len);

/* Takes them, into the empty `*chain`. There must be as many. */
void spill_take(struct table *t, uint32_t *chain, unsigned spares);

/* Puts `s` into the entry, at `here`, and into its chain, where there is room for it. */
void spill_put(const struct table *t, uint32_t chain, uint8_t *here, size_t room, struct span s);

/* Copies the first `len` octets out again. */
void spill_get(const struct table *t, uint32_t chain, const uint8_t *here, size_t room, uint8_t *to,
        size_t len);

/* For a table of which each entry has such a chain, the number of its first `chain_at` octets
 * behind the entry's beginning: */

/* Removes an entry with its chain. */
void spill_remove(struct table *t, void *entry, size_t chain_at);

/* Returns a new entry with so many spare ones, for which those used longest ago make room; NULL
 * when the table has never had as much. */
void *spill_add(struct table *t, uint64_t hash, size_t chain_at, unsigned spares);

#endif
