/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_public.h"

#include "base/writer.h"
#include "crypto/crypto.h"

#define OCTET_STRING 0x04 /* the tag of DER */
#define UNCOMPRESSED 0x04 /* the first octet of a point of ECDSA (SEC 1, 2.3.3) */

static const uint8_t p256_oid[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
static const uint8_t ed25519_oid[] = { 6, 3, 0x2b, 0x65, 0x70 };
static const uint8_t edwards25519[] = { 0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5',
	'1', '9' };
static const uint8_t gnu_ed25519_oid[] = { 6, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1 };

const struct span vault_params_p256 = { p256_oid, sizeof(p256_oid) };
const struct span vault_params_ed25519 = { edwards25519, sizeof(edwards25519) };

/* The ways in which tokens say which curve it is: by its OID, or by a name. */
static const struct curve {
	struct span params;
	uint8_t algorithm;
	size_t point_octets; /* raw, with what stands before the public key of a DNSKEY */
	size_t prefix_octets;
} curves[] = {
	{ { p256_oid, sizeof(p256_oid) }, ALGORITHM_ECDSAP256, 65, 1 },
	{ { edwards25519, sizeof(edwards25519) }, ALGORITHM_ED25519, 32, 0 },
	{ { ed25519_oid, sizeof(ed25519_oid) }, ALGORITHM_ED25519, 32, 0 },
	{ { gnu_ed25519_oid, sizeof(gnu_ed25519_oid) }, ALGORITHM_ED25519, 32, 0 },
};

/* True if a validator can use the public key. */
static bool fits_validators(const struct vault_key *key)
{
	struct pubkey *pubkey = pubkey_new(key->algorithm, vault_key_public(key));

	pubkey_free(pubkey);
	return pubkey != NULL;
}

/* The length tells whether the point is wrapped: the wrapping has two octets more. */
static struct span unwrapped(struct span point, size_t octets)
{
	if (point.len == octets + 2 && point.base[0] == OCTET_STRING && point.base[1] == octets)
		return span_of(point.base + 2, octets);
	return point;
}

static bool set_public(struct vault_key *key, const struct curve *curve, struct span point)
{
	point = unwrapped(point, curve->point_octets);
	if (point.len != curve->point_octets ||
	        (curve->prefix_octets && point.base[0] != UNCOMPRESSED))
		return false;
	key->algorithm = curve->algorithm;
	key->public_len = point.len - curve->prefix_octets;
	memcpy(key->public_octets, point.base + curve->prefix_octets, key->public_len);
	return fits_validators(key);
}

bool vault_public_of_point(struct vault_key *key, struct span params, struct span point)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (span_equal(curves[i].params, params))
			return set_public(key, &curves[i], point);
	}
	return false;
}

static struct span without_zeros(struct span number)
{
	while (number.len > 0 && number.base[0] == 0)
		number = span_of(number.base + 1, number.len - 1);
	return number;
}

bool vault_public_of_rsa(struct vault_key *key, struct span modulus, struct span exponent)
{
	struct writer out = writer_over(key->public_octets, sizeof(key->public_octets));

	modulus = without_zeros(modulus);
	exponent = without_zeros(exponent);
	if (exponent.len == 0 || exponent.len > UINT8_MAX || modulus.len > SIGNATURE_MAX_OCTETS)
		return false;
	writer_u8(&out, (uint8_t)exponent.len);
	writer_put(&out, exponent);
	writer_put(&out, modulus);
	key->algorithm = ALGORITHM_RSASHA256;
	key->public_len = out.len;
	return !out.full && fits_validators(key);
}
