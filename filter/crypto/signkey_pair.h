/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a private key. Private to crypto/. */
#ifndef CRYPTO_SIGNKEY_PAIR_H
#define CRYPTO_SIGNKEY_PAIR_H

#include "crypto/algorithm.h"
#include "crypto/signkey.h"

struct signkey {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	/* it is ECDSA, and libcrypto can derive the nonce from the signed data (RFC 6979) */
	bool sets_nonce;
	size_t public_len;
	uint8_t public_octets[PUBLIC_KEY_MAX_OCTETS]; /* as in a DNSKEY */
};

/* Make the key pair from a private key of the algorithm's length, or from the parts of an
 * RSA key. Return NULL if that fails. */
EVP_PKEY *ecdsa_from_secret(const struct algorithm *a, struct span secret);
EVP_PKEY *eddsa_from_secret(const struct algorithm *a, struct span secret);
EVP_PKEY *rsa_from_parts(const struct span parts[static RSA_PARTS]);

/* Write the public key field of a DNSKEY. Return false if OpenSSL fails or it does not fit. */
bool rsa_write_public(const EVP_PKEY *pkey, struct writer *out);
bool ecdsa_write_public(const EVP_PKEY *pkey, struct writer *out);
bool eddsa_write_public(const EVP_PKEY *pkey, struct writer *out);

/* Write the private key. If OpenSSL fails or it does not fit, set `out->full`. */
void ecdsa_write_secret(const EVP_PKEY *pkey, size_t octets, struct writer *out);
void eddsa_write_secret(const EVP_PKEY *pkey, size_t octets, struct writer *out);

#endif
