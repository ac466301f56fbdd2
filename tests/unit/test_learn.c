/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <openssl/evp.h>

static const char *const chain[] = { ". DNSKEY", "test DS", "test DNSKEY", "example.test DS",
	"example.test DNSKEY" };

static void feed_chain(struct judge *j, size_t links)
{
	for (size_t i = 0; i < links; i++) {
		struct want want = judge_want(chain[i]);
		judge_feed(j, &want);
	}
}

/* Returns a judge that knows the keys of example.test and of all zones above. */
static struct judge *judge_who_knows_example(void)
{
	struct judge *j = judge_new();

	feed_chain(j, COUNT(chain));
	assert_non_null(judge_fact(j, "example.test")->keys);
	return j;
}

static void a_ds_response_shows_whether_there_is_a_cut(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
		enum cut cut;
		enum reason reason;
	} rows[] = {
		{ "a DS", "sub.example.test DS", 0,
		        "sub.example.test DS sub.example.test | example.test", CUT_SECURE,
		        REASON_NONE },
		{ "a delegation without", "x.example.test DS", 0,
		        "> x.example.test NSEC y.example.test NS RRSIG NSEC | example.test",
		        CUT_INSECURE, REASON_UNSIGNED_ZONE },
		{ "no delegation", "x.example.test DS", 0,
		        "> x.example.test NSEC y.example.test A RRSIG NSEC | example.test",
		        CUT_NONE, REASON_UNSIGNED_ZONE },
		{ "an empty non-terminal", "x.example.test DS", 0,
		        "> w.example.test NSEC a.x.example.test A RRSIG NSEC | example.test",
		        CUT_NONE, REASON_UNSIGNED_ZONE },
		{ "no such name", "x.example.test DS", 3,
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        CUT_NO_NAME, REASON_UNSIGNED_ZONE },
		{ "made from a wildcard", "x.w.example.test DS", 0,
		        "> *.w.example.test NSEC y.example.test A RRSIG NSEC | example.test",
		        CUT_NONE, REASON_UNSIGNED_ZONE },
		{ "a CNAME", "x.example.test DS", 0, "x.example.test CNAME www.test | example.test",
		        CUT_NONE, REASON_NONE },
		{ "a CNAME made from a wildcard", "x.w.example.test DS", 0,
		        "x.w.example.test CNAME www.test | example.test labels=3\n"
		        "> *.w.example.test NSEC y.example.test CNAME RRSIG NSEC | example.test",
		        CUT_NONE, REASON_NONE },
		{ "below a DNAME", "x.d.example.test DS", 0,
		        "d.example.test DNAME e.test | example.test\n"
		        "x.d.example.test CNAME x.e.test",
		        CUT_NO_NAME, REASON_NONE },
		{ "NSEC3, a delegation without", "x.example.test DS", 0,
		        "> =x.example.test NSEC3 NS | example.test", CUT_INSECURE,
		        REASON_UNSIGNED_ZONE },
		{ "NSEC3, no delegation", "x.example.test DS", 0,
		        "> =x.example.test NSEC3 A RRSIG | example.test", CUT_NONE,
		        REASON_UNSIGNED_ZONE },
		{ "NSEC3, an opt-out span", "x.example.test DS", 0,
		        "> =example.test NSEC3 NS SOA RRSIG | example.test\n"
		        "> ~x.example.test NSEC3 optout NS | example.test",
		        CUT_INSECURE, REASON_OPT_OUT },
		{ "NSEC3, no such name", "x.example.test DS", 3,
		        "> =example.test NSEC3 NS SOA RRSIG | example.test\n"
		        "> ~x.example.test NSEC3 NS | example.test\n"
		        "> ~*.example.test NSEC3 NS | example.test",
		        CUT_NO_NAME, REASON_UNSIGNED_ZONE },
		{ "NSEC3, iterations over the limit", "x.example.test DS", 0,
		        "> =x.example.test NSEC3 iterations=51 A RRSIG | example.test",
		        CUT_INSECURE, REASON_NSEC3_ITERATIONS },
		{ "a CNAME, and iterations over the limit behind it", "x.example.test DS", 0,
		        "x.example.test CNAME a.example.test | example.test\n"
		        "> =a.example.test NSEC3 iterations=51 A RRSIG | example.test",
		        CUT_NONE, REASON_NONE },
		{ "a DNAME at the name, which is no zone cut", "x.example.test DS", 0,
		        "x.example.test DNAME e.test | example.test", CUT_NONE, REASON_NONE },
		{ "a proof in the answer section", "x.example.test DS", 0,
		        "x.example.test NSEC y.example.test NS RRSIG NSEC | example.test",
		        CUT_INSECURE, REASON_UNSIGNED_ZONE },
		{ "a record at the name", "x.example.test DS", 0,
		        "x.example.test A 192.0.2.1 | example.test", CUT_NONE, REASON_NONE },
		{ "a record below it", "x.example.test DS", 0,
		        "+ www.x.example.test A 192.0.2.1 | example.test", CUT_NONE, REASON_NONE },
		{ "a referral", "sub.example.test DS", 0,
		        "> sub.example.test NS ns.test\n"
		        "> sub.example.test DS sub.example.test | example.test",
		        CUT_SECURE, REASON_NONE },
	};
	struct judge *j = judge_who_knows_example();
	struct want w = judge_want("w.example.test DS"), d = judge_want("d.example.test DS");

	judge_feed(j, &w);
	judge_feed(j, &d);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct want want = judge_want(rows[i].question);
		char text[NAME_TEXT_SIZE];
		store_put_cut(
		        &j->store, &want.name, &(struct cut_state){ .cut = CUT_UNKNOWN }, NOW, 0);
		assert_row(rows[i].why, judge_learn(j, rows[i].question, rows[i].rcode,
		                                rows[i].records, false) == LEARNED);
		const struct fact *fact = judge_fact(j, name_text(&want.name, text));
		if (!fact || fact->cut != rows[i].cut)
			fail_msg("%s: %d", rows[i].why, fact ? (int)fact->cut : -1);
		assert_row(rows[i].why,
		        fact->cut != CUT_INSECURE || fact->outcome.reason == rows[i].reason);
		assert_row(rows[i].why,
		        fact->cut != CUT_INSECURE || fact->outcome.status == STATUS_INSECURE);
	}
	judge_free(j);
}

