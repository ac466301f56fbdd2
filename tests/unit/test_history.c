/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mistakes of other validators: responses that they believed, or fell over, told with the zones of
 * judge.h. Each row names the advisory, or says whose mistake it would be. (KeyTrap and the
 * exhaustion by NSEC3 are measured in test_hostile.c.) */
#include "judge.h"

static void judge_rows_apart(const struct judged_row *rows, size_t count, unsigned how)
{
	for (size_t i = 0; i < count; i++) {
		struct judge *j = judge_new(); /* what one row teaches, no other knows */
		judge_text(j, "true.example.test A", 0,
		        "true.example.test A 192.0.2.1 | example.test", how);
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, how);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

static void forged_answers_of_the_past_are_bogus(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "CVE-2023-7008 (systemd-resolved): a signed zone's record without signature",
		        "www.example.test A", 0, "www.example.test A 192.0.2.66", STATUS_BOGUS,
		        REASON_RRSIG_MISSING },
		{ "CVE-2017-15090 (PowerDNS): signed by who has nothing to do with it",
		        "www.example.test A", 0, "www.example.test A 192.0.2.66 | other.test",
		        STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "the same from a zone above that has no say below its cut", "www.example.test A",
		        0, "www.example.test A 192.0.2.66 | test", STATUS_BOGUS,
		        REASON_RRSIG_SIGNER },
		{ "CVE-2026-52688 (PowerDNS): a signature with fewer labels than its signer has",
		        "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test labels=1\n"
		        "> example.test NSEC example.test NS SOA RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_RRSIG_LABELS },
		{ "a wildcard's signature over a name that exists (RFC 4035, 5.3.4)",
		        "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test labels=2", STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED },
		{ "the same with the NSEC of the name itself", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test labels=2\n"
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "a signature that claims more labels than the name has", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test labels=4", STATUS_BOGUS,
		        REASON_RRSIG_LABELS },
		{ "an algorithm that the key does not have", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test algorithm=8", STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY },
		{ "one that nobody has, in a zone with a good DS", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | example.test algorithm=200", STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY },
		{ "the signature of another type", "www.example.test TXT", 0,
		        "www.example.test TXT evil\nwww.example.test A 192.0.2.1 | example.test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "an alias without signature in front of what is signed", "www.example.test A", 0,
		        "www.example.test CNAME www.other.test\n"
		        "www.other.test A 192.0.2.1 | other.test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "an alias without signature that leads into an unsigned zone",
		        "www.example.test A", 0,
		        "www.example.test CNAME a.unsigned.test\na.unsigned.test A 192.0.2.66",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "a DNAME of a zone above the cut", "www.example.test A", 0,
		        "test DNAME unsigned.test\nwww.example.test CNAME "
		        "www.example.unsigned.test\n"
		        "www.example.unsigned.test A 192.0.2.66",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "the child's apex denies that it has a DS", "sub.example.test DS", 0,
		        "> sub.example.test NSEC x.sub.example.test NS SOA RRSIG NSEC DNSKEY | "
		        "sub.example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "a bare NSEC without NXNAME is no name error", "nx.example.test A", 3,
		        "> nx.example.test NSEC a.nx.example.test RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
	};
	judge_rows_apart(rows, COUNT(rows), ASK_DO);
}

/* Whether it is known yet that a zone begins there, or not. */
static void a_zone_above_denies_nothing_below_its_cut(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "CVE-2018-1000003 (PowerDNS): a denial from above the cut (RFC 6840, 4.1)",
		        "www.example.test A", 3,
		        "> test SOA | test\n> example.test NSEC x.test NS DS RRSIG NSEC | test\n"
		        "> test NSEC a.test NS SOA RRSIG NSEC | test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the parent's NSEC3 of a delegation as closest encloser", "www.example.test A", 3,
		        "> =example.test NSEC3 NS DS RRSIG | test\n"
		        "> ~www.example.test NSEC3 A RRSIG | test\n"
		        "> ~*.example.test NSEC3 A RRSIG | test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		store_flush(&j->store);
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_text(j, "true.example.test A", 0,
		        "true.example.test A 192.0.2.1 | example.test", ASK_DO);
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, STATUS_BOGUS, REASON_DENIAL_MISSING);
	}
	judge_free(j);
}

/* CVE-2017-15105 (Unbound), CVE-2017-15107 (dnsmasq), and others at the time: an NSEC whose owner
 * was made from a wildcard. */
static void a_wildcard_moves_no_nsec(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "moved before the wildcard, so that more lies in the span", "!a.example.test A",
		        3,
		        "> !.example.test NSEC z.example.test A RRSIG NSEC | example.test labels=2",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "moved to the name itself", "www.example.test TXT", 0,
		        "> www.example.test NSEC z.example.test A RRSIG NSEC | example.test "
		        "labels=2",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "moved to a delegation", "sub.example.test DS", 0,
		        "> sub.example.test NSEC z.example.test NS RRSIG NSEC | example.test "
		        "labels=2",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "where it was signed it counts", "a.example.test TXT", 0,
		        "> *.example.test NSEC z.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, REASON_NONE },
	};
	judge_rows_apart(rows, COUNT(rows), ASK_DO);
}

