/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delegations: referrals, and DS records. */
#include "legacy.h"

#include "dnssec/bitmap.h"
#include "dnssec/nsec.h"
#include "sign/sign_memory_names.h"

#define AA       FLAG_AA
#define CUT      "unsigned.example.test"
#define ASK      (ASK_DO | ASK_NO_RD)
#define REFERRED "> " CUT " NS ns." CUT "\n+ ns." CUT " A 192.0.2.7"

static void a_referral_says_whether_the_child_is_signed(void **state)
{
	(void)state;
	static const struct legacy_row insecure[] = {
		{ "to an unsigned child: its NS and glue are not signed", "www." CUT " A", ASK, 0,
		        REFERRED, "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "with the NS of the zone itself", "www." CUT " A", ASK, 0,
		        "> " CUT " NS ns." CUT "\n> example.test NS ns.example.test\n"
		        "+ ns." CUT " A 192.0.2.7",
		        "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "a name far below: the NSEC is at the cut", "a.b.c." CUT " A", ASK, 0, REFERRED,
		        "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "at the cut itself", CUT " NS", ASK, 0, REFERRED,
		        "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "an additional address may be glue of another cut", "www." CUT " A", ASK, 0,
		        "> " CUT " NS ns.deleg.example.test\n+ ns.deleg.example.test A 192.0.2.7",
		        "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns.deleg.example.test/A",
		        SIGN_OUTCOME_REFERRAL, 0 },
	};
	static const struct legacy_row secure[] = {
		{ "the server has a DS", "www.deleg.example.test A", ASK, 0,
		        "> deleg.example.test NS ns.other.test\n"
		        "> deleg.example.test DS sub.example.test",
		        "> deleg.example.test/NS > deleg.example.test/DS > "
		        "deleg.example.test/RRSIG",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "to a client without DO: no DS (RFC 4035, 3.1.4)", "www.deleg.example.test DS",
		        ASK_PLAIN | ASK_STREAM, 0,
		        "> deleg.example.test NS ns.other.test\n"
		        "> deleg.example.test DS sub.example.test",
		        "> deleg.example.test/NS", SIGN_OUTCOME_REFERRAL, 0 },
	};

	legacy_check_rows(insecure, COUNT(insecure), STATUS_INSECURE);
	for (size_t i = 0; i < COUNT(secure); i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &secure[i]);
		legacy_free(l);
	}
}

/* Returns the types NS, SOA, DS and A of the first NSEC in the response. */
static const char *nsec_bits(const struct message *m)
{
	static char bits[64];
	struct nsec nsec;

	bits[0] = '\0';
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type != TYPE_NSEC)
			continue;
		assert_true(nsec_read(m, &m->rrs[i], &nsec));
		snprintf(bits, sizeof(bits), "%s%s%s%s",
		        bitmap_has(nsec.bitmap, TYPE_NS) ? "NS " : "",
		        bitmap_has(nsec.bitmap, TYPE_SOA) ? "SOA " : "",
		        bitmap_has(nsec.bitmap, TYPE_DS) ? "DS " : "",
		        bitmap_has(nsec.bitmap, TYPE_A) ? "A " : "");
		return bits;
	}
	return "none";
}

/* DS belongs to the parent's side of a cut. The server gets a question for NS. Only a cut gets the
 * NS bit, which proves an insecure delegation (RFC 6840, 4.4). */
