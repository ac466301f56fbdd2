/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones that are unsigned on purpose: the keeper has not begun, or has ended. */
#include "legacy.h"

#define AA    FLAG_AA
#define ASK   (ASK_DO | ASK_NO_RD)
#define CHILD "sub.example.test"
#define ALONE "other.test"

static void make_unsigned(struct legacy *l, const char *apex)
{
	struct sign_zone *zone = legacy_zone(l, apex);

	zone->is_unsigned = true;
	zone->periods.count = 0;
}

static void make_signed(struct legacy *l, const char *apex)
{
	struct sign_zone *zone = legacy_zone(l, apex);

	zone->is_unsigned = false;
	zone->periods.count = 1;
}

static void reload(struct legacy *l)
{
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
}

static void what_is_in_an_unsigned_zone_passes(void **state)
{
	(void)state;
	static const char *const questions[] = { "www." ALONE " A", ALONE " SOA", ALONE " DNSKEY",
		ALONE " CDS", ALONE " CDNSKEY", ALONE " DS", "www." ALONE " DS", ALONE " RRSIG",
		ALONE " NSEC", ALONE " ANY", ALONE " AXFR" };
	struct legacy *l = legacy_new();

	for (unsigned i = 0; i < COUNT(questions); i++) {
		legacy_ask(l, questions[i], ASK);
		assert_row(questions[i], l->kind == SIGN_QUERY_ASKED);
	}
	make_unsigned(l, ALONE);
	reload(l);
	for (unsigned i = 0; i < COUNT(questions); i++) {
		legacy_ask(l, questions[i], ASK);
		assert_row(questions[i], l->kind == SIGN_QUERY_PASSED_UNSIGNED);
		legacy_ask(l, questions[i], ASK_PLAIN);
		assert_row(questions[i], l->kind == SIGN_QUERY_PASSED_UNSIGNED);
	}
	legacy_ask(l, "www.example.test A", ASK);
	assert_int_equal(l->kind, SIGN_QUERY_ASKED);
	legacy_free(l);
}

