/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "gate/recall.h"

#define JUDGE(rows) judge_rows(rows, COUNT(rows), ASK_DO)

static void every_algorithm_makes_an_answer_secure(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "RSASHA256", "www.rsasha256.test A", 0,
		        "www.rsasha256.test A 192.0.2.1 | rsasha256.test", STATUS_SECURE, 0 },
		{ "RSASHA512", "www.rsasha512.test A", 0,
		        "www.rsasha512.test A 192.0.2.1 | rsasha512.test", STATUS_SECURE, 0 },
		{ "P-256", "www.p256.test A", 0, "www.p256.test A 192.0.2.1 | p256.test",
		        STATUS_SECURE, 0 },
		{ "P-384", "www.p384.test A", 0, "www.p384.test A 192.0.2.1 | p384.test",
		        STATUS_SECURE, 0 },
		{ "Ed25519", "www.example.test A", 0, "www.example.test A 192.0.2.1 | example.test",
		        STATUS_SECURE, 0 },
		{ "Ed448", "www.ed448.test A", 0, "www.ed448.test A 192.0.2.1 | ed448.test",
		        STATUS_SECURE, 0 },
		{ "the root itself", ". NS", 0, ". NS a.test b.test | .", STATUS_SECURE, 0 },
		{ "a zone's apex", "example.test MX", 0,
		        "example.test MX Mail.Example.Test | example.test", STATUS_SECURE, 0 },
		{ "an RRset of ten", "www.example.test TXT", 0,
		        "www.example.test TXT j i h g f e d c b a | example.test", STATUS_SECURE,
		        0 },
		{ "a duplicate record", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 192.0.2.1 | example.test", STATUS_SECURE, 0 },
	};
	JUDGE(rows);
}

static void records_without_a_valid_signature_are_bogus(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "one bit of the signature", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt", STATUS_BOGUS,
		        REASON_RRSIG_FAILED },
		{ "no signature below a signed zone", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1", STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "a name that does not exist, unsigned", "x.y.example.test A", 0,
		        "x.y.example.test A 192.0.2.1", STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "expired", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test expired", STATUS_BOGUS,
		        REASON_RRSIG_EXPIRED },
		{ "not yet valid", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test early", STATUS_BOGUS,
		        REASON_RRSIG_NOT_YET },
		{ "expires before its inception", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test early expired", STATUS_BOGUS,
		        REASON_RRSIG_TIMES },
		{ "signed by a sister zone", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | other.test", STATUS_BOGUS,
		        REASON_RRSIG_SIGNER },
		{ "a sister zone's key that claims to be the zone's", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | other.test signer=example.test",
		        STATUS_BOGUS, REASON_RRSIG_NO_KEY },
		{ "and uses the zone's key tag", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | other.test signer=example.test tag=0",
		        STATUS_BOGUS, REASON_RRSIG_NO_KEY },
		{ "signed by the parent, over a name below the cut", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | test", STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "signed by the child, over a name above it", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | sub.example.test", STATUS_BOGUS,
		        REASON_RRSIG_SIGNER },
		{ "an NS by the zone above (RFC 4035, 2.2)", "x.example.test NS", 0,
		        "x.example.test NS ns.test | example.test", STATUS_BOGUS,
		        REASON_RRSIG_SIGNER },
		{ "an SOA by the zone above", "x.example.test SOA", 0,
		        "x.example.test SOA | example.test", STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "a signer that is not a zone", "a.b.example.test A", 0,
		        "a.b.example.test A 192.0.2.1 | example.test signer=b.example.test",
		        STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "more labels than the owner has", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test labels=4", STATUS_BOGUS,
		        REASON_RRSIG_LABELS },
		{ "fewer labels than the signer has", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test labels=1", STATUS_BOGUS,
		        REASON_RRSIG_LABELS },
		{ "not the key's algorithm", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test algorithm=13", STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY },
		{ "an unknown algorithm", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test algorithm=250", STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY },
	};
	JUDGE(rows);
	judge_rows(rows, COUNT(rows), ASK_PLAIN);
}

static void one_valid_signature_is_enough(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a bad one first", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt | example.test",
		        STATUS_SECURE, 0 },
		{ "a bad one last", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test | example.test spoilt",
		        STATUS_SECURE, 0 },
		{ "one of an unknown algorithm and one expired", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test algorithm=250 | example.test "
		        "expired | example.test",
		        STATUS_SECURE, 0 },
		{ "one by a stranger", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | other.test | example.test", STATUS_SECURE,
		        0 },
		{ "one by the parent", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | test | example.test", STATUS_SECURE, 0 },
		{ "bad ones beyond the limit", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt ttl=1 | example.test "
		        "spoilt ttl=2 | example.test spoilt ttl=3 | example.test",
		        STATUS_BOGUS, REASON_BUDGET },
		{ "in another order", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test | example.test spoilt ttl=3 "
		        "| example.test spoilt ttl=2 | example.test spoilt ttl=1",
		        STATUS_BOGUS, REASON_BUDGET },
		{ "the same bad one, again and again", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt | example.test spoilt "
		        "| example.test spoilt | example.test",
		        STATUS_SECURE, 0 },
	};
	JUDGE(rows);
}

static void an_unsigned_zone_is_insecure_only_by_proof(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "NSEC shows a delegation without DS", "www.unsigned.test A", 0,
		        "www.unsigned.test A 192.0.2.1", STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "an NSEC3 opt-out span", "www.optout.test A", 0, "www.optout.test A 192.0.2.1",
		        STATUS_INSECURE, REASON_OPT_OUT },
		{ "below a signed zone that is below a signed zone", "a.unsigned.example.test A", 0,
		        "a.unsigned.example.test A 192.0.2.1", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "stray signatures are ignored", "www.unsigned.test A", 0,
		        "www.unsigned.test A 192.0.2.1 | unsigned.test spoilt", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "even if they claim to be from the parent", "www.unsigned.test A", 0,
		        "www.unsigned.test A 192.0.2.1 | unsigned.test signer=test",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "an island below it has no chain", "www.island.unsigned.test A", 0,
		        "www.island.unsigned.test A 192.0.2.1 | island.unsigned.test",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "a DS of an unknown algorithm", "www.ds-algorithm.test A", 0,
		        "www.ds-algorithm.test A 192.0.2.1", STATUS_INSECURE, REASON_DS_ALGORITHM },
		{ "a DS of an unknown digest type", "www.ds-digest.test A", 0,
		        "www.ds-digest.test A 192.0.2.1", STATUS_INSECURE, REASON_DS_DIGEST },
		{ "an unknown DS beside a good one does not help", "www.ds-both.test A", 0,
		        "www.ds-both.test A 192.0.2.1", STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "an unknown DS beside a good one does no harm", "www.ds-both.test A", 0,
		        "www.ds-both.test A 192.0.2.1 | ds-both.test", STATUS_SECURE, 0 },
		{ "NODATA", "www.unsigned.test A", 0, "> unsigned.test SOA", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "NXDOMAIN", "x.y.unsigned.test A", 3, "> unsigned.test SOA", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "nothing at all", "www.unsigned.test A", 0, "", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
	};
	JUDGE(rows);
	judge_rows(rows, COUNT(rows), ASK_PLAIN);
}

/* Each label is a name at which a zone may begin; in ip6.arpa there are 34. */
static void a_name_as_deep_as_an_address_is_followed_to_its_cut(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a cut at the last label", IP6_ZONE " PTR", 0, IP6_ZONE " PTR host.unsigned.test",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "below it", "0." IP6_ZONE " PTR", 3, "> " IP6_ZONE " SOA", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "none, and no signature", "2" IP6_ZONE " PTR", 0,
		        "2" IP6_ZONE " PTR host.unsigned.test", STATUS_BOGUS,
		        REASON_RRSIG_MISSING },
	};
	JUDGE(rows);
}

#define NSEC3_OF(iterations)                                                                       \
	"> =www.example.test NSEC3 iterations=" iterations " TXT RRSIG | example.test"

/* Below the limit a denial is proved; above it anybody can forge what it denies. */
static void the_limit_of_iterations_is_a_key(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_key;
		uint32_t key;
		const char *records;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "by default 50", false, 0, NSEC3_OF("50"), STATUS_SECURE, 0 },
		{ "and not more", false, 0, NSEC3_OF("51"), STATUS_INSECURE,
		        REASON_NSEC3_ITERATIONS },
		{ "raised to what Unbound takes", true, 150, NSEC3_OF("150"), STATUS_SECURE, 0 },
		{ "and not more, either", true, 150, NSEC3_OF("151"), STATUS_INSECURE,
		        REASON_NSEC3_ITERATIONS },
		{ "none at all, as RFC 9276 advises", true, 0, NSEC3_OF("1"), STATUS_INSECURE,
		        REASON_NSEC3_ITERATIONS },
		{ "none", true, 0, NSEC3_OF("0"), STATUS_SECURE, 0 },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		j->policy.has_nsec3_iterations = rows[i].has_key;
		j->policy.nsec3_iterations = rows[i].key;
		gate_forget(&j->gate); /* as after a restart */
		judge_text(j, "www.example.test A", 0, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
	}
	judge_free(j);
}

