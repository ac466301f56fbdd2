/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RSA keys and signatures (RFC 3110, RFC 5702). */
#include "crypto/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "base/cursor.h"
#include "crypto/pkey.h"

#define MODULUS_SMALL_BITS 512
#define MODULUS_MIN_BITS   1024
#define MODULUS_MAX_BITS   4096
#define MODULUS_LARGE_BITS 8192 /* a check costs as much as 17 by P-256 at most */
#define EXPONENT_MAX_BITS  64   /* a larger exponent makes each check more expensive */

/* Splits the field (RFC 3110, 2): the exponent's length is one octet, or a zero octet and two more;
 * then come the exponent and the modulus. */
static bool rsa_read_parts(struct span octets, struct span *exponent, struct span *modulus)
{
	struct cursor c = cursor_over(octets);
	size_t len = cursor_u8(&c);

	if (len == 0)
		len = cursor_u16(&c);
	*exponent = cursor_take(&c, len);
	*modulus = cursor_rest(&c);
	return !c.bad && exponent->len > 0 && modulus->len > 0;
}

static bool is_size_supported(const BIGNUM *n)
{
	int bits = BN_num_bits(n);
	return bits >= MODULUS_MIN_BITS && bits <= MODULUS_MAX_BITS;
}

/* With an exponent of 1 every padded hash would be its own signature. */
static bool is_within_bounds(const BIGNUM *e, const BIGNUM *n)
{
	return BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= EXPONENT_MAX_BITS;
}

static EVP_PKEY *rsa_pkey_of(const BIGNUM *e, const BIGNUM *n)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

	if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1)
		return pkey_from_build("RSA", EVP_PKEY_PUBLIC_KEY, build);
	OSSL_PARAM_BLD_free(build);
	return NULL;
}

bool rsa_size_is_supported(struct span octets)
{
	struct span exponent, modulus;

	if (!rsa_read_parts(octets, &exponent, &modulus))
		return true; /* a malformed key does not count as one of unsupported size */
	BIGNUM *n = BN_bin2bn(modulus.base, (int)modulus.len, NULL);
	bool supported = !n || is_size_supported(n);
	BN_free(n);
	return supported;
}

static bool is_size_unfit(const BIGNUM *n)
{
	int bits = BN_num_bits(n);
	return bits >= MODULUS_SMALL_BITS && bits <= MODULUS_LARGE_BITS && !is_size_supported(n);
}

static EVP_PKEY *rsa_decode_if(struct span octets, bool (*has_size)(const BIGNUM *n))
{
	struct span exponent, modulus;
	EVP_PKEY *pkey = NULL;

	if (!rsa_read_parts(octets, &exponent, &modulus))
		return NULL;
	BIGNUM *e = BN_bin2bn(exponent.base, (int)exponent.len, NULL);
	BIGNUM *n = BN_bin2bn(modulus.base, (int)modulus.len, NULL);
	if (e && n && has_size(n) && is_within_bounds(e, n))
		pkey = rsa_pkey_of(e, n);
	BN_free(e);
	BN_free(n);
	return pkey;
}

EVP_PKEY *rsa_decode(const struct algorithm *a, struct span octets)
{
	(void)a;
	return rsa_decode_if(octets, is_size_supported);
}

EVP_PKEY *rsa_decode_unfit(const struct algorithm *a, struct span octets)
{
	(void)a;
	return rsa_decode_if(octets, is_size_unfit);
}

/* A check multiplies numbers as long as the modulus, about once for each bit of the exponent. */
unsigned rsa_work(struct span octets)
{
	struct span exponent, modulus;

	if (!rsa_read_parts(octets, &exponent, &modulus))
		return 1;
	unsigned kilobits = (unsigned)(modulus.len + 127) / 128;
	return 1 + kilobits * kilobits * (unsigned)exponent.len / 32;
}
