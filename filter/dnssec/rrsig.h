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
	struct span fixed; /* the RDATA before the signer, as it is signed */
	struct span signature;
};

/* Reads the RDATA of an RRSIG, which is borrowed. Returns false when it is malformed; a compressed
 * signer is. */
bool rrsig_read_rdata(struct span rdata, struct rrsig *sig);

/* The same of the RRSIG `rr`. */
bool rrsig_read(const struct message *m, const struct rr *rr, struct rrsig *sig);

/* Says whether `now_s` lies within the signature's time, with a skew of `skew_s`, or that of
 * limits.h for SKEW_BY_VALIDITY: REASON_NONE, _RRSIG_EXPIRED, _RRSIG_NOT_YET, or _RRSIG_TIMES when
 * it ends before it begins. RFC 4034, 3.1.5.
 */
enum reason rrsig_check_time(const struct rrsig *sig, int64_t now_s, int32_t skew_s);

/* The same where the time is not known, see struct budget: REASON_NONE, _RRSIG_EXPIRED or
 * _RRSIG_TIMES. */
enum reason rrsig_check_earliest(const struct rrsig *sig, int64_t earliest_s);

/* What one response is allowed: how much may still be spent on it, and how far its times may be
 * off. */
struct budget {
	unsigned verifications;
	unsigned nsec3_hashes;
	int32_t skew_s; /* or SKEW_BY_VALIDITY */

	/* The time is not known, but that it is not before `earliest_s`: a signature counts unless
	 * it ended before then. What it proves holds for as long as its TTL says. */
	bool is_dateless;
	int64_t earliest_s;
};

struct budget budget_full(void);

/* What a signature that holds tells. */
struct proved {
	bool is_wildcard; /* the records were made from the wildcard at `labels` labels */
	uint8_t labels;
	uint32_t ttl_s;                  /* min(TTL, original TTL, time left): RFC 4035, 5.3.3 */
	uint32_t original_ttl_s, left_s; /* of the signature: its original TTL, its time left */
};

/* What checks of one message's signatures share. Borrows all of it. */
struct verifier {
	struct crypto *crypto;
	struct arena *arena; /* a call takes memory, and gives it back when it returns */
	struct budget *budget;
	const struct rrsets *sets;
	int64_t now_s;
};

/* Checks `set`, one of `v->sets`, against the keys of a zone. Returns SECURE, and fills `proved`,
 * if one RRSIG holds whose signer is the zone's apex. Otherwise returns BOGUS with the reason that
 * came closest. A set without RRSIGs is BOGUS, REASON_RRSIG_MISSING. */
struct outcome rrset_verify(const struct verifier *v, const struct rrset *set,
        const struct keyset *keys, struct proved *proved);

#endif
