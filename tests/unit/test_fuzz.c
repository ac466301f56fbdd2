/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays the seeds of tests/fuzz and what grows out of them, without a fuzzer. */
#define LLVMFuzzerTestOneInput fuzz_message
#include "../fuzz/fuzz_message.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_gate
#include "../fuzz/fuzz_gate.c"

#include "seeds.h"

static uint8_t seed[65536];

/* A seed is the index of its question and the response. */
static size_t make_seed(struct judge *j, unsigned index)
{
	const struct response *r = &responses[index];

	judge_text(j, r->question, r->rcode, r->records, ASK_DO | ASK_LARGE);
	assert_in_range(j->result.verdict, GATE_ACCEPT, GATE_REWRITE);
	seed[0] = (uint8_t)index;
	memcpy(seed + 1, j->response.octets, j->response.len);
	return j->response.len + 1;
}

static void the_seeds_are_genuine_responses(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	for (unsigned i = 0; i < COUNT(responses); i++) {
		size_t len = make_seed(j, i);
		seed_check("", i, seed, len);
	}
	judge_free(j);
}

/* The fuzzer's properties hold for each seed and for each octet of it changed a little. */
static void the_seeds_and_what_is_near_them_hold(void **state)
{
	(void)state;
	static const uint8_t changes[] = { 0, 1, 0x80, 0xff };

	for (unsigned i = 0; i < COUNT(responses); i++) {
		size_t len = seed_read("", i, seed, sizeof(seed));
		for (size_t at = 1; at < len; at++) {
			for (size_t c = 0; c < COUNT(changes); c++) {
				seed[at] ^= changes[c];
				fuzz_message(seed + 1, len - 1);
				fuzz_gate(seed, len);
				seed[at] ^= changes[c];
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seeds_are_genuine_responses),
		cmocka_unit_test(the_seeds_and_what_is_near_them_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