static void an_nsec_shows_that_no_zone_begins_at_the_empty_names_it_spans(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records, *name;
		enum cut cut;
	} rows[] = {
		{ "between its names",
		        "> w.example.test NSEC a.b.c.x.example.test A | example.test",
		        "c.x.example.test", CUT_NONE },
		{ "another name further down",
		        "> w.example.test NSEC a.b.c.x.example.test A | example.test",
		        "b.c.x.example.test", CUT_NONE },
		{ "but not the second name, where a zone may begin",
		        "> w.example.test NSEC a.b.c.x.example.test A | example.test",
		        "a.b.c.x.example.test", CUT_UNKNOWN },
		{ "from the name itself on",
		        "> x.example.test NSEC a.b.c.x.example.test A | example.test",
		        "b.c.x.example.test", CUT_NONE },
		{ "on the way to the first name",
		        "> a.b.c.x.example.test NSEC y.example.test A | example.test",
		        "c.x.example.test", CUT_NONE },
		{ "another NSEC beside the needed one",
		        "> x.example.test NSEC y.example.test A | example.test\n"
		        "> a.c.x.example.test NSEC b.b.c.x.example.test A | example.test",
		        "b.c.x.example.test", CUT_NONE },
		{ "nothing elsewhere", "> x.example.test NSEC a.b.y.example.test A | example.test",
		        "b.y.example.test", CUT_UNKNOWN },
		{ "an unsigned record",
		        "> x.example.test NSEC y.example.test A | example.test\n"
		        "> a.c.x.example.test NSEC b.b.c.x.example.test A | example.test spoilt",
		        "b.c.x.example.test", CUT_UNKNOWN },
		{ "a next name outside the zone",
		        "> x.example.test NSEC y.example.test A | example.test\n"
		        "> a.x.example.test NSEC b.c.other.test A | example.test",
		        "c.other.test", CUT_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_who_knows_example();
		assert_row(rows[i].why,
		        judge_learn(j, "x.example.test DS", 0, rows[i].records, false) == LEARNED);
		const struct fact *fact = judge_fact(j, rows[i].name);
		assert_row(rows[i].why, (fact ? fact->cut : CUT_UNKNOWN) == rows[i].cut);
		judge_free(j);
	}
}

