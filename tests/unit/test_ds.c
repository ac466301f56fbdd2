/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

#include "dnssec/ds.h"
#include "vectors_signzone.h"

static const struct signing valid = { .inception = SIGNZONE_INCEPTION,
	.expiration = SIGNZONE_EXPIRATION };

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

/* Proves the first RRset of the message by `ds`. */
static struct outcome prove_first(struct crypto *crypto, struct parsed *p, const struct ds_set *ds,
        struct budget *budget, struct proved *proved, struct keyset **keys)
{
	struct verifier v = { crypto, &p->arena, budget, &p->g, SIGNZONE_NOW };
	return ds_prove_keys(&v, &p->g.sets[0], ds, proved, keys);
}

/* ---- DNSKEY ---- */

static void key_tags_are_those_of_the_rfcs(void **state)
{
	(void)state;
	static const struct {
		const char *why, *rdata;
		uint16_t tag;
	} rows[] = {
		{ "RFC 8080, 6.1, the first",
		        "0101030f"
		        "974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e",
		        3613 },
		{ "RFC 6605, 6.1",
		        "0101030d"
		        "1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa"
		        "42917ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00",
		        55648 },
		{ "an odd number of octets and a carry", "0100 03 0f ff", 0x0310 },
		{ "the carry is added once", "ffff ffff", 0xffff },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *rdata = unhex(rows[i].rdata, &len);
		uint16_t tag = dnskey_tag(span_of(rdata, len));
		if (tag != rows[i].tag)
			fail_msg("%s: %u", rows[i].why, tag);
		free(rdata);
	}
}

static void a_dnskey_needs_its_fixed_fields(void **state)
{
	(void)state;
	static const uint8_t octets[] = { 1, 1, 3, 15 };
	struct dnskey key;

	for (size_t len = 0; len <= sizeof(octets); len++)
		assert_int_equal(dnskey_read(span_of(octets, len), &key), len == 4);
	assert_int_equal(key.flags, 257);
	assert_int_equal(key.public_key.len, 0);
}

static void only_zone_keys_sign(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		uint8_t protocol;
		bool may_sign;
	} rows[] = {
		{ "a zone key", 256, 3, true },
		{ "with the SEP bit", 257, 3, true },
		{ "unknown flags are ignored", 0x7f7f | 256, 3, true },
		{ "no zone bit", 1, 3, false },
		{ "revoked (RFC 5011)", 257 | 128, 3, false },
		{ "another protocol", 257, 2, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dnskey key = { .flags = rows[i].flags, .protocol = rows[i].protocol };
		assert_row(rows[i].why, dnskey_may_sign(&key) == rows[i].may_sign);
	}
}

static void a_keyset_holds_no_more_than_the_limit(void **state)
{
	(void)state;
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "test");
	struct rd rd = rd_dnskey(k);
	struct name apex = name_of("test");
	struct keyset *keys = keyset_new(&apex);
	struct dnskey key;

	assert_true(dnskey_read(span_of(rd.octets, rd.len), &key));
	for (unsigned i = 0; i < LIMIT_KEYS; i++)
		assert_true(keyset_add(keys, &key));
	assert_false(keys->is_over);
	assert_false(keyset_add(keys, &key));
	assert_true(keys->is_over);
	assert_int_equal(keys->count, LIMIT_KEYS);
	keyset_free(keys);
	testkey_free(k);
}

/* ---- DS ---- */

static void a_ds_has_a_digest_of_some_known_length(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t len;
		bool is_read;
	} rows[] = {
		{ "nothing", 0, false },
		{ "three octets", 3, false },
		{ "no digest", 4, false },
		{ "a short one", 5, true },
		{ "SHA-384", 52, true },
		{ "longer than any", 53, false },
	};
	static const uint8_t octets[53] = { 0x12, 0x34, 13, 2 };
	struct ds ds;

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(
		        rows[i].why, ds_read(span_of(octets, rows[i].len), &ds) == rows[i].is_read);
}

