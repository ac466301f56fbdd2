/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public keys in the forms in which tokens give them. */
#include "test.h"

#include "crypto/crypto.h"
#include "keeper/vault_public.h"

#define P256_OID "06082a8648ce3d030107"
#define ED_OID   "06032b6570"
#define ED_NAME  "130c656477617264733235353139"
#define ED_GNU   "06092b06010401da470f01"

static struct span hex_span(const char *hex)
{
	size_t len;
	uint8_t *octets = unhex(hex, &len);

	return span_of(octets, len);
}

static void free_span(struct span s)
{
	free((void *)(uintptr_t)s.base);
}

/* A point on the curve: that of a key made here. */
static void point_of_new_key(uint8_t algorithm, const char *prefix, char hex[static 200])
{
	struct signkey *key = signkey_generate(algorithm);
	struct span public = signkey_public(key);
	size_t len = (size_t)snprintf(hex, 200, "%s", prefix);

	for (size_t i = 0; i < public.len; i++)
		len += (size_t)snprintf(hex + len, 200 - len, "%02x", public.base[i]);
	signkey_free(key);
}

static void points_are_read_wrapped_and_raw(void **state)
{
	static const struct {
		const char *why, *params, *prefix;
		uint8_t algorithm;
		bool want;
	} rows[] = {
		{ "P-256, wrapped as PKCS#11 demands", P256_OID, "044104", 13, true },
		{ "P-256, raw", P256_OID, "04", 13, true },
		{ "P-256, without its first octet", P256_OID, "", 13, false },
		{ "P-256, compressed", P256_OID, "02", 13, false },
		{ "P-256, wrapped with a wrong length", P256_OID, "044004", 13, false },
		{ "P-256, wrapped as a BIT STRING", P256_OID, "03420004", 13, false },
		{ "the curve P-384 with a point of P-256", "06052b81040022", "04", 13, false },
		{ "no curve", "", "04", 13, false },
		{ "Ed25519 by its name, raw", ED_NAME, "", 15, true },
		{ "Ed25519 by its name, wrapped", ED_NAME, "0420", 15, true },
		{ "Ed25519 by its OID", ED_OID, "0420", 15, true },
		{ "Ed25519 by the OID that GnuPG uses", ED_GNU, "0420", 15, true },
		{ "Ed25519 with an octet before it", ED_OID, "40", 15, false },
		{ "Ed25519 with the curve of P-256", P256_OID, "0420", 15, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vault_key key = { .name = "" };
		char hex[200];
		point_of_new_key(rows[i].algorithm, rows[i].prefix, hex);
		struct span params = hex_span(rows[i].params), point = hex_span(hex);
		bool good = vault_public_of_point(&key, params, point);
		assert_row(rows[i].why, good == rows[i].want);
		if (good) {
			size_t len = rows[i].algorithm == 13 ? 64 : 32;
			assert_row(rows[i].why, key.algorithm == rows[i].algorithm);
			assert_row(
			        rows[i].why, span_equal(vault_key_public(&key),
			                             span_of(point.base + point.len - len, len)));
		}
		free_span(params);
		free_span(point);
	}
}

static void a_point_beside_the_curve_is_refused(void **state)
{
	struct vault_key key = { .name = "" };
	uint8_t point[65] = { 4, 1, 2, 3 };

	(void)state;
	assert_false(vault_public_of_point(&key, vault_params_p256, span_of(point, sizeof(point))));
}

static void an_empty_point_is_refused(void **state)
{
	struct vault_key key = { .name = "" };

	(void)state;
	assert_false(vault_public_of_point(&key, vault_params_p256, span_of(NULL, 0)));
	assert_false(vault_public_of_point(&key, vault_params_ed25519, span_of(NULL, 0)));
	assert_false(vault_public_of_rsa(&key, span_of(NULL, 0), span_of(NULL, 0)));
}

/* RFC 3110, 2: the length of the exponent, the exponent, the modulus, both without leading
 * zeros. */
static void numbers_of_rsa_are_written_as_a_dnskey_has_them(void **state)
{
	static const struct {
		const char *why;
		size_t zeros, octets;
		bool want;
	} rows[] = {
		{ "2048 bits", 0, 256, true },
		{ "2048 bits with a sign octet", 1, 256, true },
		{ "4096 bits", 0, 512, true },
		{ "512 bits, which can be factored", 0, 64, false },
		{ "longer than validators take", 0, 513, false },
	};
	static const uint8_t exponent[] = { 0, 1, 0, 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vault_key key = { .name = "" };
		uint8_t modulus[520] = { 0 };
		memset(modulus + rows[i].zeros, 0xc5, rows[i].octets);
		bool good =
		        vault_public_of_rsa(&key, span_of(modulus, rows[i].zeros + rows[i].octets),
		                span_of(exponent, sizeof(exponent)));
		assert_row(rows[i].why, good == rows[i].want);
		if (good) {
			assert_int_equal(key.algorithm, 8);
			assert_int_equal(key.public_len, 4 + rows[i].octets);
			assert_memory_equal(key.public_octets, "\3\1\0\1\xc5", 5);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_are_read_wrapped_and_raw),
		cmocka_unit_test(a_point_beside_the_curve_is_refused),
		cmocka_unit_test(an_empty_point_is_refused),
		cmocka_unit_test(numbers_of_rsa_are_written_as_a_dnskey_has_them),
	};
	return cmocka_run_group_tests_name("vault_public", tests, NULL, NULL);
}
