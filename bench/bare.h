/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenSSL's bare verification and signing, with a key of its own and nothing around it. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/algorithm.h"

#define SIGNATURES 64 /* several, because the processor would learn a single one */

/* A key, and its signatures. */
struct bare {
	EVP_PKEY_CTX *hashed; /* NULL for algorithms that take the message */
	EVP_PKEY *key;
	EVP_MD_CTX *message;
	size_t data_len;
	struct {
		uint8_t data[128], signature[512];
		size_t signature_len;
	} signed_[SIGNATURES];
};

static inline EVP_PKEY *key_like(uint8_t algorithm)
{
	switch (algorithm) {
	case ALGORITHM_ECDSAP256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case ALGORITHM_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case ALGORITHM_RSASHA256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	default:
		return NULL;
	}
}

static inline void bare_sign(struct bare *b, unsigned i)
{
	uint8_t *signature = b->signed_[i].signature;
	size_t *len = &b->signed_[i].signature_len;

	*len = sizeof(b->signed_[i].signature);
	memset(b->signed_[i].data, (int)i, b->data_len);
	if (b->hashed) {
		EVP_PKEY_sign(b->hashed, signature, len, b->signed_[i].data, b->data_len);
		return;
	}
	EVP_DigestSignInit(b->message, NULL, NULL, NULL, b->key);
	EVP_DigestSign(b->message, signature, len, b->signed_[i].data, b->data_len);
	EVP_MD_CTX_reset(b->message);
}

static inline void bare_to_sign(struct bare *b)
{
	if (!b->hashed)
		return;
	EVP_PKEY_sign_init(b->hashed);
	EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
}

/* Makes a key and signs with it, so that it is ready to verify. Returns false if no key of this
 * algorithm can be made. */
static inline bool bare_set_up(struct bare *b, uint8_t algorithm)
{
	bool is_hashed = algorithm != ALGORITHM_ED25519;

	b->key = key_like(algorithm);
	b->message = EVP_MD_CTX_new();
	b->data_len = is_hashed ? 32 : sizeof(b->signed_[0].data);
	if (!b->key || !b->message)
		return false;
	if (is_hashed)
		b->hashed = EVP_PKEY_CTX_new(b->key, NULL);
	bare_to_sign(b);
	for (unsigned i = 0; i < SIGNATURES; i++)
		bare_sign(b, i);
	if (is_hashed) {
		EVP_PKEY_verify_init(b->hashed);
		EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
	}
	return true;
}

/* Returns false if OpenSSL does not verify its own signature. */
static inline bool bare_verify(struct bare *b, unsigned i)
{
	const uint8_t *data = b->signed_[i].data, *signature = b->signed_[i].signature;
	size_t len = b->signed_[i].signature_len;
	int ok;

	if (b->hashed) {
		ok = EVP_PKEY_verify(b->hashed, signature, len, data, b->data_len);
	} else {
		EVP_DigestVerifyInit(b->message, NULL, NULL, NULL, b->key);
		ok = EVP_DigestVerify(b->message, signature, len, data, b->data_len);
		EVP_MD_CTX_reset(b->message);
	}
	return ok == 1;
}

#endif
