/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one signature algorithm is made of. Private to crypto/. */
#ifndef CRYPTO_ALGORITHM_H
#define CRYPTO_ALGORITHM_H

#include "crypto/verified.h"

#include <openssl/param_build.h>

struct algorithm {
	uint8_t id;
	const char *mnemonic;

	/* Decodes the public key field of a DNSKEY; NULL when it is unacceptable. A row without a
	 * decoder only names an algorithm that is not supported. */
	EVP_PKEY *(*decode)(const struct algorithm *a, struct span octets);

	/* Checks a signature of the right length. */
	bool (*verify)(struct crypto *c, const struct pubkey *key, struct span data,
	        struct span signature);

	enum hash hash;
	const char *group;       /* OpenSSL's name of the curve or key type; none for RSA */
	size_t key_octets;       /* 0: the decoder looks */
	size_t signature_octets; /* 0: as long as the modulus, which OpenSSL sees to */
	bool takes_message;      /* verifies the message itself and not its hash */
	bool is_sha1;            /* supported only where the operator allows SHA-1 */
};

/* Returns the row of an algorithm, or NULL. */
const struct algorithm *algorithm_find(uint8_t id);

/* Says whether crypto_allow_sha1() was called so. */
bool sha1_is_allowed(void);

struct pubkey {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	/* Ready to verify; to make one afresh would add a tenth to the cost of an RSA signature.
	 * NULL for algorithms that take the message. */
	EVP_PKEY_CTX *verifier;
	uint8_t fingerprint[VERIFIED_OCTETS]; /* of algorithm and public key */
};

EVP_PKEY *rsa_decode(const struct algorithm *a, struct span octets);
bool rsa_size_is_supported(struct span octets);

EVP_PKEY *ecdsa_decode(const struct algorithm *a, struct span octets);
bool ecdsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

EVP_PKEY *eddsa_decode(const struct algorithm *a, struct span octets);
bool eddsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

/* Builds a key of OpenSSL's type `type` from `params`, or returns NULL. `selection` says which
 * half: EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. */
EVP_PKEY *pkey_from_params(const char *type, int selection, OSSL_PARAM params[]);

/* The same from what was pushed to `build`, which may be NULL and is freed. */
EVP_PKEY *pkey_from_build(const char *type, int selection, OSSL_PARAM_BLD *build);

/* Hashes `data` as the key's algorithm says and checks `signature`, which is as OpenSSL has it:
 * RSA's as it stands in the RRSIG, ECDSA's in DER. */
bool verify_hashed(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

#endif
