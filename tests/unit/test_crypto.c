/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <openssl/err.h>

#include "crypto/crypto.h"
#include "vectors_crypto.h"

/* A vector as octets. */
struct sample {
	uint8_t *key, *data, *signature;
	size_t key_len, data_len, signature_len;
};

static struct sample sample_of(const struct vector *v)
{
	struct sample s;
	s.key = unhex(v->key, &s.key_len);
	s.data = unhex(v->data, &s.data_len);
	s.signature = unhex(v->signature, &s.signature_len);
	return s;
}

static void sample_free(struct sample *s)
{
	free(s->key);
	free(s->data);
	free(s->signature);
}

static bool sample_verifies(struct crypto *c, const struct sample *s, const struct pubkey *key)
{
	return pubkey_verify(
	        c, key, span_of(s->data, s->data_len), span_of(s->signature, s->signature_len));
}

static const struct vector *vector_of(uint8_t algorithm)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		if (vectors[i].algorithm == algorithm)
			return &vectors[i];
	}
	fail_msg("no vector of algorithm %u", algorithm);
	return NULL;
}

static int with_crypto(void **state)
{
	*state = crypto_new();
	return *state ? 0 : -1;
}

static int without_crypto(void **state)
{
	crypto_free(*state);
	return 0;
}

/* ---- Signatures ---- */

static void signatures_that_others_made_verify(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct sample s = sample_of(&vectors[i]);
		struct pubkey *key = pubkey_new(vectors[i].algorithm, span_of(s.key, s.key_len));

		assert_row(vectors[i].source, key);
		assert_row(vectors[i].source, sample_verifies(*state, &s, key));
		pubkey_free(key);
		sample_free(&s);
	}
}

static void a_flipped_bit_in_any_octet_spoils_the_signature(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct sample s = sample_of(&vectors[i]);
		struct pubkey *key = pubkey_new(vectors[i].algorithm, span_of(s.key, s.key_len));

		for (size_t at = 0; at < s.signature_len; at++) {
			s.signature[at] ^= (uint8_t)(1 << at % 8);
			assert_row(vectors[i].source, !sample_verifies(*state, &s, key));
			s.signature[at] ^= (uint8_t)(1 << at % 8);
		}
		for (size_t at = 0; at < s.data_len; at++) {
			s.data[at] ^= (uint8_t)(1 << at % 8);
			assert_row(vectors[i].source, !sample_verifies(*state, &s, key));
			s.data[at] ^= (uint8_t)(1 << at % 8);
		}
		assert_row(vectors[i].source, sample_verifies(*state, &s, key));
		pubkey_free(key);
		sample_free(&s);
	}
}

static void a_signature_of_the_wrong_length_is_invalid(void **state)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct sample s = sample_of(&vectors[i]);
		struct pubkey *key = pubkey_new(vectors[i].algorithm, span_of(s.key, s.key_len));
		struct span data = span_of(s.data, s.data_len);

		for (size_t len = 0; len < s.signature_len; len++) {
			uint8_t *cut = malloc(len + !len);
			memcpy(cut, s.signature, len);
			assert_row(vectors[i].source,
			        !pubkey_verify(*state, key, data, span_of(cut, len)));
			free(cut);
		}
		uint8_t *longer = calloc(1, s.signature_len + 1);
		memcpy(longer, s.signature, s.signature_len);
		assert_row(vectors[i].source,
		        !pubkey_verify(*state, key, data, span_of(longer, s.signature_len + 1)));
		memcpy(longer + 1, s.signature, s.signature_len);
		longer[0] = 0;
		assert_row("a zero before it",
		        !pubkey_verify(*state, key, data, span_of(longer, s.signature_len + 1)));
		free(longer);
		pubkey_free(key);
		sample_free(&s);
	}
}

/* The orders of the groups, from SEC 2 (2.4.2, 2.5.1) and RFC 8032 (5.1, little-endian). */
#define P256_ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define P384_ORDER                                                                                 \
	"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a" \
	"cc"                                                                                       \
	"c52973"
#define ED25519_ORDER "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
#define ZERO_32       "0000000000000000000000000000000000000000000000000000000000000000"
#define ZERO_48       ZERO_32 "00000000000000000000000000000000"
#define ONE_32        "0000000000000000000000000000000000000000000000000000000000000001"

