/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A want: an RRset that the gate lacks for a judgement, and that must be fetched. */
#ifndef TRUST_WANT_H
#define TRUST_WANT_H

#include "wire/name.h"

struct want {
	struct name name;
	uint16_t
	        type; /* TYPE_DS or TYPE_DNSKEY; of gate/dns64.h also A, AAAA and NSEC, of gate/expansion.h
	                     NSEC3 */
	bool is_dateless; /* wanted by a judgement without dates, which learns separately */

	/* Wanted because a response contradicts keys that were learned so many seconds ago, see
	 * trust/renewal.h. 0 for all other wants, and for the further wants of a renewal. */
	uint32_t stale_s;
	bool is_unsigned; /* the response is not signed; else it is signed by another key */
};

static inline bool want_equal(const struct want *a, const struct want *b)
{
	return a->type == b->type && a->is_dateless == b->is_dateless &&
	       name_equal(&a->name, &b->name);
}

#endif