static struct rd ds_with(uint8_t algorithm, uint8_t digest_type, size_t digest_len)
{
	uint8_t octets[64] = { 0x12, 0x34, algorithm, digest_type };
	return rd_raw(span_of(octets, 4 + digest_len));
}

static void a_ds_set_keeps_what_is_supported(void **state)
{
	(void)state;
	const struct {
		const char *why;
		struct rd ds[2];
		unsigned records, kept;
		enum reason reason;
	} rows[] = {
		{ "SHA-256", { ds_with(13, 2, 32) }, 1, 1, REASON_NONE },
		{ "SHA-384", { ds_with(8, 4, 48) }, 1, 1, REASON_NONE },
		{ "no digest: it refers to no key, but the zone is still signed",
		        { ds_with(13, 2, 0) }, 1, 1, REASON_NONE },
		{ "a digest longer than any", { ds_with(13, 2, 60) }, 1, 1, REASON_NONE },
		{ "a longer one of an unknown type", { ds_with(13, 99, 60) }, 1, 0,
		        REASON_DS_DIGEST },
		{ "three octets", { rd_raw(span_of("\1\2\15", 3)) }, 1, 0, REASON_DS_DIGEST },
		{ "SHA-1 only", { ds_with(13, 1, 20) }, 1, 0, REASON_DS_DIGEST },
		{ "an unknown digest type", { ds_with(13, 99, 8) }, 1, 0, REASON_DS_DIGEST },
		{ "RSASHA1", { ds_with(5, 2, 32) }, 1, 0, REASON_DS_ALGORITHM },
		{ "an unknown algorithm", { ds_with(100, 2, 32) }, 1, 0, REASON_DS_ALGORITHM },
		{ "one of two", { ds_with(100, 2, 32), ds_with(15, 2, 32) }, 2, 1, REASON_NONE },
		{ "neither algorithm nor digest", { ds_with(100, 2, 32), ds_with(15, 1, 20) }, 2, 0,
		        REASON_DS_DIGEST },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;
		struct ds_set set;

		msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DS);
		msg_rrset(&b, "example.test", TYPE_DS, 300, rows[i].ds, rows[i].records);
		assert_true(parsed_open(&p, msg_span(&b)));
		struct arena none = { 0 }; /* a message of many records has used all of it */
		assert_row(rows[i].why,
		        ds_set_read(&p.g, &p.g.sets[0], &none, &set).reason == REASON_BUDGET &&
		                set.count == 0);
		struct outcome o = ds_set_read(&p.g, &p.g.sets[0], &p.arena, &set);
		assert_row(rows[i].why, o.reason == rows[i].reason);
		assert_row(rows[i].why, (o.status == STATUS_SECURE) == (o.reason == REASON_NONE));
		assert_row(rows[i].why, set.count == rows[i].kept);
		parsed_close(&p);
	}
}

/* RFC 4509, 3. */
static void sha1_is_ignored_beside_a_stronger_digest(void **state)
{
	(void)state;
	const struct {
		const char *why;
		struct rd ds[2];
		unsigned records, kept;
		uint8_t first_type;
	} rows[] = {
		{ "alone", { ds_with(13, 1, 20) }, 1, 1, 1 },
		{ "before SHA-256", { ds_with(13, 1, 20), ds_with(13, 2, 32) }, 2, 1, 2 },
		{ "after SHA-384", { ds_with(13, 4, 48), ds_with(13, 1, 20) }, 2, 1, 4 },
		{ "beside an unknown one", { ds_with(13, 99, 32), ds_with(13, 1, 20) }, 2, 1, 1 },
	};

	crypto_allow_sha1(true);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;
		struct ds_set set;

		msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DS);
		msg_rrset(&b, "example.test", TYPE_DS, 300, rows[i].ds, rows[i].records);
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(rows[i].why,
		        ds_set_read(&p.g, &p.g.sets[0], &p.arena, &set).reason == REASON_NONE);
		assert_row(rows[i].why, set.count == rows[i].kept);
		assert_row(rows[i].why, set.ds[0].digest_type == rows[i].first_type);
		parsed_close(&p);
	}
	crypto_allow_sha1(false);
}