/* What was learned for another answer must not change whether a signature is valid. */
static void an_nsec3_over_the_limit_makes_no_cut(void **state)
{
	(void)state;
	const char *signed_answer = "www.example.test A 192.0.2.1 | example.test";
	struct judge *j = judge_new();
	struct want want = { .type = TYPE_DS };

	assert_true(name_from_text("www.example.test", &want.name));
	judge_text(j, "www.example.test A", 0, signed_answer, ASK_DO);
	assert_judged(j, "at first", STATUS_SECURE, REASON_NONE);
	judge_begin(j, "www.example.test DS", 0);
	judge_write(j, "> =www.example.test NSEC3 iterations=51 A RRSIG | example.test");
	assert_int_equal(
	        gate_learn(&j->gate, &want, msg_span(&j->response), j->now, false), LEARNED);
	judge_text(j, "www.example.test A", 0, "www.example.test A 192.0.2.1", ASK_DO);
	assert_judged(j, "without signature", STATUS_INSECURE, REASON_NSEC3_ITERATIONS);
	judge_text(j, "www.example.test A", 0, signed_answer, ASK_DO);
	assert_judged(j, "with one", STATUS_SECURE, REASON_NONE);
	judge_free(j);
}

static void the_end_of_a_chain_left_to_the_client_needs_no_proof(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "an alias within the zone, and nothing more", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test", STATUS_SECURE, 0 },
		{ "the same with an SOA says that there is nothing", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n" SOA_EXAMPLE,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "and with another set there", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n"
		        "> example.test NS ns.example.test | example.test",
		        STATUS_SECURE, 0 },
		{ "the RCODE says so too", "a.example.test A", 3,
		        "a.example.test CNAME b.example.test | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "a referral to the root", "www.example.test A", 0, "> . NS ns.test", STATUS_BOGUS,
		        REASON_DS_UNPROVED },
		{ "a referral to a zone that does not hold the name", "www.example.test A", 0,
		        "> other.test NS ns.other.test", STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the signature of a referral, without it", "www.sub.example.test A", 0,
		        "> -sub.example.test NS ns.test | example.test\n"
		        "> sub.example.test DS sub.example.test | example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
	};
	judge_rows(rows, COUNT(rows), ASK_DO | ASK_NO_RD);
}

static void a_signature_too_short_for_its_type_covered_is_malformed(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.1 | example.test");
	msg_rr(&j->response, "www.example.test", TYPE_RRSIG, TTL, rd_raw(span_of("\0", 1)));
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "one octet", STATUS_BOGUS, REASON_MALFORMED);
	judge_free(j);
}

static void a_broken_chain_is_bogus_with_its_reason(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "the DS matches no key", "www.ds-other.test A", 0,
		        "www.ds-other.test A 192.0.2.1 | ds-other.test", STATUS_BOGUS,
		        REASON_DS_NO_MATCH },
		{ "the DS matches no key, and no signature", "www.ds-other.test A", 0,
		        "www.ds-other.test A 192.0.2.1", STATUS_BOGUS, REASON_DS_NO_MATCH },
		{ "the key has no zone bit", "www.no-zone-bit.test A", 0,
		        "www.no-zone-bit.test A 192.0.2.1 | no-zone-bit.test", STATUS_BOGUS,
		        REASON_DNSKEY_NO_ZONE_BIT },
		{ "the only key is revoked", "www.revoked.test A", 0,
		        "www.revoked.test A 192.0.2.1 | revoked.test", STATUS_BOGUS,
		        REASON_DNSKEY_REVOKED },
		{ "no DNSKEY", "www.keyless.test A", 0,
		        "www.keyless.test A 192.0.2.1 | keyless.test", STATUS_BOGUS,
		        REASON_DNSKEY_MISSING },
		{ "neither DS nor proof", "www.ds-stripped.test A", 0,
		        "www.ds-stripped.test A 192.0.2.1", STATUS_BOGUS, REASON_DS_UNPROVED },
		{ "no response never means Insecure", "www.silent.test A", 0,
		        "www.silent.test A 192.0.2.1", STATUS_INDETERMINATE, REASON_FETCH_FAILED },
	};
	JUDGE(rows);
}

static void a_chain_of_cnames_is_as_good_as_its_weakest_link(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "within a zone", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n"
		        "b.example.test CNAME c.example.test | example.test\n"
		        "c.example.test A 192.0.2.1 | example.test",
		        STATUS_SECURE, 0 },
		{ "the order does not matter", "a.example.test A", 0,
		        "b.example.test A 192.0.2.1 | example.test\n"
		        "a.example.test CNAME b.example.test | example.test",
		        STATUS_SECURE, 0 },
		{ "letter case does not matter", "a.EXAMPLE.test A", 0,
		        "A.example.TEST CNAME B.example.test | example.test\n"
		        "b.Example.test A 192.0.2.1 | example.test",
		        STATUS_SECURE, 0 },
		{ "a duplicate link counts once (RFC 2181, 5)", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n"
		        "a.example.test CNAME b.example.test\n"
		        "b.example.test A 192.0.2.1 | example.test",
		        STATUS_SECURE, 0 },
		{ "across zones", "a.example.test A", 0,
		        "a.example.test CNAME b.other.test | example.test\n"
		        "b.other.test CNAME c.sub.example.test | other.test\n"
		        "c.sub.example.test A 192.0.2.1 | sub.example.test",
		        STATUS_SECURE, 0 },
		{ "to an unsigned zone", "a.example.test A", 0,
		        "a.example.test CNAME b.unsigned.test | example.test\n"
		        "b.unsigned.test A 192.0.2.1",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "from an unsigned zone to a signed one", "b.unsigned.test A", 0,
		        "b.unsigned.test CNAME a.example.test\n"
		        "a.example.test A 192.0.2.1 | example.test",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "from an unsigned zone to a forged answer", "b.unsigned.test A", 0,
		        "b.unsigned.test CNAME a.example.test\n"
		        "a.example.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "to a broken zone", "a.example.test A", 0,
		        "a.example.test CNAME b.ds-other.test | example.test\n"
		        "b.ds-other.test A 192.0.2.1 | ds-other.test",
		        STATUS_BOGUS, REASON_DS_NO_MATCH },
		{ "a forged link", "a.example.test A", 0,
		        "a.example.test CNAME b.unsigned.test\nb.unsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "a signed link to a name that does not exist", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "to a name that is denied", "a.example.test A", 3,
		        "a.example.test CNAME b.other.test | example.test\n"
		        "> other.test SOA | other.test\n"
		        "> other.test NSEC other.test NS SOA RRSIG NSEC | other.test",
		        STATUS_SECURE, 0 },
		{ "to a type that is denied", "a.example.test A", 0,
		        "a.example.test CNAME b.other.test | example.test\n"
		        "> other.test SOA | other.test\n"
		        "> b.other.test NSEC other.test TXT RRSIG NSEC | other.test",
		        STATUS_SECURE, 0 },
		{ "to NODATA in an unsigned zone", "a.example.test A", 0,
		        "a.example.test CNAME b.unsigned.test | example.test\n"
		        "> unsigned.test SOA",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "the CNAME itself is asked for", "a.example.test CNAME", 0,
		        "a.example.test CNAME b.nowhere.test | example.test", STATUS_SECURE, 0 },
		{ "two CNAMEs at one name", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test c.example.test | example.test",
		        STATUS_BOGUS, REASON_MALFORMED },
		{ "in an unsigned zone, one that is malformed", "a.unsigned.test A", 0,
		        "a.unsigned.test CNAME #016100ff\n"
		        "a.unsigned.test A 192.0.2.1",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "and nothing else", "a.unsigned.test A", 0, "a.unsigned.test CNAME #016100ff",
		        STATUS_BOGUS, REASON_MALFORMED },
		{ "a malformed one after a good one", "a.unsigned.test A", 0,
		        "a.unsigned.test CNAME b.unsigned.test #016100ff\n"
		        "b.unsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_MALFORMED },
		{ "a loop of two", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n"
		        "b.example.test CNAME a.example.test | example.test",
		        STATUS_BOGUS, REASON_CHAIN_TOO_LONG },
		{ "a loop of one", "a.example.test A", 0,
		        "a.example.test CNAME a.example.test | example.test", STATUS_BOGUS,
		        REASON_CHAIN_TOO_LONG },
	};
	JUDGE(rows);
}

static void a_chain_of_cnames_has_a_longest_length(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	for (unsigned links = LIMIT_CNAMES - 1; links <= LIMIT_CNAMES + 1; links++) {
		char text[4096], last[128];
		size_t len = 0;
		for (unsigned i = 0; i < links; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			        "n%u.example.test CNAME n%u.example.test | example.test\n", i,
			        i + 1);
		snprintf(last, sizeof(last), "n%u.example.test A 192.0.2.1 | example.test", links);
		strcat(text, last);
		judge_text(j, "n0.example.test A", 0, text, ASK_DO | ASK_LARGE);
		if (links <= LIMIT_CNAMES)
			assert_judged(j, "within the limit", STATUS_SECURE, 0);
		else
			assert_judged(j, "over the limit", STATUS_BOGUS, REASON_CHAIN_TOO_LONG);
	}
	judge_free(j);
}

#define LONG_LABEL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_NAME  LONG_LABEL "." LONG_LABEL "." LONG_LABEL

