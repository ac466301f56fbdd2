/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compact denial of existence (RFC 9824): an NSEC at the name of the question, with the types at
 * that name, up to the next possible name. Private to sign/. */
#ifndef SIGN_SIGN_DENIAL_H
#define SIGN_SIGN_DENIAL_H

#include "base/writer.h"
#include "sign/sign_policy.h"

#define SIGN_LEARNED_TYPES 16
#define NSEC_RDATA_MAX     (NAME_MAX_OCTETS + (2 + SIGN_LEARNED_TYPES) * (2 + 32))

/* Types that a zone has been seen to have, beside those that any name may have; ascending. */
struct learned_types {
	uint8_t count;
	uint16_t types[SIGN_LEARNED_TYPES];
};

/* A set of types, for the bit map of an NSEC. */
struct sign_types {
	uint8_t bits[2][32];         /* windows 0 and 1 */
	struct learned_types others; /* of higher windows */
};

/* Adds a type, if there is room and it is one that only an observation can add: no type that any
 * name may have, none that changes the nature of a name, none of DNSSEC, and no question type.
 * Returns true if it is new. */
bool learned_types_add(struct learned_types *learned, uint16_t type);

/* Return the types at a name. types_of_name() is for a name that exists: all types that may be
 * there but `but`, which is denied (RFC 9824, 3.2); `apex` is the period of the zone if the name is
 * its apex, or NULL. The others are for a delegation without DS, a CNAME, and a name that does not
 * exist (NXNAME: RFC 9824, 3.1). */
struct sign_types types_of_name(
        const struct learned_types *learned, const struct sign_period *apex, uint16_t but);
struct sign_types types_of_cut(void);
struct sign_types types_of_alias(void);
struct sign_types types_of_nothing(void);

/* Adds DNAME, which changes the nature of a name: so it is only for a name that has one. */
void types_add_dname(struct sign_types *types);

/* Sets `next` to the first possible name after `name` in canonical order (RFC 4034, 6.1), or to the
 * apex if there is none in the zone. */
void next_name(const struct name *name, const struct name *apex, struct name *next);

/* Sets `next` to the first possible name after `name` and all names below it, or to the apex. */
void next_name_beside(const struct name *name, const struct name *apex, struct name *next);

/* Writes the RDATA of an NSEC record. */
void nsec_write(struct writer *out, const struct name *next, const struct sign_types *types);

#endif
