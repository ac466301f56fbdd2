/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers of the signer, and the status that the gate gives them. */
#include "legacy.h"

#define AA  FLAG_AA
#define SOA "> example.test SOA\n"
#define NX  (FLAG_AA | RCODE_NXDOMAIN)

static void answers_are_secure(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "one record", "www.example.test A", ASK_DO, AA, "www.example.test A 192.0.2.1",
		        "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "several, one of them twice", "www.example.test A", ASK_DO, AA,
		        "www.example.test A 192.0.2.9 192.0.2.1 192.0.2.9",
		        "www.example.test/A www.example.test/A www.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a CNAME twice, in other letters", "c.example.test A", ASK_DO, AA,
		        "c.example.test CNAME www.example.test\nc.example.test CNAME "
		        "WWW.example.test\n"
		        "www.example.test A 192.0.2.1",
		        "c.example.test/CNAME c.example.test/RRSIG www.example.test/A "
		        "www.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "the SOA of a denial twice", "www.example.test AAAA", ASK_DO, AA,
		        "> example.test SOA\n> example.test SOA",
		        "> example.test/SOA > example.test/RRSIG > www.example.test/NSEC "
		        "> www.example.test/RRSIG",
		        SIGN_OUTCOME_NODATA, AA },
		{ "the question in another letter case", "wWw.eXample.tEst A", ASK_DO, AA,
		        "www.example.test A 192.0.2.1", "www.example.test/A www.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "from a cache, without AA", "www.example.test A", ASK_DO, 0,
		        "www.example.test A 192.0.2.1", "www.example.test/A www.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "the SOA", "example.test SOA", ASK_DO, AA, "example.test SOA",
		        "example.test/SOA example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "P-256", "www.p256.test A", ASK_DO, AA, "www.p256.test A 192.0.2.1",
		        "www.p256.test/A www.p256.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "in the child zone", "www.sub.example.test A", ASK_DO, AA,
		        "www.sub.example.test A 192.0.2.1",
		        "www.sub.example.test/A www.sub.example.test/RRSIG", SIGN_OUTCOME_ANSWER,
		        AA },
		{ "names in RDATA, and records in all sections", "example.test MX", ASK_DO, AA,
		        "example.test MX mail.example.test\n"
		        "> example.test NS ns.example.test ns.other.test\n"
		        "+ mail.example.test A 192.0.2.2\n"
		        "+ mail.example.test CNAME www.other.test\n"
		        "+ ns.other.test A 192.0.2.3",
		        "example.test/MX example.test/RRSIG > example.test/NS > example.test/NS "
		        "> example.test/RRSIG + mail.example.test/A + mail.example.test/CNAME "
		        "+ ns.other.test/A",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "names in a zone that is not signed", "example.test NS", ASK_DO, AA,
		        "example.test NS ns.unsigned.test\n+ ns.unsigned.test A 192.0.2.3",
		        "example.test/NS example.test/RRSIG + ns.unsigned.test/A",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a question for the wildcard itself (RFC 4034, 3.1.3)", "*.w.example.test TXT",
		        ASK_DO, AA, "*.w.example.test TXT text",
		        "*.w.example.test/TXT *.w.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "what the server made out of a wildcard", "q.w.example.test TXT", ASK_DO, AA,
		        "q.w.example.test TXT text", "q.w.example.test/TXT q.w.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "ANY is one set (RFC 8482)", "example.test ANY", ASK_DO, AA,
		        "example.test SOA\nexample.test NS ns.example.test\n"
		        "example.test MX mail.example.test",
		        "example.test/SOA example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "ANY of a name of which the server says nothing", "www.example.test ANY", ASK_DO,
		        AA, SOA, "www.example.test/NSEC www.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "ANY of a server that has heard of DNSSEC", "www.example.test ANY", ASK_DO, AA,
		        "www.example.test DS sub.example.test\nwww.example.test A 192.0.2.1",
		        "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "records that nobody asked for", "www.example.test A", ASK_DO, AA,
		        "www.example.test A 192.0.2.1\nwww.example.test TXT text\n"
		        "> www.other.test A 192.0.2.3",
		        "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
	};

	legacy_check_rows(rows, COUNT(rows), STATUS_SECURE);
}

