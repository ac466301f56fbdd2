/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

#include "dnssec/limits.h"
#include "dnssec/rrsig.h"
#include "vectors_signzone.h"

#define DAY 86400

#define INCEPTION  1000000000u
#define EXPIRATION (INCEPTION + 20 * DAY)
#define NOW        (INCEPTION + 10 * DAY)

static int with_crypto(void **state)
{
	*state = crypto_new();
	return *state ? 0 : -1;
}

static int without_crypto(void **state)
{
	crypto_free(*state);
	return 0;
}

/* Checks the first RRset of the answer. */
static struct outcome verify_first(struct crypto *crypto, struct parsed *p,
        const struct keyset *keys, int64_t now_s, struct budget *budget, struct proved *proved)
{
	assert_true(p->g.count > 0);
	struct verifier v = { crypto, &p->arena, budget, &p->g, now_s };
	return rrset_verify(&v, &p->g.sets[0], keys, proved);
}

static void sets_signed_by_signzone_are_secure(void **state)
{
	for (size_t i = 0; i < COUNT(signed_answers); i++) {
		size_t key_len, len;
		uint8_t *dnskey = unhex(signed_answers[i].dnskey, &key_len);
		uint8_t *octets = unhex(signed_answers[i].message, &len);
		struct keyset *keys = keyset_of("example.test", span_of(dnskey, key_len));
		struct budget budget = budget_full();
		struct parsed p;
		struct proved proved;

		assert_row(signed_answers[i].why, parsed_open(&p, span_of(octets, len)));
		assert_int_equal(p.g.count, 1);
		crypto_forget(*state);
		struct outcome o = verify_first(*state, &p, keys, SIGNZONE_NOW, &budget, &proved);
		assert_row(signed_answers[i].why, o.status == STATUS_SECURE);
		assert_in_range(LIMIT_WORK - budget.work, 1, 10);
		bool expanded = strstr(signed_answers[i].why, "made from the wildcard");
		assert_row(signed_answers[i].why, proved.is_wildcard == expanded);
		parsed_close(&p);
		keyset_free(keys);
		free(dnskey);
		free(octets);
	}
}

static void signatures_hold_in_their_time_plus_the_skew(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t inception, expiration;
		int64_t now_s;
		enum reason reason;
	} rows[] = {
		{ "in the middle", INCEPTION, EXPIRATION, NOW, REASON_NONE },
		{ "the first second", INCEPTION, EXPIRATION, INCEPTION, REASON_NONE },
		{ "the last second", INCEPTION, EXPIRATION, EXPIRATION, REASON_NONE },
		{ "a clock that is slow, at most a day", INCEPTION, EXPIRATION, INCEPTION - DAY,
		        REASON_NONE },
		{ "more than a day", INCEPTION, EXPIRATION, INCEPTION - DAY - 1,
		        REASON_RRSIG_NOT_YET },
		{ "a clock that is fast, at most a day", INCEPTION, EXPIRATION, EXPIRATION + DAY,
		        REASON_NONE },
		{ "more than a day", INCEPTION, EXPIRATION, EXPIRATION + DAY + 1,
		        REASON_RRSIG_EXPIRED },
		{ "a tenth of five days", INCEPTION, INCEPTION + 5 * DAY,
		        INCEPTION + 5 * DAY + DAY / 2, REASON_NONE },
		{ "more than a tenth", INCEPTION, INCEPTION + 5 * DAY,
		        INCEPTION + 5 * DAY + DAY / 2 + 1, REASON_RRSIG_EXPIRED },
		{ "at least an hour", INCEPTION, INCEPTION + 60, INCEPTION + 60 + 3600,
		        REASON_NONE },
		{ "more than the hour", INCEPTION, INCEPTION + 60, INCEPTION + 60 + 3601,
		        REASON_RRSIG_EXPIRED },
		{ "ends as it begins", INCEPTION, INCEPTION, INCEPTION, REASON_NONE },
		{ "ends before it begins", EXPIRATION, INCEPTION, NOW, REASON_RRSIG_TIMES },
		{ "over the wrap of 2106, before it", UINT32_MAX - DAY, 5 * DAY,
		        INT64_C(0xffffffff), REASON_NONE },
		{ "after it", UINT32_MAX - DAY, 5 * DAY, INT64_C(0x100000000) + DAY, REASON_NONE },
		{ "expired after it", UINT32_MAX - DAY, 5 * DAY, INT64_C(0x100000000) + 9 * DAY,
		        REASON_RRSIG_EXPIRED },
		{ "not yet, before it", 2 * DAY, 5 * DAY, INT64_C(0xffffffff) - DAY,
		        REASON_RRSIG_NOT_YET },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rrsig sig = { .inception = rows[i].inception,
			.expiration = rows[i].expiration };
		assert_row(rows[i].why,
		        rrsig_check_time(&sig, rows[i].now_s, SKEW_BY_VALIDITY) == rows[i].reason);
	}
}

