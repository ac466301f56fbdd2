/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/signkey.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/ecdsa.h"
#include "crypto/signkey_pair.h"

#define RSA_BITS 2048 /* for new keys */

/* OSSL_SIGNATURE_PARAM_NONCE_TYPE of OpenSSL 3.2 and later, and its value for RFC 6979. */
#define PARAM_NONCE_TYPE "nonce-type"
static unsigned nonce_of_rfc6979 = 1;

/* The algorithms that zones are signed with (RFC 8624, 3.1). */
static const struct signing_algorithm {
	uint8_t id;
	size_t secret_octets; /* 0: the key has several parts (RSA) */
	bool is_number;       /* the secret may lack leading zeros, as BIND writes it */
	EVP_PKEY *(*from_secret)(const struct algorithm *a, struct span secret);
	bool (*write_public)(const EVP_PKEY *pkey, struct writer *out);
	void (*write_secret)(const EVP_PKEY *pkey, size_t octets, struct writer *out);
} signing_algorithms[] = {
	{ .id = ALGORITHM_RSASHA256, .write_public = rsa_write_public },
	{ .id = ALGORITHM_ECDSAP256,
	        .secret_octets = 32,
	        .is_number = true,
	        .from_secret = ecdsa_from_secret,
	        .write_public = ecdsa_write_public,
	        .write_secret = ecdsa_write_secret },
	{ .id = ALGORITHM_ED25519,
	        .secret_octets = 32,
	        .from_secret = eddsa_from_secret,
	        .write_public = eddsa_write_public,
	        .write_secret = eddsa_write_secret },
};

static const struct signing_algorithm *signing_row_of(uint8_t algorithm)
{
	for (size_t i = 0; i < sizeof(signing_algorithms) / sizeof(signing_algorithms[0]); i++) {
		if (signing_algorithms[i].id == algorithm)
			return &signing_algorithms[i];
	}
	return NULL;
}

bool signkey_is_supported(uint8_t algorithm)
{
	return signing_row_of(algorithm) != NULL;
}

/* True if the private and the public key belong together. Where the public key is computed from the
 * private one, it always does, and to check that would take most of the time in which a zone is
 * read. */
static bool is_pair(const struct signing_algorithm *row, EVP_PKEY *pkey)
{
	if (row->from_secret)
		return true;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool is = ctx && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return is;
}

/* True if the OpenSSL library at run time supports it; the headers at compile time do not tell. */
static bool can_set_nonce(const struct signkey *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool can = key->algorithm->id == ALGORITHM_ECDSAP256 && ctx &&
	           EVP_PKEY_sign_init(ctx) == 1 &&
	           OSSL_PARAM_locate_const(EVP_PKEY_CTX_settable_params(ctx), PARAM_NONCE_TYPE);

	EVP_PKEY_CTX_free(ctx);
	return can;
}

/* Makes a key that owns `pkey`, which may be NULL. Returns NULL on failure; then `pkey` is
 * freed. */
static struct signkey *signkey_of_pkey(const struct signing_algorithm *row, EVP_PKEY *pkey)
{
	struct signkey *key = pkey ? calloc(1, sizeof(*key)) : NULL;
	struct writer out;
	struct span public;

	if (!key) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return NULL;
	}
	key->algorithm = algorithm_find(row->id);
	key->pkey = pkey;
	out = writer_over(key->public_octets, sizeof(key->public_octets));
	bool good = is_pair(row, pkey) && row->write_public(pkey, &out);
	key->public_len = out.len;
	public = signkey_public(key);
	key->sets_nonce = good && can_set_nonce(key);
	if (good && pubkey_size_is_supported(row->id, public))
		return key;
	ERR_clear_error();
	signkey_free(key);
	return NULL;
}

struct signkey *signkey_generate(uint8_t algorithm)
{
	const struct signing_algorithm *row = signing_row_of(algorithm);

	if (!row)
		return NULL;
	switch (algorithm) {
	case ALGORITHM_RSASHA256:
		return signkey_of_pkey(row, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS));
	case ALGORITHM_ECDSAP256:
		return signkey_of_pkey(row, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	default:
		return signkey_of_pkey(row, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	}
}

struct signkey *signkey_from_secret(uint8_t algorithm, struct span secret)
{
	const struct signing_algorithm *row = signing_row_of(algorithm);

