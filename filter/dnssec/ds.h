/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DS records (RFC 4034, 5) and the step from a DS RRset to a zone's keys (RFC 4035, 5.2). */
#ifndef DNSSEC_DS_H
#define DNSSEC_DS_H

#include "dnssec/rrsig.h"

struct ds {
	uint16_t tag;
	uint8_t algorithm, digest_type;
	uint8_t digest_len;
	uint8_t digest[DIGEST_MAX_OCTETS];
};

/* The DS records of a delegation that can be used: algorithm and digest type supported. */
struct ds_set {
	unsigned count;
	struct ds ds[LIMIT_DS];
};

/* Reads DS RDATA. Returns false when it is malformed or its digest is longer than any known. */
bool ds_read(struct span rdata, struct ds *ds);

/* Makes the SHA-256 DS of a key: how an anchor given as DNSKEY is kept. Returns false when OpenSSL
 * fails. */
bool ds_of_dnskey(
        struct crypto *crypto, const struct name *owner, const struct dnskey *key, struct ds *ds);

/* True when the DS names the key: tag, algorithm and digest are its own (RFC 4035, 5.2). */
bool ds_matches(struct crypto *crypto, const struct ds *ds, const struct name *owner,
        const struct dnskey *key);

/* Takes the usable DS records out of an RRset. Where there is none, returns why the zone is
 * Insecure: REASON_DS_ALGORITHM or REASON_DS_DIGEST (RFC 6840, 5.2); otherwise REASON_NONE. */
enum reason ds_set_read(const struct rrsets *g, const struct rrset *set, struct ds_set *out);

/* Proves the DNSKEY RRset `set` by `ds`: a key that matches a DS must have signed it. SECURE with
 * all keys that may sign in `*keys` (a new keyset, the caller's) and `proved` filled; INSECURE
 * where the keys that match have a size that is not supported; else BOGUS. */
struct outcome ds_prove_keys(const struct verifier *v, const struct rrset *set,
        const struct ds_set *ds, struct proved *proved, struct keyset **keys);

#endif
