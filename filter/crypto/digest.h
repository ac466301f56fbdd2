/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DS digests and the NSEC3 hash. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/span.h"

/* IANA's "DS RR Type Digest Algorithms". */
enum { DIGEST_SHA1 = 1, DIGEST_SHA256 = 2, DIGEST_SHA384 = 4 };

#define DIGEST_MAX_OCTETS 48
#define NSEC3_HASH_OCTETS 20

struct crypto;

/* True for a supported DS digest type: SHA-256, SHA-384, and SHA-1 if it is allowed. */
bool digest_is_supported(uint8_t digest_type);

/* Returns the length in octets of a DS digest of this type, supported or not; 0 for an unknown
 * type. */
size_t digest_octets(uint8_t digest_type);

/* Writes the digest of `first` followed by `second`. Returns its length, or 0 if the type is not
 * supported or OpenSSL fails. RFC 4034, 5.1.4. */
size_t digest_compute(struct crypto *c, uint8_t digest_type, struct span first, struct span second,
        uint8_t out[static DIGEST_MAX_OCTETS]);

/* Computes the NSEC3 hash of an owner name in canonical form (RFC 5155, 5). Returns false only if
 * OpenSSL fails. */
bool nsec3_hash(struct crypto *c, struct span owner, struct span salt, unsigned iterations,
        uint8_t out[static NSEC3_HASH_OCTETS]);

#endif
