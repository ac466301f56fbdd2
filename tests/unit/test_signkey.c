/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/encoding.h"
#include "crypto/signkey_pair.h"

static const uint8_t algorithms[] = { ALGORITHM_ECDSAP256, ALGORITHM_ED25519, ALGORITHM_RSASHA256 };

static struct span text(const char *s)
{
	return span_of(s, strlen(s));
}

/* True if every holder of the key makes the same signature over the same data: always with RSA and
 * Ed25519, with ECDSA if libcrypto derives the nonce as in RFC 6979 (OpenSSL 3.2 and later). */
static bool is_deterministic(const struct signkey *key)
{
	return signkey_algorithm(key) != ALGORITHM_ECDSAP256 || key->sets_nonce;
}

/* Makes a key from the private key of another one. */
static struct signkey *made_again(const struct signkey *key)
{
	static uint8_t room[RSA_PARTS][512];
	struct span parts[RSA_PARTS];

	if (signkey_algorithm(key) != ALGORITHM_RSASHA256) {
		struct writer w = writer_over(room[0], sizeof(room[0]));
		signkey_write_secret(key, &w);
		assert_false(w.full);
		return signkey_from_secret(signkey_algorithm(key), writer_span(&w));
	}
	for (unsigned i = 0; i < RSA_PARTS; i++) {
		struct writer w = writer_over(room[i], sizeof(room[i]));
		signkey_write_rsa(key, i, &w);
		assert_false(w.full);
		parts[i] = writer_span(&w);
	}
	return signkey_from_rsa(ALGORITHM_RSASHA256, parts);
}

static void the_public_key_verifies_signatures_of_the_private_key(void **state)
{
	(void)state;
	struct crypto *c = crypto_new();

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct signkey *key = signkey_generate(algorithms[i]), *again = made_again(key);
		uint8_t signature[SIGNATURE_MAX_OCTETS];
		assert_non_null(again);
		assert_int_equal(signkey_algorithm(key), algorithms[i]);
		assert_true(span_equal(signkey_public(key), signkey_public(again)));
		struct pubkey *public = pubkey_new(algorithms[i], signkey_public(key));
		size_t len = signkey_sign(c, again, text("some data"), signature);
		assert_int_equal(len, signkey_signature_octets(key));
		assert_true(pubkey_verify(c, public, text("some data"), span_of(signature, len)));
		assert_false(pubkey_verify(c, public, text("some Data"), span_of(signature, len)));
		pubkey_free(public);
		signkey_free(key);
		signkey_free(again);
	}
	crypto_free(c);
}

/* One of 128 signatures has an r or s shorter than 32 octets, but an RRSIG pads them. */
static void each_half_of_an_ecdsa_signature_has_its_whole_length(void **state)
{
	(void)state;
	struct crypto *c = crypto_new();
	struct signkey *key = signkey_generate(ALGORITHM_ECDSAP256);
	struct pubkey *public = pubkey_new(ALGORITHM_ECDSAP256, signkey_public(key));

	for (unsigned i = 0; i < 2000; i++) {
		uint8_t signature[SIGNATURE_MAX_OCTETS];
		struct span data = span_of(&i, sizeof(i));
		assert_int_equal(signkey_sign(c, key, data, signature), 64);
		assert_true(pubkey_verify(c, public, data, span_of(signature, 64)));
	}
	pubkey_free(public);
	signkey_free(key);
	crypto_free(c);
}

/* RFC 6605, 6.1 and RFC 8080, 6.1: the key pairs. */
static void the_public_key_follows_from_the_private_key(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t algorithm;
		const char *secret, *public;
	} rows[] = {
		{ "RFC 6605, 6.1", ALGORITHM_ECDSAP256,
		        "GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=",
		        "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+"
		        "Wi9xMWyQLc8NAA==" },
		{ "31 octets, made by dnssec-keygen", ALGORITHM_ECDSAP256,
		        "Rsn/AezVhJzmSgFK/4xL0nGUPkMCY/lsv4ouMvT9og==",
		        "ViLaMg3T4ezprAzAlvLfOWEWyZrB0ri8hTcr082zdcLuRdh8fg+vvgWBiSr+4F96cRfyg8L2"
		        "v04NmIcKIUaiyA==" },
		{ "RFC 8080, 6.1", ALGORITHM_ED25519,
		        "ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=",
		        "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t secret[64], public[64];
		size_t secret_len, public_len;
		assert_true(base64_decode(rows[i].secret, secret, sizeof(secret), &secret_len));
		assert_true(base64_decode(rows[i].public, public, sizeof(public), &public_len));
		struct signkey *key =
		        signkey_from_secret(rows[i].algorithm, span_of(secret, secret_len));
		assert_row(rows[i].why, key);
		assert_row(
		        rows[i].why, span_equal(signkey_public(key), span_of(public, public_len)));
		signkey_free(key);
	}
}