	if (!row || secret.len == 0 || secret.len > row->secret_octets ||
	        (secret.len < row->secret_octets && !row->is_number))
		return NULL;
	return signkey_of_pkey(row, row->from_secret(algorithm_find(algorithm), secret));
}

struct signkey *signkey_from_rsa(uint8_t algorithm, const struct span parts[static RSA_PARTS])
{
	const struct signing_algorithm *row = signing_row_of(algorithm);

	if (!row || row->secret_octets)
		return NULL;
	return signkey_of_pkey(row, rsa_from_parts(parts));
}

void signkey_free(struct signkey *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

uint8_t signkey_algorithm(const struct signkey *key)
{
	return key->algorithm->id;
}

size_t signkey_signature_octets(const struct signkey *key)
{
	return key->algorithm->signature_octets ? key->algorithm->signature_octets
	                                        : (size_t)EVP_PKEY_get_size(key->pkey);
}

struct span signkey_public(const struct signkey *key)
{
	return span_of(key->public_octets, key->public_len);
}

void signkey_write_secret(const struct signkey *key, struct writer *out)
{
	const struct signing_algorithm *row = signing_row_of(key->algorithm->id);

	if (row->write_secret)
		row->write_secret(key->pkey, row->secret_octets, out);
	else
		out->full = true;
}

struct signkey *signkey_copy(const struct signkey *key)
{
	uint8_t secret[PUBLIC_KEY_MAX_OCTETS];
	struct writer w = writer_over(secret, sizeof(secret));

	signkey_write_secret(key, &w);
	struct signkey *copy =
	        w.full ? NULL : signkey_from_secret(signkey_algorithm(key), writer_span(&w));
	OPENSSL_cleanse(secret, sizeof(secret));
	return copy;
}

/* Returns NULL if OpenSSL fails. */
static EVP_PKEY_CTX *new_signer(const struct crypto *c, const struct signkey *key)
{
	const OSSL_PARAM nonce[] = {
		OSSL_PARAM_construct_uint(PARAM_NONCE_TYPE, &nonce_of_rfc6979),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

	if (ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	        EVP_PKEY_CTX_set_signature_md(ctx, c->digests[key->algorithm->hash]) == 1 &&
	        (!key->sets_nonce || EVP_PKEY_CTX_set_params(ctx, nonce) == 1))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* Returns a context that is ready to sign, or NULL if OpenSSL fails. Preparing a key costs half as
 * much as an ECDSA signature. The context holds a reference to its key, so no other key can have
 * that address meanwhile. */
static EVP_PKEY_CTX *signer_of(struct crypto *c, const struct signkey *key)
{
	EVP_PKEY_CTX **slot = &c->signers[(uintptr_t)key->pkey / 64 % SIGNERS];

	if (!*slot || EVP_PKEY_CTX_get0_pkey(*slot) != key->pkey) {
		EVP_PKEY_CTX_free(*slot);
		*slot = new_signer(c, key);
	}
	return *slot;
}

/* Returns the length of OpenSSL's signature. For ECDSA it is DER, which is slightly longer than the
 * RRSIG's form. */
static size_t sign_hashed(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS])
{
	uint8_t digest[HASH_MAX_OCTETS];
	size_t len = SIGNATURE_MAX_OCTETS;
	EVP_PKEY_CTX *signer = signer_of(c, key);
	size_t hashed = hash_spans(c, key->algorithm->hash, data, span_of(NULL, 0), digest);

	return signer && hashed > 0 && EVP_PKEY_sign(signer, out, &len, digest, hashed) == 1 ? len
	                                                                                     : 0;
}

static size_t sign_message(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS])
{
	size_t len = SIGNATURE_MAX_OCTETS;
	bool good =
	        EVP_DigestSignInit_ex(c->message, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
	        EVP_DigestSign(c->message, out, &len, data.base, data.len) == 1;

	EVP_MD_CTX_reset(c->message);
	return good ? len : 0;
}

static size_t sign_raw(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS])
{
	size_t len = key->algorithm->takes_message ? sign_message(c, key, data, out)
	                                           : sign_hashed(c, key, data, out);

	if (len == 0)
		ERR_clear_error();
	return len;
}

size_t signkey_sign(struct crypto *c, const struct signkey *key, struct span data,
        uint8_t out[static SIGNATURE_MAX_OCTETS])
{
	uint8_t der[SIGNATURE_MAX_OCTETS];
	size_t octets = signkey_signature_octets(key);

	if (key->algorithm->id != ALGORITHM_ECDSAP256)
		return sign_raw(c, key, data, out) == octets ? octets : 0;
	size_t len = sign_raw(c, key, data, der);
	return len > 0 && ecdsa_flatten(span_of(der, len), out, octets) ? octets : 0;
}
