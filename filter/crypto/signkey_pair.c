/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each algorithm's private keys, as OpenSSL and DNSKEY records have them. */
#include "crypto/signkey_pair.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <pthread.h>

#include "crypto/pkey.h"

#define POINT_OCTETS_MAX 97 /* an uncompressed point of P-384 */

/* ---- ECDSA ---- */

/* To make the group takes as long as to compute a point in it, so it is made once, and stays. */
static EC_GROUP *p256;
static pthread_once_t p256_once = PTHREAD_ONCE_INIT;

static void make_p256(void)
{
	p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
}

/* Computes the public point from the secret, because OpenSSL does not. Returns its length, or 0 if
 * `secret` is out of range or OpenSSL fails. */
static size_t ecdsa_point_of(const BIGNUM *secret, uint8_t point[static POINT_OCTETS_MAX])
{
	pthread_once(&p256_once, make_p256);
	const EC_GROUP *group = p256;
	EC_POINT *public = group ? EC_POINT_new(group) : NULL;
	size_t len = 0;

	if (public && !BN_is_zero(secret) && BN_cmp(secret, EC_GROUP_get0_order(group)) < 0 &&
	        EC_POINT_mul(group, public, secret, NULL, NULL, NULL) == 1)
		len = EC_POINT_point2oct(group, public, POINT_CONVERSION_UNCOMPRESSED, point,
		        POINT_OCTETS_MAX, NULL);
	EC_POINT_free(public);
	return len;
}

static EVP_PKEY *ecdsa_pair_of(
        const struct algorithm *a, const BIGNUM *secret, const uint8_t *point, size_t len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

	if (build &&
	        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, a->group, 0) ==
	                1 &&
	        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1 &&
	        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1)
		return pkey_from_build("EC", EVP_PKEY_KEYPAIR, build);
	OSSL_PARAM_BLD_free(build);
	return NULL;
}

EVP_PKEY *ecdsa_from_secret(const struct algorithm *a, struct span secret)
{
	uint8_t point[POINT_OCTETS_MAX];
	EVP_PKEY *pkey = NULL;
	BIGNUM *n = BN_secure_new();

	if (n && BN_bin2bn(secret.base, (int)secret.len, n)) {
		size_t len = ecdsa_point_of(n, point);
		if (len > 0)
			pkey = ecdsa_pair_of(a, n, point, len);
	}
	BN_clear_free(n);
	return pkey;
}

/* A DNSKEY has the point without the octet for its form (RFC 6605, 4). */
bool ecdsa_write_public(const EVP_PKEY *pkey, struct writer *out)
{
	uint8_t point[POINT_OCTETS_MAX];
	size_t len;

	if (EVP_PKEY_get_octet_string_param(
	            pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) != 1 ||
	        len < 1 || point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return false;
	writer_put(out, span_of(point + 1, len - 1));
	return !out->full;
}

void ecdsa_write_secret(const EVP_PKEY *pkey, size_t octets, struct writer *out)
{
	if (!pkey_write_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, octets, out))
		out->full = true;
}

/* ---- EdDSA ---- */

EVP_PKEY *eddsa_from_secret(const struct algorithm *a, struct span secret)
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, a->group, NULL, secret.base, secret.len);
}

bool eddsa_write_public(const EVP_PKEY *pkey, struct writer *out)
{
	size_t len = 0;
	uint8_t *at =
	        EVP_PKEY_get_raw_public_key(pkey, NULL, &len) == 1 ? writer_room(out, len) : NULL;
	return at && EVP_PKEY_get_raw_public_key(pkey, at, &len) == 1;
}

void eddsa_write_secret(const EVP_PKEY *pkey, size_t octets, struct writer *out)
{
	size_t len = octets;
	uint8_t *at = writer_room(out, octets);

	if (!at || EVP_PKEY_get_raw_private_key(pkey, at, &len) != 1 || len != octets)
		out->full = true;
}

/* ---- RSA ---- */

static const char *const rsa_params[RSA_PARTS] = {
	[RSA_N] = OSSL_PKEY_PARAM_RSA_N,
	[RSA_E] = OSSL_PKEY_PARAM_RSA_E,
	[RSA_D] = OSSL_PKEY_PARAM_RSA_D,
	[RSA_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[RSA_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[RSA_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[RSA_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[RSA_QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/* RFC 3110, 2: the exponent's length comes first, in one octet if it fits. */
bool rsa_write_public(const EVP_PKEY *pkey, struct writer *out)
{
	uint8_t exponent[PUBLIC_KEY_MAX_OCTETS];
	struct writer e = writer_over(exponent, sizeof(exponent));

	if (!pkey_write_number(pkey, OSSL_PKEY_PARAM_RSA_E, 0, &e))
		return false;
	if (e.len > UINT8_MAX)
		writer_u8(out, 0);
	if (e.len > UINT8_MAX)
		writer_u16(out, (uint16_t)e.len);
	else
		writer_u8(out, (uint8_t)e.len);
	writer_put(out, writer_span(&e));
	return pkey_write_number(pkey, OSSL_PKEY_PARAM_RSA_N, 0, out) && !out->full;
}

void signkey_write_rsa(const struct signkey *key, enum rsa_part part, struct writer *out)
{
	if (!pkey_write_number(key->pkey, rsa_params[part], 0, out))
		out->full = true;
}

/* `build` borrows the numbers until the key is made. */
EVP_PKEY *rsa_from_parts(const struct span parts[static RSA_PARTS])
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[RSA_PARTS] = { NULL };
	EVP_PKEY *pkey = NULL;
	bool good = build != NULL;

	for (unsigned i = 0; i < RSA_PARTS && good; i++) {
		numbers[i] = BN_secure_new();
		good = numbers[i] && BN_bin2bn(parts[i].base, (int)parts[i].len, numbers[i]) &&
		       !BN_is_zero(numbers[i]) &&
		       OSSL_PARAM_BLD_push_BN(build, rsa_params[i], numbers[i]) == 1;
	}
	if (good)
		pkey = pkey_from_build("RSA", EVP_PKEY_KEYPAIR, build);
	else
		OSSL_PARAM_BLD_free(build);
	for (unsigned i = 0; i < RSA_PARTS; i++)
		BN_clear_free(numbers[i]);
	return pkey;
}