#define HONEST .inception = INCEPTION, .expiration = EXPIRATION

static void only_a_correct_signature_proves(void **state)
{
	static const struct {
		const char *why, *owner;
		struct signing how;
		enum reason reason;
	} rows[] = {
		{ "a correct signature", "www.example.test", { HONEST }, REASON_NONE },
		{ "at the apex", "example.test", { HONEST }, REASON_NONE },
		{ "letter case is free", "WWW.Example.TEST", { HONEST }, REASON_NONE },
		{ "from a wildcard", "a.b.example.test", { HONEST, .labels = 2 }, REASON_NONE },
		{ "a wildcard itself", "*.example.test", { HONEST }, REASON_NONE },
		{ "spoilt", "www.example.test", { HONEST, .is_spoilt = true },
		        REASON_RRSIG_FAILED },
		{ "expired", "www.example.test", { .inception = 1, .expiration = 2 },
		        REASON_RRSIG_EXPIRED },
		{ "not yet", "www.example.test",
		        { .inception = NOW + 9 * DAY, .expiration = NOW + 19 * DAY },
		        REASON_RRSIG_NOT_YET },
		{ "more labels than the owner", "www.example.test", { HONEST, .labels = 4 },
		        REASON_RRSIG_LABELS },
		{ "a wildcard above the zone", "www.example.test", { HONEST, .labels = 1 },
		        REASON_RRSIG_LABELS },
		{ "as many labels as a wildcard has with its asterisk", "*.example.test",
		        { HONEST, .labels = 3 }, REASON_RRSIG_LABELS },
		{ "another zone's name as signer", "www.example.test",
		        { HONEST, .signer = "example.org" }, REASON_RRSIG_SIGNER },
		{ "the parent as signer", "www.example.test", { HONEST, .signer = "test" },
		        REASON_RRSIG_SIGNER },
		{ "a child as signer", "www.example.test", { HONEST, .signer = "www.example.test" },
		        REASON_RRSIG_SIGNER },
		{ "an owner outside the zone", "www.example.org", { HONEST }, REASON_RRSIG_SIGNER },
		{ "another key's tag", "www.example.test", { HONEST, .tag = 1 },
		        REASON_RRSIG_NO_KEY },
		{ "another algorithm", "www.example.test", { HONEST, .algorithm = ALGORITHM_ED448 },
		        REASON_RRSIG_NO_KEY },
		{ "covers another type", "www.example.test", { HONEST, .covered = TYPE_AAAA },
		        REASON_RRSIG_MISSING },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	struct keyset *keys = keyset_of_testkey("example.test", k);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;
		struct proved proved;
		struct budget budget = budget_full();

		msg_begin(&b, 1, FLAG_QR, rows[i].owner, TYPE_A);
		msg_signed(&b, k, rows[i].owner, TYPE_A, 300,
		        RRSET(rd_a("192.0.2.2"), rd_a("192.0.2.1")), &rows[i].how);
		assert_row(rows[i].why, parsed_open(&p, msg_span(&b)));
		struct outcome o = verify_first(*state, &p, keys, NOW, &budget, &proved);
		if (o.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].why, reason_word(o.reason));
		assert_row(rows[i].why, (o.status == STATUS_SECURE) == (o.reason == REASON_NONE));
		assert_row(rows[i].why, o.status == STATUS_SECURE || o.status == STATUS_BOGUS);
		parsed_close(&p);
	}
	keyset_free(keys);
	testkey_free(k);
}