/* RFC 5155, 3: the owner of an NSEC3 is a hash, which may look like a name that is wanted. */
static void an_nsec3_shows_nothing_about_its_owner_name(void **state)
{
	(void)state;
	struct judge *j = judge_who_knows_example();
	const struct nsec3_params params = { 0 };
	char owner[TESTHASH_OWNER_SIZE], question[TESTHASH_OWNER_SIZE + 3];

	testhash_owner(testhash_of("x.example.test", &params), "example.test", owner);
	snprintf(question, sizeof(question), "%s DS", owner);
	assert_int_not_equal(judge_learn(j, question, 0,
	                             "> =x.example.test NSEC3 A RRSIG | example.test", false),
	        LEARNED);
	judge_free(j);
}

/* The keys of the zone below may be known from its own anchor, while nothing is known of the
 * cut. */
static void a_record_of_the_zone_below_shows_nothing_about_the_cut(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct anchors *both = judge_anchors(j, ". sub.example.test");
	const char *records = "www.sub.example.test A 192.0.2.1 | sub.example.test";
	struct want keys = judge_want("sub.example.test DNSKEY");

	j->store.anchors = both;
	feed_chain(j, COUNT(chain));
	judge_feed(j, &keys);
	judge_text(j, "www.sub.example.test A", 0, records, ASK_DO);
	assert_judged(j, "the record", STATUS_SECURE, REASON_NONE);
	assert_int_not_equal(judge_learn(j, "sub.example.test DS", 0, records, false), LEARNED);
	j->store.anchors = j->anchors;
	anchors_free(both);
	judge_free(j);
}