static void ds_is_answered_by_the_parents_side(void **state)
{
	(void)state;
	static const struct {
		struct legacy_row row;
		const char *bits;
	} rows[] = {
		{ { "a referral shows the cut", CUT " DS", ASK, 0, REFERRED,
		          "> example.test/SOA > example.test/RRSIG > " CUT "/NSEC > " CUT "/RRSIG",
		          SIGN_OUTCOME_NODATA, AA },
		        "NS " },
		{ { "an ordinary name", "www.example.test DS", ASK, AA, "> example.test SOA",
		          "> example.test/SOA > example.test/RRSIG > www.example.test/NSEC "
		          "> www.example.test/RRSIG",
		          SIGN_OUTCOME_NODATA, AA },
		        "A " },
		{ { "an alias", "a.example.test DS", ASK, AA,
		          "a.example.test CNAME b.example.test\nb.example.test NS ns.other.test",
		          "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		        "none" },
		{ { "below a cut", "www." CUT " DS", ASK, 0, REFERRED,
		          "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		          SIGN_OUTCOME_REFERRAL, 0 },
		        "NS " },
		{ { "the server has a DS", "deleg.example.test DS", ASK, 0,
		          "> deleg.example.test NS ns.other.test\n"
		          "> deleg.example.test DS sub.example.test",
		          "deleg.example.test/DS deleg.example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		          AA },
		        "none" },
	};
	static const struct legacy_row learn = { "the SOA", "example.test SOA", ASK, AA,
		"example.test SOA", "example.test/SOA example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		AA };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &learn);
		legacy_check(l, &rows[i].row);
		if (strcmp(nsec_bits(legacy_delivered(l)), rows[i].bits) != 0)
			fail_msg("%s: the NSEC has %s", rows[i].row.why,
			        nsec_bits(legacy_delivered(l)));
		legacy_free(l);
	}
}

/* A denial of DS needs the SOA, which a referral does not have. Over UDP the client gets TC=1 and
 * comes again. */
static void the_soa_is_learned_before_a_ds_is_denied(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_ask(l, CUT " DS", ASK);
	assert_int_equal(l->asked.sent_type, TYPE_SOA);
	legacy_respond(l, AA, "example.test SOA");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LEARNING);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);
	legacy_ask(l, CUT " DS", ASK);
	assert_int_equal(l->asked.sent_type, TYPE_NS);
	legacy_respond(l, 0, REFERRED);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NODATA);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	legacy_free(l);
}

/* The SOA may be known to another worker only. The NSEC is a proof without the SOA, too. */
static void over_tcp_a_ds_is_denied_without_the_soa(void **state)
{
	(void)state;
	static const struct legacy_row row = { "the SOA was never seen", CUT " DS",
		ASK | ASK_STREAM, 0, REFERRED, "> " CUT "/NSEC > " CUT "/RRSIG",
		SIGN_OUTCOME_NODATA, AA };

	legacy_check_rows(&row, 1, STATUS_SECURE);
}

/* The server may be a cache, which sets no AA. */
static void the_soa_is_learned_from_a_cache_too(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_ask(l, CUT " DS", ASK);
	legacy_respond(l, 0, "example.test SOA");
	legacy_ask(l, CUT " DS", ASK);
	assert_int_equal(l->asked.sent_type, TYPE_NS);
	legacy_free(l);
}

/* A server's SOA of another zone than the question's is not learned. */
static void the_soa_is_learned_from_the_zones_server(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_ask(l, "www.other.test A", ASK);
	legacy_respond(l, AA, "www.other.test A 192.0.2.1\n> example.test SOA");
	legacy_ask(l, CUT " DS", ASK);
	assert_int_equal(l->asked.sent_type, TYPE_SOA);
	legacy_free(l);
}

static const uint8_t ds_octets[] = { 0x30, 0x39, 13, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 };

static void a_configured_cut_counts(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "a referral with a DS", "www.told.example.test A", ASK, 0,
		        "> told.example.test NS ns.other.test",
		        "> told.example.test/NS > told.example.test/DS > told.example.test/RRSIG",
		        SIGN_OUTCOME_REFERRAL, 0 },
		{ "the DS", "told.example.test DS", ASK | ASK_STREAM, AA, "> example.test SOA",
		        "told.example.test/DS told.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "the child on the same server is not signed", "www.told.example.test A", ASK, AA,
		        "www.told.example.test A 192.0.2.1", "www.told.example.test/A",
		        SIGN_OUTCOME_BELOW_CUT, AA },
		{ "the answer shows that the server has the child", "www.told.example.test A", ASK,
		        AA,
		        "www.told.example.test A 192.0.2.1\n> told.example.test NS ns.other.test",
		        "www.told.example.test/A > told.example.test/NS", SIGN_OUTCOME_BELOW_CUT,
		        AA },
	};
	struct sign_cut cut = { .ds_count = 1, .ds = { { ds_octets, sizeof(ds_octets) } } };

	assert_true(name_from_text("told.example.test", &cut.name));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		struct sign_zone *zone = legacy_zone(l, "example.test");
		zone->cuts = &cut;
		zone->cut_count = 1;
		legacy_check(l, &rows[i]);
		legacy_free(l);
	}
}