static void a_dname_proves_its_cname_and_no_other(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a CNAME that derives from it", "a.d.example.test A", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.d.example.test CNAME a.e.other.test\n"
		        "a.e.other.test A 192.0.2.1 | other.test",
		        STATUS_SECURE, 0 },
		{ "several labels are replaced", "a.b.d.example.test A", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.b.d.example.test CNAME a.b.e.other.test\n"
		        "a.b.e.other.test A 192.0.2.1 | other.test",
		        STATUS_SECURE, 0 },
		{ "no CNAME, which is a denial to a client without DNAME", "a.d.example.test A", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.e.other.test A 192.0.2.1 | other.test",
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "a forged CNAME", "a.d.example.test A", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.d.example.test CNAME a.unsigned.test\na.unsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "a CNAME without its DNAME", "a.d.example.test A", 0,
		        "a.d.example.test CNAME a.e.other.test\n"
		        "a.e.other.test A 192.0.2.1 | other.test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "a forged DNAME", "a.d.example.test A", 0,
		        "d.example.test DNAME unsigned.test\n"
		        "a.d.example.test CNAME a.unsigned.test\na.unsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "a DNAME does not apply to its own name", "d.example.test A", 0,
		        "d.example.test DNAME unsigned.test | example.test\n"
		        "d.example.test CNAME unsigned.test\nunsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "the DNAME itself is asked for", "d.example.test DNAME", 0,
		        "d.example.test DNAME e.other.test | example.test", STATUS_SECURE, 0 },
		{ "the CNAME that it makes is asked for", "a.d.example.test CNAME", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.d.example.test CNAME a.e.other.test",
		        STATUS_SECURE, 0 },
		{ "a forged one is asked for", "a.d.example.test CNAME", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.d.example.test CNAME a.unsigned.test",
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "everything is asked for", "a.d.example.test ANY", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "a.d.example.test CNAME a.e.other.test",
		        STATUS_SECURE, 0 },
		{ "a loop", "a.d.example.test A", 0,
		        "d.example.test DNAME d.example.test | example.test\n"
		        "a.d.example.test CNAME a.d.example.test",
		        STATUS_BOGUS, REASON_CHAIN_TOO_LONG },
		{ "a CNAME beside a name that is too long", LONG_NAME ".d.example.test A", 0,
		        "d.example.test DNAME " LONG_LABEL
		        ".example.test | example.test\n" LONG_NAME
		        ".d.example.test CNAME a.unsigned.test\na.unsigned.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "two DNAMEs at one name (RFC 6672, 2.4)", "a.d.example.test A", 0,
		        "d.example.test DNAME e.other.test f.other.test | example.test",
		        STATUS_BOGUS, REASON_MALFORMED },
		{ "and the CNAME that one of them makes", "a.d.example.test A", 0,
		        "d.example.test DNAME e.other.test f.other.test | example.test\n"
		        "a.d.example.test CNAME a.e.other.test\n"
		        "a.e.other.test A 192.0.2.1 | other.test",
		        STATUS_BOGUS, REASON_CNAME_FORGED },
		{ "a name that is too long", LONG_NAME ".d.example.test A", 6,
		        "d.example.test DNAME " LONG_LABEL ".example.test | example.test",
		        STATUS_SECURE, 0 },
		{ "a name that is too long, and NOERROR", LONG_NAME ".d.example.test A", 0,
		        "d.example.test DNAME " LONG_LABEL ".example.test | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "a name that is too long, and NXDOMAIN", LONG_NAME ".d.example.test A", 3,
		        "d.example.test DNAME " LONG_LABEL ".example.test | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an alias to a name that is too long, and NXDOMAIN", "a.example.test A", 3,
		        "a.example.test CNAME " LONG_NAME ".d.example.test | example.test\n"
		        "d.example.test DNAME " LONG_LABEL ".example.test | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "a forged YXDOMAIN", "www.example.test A", 6, "", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "YXDOMAIN for an existing answer", "www.example.test A", 6,
		        "www.example.test A 192.0.2.1 | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "YXDOMAIN with a proof of another denial", "www.example.test A", 6,
		        "> www.example.test NSEC x.example.test TXT RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an unsigned DNAME in an unsigned zone", "a.d.unsigned.test A", 0,
		        "d.unsigned.test DNAME example.test\n"
		        "a.d.unsigned.test CNAME a.example.test\n"
		        "a.example.test A 192.0.2.1 | example.test",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
	};
	JUDGE(rows);
}

/* RFC 4035, 2.4: an attacker on the path to an unsigned zone can write that zone's records, but not
 * those of the zone above, which say whether it has a DS. */
static void an_alias_in_a_ds_answer_belongs_to_the_zone_above(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a forged one at an unsigned delegation", "unsigned.test DS", 0,
		        "unsigned.test CNAME www.unsigned.test", STATUS_BOGUS,
		        REASON_RRSIG_MISSING },
		{ "and what it leads to", "unsigned.test DS", 0,
		        "unsigned.test CNAME example.test\n"
		        "example.test DS example.test | test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "as the second link", "a.example.test DS", 0,
		        "a.example.test CNAME unsigned.example.test | example.test\n"
		        "unsigned.example.test CNAME evil.unsigned.example.test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "after a link in an unsigned zone", "www.unsigned.test DS", 0,
		        "www.unsigned.test CNAME unsigned.example.test\n"
		        "unsigned.example.test CNAME evil.unsigned.example.test",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "one that the zone below a signed delegation has signed", "sub.example.test DS",
		        0, "sub.example.test CNAME www.unsigned.test | sub.example.test",
		        STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "one of the zone above, which is no delegation", "a.example.test DS", 0,
		        "a.example.test CNAME www.example.test | example.test\n" SOA_EXAMPLE
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "one within an unsigned zone", "www.unsigned.test DS", 0,
		        "www.unsigned.test CNAME x.unsigned.test", STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "the same name is asked for something else", "unsigned.test A", 0,
		        "unsigned.test CNAME www.unsigned.test\n"
		        "www.unsigned.test A 192.0.2.1",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
	};
	JUDGE(rows);
	judge_rows(rows, 3, ASK_DO | ASK_NO_RD);
}

static void an_unsigned_dname_cannot_rename_an_island(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct anchors *both = judge_anchors(j, ". island.unsigned.test");

	j->store.anchors = both;
	judge_text(j, "www.island.unsigned.test A", 0,
	        "unsigned.test DNAME evil.unsigned.test\n"
	        "www.island.unsigned.test CNAME www.island.evil.unsigned.test\n"
	        "www.island.evil.unsigned.test A 192.0.2.66",
	        ASK_DO);
	assert_judged(j, "with the CNAME", STATUS_BOGUS, REASON_RRSIG_MISSING);
	judge_text(j, "www.island.unsigned.test A", 0,
	        "unsigned.test DNAME evil.unsigned.test\n"
	        "www.island.evil.unsigned.test A 192.0.2.66",
	        ASK_DO);
	assert_judged(j, "without", STATUS_BOGUS, REASON_DENIAL_MISSING);
	judge_text(j, "www.island.unsigned.test A", 0, "unsigned.test DNAME evil.unsigned.test",
	        ASK_DO | ASK_NO_RD);
	assert_judged(j, "without the CNAME, to a resolver that iterates", STATUS_BOGUS,
	        REASON_DENIAL_MISSING);
	const char *behind = "www.unsigned.test CNAME www.island.unsigned.test\n"
	                     "unsigned.test DNAME evil.unsigned.test";
	judge_text(j, "www.unsigned.test A", 0, behind, ASK_DO);
	assert_judged(j, "behind an alias to it", STATUS_BOGUS, REASON_DENIAL_MISSING);
	judge_text(j, "www.unsigned.test A", 0, behind, ASK_DO | ASK_NO_RD);
	assert_judged(j, "which a resolver that iterates follows itself", STATUS_INSECURE,
	        REASON_UNSIGNED_ZONE);
	assert_string_equal(
	        judge_list(judge_delivered(j, msg_span(&j->response))), "www.unsigned.test/CNAME");
	judge_text(j, "www.x.unsigned.test A", 0,
	        "unsigned.test DNAME evil.unsigned.test\n"
	        "www.x.unsigned.test CNAME www.x.evil.unsigned.test\n"
	        "www.x.evil.unsigned.test A 192.0.2.66",
	        ASK_DO);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "www.x.unsigned.test/CNAME www.x.evil.unsigned.test/A");
	judge_text(j, "www.a.unsigned.test A", 0, "a.unsigned.test DNAME evil.test",
	        ASK_DO | ASK_NO_RD);
	assert_judged(j, "what is no island", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	judge_text(j, "www.island.unsigned.test A", 0,
	        "www.island.unsigned.test A 192.0.2.1 | island.unsigned.test", ASK_DO);
	assert_judged(j, "the island itself", STATUS_SECURE, REASON_NONE);
	j->store.anchors = j->anchors;
	anchors_free(both);
	judge_free(j);
}

static void a_wildcard_needs_the_proof_that_it_applies(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "with its proof", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "without", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3", STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED },
		{ "a proof for another name", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> b.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "an unsigned proof", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "a proof of another zone", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "a closer name exists", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=2\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "the name is an empty non-terminal", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC z.a.w.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "several labels deep", "a.b.w.example.test A", 0,
		        "a.b.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "NSEC3", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> ~a.w.example.test NSEC3 A RRSIG | example.test",
		        STATUS_SECURE, 0 },
		{ "NSEC3 over the whole name where it should be the next closer",
		        "a.b.w.example.test A", 0,
		        "a.b.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> ~a.b.w.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "NSEC3 with opt-out", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> ~a.w.example.test NSEC3 optout A RRSIG | example.test",
		        STATUS_INSECURE, REASON_OPT_OUT },
		{ "a question for the wildcard itself needs no proof", "*.w.example.test A", 0,
		        "*.w.example.test A 192.0.2.1 | example.test", STATUS_SECURE, 0 },
		{ "a question that begins with * may be expanded", "*.a.w.example.test A", 0,
		        "*.a.w.example.test A 192.0.2.1 | example.test labels=3", STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED },
		{ "a CNAME made from a wildcard", "a.w.example.test A", 0,
		        "a.w.example.test CNAME b.example.test | example.test labels=3\n"
		        "b.example.test A 192.0.2.1 | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
		{ "with its proof", "a.w.example.test A", 0,
		        "a.w.example.test CNAME b.example.test | example.test labels=3\n"
		        "b.example.test A 192.0.2.1 | example.test\n"
		        "> *.w.example.test NSEC x.example.test CNAME RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "a parent's wildcard does not apply below a cut", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | test labels=1\n"
		        "> example.test NSEC f.test NS DS RRSIG NSEC | test",
		        STATUS_BOGUS, REASON_RRSIG_SIGNER },
	};
	JUDGE(rows);
}

