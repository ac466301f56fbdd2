/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/keyedhash.h"

/* Test vectors of the SipHash-2-4 reference implementation (J.-P. Aumasson, D. J. Bernstein): key
 * 00..0f, input 00, 00 01 and so on. The hash is read as a little-endian number. */
static void the_keyed_hash_is_siphash(void **state)
{
	(void)state;
	static const struct {
		size_t len;
		uint8_t want[8];
	} rows[] = {
		{ 0, { 0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72 } },
		{ 1, { 0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74 } },
		{ 8, { 0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93 } },
		{ 15, { 0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1 } },
	};
	struct hash_key key;
	uint8_t octets[16];

	for (unsigned i = 0; i < 16; i++)
		octets[i] = key.octets[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t hash = keyed_hash(&key, span_of(octets, rows[i].len));
		assert_memory_equal(&hash, rows[i].want, sizeof(hash));
	}
}

static void every_draw_gives_a_new_key(void **state)
{
	(void)state;
	struct hash_key a, b;

	assert_int_equal(hash_key_draw(&a), 0);
	assert_int_equal(hash_key_draw(&b), 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_true(keyed_hash(&a, span_of("x", 1)) != keyed_hash(&b, span_of("x", 1)));
}

/* In 4096 draws, a given bit is always 0 (or always 1) with probability 2^-4096. */
static void every_bit_of_a_random_id_varies(void **state)
{
	(void)state;
	uint16_t ones = 0, zeros = 0;

	for (int i = 0; i < 4096; i++) {
		uint16_t id = random_u16();
		ones |= id;
		zeros |= (uint16_t)~id;
	}
	assert_int_equal(ones, 0xffff);
	assert_int_equal(zeros, 0xffff);
}

/* BLAKE2b-256 of "abc", for any division into parts. */
static void a_fingerprint_covers_the_concatenation_of_all_parts(void **state)
{
	(void)state;
	static const uint8_t want[FINGERPRINT_OCTETS] = { 0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39,
		0x72, 0x31, 0x71, 0xef, 0x3f, 0xee, 0x98, 0x57, 0x9b, 0x94, 0x96, 0x4e, 0x3b, 0xb1,
		0xcb, 0x3e, 0x42, 0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19 };
	const struct span whole[] = { span_of("abc", 3) };
	const struct span parts[] = { span_of("a", 1), span_of("", 0), span_of("bc", 2) };
	uint8_t got[FINGERPRINT_OCTETS];

	fingerprint(whole, COUNT(whole), got);
	assert_memory_equal(got, want, sizeof(want));
	fingerprint(parts, COUNT(parts), got);
	assert_memory_equal(got, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keyed_hash_is_siphash),
		cmocka_unit_test(every_draw_gives_a_new_key),
		cmocka_unit_test(a_fingerprint_covers_the_concatenation_of_all_parts),
		cmocka_unit_test(every_bit_of_a_random_id_varies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
