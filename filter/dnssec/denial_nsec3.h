/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proofs of denial.h from NSEC3 records. Private to dnssec/denial. */
#ifndef DNSSEC_DENIAL_NSEC3_H
#define DNSSEC_DENIAL_NSEC3_H

#include "dnssec/denial.h"

enum proof {
	PROOF_FAILS,
	PROOF_OPT_OUT, /* the proof holds, but the span over the next closer name has opt-out */
	PROOF_HOLDS,
};

enum proof nsec3_denies_name(struct denial *d, const struct name *name);
enum proof nsec3_denies_type(struct denial *d, const struct name *name, uint16_t type);
enum proof nsec3_denies_closer_match(
        struct denial *d, const struct name *name, unsigned wildcard_labels);

bool nsec3_is_older(struct denial *d, const struct name *name, uint32_t inception);

/* Returns the NSEC3 whose owner is the hash of `name`, or NULL. */
const struct nsec3 *nsec3_at(struct denial *d, const struct name *name);

#endif