static void denials_need_a_proof(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "NODATA", "www.example.test A", 0,
		        SOA_EXAMPLE "> www.example.test NSEC x.example.test TXT RRSIG NSEC | "
		                    "example.test",
		        STATUS_SECURE, 0 },
		{ "NXDOMAIN", "www.example.test A", 3,
		        SOA_EXAMPLE
		        "> v.example.test NSEC x.example.test TXT RRSIG NSEC | example.test\n"
		        "> example.test NSEC a.example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "NXDOMAIN by one NSEC for both", "www.example.test A", 3,
		        "> example.test NSEC example.test SOA NS RRSIG NSEC DNSKEY | example.test",
		        STATUS_SECURE, 0 },
		{ "a forged NXDOMAIN", "www.example.test A", 3, "> example.test SOA", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "NXDOMAIN with a good SOA only", "www.example.test A", 3, SOA_EXAMPLE,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "NODATA stripped of everything", "www.example.test A", 0, "", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "NODATA stripped of its signatures", "www.example.test A", 0,
		        "> example.test SOA\n> www.example.test NSEC x.example.test TXT RRSIG NSEC",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "an expired proof", "www.example.test A", 0,
		        SOA_EXAMPLE "> www.example.test NSEC x.example.test TXT RRSIG NSEC | "
		                    "example.test expired",
		        STATUS_BOGUS, REASON_RRSIG_EXPIRED },
		{ "NXDOMAIN for a name that exists", "www.example.test A", 3,
		        SOA_EXAMPLE "> www.example.test NSEC x.example.test TXT RRSIG NSEC | "
		                    "example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXDOMAIN without the wildcard's denial", "www.example.test A", 3,
		        "> v.example.test NSEC x.example.test TXT RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NODATA for a type that exists", "www.example.test A", 0,
		        SOA_EXAMPLE
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NODATA for a name that is an alias", "www.example.test A", 0,
		        "> www.example.test NSEC x.example.test CNAME RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an NSEC of a sister zone", "www.example.test A", 3,
		        "> other.test NSEC other.test SOA NS RRSIG NSEC | other.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "an answer beside NXDOMAIN", "www.example.test A", 3,
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "wildcard NODATA", "a.w.example.test A", 0,
		        "> *.w.example.test NSEC x.example.test TXT RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "wildcard NODATA for a type it has", "a.w.example.test A", 0,
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an empty non-terminal", "ent.example.test A", 0,
		        "> a.example.test NSEC x.ent.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "an empty non-terminal exists", "ent.example.test A", 3,
		        "> a.example.test NSEC x.ent.example.test A RRSIG NSEC | example.test\n"
		        "> example.test NSEC a.example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "compact denial, RFC 9824", "nx.example.test A", 0,
		        SOA_EXAMPLE
		        "> nx.example.test NSEC a.nx.example.test RRSIG NSEC NXNAME | example.test",
		        STATUS_SECURE, 0 },
		{ "compact denial with its RCODE restored", "nx.example.test A", 3,
		        SOA_EXAMPLE
		        "> nx.example.test NSEC a.nx.example.test RRSIG NSEC NXNAME | example.test",
		        STATUS_SECURE, 0 },
		{ "the same without NXNAME", "nx.example.test A", 3,
		        SOA_EXAMPLE
		        "> nx.example.test NSEC a.nx.example.test RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
	};
	JUDGE(rows);
	judge_rows(rows, COUNT(rows), ASK_PLAIN);
}

static void nsec3_proofs_give_the_same_results(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "NODATA", "www.example.test A", 0,
		        SOA_EXAMPLE "> =www.example.test NSEC3 TXT RRSIG | example.test",
		        STATUS_SECURE, 0 },
		{ "NODATA for a type that exists", "www.example.test A", 0,
		        "> =www.example.test NSEC3 A RRSIG | example.test", STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "NXDOMAIN", "a.b.example.test A", 3,
		        SOA_EXAMPLE "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		                    "> ~b.example.test NSEC3 A RRSIG | example.test\n"
		                    "> ~*.example.test NSEC3 A RRSIG | example.test",
		        STATUS_SECURE, 0 },
		{ "NXDOMAIN without the closest encloser", "a.b.example.test A", 3,
		        SOA_EXAMPLE "> ~b.example.test NSEC3 A RRSIG | example.test\n"
		                    "> ~*.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXDOMAIN without the next closer", "a.b.example.test A", 3,
		        SOA_EXAMPLE "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		                    "> ~a.b.example.test NSEC3 A RRSIG | example.test\n"
		                    "> ~*.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXDOMAIN without the wildcard", "a.b.example.test A", 3,
		        SOA_EXAMPLE "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		                    "> ~b.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXDOMAIN with opt-out", "a.b.example.test A", 3,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		        "> ~b.example.test NSEC3 optout A RRSIG | example.test\n"
		        "> ~*.example.test NSEC3 A RRSIG | example.test",
		        STATUS_INSECURE, REASON_OPT_OUT },
		{ "an encloser that is a delegation", "a.b.example.test A", 3,
		        "> =b.example.test NSEC3 NS | example.test\n"
		        "> ~a.b.example.test NSEC3 A RRSIG | example.test\n"
		        "> ~*.b.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an encloser that is a DNAME", "a.b.example.test A", 3,
		        "> =b.example.test NSEC3 DNAME RRSIG | example.test\n"
		        "> ~a.b.example.test NSEC3 A RRSIG | example.test\n"
		        "> ~*.b.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "wildcard NODATA", "a.w.example.test A", 0,
		        "> =w.example.test NSEC3 | example.test\n"
		        "> ~a.w.example.test NSEC3 A RRSIG | example.test\n"
		        "> =*.w.example.test NSEC3 TXT RRSIG | example.test",
		        STATUS_SECURE, 0 },
		{ "an empty non-terminal", "ent.example.test A", 0,
		        "> =ent.example.test NSEC3 | example.test", STATUS_SECURE, 0 },
		{ "different salts", "a.b.example.test A", 3,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		        "> ~b.example.test NSEC3 salt=2 A RRSIG | example.test\n"
		        "> ~*.example.test NSEC3 A RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "different salts beside an NSEC that proves nothing", "a.b.example.test A", 3,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		        "> ~b.example.test NSEC3 A RRSIG | example.test\n"
		        "> ~*.example.test NSEC3 A RRSIG | example.test\n"
		        "> ~x.example.test NSEC3 salt=2 A RRSIG | example.test\n"
		        "> x.example.test NSEC y.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "salt and as many iterations as the limit allows", "www.example.test A", 0,
		        "> =www.example.test NSEC3 salt=8 iterations=50 TXT RRSIG | example.test",
		        STATUS_SECURE, 0 },
		{ "one more", "www.example.test A", 0,
		        "> =www.example.test NSEC3 iterations=51 TXT RRSIG | example.test",
		        STATUS_INSECURE, REASON_NSEC3_ITERATIONS },
		{ "too many, but unsigned", "www.example.test A", 0,
		        "> =www.example.test NSEC3 iterations=51 TXT RRSIG | example.test spoilt",
		        STATUS_BOGUS, REASON_RRSIG_FAILED },
		{ "compact denial", "nx.example.test A", 0,
		        "> =nx.example.test NSEC3 RRSIG NXNAME | example.test", STATUS_SECURE, 0 },
		{ "compact denial with its RCODE restored", "nx.example.test A", 3,
		        "> =nx.example.test NSEC3 RRSIG NXNAME | example.test", STATUS_SECURE, 0 },
		{ "compact denial of another name", "nx.example.test A", 3,
		        "> =ny.example.test NSEC3 RRSIG NXNAME | example.test", STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "beside what shows that the name exists", "nx.example.test A", 3,
		        "> =ny.example.test NSEC3 RRSIG NXNAME | example.test\n"
		        "> =nx.example.test NSEC3 TXT RRSIG | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
	};
	JUDGE(rows);
}

static void a_record_from_the_wrong_side_of_a_cut_proves_nothing(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "the parent's NSEC for a child's apex", "sub.example.test A", 0,
		        SOA_EXAMPLE "> sub.example.test NSEC x.example.test NS DS RRSIG NSEC | "
		                    "example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the parent's NSEC for a child's name", "www.sub.example.test A", 3,
		        SOA_EXAMPLE "> sub.example.test NSEC x.example.test NS DS RRSIG NSEC | "
		                    "example.test\n"
		                    "> example.test NSEC a.example.test SOA NS RRSIG NSEC | "
		                    "example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the child's apex NSEC for its DS", "sub.example.test DS", 0,
		        "> sub.example.test SOA | sub.example.test\n"
		        "> sub.example.test NSEC sub.example.test SOA NS RRSIG NSEC | "
		        "sub.example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the child's apex NSEC3 for its DS", "sub.example.test DS", 0,
		        "> =sub.example.test NSEC3 SOA NS RRSIG | sub.example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "the parent's NSEC for a missing DS", "unsigned.example.test DS", 0,
		        SOA_EXAMPLE "> unsigned.example.test NSEC x.example.test NS RRSIG NSEC | "
		                    "example.test",
		        STATUS_SECURE, 0 },
		{ "nothing for a missing DS, whose proof is learned elsewhere", "unsigned.test DS",
		        0, "> unsigned.test SOA", STATUS_INSECURE, REASON_UNSIGNED_ZONE },
		{ "an attacker denies a DS that there is", "sub.example.test DS", 0,
		        "> sub.example.test SOA", STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "an attacker denies such a name, too", "unsigned.test DS", 3,
		        "> unsigned.test SOA", STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the parent's opt-out span for a missing DS", "unsigned.example.test DS", 0,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		        "> ~unsigned.example.test NSEC3 optout NS | example.test",
		        STATUS_INSECURE, REASON_OPT_OUT },
		{ "the same span without opt-out", "unsigned.example.test DS", 0,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n"
		        "> ~unsigned.example.test NSEC3 NS | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "below a DNAME, by its NSEC", "a.d.example.test A", 3,
		        SOA_EXAMPLE
		        "> d.example.test NSEC x.example.test DNAME RRSIG NSEC | example.test\n"
		        "> example.test NSEC a.example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an NSEC whose next name leaves the zone", "www.example.test A", 3,
		        "> example.test NSEC z.test SOA NS RRSIG NSEC | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "an NSEC made from a wildcard", "www.example.test A", 0,
		        "> www.example.test NSEC z.example.test TXT RRSIG NSEC | example.test "
		        "labels=2",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the parent's NSEC for the apex of a zone unknown yet", "other.test A", 0,
		        "> test SOA | test\n> other.test NSEC x.test NS DS RRSIG NSEC | test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
	};
	JUDGE(rows);
}