static void chains_are_signed_link_by_link(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "within the zone", "a.example.test A", ASK_DO, AA,
		        "a.example.test CNAME b.example.test\nb.example.test A 192.0.2.1",
		        "a.example.test/CNAME a.example.test/RRSIG b.example.test/A "
		        "b.example.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "into another zone: two keys", "a.example.test A", ASK_DO, AA,
		        "a.example.test CNAME b.other.test\nb.other.test A 192.0.2.1",
		        "a.example.test/CNAME a.example.test/RRSIG b.other.test/A "
		        "b.other.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "the last name has no such type", "a.example.test AAAA", ASK_DO, AA,
		        "a.example.test CNAME b.other.test\n> other.test SOA",
		        "a.example.test/CNAME a.example.test/RRSIG > other.test/SOA "
		        "> other.test/RRSIG > b.other.test/NSEC > b.other.test/RRSIG",
		        SIGN_OUTCOME_NODATA, AA },
		{ "the last name does not exist", "a.example.test AAAA", ASK_DO, NX,
		        "a.example.test CNAME b.example.test\n" SOA,
		        "a.example.test/CNAME a.example.test/RRSIG > example.test/SOA "
		        "> example.test/RRSIG > b.example.test/NSEC > b.example.test/RRSIG",
		        SIGN_OUTCOME_NXDOMAIN, AA },
		{ "a question for CNAME", "a.example.test CNAME", ASK_DO, AA,
		        "a.example.test CNAME b.example.test",
		        "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "a DNAME, whose CNAME is not signed", "y.d.example.test A", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test\n"
		        "y.e.other.test A 192.0.2.1",
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME "
		        "y.e.other.test/A y.e.other.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a DNAME without its CNAME", "y.d.example.test A", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.e.other.test A 192.0.2.1",
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME "
		        "y.e.other.test/A y.e.other.test/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a question for the CNAME of a DNAME", "y.d.example.test CNAME", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test",
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "ANY at a name below a DNAME", "y.d.example.test ANY", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test",
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a DNAME to a name that does not exist", "y.d.example.test A", ASK_DO, NX,
		        "d.example.test DNAME e.example.test\n"
		        "y.d.example.test CNAME y.e.example.test\n" SOA,
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME "
		        "> example.test/SOA > example.test/RRSIG > y.e.example.test/NSEC "
		        "> y.e.example.test/RRSIG",
		        SIGN_OUTCOME_NXDOMAIN, AA },
	};

	legacy_check_rows(rows, COUNT(rows), STATUS_SECURE);
}

/* The answer has the links in our zones only. The resolver asks for the rest itself. */
static void chains_end_where_the_zones_end(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "out of our zones: the rest is not ours to sign", "a.example.test A", ASK_DO, AA,
		        "a.example.test CNAME www.unsigned.test\nwww.unsigned.test A 192.0.2.1",
		        "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "out of our zones, to a name that does not exist", "a.example.test A", ASK_DO, NX,
		        "a.example.test CNAME www.unsigned.test\n> unsigned.test SOA",
		        "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "NSEC of a name below a DNAME", "y.d.example.test NSEC", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test",
		        "d.example.test/DNAME d.example.test/RRSIG y.d.example.test/CNAME",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "a server that does not follow the CNAME", "a.example.test A", ASK_DO, AA,
		        "a.example.test CNAME b.example.test",
		        "a.example.test/CNAME a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &rows[i]);
		legacy_free(l);
	}
}

static void denials_are_compact_and_secure(void **state)
{
	(void)state;
	static const char nodata[] = "> example.test/SOA > example.test/RRSIG "
	                             "> www.example.test/NSEC > www.example.test/RRSIG";
	static const char at_apex[] = "> example.test/SOA > example.test/RRSIG "
	                              "> example.test/NSEC > example.test/RRSIG";
	static const struct legacy_row rows[] = {
		{ "no such type", "www.example.test AAAA", ASK_DO, AA, SOA, nodata,
		        SIGN_OUTCOME_NODATA, AA },
		{ "no such name, without CO: NOERROR", "www.example.test A", ASK_DO, NX, SOA,
		        nodata, SIGN_OUTCOME_NXDOMAIN, AA },
		{ "no such name, with CO: NXDOMAIN (RFC 9824, 5.1)", "www.example.test A",
		        ASK_DO | ASK_CO, NX, SOA, nodata, SIGN_OUTCOME_NXDOMAIN,
		        AA | RCODE_NXDOMAIN },
		{ "no such type, with CO", "www.example.test A", ASK_DO | ASK_CO, AA, SOA, nodata,
		        SIGN_OUTCOME_NODATA, AA },
		{ "no such type at the apex", "example.test AAAA", ASK_DO, AA, SOA, at_apex,
		        SIGN_OUTCOME_NODATA, AA },
		{ "an apex exists even if the server denies it", "example.test AAAA", ASK_DO, NX,
		        SOA, at_apex, SIGN_OUTCOME_NODATA, AA },
		{ "with the NS of the zone and their addresses", "www.example.test AAAA", ASK_DO,
		        AA, SOA "> example.test NS ns.example.test\n+ ns.example.test A 192.0.2.1",
		        nodata, SIGN_OUTCOME_NODATA, AA },
		{ "DS of an ordinary name", "www.example.test DS", ASK_DO | ASK_STREAM, AA, SOA,
		        nodata, SIGN_OUTCOME_NODATA, AA },
		{ "DS of a name that does not exist", "www.example.test DS", ASK_DO | ASK_STREAM,
		        NX, SOA, nodata, SIGN_OUTCOME_NXDOMAIN, AA },
		{ "NSEC3PARAM at the apex", "example.test NSEC3PARAM", ASK_DO, AA,
		        "example.test SOA", at_apex, SIGN_OUTCOME_NODATA, AA },
		{ "DNSKEY below the apex", "www.example.test DNSKEY", ASK_DO, AA, SOA, nodata,
		        SIGN_OUTCOME_NODATA, AA },
		{ "CDS that is not published", "example.test CDS", ASK_DO, AA, "example.test SOA",
		        at_apex, SIGN_OUTCOME_NODATA, AA },
		{ "at the name of a wildcard", "*.example.test A", ASK_DO, AA, SOA,
		        "> example.test/SOA > example.test/RRSIG > *.example.test/NSEC "
		        "> *.example.test/RRSIG",
		        SIGN_OUTCOME_NODATA, AA },
	};

	legacy_check_rows(rows, COUNT(rows), STATUS_SECURE);
}

