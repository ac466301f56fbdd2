/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Legal answers behind an alias, as servers and caches give them, and what an attacker makes of
 * them. */
#include "judge.h"

#define ALIAS     "a.example.test CNAME x.example.test | example.test\n"
#define DNAME     "d.example.test DNAME e.example.test | example.test\n"
#define MADE      "x.d.example.test CNAME x.e.example.test\n"
#define NO_X      "> a.example.test NSEC example.test CNAME RRSIG NSEC | example.test\n"
#define NO_STAR   "> example.test NSEC a.example.test SOA NS RRSIG NSEC | example.test\n"
#define NO_X_E    "> d.example.test NSEC sub.example.test DNAME RRSIG NSEC | example.test\n"
#define NO_X3     "> ~x.example.test NSEC3 A RRSIG | example.test\n"
#define NO_STAR3  "> ~*.example.test NSEC3 A RRSIG | example.test\n"
#define APEX3     "> =example.test NSEC3 NS SOA RRSIG | example.test\n"
#define NO_X_OPT3 "> ~x.example.test NSEC3 optout A RRSIG | example.test\n"

/* dnsmasq 2.90 gives NXDOMAIN of an alias's target again from its cache as NOERROR. */
static void noerror_for_a_missing_target_needs_the_proof_of_nxdomain(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "NSEC", "a.example.test AAAA", 0, ALIAS SOA_EXAMPLE NO_X NO_STAR, STATUS_SECURE,
		        0 },
		{ "NSEC3", "a.example.test AAAA", 0, ALIAS SOA_EXAMPLE APEX3 NO_X3 NO_STAR3,
		        STATUS_SECURE, 0 },
		{ "an opt-out span", "a.example.test AAAA", 0,
		        ALIAS SOA_EXAMPLE APEX3 NO_X_OPT3 NO_STAR3, STATUS_INSECURE,
		        REASON_OPT_OUT },
		{ "behind a DNAME", "x.d.example.test AAAA", 0,
		        DNAME MADE SOA_EXAMPLE NO_X_E NO_STAR, STATUS_SECURE, 0 },
		{ "behind a wildcard's alias", "q.w.example.test MX", 0,
		        "q.w.example.test CNAME x.example.test | example.test labels=3\n"
		        "> *.w.example.test NSEC z.example.test CNAME RRSIG NSEC | "
		        "example.test\n" SOA_EXAMPLE
		        "> w.example.test NSEC *.w.example.test TXT RRSIG NSEC | example.test\n"
		        "> z.example.test NSEC example.test A RRSIG NSEC | example.test\n" NO_STAR
		        "> wz.example.test NSEC z.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "a DS", "a.example.test DS", 0, ALIAS SOA_EXAMPLE NO_X NO_STAR, STATUS_SECURE,
		        0 },
		{ "NXDOMAIN itself", "a.example.test AAAA", 3, ALIAS SOA_EXAMPLE NO_X NO_STAR,
		        STATUS_SECURE, 0 },
		{ "an attacker leaves out the wildcard's denial", "a.example.test AAAA", 0,
		        ALIAS SOA_EXAMPLE NO_X, STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "by NSEC3", "a.example.test AAAA", 0, ALIAS SOA_EXAMPLE APEX3 NO_X3, STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "or the name's", "a.example.test AAAA", 0, ALIAS SOA_EXAMPLE NO_STAR,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "takes the proof for another name", "a.example.test AAAA", 0,
		        ALIAS SOA_EXAMPLE APEX3
		        "> ~y.example.test NSEC3 A RRSIG | example.test\n" NO_STAR3,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "or spoils a signature", "a.example.test AAAA", 0,
		        ALIAS SOA_EXAMPLE NO_STAR
		        "> a.example.test NSEC example.test CNAME RRSIG NSEC | example.test spoilt",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "or uses a name that has the type", "a.example.test A", 0,
		        ALIAS SOA_EXAMPLE
		        "> x.example.test NSEC example.test A RRSIG NSEC | example.test\n" NO_STAR,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "the question's own name", "x.example.test AAAA", 0, SOA_EXAMPLE NO_X NO_STAR,
		        STATUS_SECURE, 0 },
		{ "an attacker leaves out half of it", "x.example.test AAAA", 0, SOA_EXAMPLE NO_X,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXNAME is never a type (RFC 9824, 3)", "nx.example.test NXNAME", 0,
		        "> nx.example.test NSEC a.nx.example.test RRSIG NSEC NXNAME | example.test",
		        STATUS_SECURE, 0 },
	};
	judge_rows(rows, COUNT(rows), ASK_DO);
	judge_rows(rows, COUNT(rows), ASK_PLAIN);
}