static void unusual_types_are_judged_like_any(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "ANY, all signed", "www.example.test ANY", 0,
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "www.example.test TXT hello | example.test",
		        STATUS_SECURE, 0 },
		{ "ANY, one forged", "www.example.test ANY", 0,
		        "www.example.test A 192.0.2.1 | example.test\nwww.example.test TXT hello",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "ANY, nothing at the name", "www.example.test ANY", 3,
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "ANY denied for a name that has types", "www.example.test ANY", 0,
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NSEC", "www.example.test NSEC", 0,
		        "www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "NSEC, the parent's at a cut", "sub.example.test NSEC", 0,
		        "sub.example.test NSEC x.example.test NS DS RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
		{ "NSEC, the child's at a cut", "sub.example.test NSEC", 0,
		        "sub.example.test NSEC sub.example.test SOA NS RRSIG NSEC | "
		        "sub.example.test",
		        STATUS_SECURE, 0 },
		{ "DS by the parent", "sub.example.test DS", 0,
		        "sub.example.test DS sub.example.test | example.test", STATUS_SECURE, 0 },
		{ "DS by the child", "sub.example.test DS", 0,
		        "sub.example.test DS sub.example.test | sub.example.test", STATUS_BOGUS,
		        REASON_RRSIG_SIGNER },
		{ "DS of the root, which has no parent", ". DS", 0,
		        "> . SOA | .\n> . NSEC test NS SOA RRSIG NSEC DNSKEY | .", STATUS_SECURE,
		        0 },
		{ "ANY, and a signature whose records are missing", "www.example.test ANY", 0,
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "-www.example.test TXT hello | example.test",
		        STATUS_SECURE, 0 },
		{ "ANY, and nothing else", "www.example.test ANY", 0,
		        "-www.example.test TXT hello | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING },
		{ "DNSKEY", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test | example.test", STATUS_SECURE, 0 },
		{ "DNSKEY of another", "example.test DNSKEY", 0,
		        "example.test DNSKEY other.test | other.test signer=example.test",
		        STATUS_BOGUS, REASON_RRSIG_NO_KEY },
		{ "DS of an unsigned zone's name", "www.unsigned.test DS", 0, "> unsigned.test SOA",
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE },
	};
	JUDGE(rows);
}

static void rrsigs_pass_if_asked_for_but_no_record_beside_them(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		enum status status;
		enum reason reason;
		const char *delivered;
	} rows[] = {
		{ "nothing else", "-www.example.test A 192.0.2.1 | example.test", STATUS_INSECURE,
		        REASON_NOT_ANSWER, "www.example.test/RRSIG" },
		{ "with their records, or others",
		        "www.example.test A 192.0.2.66 | example.test spoilt", STATUS_BOGUS,
		        REASON_DENIAL_MISSING, "" },
		{ "a record without signature",
		        "-www.example.test A 192.0.2.1 | example.test\nwww.example.test TXT evil",
		        STATUS_INSECURE, REASON_NOT_ANSWER, "www.example.test/RRSIG" },
		{ "signatures of another name",
		        "-www.example.test A 192.0.2.1 | example.test\n"
		        "-mail.example.test A 192.0.2.1 | example.test",
		        STATUS_INSECURE, REASON_NOT_ANSWER, "www.example.test/RRSIG" },
		{ "only these", "-mail.example.test A 192.0.2.1 | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING, "" },
		{ "in the authority section", "> -www.example.test A 192.0.2.1 | example.test",
		        STATUS_BOGUS, REASON_DENIAL_MISSING, "" },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_text(j, "www.example.test RRSIG", 0, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
		if (strcmp(list, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, list);
	}
	judge_free(j);
}

static void records_of_another_class_are_dropped(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	enum { CLASS_AT = DNS_HEADER_SIZE + 18 + 4 + 2 + 2 };

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.1");
	j->response.octets[CLASS_AT + 1] = 3;
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "CH", STATUS_BOGUS, REASON_DENIAL_MISSING);
	judge_free(j);
}

static void another_class_passes_without_records_of_class_in(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	enum { QCLASS_AT = DNS_HEADER_SIZE + 18 + 2, CLASS_AT = QCLASS_AT + 2 + 2 + 2 };
	struct client_query asked = judge_asked("www.example.test TXT", ASK_DO);

	asked.question[asked.question_len - 1] = 3;
	judge_begin(j, "www.example.test TXT", 0);
	judge_write(j, "www.example.test TXT chaos\nwww.example.test TXT inet");
	j->response.octets[QCLASS_AT + 1] = 3;
	j->response.octets[CLASS_AT + 1] = 3;
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "CH", STATUS_INSECURE, REASON_NOT_ANSWER);
	const struct message *m = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(m->rr_count, 1);
	assert_int_equal(m->rrs[0].class, 3);
	judge_free(j);
}

static void a_question_for_class_any_is_judged_as_class_in(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	enum { QCLASS_AT = DNS_HEADER_SIZE + 18 + 2, CLASS_AT = QCLASS_AT + 2 + 2 + 2 };
	static const struct {
		const char *why, *records;
		uint8_t class;
		enum status status;
		enum reason reason;
		const char *delivered;
	} rows[] = {
		{ "signed", "www.example.test A 192.0.2.1 | example.test", 1, STATUS_SECURE,
		        REASON_NONE, "www.example.test/A www.example.test/RRSIG" },
		{ "not signed", "www.example.test A 192.0.2.1", 1, STATUS_BOGUS,
		        REASON_RRSIG_MISSING, "" },
		{ "a record of another class has no chain",
		        "www.example.test A 192.0.2.2\nwww.example.test A 192.0.2.1 | example.test",
		        3, STATUS_SECURE, REASON_NONE,
		        "www.example.test/A www.example.test/RRSIG" },
		{ "nothing else", "www.example.test A 192.0.2.1", 3, STATUS_BOGUS,
		        REASON_DENIAL_MISSING, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked("www.example.test A", ASK_DO);
		asked.question[asked.question_len - 1] = CLASS_ANY;
		judge_begin(j, "www.example.test A", 0);
		judge_write(j, rows[i].records);
		j->response.octets[QCLASS_AT + 1] = CLASS_ANY;
		j->response.octets[CLASS_AT + 1] = rows[i].class;
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		assert_string_equal(
		        judge_list(judge_delivered(j, msg_span(&j->response))), rows[i].delivered);
	}
	judge_free(j);
}

static void failures_pass_without_records(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
	} rows[] = {
		{ "FORMERR", RCODE_FORMERR },
		{ "SERVFAIL", RCODE_SERVFAIL },
		{ "NOTIMP", RCODE_NOTIMP },
		{ "REFUSED", RCODE_REFUSED },
		{ "truncated", FLAG_TC },
		{ "truncated NXDOMAIN", FLAG_TC | RCODE_NXDOMAIN },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_text(j, "www.example.test A", rows[i].flags,
		        "www.example.test A 192.0.2.66\n> example.test NS ns.evil.test\n"
		        "+ ns.evil.test A 192.0.2.66",
		        ASK_DO | ASK_AD);
		assert_judged(j, rows[i].why, STATUS_INSECURE, REASON_NOT_ANSWER);
		assert_row(rows[i].why, j->result.verdict == GATE_REWRITE);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_row(rows[i].why, m->rr_count == 0 && m->edns.present);
		/* a client told that the rest is missing must not be told that there is none */
		uint16_t kept = rows[i].flags & FLAG_TC ? FLAG_TC : rows[i].flags;
		assert_row(rows[i].why, (m->flags & (FLAG_TC | FLAG_AD | RCODE_MASK)) == kept);
	}
	judge_free(j);
}

/* A client that does not read the extended bits takes the rest for the answer: 16 for "no data", 19
 * for "no such name", without a proof. */
static void an_extended_rcode_is_never_taken_for_an_answer(void **state)
{
	(void)state;
	static const struct {
		unsigned how, rcode, delivered;
		uint16_t flags;
	} rows[] = {
		{ ASK_PLAIN, 16, RCODE_SERVFAIL, 0 }, /* BADVERS */
		{ ASK_EDNS, 16, RCODE_SERVFAIL, 0 },
		{ ASK_PLAIN, 19, RCODE_SERVFAIL, 0 },
		{ ASK_EDNS, 19, RCODE_SERVFAIL, 0 },
		{ ASK_EDNS, 22, RCODE_SERVFAIL, 0 },
		{ ASK_PLAIN, 23, RCODE_SERVFAIL, 0 }, /* BADCOOKIE */
		{ ASK_EDNS, 23, 23, 0 },
		/* in a truncated response the rest is cleared, which leaves 16 */
		{ ASK_EDNS, 23, RCODE_SERVFAIL, FLAG_TC },
	};
	struct judge *j = judge_new();
	const size_t opt_rcode_at = DNS_HEADER_SIZE + 18 + 4 + 5;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked("www.example.test A", rows[i].how);
		judge_begin(j, "www.example.test A", rows[i].rcode & RCODE_MASK);
		j->response.octets[2] |= (uint8_t)(rows[i].flags >> 8);
		msg_section(&j->response, SECTION_ADDITIONAL);
		msg_opt(&j->response, 1232, true);
		j->response.octets[opt_rcode_at] = (uint8_t)(rows[i].rcode >> 4);
		judge_octets(j, &asked, msg_span(&j->response));
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_int_equal(message_rcode(m), rows[i].delivered);
	}
	judge_free(j);
}