static void an_invalid_response_is_retried_and_then_bogus(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
		enum reason reason;
	} rows[] = {
		{ "a spoilt DS", "x.example.test DS", 0,
		        "x.example.test DS sub.example.test | example.test spoilt",
		        REASON_RRSIG_FAILED },
		{ "an expired DS", "x.example.test DS", 0,
		        "x.example.test DS sub.example.test | example.test expired",
		        REASON_RRSIG_EXPIRED },
		{ "a DS without signature", "x.example.test DS", 0,
		        "x.example.test DS sub.example.test", REASON_RRSIG_MISSING },
		{ "a DS that the grandparent signed", "x.example.test DS", 0,
		        "x.example.test DS sub.example.test | test", REASON_RRSIG_SIGNER },
		{ "a DS made from a wildcard", "x.example.test DS", 0,
		        "x.example.test DS sub.example.test | example.test labels=2\n"
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        REASON_WILDCARD_UNPROVED },
		{ "the DS of another name", "x.example.test DS", 0,
		        "sub.example.test DS sub.example.test | example.test", REASON_DS_UNPROVED },
		{ "no proof", "x.example.test DS", 0, SOA_EXAMPLE, REASON_DS_UNPROVED },
		{ "nothing", "x.example.test DS", 3, "", REASON_DS_UNPROVED },
		{ "an unsigned proof", "x.example.test DS", 0,
		        "> x.example.test NSEC y.example.test NS RRSIG NSEC", REASON_DS_UNPROVED },
		{ "a proof by the zone itself", "x.example.test DS", 0,
		        "> x.example.test NSEC y.example.test SOA NS RRSIG NSEC | example.test",
		        REASON_DS_UNPROVED },
		{ "a proof that there is a DS", "x.example.test DS", 0,
		        "> x.example.test NSEC y.example.test NS DS RRSIG NSEC | example.test",
		        REASON_DS_UNPROVED },
		{ "a CNAME without signature", "x.example.test DS", 0,
		        "x.example.test CNAME y.example.test", REASON_DS_UNPROVED },
		{ "a CNAME of another name", "x.example.test DS", 0,
		        "y.example.test CNAME z.example.test | example.test", REASON_DS_UNPROVED },
		{ "a DNAME elsewhere", "x.example.test DS", 0,
		        "d.example.test DNAME e.test | example.test", REASON_DS_UNPROVED },
		{ "a signature over no records", "x.example.test DS", 0,
		        "-x.example.test A | example.test", REASON_DS_UNPROVED },
		{ "a record at the name, made from a wildcard", "x.example.test DS", 0,
		        "x.example.test A 192.0.2.1 | example.test labels=2", REASON_DS_UNPROVED },
		{ "an NS that the zone above has signed (RFC 4035, 2.2)", "x.example.test DS", 0,
		        "+ x.example.test NS ns.test | example.test", REASON_DS_UNPROVED },
		{ "a DS in the wrong section", "x.example.test DS", 0,
		        "+ x.example.test DS sub.example.test | example.test", REASON_DS_UNPROVED },
		{ "a span without opt-out", "x.example.test DS", 0,
		        "> =example.test NSEC3 NS SOA RRSIG | example.test\n"
		        "> ~x.example.test NSEC3 NS | example.test",
		        REASON_DS_UNPROVED },
		{ "no DNSKEY", "example.test DNSKEY", 0, "", REASON_DNSKEY_MISSING },
		{ "the DNSKEY of another", "example.test DNSKEY", 0,
		        "example.test DNSKEY other.test | other.test signer=example.test",
		        REASON_DS_NO_MATCH },
		{ "a DNSKEY without signature", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test", REASON_RRSIG_MISSING },
		{ "signed only by the parent", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test | test", REASON_RRSIG_SIGNER },
		{ "one key more than was signed", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test | example.test\n"
		        "example.test DNSKEY other.test",
		        REASON_RRSIG_FAILED },
		{ "an expired one", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test | example.test expired",
		        REASON_RRSIG_EXPIRED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct want want = judge_want(rows[i].question);
		feed_chain(j, want.type == TYPE_DS ? COUNT(chain) : COUNT(chain) - 1);
		char text[NAME_TEXT_SIZE];
		name_text(&want.name, text);
		if (rows[i].reason == REASON_DS_NO_MATCH) { /* first the DS is asked for again */
			struct want ds = judge_want("example.test DS");
			assert_row(rows[i].why, judge_learn(j, rows[i].question, rows[i].rcode,
			                                rows[i].records, false) == LEARNED);
			assert_row(rows[i].why, judge_fact(j, text)->is_doubted);
			judge_feed(j, &ds);
		}
		assert_row(rows[i].why, judge_learn(j, rows[i].question, rows[i].rcode,
		                                rows[i].records, false) != LEARNED);
		const struct fact *fact = judge_fact(j, text);
		assert_row(rows[i].why,
		        want.type == TYPE_DS ? !fact : !fact->keys && fact->keys_expire_s == 0);
		assert_row(rows[i].why, judge_learn(j, rows[i].question, rows[i].rcode,
		                                rows[i].records, true) == LEARNED);
		fact = judge_fact(j, text);
		struct outcome o = want.type == TYPE_DS ? fact->outcome : fact->keys_outcome;
		assert_row(rows[i].why, want.type != TYPE_DS || fact->cut == CUT_BROKEN);
		assert_row(rows[i].why, o.status == STATUS_BOGUS);
		if (o.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].why, reason_word(o.reason));

		/* A failure is forgotten soon, and a good response replaces it at once. */
		j->now += LIMIT_BOGUS_TTL_S;
		fact = judge_fact(j, text);
		assert_row(rows[i].why,
		        want.type == TYPE_DS ? fact->cut == CUT_UNKNOWN : fact->keys_expire_s == 0);
		judge_free(j);
	}
}

static void an_unusable_response_teaches_nothing_even_on_the_last_try(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned flags;
	} rows[] = {
		{ "SERVFAIL", RCODE_SERVFAIL },
		{ "REFUSED", RCODE_REFUSED },
		{ "FORMERR", RCODE_FORMERR },
		{ "YXDOMAIN", RCODE_YXDOMAIN },
		{ "truncated", FLAG_TC },
	};
	struct judge *j = judge_who_knows_example();
	struct want want = judge_want("sub.example.test DS");

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned last_try = 0; last_try <= 1; last_try++)
			assert_row(rows[i].why,
			        judge_learn(j, "sub.example.test DS", rows[i].flags,
			                "sub.example.test DS sub.example.test | example.test",
			                last_try) == LEARN_RETRY);
	}
	assert_null(judge_fact(j, "sub.example.test"));
	assert_int_equal(gate_learn(&j->gate, &want, span_of("", 0), j->now, true), LEARN_RETRY);
	judge_begin(j, "sub.example.test DS", 0);
	judge_write(j, "sub.example.test DS sub.example.test | example.test");
	j->response.octets[2] &= 0x7f; /* QR */
	assert_int_equal(
	        gate_learn(&j->gate, &want, msg_span(&j->response), j->now, true), LEARN_RETRY);
	judge_free(j);
}

