/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of signature algorithms, and a public key's inside. Private to crypto/. */
#ifndef CRYPTO_ALGORITHM_H
#define CRYPTO_ALGORITHM_H

#include "crypto/crypto.h"
#include "crypto/verified.h"

struct algorithm {
	uint8_t id;
	const char *mnemonic;

	/* Decodes the public key field of a DNSKEY; returns NULL if it is unacceptable. A row
	 * without a decoder only names an algorithm that is not supported. */
	EVP_PKEY *(*decode)(const struct algorithm *a, struct span octets);

	/* Checks a signature, which has the right length. */
	bool (*verify)(struct crypto *c, const struct pubkey *key, struct span data,
	        struct span signature);

	enum hash hash;
	const char *group;       /* OpenSSL's name of the curve or key type; NULL for RSA */
	size_t key_octets;       /* 0: the decoder checks the length */
	size_t signature_octets; /* 0: as long as the modulus, which OpenSSL checks */
	bool takes_message;      /* verifies the message itself, not its hash */
	bool is_sha1;            /* supported only if the operator allows SHA-1 */
	unsigned work;           /* of one check, as pubkey_work() says; 0: it depends on the key */
};

/* Returns the algorithm's row, or NULL. */
const struct algorithm *algorithm_find(uint8_t id);

/* True for an algorithm whose signatures can be checked and are allowed. */
bool algorithm_may_be_used(const struct algorithm *a);

/* True if crypto_allow_sha1() allowed SHA-1. */
bool sha1_is_allowed(void);

struct pubkey {
	const struct algorithm *algorithm;
	EVP_PKEY *pkey;
	/* Ready to verify: creating a context for each check would add a tenth to the cost of an
	 * RSA signature. NULL for algorithms that take the message. */
	EVP_PKEY_CTX *verifier;
	unsigned work; /* of one check */
	bool is_unfit;
	uint8_t fingerprint[VERIFIED_OCTETS]; /* SHA-256 of algorithm and public key */
};

#endif
