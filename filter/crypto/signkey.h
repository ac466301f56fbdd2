/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys, and signing with them. With crypto.h the only interface to OpenSSL. */
#ifndef CRYPTO_SIGNKEY_H
#define CRYPTO_SIGNKEY_H

#include "base/writer.h"
#include "crypto/crypto.h"

#define SIGNATURE_MAX_OCTETS  512  /* RSA with 4096 bits, the longest signature that is made */
#define PUBLIC_KEY_MAX_OCTETS 1027 /* the longest public key field of a DNSKEY */

/* A private key with its public key. It never changes, so threads may share it. */
struct signkey;

/* True for the algorithms that keys can be made for and signed with: 8, 13 and 15. */
bool signkey_is_supported(uint8_t algorithm);

/* Generates a new key; an RSA key has 2048 bits. Returns NULL if the algorithm is not supported or
 * OpenSSL fails. */
struct signkey *signkey_generate(uint8_t algorithm);

/* Makes an ECDSA or Ed25519 key from its private key, big-endian and as long as the algorithm
 * requires, as in BIND's key files. There one ECDSA key in 256 is shorter, because BIND drops
 * leading zeros. Returns NULL if `secret` is not such a key. */
struct signkey *signkey_from_secret(uint8_t algorithm, struct span secret);

/* The numbers of an RSA key, big-endian (RFC 8017, 3.2). */
enum rsa_part { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QINV, RSA_PARTS };

/* Makes an RSA key from its parts. Returns NULL if they do not form a key, or if its size is not
 * supported. */
struct signkey *signkey_from_rsa(uint8_t algorithm, const struct span parts[static RSA_PARTS]);

void signkey_free(struct signkey *key);

uint8_t signkey_algorithm(const struct signkey *key);

/* Returns the length of the key's signatures, in octets. */
size_t signkey_signature_octets(const struct signkey *key);

/* Returns the public key field of the key's DNSKEY; borrows from the key. */
struct span signkey_public(const struct signkey *key);

/* Writes the private key of an ECDSA or Ed25519 key. If it does not fit, or for RSA, sets
 * `out->full`. */
void signkey_write_secret(const struct signkey *key, struct writer *out);

/* Returns a copy of an ECDSA or Ed25519 key, for signkey_free(). NULL if memory is short, OpenSSL
 * fails, or for RSA. */
struct signkey *signkey_copy(const struct signkey *key);

/* Writes one part of an RSA key, big-endian without leading zeros. */
void signkey_write_rsa(const struct signkey *key, enum rsa_part part, struct writer *out);

/* Signs `data`. The signature has the form of an RRSIG's. Returns its length in octets, or 0 if
 * OpenSSL fails. */
size_t signkey_sign(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS]);

#endif