static void a_signature_with_numbers_out_of_range_is_invalid(void **state)
{
	static const struct {
		const char *why;
		uint8_t algorithm;
		const char *first, *second;
	} rows[] = {
		{ "r and s zero", ALGORITHM_ECDSAP256, ZERO_32, ZERO_32 },
		{ "r zero", ALGORITHM_ECDSAP256, ZERO_32, ONE_32 },
		{ "s zero", ALGORITHM_ECDSAP256, ONE_32, ZERO_32 },
		{ "r the order", ALGORITHM_ECDSAP256, P256_ORDER, ONE_32 },
		{ "s the order", ALGORITHM_ECDSAP256, ONE_32, P256_ORDER },
		{ "r and s the order", ALGORITHM_ECDSAP256, P256_ORDER, P256_ORDER },
		{ "r and s zero", ALGORITHM_ECDSAP384, ZERO_48, ZERO_48 },
		{ "r and s the order", ALGORITHM_ECDSAP384, P384_ORDER, P384_ORDER },
		{ "all zero", ALGORITHM_ED25519, ZERO_32, ZERO_32 },
		{ "S the order", ALGORITHM_ED25519, ZERO_32, ED25519_ORDER },
		{ "neutral point, S zero", ALGORITHM_ED25519,
		        "0100000000000000000000000000000000000000000000000000000000000000",
		        ZERO_32 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sample s = sample_of(vector_of(rows[i].algorithm));
		struct pubkey *key = pubkey_new(rows[i].algorithm, span_of(s.key, s.key_len));
		uint8_t signature[96];
		size_t first_len, second_len;
		uint8_t *first = unhex(rows[i].first, &first_len);
		uint8_t *second = unhex(rows[i].second, &second_len);

		memcpy(signature, first, first_len);
		memcpy(signature + first_len, second, second_len);
		assert_row(rows[i].why, !pubkey_verify(*state, key, span_of(s.data, s.data_len),
		                                span_of(signature, first_len + second_len)));
		free(first);
		free(second);
		pubkey_free(key);
		sample_free(&s);
	}
}

/* If a context kept the key before, it would accept the other key's signature, or reject its own.
 */
static void keys_used_alternately_do_not_mix(void **state)
{
	static const uint8_t algorithms[] = { ALGORITHM_ED25519, ALGORITHM_RSASHA256,
		ALGORITHM_ED448, ALGORITHM_ECDSAP256 };
	struct sample s[COUNT(algorithms)];
	struct pubkey *keys[COUNT(algorithms)];

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		s[i] = sample_of(vector_of(algorithms[i]));
		keys[i] = pubkey_new(algorithms[i], span_of(s[i].key, s[i].key_len));
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		for (size_t j = 0; j < COUNT(keys); j++)
			assert_int_equal(sample_verifies(*state, &s[j], keys[i]), i == j);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		pubkey_free(keys[i]);
		sample_free(&s[i]);
	}
}

static void two_keys_of_one_algorithm_do_not_mix(void **state)
{
	const struct vector *first = vector_of(ALGORITHM_ED25519);
	struct sample a = sample_of(first), b = sample_of(first + 1);
	struct pubkey *of_a = pubkey_new(ALGORITHM_ED25519, span_of(a.key, a.key_len));
	struct pubkey *of_b = pubkey_new(ALGORITHM_ED25519, span_of(b.key, b.key_len));

	assert_int_equal(first[1].algorithm, ALGORITHM_ED25519);
	assert_true(sample_verifies(*state, &a, of_a));
	assert_false(sample_verifies(*state, &a, of_b));
	assert_true(sample_verifies(*state, &b, of_b));
	assert_false(sample_verifies(*state, &b, of_a));
	pubkey_free(of_a);
	pubkey_free(of_b);
	sample_free(&a);
	sample_free(&b);
}

/* ---- Keys ---- */

static void algorithms_are_supported_or_named(void **state)
{
	(void)state;
	static const struct {
		uint8_t algorithm;
		const char *text;
		bool supported;
	} rows[] = {
		{ 0, "unknown", false },
		{ 1, "RSAMD5", false },
		{ 3, "DSA", false },
		{ 5, "RSASHA1", false },
		{ 6, "DSA-NSEC3-SHA1", false },
		{ 7, "RSASHA1-NSEC3-SHA1", false },
		{ 8, "RSASHA256", true },
		{ 10, "RSASHA512", true },
		{ 12, "ECC-GOST", false },
		{ 13, "ECDSAP256SHA256", true },
		{ 14, "ECDSAP384SHA384", true },
		{ 15, "ED25519", true },
		{ 16, "ED448", true },
		{ 17, "unknown", false },
		{ 255, "unknown", false },
	};
	struct sample s = sample_of(vector_of(ALGORITHM_ED25519));

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(algorithm_text(rows[i].algorithm), rows[i].text);
		assert_row(rows[i].text,
		        algorithm_is_supported(rows[i].algorithm) == rows[i].supported);
		if (!rows[i].supported)
			assert_null(pubkey_new(rows[i].algorithm, span_of(s.key, s.key_len)));
	}
	sample_free(&s);
}