static void the_signer_answers_for_dnssec_types(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "DNSKEY, even if the server sends an error", "example.test DNSKEY", ASK_DO,
		        RCODE_NOTIMP, "", "example.test/DNSKEY example.test/RRSIG",
		        SIGN_OUTCOME_APEX, AA },
		{ "NSEC of a name that exists", "www.example.test NSEC", ASK_DO, AA, SOA,
		        "www.example.test/NSEC www.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "NSEC of an apex", "example.test NSEC", ASK_DO, AA, "example.test SOA",
		        "example.test/NSEC example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "NSEC of a name that does not exist: an NSEC cannot deny itself",
		        "www.example.test NSEC", ASK_DO, NX, SOA,
		        "www.example.test/NSEC www.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "NSEC of an alias", "a.example.test NSEC", ASK_DO, AA,
		        "a.example.test CNAME b.example.test",
		        "a.example.test/NSEC a.example.test/RRSIG", SIGN_OUTCOME_ANSWER, AA },
	};
	static const struct legacy_row plain[] = {
		{ "DS of an apex whose parent is elsewhere: validators ask the parent",
		        "other.test DS", ASK_DO, AA, "other.test SOA",
		        "> other.test/SOA > other.test/RRSIG > other.test/NSEC > other.test/RRSIG",
		        SIGN_OUTCOME_NODATA, AA },
		{ "DNSKEY without DO", "example.test DNSKEY", ASK_EDNS, AA, "example.test SOA",
		        "example.test/DNSKEY", SIGN_OUTCOME_APEX, AA },
		{ "DNSKEY without EDNS", "eXample.test DNSKEY", ASK_PLAIN, AA, "example.test SOA",
		        "example.test/DNSKEY", SIGN_OUTCOME_APEX, AA },
		{ "DS without DO", "www.example.test DS", ASK_PLAIN | ASK_STREAM, AA, SOA,
		        "> example.test/SOA", SIGN_OUTCOME_NODATA, AA },
		{ "DS without DO of a name that does not exist", "www.example.test DS",
		        ASK_PLAIN | ASK_STREAM, NX, SOA, "> example.test/SOA",
		        SIGN_OUTCOME_NXDOMAIN, NX },
		{ "RRSIG", "example.test RRSIG", ASK_DO, AA, "example.test SOA", "",
		        SIGN_OUTCOME_REFUSED, RCODE_REFUSED },
		{ "a zone transfer", "example.test AXFR", ASK_PLAIN | ASK_STREAM, AA,
		        "example.test SOA", "", SIGN_OUTCOME_REFUSED, RCODE_REFUSED },
		{ "a question for NXNAME (RFC 9824, 3.5)", "example.test NXNAME", ASK_DO, AA,
		        "example.test SOA", "", SIGN_OUTCOME_REFUSED, RCODE_FORMERR },
	};

	legacy_check_rows(rows, COUNT(rows), STATUS_SECURE);
	for (size_t i = 0; i < COUNT(plain); i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &plain[i]);
		legacy_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_secure),
		cmocka_unit_test(chains_are_signed_link_by_link),
		cmocka_unit_test(chains_end_where_the_zones_end),
		cmocka_unit_test(denials_are_compact_and_secure),
		cmocka_unit_test(the_signer_answers_for_dnssec_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
