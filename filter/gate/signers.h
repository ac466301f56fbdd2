/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones that may have signed an RRset, by the signer names of its signatures. Private to
 * gate/. */
#ifndef GATE_SIGNERS_H
#define GATE_SIGNERS_H

#include "gate/judging.h"

/* The different signer names at or above the owner, the deepest first. All are suffixes of the
 * owner, so their numbers of labels tell them apart. */
struct signers {
	unsigned count;
	uint8_t labels[LIMIT_SIGNERS];
	bool is_over; /* there are more */
};

/* Reads the signers of a set that may sign it, at most LIMIT_SIGNERS. The order of the signatures
 * changes nothing. */
void signers_read(const struct judging *j, const struct rrset *set, struct signers *s);

/* True for a set that the zone above its owner holds, and signs: a DS, or a CNAME in the answer to
 * a query for DS. */
bool signers_are_above(const struct judging *j, const struct rrset *set);

#endif
