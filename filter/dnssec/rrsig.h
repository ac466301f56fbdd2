/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RRSIG records (RFC 4034, 3) and the check of an RRset against them (RFC 4035, 5.3). */
#ifndef DNSSEC_RRSIG_H
#define DNSSEC_RRSIG_H

#include "base/arena.h"
#include "crypto/crypto.h"
#include "dnssec/dnskey.h"
#include "dnssec/outcome.h"
#include "dnssec/rrset.h"

/* Octets of the RDATA before the signer's name: RFC 4034, 3.1. */
#define RRSIG_FIXED_OCTETS 18

struct rrsig {
	uint16_t type_covered, tag;
	uint8_t algorithm, labels;
	uint32_t original_ttl_s, expiration, inception; /* times are serial numbers (RFC 1982) */
	struct name signer;
	struct span fixed; /* the RDATA before the signer's name, as it is signed */
	struct span signature;
};

/* Reads the RDATA of an RRSIG, which it borrows. Returns false if it is malformed; a compressed
 * signer's name counts as malformed. */
bool rrsig_read_rdata(struct span rdata, struct rrsig *sig);

/* Reads the RRSIG record `rr` of `m`. */
bool rrsig_read(const struct message *m, const struct rr *rr, struct rrsig *sig);

/* True if a signature was made before another, by their inceptions, which are serial numbers (RFC 1982,
 * 3.2). */
static inline bool inception_is_before(uint32_t inception, uint32_t other)
{
	return (int32_t)(inception - other) < 0;
}

/* Checks that `now_s` is within the signature's validity period, with a skew of `skew_s` seconds,
 * or for SKEW_BY_VALIDITY the skew of limits.h. Returns REASON_NONE, REASON_RRSIG_EXPIRED,
 * REASON_RRSIG_NOT_YET, or REASON_RRSIG_TIMES if the expiration is before the inception. RFC 4034,
 * 3.1.5. */
enum reason rrsig_check_time(const struct rrsig *sig, int64_t now_s, int32_t skew_s);

/* Checks the times while the time is not known (see struct budget). Returns REASON_NONE,
 * REASON_RRSIG_EXPIRED or REASON_RRSIG_TIMES. */
enum reason rrsig_check_earliest(const struct rrsig *sig, int64_t earliest_s);

/* The budget of one response: the work that is left for it, and how far its signature times may be
 * off. */
struct budget {
	unsigned work;             /* of signature checks, in units of pubkey_work() */
	unsigned failures;         /* of signature checks */
	unsigned nsec3_hashes;     /* that may still be computed */
	unsigned nsec3_rounds;     /* of the hashes that were computed */
	unsigned nsec3_iterations; /* that each hash may have */
	int32_t skew_s;            /* or SKEW_BY_VALIDITY */

	/* The time is not known, only that it is not before `earliest_s`: a signature is valid
	 * unless it expired before then. Its proof holds for the RRset's TTL. */
	bool is_dateless;
	int64_t earliest_s;
};

/* Returns the budget that a response begins with. */
struct budget budget_full(void);

/* The conclusions from a valid signature. */
struct proved {
	bool is_wildcard; /* the records were expanded from the wildcard at `labels` labels */
	uint8_t labels;
	uint32_t ttl_s;                  /* min(TTL, original TTL, time left): RFC 4035, 5.3.3 */
	uint32_t original_ttl_s, left_s; /* the signature's original TTL and time left */
	uint32_t inception;              /* the signature's, a serial number (RFC 1982) */
};

/* The things that the signature checks of one message share. Borrows all of them. */
struct verifier {
	struct crypto *crypto;
	struct arena *arena; /* a call gives back what it takes */
	struct budget *budget;
	const struct rrsets *sets;
	int64_t now_s;
};

/* Checks `set`, one of `v->sets`, against the keys of a zone. Returns SECURE, and fills `proved`,
 * if one RRSIG holds whose signer is the zone's apex. Returns INSECURE, REASON_KEY_SIZE, and fills
 * `proved`, if only a key that pubkey_is_unfit() made one that holds. Otherwise returns BOGUS with
 * the reason that came closest: REASON_KEY_SIZE if a signature names a key of a size that nobody
 * checks. A set without RRSIGs is BOGUS, REASON_RRSIG_MISSING. The order of the RRSIGs and keys in
 * their messages changes nothing. */
struct outcome rrset_verify(const struct verifier *v, const struct rrset *set,
        const struct keyset *keys, struct proved *proved);

#endif