static void a_referral_passes_if_recursion_was_not_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records, *delivered;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "a signed zone's", "www.sub.example.test A",
		        "> sub.example.test NS ns.sub.example.test\n"
		        "> sub.example.test DS sub.example.test | example.test\n"
		        "+ ns.sub.example.test A 192.0.2.1",
		        "> sub.example.test/NS > sub.example.test/DS > sub.example.test/RRSIG "
		        "+ ns.sub.example.test/A",
		        STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "an unsigned zone's", "www.unsigned.example.test A",
		        "> unsigned.example.test NS ns.unsigned.example.test\n"
		        "> unsigned.example.test NSEC x.example.test NS RRSIG NSEC | example.test\n"
		        "+ ns.unsigned.example.test AAAA 2001:db8::1",
		        "> unsigned.example.test/NS > unsigned.example.test/NSEC "
		        "> unsigned.example.test/RRSIG + ns.unsigned.example.test/AAAA",
		        STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "from an unsigned zone", "www.a.unsigned.test A",
		        "> a.unsigned.test NS ns.a.unsigned.test\n+ ns.a.unsigned.test A 192.0.2.1",
		        "> a.unsigned.test/NS + ns.a.unsigned.test/A", STATUS_INSECURE,
		        REASON_NOT_ANSWER },
		{ "an address that no NS refers to is not glue", "www.sub.example.test A",
		        "> sub.example.test NS ns.sub.example.test\n"
		        "> sub.example.test DS sub.example.test | example.test\n"
		        "+ ns.sub.example.test A 192.0.2.1\n+ ns2.sub.example.test A 192.0.2.66",
		        "> sub.example.test/NS > sub.example.test/DS > sub.example.test/RRSIG "
		        "+ ns.sub.example.test/A",
		        STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "a malformed NS", "www.sub.example.test A",
		        "> sub.example.test NS #016100ff\n"
		        "> sub.example.test DS sub.example.test | example.test\n"
		        "+ a A 192.0.2.66\n+ ns.sub.example.test A 192.0.2.66",
		        "> sub.example.test/NS > sub.example.test/DS > sub.example.test/RRSIG",
		        STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "a server above the cut has signed addresses", "www.sub.example.test A",
		        "> sub.example.test NS ns1.example.test ns2.example.test\n"
		        "> sub.example.test DS sub.example.test | example.test\n"
		        "+ ns1.example.test A 192.0.2.66\n"
		        "+ ns2.example.test A 192.0.2.1 | example.test",
		        "> sub.example.test/NS > sub.example.test/NS > sub.example.test/DS "
		        "> sub.example.test/RRSIG + ns2.example.test/A + ns2.example.test/RRSIG",
		        STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "a forged DS", "www.sub.example.test A",
		        "> sub.example.test NS ns.sub.example.test\n"
		        "> sub.example.test DS sub.example.test | example.test spoilt",
		        NULL, STATUS_BOGUS, REASON_DS_UNPROVED },
		{ "no DS and no proof", "www.sub.example.test A",
		        "> sub.example.test NS ns.sub.example.test", NULL, STATUS_BOGUS,
		        REASON_DS_UNPROVED },
		{ "a proof for another name", "www.sub.example.test A",
		        "> sub.example.test NS ns.sub.example.test\n"
		        "> unsigned.example.test NSEC x.example.test NS RRSIG NSEC | example.test",
		        NULL, STATUS_BOGUS, REASON_DS_UNPROVED },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		store_flush(&j->store);
		judge_text(j, rows[i].question, 0, rows[i].records, ASK_DO | ASK_NO_RD);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		if (!rows[i].delivered)
			continue;
		const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
		if (strcmp(list, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, list);
	}
	judge_free(j);
}

/* An attacker on the path can answer any query without RD with a referral: one to the root would
 * make glue of every name. */
static void a_referral_leads_down_and_its_glue_lies_below(void **state)
{
	(void)state;
	static const struct {
		const char *why, *anchors, *records, *delivered;
	} rows[] = {
		{ "to the root, with an address of a signed zone", ".",
		        "> . NS www.p256.test\n+ www.p256.test A 203.0.113.66", NULL },
		{ "to the root, where it has no anchor", "p256.test",
		        "> . NS www.p256.test\n+ www.p256.test A 203.0.113.66", NULL },
		{ "to the root, beside a genuine one", ".",
		        "> . NS www.other.test\n> test NS ns.test\n> test DS test | .\n"
		        "> . NS www.example\n"
		        "+ ns.test A 192.0.2.1\n+ www.other.test A 203.0.113.66",
		        "> test/NS > test/DS > test/RRSIG + ns.test/A" },
		{ "to two, the deeper last", ".",
		        "> test NS ns.test\n> p256.test NS ns.p256.test\n"
		        "> p256.test DS p256.test | test\n"
		        "+ ns.p256.test A 192.0.2.1\n+ ns.test A 203.0.113.66",
		        "> p256.test/NS > p256.test/DS > p256.test/RRSIG + ns.p256.test/A" },
		{ "to two, the deeper first", ".",
		        "> p256.test NS ns.p256.test\n> p256.test DS p256.test | test\n"
		        "> test NS ns.test\n"
		        "+ ns.p256.test A 192.0.2.1\n+ ns.test A 203.0.113.66",
		        "> p256.test/NS > p256.test/DS > p256.test/RRSIG + ns.p256.test/A" },
		{ "to a zone whose child zones are known", ".",
		        "> test NS ns.test\n> test DS test | .\n+ ns.test A 192.0.2.1",
		        "> test/NS > test/DS > test/RRSIG + ns.test/A" },
		{ "to a zone whose server is named in a signed one below it", ".",
		        "> test NS ns.p256.test\n> test DS test | .\n+ ns.p256.test A 192.0.2.1",
		        "> test/NS > test/DS > test/RRSIG + ns.p256.test/A" },
		{ "with an address beside the cut", ".",
		        "> p256.test NS www.other.test\n> p256.test DS p256.test | test\n"
		        "+ www.other.test A 203.0.113.66",
		        "> p256.test/NS > p256.test/DS > p256.test/RRSIG" },
		{ "sideways", ".",
		        "> other.test NS ns.other.test\n> other.test DS other.test | test", NULL },
		{ "to a zone without anchor", "p256.test",
		        "> test NS ns.test www.p256.test\n+ ns.test A 192.0.2.1\n"
		        "+ www.p256.test A 203.0.113.66",
		        "> test/NS > test/NS + ns.test/A" },
		{ "to a zone with an anchor of its own", "p256.test",
		        "> p256.test NS ns.p256.test\n+ ns.p256.test A 192.0.2.1",
		        "> p256.test/NS + ns.p256.test/A" },
		{ "to the zone above it, with its address", "p256.test",
		        "> test NS www.p256.test\n+ www.p256.test A 203.0.113.66", "> test/NS" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct anchors *anchors = judge_anchors(j, rows[i].anchors);
		j->store.anchors = anchors;
		judge_text(
		        j, "www.p256.test A", 0, "www.p256.test A 192.0.2.1 | p256.test", ASK_DO);
		judge_text(j, "www.other.test A", 0, "www.other.test A 192.0.2.1 | other.test",
		        ASK_DO);
		judge_text(j, "www.p256.test A", 0, rows[i].records, ASK_DO | ASK_NO_RD);
		assert_row(
		        rows[i].why, j->result.outcome.status ==
		                             (rows[i].delivered ? STATUS_INSECURE : STATUS_BOGUS));
		assert_row(rows[i].why, (j->result.verdict == GATE_SERVFAIL) == !rows[i].delivered);
		if (rows[i].delivered) {
			const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
			if (strcmp(list, rows[i].delivered) != 0)
				fail_msg("%s: %s", rows[i].why, list);
		}
		j->store.anchors = j->anchors;
		anchors_free(anchors);
		judge_free(j);
	}
}

/* RFC 4035, 3.1.4: a referral has a DS, or the NSEC of a delegation. An NSEC of a name that is no
 * delegation, or of one that does not exist, would send the client to the forger of the NS. */
static void a_referral_without_a_delegation_is_refused(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "a name that is not a zone cut", "a.www.example.test A", 0,
		        "> www.example.test NS ns.evil.test\n"
		        "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DS_UNPROVED },
		{ "a name that does not exist", "a.none.example.test A", 0,
		        "> none.example.test NS ns.evil.test\n"
		        "> example.test NSEC x.example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_DS_UNPROVED },
	};
	judge_rows(rows, COUNT(rows), ASK_DO | ASK_NO_RD);
}

/* Only p256.test has an anchor. A server of another zone, which holds an old copy of that one, adds
 * from it what it does not know better; an attacker does the same on purpose, for a client that
 * asks the zone's servers itself. */
static void an_alias_leads_from_a_zone_without_anchor_to_another_zone(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records, *delivered;
	} rows[] = {
		{ "the target has an anchor",
		        "a.other.test CNAME www.p256.test\nwww.p256.test A 203.0.113.66",
		        "a.other.test/CNAME" },
		{ "the target has no anchor either",
		        "a.other.test CNAME b.other.test\n"
		        "b.other.test A 192.0.2.1",
		        "a.other.test/CNAME b.other.test/A" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct anchors *anchors = judge_anchors(j, "p256.test");
		j->store.anchors = anchors;
		judge_text(j, "a.other.test A", 0, rows[i].records, ASK_DO | ASK_NO_RD);
		assert_row(rows[i].why, j->result.outcome.status == STATUS_INSECURE);
		const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
		if (strcmp(list, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, list);
		j->store.anchors = j->anchors;
		anchors_free(anchors);
		judge_free(j);
	}
}

/* A deep name fills the store with all names on the way. */
static void a_referral_is_refused_even_if_the_store_is_full(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	char records[512] = "> x.example.test NS ns.evil.test\n"
	                    "> x.example.test NSEC a";

	for (unsigned i = 0; i < 20; i++)
		strcat(records, ".a");
	strcat(records, ".x.example.test A RRSIG NSEC | example.test");
	store_fini(&j->store);
	assert_int_equal(store_init(&j->store, j->anchors, 8), 0);
	judge_text(j, "www.x.example.test A", 0, records, ASK_DO | ASK_NO_RD);
	assert_judged(j, "no cut", STATUS_BOGUS, REASON_DS_UNPROVED);
	judge_free(j);
}

/* AD would cover an unproved record. */
static void denial_records_in_the_answer_section_are_not_delivered(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "a.example.test AAAA", 0,
	        "victim.example.test NSEC zz.example.test RRSIG NSEC | example.test "
	        "labels=2\n" SOA_EXAMPLE
	        "> a.example.test NSEC b.example.test A RRSIG NSEC | example.test",
	        ASK_DO);
	assert_judged(j, "a proof with a stray NSEC", STATUS_SECURE, 0);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "> example.test/SOA > example.test/RRSIG > a.example.test/NSEC > "
	        "a.example.test/RRSIG");
	judge_free(j);
}

