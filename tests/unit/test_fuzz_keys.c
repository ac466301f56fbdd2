/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the seeds of tests/fuzz for what the keeper and the signer read of keys, and variants of
 * them, without a fuzzer. */
#define LLVMFuzzerTestOneInput fuzz_timeline
#include "../fuzz/fuzz_timeline.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_life
#include "../fuzz/fuzz_life.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_vault
#include "../fuzz/fuzz_vault.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_notify
#include "../fuzz/fuzz_notify.c"
#undef LLVMFuzzerTestOneInput

#include "base/log.h"
#include "seeds.h"

static bool vault_holds(const uint8_t *data, size_t size)
{
	struct span message = span_of(data, size);

	return request_holds(message) || reply_holds(message);
}

/* Their seeds are texts that a person can edit. Those of messages are octets. */
static const struct {
	const char *kind;
	unsigned count; /* of seeds */
	bool (*holds)(const uint8_t *data, size_t size);
	int (*fuzz)(const uint8_t *data, size_t size);
	unsigned step; /* so many octets are between those that are changed */
} kinds[] = {
	{ "timeline-", 3, timeline_of_input, fuzz_timeline, 7 },
	{ "life-", 3, life_holds, fuzz_life, 1 },
	{ "vault-", 3, vault_holds, fuzz_vault, 1 },
	{ "notify-", 3, notify_holds, fuzz_notify, 1 },
};

static uint8_t seed[16384];

static void each_seed_is_read(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned i = 0; i < kinds[k].count; i++) {
			size_t len = seed_read(kinds[k].kind, i, seed, sizeof(seed));
			assert_row(kinds[k].kind, kinds[k].holds(seed, len));
		}
	}
}

static void the_properties_hold_for_the_seeds_and_their_variants(void **state)
{
	(void)state;
	static const uint8_t changes[] = { 1, 4, 0x80, 0xff };

	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned i = 0; i < kinds[k].count; i++) {
			size_t len = seed_read(kinds[k].kind, i, seed, sizeof(seed));
			for (size_t at = 0; at < len; at += kinds[k].step) {
				for (size_t c = 0; c < COUNT(changes); c++) {
					seed[at] ^= changes[c];
					kinds[k].fuzz(seed, len);
					seed[at] ^= changes[c];
				}
				kinds[k].fuzz(seed, at);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_seed_is_read),
		cmocka_unit_test(the_properties_hold_for_the_seeds_and_their_variants),
	};

	log_set_level(LOG_LEVEL_ERROR - 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
