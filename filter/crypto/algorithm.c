/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/algorithm.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The longest public key field: RSA's, with an exponent and a modulus of 4096 bits each. */
#define KEY_OCTETS_MAX (3 + 512 + 512)

/* RFC 8624 and RFC 9905 say what a validator must, may and must no longer do. */
static const struct algorithm algorithms[] = {
	{ .id = 1, .mnemonic = "RSAMD5" },
	{ .id = 3, .mnemonic = "DSA" },
	{ .id = ALGORITHM_RSASHA1,
	        .mnemonic = "RSASHA1",
	        .decode = rsa_decode,
	        .verify = verify_hashed,
	        .hash = HASH_SHA1,
	        .is_sha1 = true },
	{ .id = 6, .mnemonic = "DSA-NSEC3-SHA1" },
	{ .id = ALGORITHM_RSASHA1_NSEC3,
	        .mnemonic = "RSASHA1-NSEC3-SHA1",
	        .decode = rsa_decode,
	        .verify = verify_hashed,
	        .hash = HASH_SHA1,
	        .is_sha1 = true },
	{ .id = ALGORITHM_RSASHA256,
	        .mnemonic = "RSASHA256",
	        .decode = rsa_decode,
	        .verify = verify_hashed,
	        .hash = HASH_SHA256 },
	{ .id = ALGORITHM_RSASHA512,
	        .mnemonic = "RSASHA512",
	        .decode = rsa_decode,
	        .verify = verify_hashed,
	        .hash = HASH_SHA512 },
	{ .id = 12, .mnemonic = "ECC-GOST" },
	{ .id = ALGORITHM_ECDSAP256,
	        .mnemonic = "ECDSAP256SHA256",
	        .decode = ecdsa_decode,
	        .verify = ecdsa_verify,
	        .hash = HASH_SHA256,
	        .group = "P-256",
	        .key_octets = 64,
	        .signature_octets = 64 },
	{ .id = ALGORITHM_ECDSAP384,
	        .mnemonic = "ECDSAP384SHA384",
	        .decode = ecdsa_decode,
	        .verify = ecdsa_verify,
	        .hash = HASH_SHA384,
	        .group = "P-384",
	        .key_octets = 96,
	        .signature_octets = 96 },
	{ .id = ALGORITHM_ED25519,
	        .mnemonic = "ED25519",
	        .decode = eddsa_decode,
	        .verify = eddsa_verify,
	        .group = "ED25519",
	        .key_octets = 32,
	        .signature_octets = 64,
	        .takes_message = true },
	{ .id = ALGORITHM_ED448,
	        .mnemonic = "ED448",
	        .decode = eddsa_decode,
	        .verify = eddsa_verify,
	        .group = "ED448",
	        .key_octets = 57,
	        .signature_octets = 114,
	        .takes_message = true },
	{ .id = 252, .mnemonic = "INDIRECT" },
	{ .id = 253, .mnemonic = "PRIVATEDNS" },
	{ .id = 254, .mnemonic = "PRIVATEOID" },
};

const struct algorithm *algorithm_find(uint8_t id)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].id == id)
			return &algorithms[i];
	}
	return NULL;
}

static atomic_bool allow_sha1;

void crypto_allow_sha1(bool allow)
{
	atomic_store(&allow_sha1, allow);
}

bool sha1_is_allowed(void)
{
	return atomic_load_explicit(&allow_sha1, memory_order_relaxed);
}

static bool is_supported(const struct algorithm *a)
{
	return a && a->decode && (!a->is_sha1 || sha1_is_allowed());
}

bool algorithm_is_supported(uint8_t algorithm)
{
	return is_supported(algorithm_find(algorithm));
}

const char *algorithm_text(uint8_t algorithm)
{
	const struct algorithm *a = algorithm_find(algorithm);
	return a ? a->mnemonic : "unknown";
}

EVP_PKEY *pkey_from_params(const char *type, int selection, OSSL_PARAM params[])
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

	/* On failure OpenSSL leaves `pkey` NULL. */
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &pkey, selection, params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *pkey_from_build(const char *type, int selection, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = build ? OSSL_PARAM_BLD_to_param(build) : NULL;
	EVP_PKEY *pkey = params ? pkey_from_params(type, selection, params) : NULL;

	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

/* One context serves any number of EVP_PKEY_verify() calls with the same parameters. */
static EVP_PKEY_CTX *verifier_new(EVP_PKEY *pkey, enum hash hash)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	char name[16];

	snprintf(name, sizeof(name), "%s", hash_name(hash));
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	if (ctx && EVP_PKEY_verify_init_ex(ctx, params) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static bool take_fingerprint(struct pubkey *key, struct span octets)
{
	uint8_t text[1 + KEY_OCTETS_MAX];

	if (octets.len > KEY_OCTETS_MAX)
		return false;
	text[0] = key->algorithm->id;
	memcpy(text + 1, octets.base, octets.len);
	return EVP_Digest(text, 1 + octets.len, key->fingerprint, NULL, EVP_sha256(), NULL) == 1;
}

struct pubkey *pubkey_new(uint8_t algorithm, struct span octets)
{
	const struct algorithm *a = algorithm_find(algorithm);
	if (!is_supported(a) || (a->key_octets && octets.len != a->key_octets))
		return NULL;
	struct pubkey *key = calloc(1, sizeof(*key));
	if (!key)
		return NULL;

	key->algorithm = a;
	key->pkey = a->decode(a, octets);
	if (key->pkey && !a->takes_message)
		key->verifier = verifier_new(key->pkey, a->hash);
	if (!key->pkey || (!key->verifier && !a->takes_message) || !take_fingerprint(key, octets)) {
		ERR_clear_error();
		pubkey_free(key);
		return NULL;
	}
	return key;
}

bool pubkey_size_is_supported(uint8_t algorithm, struct span octets)
{
	const struct algorithm *a = algorithm_find(algorithm);
	return !a || a->decode != rsa_decode || rsa_size_is_supported(octets);
}

void pubkey_free(struct pubkey *key)
{
	if (!key)
		return;
	EVP_PKEY_CTX_free(key->verifier);
	EVP_PKEY_free(key->pkey);
	free(key);
}

bool verify_hashed(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	uint8_t digest[HASH_MAX_OCTETS];
	size_t len = hash_spans(c, key->algorithm->hash, data, span_of(NULL, 0), digest);

	return len > 0 &&
	       EVP_PKEY_verify(key->verifier, signature.base, signature.len, digest, len) == 1;
}

static bool verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	c->checks++;
	if (key->algorithm->verify(c, key, data, signature))
		return true;
	/* Each failure leaves its story in this thread's error queue, and nobody will ask. */
	ERR_clear_error();
	return false;
}

bool pubkey_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	size_t exact = key->algorithm->signature_octets;
	struct verified_id id;

	if ((exact && signature.len != exact) ||
	        !verified_identify(c, key->fingerprint, signature, data, &id))
		return false;
	if (verified_find(&c->verified, &id))
		return true;
	if (!verify(c, key, data, signature))
		return false;
	verified_add(&c->verified, &id);
	return true;
}