/* RFC 2181, 8: such a TTL counts as zero. A client that does not know this would keep the record
 * for ever. */
static void a_ttl_with_the_top_bit_is_not_sent_on(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	struct rd a = rd_a("192.0.2.1");

	judge_begin(j, "www.example.test A", 0);
	j->response.octets[3] |= FLAG_AD;
	msg_rr(&j->response, "www.example.test", TYPE_A, UINT32_MAX, a);
	msg_rr(&j->response, "www.example.test", TYPE_RRSIG, UINT32_MAX,
	        rd_rrsig(judge_key(j, "example.test"), "www.example.test", TYPE_A, TTL, &a, 1,
	                &valid));
	msg_section(&j->response, SECTION_ADDITIONAL);
	msg_opt(&j->response, 1232, true);
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "top bit", STATUS_SECURE, 0);
	const struct message *m = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(m->rr_count, 2);
	for (unsigned i = 0; i < m->rr_count; i++) {
		assert_int_equal(m->rrs[i].ttl_s, 0);
		assert_false(m->rrs[i].odd_ttl);
	}
	judge_free(j);
}

static void a_referral_is_no_answer_if_recursion_was_asked_for(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "www.sub.example.test A", 0,
	        "> sub.example.test NS ns.sub.example.test\n"
	        "> sub.example.test DS sub.example.test | example.test",
	        ASK_DO);
	assert_judged(j, "RD=1", STATUS_BOGUS, REASON_DENIAL_MISSING);
	judge_free(j);
}

static void a_client_that_recurses_itself_gets_the_chain_as_far_as_it_goes(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *records = "a.example.test CNAME b.other.test | example.test";

	judge_text(j, "a.example.test A", 0, records, ASK_DO | ASK_NO_RD);
	assert_judged(j, "RD=0", STATUS_SECURE, 0);
	judge_text(j, "a.example.test A", 0, records, ASK_DO);
	assert_judged(j, "RD=1", STATUS_BOGUS, REASON_DENIAL_MISSING);
	judge_free(j);
}

/* A server cannot speak for another server's zone. The client will ask there itself, and must not
 * lose the good part because of it. */
static void the_first_part_of_a_chain_that_leaves_the_zone_passes(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned rcode;
	} rows[] = {
		{ "the end unsigned",
		        "a.example.test CNAME www.other.test | example.test\n"
		        "www.other.test A 192.0.2.1",
		        0 },
		{ "the end denied without proof",
		        "a.example.test CNAME none.other.test | example.test\n"
		        "> other.test SOA",
		        3 },
		{ "a bad signature at the end",
		        "a.example.test CNAME www.other.test | example.test\n"
		        "www.other.test A 192.0.2.1 | other.test spoilt",
		        0 },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_text(
		        j, "a.example.test A", rows[i].rcode, rows[i].records, ASK_DO | ASK_NO_RD);
		assert_judged(j, rows[i].why, STATUS_SECURE, 0);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_int_equal(message_rcode(m), RCODE_NOERROR);
		assert_string_equal(judge_list(m), "a.example.test/CNAME a.example.test/RRSIG");
	}
	judge_free(j);
}

/* A query without RD to a resolver reads its cache. A forwarder that sends such queries takes a
 * missing part for a denial, so no part of the answer is left out. */
static void an_answer_from_a_resolvers_cache_is_judged_to_its_end(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "all of it", "a.example.test A", 0,
		        "a.example.test CNAME www.other.test | example.test\n"
		        "www.other.test A 192.0.2.1 | other.test",
		        STATUS_SECURE, 0 },
		{ "the end unsigned", "a.example.test A", 0,
		        "a.example.test CNAME www.other.test | example.test\n"
		        "www.other.test A 192.0.2.1",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "the end denied without proof", "a.example.test A", 3,
		        "a.example.test CNAME none.other.test | example.test\n> other.test SOA",
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "from an unsigned zone to one that is signed", "a.unsigned.test A", 0,
		        "a.unsigned.test CNAME www.other.test\nwww.other.test A 203.0.113.66",
		        STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "to a wildcard expansion of an existing name", "a.unsigned.test A", 0,
		        "a.unsigned.test CNAME www.other.test\n"
		        "www.other.test A 203.0.113.66 | other.test labels=2",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED },
	};
	judge_rows(rows, COUNT(rows), ASK_DO | ASK_NO_RD | ASK_RESOLVER);
}

static void a_part_lives_for_seconds_if_the_client_may_not_iterate(void **state)
{
	(void)state;
	static const struct {
		const char *question, *records;
		unsigned how;
		enum exemption exemption;
		uint32_t ttl_s;
		bool ad;
	} rows[] = {
		{ "a.example.test A", "a.example.test CNAME www.other.test | example.test",
		        ASK_RESOLVER, EXEMPT_PART, EXEMPT_PART_TTL_S, false },
		{ "a.unsigned.test A", "a.unsigned.test CNAME www.other.test", ASK_RESOLVER,
		        EXEMPT_PART, EXEMPT_PART_TTL_S, false },
		{ "a.unsigned.test A",
		        "a.unsigned.test CNAME www.other.test\nwww.other.test A 203.0.113.66",
		        ASK_STRANGER, EXEMPT_PART, EXEMPT_PART_TTL_S, false },
		{ "a.example.test A", "a.example.test CNAME www.other.test | example.test", 0,
		        EXEMPT_CHAIN, TTL, true },
		{ "a.unsigned.test A", "a.unsigned.test CNAME www.other.test", 0, EXEMPT_CHAIN, TTL,
		        false },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_text(
		        j, rows[i].question, 0, rows[i].records, ASK_DO | ASK_NO_RD | rows[i].how);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_row(rows[i].records, j->result.exemption == rows[i].exemption);
		assert_int_equal(m->rrs[0].ttl_s, rows[i].ttl_s);
		assert_null(strstr(judge_list(m), "www.other.test/A"));
		assert_int_equal(m->flags & FLAG_AD ? 1 : 0, rows[i].ad);
	}
	judge_free(j);
}

/* RFC 2308, 2.2: with an SOA the answer says that there is no data, whether the server recurses or
 * not. */
static void a_chain_that_ends_in_a_denial_needs_the_proof(void **state)
{
	(void)state;
	static const struct judged_row rows[] = {
		{ "an SOA and no proof", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n" SOA_EXAMPLE,
		        STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "the proof", "a.example.test A", 0,
		        "a.example.test CNAME b.example.test | example.test\n" SOA_EXAMPLE
		        "> b.example.test NSEC d.example.test TXT RRSIG NSEC | example.test",
		        STATUS_SECURE, 0 },
	};
	judge_rows(rows, COUNT(rows), ASK_DO | ASK_NO_RD);
}

/* RFC 5155, 3: otherwise a forged NSEC3 in an opt-out zone would have its owner learned as a zone
 * cut, and the genuine NSEC3 would then be refused. */
static void no_zone_cut_is_wanted_at_the_owner_of_an_nsec3(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct nsec3_params p = { 0 };
	char owner[TESTHASH_OWNER_SIZE];
	struct name name;

	judge_text(j, "www.example.test A", 0,
	        "> =www.example.test NSEC3 TXT RRSIG | example.test spoilt", ASK_DO);
	assert_judged(j, "spoilt", STATUS_BOGUS, REASON_RRSIG_FAILED);
	testhash_owner(testhash_of("www.example.test", &p), "example.test", owner);
	assert_true(name_from_text(owner, &name));
	assert_null(store_find(&j->store, &name, j->now));
	judge_free(j);
}