static struct rd ds_number(unsigned n, uint8_t algorithm, uint8_t digest_type)
{
	uint8_t octets[4 + 48] = { (uint8_t)(n >> 8), (uint8_t)n, algorithm, digest_type };
	return rd_raw(span_of(octets, digest_type == 4   ? 4 + 48
	                              : digest_type == 1 ? 4 + 20
	                                                 : 4 + 32));
}

static void a_ds_set_over_the_limit_counts_for_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned usable, copies, unknown;
		unsigned kept;
		enum reason reason;
	} rows[] = {
		{ "at the limit", LIMIT_DS, 1, 0, LIMIT_DS, REASON_NONE },
		{ "one more", LIMIT_DS + 1, 1, 0, 0, REASON_TOO_MANY_DS },
		{ "far more", 10 * LIMIT_DS, 1, 0, 0, REASON_TOO_MANY_DS },
		{ "each three times", LIMIT_DS, 3, 0, LIMIT_DS, REASON_NONE },
		{ "beside many of unknown algorithms", LIMIT_DS, 1, 3 * LIMIT_DS, LIMIT_DS,
		        REASON_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;
		struct ds_set set;

		msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DS);
		for (unsigned n = 0; n < rows[i].unknown; n++)
			msg_rr(&b, "example.test", TYPE_DS, 300, ds_number(n, 100, 2));
		for (unsigned n = 0; n < rows[i].usable * rows[i].copies; n++)
			msg_rr(&b, "example.test", TYPE_DS, 300,
			        ds_number(n % rows[i].usable, 13, 2));
		assert_true(parsed_open(&p, msg_span(&b)));
		struct outcome o = ds_set_read(&p.g, &p.g.sets[0], &p.arena, &set);
		assert_row(rows[i].why, o.reason == rows[i].reason);
		assert_row(rows[i].why, set.count == rows[i].kept);
		parsed_close(&p);
	}
}

/* ---- From DS to keys ---- */

static struct ds ds_from(const struct testkey *k, uint8_t digest_type)
{
	struct rd rd = rd_ds(k, digest_type);
	struct ds ds;
	assert_true(ds_read(span_of(rd.octets, rd.len), &ds));
	return ds;
}