/* The zone above is signed, and proves that the child is not. */
static void an_unsigned_child_of_a_signed_zone_is_insecure(void **state)
{
	(void)state;
	static const struct legacy_row learn = { "the SOA", "example.test SOA", ASK, AA,
		"example.test SOA", "example.test/SOA example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		AA };
	static const struct {
		struct legacy_row row;
		enum status status;
	} rows[] = {
		{ { "its DS is denied", CHILD " DS", ASK, AA, CHILD " NS ns." CHILD,
		          "> example.test/SOA > example.test/RRSIG > " CHILD "/NSEC > " CHILD
		          "/RRSIG",
		          SIGN_OUTCOME_NODATA, AA },
		        STATUS_SECURE },
		{ { "its DS is denied if the server is that of the zone above", CHILD " DS", ASK, 0,
		          "> " CHILD " NS ns." CHILD,
		          "> example.test/SOA > example.test/RRSIG > " CHILD "/NSEC > " CHILD
		          "/RRSIG",
		          SIGN_OUTCOME_NODATA, AA },
		        STATUS_SECURE },
		{ { "a referral to it", "www." CHILD " A", ASK, 0,
		          "> " CHILD " NS ns." CHILD "\n+ ns." CHILD " A 192.0.2.7",
		          "> " CHILD "/NS > " CHILD "/NSEC > " CHILD "/RRSIG + ns." CHILD "/A",
		          SIGN_OUTCOME_REFERRAL, 0 },
		        STATUS_INSECURE },
		{ { "an answer in it", "www." CHILD " A", ASK, AA, "www." CHILD " A 192.0.2.1",
		          "www." CHILD "/A", SIGN_OUTCOME_BELOW_CUT, AA },
		        STATUS_INSECURE },
		{ { "a denial in it", "none." CHILD " A", ASK, AA | RCODE_NXDOMAIN,
		          "> " CHILD " SOA", "> " CHILD "/SOA", SIGN_OUTCOME_BELOW_CUT,
		          AA | RCODE_NXDOMAIN },
		        STATUS_INSECURE },
		{ { "an alias that leads to it", "a.example.test A", ASK, AA,
		          "a.example.test CNAME www." CHILD "\nwww." CHILD " A 192.0.2.1",
		          "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		        STATUS_SECURE },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		make_unsigned(l, CHILD);
		reload(l);
		legacy_check(l, &learn);
		legacy_check(l, &rows[i].row);
		if (rows[i].status == STATUS_SECURE)
			assert_row(rows[i].row.why, legacy_judged(l).status == STATUS_SECURE);
		legacy_free(l);
	}
}

/* Keys that are broken are another thing: the parent may well have a DS. */
static void a_zone_without_keys_that_is_not_unsigned_stays_broken(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_zone(l, CHILD)->periods.count = 0;
	reload(l);
	legacy_ask(l, CHILD " DS", ASK);
	legacy_respond(l, AA, "example.test SOA");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_BROKEN);
	legacy_ask(l, "www." CHILD " A", ASK);
	legacy_respond(l, AA, "www." CHILD " A 192.0.2.1");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_BROKEN);
	legacy_free(l);
}

/* Its DS would come from a zone that it is no child of. */
static void the_zone_above_an_unsigned_zone_does_not_answer_for_a_zone_below_it(void **state)
{
	(void)state;
	static const struct legacy_row row = { "DS", CHILD " DS", ASK, AA, CHILD " SOA",
		"> " CHILD "/SOA > " CHILD "/RRSIG > " CHILD "/NSEC > " CHILD "/RRSIG",
		SIGN_OUTCOME_NODATA, AA };
	struct legacy *l = legacy_new();

	assert_true(name_from_text("test", &legacy_zone(l, ALONE)->apex));
	assert_int_equal(sign_policy_sort(l->zones, LEGACY_ZONES), -1);
	make_unsigned(l, "example.test");
	reload(l);
	legacy_check(l, &row);
	legacy_free(l);
}

/* A response that was asked for in another way is no answer any more. */
static void a_query_on_its_way_while_the_zone_changes_gets_no_signature(void **state)
{
	(void)state;
	static const char *const questions[] = { "www." CHILD " A", CHILD " DNSKEY", CHILD " DS",
		"x." CHILD " DS", "www." CHILD " NSEC", CHILD " CDS", "www." ALONE " A",
		ALONE " DNSKEY", ALONE " DS", "x." ALONE " DS", "www." ALONE " NSEC" };

	for (unsigned i = 0; i < COUNT(questions); i++) {
		struct legacy *l = legacy_new();
		legacy_ask(l, questions[i], ASK);
		make_unsigned(l, CHILD);
		make_unsigned(l, ALONE);
		reload(l);
		legacy_respond(l, AA, "");
		assert_row(questions[i],
		        l->result.outcome == SIGN_OUTCOME_UNEXPECTED && l->result.is_servfail);
		legacy_ask(l, questions[i], ASK);
		if (l->kind == SIGN_QUERY_ASKED) {
			make_signed(l, CHILD);
			reload(l);
			legacy_respond(l, AA, "");
			assert_row(questions[i], l->result.outcome == SIGN_OUTCOME_UNEXPECTED);
		}
		legacy_free(l);
	}
}

/* Answers that were kept do not outlive the change, in either direction. */
static void answers_are_not_kept_over_a_change(void **state)
{
	(void)state;
	static const struct legacy_row with = { "signed", "www." CHILD " A", ASK, AA,
		"www." CHILD " A 192.0.2.1", "www." CHILD "/A www." CHILD "/RRSIG",
		SIGN_OUTCOME_ANSWER, AA };
	static const struct legacy_row without = { "unsigned", "www." CHILD " A", ASK, AA,
		"www." CHILD " A 192.0.2.1", "www." CHILD "/A", SIGN_OUTCOME_BELOW_CUT, AA };
	struct legacy *l = legacy_new();

	legacy_remember(l);
	for (unsigned n = 0; n < 3; n++) {
		for (unsigned k = 0; k < 3; k++)
			legacy_check(l, &with);
		assert_true(l->result.is_recalled);
		make_unsigned(l, CHILD);
		reload(l);
		for (unsigned k = 0; k < 3; k++)
			legacy_check(l, &without);
		make_signed(l, CHILD);
		reload(l);
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_an_unsigned_zone_passes),
		cmocka_unit_test(an_unsigned_child_of_a_signed_zone_is_insecure),
		cmocka_unit_test(a_zone_without_keys_that_is_not_unsigned_stays_broken),
		cmocka_unit_test(
		        the_zone_above_an_unsigned_zone_does_not_answer_for_a_zone_below_it),
		cmocka_unit_test(a_query_on_its_way_while_the_zone_changes_gets_no_signature),
		cmocka_unit_test(answers_are_not_kept_over_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