static void a_ttl_is_the_smallest_of_three(void **state)
{
	static const struct {
		const char *why;
		uint32_t ttl_s, original_ttl_s;
		int64_t now_s;
		uint32_t want_s;
	} rows[] = {
		{ "as signed", 300, 300, NOW, 300 },
		{ "counted down by a cache", 17, 300, NOW, 17 },
		{ "raised on the path", 900, 300, NOW, 300 },
		{ "little time left", 300, 300, EXPIRATION - 10, 10 },
		{ "only the skew lets it pass", 300, 300, EXPIRATION + 10, 0 },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	struct keyset *keys = keyset_of_testkey("example.test", k);

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct signing how = { HONEST, .original_ttl = rows[i].original_ttl_s };
		struct msgbuild b;
		struct parsed p;
		struct proved proved;
		struct budget budget = budget_full();

		msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
		msg_signed(&b, k, "www.example.test", TYPE_A, rows[i].ttl_s,
		        RRSET(rd_a("192.0.2.1")), &how);
		assert_true(parsed_open(&p, msg_span(&b)));
		struct outcome o = verify_first(*state, &p, keys, rows[i].now_s, &budget, &proved);
		assert_row(rows[i].why, o.status == STATUS_SECURE);
		assert_row(rows[i].why, proved.ttl_s == rows[i].want_s);
		parsed_close(&p);
	}
	keyset_free(keys);
	testkey_free(k);
}

/* Not signed: the letter case of both owners and of the signer, and both TTLs. */
static void a_flipped_bit_is_secure_only_if_it_is_not_signed(void **state)
{
	static const struct signing how = { HONEST };
	const size_t letters = 2 * strlen("wwwexampletest") + strlen("exampletest");
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	struct keyset *keys = keyset_of_testkey("example.test", k);
	struct msgbuild b;
	size_t secure = 0;

	msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
	size_t start = b.len;
	msg_signed(&b, k, "www.example.test", TYPE_A, 300, RRSET(rd_a("192.0.2.1")), &how);
	for (size_t bit = start * 8; bit < b.len * 8; bit++) {
		struct budget budget = budget_full();
		struct parsed p;
		struct proved proved;

		b.octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (parsed_open(&p, msg_span(&b)) && p.g.sets[0].count > 0)
			secure += verify_first(*state, &p, keys, NOW, &budget, &proved).status ==
			          STATUS_SECURE;
		parsed_close(&p);
		b.octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	const size_t ttl_bits = 2 * 32;
	assert_int_equal(secure, letters + ttl_bits);
	keyset_free(keys);
	testkey_free(k);
}

static void a_record_added_or_removed_is_bogus(void **state)
{
	static const struct signing how = { HONEST };
	static const struct {
		const char *why;
		unsigned kept, added, repeated;
		enum status status;
	} rows[] = {
		{ "as signed", 2, 0, 0, STATUS_SECURE },
		{ "one is missing", 1, 0, 0, STATUS_BOGUS },
		{ "one was added", 2, 1, 0, STATUS_BOGUS },
		{ "one twice: duplicates are dropped (RFC 4034, 6.3)", 2, 0, 1, STATUS_SECURE },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	struct keyset *keys = keyset_of_testkey("example.test", k);
	const struct rd rdatas[] = { rd_a("192.0.2.1"), rd_a("192.0.2.2") };
	const struct rd rrsig =
	        rd_rrsig(k, "www.example.test", TYPE_A, 300, rdatas, COUNT(rdatas), &how);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct budget budget = budget_full();
		struct msgbuild b;
		struct parsed p;
		struct proved proved;

		msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
		msg_rrset(&b, "www.example.test", TYPE_A, 300, rdatas, rows[i].kept);
		msg_rrset(&b, "www.example.test", TYPE_A, 300, rdatas, rows[i].repeated);
		msg_rr(&b, "www.example.test", TYPE_RRSIG, 300, rrsig);
		if (rows[i].added)
			msg_rr(&b, "www.example.test", TYPE_A, 300, rd_a("192.0.2.3"));
		assert_true(parsed_open(&p, msg_span(&b)));
		struct outcome o = verify_first(*state, &p, keys, NOW, &budget, &proved);
		assert_row(rows[i].why, o.status == rows[i].status);
		parsed_close(&p);
	}
	keyset_free(keys);
	testkey_free(k);
}

/* ---- Limits (KeyTrap, CVE-2023-50387) ---- */

#define ED25519_WORK 2

static void bad_signatures_and_keys_cost_no_more_than_the_limits(void **state)
{
	static const struct {
		const char *why;
		unsigned spoilt, colliding, work; /* before the good signature and key; left */
		enum reason reason;
		unsigned spent;
	} rows[] = {
		{ "nothing bad", 0, 0, LIMIT_WORK, REASON_NONE, 1 },
		{ "one bad signature before the good", 1, 0, LIMIT_WORK, REASON_NONE, 2 },
		{ "as many as may fail", LIMIT_FAILURES_PER_SET, 0, LIMIT_WORK, REASON_BUDGET,
		        LIMIT_FAILURES_PER_SET },
		{ "far more", 100, 0, LIMIT_WORK, REASON_BUDGET, LIMIT_FAILURES_PER_SET },
		{ "one key of the same tag before", 0, 1, LIMIT_WORK, REASON_NONE, 2 },
		{ "more keys than are tried", 0, LIMIT_KEYS_PER_TAG, LIMIT_WORK, REASON_KEY_TAGS,
		        LIMIT_KEYS_PER_TAG },
		{ "100 signatures, 20 keys", 100, 20, LIMIT_WORK, REASON_BUDGET,
		        LIMIT_FAILURES_PER_SET },
		{ "no budget left", 0, 0, 0, REASON_BUDGET, 0 },
	};
	static const struct signing good = { HONEST };
	/* tried before the good one, since its RDATA comes first */
	static const struct signing spoilt = { HONEST, .original_ttl = 299, .is_spoilt = true };
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	struct testkey *other = testkey_seeded(ALGORITHM_ED25519, 256, "example.test", "other");
	const struct rd a = rd_a("192.0.2.1");
	struct rd bad = rd_rrsig(k, "www.example.test", TYPE_A, 300, &a, 1, &spoilt);
	const struct rd rrsig = rd_rrsig(k, "www.example.test", TYPE_A, 300, &a, 1, &good);
	const struct rd dnskey = rd_dnskey(k), other_dnskey = rd_dnskey(other);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name apex = name_of("example.test");
		struct keyset *keys = keyset_new(&apex);
		struct dnskey key;
		struct budget budget = budget_full();
		budget.work = rows[i].work;
		struct msgbuild b;
		struct parsed p;
		struct proved proved;

		assert_true(dnskey_read(span_of(other_dnskey.octets, other_dnskey.len), &key));
		key.tag = testkey_tag(k);
		for (unsigned n = 0; n < rows[i].colliding; n++)
			assert_true(keyset_add(keys, &key));
		assert_true(dnskey_read(span_of(dnskey.octets, dnskey.len), &key));
		assert_true(keyset_add(keys, &key));

		msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
		msg_rr(&b, "www.example.test", TYPE_A, 300, a);
		for (unsigned n = 0; n < rows[i].spoilt; n++) {
			bad.octets[bad.len - 1]++; /* a duplicate would not be tried */
			msg_rr(&b, "www.example.test", TYPE_RRSIG, 300, bad);
		}
		msg_rr(&b, "www.example.test", TYPE_RRSIG, 300, rrsig);
		assert_true(parsed_open(&p, msg_span(&b)));
		crypto_forget(*state); /* what is remembered costs nothing */
		struct outcome o = verify_first(*state, &p, keys, NOW, &budget, &proved);
		if (o.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].why, reason_word(o.reason));
		assert_int_equal(rows[i].work - budget.work, rows[i].spent * ED25519_WORK);
		parsed_close(&p);
		keyset_free(keys);
	}
	testkey_free(k);
	testkey_free(other);
}

