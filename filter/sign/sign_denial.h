/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compact denial of existence (RFC 9824): an NSEC for the very name that was asked, which says what
 * is there and ends at the next name that can be. Private to sign/. */
#ifndef SIGN_SIGN_DENIAL_H
#define SIGN_SIGN_DENIAL_H

#include "base/writer.h"
#include "sign/sign_policy.h"

/* The types that are at a name, for a bit map. */
struct sign_types {
	uint8_t bits[2][32]; /* windows 0 and 1 */
};

/* What a name that is there may hold, for all that is known (RFC 9824, 3.2): not `but`. */
struct sign_types types_of_name(
        const struct sign_zone *zone, const struct name *name, uint16_t but);
struct sign_types types_of_cut(void);
struct sign_types types_of_alias(void);
struct sign_types types_of_nothing(void); /* NXNAME: RFC 9824, 3.1 */

/* The first name that can come after `name` in canonical order (RFC 4034, 6.1), or the apex where
 * there is none. */
void next_name(const struct name *name, const struct name *apex, struct name *next);

/* The first name that can come after `name` and all that is below it. */
void next_name_beside(const struct name *name, const struct name *apex, struct name *next);

/* Writes the RDATA of an NSEC. */
void nsec_write(struct writer *out, const struct name *next, const struct sign_types *types);

#endif
