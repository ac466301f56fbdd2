/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a signer remembers of zones and names. Private to sign/. */
#ifndef SIGN_SIGN_MEMORY_H
#define SIGN_SIGN_MEMORY_H

#include "sign/signer_private.h"

/* Takes memory for what the limits say. Returns 0 or -ENOMEM; signer_free() in both cases. */
int memory_init(struct signer *s);

/* The highest TTL seen of an RRset with this data, `ttl_s` included, within `max_s`. */
uint32_t memory_ttl(
        struct signer *s, const struct canonical_set *set, uint32_t ttl_s, uint32_t max_s);

/* Notes that `name` is there, and so are the names between it and `apex`. */
void memory_note_name(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s);

/* True when a name below `name` was seen lately. */
bool memory_has_below(struct signer *s, const struct name *name, int64_t now_s);

/* Notes that a server showed a cut at `cut`. */
void memory_note_cut(struct signer *s, const struct name *cut, int64_t now_s);

/* True when one was shown lately at or above `name`, below `apex`. */
bool memory_is_below_cut(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s);

/* Forgets those. */
void memory_forget_cuts(struct signer *s, const struct name *name, const struct name *apex);

/* What was learned of a zone of the policy. */
struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone);

#endif
