/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The type bit maps of NSEC and NSEC3 (RFC 4034, 4.1.2). */
#ifndef DNSSEC_BITMAP_H
#define DNSSEC_BITMAP_H

#include "base/span.h"

/* True when the windows are in order, none is empty or longer than 32 octets, and nothing is left
 * over. An empty bit map is well formed: NSEC3 has it for an empty non-terminal. */
bool bitmap_is_valid(struct span bitmap);

/* Says whether `type` is in a valid bit map. */
bool bitmap_has(struct span bitmap, uint16_t type);

/* True when a valid bit map has no type but those that every denial has: NSEC, RRSIG and NXNAME
 * (RFC 9824, 2). */
bool bitmap_is_bare(struct span bitmap);

#endif