static void a_failed_fetch_is_indeterminate_for_seconds(void **state)
{
	(void)state;
	struct judge *j = judge_who_knows_example();
	struct want ds = judge_want("sub.example.test DS"),
	            keys = judge_want("example.test DNSKEY");

	gate_learn_failure(&j->gate, &ds, REASON_FETCH_FAILED, j->now);
	assert_int_equal(judge_fact(j, "sub.example.test")->cut, CUT_BROKEN);
	assert_int_equal(judge_fact(j, "sub.example.test")->outcome.status, STATUS_INDETERMINATE);
	j->now += LIMIT_FAILED_TTL_S;
	assert_int_equal(judge_fact(j, "sub.example.test")->cut, CUT_UNKNOWN);

	/* A failure does not erase what is known. */
	gate_learn_failure(&j->gate, &keys, REASON_FETCH_FAILED, j->now);
	assert_non_null(judge_fact(j, "example.test")->keys);
	j->now += TTL;
	gate_learn_failure(&j->gate, &keys, REASON_FETCH_FAILED, j->now);
	assert_int_equal(judge_fact(j, "example.test")->keys_outcome.reason, REASON_FETCH_FAILED);
	j->now += LIMIT_FAILED_TTL_S;
	assert_int_equal(judge_fact(j, "example.test")->keys_expire_s, 0);
	judge_free(j);
}

static void learned_facts_are_kept_as_long_as_they_are_proved(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t ttl, original_ttl;
		int32_t left;
		int64_t kept;
	} rows[] = {
		{ "its TTL", 300, 0, 5 * DAY, 300 },
		{ "the original TTL if that is less", 300, 200, 5 * DAY, 200 },
		{ "the time that the signature has left", 3600, 0, 100, 100 },
		{ "a day at most", 7 * DAY, 0, 5 * DAY, LIMIT_TRUST_TTL_S },
		{ "long enough to be used", 0, 0, 5 * DAY, LIMIT_TRUST_MIN_S },
		{ "also if the signature expired within the skew", 300, 0, -60, LIMIT_TRUST_MIN_S },
	};
	struct judge *j = judge_who_knows_example();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct want want = judge_want("sub.example.test DS");
		struct signing how = { .inception = NOW - 5 * DAY,
			.expiration = (uint32_t)(NOW + rows[i].left),
			.original_ttl = rows[i].original_ttl };
		msg_begin(&j->response, 1, FLAG_QR, "sub.example.test", TYPE_DS);
		msg_signed(&j->response, judge_key(j, "example.test"), "sub.example.test", TYPE_DS,
		        rows[i].ttl, RRSET(rd_ds(judge_key(j, "sub.example.test"), DIGEST_SHA256)),
		        &how);
		assert_row(rows[i].why, gate_learn(&j->gate, &want, msg_span(&j->response), j->now,
		                                false) == LEARNED);
		assert_row(rows[i].why,
		        judge_fact(j, "sub.example.test")->cut_expires_s == NOW + rows[i].kept);
	}
	judge_free(j);
}

