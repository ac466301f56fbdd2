/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/pubkey.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/algorithm.h"
#include "crypto/rsa.h"

/* The longest public key field: RSA's, with an exponent and a modulus of 4096 bits each. */
#define KEY_OCTETS_MAX (3 + 512 + 1024)

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

static struct pubkey *pubkey_decode(const struct algorithm *a, struct span octets,
        EVP_PKEY *(*decode)(const struct algorithm *a, struct span octets))
{
	struct pubkey *key = calloc(1, sizeof(*key));
	if (!key)
		return NULL;

	key->algorithm = a;
	key->pkey = decode(a, octets);
	key->work = a->work ? a->work : rsa_work(octets);
	if (key->pkey && !a->takes_message)
		key->verifier = verifier_new(key->pkey, a->hash);
	if (!key->pkey || (!key->verifier && !a->takes_message) || !take_fingerprint(key, octets)) {
		ERR_clear_error();
		pubkey_free(key);
		return NULL;
	}
	return key;
}

struct pubkey *pubkey_new(uint8_t algorithm, struct span octets)
{
	const struct algorithm *a = algorithm_find(algorithm);

	if (!algorithm_may_be_used(a) || (a->key_octets && octets.len != a->key_octets))
		return NULL;
	return pubkey_decode(a, octets, a->decode);
}

struct pubkey *pubkey_new_unfit(uint8_t algorithm, struct span octets)
{
	const struct algorithm *a = algorithm_find(algorithm);

	if (!algorithm_may_be_used(a) || a->decode != rsa_decode)
		return NULL;
	struct pubkey *key = pubkey_decode(a, octets, rsa_decode_unfit);
	if (key)
		key->is_unfit = true;
	return key;
}

bool pubkey_is_unfit(const struct pubkey *key)
{
	return key->is_unfit;
}

unsigned pubkey_work(const struct pubkey *key)
{
	return key->work;
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

static bool pubkey_check(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	c->work += key->work;
	if (key->algorithm->verify(c, key, data, signature))
		return true;
	/* Each failure leaves entries in this thread's error queue, which no code reads. */
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
	if (!pubkey_check(c, key, data, signature))
		return false;
	verified_add(&c->verified, &id);
	return true;
}