static void an_rrsig_is_read_only_if_it_is_complete(void **state)
{
	(void)state;
	static const struct signing how = { HONEST };
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");
	const struct rd a = rd_a("192.0.2.1");
	struct rd rd = rd_rrsig(k, "www.example.test", TYPE_A, 300, &a, 1, &how);
	const size_t whole = rd.len, fixed = 18, signer = 14;

	for (rd.len = 2; rd.len <= whole; rd.len++) {
		struct msgbuild b;
		struct parsed p;
		struct rrsig sig;

		msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
		msg_rr(&b, "www.example.test", TYPE_RRSIG, 300, rd);
		assert_true(parsed_open(&p, msg_span(&b)));
		bool is_read = rrsig_read(&p.m, &p.m.rrs[0], &sig);
		assert_int_equal(is_read, rd.len >= fixed + signer);
		if (is_read) {
			assert_int_equal(sig.signature.len, rd.len - fixed - signer);
			assert_int_equal(sig.tag, testkey_tag(k));
			assert_int_equal(sig.labels, 3);
		}
		parsed_close(&p);
	}
	testkey_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_signed_by_signzone_are_secure),
		cmocka_unit_test(signatures_hold_in_their_time_plus_the_skew),
		cmocka_unit_test(only_a_correct_signature_proves),
		cmocka_unit_test(a_ttl_is_the_smallest_of_three),
		cmocka_unit_test(a_flipped_bit_is_secure_only_if_it_is_not_signed),
		cmocka_unit_test(a_record_added_or_removed_is_bogus),
		cmocka_unit_test(bad_signatures_and_keys_cost_no_more_than_the_limits),
		cmocka_unit_test(an_rrsig_is_read_only_if_it_is_complete),
	};
	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