static void keys_are_kept_if_the_same_ds_is_learned_again(void **state)
{
	(void)state;
	struct judge *j = judge_who_knows_example();
	struct want ds = judge_want("example.test DS");
	const struct keyset *keys = judge_fact(j, "example.test")->keys;

	judge_feed(j, &ds);
	assert_ptr_equal(judge_fact(j, "example.test")->keys, keys);
	assert_int_equal(judge_learn(j, "example.test DS", 0,
	                         "example.test DS example.test other.test | test", false),
	        LEARNED);
	assert_null(judge_fact(j, "example.test")->keys);
	judge_free(j);
}

static void an_anchor_that_fits_no_key_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *question, *records;
		enum reason reason;
	} rows[] = {
		{ ". DNSKEY", ". DNSKEY other.test | other.test signer=.", REASON_ANCHOR_NO_MATCH },
		{ ". DNSKEY", ". DNSKEY . | . spoilt", REASON_RRSIG_FAILED },
		{ "test DNSKEY", "test DNSKEY other.test | other.test signer=test",
		        REASON_DS_NO_MATCH },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct want want = judge_want(rows[i].question);
		char text[NAME_TEXT_SIZE];
		feed_chain(j, 2 * (want.name.labels > 0));
		judge_learn(j, rows[i].question, 0, rows[i].records, true);
		assert_row(rows[i].records,
		        judge_fact(j, name_text(&want.name, text))->keys_outcome.reason ==
		                rows[i].reason);
		judge_free(j);
	}
}

static void keys_without_their_ds_are_not_learned(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct want keys = judge_want("example.test DNSKEY"), ds = judge_want("example.test DS");

	judge_answer_want(j, &keys);
	assert_int_equal(gate_learn(&j->gate, &keys, msg_span(&j->fetched), j->now, true), LEARNED);
	assert_null(judge_fact(j, "example.test"));
	judge_answer_want(j, &ds);
	assert_int_equal(gate_learn(&j->gate, &ds, msg_span(&j->fetched), j->now, true), LEARNED);
	assert_null(judge_fact(j, "example.test"));
	judge_free(j);
}

static void all_keys_that_may_sign_are_learned(void **state)
{
	(void)state;
	struct judge *j = judge_who_knows_example();
	struct want want = judge_want("example.test DNSKEY");
	struct testkey *zsk = testkey_new(ALGORITHM_ECDSAP256, 256, "example.test");
	struct testkey *revoked = testkey_new(ALGORITHM_ED25519, 257 | 128, "example.test");
	struct testkey *no_zone_key = testkey_new(ALGORITHM_ED25519, 1, "example.test");

	msg_begin(&j->response, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_signed(&j->response, judge_key(j, "example.test"), "example.test", TYPE_DNSKEY, TTL,
	        RRSET(rd_dnskey(judge_key(j, "example.test")), rd_dnskey(zsk), rd_dnskey(revoked),
	                rd_dnskey(no_zone_key)),
	        &valid);
	assert_int_equal(
	        gate_learn(&j->gate, &want, msg_span(&j->response), j->now, false), LEARNED);
	assert_int_equal(judge_fact(j, "example.test")->keys->count, 2);

	const struct {
		const char *why;
		const struct testkey *key;
		enum status status;
	} rows[] = {
		{ "the ZSK", zsk, STATUS_SECURE },
		{ "the KSK", judge_key(j, "example.test"), STATUS_SECURE },
		{ "a revoked key", revoked, STATUS_BOGUS },
		{ "no zone key", no_zone_key, STATUS_BOGUS },
	};
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_begin(j, "www.example.test A", 0);
		msg_signed(&j->response, rows[i].key, "www.example.test", TYPE_A, TTL,
		        RRSET(rd_a("192.0.2.1")), &valid);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_row(rows[i].why, j->result.outcome.status == rows[i].status);
	}
	testkey_free(zsk);
	testkey_free(revoked);
	testkey_free(no_zone_key);
	judge_free(j);
}

/* An RSA key of 512 bits; its numbers do not matter. */
static struct rd small_key(void)
{
	struct rd rd = rd_raw(span_of("\1\1\3\10\1\3", 6));
	memset(rd.octets + rd.len, 0xff, 64);
	rd.len += 64;
	return rd;
}

