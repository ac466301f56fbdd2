/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was signed ahead is sent whole, or not at all. */
#include "legacy.h"

/* A zone that changes its algorithm has keys of both. Without a signature of one of them it is
 * Bogus for validators that want all (RFC 4035, 2.2), and nobody would see why. */
static void a_dnskey_rrset_that_lacks_an_algorithm_is_servfail(void **state)
{
	(void)state;
	for (unsigned lacks = 0; lacks < 2; lacks++) {
		struct legacy *l = legacy_new();
		uint8_t octets[1024];
		struct span *rdata = &l->dnskey_rrsig.rdata;
		assert_true(rdata->len <= sizeof(octets));
		memcpy(octets, rdata->base, rdata->len);
		octets[2] ^= (uint8_t)lacks; /* the algorithm */
		*rdata = span_of(octets, rdata->len);
		legacy_ask(l, "example.test DNSKEY", ASK_DO);
		legacy_respond(l, FLAG_AA, "example.test SOA");
		assert_int_equal(l->result.outcome, lacks ? SIGN_OUTCOME_KEYS : SIGN_OUTCOME_APEX);
		legacy_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dnskey_rrset_that_lacks_an_algorithm_is_servfail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