static void a_key_that_a_ds_refers_to_proves_the_others(void **state)
{
	enum who { KSK, ZSK, STRANGER, NOT_ZONE, REVOKED, KEYS };
	static const struct {
		const char *why;
		enum who ds_of, signer;
		uint8_t digest_type;
		bool is_spoilt; /* the digest */
		enum reason reason;
	} rows[] = {
		{ "SHA-256", KSK, KSK, DIGEST_SHA256, false, REASON_NONE },
		{ "SHA-384", KSK, KSK, DIGEST_SHA384, false, REASON_NONE },
		{ "the DS may refer to the ZSK", ZSK, ZSK, DIGEST_SHA256, false, REASON_NONE },
		{ "one bit of the digest", KSK, KSK, DIGEST_SHA256, true, REASON_DS_NO_MATCH },
		{ "a key that is missing", STRANGER, KSK, DIGEST_SHA256, false,
		        REASON_DS_NO_MATCH },
		{ "signed by a key that no DS refers to", KSK, ZSK, DIGEST_SHA256, false,
		        REASON_RRSIG_NO_KEY },
		{ "a key without the zone bit", NOT_ZONE, NOT_ZONE, DIGEST_SHA256, false,
		        REASON_DS_NO_MATCH },
		{ "a revoked key", REVOKED, REVOKED, DIGEST_SHA256, false, REASON_DS_NO_MATCH },
	};
	struct testkey *keys[KEYS] = {
		[KSK] = testkey_new(ALGORITHM_ED25519, 257, "example.test"),
		[ZSK] = testkey_new(ALGORITHM_ED25519, 256, "example.test"),
		[STRANGER] = testkey_seeded(ALGORITHM_ED25519, 257, "example.test", "stranger"),
		[NOT_ZONE] = testkey_new(ALGORITHM_ED25519, 1, "example.test"),
		[REVOKED] = testkey_new(ALGORITHM_ED25519, 257 | 128, "example.test"),
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ds_set ds = { .count = 1,
			.ds = { ds_from(keys[rows[i].ds_of], rows[i].digest_type) } };
		struct budget budget = budget_full();
		struct keyset *proved_keys = NULL;
		struct proved proved;
		struct msgbuild b;
		struct parsed p;

		ds.ds[0].digest[5] ^= rows[i].is_spoilt;
		msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
		msg_signed(&b, keys[rows[i].signer], "example.test", TYPE_DNSKEY, 3600,
		        RRSET(rd_dnskey(keys[KSK]), rd_dnskey(keys[ZSK]), rd_dnskey(keys[NOT_ZONE]),
		                rd_dnskey(keys[REVOKED])),
		        &valid);
		assert_true(parsed_open(&p, msg_span(&b)));
		struct outcome o = prove_first(*state, &p, &ds, &budget, &proved, &proved_keys);
		if (o.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].why, reason_word(o.reason));
		assert_row(rows[i].why, (o.status == STATUS_SECURE) == (proved_keys != NULL));
		assert_row(rows[i].why, !proved_keys || proved_keys->count == 2);
		keyset_free(proved_keys);
		parsed_close(&p);
	}
	for (size_t i = 0; i < KEYS; i++)
		testkey_free(keys[i]);
}

/* Makes another key of the same tag by swapping two octets that are two apart. */
static struct rd with_same_tag(struct rd key, unsigned n)
{
	uint8_t octet = key.octets[4 + n];
	key.octets[4 + n] = key.octets[6 + n];
	key.octets[6 + n] = octet;
	return key;
}

static struct outcome prove(struct crypto *crypto, const struct testkey *signer,
        const struct rd *keys, size_t count, const struct ds_set *ds, unsigned *proved_count)
{
	struct budget budget = budget_full();
	struct keyset *proved_keys = NULL;
	struct proved proved;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_signed(&b, signer, "example.test", TYPE_DNSKEY, 3600, keys, count, &valid);
	assert_true(parsed_open(&p, msg_span(&b)));
	struct outcome o = prove_first(crypto, &p, ds, &budget, &proved, &proved_keys);
	*proved_count = proved_keys ? proved_keys->count : 0;
	keyset_free(proved_keys);
	parsed_close(&p);
	return o;
}