static struct rd ds_of(const char *owner, const struct rd *key)
{
	uint8_t octets[4 + 32], data[RD_MAX + 256];
	size_t len = name_to_wire(owner, data);
	unsigned tag = 0;

	for (size_t i = 0; i < key->len; i++)
		tag += i & 1 ? key->octets[i] : (unsigned)key->octets[i] << 8;
	tag += tag >> 16;
	memcpy(data + len, key->octets, key->len);
	memcpy(octets, (uint8_t[]){ (uint8_t)(tag >> 8), (uint8_t)tag, key->octets[3], 2 }, 4);
	assert_true(EVP_Q_digest(NULL, "SHA256", NULL, data, len + key->len, octets + 4, NULL));
	return rd_raw(span_of(octets, sizeof(octets)));
}

/* A P-256 key that is not a point on the curve. */
static struct rd odd_key(void)
{
	struct rd rd = rd_raw(span_of("\1\1\3\15", 4));
	memset(rd.octets + rd.len, 0xff, 64);
	rd.len += 64;
	return rd;
}

static void keys_of_odd_size_make_a_zone_insecure_only_if_there_are_no_others(void **state)
{
	(void)state;
	enum other { NO_OTHER, A_KEY, OF_THE_SAME_TAG, OF_THE_SAME_TAG_AND_ALGORITHM };
	static const struct {
		const char *why;
		bool is_odd; /* of good size, but no point */
		enum other other_ds;
		bool twice;
		enum status status;
	} rows[] = {
		{ "no other key", false, NO_OTHER, false, STATUS_INSECURE },
		{ "the other key is missing", false, A_KEY, false, STATUS_BOGUS },
		{ "and the small one twice", false, A_KEY, true, STATUS_BOGUS },
		{ "the other has the tag of the small one", false, OF_THE_SAME_TAG, false,
		        STATUS_BOGUS },
		{ "and its algorithm: an attacker has removed it", false,
		        OF_THE_SAME_TAG_AND_ALGORITHM, false, STATUS_BOGUS },
		{ "a good size, but not a valid key", true, NO_OTHER, false, STATUS_BOGUS },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_who_knows_example();
		struct want ds = judge_want("sub.example.test DS");
		struct want keys = judge_want("sub.example.test DNSKEY");
		struct rd small = rows[i].is_odd ? odd_key() : small_key();
		struct rd both[] = { ds_of("sub.example.test", &small),
			rd_ds(judge_key(j, "sub.example.test"), DIGEST_SHA256) };
		if (rows[i].other_ds == OF_THE_SAME_TAG)
			memcpy(both[1].octets, both[0].octets, 2);
		if (rows[i].other_ds == OF_THE_SAME_TAG_AND_ALGORITHM)
			memcpy(both[1].octets, both[0].octets, 3);
		msg_begin(&j->response, 1, FLAG_QR, "sub.example.test", TYPE_DS);
		msg_signed(&j->response, judge_key(j, "example.test"), "sub.example.test", TYPE_DS,
		        TTL, both, rows[i].other_ds != NO_OTHER ? 2 : 1, &valid);
		assert_int_equal(
		        gate_learn(&j->gate, &ds, msg_span(&j->response), j->now, true), LEARNED);
		msg_begin(&j->response, 1, FLAG_QR, "sub.example.test", TYPE_DNSKEY);
		for (unsigned n = 0; n <= rows[i].twice; n++)
			msg_rr(&j->response, "sub.example.test", TYPE_DNSKEY, TTL, small);
		assert_int_equal(
		        gate_learn(&j->gate, &keys, msg_span(&j->response), j->now, true), LEARNED);
		const struct fact *fact = judge_fact(j, "sub.example.test");
		assert_row(rows[i].why, !fact->keys);
		assert_row(rows[i].why, fact->keys_outcome.status == rows[i].status);
		judge_free(j);
	}
}

/* A signed alias shows that no zone begins there. A forged record at the name makes the gate ask
 * for the DS again. If NSEC3 records above the limit replaced the hint, the name would be in an
 * unsigned zone, and the forgery would pass. */
