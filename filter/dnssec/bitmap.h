/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The type bit maps of NSEC and NSEC3 (RFC 4034, 4.1.2). */
#ifndef DNSSEC_BITMAP_H
#define DNSSEC_BITMAP_H

#include "base/span.h"

/* True if the windows are in ascending order, none is empty or longer than 32 octets, and no octet
 * is left over. An empty bit map is well formed: NSEC3 has it for an empty non-terminal. */
bool bitmap_is_valid(struct span bitmap);

/* True if a valid bit map has `type`. */
bool bitmap_has(struct span bitmap, uint16_t type);

/* True if a valid bit map has no types other than NSEC, RRSIG and NXNAME (RFC 9824, 2), which any
 * denial may have. */
bool bitmap_is_bare(struct span bitmap);

#endif
