/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the seeds of tests/fuzz for the signer, and variants of them, without a fuzzer. */
#define LLVMFuzzerTestOneInput fuzz_sign
#include "../fuzz/fuzz_sign.c"
#undef LLVMFuzzerTestOneInput

#include "seeds.h"

static uint8_t seed[4096];

/* A seed has the index of its question, the form of the query, and the response. */
static size_t make_seed(struct legacy *l, unsigned index)
{
	const struct exchange *e = &exchanges[index];
	const struct msgbuild *b = &l->judge->response;

	seed[0] = (uint8_t)index;
	seed[1] = FUZZ_RD;
	legacy_ask(l, "example.test SOA", ASK_DO);
	legacy_respond(l, FLAG_AA, "example.test SOA");
	legacy_ask(l, e->question, ASK_DO | (index % 2 ? ASK_STREAM : 0));
	legacy_respond(l, e->flags, e->records);
	assert_row(e->question, is_answer(l->result.outcome));
	assert_in_range(b->len, 0, sizeof(seed) - 2);
	memcpy(seed + 2, b->octets, b->len);
	return b->len + 2;
}

static void the_seeds_are_answered(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	for (unsigned i = 0; i < COUNT(exchanges); i++) {
		size_t len = make_seed(l, i);
		seed_check("sign-", i, seed, len);
	}
	legacy_free(l);
}

/* The fuzzer's properties hold for each seed, for each form of the query, and with each octet
 * changed a little. */
static void the_properties_hold_for_the_seeds_and_their_variants(void **state)
{
	(void)state;
	static const uint8_t changes[] = { 0, 1, 0x80, 0xff };

	for (unsigned i = 0; i < COUNT(exchanges); i++) {
		size_t len = seed_read("sign-", i, seed, sizeof(seed));
		for (unsigned how = 0; how < 16; how++) {
			seed[1] = (uint8_t)how;
			fuzz_sign(seed, len);
		}
		for (size_t at = 2; at < len; at++) {
			for (size_t c = 0; c < COUNT(changes); c++) {
				seed[1] = (uint8_t)(at + c);
				seed[at] ^= changes[c];
				fuzz_sign(seed, len);
				fuzz_sign(seed, at);
				seed[at] ^= changes[c];
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seeds_are_answered),
		cmocka_unit_test(the_properties_hold_for_the_seeds_and_their_variants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