/* RSA's modulus is the rest of the field, so a cut field is another key while 1024 bits are
 * left. */
static void a_key_of_the_wrong_length_is_refused(void **state)
{
	(void)state;
	static const uint8_t algorithms[] = { ALGORITHM_ECDSAP256, ALGORITHM_ECDSAP384,
		ALGORITHM_ED25519, ALGORITHM_ED448 };

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct sample s = sample_of(vector_of(algorithms[i]));
		for (size_t len = 0; len < s.key_len; len++)
			assert_null(pubkey_new(algorithms[i], span_of(s.key, len)));
		uint8_t *longer = calloc(1, s.key_len + 1);
		memcpy(longer, s.key, s.key_len);
		assert_null(pubkey_new(algorithms[i], span_of(longer, s.key_len + 1)));
		free(longer);
		sample_free(&s);
	}
}

static void a_point_off_its_curve_is_refused(void **state)
{
	static const struct {
		const char *why;
		uint8_t algorithm;
		size_t flip_at;
		bool decodes; /* OpenSSL looks at EdDSA's points when it verifies */
	} rows[] = {
		{ "x of P-256", ALGORITHM_ECDSAP256, 0, false },
		{ "y of P-256", ALGORITHM_ECDSAP256, 63, false },
		{ "x of P-384", ALGORITHM_ECDSAP384, 0, false },
		{ "y of P-384", ALGORITHM_ECDSAP384, 95, false },
		{ "y of Ed25519", ALGORITHM_ED25519, 0, true },
		{ "sign of Ed25519's x", ALGORITHM_ED25519, 31, true },
		{ "y of Ed448", ALGORITHM_ED448, 0, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sample s = sample_of(vector_of(rows[i].algorithm));
		s.key[rows[i].flip_at] ^= 0x80;
		struct pubkey *key = pubkey_new(rows[i].algorithm, span_of(s.key, s.key_len));

		assert_row(rows[i].why, !key == !rows[i].decodes);
		assert_row(rows[i].why, !key || !sample_verifies(*state, &s, key));
		pubkey_free(key);
		sample_free(&s);
	}
}

static void an_all_zero_key_is_refused(void **state)
{
	(void)state;
	static const uint8_t zeros[2048];

	assert_null(pubkey_new(ALGORITHM_ECDSAP256, span_of(zeros, 64)));
	assert_null(pubkey_new(ALGORITHM_ECDSAP384, span_of(zeros, 96)));
	for (size_t len = 0; len <= sizeof(zeros); len++)
		assert_null(pubkey_new(ALGORITHM_RSASHA256, span_of(zeros, len)));
}

/* A modulus need not be the product of two primes to be decoded: only its size and parity count. */
static void rsa_keys_have_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *why, *exponent; /* with its length */
		size_t modulus_octets;
		uint8_t top, bottom;
		bool accepted;
	} rows[] = {
		{ "1023 bits", "03 010001", 128, 0x7f, 1, false },
		{ "1024 bits", "03 010001", 128, 0x80, 1, true },
		{ "4096 bits", "03 010001", 512, 0x80, 1, true },
		{ "4097 bits", "03 010001", 513, 0x01, 1, false },
		{ "65528 bits", "03 010001", 8191, 0x80, 1, false },
		{ "zeros before the number 1", "03 010001", 130, 0x00, 1, false },
		{ "even modulus", "03 010001", 256, 0x80, 2, false },
		{ "no modulus", "03 010001", 0, 0, 0, false },
		{ "exponent 1", "01 01", 256, 0x80, 1, false },
		{ "exponent 3", "01 03", 256, 0x80, 1, true },
		{ "exponent 0", "01 00", 256, 0x80, 1, false },
		{ "even exponent", "03 010000", 256, 0x80, 1, false },
		{ "exponent of 64 bits", "08 8000000000000001", 256, 0x80, 1, true },
		{ "exponent of 65 bits", "09 010000000000000001", 256, 0x80, 1, false },
		{ "long form of the length", "00 0003 010001", 256, 0x80, 1, true },
		{ "long form, empty", "00 0000", 256, 0x80, 1, false },
		{ "exponent longer than the field", "00 ffff 010001", 256, 0x80, 1, false },
		{ "exponent as long as the rest", "00 0100", 256, 0x80, 1, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len, modulus = rows[i].modulus_octets;
		uint8_t *exponent = unhex(rows[i].exponent, &len);
		uint8_t *octets = calloc(1, len + modulus);

		memcpy(octets, exponent, len);
		if (modulus) {
			octets[len] = rows[i].top;
			octets[len + modulus - 1] |= rows[i].bottom;
		}
		struct pubkey *key =
		        pubkey_new(ALGORITHM_RSASHA256, span_of(octets, len + modulus));
		assert_row(rows[i].why, !key == !rows[i].accepted);
		pubkey_free(key);
		free(exponent);
		free(octets);
	}
}

