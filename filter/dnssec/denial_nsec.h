/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proofs of denial.h from NSEC records. Private to dnssec/denial. */
#ifndef DNSSEC_DENIAL_NSEC_H
#define DNSSEC_DENIAL_NSEC_H

#include "dnssec/denial.h"

bool nsec_denies_name(const struct denial *d, const struct name *name);
bool nsec_denies_type(const struct denial *d, const struct name *name, uint16_t type);
bool nsec_denies_closer_match(
        const struct denial *d, const struct name *name, unsigned wildcard_labels);

bool nsec_is_older(const struct denial *d, const struct name *name, uint32_t inception);

/* Returns the NSEC whose owner is `name`, or NULL. */
const struct nsec *nsec_at(const struct denial *d, const struct name *name);

#endif
