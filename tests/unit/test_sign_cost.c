/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the cost of a signed answer, and checks that a remembered one takes nothing from the
 * heap. */
#include "legacy.h"

#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 0 /* sanitizers replace malloc() */
static unsigned long allocations;
#else
#define COUNTS_ALLOCATIONS 1
#include "../../bench/allocations.h"
#endif

#define ROUNDS 4000
#define AA     FLAG_AA

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void a_remembered_answer_takes_nothing_from_the_heap(void **state)
{
	(void)state;
	static const struct {
		const char *what, *question;
		uint16_t flags;
		const char *records;
	} rows[] = {
		{ "an answer", "www.example.test A", AA, "www.example.test A 192.0.2.1" },
		{ "a denial", "nx.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA" },
		{ "four sets", "example.test MX", AA,
		        "example.test MX mail.example.test\n> example.test NS ns.example.test\n"
		        "+ mail.example.test A 192.0.2.1\n+ ns.example.test A 192.0.2.1" },
		{ "a referral", "www.unsigned.example.test A", 0,
		        "> unsigned.example.test NS ns.unsigned.example.test\n"
		        "+ ns.unsigned.example.test A 192.0.2.1" },
		{ "DNSKEY", "example.test DNSKEY", AA, "example.test SOA" },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, ASK_DO);
		legacy_respond(l, rows[i].flags, rows[i].records);
		assert_int_equal(l->result.verdict, SIGN_VERDICT_REWRITE);
		unsigned long before = (unsigned long)allocations;
		double start_us = cpu_us();
		for (unsigned r = 0; r < ROUNDS; r++)
			legacy_respond_octets(l, msg_span(&l->judge->response));
		double us = (cpu_us() - start_us) / ROUNDS;
		assert_row(rows[i].what, !COUNTS_ALLOCATIONS || allocations == before);
		assert_row(rows[i].what, l->result.made == 0);
		print_message("%s, remembered: %.2f us\n", rows[i].what, us);
	}
	legacy_free(l);
}

static void a_new_signature_is_the_main_cost(void **state)
{
	(void)state;
	static const char *const zones[] = { "example.test", "p256.test" };
	struct legacy *l = legacy_new();

	for (size_t z = 0; z < COUNT(zones); z++) {
		double us = 0;
		for (unsigned i = 0; i < ROUNDS / 4; i++) {
			char question[64], records[64];
			snprintf(question, sizeof(question), "n%u.%s A", i, zones[z]);
			snprintf(records, sizeof(records), "> %s SOA", zones[z]);
			legacy_ask(l, question, ASK_DO);
			legacy_write(l, AA | RCODE_NXDOMAIN, records);
			double start_us = cpu_us();
			legacy_respond_octets(l, msg_span(&l->judge->response));
			us += cpu_us() - start_us;
			assert_int_equal(l->result.made, i ? 1 : 2);
		}
		print_message("a denial in %s, new: %.2f us\n", zones[z], us / (ROUNDS / 4));
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_remembered_answer_takes_nothing_from_the_heap),
		cmocka_unit_test(a_new_signature_is_the_main_cost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