static void nothing_makes_a_signed_zone_insecure(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
	} rows[] = {
		{ "CVE-2019-10191 (Knot Resolver): no DS, and no proof", "example.test DS", 0, "" },
		{ "likewise with an SOA", "example.test DS", 0, "> test SOA | test" },
		{ "a name error without proof", "example.test DS", 3, "> test SOA | test" },
		{ "an NSEC that nobody signed", "example.test DS", 0,
		        "> example.test NSEC x.test NS RRSIG NSEC" },
		{ "an opt-out span that nobody signed", "example.test DS", 0,
		        "> =test NSEC3 NS SOA RRSIG\n> ~example.test NSEC3 optout NS" },
		{ "an opt-out span of another name", "example.test DS", 0,
		        "> =test NSEC3 NS SOA RRSIG | test\n> ~exemple.test NSEC3 optout NS | "
		        "test" },
		{ "an opt-out span without the closest encloser", "example.test DS", 0,
		        "> ~example.test NSEC3 optout NS | test" },
		{ "the zone's own denial", "example.test DS", 0,
		        "> example.test NSEC x.example.test NS RRSIG NSEC | example.test" },
		{ "iterations over the limit, signed by nobody", "example.test DS", 0,
		        "> =example.test NSEC3 iterations=151 NS RRSIG" },
		{ "iterations over the limit, of another zone", "example.test DS", 0,
		        "> =example.test NSEC3 iterations=151 NS RRSIG | example.test" },
		{ "a referral without DS", "example.test DS", 0,
		        "> example.test NS ns.example.test\n+ ns.example.test A 192.0.2.66" },
		{ "a DS of an unknown algorithm that nobody signed", "example.test DS", 0,
		        "example.test DS example.test | test spoilt" },
		{ "an alias that nobody signed", "example.test DS", 0,
		        "example.test CNAME x.unsigned.test" },
		{ "RUSTSEC-2025-0006 (Hickory): keys signed by one of them that no DS names",
		        "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test other.test | other.test "
		        "signer=example.test" },
		{ "keys signed by who signs above", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test other.test | test" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct want want = { 0 };
		char name[64], type[16];
		judge_text(j, "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test", ASK_DO);
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		assert_int_equal(sscanf(rows[i].question, "%63s %15s", name, type), 2);
		assert_true(name_from_text(name, &want.name));
		want.type = strcmp(type, "DS") == 0 ? TYPE_DS : TYPE_DNSKEY;
		j->now += TTL + 1; /* the zone must be learned anew */
		judge_begin(j, rows[i].question, rows[i].rcode);
		judge_write(j, rows[i].records);
		struct want parent_keys[] = { { .name = name_root, .type = TYPE_DNSKEY },
			{ .type = TYPE_DS }, { .type = TYPE_DNSKEY } };
		assert_true(name_from_text("test", &parent_keys[1].name));
		parent_keys[2].name = parent_keys[1].name;
		for (size_t k = 0; k < COUNT(parent_keys); k++)
			judge_feed(j, &parent_keys[k]);
		if (want.type == TYPE_DNSKEY)
			judge_feed(j, &(struct want){ .name = want.name, .type = TYPE_DS });
		judge_begin(j, rows[i].question, rows[i].rcode);
		judge_write(j, rows[i].records);
		assert_row(rows[i].why, gate_learn(&j->gate, &want, msg_span(&j->response), j->now,
		                                true) == LEARNED);
		const struct fact *fact = store_find(&j->store, &want.name, j->now);
		assert_row(rows[i].why, fact);
		if (want.type == TYPE_DS)
			assert_row(rows[i].why,
			        fact->cut == CUT_BROKEN && fact->outcome.status == STATUS_BOGUS);
		else
			assert_row(rows[i].why,
			        !fact->keys && fact->keys_outcome.status == STATUS_BOGUS);
		judge_free(j);
	}
}