/* RFC 5702, 6.1, has a modulus of 512 bits, which can be factored. */
static void the_short_key_of_rfc_5702_is_refused(void **state)
{
	(void)state;
	size_t len;
	uint8_t *octets =
	        unhex("03010001c15c1ac6b1c5d822bae1a60a45489b2e21f7d0aa4fb8f0637a5ec4f19c9d416d47"
	              "6161dfa069a27730b6467870082dbdde10b3c3e4c54769ea9fc395498e6dd9",
	                &len);

	assert_int_equal(len, 68);
	assert_null(pubkey_new(ALGORITHM_RSASHA256, span_of(octets, len)));
	free(octets);
}

/* ---- Digests ---- */

#define OWNER_4509 "0564736b6579076578616d706c6503636f6d00"
#define DNSKEY_4509                                                                                \
	"0100030501039e8a247418e318903b215a848acfd5f37f026bd4062db26c774c690968d5"                 \
	"d56df8bfda91e6f36d9a279888f41333357c5e6029990d10fdf5663062a512763326980a"                 \
	"615ddbf17a05ddfcce7e5fb3abcca05a31b0957452d4521e83870789063115bf97f6c308"                 \
	"ccf57cdc9ce7fe10f6ed1bd0cc0660038c50dcdb0feb963c2f17"

static void ds_digests_are_those_of_the_rfcs(void **state)
{
	static const struct {
		const char *why;
		uint8_t type;
		const char *owner, *dnskey, *digest;
	} rows[] = {
		{ "RFC 4509, 2.3", DIGEST_SHA256, OWNER_4509, DNSKEY_4509,
		        "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a" },
		{ "RFC 6605, 6.2", DIGEST_SHA384, "076578616d706c65036e657400",
		        "0101030e"
		        "c4a61a36159d18e7c9fa73eb2fcfdaae4c1fd8463730327e484aca8af0554ae9b5c3f7a0"
		        "b17bd2003b4d261c9e9b94423a9810e8af17d43452124adb610f8e07ebfcfee5f8e4d070"
		        "63cae9eb917a1a5babf08fe695536017a5bfa93237ee6e34",
		        "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f"
		        "4d288405c3008a946df983d6" },
		{ "SHA-1 is deprecated", DIGEST_SHA1, OWNER_4509, DNSKEY_4509, "" },
		{ "no such type", 0, OWNER_4509, DNSKEY_4509, "" },
		{ "GOST R 34.11-94", 3, OWNER_4509, DNSKEY_4509, "" },
		{ "no such type", 255, OWNER_4509, DNSKEY_4509, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest[DIGEST_MAX_OCTETS];
		size_t owner_len, dnskey_len, want_len;
		uint8_t *owner = unhex(rows[i].owner, &owner_len);
		uint8_t *dnskey = unhex(rows[i].dnskey, &dnskey_len);
		uint8_t *want = unhex(rows[i].digest, &want_len);
		size_t len = digest_compute(*state, rows[i].type, span_of(owner, owner_len),
		        span_of(dnskey, dnskey_len), digest);

		assert_row(rows[i].why, digest_is_supported(rows[i].type) == (want_len > 0));
		assert_row(rows[i].why, span_equal(span_of(digest, len), span_of(want, want_len)));
		free(owner);
		free(dnskey);
		free(want);
	}
}

/* Writes a hash as 32 digits of base32hex: RFC 4648, 7. */
static void base32hex(const uint8_t hash[static NSEC3_HASH_OCTETS], char text[static 33])
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < NSEC3_HASH_OCTETS; i++) {
		bits = bits << 8 | hash[i];
		for (count += 8; count >= 5; count -= 5)
			*text++ = "0123456789abcdefghijklmnopqrstuv"[bits >> (count - 5) & 31];
	}
	*text = '\0';
}

