/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canonical form of an RRset (RFC 4034, 6.2 and 6.3, corrected by RFC 6840, 5.1) and the octets
 * that an RRSIG signs (RFC 4034, 3.1.8.1). */
#ifndef DNSSEC_CANONICAL_H
#define DNSSEC_CANONICAL_H

#include "base/writer.h"
#include "dnssec/rrset.h"
#include "dnssec/rrsig.h"

/* The RDATA of one RRset: canonical, sorted, without duplicates. Lives in the arena. */
struct canonical_set {
	const struct rrset *set;
	struct span *rdatas;
	unsigned count;
};

/* Returns false if an RDATA is malformed or the arena is used up. */
bool canonical_set_build(struct canonical_set *c, const struct rrsets *g, const struct rrset *set,
        struct arena *arena);

/* Builds the octets that `sig` signs: its RDATA up to the signature, then each record with the
 * original TTL, under the wildcard's name if the labels field says so. The caller has checked that
 * sig->labels is at most the owner's number of labels. Returns an empty span if the arena is used
 * up. */
struct span canonical_signed_data(
        const struct canonical_set *c, const struct rrsig *sig, struct arena *arena);

#endif
