/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public keys, and checks of signatures with DNSSEC's algorithms (RFC 8624 and its successors). */
#ifndef CRYPTO_PUBKEY_H
#define CRYPTO_PUBKEY_H

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

struct crypto;

/* A public key, decoded once and used often. */
struct pubkey;

/* Decodes the public key field of a DNSKEY (RFC 3110, 6605, 8080). Returns NULL if the algorithm is
 * not supported, the octets are malformed, an ECDSA point is not on its curve, or the RSA modulus
 * or exponent is out of bounds (1024 to 4096 bits; an odd exponent of 2 to 64 bits). An EdDSA point
 * that is not on its curve gives a key that verifies no signature. Like struct crypto, a key
 * belongs to one thread. */
struct pubkey *pubkey_new(uint8_t algorithm, struct span octets);

/* Decodes an RSA key of 512 to 1023 or of 4097 to 8192 bits, which pubkey_new() refuses. The
 * smaller ones can be factored, so a signature by one proves no more than that the forger took that
 * trouble. The larger ones count for no more, as other validators cannot check them. Returns NULL
 * for any other key. */
struct pubkey *pubkey_new_unfit(uint8_t algorithm, struct span octets);

/* True for a key by pubkey_new_unfit(). */
bool pubkey_is_unfit(const struct pubkey *key);

/* Returns the work of one check by this key: 1 for P-256 or RSA of 2048 bits, about 60
 * microseconds; 10 for P-384, at most 17. */
unsigned pubkey_work(const struct pubkey *key);

/* Returns false for a well-formed RSA key whose modulus is shorter or longer than supported. Such a
 * key is treated like one of an unknown algorithm. */
bool pubkey_size_is_supported(uint8_t algorithm, struct span octets);
void pubkey_free(struct pubkey *key);

/* True if `signature`, in the form of the RRSIG, is `key`'s over `data`. `c` remembers valid
 * signatures for a while. A malformed signature is invalid. */
bool pubkey_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

#endif
