/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only door to OpenSSL: DNSSEC's algorithms (RFC 8624 and its successors), DS digests and the
 * NSEC3 hash. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/span.h"

/* Numbers of IANA's "DNS Security Algorithm Numbers". */
enum {
	ALGORITHM_RSASHA1 = 5,
	ALGORITHM_RSASHA1_NSEC3 = 7,
	ALGORITHM_RSASHA256 = 8,
	ALGORITHM_RSASHA512 = 10,
	ALGORITHM_ECDSAP256 = 13,
	ALGORITHM_ECDSAP384 = 14,
	ALGORITHM_ED25519 = 15,
	ALGORITHM_ED448 = 16,
};

/* IANA's "DS RR Type Digest Algorithms". */
enum { DIGEST_SHA1 = 1, DIGEST_SHA256 = 2, DIGEST_SHA384 = 4 };

#define DIGEST_MAX_OCTETS 48
#define NSEC3_HASH_OCTETS 20

/* Prefetched digests and contexts; one per worker, not to be shared between threads. */
struct crypto;

/* A public key, decoded once and used often. */
struct pubkey;

/* Returns NULL when OpenSSL lacks what is needed or memory is short. */
struct crypto *crypto_new(void);
void crypto_free(struct crypto *c);

/* How many signatures were worked out so far, and not remembered. */
uint64_t crypto_checks(const struct crypto *c);

/* Forgets which signatures were found good: each costs its check again. */
void crypto_forget(struct crypto *c);

/* Says whether RSASHA1, RSASHA1-NSEC3-SHA1 and the DS digest SHA-1 count as supported. They do not
 * unless this is called (RFC 9905). For the whole process; what was judged before stays judged. */
void crypto_allow_sha1(bool allow);

/* True when signatures of this algorithm can be checked. */
bool algorithm_is_supported(uint8_t algorithm);

/* The mnemonic, or "unknown". */
const char *algorithm_text(uint8_t algorithm);

/* True for a DS digest type that is accepted: SHA-256, SHA-384, and SHA-1 where it is allowed. */
bool digest_is_supported(uint8_t digest_type);

/* How long a DS digest of this type is, supported or not; 0 for one that is not known. */
size_t digest_octets(uint8_t digest_type);

/* Decodes the public key field of a DNSKEY (RFC 3110, 6605, 8080). Returns NULL when the algorithm
 * is not supported, the octets are malformed, an ECDSA point is off its curve, or the RSA modulus
 * or exponent is out of bounds (1024 to 4096 bits; an odd exponent of 2 to 64 bits). An EdDSA point
 * off its curve makes a key that verifies nothing. Like struct crypto, a key belongs to one thread.
 */
struct pubkey *pubkey_new(uint8_t algorithm, struct span octets);

/* False for an RSA key that is well formed but whose modulus is shorter or longer than is
 * supported: such a key is like one of an unknown algorithm. */
bool pubkey_size_is_supported(uint8_t algorithm, struct span octets);
void pubkey_free(struct pubkey *key);

/* Says whether `signature`, as it stands in the RRSIG, is `key`'s over `data`; what was found good
 * once, `c` remembers for a while. Anything malformed
 * is simply not a signature. */
bool pubkey_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

/* Writes the digest of `first` followed by `second`. Returns its length, or 0 when the type is not
 * supported. RFC 4034, 5.1.4. */
size_t digest_compute(struct crypto *c, uint8_t digest_type, struct span first, struct span second,
        uint8_t out[static DIGEST_MAX_OCTETS]);

/* Hashes an owner name in canonical form: RFC 5155, 5. Returns false only if OpenSSL fails. */
bool nsec3_hash(struct crypto *c, struct span owner, struct span salt, unsigned iterations,
        uint8_t out[static NSEC3_HASH_OCTETS]);

#endif