static void a_configured_child_has_its_ds_in_the_configured_parent(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct sign_period *child = legacy_periods(l, "sub.example.test");
	struct rd ds = rd_ds(judge_key(l->judge, "sub.example.test"), DIGEST_SHA256);
	static const struct legacy_row answer = { "the DS", "sub.example.test DS", ASK, AA,
		"example.test SOA", "sub.example.test/DS sub.example.test/RRSIG", SIGN_OUTCOME_APEX,
		AA };
	static const struct legacy_row referral = { "a server that has only the parent",
		"www.sub.example.test A", ASK, 0, "> sub.example.test NS ns.other.test",
		"> sub.example.test/NS > sub.example.test/DS > sub.example.test/RRSIG",
		SIGN_OUTCOME_REFERRAL, 0 };

	child->ds_count = 1;
	const struct span with_ds = span_of(ds.octets, ds.len);
	child->ds = &with_ds;
	legacy_check(l, &answer);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	legacy_check(l, &referral);
	/* The NS is never signed. A fault in the referral would make it Bogus. */
	assert_int_equal(legacy_judged(l).status, STATUS_INSECURE);
	child->ds_count = 0;
	static const struct legacy_row none = { "no DS is published yet", "sub.example.test DS",
		ASK, AA, "example.test SOA",
		"> example.test/SOA > example.test/RRSIG > sub.example.test/NSEC "
		"> sub.example.test/RRSIG",
		SIGN_OUTCOME_NODATA, AA };
	legacy_check(l, &none);
	assert_string_equal(nsec_bits(legacy_delivered(l)), "NS ");
	legacy_free(l);
}

/* A child zone on the same server that is not configured, once it is known. */
static void a_child_zone_that_is_not_configured_is_not_signed(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "no such type", "www." CUT " AAAA", ASK, AA, "> " CUT " SOA", "> " CUT "/SOA",
		        SIGN_OUTCOME_BELOW_CUT, AA },
		{ "no such name", "www." CUT " A", ASK, AA | RCODE_NXDOMAIN, "> " CUT " SOA",
		        "> " CUT "/SOA", SIGN_OUTCOME_BELOW_CUT, AA | RCODE_NXDOMAIN },
		{ "its DNSKEY", CUT " DNSKEY", ASK, AA, CUT " SOA", "> " CUT "/SOA",
		        SIGN_OUTCOME_BELOW_CUT, AA },
		{ "DNSKEY of a name in it", "www." CUT " DNSKEY", ASK, AA, "> " CUT " SOA",
		        "> " CUT "/SOA", SIGN_OUTCOME_BELOW_CUT, AA },
		{ "DS of a name in it", "www." CUT " DS", ASK | ASK_STREAM, AA, "> " CUT " SOA",
		        "> " CUT "/SOA", SIGN_OUTCOME_BELOW_CUT, AA },
		{ "its NS", CUT " NS", ASK, AA, CUT " NS ns." CUT "\n+ ns." CUT " A 192.0.2.7",
		        CUT "/NS + ns." CUT "/A", SIGN_OUTCOME_BELOW_CUT, AA },
		{ "its SOA", CUT " SOA", ASK, AA, CUT " SOA", CUT "/SOA", SIGN_OUTCOME_BELOW_CUT,
		        AA },
		{ "ANY at its apex", CUT " ANY", ASK, AA, CUT " SOA\n" CUT " NS ns." CUT,
		        CUT "/SOA " CUT "/NS", SIGN_OUTCOME_BELOW_CUT, AA },
		{ "its data", "www." CUT " A", ASK, AA,
		        "www." CUT " A 192.0.2.1\n> " CUT " NS ns." CUT,
		        "www." CUT "/A > " CUT "/NS", SIGN_OUTCOME_BELOW_CUT, AA },
		{ "a chain that leads into it", "a.example.test A", ASK, AA,
		        "a.example.test CNAME www." CUT "\nwww." CUT " A 192.0.2.1\n"
		        "> " CUT " NS ns." CUT,
		        "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
	};

	struct name cut;

	assert_true(name_from_text(CUT, &cut));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		memory_note_cut(l->signer, &cut, l->now_s);
		legacy_check(l, &rows[i]);
		legacy_free(l);
	}
}

/* A cut that a server showed is remembered for responses that do not show it. Glue and the child's
 * data are not signed, even if they were signed before. */
