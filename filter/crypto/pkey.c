/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/pkey.h"

EVP_PKEY *pkey_from_params(const char *type, int selection, OSSL_PARAM params[])
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

	/* If this fails, OpenSSL leaves `pkey` NULL. */
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

bool pkey_write_number(const EVP_PKEY *pkey, const char *param, size_t octets, struct writer *out)
{
	BIGNUM *n = NULL;

	if (EVP_PKEY_get_bn_param(pkey, param, &n) != 1)
		return false;
	size_t len = octets ? octets : (size_t)BN_num_bytes(n);
	uint8_t *at = writer_room(out, len);
	bool fits = at && BN_bn2binpad(n, at, (int)len) == (int)len;
	BN_clear_free(n);
	return fits;
}

bool pkey_verify_hashed(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	uint8_t digest[HASH_MAX_OCTETS];
	size_t len = hash_spans(c, key->algorithm->hash, data, span_of(NULL, 0), digest);

	return len > 0 &&
	       EVP_PKEY_verify(key->verifier, signature.base, signature.len, digest, len) == 1;
}
