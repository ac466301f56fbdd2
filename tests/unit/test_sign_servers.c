/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several tenants behind one signer: no server gets records of another tenant's zone signed. */
#include "legacy.h"

#define AA  FLAG_AA
#define SUB "sub.example.test"

enum tenant { OF_EXAMPLE = 1, OF_SUB = 2, OF_OTHER = 3 }; /* the last octet of their servers */

static struct legacy *tenants_new(void)
{
	static const struct network servers[] = { { { 192, 0, 2, OF_EXAMPLE }, 4, 32 },
		{ { 192, 0, 2, OF_SUB }, 4, 32 }, { { 192, 0, 2, OF_OTHER }, 4, 32 } };
	static const char *const zones[] = { "example.test", SUB, "other.test" };
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(zones); i++) {
		struct sign_zone *zone = legacy_zone(l, zones[i]);
		zone->servers = &servers[i];
		zone->server_count = 1;
	}
	return l;
}

static void queries_for_zones_of_other_servers_pass_unchanged(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		enum tenant server;
		enum sign_query want;
	} rows[] = {
		{ "its own zone", "www.example.test A", OF_EXAMPLE, SIGN_QUERY_ASKED },
		{ "another tenant's zone", "www.other.test A", OF_EXAMPLE,
		        SIGN_QUERY_PASSED_ELSEWHERE },
		{ "another tenant's keys", "other.test DNSKEY", OF_EXAMPLE,
		        SIGN_QUERY_PASSED_ELSEWHERE },
		{ "another tenant's DS", "www.other.test DS", OF_EXAMPLE,
		        SIGN_QUERY_PASSED_ELSEWHERE },
		{ "the parent zone", "www.example.test A", OF_SUB, SIGN_QUERY_PASSED_ELSEWHERE },
		{ "the child zone, for a referral", "www." SUB " A", OF_EXAMPLE, SIGN_QUERY_ASKED },
		{ "a zone that is not configured", "www.example.net A", OF_EXAMPLE,
		        SIGN_QUERY_PASSED_OUTSIDE },
	};
	struct legacy *l = tenants_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		l->server[3] = (uint8_t)rows[i].server;
		legacy_ask(l, rows[i].question, ASK_DO);
		assert_row(rows[i].why, l->kind == rows[i].want);
	}
	legacy_free(l);
}

/* Records of a zone are signed only if they come from a server of the zone. */
static void no_server_gets_the_key_of_another_zone(void **state)
{
	(void)state;
	static const struct {
		enum tenant server;
		struct legacy_row row;
	} rows[] = {
		{ OF_OTHER, { "its own data", "www.other.test A", ASK_DO, AA,
		                    "www.other.test A 192.0.2.9",
		                    "www.other.test/A www.other.test/RRSIG", SIGN_OUTCOME_ANSWER,
		                    AA } },
		{ OF_OTHER, { "a chain into another zone ends there", "a.other.test A", ASK_DO, AA,
		                    "a.other.test CNAME www.example.test\n"
		                    "www.example.test A 192.0.2.66",
		                    "a.other.test/CNAME a.other.test/RRSIG", SIGN_OUTCOME_ANSWER,
		                    AA } },
		{ OF_OTHER, { "a chain to a denial of another zone ends there", "a.other.test A",
		                    ASK_DO, AA,
		                    "a.other.test CNAME nx.example.test\n> example.test SOA",
		                    "a.other.test/CNAME a.other.test/RRSIG", SIGN_OUTCOME_ANSWER,
		                    AA } },
		{ OF_OTHER, { "a DNAME into another zone", "www.d.other.test A", ASK_DO, AA,
		                    "d.other.test DNAME example.test\n"
		                    "www.d.other.test CNAME www.example.test\n"
		                    "www.example.test A 192.0.2.66",
		                    "d.other.test/DNAME d.other.test/RRSIG www.d.other.test/CNAME",
		                    SIGN_OUTCOME_ANSWER, AA } },
		{ OF_OTHER,
		        { "additional addresses in another zone", "other.test MX", ASK_DO, AA,
		                "other.test MX www.example.test\n+ www.example.test A 192.0.2.66",
		                "other.test/MX other.test/RRSIG + www.example.test/A",
		                SIGN_OUTCOME_ANSWER, AA } },
		{ OF_EXAMPLE, { "the child's data from the parent's server", "www." SUB " A",
		                      ASK_DO, AA, "www." SUB " A 192.0.2.66", "www." SUB "/A",
		                      SIGN_OUTCOME_BELOW_CUT, AA } },
		{ OF_EXAMPLE,
		        { "a denial of the child's data from the parent's server", "www." SUB " A",
		                ASK_DO, AA | RCODE_NXDOMAIN, "> " SUB " SOA", "> " SUB "/SOA",
		                SIGN_OUTCOME_BELOW_CUT, AA | RCODE_NXDOMAIN } },
		{ OF_EXAMPLE, { "a referral from the parent's server", "www." SUB " A",
		                      ASK_DO | ASK_NO_RD, 0, "> " SUB " NS ns.elsewhere.test",
		                      "> " SUB "/NS > " SUB "/NSEC > " SUB "/RRSIG",
		                      SIGN_OUTCOME_REFERRAL, 0 } },
		{ OF_EXAMPLE, { "DS from the parent's server", SUB " DS", ASK_DO | ASK_STREAM, 0,
		                      "> " SUB " NS ns.elsewhere.test",
		                      "> " SUB "/NSEC > " SUB "/RRSIG", SIGN_OUTCOME_NODATA, AA } },
		{ OF_SUB, { "DS from the child's server", SUB " DS", ASK_DO, AA, SUB " SOA",
		                  "> " SUB "/SOA > " SUB "/RRSIG > " SUB "/NSEC > " SUB "/RRSIG",
		                  SIGN_OUTCOME_NODATA, AA } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = tenants_new();
		l->server[3] = (uint8_t)rows[i].server;
		legacy_check(l, &rows[i].row);
		legacy_free(l);
	}
}

/* An SOA from another tenant's server would make denials. */
static void the_soa_of_others_is_not_learned(void **state)
{
	(void)state;
	struct legacy *l = tenants_new();

	l->server[3] = OF_OTHER;
	legacy_ask(l, "a.other.test A", ASK_DO);
	legacy_respond(l, AA, "a.other.test CNAME x.example.test\n> example.test SOA");
	l->server[3] = OF_EXAMPLE;
	legacy_ask(l, "x.example.test DS", ASK_DO);
	assert_int_equal(l->asked.sent_type, TYPE_SOA);
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_for_zones_of_other_servers_pass_unchanged),
		cmocka_unit_test(no_server_gets_the_key_of_another_zone),
		cmocka_unit_test(the_soa_of_others_is_not_learned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