static void nothing_is_signed_below_a_cut_that_was_seen(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t later_s;
		struct legacy_row row;
	} rows[] = {
		{ "nothing has shown the cut yet", 0,
		        { "www", "www." CUT " A", ASK, AA, "www." CUT " A 192.0.2.1",
		                "www." CUT "/A www." CUT "/RRSIG", SIGN_OUTCOME_ANSWER, AA } },
		{ "a referral shows the cut", 0,
		        { "other", "other." CUT " A", ASK, 0, REFERRED,
		                "> " CUT "/NS > " CUT "/NSEC > " CUT "/RRSIG + ns." CUT "/A",
		                SIGN_OUTCOME_REFERRAL, 0 } },
		{ "the first response again", 0,
		        { "www", "www." CUT " A", ASK, AA, "www." CUT " A 192.0.2.1",
		                "www." CUT "/A", SIGN_OUTCOME_BELOW_CUT, AA } },
		{ "glue as an answer", 1,
		        { "glue", "ns." CUT " A", ASK, AA, "ns." CUT " A 192.0.2.7", "ns." CUT "/A",
		                SIGN_OUTCOME_BELOW_CUT, AA } },
		{ "at the cut itself", 1,
		        { "at", CUT " MX", ASK, AA, CUT " MX mail.example.test", CUT "/MX",
		                SIGN_OUTCOME_BELOW_CUT, AA } },
		{ "an alias below", 1,
		        { "alias", "a." CUT " A", ASK, AA,
		                "a." CUT " CNAME www.example.test\nwww.example.test A 192.0.2.1",
		                "a." CUT "/CNAME www.example.test/A", SIGN_OUTCOME_BELOW_CUT,
		                AA } },
		{ "an alias that leads there", 1,
		        { "into", "a.example.test A", ASK, AA,
		                "a.example.test CNAME www." CUT "\nwww." CUT " A 192.0.2.1",
		                "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		                AA } },
		{ "an address that the server adds", 1,
		        { "added", "example.test MX", ASK, AA,
		                "example.test MX www." CUT "\n+ www." CUT " A 192.0.2.1",
		                "example.test/MX example.test/RRSIG + www." CUT "/A",
		                SIGN_OUTCOME_ANSWER, AA } },
		{ "a name beside the cut", 1,
		        { "beside", "www.example.test A", ASK, AA, "www.example.test A 192.0.2.1",
		                "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		                AA } },
		{ "a name whose last octets are those of the cut", 1,
		        { "last octets", "notunsigned.example.test A", ASK, AA,
		                "notunsigned.example.test A 192.0.2.1",
		                "notunsigned.example.test/A notunsigned.example.test/RRSIG",
		                SIGN_OUTCOME_ANSWER, AA } },
		{ "a day after the cut was seen last", DAY + 1,
		        { "www", "www." CUT " A", ASK, AA, "www." CUT " A 192.0.2.1",
		                "www." CUT "/A www." CUT "/RRSIG", SIGN_OUTCOME_ANSWER, AA } },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy_row row = rows[i].row;
		row.why = rows[i].why;
		l->now_s = NOW + rows[i].later_s;
		legacy_check(l, &row);
	}
	legacy_free(l);
}

/* Each way in which a server shows a cut, or shows that a cut has gone. */
static void a_cut_is_learned_and_forgotten(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		uint16_t flags;
		const char *records;
		bool is_cut; /* after it */
	} rows[] = {
		{ "a referral", "x." CUT " A", 0, REFERRED, true },
		{ "the parent denies the name", "x." CUT " A", AA | RCODE_NXDOMAIN,
		        "> example.test SOA", false },
		{ "a referral again", "x." CUT " A", 0, REFERRED, true },
		{ "the parent denies the name without AA, as a cache", "x." CUT " A",
		        RCODE_NXDOMAIN, "> example.test SOA", true },
		{ "a question for DS, and no NS", CUT " DS", AA, "> example.test SOA", false },
		{ "a question for DS, and a referral", CUT " DS", 0, REFERRED, true },
		{ "a denial at the end of a chain proves nothing about its start", "c." CUT " A",
		        AA, "c." CUT " CNAME d.example.test\n> example.test SOA", true },
		{ "the parent denies the type", CUT " A", AA, "> example.test SOA", false },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, ASK | ASK_STREAM);
		legacy_respond(l, rows[i].flags, rows[i].records);
		legacy_ask(l, "www." CUT " A", ASK);
		legacy_respond(l, AA, "www." CUT " A 192.0.2.1");
		assert_row(rows[i].why,
		        l->result.outcome ==
		                (rows[i].is_cut ? SIGN_OUTCOME_BELOW_CUT : SIGN_OUTCOME_ANSWER));
		if (rows[i].is_cut)
			assert_row(rows[i].why, l->result.made + l->result.found == 0);
	}
	legacy_free(l);
}

/* Asks at this hour for a name that will be below a cut later. */
static void ask_at(struct legacy *l, unsigned hour)
{
	l->now_s = NOW + 3600 * (int64_t)hour;
	legacy_ask(l, "www." CUT " A", ASK);
	legacy_respond(l, AA, "www." CUT " A 192.0.2.1");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
}

/* RRsets that wait to be signed for the next period may lie below a new cut. */
static void a_new_cut_cancels_renewals(void **state)
{
	(void)state;
	struct legacy *first = legacy_new(), *l = legacy_new();
	unsigned hour = 0;

	do {
		ask_at(first, ++hour);
		assert_true(hour < 6 * 24);
	} while (signer_renew(first->signer, 1) == 0);
	ask_at(l, hour);
	legacy_ask(l, "x." CUT " A", ASK);
	legacy_respond(l, 0, REFERRED);
	assert_int_equal(signer_renew(l->signer, 1), 0);
	legacy_free(first);
	legacy_free(l);
}

/* Its keys could not be read. Its names must not be signed by the zone above, whose signed denial
 * of the DS would make the zone insecure. */
static void of_a_zone_without_keys_nothing_is_signed_and_no_ds_denied(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned how;
		const char *records;
		enum sign_outcome outcome;
	} rows[] = {
		{ "an answer", "www.sub.example.test A", ASK, "www.sub.example.test A 192.0.2.1",
		        SIGN_OUTCOME_BROKEN },
		{ "a denial", "x.sub.example.test A", ASK, "> sub.example.test SOA",
		        SIGN_OUTCOME_BROKEN },
		{ "its DNSKEY", "sub.example.test DNSKEY", ASK, "sub.example.test SOA",
		        SIGN_OUTCOME_BROKEN },
		{ "its DNSKEY without DO", "sub.example.test DNSKEY", ASK_PLAIN,
		        "sub.example.test SOA", SIGN_OUTCOME_BROKEN },
		{ "its CDS", "sub.example.test CDS", ASK, "sub.example.test SOA",
		        SIGN_OUTCOME_BROKEN },
		{ "its DS", "sub.example.test DS", ASK, "example.test SOA", SIGN_OUTCOME_BROKEN },
		{ "the zone above", "www.example.test A", ASK, "www.example.test A 192.0.2.1",
		        SIGN_OUTCOME_ANSWER },
	};
	struct legacy *l = legacy_new();
	struct sign_period *broken = legacy_periods(l, "sub.example.test");

	legacy_ask(l, "example.test SOA", ASK);
	legacy_respond(l, AA, "example.test SOA");
	broken->key_count = 0;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, rows[i].how);
		legacy_respond(l, AA, rows[i].records);
		if (l->result.outcome != rows[i].outcome)
			fail_msg("%s: %s", rows[i].why, sign_outcome_word(l->result.outcome));
		assert_row(rows[i].why,
		        l->result.is_servfail == (rows[i].outcome == SIGN_OUTCOME_BROKEN));
	}
	broken->key_count = 1;
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_referral_says_whether_the_child_is_signed),
		cmocka_unit_test(ds_is_answered_by_the_parents_side),
		cmocka_unit_test(the_soa_is_learned_before_a_ds_is_denied),
		cmocka_unit_test(over_tcp_a_ds_is_denied_without_the_soa),
		cmocka_unit_test(the_soa_is_learned_from_a_cache_too),
		cmocka_unit_test(the_soa_is_learned_from_the_zones_server),
		cmocka_unit_test(a_configured_cut_counts),
		cmocka_unit_test(a_configured_child_has_its_ds_in_the_configured_parent),
		cmocka_unit_test(a_child_zone_that_is_not_configured_is_not_signed),
		cmocka_unit_test(nothing_is_signed_below_a_cut_that_was_seen),
		cmocka_unit_test(a_cut_is_learned_and_forgotten),
		cmocka_unit_test(a_new_cut_cancels_renewals),
		cmocka_unit_test(of_a_zone_without_keys_nothing_is_signed_and_no_ds_denied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
