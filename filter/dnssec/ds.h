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

/* The DS records of a delegation whose algorithm and digest type are supported. */
struct ds_set {
	unsigned count;
	uint32_t inception; /* of the newest signature that was seen over it; 0 for an anchor */
	struct ds ds[LIMIT_DS];
};

/* True if the sets have the same records in the same order. */
bool ds_set_equal(const struct ds_set *a, const struct ds_set *b);

/* Reads DS RDATA. Returns false if it is malformed, or if its digest is longer than any known
 * one. */
bool ds_read(struct span rdata, struct ds *ds);

/* Makes the SHA-256 DS of a key: the form in which an anchor given as DNSKEY is kept. Returns false
 * if OpenSSL fails. */
bool ds_of_dnskey(
        struct crypto *crypto, const struct name *owner, const struct dnskey *key, struct ds *ds);

/* True if the DS refers to the key: tag, algorithm and digest match (RFC 4035, 5.2). */
bool ds_matches(struct crypto *crypto, const struct ds *ds, const struct name *owner,
        const struct dnskey *key);

/* Collects the usable DS records of an RRset, each once, in an order of their own. Returns SECURE
 * if there are some. If there is none, returns INSECURE with REASON_DS_ALGORITHM or
 * REASON_DS_DIGEST (RFC 6840, 5.2). If there are more than LIMIT_DS, returns BOGUS, and none is
 * kept: which of them match a key is not known here. */
struct outcome ds_set_read(
        const struct rrsets *g, const struct rrset *set, struct arena *arena, struct ds_set *out);

/* Proves the DNSKEY RRset `set` by `ds`: a key that matches a DS must have signed the RRset.
 * Returns SECURE, fills `proved` and sets `*keys` to a new keyset of all keys that may sign, which
 * the caller owns. Returns INSECURE if the keys that match have an unsupported size. Otherwise
 * returns BOGUS, or INDETERMINATE if memory is short. The order of the keys in the message changes
 * nothing. */
struct outcome ds_prove_keys(const struct verifier *v, const struct rrset *set,
        const struct ds_set *ds, struct proved *proved, struct keyset **keys);

#endif
