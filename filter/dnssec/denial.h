/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authenticated denial of existence: what a zone's verified NSEC or NSEC3 records prove together
 * (RFC 4035, 5.4; RFC 5155, 8; RFC 6840, 4; RFC 9824). */
#ifndef DNSSEC_DENIAL_H
#define DNSSEC_DENIAL_H

#include "dnssec/limits.h"
#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/rrsig.h"

/* A name that was hashed. Several proofs ask for the same ones. */
struct hashed {
	struct name name;
	uint8_t hash[NSEC3_HASH_OCTETS];
};

struct denial {
	const struct name *zone;
	struct crypto *crypto;
	struct budget *budget;
	unsigned nsec_count, nsec3_count;
	bool mixed;         /* NSEC3 records of different parameters: they prove nothing */
	bool over_limit;    /* NSEC3 iterations above the limit */
	bool too_many;      /* more of a kind than the limit: they prove nothing */
	bool out_of_budget; /* a hash was refused */
	struct nsec nsecs[LIMIT_NSEC_RECORDS];
	struct nsec3 nsec3s[LIMIT_NSEC3_RECORDS];
	unsigned hashed_count;
	struct hashed hashed[LIMIT_NSEC3_HASHES];
};

/* Begins with no record. `zone` and `budget` are borrowed. */
void denial_begin(
        struct denial *d, const struct name *zone, struct crypto *crypto, struct budget *budget);

/* Adds the records of a verified NSEC or NSEC3 RRset of the zone. Records that are malformed, were
 * made from a wildcard, or whose next name leaves the zone prove nothing and are passed over. */
void denial_add(struct denial *d, const struct rrsets *g, const struct rrset *set,
        const struct proved *proved);

/* What a proof comes to. Each function below returns SECURE when it holds; INSECURE when it holds
 * but for an opt-out span (REASON_OPT_OUT), or when the records' iterations are over the limit
 * (REASON_NSEC3_ITERATIONS); otherwise BOGUS with REASON_DENIAL_MISSING (no records),
 * REASON_DENIAL_FAILED or REASON_BUDGET. All names lie in the zone. */

/* The name does not exist, nor a wildcard that would make it (RFC 4035, 5.4; RFC 5155, 8.4). */
struct outcome denial_of_name(struct denial *d, const struct name *name);

/* The name exists, or a wildcard for it, but not with this type (RFC 5155, 8.5 to 8.7). */
struct outcome denial_of_type(struct denial *d, const struct name *name, uint16_t type);

/* No name closer than the wildcard at `labels` labels matches, so that the expansion was right
 * (RFC 4035, 5.3.4; RFC 5155, 8.8). */
struct outcome denial_of_closer_match(struct denial *d, const struct name *name, unsigned labels);

/* What is known of `name` when it has no DS (RFC 5155, 8.6 and 8.9; RFC 6840, 4.4). */
enum no_ds {
	NO_DS_UNPROVED, /* nothing; `outcome` says why */
	NO_DS_INSECURE, /* there is a delegation and it is unsigned, or may be (opt-out) */
	NO_DS_NO_CUT,   /* the name exists and is no delegation */
	NO_DS_NO_NAME,  /* the name does not exist, so nothing below it does */
};

enum no_ds denial_of_ds(struct denial *d, const struct name *name, struct outcome *outcome);

#endif