/* RFC 6672, 3.2: the server follows the DNAME for any type. */
static void any_and_cname_below_a_dname_may_tell_of_its_target(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "ANY, and the target does not exist", "x.d.example.test ANY", 3,
		        DNAME MADE SOA_EXAMPLE NO_X_E NO_STAR, STATUS_SECURE, 0 },
		{ "CNAME", "x.d.example.test CNAME", 3, DNAME MADE SOA_EXAMPLE NO_X_E NO_STAR,
		        STATUS_SECURE, 0 },
		{ "NOERROR, without the target", "x.d.example.test ANY", 0, DNAME MADE,
		        STATUS_SECURE, 0 },
		{ "and without a proof", "x.d.example.test ANY", 3, DNAME MADE SOA_EXAMPLE,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "with half of it", "x.d.example.test CNAME", 3, DNAME MADE SOA_EXAMPLE NO_X_E,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "with another CNAME", "x.d.example.test ANY", 3,
		        DNAME
		        "x.d.example.test CNAME y.e.example.test\n" SOA_EXAMPLE NO_X_E NO_STAR,
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "NXDOMAIN for a name with data", "www.example.test ANY", 3,
		        "www.example.test A 192.0.2.1 | example.test\n" SOA_EXAMPLE NO_X NO_STAR,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "NXDOMAIN, and the target has data", "x.d.example.test ANY", 3,
		        DNAME MADE
		        "x.e.example.test A 192.0.2.1 | example.test\n" SOA_EXAMPLE NO_X_E NO_STAR,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "YXDOMAIN, and no name is too long", "x.d.example.test ANY", 6,
		        DNAME MADE SOA_EXAMPLE NO_X_E NO_STAR, STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "a loop", "x.d.example.test CNAME", 3,
		        "d.example.test DNAME d.example.test | example.test\n"
		        "x.d.example.test CNAME x.d.example.test",
		        STATUS_BOGUS, REASON_CHAIN_TOO_LONG },
	};
	judge_rows(rows, COUNT(rows), ASK_DO);
}

static void what_is_delivered(const char *why, const char *question, const char *records,
        unsigned how, const char *delivered)
{
	struct judge *j = judge_new();

	judge_text(j, question, 0, records, how);
	const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
	if (strcmp(list, delivered) != 0)
		fail_msg("%s: %s", why, list);
	judge_free(j);
}

#define MADE_TO_WWW "www.d.example.test CNAME www.e.example.test"
#define WWW_E       "\nwww.e.example.test A 192.0.2.1 | example.test\n"

/* RFC 6672, 5.3.1: a made CNAME needs no signature. */
static void a_bad_signature_over_a_made_cname_does_no_harm(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "spoilt", "www.d.example.test A", 0,
		        DNAME MADE_TO_WWW " | example.test spoilt" WWW_E, STATUS_SECURE, 0 },
		{ "expired", "www.d.example.test A", 0,
		        DNAME MADE_TO_WWW " | example.test expired" WWW_E, STATUS_SECURE, 0 },
		{ "by a zone that is none", "www.d.example.test A", 0,
		        DNAME MADE_TO_WWW " | example.test signer=d.example.test" WWW_E,
		        STATUS_SECURE, 0 },
		{ "asked for", "www.d.example.test CNAME", 0,
		        DNAME MADE_TO_WWW " | example.test spoilt", STATUS_SECURE, 0 },
		{ "a CNAME that does not follow", "www.d.example.test A", 0,
		        DNAME "www.d.example.test CNAME www.unsigned.test | example.test spoilt\n"
		              "www.unsigned.test A 192.0.2.66",
		        STATUS_BOGUS, REASON_RRSIG_FAILED },
		{ "a DNAME with a bad signature, too", "www.d.example.test A", 0,
		        "d.example.test DNAME e.example.test | example.test spoilt\n" MADE_TO_WWW
		        " | example.test spoilt" WWW_E,
		        STATUS_BOGUS, REASON_RRSIG_FAILED },
		{ "a bad DNAME beside a CNAME that holds", "www.d.example.test A", 0,
		        "d.example.test DNAME e.example.test | example.test spoilt\n" MADE_TO_WWW
		        " | example.test" WWW_E,
		        STATUS_SECURE, 0 },
		{ "a CNAME that holds and does not follow: a zone's own affair",
		        "www.d.example.test A", 0,
		        DNAME "www.d.example.test CNAME www.example.test | example.test\n"
		              "www.example.test A 192.0.2.1 | example.test",
		        STATUS_SECURE, 0 },
	};
	judge_rows(rows, COUNT(rows), ASK_DO);
	what_is_delivered("the bad signature is left out", "www.d.example.test A",
	        DNAME MADE_TO_WWW " | example.test spoilt" WWW_E, ASK_DO,
	        "d.example.test/DNAME d.example.test/RRSIG www.d.example.test/CNAME "
	        "www.e.example.test/A www.e.example.test/RRSIG");
}