static void what_is_odd_and_true_is_secure(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a signer in another letter case (RFC 6840, 5.1)", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test signer=EXAMPLE.Test",
		        STATUS_SECURE, REASON_NONE },
		{ "CDS at the apex", "example.test CDS", 0, "example.test CDS zero | example.test",
		        STATUS_SECURE, REASON_NONE },
		{ "CDNSKEY at the apex", "example.test CDNSKEY", 0,
		        "example.test CDNSKEY zero | example.test", STATUS_SECURE, REASON_NONE },
		{ "one good signature behind one of an unknown algorithm", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test algorithm=200 | example.test",
		        STATUS_SECURE, REASON_NONE },
		{ "behind an expired one", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test expired | example.test",
		        STATUS_SECURE, REASON_NONE },
		{ "behind one of a stranger", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | other.test | example.test", STATUS_SECURE,
		        REASON_NONE },
		{ "NXNAME where there is the name (NODATA)", "www.example.test NXNAME", 0,
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, REASON_NONE },
	};
	judge_rows_apart(rows, COUNT(rows), ASK_DO);
}

/* CVE-2025-11411 (Unbound), CVE-2025-40778 (BIND), CVE-2025-59023 (PowerDNS): records that come
 * along and that nobody asked for. CVE-2026-50243: what is Bogus stays so. */
static void what_comes_along_is_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records, *delivered;
	} rows[] = {
		{ "the zone's servers, by nobody's word",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "> example.test NS ns.unsigned.test\n+ ns.unsigned.test A 192.0.2.66",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "those of a zone above",
		        "www.example.test A 192.0.2.1 | example.test\n> test NS ns.unsigned.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "a DNAME in the authority section",
		        "www.example.test A 192.0.2.1 | example.test\n> test DNAME unsigned.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "an address of somebody else's",
		        "www.example.test A 192.0.2.1 | example.test\nwww.other.test A 192.0.2.66",
		        "www.example.test/A www.example.test/RRSIG" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		judge_text(j, "www.example.test A", 0, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
		if (strcmp(list, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, list);
		judge_free(j);
	}
}

/* CVE-2018-14644 (PowerDNS): a type that no server likes must not spoil the zone for others. */
static void a_failure_spoils_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *question;
		unsigned rcode;
	} rows[] = {
		{ "www.example.test OPT", 1 },
		{ "www.example.test NXNAME", 1 },
		{ "www.example.test ANY", 4 },
		{ "example.test DS", 2 },
		{ "example.test DNSKEY", 5 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		judge_text(j, rows[i].question, rows[i].rcode, "", ASK_DO);
		assert_judged(j, rows[i].question, STATUS_INSECURE, REASON_NOT_ANSWER);
		judge_text(j, "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test", ASK_DO);
		assert_judged(j, rows[i].question, STATUS_SECURE, REASON_NONE);
		judge_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forged_answers_of_the_past_are_bogus),
		cmocka_unit_test(a_zone_above_denies_nothing_below_its_cut),
		cmocka_unit_test(a_wildcard_moves_no_nsec),
		cmocka_unit_test(nothing_makes_a_signed_zone_insecure),
		cmocka_unit_test(what_is_odd_and_true_is_secure),
		cmocka_unit_test(what_comes_along_is_left_out),
		cmocka_unit_test(a_failure_spoils_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