static void nsec3_hashes_are_those_of_rfc_5155(void **state)
{
	static const struct {
		const char *why, *owner, *salt; /* hexadecimal */
		unsigned iterations;
		const char *hash;
	} rows[] = {
		{ "example.", "076578616d706c6500", "aabbccdd", 12,
		        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
		{ "a.example.", "0161076578616d706c6500", "aabbccdd", 12,
		        "35mthgpgcu1qg68fab165klnsnk3dpvl" },
		{ "ai.example.", "026169076578616d706c6500", "aabbccdd", 12,
		        "gjeqe526plbf1g8mklp59enfd789njgi" },
		{ "ns1.example.", "036e7331076578616d706c6500", "aabbccdd", 12,
		        "2t7b4g4vsa5smi47k61mv5bv1a22bojr" },
		{ "ns2.example.", "036e7332076578616d706c6500", "aabbccdd", 12,
		        "q04jkcevqvmu85r014c7dkba38o0ji5r" },
		{ "w.example.", "0177076578616d706c6500", "aabbccdd", 12,
		        "k8udemvp1j2f7eg6jebps17vp3n8i58h" },
		{ "*.w.example.", "012a0177076578616d706c6500", "aabbccdd", 12,
		        "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
		{ "x.w.example.", "01780177076578616d706c6500", "aabbccdd", 12,
		        "b4um86eghhds6nea196smvmlo4ors995" },
		{ "y.w.example.", "01790177076578616d706c6500", "aabbccdd", 12,
		        "ji6neoaepv8b5o6k4ev33abha8ht9fgc" },
		{ "x.y.w.example.", "017801790177076578616d706c6500", "aabbccdd", 12,
		        "2vptu5timamqttgl4luu9kg21e0aor3s" },
		{ "xx.example.", "027878076578616d706c6500", "aabbccdd", 12,
		        "t644ebqk9bibcna874givr6joj62mlhv" },
		{ "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.",
		        "203274376234673476736135736d6934376b36316d7635627631613232626f6a7207657861"
		        "6d706c6500",
		        "aabbccdd", 12, "kohar7mbb8dc2ce8a9qvl8hon4k53uhi" },
		{ "dnspython 2.3.0, no salt, no iterations", "076578616d706c6500", "", 0,
		        "3msev9usmd4br9s97v51r2tdvmr9iqo1" },
		{ "dnspython 2.3.0, the root", "00", "ff", 1, "2lf70r0nvroo8rd8srkql6as22169gv1" },
		{ "dnspython 2.3.0, 150 iterations", "03777777076578616d706c6500",
		        "0000000000000000", 150, "44fjfv9s9io1h76v989vuu9529dkengr" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t hash[NSEC3_HASH_OCTETS];
		char text[33];
		size_t owner_len, salt_len;
		uint8_t *owner = unhex(rows[i].owner, &owner_len);
		uint8_t *salt = unhex(rows[i].salt, &salt_len);

		assert_row(rows[i].why, nsec3_hash(*state, span_of(owner, owner_len),
		                                span_of(salt, salt_len), rows[i].iterations, hash));
		base32hex(hash, text);
		assert_string_equal(text, rows[i].hash);
		free(owner);
		free(salt);
	}
}

/* Each refusal above put entries into OpenSSL's error queue; none may stay. Runs last. */
static void the_error_queue_is_empty(void **state)
{
	(void)state;
	assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_that_others_made_verify),
		cmocka_unit_test(a_flipped_bit_in_any_octet_spoils_the_signature),
		cmocka_unit_test(a_signature_of_the_wrong_length_is_invalid),
		cmocka_unit_test(a_signature_with_numbers_out_of_range_is_invalid),
		cmocka_unit_test(keys_used_alternately_do_not_mix),
		cmocka_unit_test(two_keys_of_one_algorithm_do_not_mix),
		cmocka_unit_test(algorithms_are_supported_or_named),
		cmocka_unit_test(a_key_of_the_wrong_length_is_refused),
		cmocka_unit_test(a_point_off_its_curve_is_refused),
		cmocka_unit_test(an_all_zero_key_is_refused),
		cmocka_unit_test(rsa_keys_have_bounds),
		cmocka_unit_test(the_short_key_of_rfc_5702_is_refused),
		cmocka_unit_test(ds_digests_are_those_of_the_rfcs),
		cmocka_unit_test(nsec3_hashes_are_those_of_rfc_5155),
		cmocka_unit_test(the_error_queue_is_empty),
	};
	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