static void nsec3_over_the_limit_replaces_no_hint(void **state)
{
	(void)state;
	struct judge *j = judge_who_knows_example();
	struct want want = judge_want("x.example.test DS");

	judge_learn(
	        j, "x.example.test DS", 0, "x.example.test CNAME www.test | example.test", false);
	assert_int_equal(judge_fact(j, "x.example.test")->cut, CUT_NONE);
	int64_t until_s = judge_fact(j, "x.example.test")->cut_expires_s;
	j->now += 2;
	assert_true(store_doubt(&j->store, &want.name, j->now));
	assert_int_equal(
	        judge_learn(j, "x.example.test DS", 0,
	                "> =x.example.test NSEC3 iterations=51 A RRSIG | example.test", true),
	        LEARNED);
	const struct fact *fact = judge_fact(j, "x.example.test");
	assert_int_equal(fact->cut, CUT_NONE);
	assert_false(fact->is_doubted);
	/* and the hint does not last longer because of it */
	assert_int_equal(fact->cut_expires_s, until_s);
	judge_free(j);
}

#define OLD_REFERRAL                                                                               \
	"> a.example.test NS ns.example.test\n"                                                    \
	"> a.example.test NSEC b.example.test NS RRSIG NSEC | example.test"

/* The zone had delegated the name, and the signature of that time is still valid. A client asks a
 * server of its own, which sends the delegation once more. What is learned holds for all
 * clients. */
static void an_old_referral_does_not_unsign_a_name_that_is_no_zone(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(
	        j, "www.example.test A", 0, "www.example.test A 192.0.2.1 | example.test", ASK_DO);
	judge_learn(j, "a.example.test DS", 0,
	        "> a.example.test NSEC b.example.test A RRSIG NSEC | example.test", false);
	assert_int_equal(judge_fact(j, "a.example.test")->cut, CUT_NONE);
	j->store.source = 666;
	judge_text(j, "x.a.example.test A", 0, OLD_REFERRAL, ASK_DO | ASK_NO_RD);
	assert_judged(j, "it is signed, so it may be new", STATUS_INSECURE, REASON_NOT_ANSWER);
	assert_int_equal(judge_fact(j, "a.example.test")->cut, CUT_NONE);
	assert_true(judge_fact(j, "a.example.test")->is_doubted);
	j->store.source = 1;
	judge_text(j, "x.a.example.test A", 0, "x.a.example.test A 203.0.113.66", ASK_DO);
	assert_int_equal(j->result.outcome.status, STATUS_BOGUS);

	/* if it is new, the server of the zone says so */
	judge_text(j, "x.a.example.test A", 0, OLD_REFERRAL, ASK_DO | ASK_NO_RD);
	judge_learn(j, "a.example.test DS", 0,
	        "> a.example.test NSEC b.example.test NS RRSIG NSEC | example.test", false);
	assert_int_equal(judge_fact(j, "a.example.test")->cut, CUT_INSECURE);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_referral_does_not_unsign_a_name_that_is_no_zone),
		cmocka_unit_test(nsec3_over_the_limit_replaces_no_hint),
		cmocka_unit_test(a_ds_response_shows_whether_there_is_a_cut),
		cmocka_unit_test(an_nsec_shows_that_no_zone_begins_at_the_empty_names_it_spans),
		cmocka_unit_test(an_nsec3_shows_nothing_about_its_owner_name),
		cmocka_unit_test(a_record_of_the_zone_below_shows_nothing_about_the_cut),
		cmocka_unit_test(an_invalid_response_is_retried_and_then_bogus),
		cmocka_unit_test(an_unusable_response_teaches_nothing_even_on_the_last_try),
		cmocka_unit_test(a_failed_fetch_is_indeterminate_for_seconds),
		cmocka_unit_test(learned_facts_are_kept_as_long_as_they_are_proved),
		cmocka_unit_test(keys_are_kept_if_the_same_ds_is_learned_again),
		cmocka_unit_test(an_anchor_that_fits_no_key_is_named),
		cmocka_unit_test(keys_without_their_ds_are_not_learned),
		cmocka_unit_test(all_keys_that_may_sign_are_learned),
		cmocka_unit_test(keys_of_odd_size_make_a_zone_insecure_only_if_there_are_no_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