/* KeyTrap: each key costs a digest for each DS that may refer to it. */
static void keys_that_share_a_tag_cost_no_more_digests_than_the_limit(void **state)
{
	static const struct {
		const char *why;
		unsigned others; /* that come first */
		enum reason reason;
		unsigned proved;
	} rows[] = {
		{ "none", 0, REASON_NONE, 1 },
		{ "as many as may be tried", LIMIT_KEYS_PER_TAG - 1, REASON_NONE,
		        LIMIT_KEYS_PER_TAG },
		{ "one more than that", LIMIT_KEYS_PER_TAG, REASON_KEY_TAGS, 0 },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.test");
	struct ds_set ds = { .count = 1, .ds = { ds_from(k, DIGEST_SHA256) } };
	struct rd keys[LIMIT_KEYS_PER_TAG + 1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned proved;
		for (unsigned n = 0, swap = 0; n < rows[i].others; swap++) {
			struct dnskey key;
			keys[n] = with_same_tag(rd_dnskey(k), swap);
			assert_true(dnskey_read(span_of(keys[n].octets, keys[n].len), &key));
			assert_int_equal(key.tag, testkey_tag(k));
			n += memcmp(keys[n].octets, rd_dnskey(k).octets, keys[n].len) < 0;
		}
		keys[rows[i].others] = rd_dnskey(k);
		struct outcome o = prove(*state, k, keys, rows[i].others + 1, &ds, &proved);
		if (o.reason != rows[i].reason)
			fail_msg("%s: %s", rows[i].why, reason_word(o.reason));
		assert_row(rows[i].why, proved == rows[i].proved);
	}
	testkey_free(k);
}

static void a_ds_refers_to_a_key_by_its_algorithm_too(void **state)
{
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.test");
	struct rd key = rd_dnskey(k);
	struct ds_set ds = { .count = 1, .ds = { ds_from(k, DIGEST_SHA256) } };
	unsigned proved;

	ds.ds[0].algorithm = ALGORITHM_ECDSAP256;
	assert_int_equal(prove(*state, k, &key, 1, &ds, &proved).reason, REASON_DS_NO_MATCH);
	testkey_free(k);
}

static void a_malformed_key_is_skipped(void **state)
{
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.test");
	struct testkey *other = testkey_new(ALGORITHM_ED25519, 1, "example.test");
	struct ds_set ds = { .count = 1, .ds = { ds_from(k, DIGEST_SHA256) } };
	struct rd good[] = { rd_raw(span_of("\1\1\3", 3)), rd_dnskey(k) };
	struct rd bad[] = { rd_raw(span_of("\1\1\3", 3)), rd_dnskey(other) };
	unsigned proved;

	assert_int_equal(prove(*state, k, good, 2, &ds, &proved).reason, REASON_NONE);
	assert_int_equal(proved, 1);
	assert_int_equal(prove(*state, k, bad, 2, &ds, &proved).reason, REASON_DNSKEY_NO_ZONE_BIT);
	testkey_free(k);
	testkey_free(other);
}

static void a_zone_without_zone_keys_has_its_own_reason(void **state)
{
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 1, "example.test");
	struct ds_set ds = { .count = 1, .ds = { ds_from(k, DIGEST_SHA256) } };
	struct budget budget = budget_full();
	struct keyset *keys = NULL;
	struct proved proved;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_signed(&b, k, "example.test", TYPE_DNSKEY, 3600, RRSET(rd_dnskey(k)), &valid);
	assert_true(parsed_open(&p, msg_span(&b)));
	struct outcome o = prove_first(*state, &p, &ds, &budget, &proved, &keys);
	assert_int_equal(o.status, STATUS_BOGUS);
	assert_int_equal(o.reason, REASON_DNSKEY_NO_ZONE_BIT);
	assert_null(keys);
	parsed_close(&p);
	testkey_free(k);
}

/* During a rollover a DS may refer to a key that is not published yet, and each key has a DS of
 * every digest type. Any one path is enough (RFC 6840, 5.11). */
static void any_one_path_is_enough(void **state)
{
	struct testkey *now = testkey_new(ALGORITHM_ED25519, 257, "example.test");
	struct testkey *next = testkey_seeded(ALGORITHM_ED25519, 257, "example.test", "next");
	struct ds_set ds = { .count = 4,
		.ds = { ds_from(next, DIGEST_SHA256), ds_from(next, DIGEST_SHA384),
		        ds_from(now, DIGEST_SHA256), ds_from(now, DIGEST_SHA384) } };
	struct budget budget = budget_full();
	struct keyset *keys = NULL;
	struct proved proved;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_signed(&b, now, "example.test", TYPE_DNSKEY, 3600, RRSET(rd_dnskey(now)), &valid);
	assert_true(parsed_open(&p, msg_span(&b)));
	struct outcome o = prove_first(*state, &p, &ds, &budget, &proved, &keys);
	assert_int_equal(o.status, STATUS_SECURE);
	assert_int_equal(keys->count, 1);
	keyset_free(keys);
	parsed_close(&p);
	testkey_free(now);
	testkey_free(next);
}

