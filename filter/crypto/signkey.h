/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys, and signing with them. Beside crypto.h the other door to OpenSSL. */
#ifndef CRYPTO_SIGNKEY_H
#define CRYPTO_SIGNKEY_H

#include "base/writer.h"
#include "crypto/crypto.h"

#define SIGNATURE_MAX_OCTETS  512  /* of RSA with 4096 bits, the longest that is made */
#define PUBLIC_KEY_MAX_OCTETS 1027 /* of the public key field of a DNSKEY */

/* A private key with its public half. Once made it is only read, so threads may share it. */
struct signkey;

/* True for the algorithms that keys can be made for and signed with: 8, 13 and 15. */
bool signkey_is_supported(uint8_t algorithm);

/* Draws a new key; of RSA one of 2048 bits. Returns NULL when the algorithm is not supported or
 * OpenSSL fails. */
struct signkey *signkey_generate(uint8_t algorithm);

/* Makes an ECDSA or Ed25519 key out of its private half, big-endian and of the algorithm's length,
 * as BIND's key files have it: of ECDSA one in 256 is shorter there, since it begins with a zero.
 * Returns NULL when it is not such a key. */
struct signkey *signkey_from_secret(uint8_t algorithm, struct span secret);

/* The numbers of an RSA key, big-endian: RFC 8017, 3.2. */
enum rsa_part { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QINV, RSA_PARTS };

/* Makes an RSA key out of its parts. Returns NULL when they are none, or have a size that is not
 * supported. */
struct signkey *signkey_from_rsa(uint8_t algorithm, const struct span parts[static RSA_PARTS]);

void signkey_free(struct signkey *key);

uint8_t signkey_algorithm(const struct signkey *key);

/* How long its signatures are. */
size_t signkey_signature_octets(const struct signkey *key);

/* The public key field of its DNSKEY; borrows from the key. */
struct span signkey_public(const struct signkey *key);

/* Writes the private half of an ECDSA or Ed25519 key; `out` is full when that does not fit. */
void signkey_write_secret(const struct signkey *key, struct writer *out);

/* Writes one part of an RSA key, big-endian without zeros before it. */
void signkey_write_rsa(const struct signkey *key, enum rsa_part part, struct writer *out);

/* Signs `data`; the signature is as it stands in an RRSIG. Returns its length, or 0 if OpenSSL
 * fails. */
size_t signkey_sign(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS]);

#endif