static void the_operators_skew_replaces_the_share_of_the_validity(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int32_t skew_s;
		int64_t late_s;
		enum reason reason;
	} rows[] = {
		{ "none, at the last moment", 0, 0, REASON_NONE },
		{ "none, a second late", 0, 1, REASON_RRSIG_EXPIRED },
		{ "ten seconds", 10, 10, REASON_NONE },
		{ "a second more", 10, 11, REASON_RRSIG_EXPIRED },
		{ "more than the usual skew", 5 * DAY, 5 * DAY, REASON_NONE },
	};
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);

	j->policy.has_skew = true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signing how = { .inception = NOW - DAY, .expiration = NOW };
		judge_begin(j, "www.example.test A", 0);
		msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_A,
		        TTL, RRSET(rd_a("192.0.2.1")), &how);
		j->policy.skew_s = rows[i].skew_s;
		j->now = NOW + rows[i].late_s;
		store_flush(&j->store);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why,
		        rows[i].reason == REASON_NONE ? STATUS_SECURE : STATUS_BOGUS,
		        rows[i].reason);
	}
	judge_free(j);
}

static void the_clock_may_be_off_by_the_skew_at_most(void **state)
{
	(void)state;
	const int64_t after_2106 = (int64_t)UINT32_MAX + 1;
	const struct {
		const char *why;
		uint32_t inception, expiration;
		int64_t now;
		enum reason reason;
	} rows[] = {
		{ "ten days: expired a day ago", NOW - 10 * DAY, NOW, NOW + DAY, REASON_NONE },
		{ "a second more", NOW - 10 * DAY, NOW, NOW + DAY + 1, REASON_RRSIG_EXPIRED },
		{ "ten days: valid in a day", NOW, NOW + 10 * DAY, NOW - DAY, REASON_NONE },
		{ "a second more", NOW, NOW + 10 * DAY, NOW - DAY - 1, REASON_RRSIG_NOT_YET },
		{ "an hour: expired an hour ago", NOW - 3600, NOW, NOW + 3600, REASON_NONE },
		{ "a second more", NOW - 3600, NOW, NOW + 3601, REASON_RRSIG_EXPIRED },
		{ "five days: a tenth of them", NOW - 5 * DAY, NOW, NOW + DAY / 2, REASON_NONE },
		{ "a second more", NOW - 5 * DAY, NOW, NOW + DAY / 2 + 1, REASON_RRSIG_EXPIRED },
		{ "a year: a day at most", NOW - 365 * DAY, NOW, NOW + DAY + 1,
		        REASON_RRSIG_EXPIRED },
		{ "inception is expiration", NOW, NOW, NOW, REASON_NONE },
		{ "across 2106", (uint32_t)-DAY, DAY, after_2106 + 100, REASON_NONE },
		{ "in 2106, before the wrap", (uint32_t)-DAY, DAY, after_2106 - 100, REASON_NONE },
		{ "after 2106, expired", (uint32_t)-10 * DAY, 0, after_2106 + 2 * DAY,
		        REASON_RRSIG_EXPIRED },
	};
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signing how = { .inception = rows[i].inception,
			.expiration = rows[i].expiration };
		judge_begin(j, "www.example.test A", 0);
		msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_A,
		        TTL, RRSET(rd_a("192.0.2.1")), &how);
		j->now = rows[i].now;
		store_flush(&j->store);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why,
		        rows[i].reason == REASON_NONE ? STATUS_SECURE : STATUS_BOGUS,
		        rows[i].reason);
	}
	judge_free(j);
}

static void irrelevant_records_are_dropped(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records, *delivered;
	} rows[] = {
		{ "in the answer",
		        "www.example.test A 192.0.2.1 | example.test\nevil.example.test A "
		        "192.0.2.66",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in the answer, of another zone, signed",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "www.other.test A 192.0.2.66 | other.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "of another type at the name",
		        "www.example.test A 192.0.2.1 | example.test\nwww.example.test TXT evil",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in authority, unsigned",
		        "www.example.test A 192.0.2.1 | example.test\n> example.test NS evil.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in authority, a bad signature",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "> example.test NS evil.test | example.test spoilt",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in authority, of an unsigned zone: AD covers it too",
		        "www.example.test A 192.0.2.1 | example.test\n> unsigned.test NS evil.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in additional, unsigned",
		        "www.example.test A 192.0.2.1 | example.test\n+ a.example.test A "
		        "192.0.2.66",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "in additional, of an unknown zone",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "+ a.other.test A 192.0.2.66 | other.test",
		        "www.example.test/A www.example.test/RRSIG" },
		{ "signed records stay",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "> example.test NS ns.example.test | example.test\n"
		        "+ ns.example.test A 192.0.2.2 | example.test",
		        "www.example.test/A www.example.test/RRSIG > example.test/NS > "
		        "example.test/RRSIG + ns.example.test/A + ns.example.test/RRSIG" },
		{ "a wildcard's records under a name that may exist",
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "> other.example.test NS evil.example.test | example.test labels=2\n"
		        "+ mail.example.test A 192.0.2.66 | example.test labels=2",
		        "www.example.test/A www.example.test/RRSIG" },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		store_flush(&j->store);
		judge_text(j, "www.example.test A", 0, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		const char *list = judge_list(judge_delivered(j, msg_span(&j->response)));
		if (strcmp(list, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, list);
	}
	judge_free(j);
}

/* AD does not cover the additional section, so records that are known to be unsigned may stay
 * there. */
static void of_unsigned_records_only_additional_ones_stay(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1", ASK_DO);
	assert_judged(j, "now it is known", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	judge_text(j, "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test\n"
	        "> unsigned.test NS ns.unsigned.test\n"
	        "+ ns.unsigned.test A 192.0.2.2",
	        ASK_DO);
	assert_judged(j, "beside a signed answer", STATUS_SECURE, REASON_NONE);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "www.example.test/A www.example.test/RRSIG + ns.unsigned.test/A");
	judge_text(j, "www.unsigned.test A", 0,
	        "www.unsigned.test A 192.0.2.1\n> unsigned.test NS ns.unsigned.test", ASK_DO);
	assert_judged(j, "beside an unsigned one", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "www.unsigned.test/A > unsigned.test/NS");
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_algorithm_makes_an_answer_secure),
		cmocka_unit_test(records_without_a_valid_signature_are_bogus),
		cmocka_unit_test(one_valid_signature_is_enough),
		cmocka_unit_test(an_unsigned_zone_is_insecure_only_by_proof),
		cmocka_unit_test(a_name_as_deep_as_an_address_is_followed_to_its_cut),
		cmocka_unit_test(the_limit_of_iterations_is_a_key),
		cmocka_unit_test(an_nsec3_over_the_limit_makes_no_cut),
		cmocka_unit_test(the_end_of_a_chain_left_to_the_client_needs_no_proof),
		cmocka_unit_test(a_signature_too_short_for_its_type_covered_is_malformed),
		cmocka_unit_test(a_broken_chain_is_bogus_with_its_reason),
		cmocka_unit_test(a_chain_of_cnames_is_as_good_as_its_weakest_link),
		cmocka_unit_test(a_chain_of_cnames_has_a_longest_length),
		cmocka_unit_test(a_dname_proves_its_cname_and_no_other),
		cmocka_unit_test(an_alias_in_a_ds_answer_belongs_to_the_zone_above),
		cmocka_unit_test(an_unsigned_dname_cannot_rename_an_island),
		cmocka_unit_test(a_wildcard_needs_the_proof_that_it_applies),
		cmocka_unit_test(denials_need_a_proof),
		cmocka_unit_test(nsec3_proofs_give_the_same_results),
		cmocka_unit_test(a_record_from_the_wrong_side_of_a_cut_proves_nothing),
		cmocka_unit_test(unusual_types_are_judged_like_any),
		cmocka_unit_test(rrsigs_pass_if_asked_for_but_no_record_beside_them),
		cmocka_unit_test(records_of_another_class_are_dropped),
		cmocka_unit_test(another_class_passes_without_records_of_class_in),
		cmocka_unit_test(a_question_for_class_any_is_judged_as_class_in),
		cmocka_unit_test(failures_pass_without_records),
		cmocka_unit_test(an_extended_rcode_is_never_taken_for_an_answer),
		cmocka_unit_test(a_referral_passes_if_recursion_was_not_asked_for),
		cmocka_unit_test(a_referral_leads_down_and_its_glue_lies_below),
		cmocka_unit_test(a_referral_without_a_delegation_is_refused),
		cmocka_unit_test(an_alias_leads_from_a_zone_without_anchor_to_another_zone),
		cmocka_unit_test(a_referral_is_refused_even_if_the_store_is_full),
		cmocka_unit_test(denial_records_in_the_answer_section_are_not_delivered),
		cmocka_unit_test(a_ttl_with_the_top_bit_is_not_sent_on),
		cmocka_unit_test(a_referral_is_no_answer_if_recursion_was_asked_for),
		cmocka_unit_test(a_client_that_recurses_itself_gets_the_chain_as_far_as_it_goes),
		cmocka_unit_test(the_first_part_of_a_chain_that_leaves_the_zone_passes),
		cmocka_unit_test(an_answer_from_a_resolvers_cache_is_judged_to_its_end),
		cmocka_unit_test(a_part_lives_for_seconds_if_the_client_may_not_iterate),
		cmocka_unit_test(a_chain_that_ends_in_a_denial_needs_the_proof),
		cmocka_unit_test(no_zone_cut_is_wanted_at_the_owner_of_an_nsec3),
		cmocka_unit_test(the_operators_skew_replaces_the_share_of_the_validity),
		cmocka_unit_test(the_clock_may_be_off_by_the_skew_at_most),
		cmocka_unit_test(of_unsigned_records_only_additional_ones_stay),
		cmocka_unit_test(irrelevant_records_are_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
