/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ZSK of 768 bits, which can be factored, or of another unsupported size, under a good KSK: what
 * it signs is Insecure, and nothing that it did not sign passes. */
#include "judge.h"

/* Makes `other.test` the notation's word for a key of example.test, of which the judge becomes the
 * owner, and learns the zone's keys: its good one, and `in_set`. */
static struct judge *judge_with_a_key(struct testkey *key, struct rd in_set)
{
	static const char *const above[] = { ". DNSKEY", "test DS", "test DNSKEY",
		"example.test DS" };
	struct judge *j = judge_new();
	struct want want = judge_want("example.test DNSKEY");
	const struct testkey *other = judge_key(j, "other.test");

	for (size_t i = 0; i < COUNT(j->keys); i++) {
		if (j->keys[i] != other)
			continue;
		testkey_free(j->keys[i]);
		j->keys[i] = key;
		break;
	}
	for (size_t i = 0; i < COUNT(above); i++) {
		struct want link = judge_want(above[i]);
		judge_feed(j, &link);
	}
	msg_begin(&j->response, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_signed(&j->response, judge_key(j, "example.test"), "example.test", TYPE_DNSKEY, TTL,
	        RRSET(rd_dnskey(judge_key(j, "example.test")), in_set), &valid);
	assert_int_equal(
	        gate_learn(&j->gate, &want, msg_span(&j->response), j->now, false), LEARNED);
	assert_int_equal(judge_fact(j, "example.test")->keys->count, 2);
	return j;
}

static struct judge *judge_with_a_small_key(void)
{
	struct testkey *key = testkey_sized("example.test", 768);
	return judge_with_a_key(key, rd_dnskey(key));
}

#define SMALL "other.test signer=example.test"

#define NO_NX   "> example.test NSEC www.example.test NS SOA RRSIG NSEC | "
#define WWW_NOT "> www.example.test NSEC example.test TXT RRSIG NSEC | "

static void what_a_small_key_signs_is_insecure_and_no_more(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "an answer", "www.example.test A", 0, "www.example.test A 192.0.2.1 | " SMALL,
		        STATUS_INSECURE, REASON_KEY_SIZE },
		{ "signed by the good key, too", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | " SMALL " | example.test", STATUS_SECURE,
		        0 },
		{ "in the other order", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test | " SMALL, STATUS_SECURE, 0 },
		{ "beside a bad signature by the good key", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt | " SMALL,
		        STATUS_INSECURE, REASON_KEY_SIZE },
		{ "a forgery without a signature", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66", STATUS_BOGUS, REASON_RRSIG_MISSING },
		{ "with a signature that only looks like the small key's", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | " SMALL " spoilt", STATUS_BOGUS,
		        REASON_RRSIG_FAILED },
		{ "an old one", "www.example.test A", 0,
		        "www.example.test A 192.0.2.66 | " SMALL " expired", STATUS_BOGUS,
		        REASON_RRSIG_EXPIRED },
		{ "of a name in another zone", "www.test A", 0, "www.test A 192.0.2.66 | " SMALL,
		        STATUS_BOGUS, REASON_RRSIG_SIGNER },
		{ "NODATA", "www.example.test A", 0, WWW_NOT SMALL, STATUS_INSECURE,
		        REASON_KEY_SIZE },
		{ "NODATA for a type that exists", "www.example.test TXT", 0, WWW_NOT SMALL,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "NXDOMAIN", "nx.example.test A", 3, NO_NX SMALL, STATUS_INSECURE,
		        REASON_KEY_SIZE },
		{ "NXDOMAIN by an NSEC of another gap", "x.example.test A", 3, NO_NX SMALL,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "an expansion by the good key, proved by the small one", "nx.example.test A", 0,
		        "nx.example.test A 192.0.2.1 | example.test labels=2\n" NO_NX SMALL,
		        STATUS_INSECURE, REASON_KEY_SIZE },
		{ "an expansion by the small one, proved by the good one", "nx.example.test A", 0,
		        "nx.example.test A 192.0.2.1 | " SMALL " labels=2\n" NO_NX "example.test",
		        STATUS_INSECURE, REASON_KEY_SIZE },
		{ "an expansion without proof", "nx.example.test A", 0,
		        "nx.example.test A 192.0.2.1 | " SMALL " labels=2", STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_a_small_key();
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		if (j->result.verdict == GATE_REWRITE)
			assert_row(rows[i].why,
			        !(judge_delivered(j, msg_span(&j->response))->flags & FLAG_AD) ==
			                (rows[i].status != STATUS_SECURE));
		judge_free(j);
	}
}

static void what_a_small_key_says_of_a_cut_makes_no_key_below_it_secure(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		enum cut cut;
	} rows[] = {
		{ "a DS", "sub.example.test DS", "sub.example.test DS sub.example.test | " SMALL,
		        CUT_INSECURE },
		{ "a DS signed by the good key", "sub.example.test DS",
		        "sub.example.test DS sub.example.test | example.test", CUT_SECURE },
		{ "no DS", "unsigned.example.test DS",
		        "> unsigned.example.test NSEC www.example.test NS RRSIG NSEC | " SMALL,
		        CUT_INSECURE },
		{ "no cut", "www.example.test DS", WWW_NOT SMALL, CUT_NONE },
		{ "no name", "nx.example.test DS", NO_NX SMALL, CUT_NO_NAME },
		{ "an alias", "a.example.test DS", "a.example.test CNAME www.example.test | " SMALL,
		        CUT_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_a_small_key();
		assert_row(rows[i].why,
		        judge_learn(j, rows[i].question, 0, rows[i].records, false) == LEARNED);
		char name[64];
		sscanf(rows[i].question, "%63s", name);
		assert_row(rows[i].why, judge_fact(j, name)->cut == rows[i].cut);
		judge_free(j);
	}
}

static void a_zone_key_of_any_unsupported_size_has_one_reason(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned bits;
		bool is_spoilt;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "512 bits", 512, false, STATUS_INSECURE, REASON_KEY_SIZE },
		{ "1016 bits", 1016, false, STATUS_INSECURE, REASON_KEY_SIZE },
		{ "1024 bits", 1024, false, STATUS_SECURE, REASON_NONE },
		{ "4104 bits", 4104, false, STATUS_INSECURE, REASON_KEY_SIZE },
		{ "4104 bits, and anybody's signature", 4104, true, STATUS_BOGUS,
		        REASON_RRSIG_FAILED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct testkey *key = testkey_sized("example.test", rows[i].bits);
		struct judge *j = judge_with_a_key(key, rd_dnskey(key));
		judge_text(j, "www.example.test A", 0,
		        rows[i].is_spoilt ? "www.example.test A 192.0.2.1 | " SMALL " spoilt"
		                          : "www.example.test A 192.0.2.1 | " SMALL,
		        ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

/* An RSASHA256 key with this many octets of a modulus, whose numbers do not matter. */
static struct rd rsa_key(size_t octets)
{
	struct rd rd = rd_raw(span_of("\1\0\3\10\1\3", 6));

	memset(rd.octets + rd.len, 0xff, octets);
	rd.len += octets;
	return rd;
}

/* Nobody checks the signature, so anybody may have written it: the records are refused. The reason
 * is that of a zone whose only keys have such a size. */
static void a_signature_by_a_key_that_nobody_checks_is_refused_for_its_size(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t octets;
		const char *also; /* a second signature */
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "504 bits", 63, "", STATUS_BOGUS, REASON_KEY_SIZE },
		{ "8200 bits", 1025, "", STATUS_BOGUS, REASON_KEY_SIZE },
		{ "8200 bits, beside a good signature", 1025, " | example.test", STATUS_SECURE,
		        REASON_NONE },
		{ "8200 bits, beside a bad signature", 1025, " | example.test spoilt", STATUS_BOGUS,
		        REASON_RRSIG_FAILED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rd unchecked = rsa_key(rows[i].octets);
		struct testkey *key = testkey_sized("example.test", 1024);
		struct judge *j = judge_with_a_key(key, unchecked);
		char records[200];
		snprintf(records, sizeof(records),
		        "www.example.test A 192.0.2.66 | " SMALL " tag=%u%s",
		        dnskey_tag(span_of(unchecked.octets, unchecked.len)), rows[i].also);
		judge_text(j, "www.example.test A", 0, records, ASK_DO);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_small_key_signs_is_insecure_and_no_more),
		cmocka_unit_test(a_zone_key_of_any_unsupported_size_has_one_reason),
		cmocka_unit_test(a_signature_by_a_key_that_nobody_checks_is_refused_for_its_size),
		cmocka_unit_test(what_a_small_key_says_of_a_cut_makes_no_key_below_it_secure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