/* Knot's onlinesign module signs the CNAME that it makes. */
static void a_client_with_do_gets_every_rrset_that_proves_itself(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		unsigned how;
		const char *delivered;
	} rows[] = {
		{ "a signed DNAME beside a signed CNAME", "www.d.example.test A",
		        DNAME MADE_TO_WWW " | example.test" WWW_E, ASK_DO,
		        "d.example.test/DNAME d.example.test/RRSIG www.d.example.test/CNAME "
		        "www.d.example.test/RRSIG www.e.example.test/A www.e.example.test/RRSIG" },
		{ "what ANY does not ask for", "www.example.test ANY",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "mail.example.test A 192.0.2.2 | example.test",
		        ASK_DO,
		        "www.example.test/A www.example.test/RRSIG mail.example.test/A "
		        "mail.example.test/RRSIG" },
		{ "a stub takes any address in the section", "www.example.test A",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "mail.example.test A 192.0.2.66 | example.test",
		        ASK_EDNS, "www.example.test/A" },
		{ "a forged set", "www.example.test A",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "mail.example.test A 192.0.2.66 | example.test spoilt",
		        ASK_DO, "www.example.test/A www.example.test/RRSIG" },
		{ "an unsigned one", "www.example.test A",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "mail.example.test A 192.0.2.66",
		        ASK_DO, "www.example.test/A www.example.test/RRSIG" },
		{ "one of an unsigned zone, which anybody can write", "www.unsigned.test A",
		        "www.unsigned.test A 192.0.2.1\nmail.unsigned.test A 192.0.2.66", ASK_DO,
		        "www.unsigned.test/A" },
		{ "an expanded one without the proof that it applies", "www.example.test A",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "q.w.example.test A 192.0.2.66 | example.test labels=3",
		        ASK_DO, "www.example.test/A www.example.test/RRSIG" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		what_is_delivered(rows[i].why, rows[i].question, rows[i].records, rows[i].how,
		        rows[i].delivered);
}

/* An authoritative server that is asked like a resolver leaves out the target. */
static void a_server_that_does_not_recurse_is_named_as_the_cause(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		bool has_ra;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "an alias alone", "a.example.test CNAME www.other.test | example.test", false,
		        STATUS_INDETERMINATE, REASON_NO_RECURSION },
		{ "a resolver's", "a.example.test CNAME www.other.test | example.test", true,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "with an SOA, it says that there is no data",
		        "a.example.test CNAME www.other.test | example.test\n"
		        "> other.test SOA | other.test",
		        false, STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "a forged alias", "a.example.test CNAME www.other.test | example.test spoilt",
		        false, STATUS_BOGUS, REASON_RRSIG_FAILED },
		{ "no alias", "", false, STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "into an unsigned zone", "a.example.test CNAME www.unsigned.test | example.test",
		        false, STATUS_INSECURE, REASON_UNSIGNED_ZONE },
	};
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("a.example.test A", ASK_DO);

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_begin(j, "a.example.test A", 0);
		judge_write(j, rows[i].records);
		if (!rows[i].has_ra)
			j->response.octets[3] &= (uint8_t)~FLAG_RA;
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		bool is_refused = rows[i].status >= STATUS_INDETERMINATE;
		assert_row(rows[i].why, (j->result.verdict == GATE_SERVFAIL) == is_refused);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noerror_for_a_missing_target_needs_the_proof_of_nxdomain),
		cmocka_unit_test(any_and_cname_below_a_dname_may_tell_of_its_target),
		cmocka_unit_test(a_bad_signature_over_a_made_cname_does_no_harm),
		cmocka_unit_test(a_client_with_do_gets_every_rrset_that_proves_itself),
		cmocka_unit_test(a_server_that_does_not_recurse_is_named_as_the_cause),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