/* A key that several DS records refer to is still one key: it is tried once for a signature, and
 * one signature that fails leaves room for the good one. */
static void two_digests_of_a_key_do_not_double_it(void **state)
{
	static const struct signing spoilt = { .inception = SIGNZONE_INCEPTION,
		.expiration = SIGNZONE_EXPIRATION,
		.is_spoilt = true };
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.test");
	struct ds_set ds = { .count = 2,
		.ds = { ds_from(k, DIGEST_SHA256), ds_from(k, DIGEST_SHA384) } };
	struct budget budget = budget_full();
	struct keyset *keys = NULL;
	struct rd dnskey = rd_dnskey(k);
	struct proved proved;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example.test", TYPE_DNSKEY);
	msg_rr(&b, "example.test", TYPE_RRSIG, 3600,
	        rd_rrsig(k, "example.test", TYPE_DNSKEY, 3600, &dnskey, 1, &spoilt));
	msg_signed(&b, k, "example.test", TYPE_DNSKEY, 3600, &dnskey, 1, &valid);
	assert_true(parsed_open(&p, msg_span(&b)));
	crypto_forget(*state);
	struct outcome o = prove_first(*state, &p, &ds, &budget, &proved, &keys);
	assert_int_equal(o.status, STATUS_SECURE);
	assert_int_equal(budget.work, LIMIT_WORK - 2 * 2);
	keyset_free(keys);
	parsed_close(&p);
	testkey_free(k);
}

static void an_anchor_of_a_key_is_its_ds(void **state)
{
	static const uint8_t algorithms[] = { ALGORITHM_RSASHA256, ALGORITHM_ECDSAP256,
		ALGORITHM_ECDSAP384, ALGORITHM_ED25519, ALGORITHM_ED448 };

	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct testkey *k = testkey_new(algorithms[i], 257, "Example.test");
		struct name owner = name_of("example.test");
		struct rd rd = rd_dnskey(k);
		struct ds want = ds_from(k, DIGEST_SHA256), ds;
		struct dnskey key;

		assert_true(dnskey_read(span_of(rd.octets, rd.len), &key));
		assert_true(ds_of_dnskey(*state, &owner, &key, &ds));
		assert_int_equal(ds.tag, want.tag);
		assert_int_equal(ds.algorithm, want.algorithm);
		assert_int_equal(ds.digest_type, want.digest_type);
		assert_true(span_equal(
		        span_of(ds.digest, ds.digest_len), span_of(want.digest, want.digest_len)));
		testkey_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_tags_are_those_of_the_rfcs),
		cmocka_unit_test(a_dnskey_needs_its_fixed_fields),
		cmocka_unit_test(only_zone_keys_sign),
		cmocka_unit_test(a_keyset_holds_no_more_than_the_limit),
		cmocka_unit_test(a_ds_has_a_digest_of_some_known_length),
		cmocka_unit_test(a_ds_set_keeps_what_is_supported),
		cmocka_unit_test(sha1_is_ignored_beside_a_stronger_digest),
		cmocka_unit_test(a_ds_set_over_the_limit_counts_for_nothing),
		cmocka_unit_test(a_key_that_a_ds_refers_to_proves_the_others),
		cmocka_unit_test(keys_that_share_a_tag_cost_no_more_digests_than_the_limit),
		cmocka_unit_test(a_ds_refers_to_a_key_by_its_algorithm_too),
		cmocka_unit_test(a_malformed_key_is_skipped),
		cmocka_unit_test(a_zone_without_zone_keys_has_its_own_reason),
		cmocka_unit_test(any_one_path_is_enough),
		cmocka_unit_test(two_digests_of_a_key_do_not_double_it),
		cmocka_unit_test(an_anchor_of_a_key_is_its_ds),
	};
	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