static void malformed_private_keys_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t algorithm;
		const char *secret;
	} rows[] = {
		{ "zero", ALGORITHM_ECDSAP256,
		        "0000000000000000000000000000000000000000000000000000000000000000" },
		{ "the order of P-256", ALGORITHM_ECDSAP256,
		        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
		{ "an empty key", ALGORITHM_ECDSAP256, "" },
		{ "a number that is too long", ALGORITHM_ECDSAP256,
		        "000102030405060708010203040506070801020304050607080102030405060708" },
		{ "too short", ALGORITHM_ED25519,
		        "01020304050607080102030405060708010203040506070801020304050607" },
		{ "too long", ALGORITHM_ED25519,
		        "010203040506070801020304050607080102030405060708010203040506070801" },
		{ "RSA has no secret of that kind", ALGORITHM_RSASHA256,
		        "0102030405060708010203040506070801020304050607080102030405060708" },
		{ "an algorithm that is only verified", ALGORITHM_ED448,
		        "0102030405060708010203040506070801020304050607080102030405060708" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *secret = unhex(rows[i].secret, &len);
		assert_row(
		        rows[i].why, !signkey_from_secret(rows[i].algorithm, span_of(secret, len)));
		free(secret);
	}
}

static void rsa_parts_that_do_not_belong_together_are_refused(void **state)
{
	(void)state;
	static uint8_t room[RSA_PARTS][512];
	struct span parts[RSA_PARTS];
	struct signkey *key = signkey_generate(ALGORITHM_RSASHA256);

	for (unsigned i = 0; i < RSA_PARTS; i++) {
		struct writer w = writer_over(room[i], sizeof(room[i]));
		signkey_write_rsa(key, i, &w);
		parts[i] = writer_span(&w);
	}
	room[RSA_D][10] ^= 1;
	assert_null(signkey_from_rsa(ALGORITHM_RSASHA256, parts));
	room[RSA_D][10] ^= 1;
	parts[RSA_P] = span_of("", 0);
	assert_null(signkey_from_rsa(ALGORITHM_RSASHA256, parts));
	signkey_free(key);
}

/* RFC 6979, A.2.5, with SHA-256. An older libcrypto draws the nonce, so its signatures differ. */
static void signatures_of_ecdsa_are_those_of_rfc_6979(void **state)
{
	(void)state;
	static const struct {
		const char *data, *signature;
	} rows[] = {
		{ "sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
		            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
		{ "test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
		          "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
	};
	uint8_t secret[32], want[64], signature[SIGNATURE_MAX_OCTETS];
	size_t len;
	struct crypto *c = crypto_new();

	assert_true(hex_decode("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
	        secret, sizeof(secret), &len));
	struct signkey *key = signkey_from_secret(ALGORITHM_ECDSAP256, span_of(secret, len));
	assert_non_null(key);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(hex_decode(rows[i].signature, want, sizeof(want), &len));
		assert_int_equal(signkey_sign(c, key, text(rows[i].data), signature), 64);
		assert_row(
		        rows[i].data, (memcmp(signature, want, 64) == 0) == is_deterministic(key));
	}
	signkey_free(key);
	crypto_free(c);
}

static void the_same_key_makes_the_same_signature_if_it_can(void **state)
{
	(void)state;
	struct crypto *c = crypto_new(), *other = crypto_new();

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct signkey *key = signkey_generate(algorithms[i]), *again = made_again(key);
		uint8_t first[SIGNATURE_MAX_OCTETS], second[SIGNATURE_MAX_OCTETS];
		size_t len = signkey_sign(c, key, text("some data"), first);
		assert_int_equal(signkey_sign(other, again, text("some data"), second), len);
		assert_int_equal(memcmp(first, second, len) == 0, is_deterministic(key));
		assert_int_equal(is_deterministic(key), is_deterministic(again));
		signkey_free(key);
		signkey_free(again);
	}
	crypto_free(c);
	crypto_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_of_ecdsa_are_those_of_rfc_6979),
		cmocka_unit_test(the_same_key_makes_the_same_signature_if_it_can),
		cmocka_unit_test(the_public_key_verifies_signatures_of_the_private_key),
		cmocka_unit_test(each_half_of_an_ecdsa_signature_has_its_whole_length),
		cmocka_unit_test(the_public_key_follows_from_the_private_key),
		cmocka_unit_test(malformed_private_keys_are_refused),
		cmocka_unit_test(rsa_parts_that_do_not_belong_together_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
