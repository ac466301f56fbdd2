/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authenticated denial of existence: what a zone's verified NSEC or NSEC3 records prove together
 * (RFC 4035, 5.4; RFC 5155, 8; RFC 6840, 4; RFC 9824). */
#ifndef DNSSEC_DENIAL_H
#define DNSSEC_DENIAL_H

#include "dnssec/limits.h"
#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/rrsig.h"

/* A name and its hash, kept because several proofs hash the same names. */
struct hashed {
	struct name name;
	uint8_t hash[NSEC3_HASH_OCTETS];
};

struct denial {
	const struct name *zone;
	struct crypto *crypto;
	struct budget *budget;
	unsigned nsec_count, nsec3_count;
	bool mixed;      /* the NSEC3 records differ in their parameters, so they prove nothing */
	bool over_limit; /* the NSEC3 iterations are above the limit */
	/* there are more NSEC or NSEC3 records than the limit, so they prove nothing */
	bool too_many;
	bool out_of_budget; /* a hash was refused: the budget is spent */
	bool has_unfit_key; /* a record is signed by a key of a size that makes no proof Secure */
	struct nsec nsecs[LIMIT_NSEC_RECORDS];
	struct nsec3 nsec3s[LIMIT_NSEC3_RECORDS];
	unsigned hashed_count;
	struct hashed hashed[LIMIT_NSEC3_HASHES];
};

/* Begins without records. Borrows `zone`, `crypto` and `budget`. */
void denial_begin(
        struct denial *d, const struct name *zone, struct crypto *crypto, struct budget *budget);

/* Adds the records of a verified NSEC or NSEC3 RRset of the zone. Skips records that prove nothing:
 * malformed ones, two that differ in one RRset, those made from a wildcard, and an NSEC whose next
 * name is outside the zone. */
void denial_add(struct denial *d, const struct rrsets *g, const struct rrset *set,
        const struct proved *proved);

/* The proofs. Each function returns SECURE if the proof holds. It returns INSECURE if only an
 * opt-out span keeps the proof from holding (REASON_OPT_OUT), if it holds and a record has
 * `has_unfit_key` (REASON_KEY_SIZE), or if the NSEC3 iterations are above the limit
 * (REASON_NSEC3_ITERATIONS). Otherwise it returns BOGUS with REASON_DENIAL_MISSING (there
 * are no records), REASON_DENIAL_FAILED or REASON_BUDGET. All names must be in the zone. */

/* Proves that the name does not exist, nor a wildcard that would match it (RFC 4035, 5.4; RFC 5155,
 * 8.4). */
struct outcome denial_of_name(struct denial *d, const struct name *name);

/* Proves that the name, or a wildcard that matches it, exists without this type (RFC 5155, 8.5 to
 * 8.7). */
struct outcome denial_of_type(struct denial *d, const struct name *name, uint16_t type);

/* Proves that no name is a closer match than the wildcard below the ancestor with `labels` labels,
 * so the wildcard was expanded rightly (RFC 4035, 5.3.4; RFC 5155, 8.8). */
struct outcome denial_of_closer_match(struct denial *d, const struct name *name, unsigned labels);

/* The meaning of the absence of a DS at a name (RFC 5155, 8.6 and 8.9; RFC 6840, 4.4). */
enum no_ds {
	NO_DS_UNPROVED, /* nothing is proved; `outcome` says why */
	NO_DS_INSECURE, /* an unsigned delegation, or perhaps one (opt-out) */
	NO_DS_NO_CUT,   /* the name exists and is no delegation */
	NO_DS_NO_NAME,  /* the name does not exist, so no name below it exists */
};

/* Says what is known of `name`, which has no DS. */
enum no_ds denial_of_ds(struct denial *d, const struct name *name, struct outcome *outcome);

/* True if a record that speaks of `name` was signed before `inception`, a serial number. A zone
 * signs such a record again when it removes the DS of the name; one that only shows an ancestor may
 * be of any age. */
bool denial_is_older(struct denial *d, const struct name *name, uint32_t inception);

#endif
