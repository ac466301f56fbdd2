/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variable-length octets in a table whose entries have one size. The first `room` octets are in the
 * entry; the rest spills over into a chain of spare entries. */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include "base/span.h"
#include "base/table.h"

/* Returns how many spare entries `len` octets need. */
unsigned spill_spares(const struct table *t, size_t room, size_t len);

/* Takes that many spare entries into the empty `*chain`. The table must have enough free entries.
 */
void spill_take(struct table *t, uint32_t *chain, unsigned spares);

/* Copies `s` into the entry, at `here`, and into its chain, which must be long enough. */
void spill_put(const struct table *t, uint32_t chain, uint8_t *here, size_t room, struct span s);

/* Copies the first `len` octets to `to`. */
void spill_get(const struct table *t, uint32_t chain, const uint8_t *here, size_t room, uint8_t *to,
        size_t len);

/* For a table in which every entry has such a chain. The chain (uint32_t) is `chain_at` octets
 * after the start of the entry: */

/* Removes an entry and its chain. */
void spill_remove(struct table *t, void *entry, size_t chain_at);

/* Returns a new entry with `spares` spare entries, and evicts the least recently used entries as
 * needed. Returns NULL if the whole table is too small. */
void *spill_add(struct table *t, uint64_t hash, size_t chain_at, unsigned spares);

#endif
