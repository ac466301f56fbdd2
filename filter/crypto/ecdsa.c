/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ECDSA keys and signatures (RFC 6605). */
#include "crypto/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdio.h>

#include "base/cursor.h"
#include "crypto/pkey.h"

#define COORDINATE_MAX 48 /* for P-384 */

enum { DER_INTEGER = 0x02, DER_SEQUENCE = 0x30, POINT_UNCOMPRESSED = 0x04 };

/* The field is x and y only. OpenSSL needs the octet that says so, and checks that the point is on
 * the curve. */
EVP_PKEY *ecdsa_decode(const struct algorithm *a, struct span octets)
{
	uint8_t point[1 + 2 * COORDINATE_MAX] = { POINT_UNCOMPRESSED };
	char group[16];

	memcpy(point + 1, octets.base, octets.len);
	snprintf(group, sizeof(group), "%s", a->group);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + octets.len),
		OSSL_PARAM_construct_end(),
	};
	return pkey_from_params("EC", EVP_PKEY_PUBLIC_KEY, params);
}

/* A DER integer is as short as possible and positive: without leading zero octets, except one if
 * the sign bit would be set otherwise. */
static void put_integer(struct writer *w, struct span magnitude)
{
	while (magnitude.len > 1 && magnitude.base[0] == 0)
		magnitude = span_of(magnitude.base + 1, magnitude.len - 1);
	bool needs_zero = magnitude.base[0] & 0x80;

	writer_u8(w, DER_INTEGER);
	writer_u8(w, (uint8_t)(magnitude.len + needs_zero));
	if (needs_zero)
		writer_u8(w, 0);
	writer_put(w, magnitude);
}

bool ecdsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	uint8_t der[2 + 2 * (3 + COORDINATE_MAX)];
	struct writer w = writer_over(der, sizeof(der));
	size_t half = signature.len / 2;

	/* The sequence's length takes one octet: even for P-384 it is below 128. */
	writer_u8(&w, DER_SEQUENCE);
	writer_u8(&w, 0);
	put_integer(&w, span_of(signature.base, half));
	put_integer(&w, span_of(signature.base + half, half));
	der[1] = (uint8_t)(w.len - 2);
	return !w.full && pkey_verify_hashed(c, key, data, writer_span(&w));
}

/* Reads an integer and pads it to half a signature. */
static bool take_integer(struct cursor *c, uint8_t *out, size_t half)
{
	bool is_integer = cursor_u8(c) == DER_INTEGER;
	struct span magnitude = cursor_take(c, cursor_u8(c));

	if (magnitude.len > 1 && magnitude.base[0] == 0)
		magnitude = span_of(magnitude.base + 1, magnitude.len - 1);
	if (!is_integer || magnitude.len == 0 || magnitude.len > half)
		return false;
	memset(out, 0, half - magnitude.len);
	memcpy(out + half - magnitude.len, magnitude.base, magnitude.len);
	return true;
}

bool ecdsa_flatten(struct span der, uint8_t *out, size_t octets)
{
	struct cursor c = cursor_over(der);
	size_t half = octets / 2;

	return cursor_u8(&c) == DER_SEQUENCE && cursor_u8(&c) == cursor_left(&c) &&
	       take_integer(&c, out, half) && take_integer(&c, out + half, half) && cursor_done(&c);
}
