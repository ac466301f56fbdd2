/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer through the periods of a zone: which keys sign, and what is shown, at each second. */
#include "signkeys.h"

#include "dnssec/bitmap.h"
#include "dnssec/rrsig.h"
#include "sign/signer_private.h"

#define AA  FLAG_AA
#define WWW "www.example.test A"

/* ---- The choice of a period ---- */

static void the_period_of_a_time_is_the_last_that_has_begun(void **state)
{
	(void)state;
	static const struct sign_period items[] = { { .from_s = 100 }, { .from_s = 200 },
		{ .from_s = 300 } };
	static const struct {
		const char *why;
		unsigned count;
		int64_t now_s, end_s;
		int index;
	} rows[] = {
		{ "long before the first, which counts then, too", 3, 0, 200, 0 },
		{ "the second before the first", 3, 99, 200, 0 },
		{ "the first second", 3, 100, 200, 0 },
		{ "the last second", 3, 199, 200, 0 },
		{ "the first second of the next", 3, 200, 300, 1 },
		{ "the second after", 3, 201, 300, 1 },
		{ "the last second of the second", 3, 299, 300, 1 },
		{ "the last one", 3, 300, INT64_MAX, 2 },
		{ "the last one has no end", 3, INT64_MAX - 1, INT64_MAX, 2 },
		{ "one alone", 1, 500, INT64_MAX, 0 },
		{ "none", 0, 500, INT64_MAX, -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sign_periods p = { rows[i].count, items };
		const struct sign_period *at = sign_period_at(&p, rows[i].now_s);
		assert_row(rows[i].why, sign_period_end_s(&p, rows[i].now_s) == rows[i].end_s);
		if (rows[i].index < 0)
			assert_row(rows[i].why, at->key_count == 0);
		else
			assert_row(rows[i].why, at == &items[rows[i].index]);
	}
}

/* What the operator is warned of: signatures of a later period do not count before it, nor those of
 * an earlier one after. */
static void pre_made_signatures_last_from_period_to_period(void **state)
{
	(void)state;
	static struct presigned_rrsig early = { .inception = 0, .expiration = 250 },
	                              late = { .inception = 150, .expiration = 900 },
	                              gap = { .inception = 210, .expiration = 900 },
	                              just = { .inception = 0, .expiration = 199 },
	                              short_by_one = { .inception = 0, .expiration = 198 };
	static struct span rdatas[1];
	static const struct {
		const char *why;
		struct presigned_rrsig *dnskey[3], *cds[3]; /* of periods from 0, 200, 400 */
		int64_t now_s, last_s;
	} rows[] = {
		{ "all the time", { &early, &late, &late }, { NULL }, 100, 800 },
		{ "the CDS of the second period ends in it", { &early, &late, &late },
		        { NULL, &early }, 100, 150 },
		{ "the CDS of the first period ends after it", { &early, &late, &late }, { &early },
		        100, 800 },
		{ "the CDS of the first period lasts to its last second", { &early, &late, &late },
		        { &just }, 100, 800 },
		{ "or to the second before", { &early, &late, &late }, { &short_by_one }, 100, 98 },
		{ "the second period begins without", { &early, &gap, &late }, { NULL }, 100, 99 },
		{ "and is without now", { &early, &gap, &late }, { NULL }, 205, -1 },
		{ "the third has ended when it begins", { &early, &late, &early }, { NULL }, 100,
		        299 },
		{ "the last period is unsigned", { &early, &late, NULL }, { NULL }, 100,
		        INT64_MAX },
		{ "the first is, and then it ends", { NULL, &early, &early }, { NULL }, 100, 150 },
	};

	/* What holds for CDS holds for CDNSKEY, too. */
	for (size_t n = 0; n < 2 * COUNT(rows); n++) {
		size_t i = n / 2;
		struct sign_period items[3] = { { .from_s = 0 }, { .from_s = 200 },
			{ .from_s = 400 } };
		for (unsigned k = 0; k < 3; k++) {
			items[k].dnskey = (struct presigned){ .count = rows[i].dnskey[k] != NULL,
				.rrsig_count = rows[i].dnskey[k] != NULL,
				.rdatas = rdatas,
				.rrsigs = rows[i].dnskey[k] };
			struct presigned *set = n % 2 ? &items[k].cdnskey : &items[k].cds;
			*set = (struct presigned){ .count = rows[i].cds[k] != NULL,
				.rrsig_count = rows[i].cds[k] != NULL,
				.rrsigs = rows[i].cds[k] };
		}
		const struct sign_periods p = { 3, items };
		int64_t last_s = sign_periods_last_s(&p, rows[i].now_s);
		if (last_s != rows[i].last_s)
			fail_msg("%s: %lld", rows[i].why, (long long)last_s);
	}
}

/* The times of RRSIGs wrap around (RFC 4034, 3.1.5). */
static void the_span_of_signatures_is_from_the_first_to_the_last(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct presigned_rrsig rrsigs[3]; /* of the first period two */
		int64_t span_s;
	} rows[] = {
		{ "in order",
		        { { .inception = 100, .expiration = 200 },
		                { .inception = 150, .expiration = 250 },
		                { .inception = 200, .expiration = 300 } },
		        200 },
		{ "in no order",
		        { { .inception = 150, .expiration = 300 },
		                { .inception = 200, .expiration = 250 },
		                { .inception = 100, .expiration = 200 } },
		        200 },
		{ "around the end of the numbers",
		        { { .inception = UINT32_MAX - 99, .expiration = UINT32_MAX },
		                { .inception = UINT32_MAX - 50, .expiration = 50 },
		                { .inception = 10, .expiration = 100 } },
		        200 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct presigned_rrsig rrsigs[3];
		memcpy(rrsigs, rows[i].rrsigs, sizeof(rrsigs));
		const struct sign_period items[] = {
			{ .dnskey = { .rrsig_count = 2, .rrsigs = rrsigs } },
			{ .dnskey = { .rrsig_count = 1, .rrsigs = &rrsigs[2] } },
		};
		const struct sign_periods p = { 2, items };
		assert_row(rows[i].why, sign_periods_span_s(&p) == rows[i].span_s);
	}
	assert_int_equal(sign_periods_span_s(&(struct sign_periods){ 0, NULL }), 0);
}

/* ---- Which keys sign ---- */

/* Keys of periods, as bits. */
enum { A = 1, B = 2, ED = 4, RSA = 8, CHOICE = 4 };

static void choose_keys(struct sign_period *p, struct signkey *const keys[CHOICE], unsigned bits)
{
	p->key_count = 0;
	for (unsigned k = 0; k < CHOICE; k++) {
		if (bits >> k & 1)
			p->keys[p->key_count++].key = keys[k];
	}
}

static void other_keys_sign_if_one_comes_or_goes(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned keys[3]; /* of periods from 100, 200, 300 */
		int64_t end_s;    /* of the keys of the first */
		size_t longest;
	} rows[] = {
		{ "the same", { A, A, A }, INT64_MAX, 64 },
		{ "another one", { A, B, B }, 200, 64 },
		{ "another one in the last", { A, A, B }, 300, 64 },
		{ "one more", { A, A | ED, A | ED }, 200, 64 },
		{ "one less", { A | ED, ED, ED }, 200, 64 },
		{ "none any more", { A, A, 0 }, 300, 64 },
		{ "as long as before", { A | RSA, A | RSA, RSA }, 300, 256 },
		{ "a long one that comes", { A, A, A | RSA }, 300, 256 },
		{ "it comes back", { A, B, A }, 200, 64 },
		{ "none", { 0, 0, 0 }, INT64_MAX, 0 },
	};
	struct signkey *keys[CHOICE] = { signkey_generate(ALGORITHM_ECDSAP256),
		signkey_generate(ALGORITHM_ECDSAP256), signkey_generate(ALGORITHM_ED25519),
		signkey_generate(ALGORITHM_RSASHA256) };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sign_period items[3] = { { .from_s = 100 }, { .from_s = 200 },
			{ .from_s = 300 } };
		const struct sign_periods p = { 3, items };
		for (unsigned k = 0; k < 3; k++)
			choose_keys(&items[k], keys, rows[i].keys[k]);
		assert_row(rows[i].why, sign_period_keys_end_s(&p, 150) == rows[i].end_s);
		assert_row(rows[i].why, sign_periods_longest(&p) == rows[i].longest);
		for (unsigned k = 0; k < 3; k++)
			assert_row(rows[i].why, sign_period_signs_as(&items[0], &items[k]) ==
			                                (rows[i].keys[0] == rows[i].keys[k]));
	}
	for (unsigned k = 0; k < CHOICE; k++)
		signkey_free(keys[k]);
}

static void two_keys_sign_each_set_of_every_answer(void **state)
{
	(void)state;
	static const struct {
		const char *question;
		uint16_t flags;
		const char *records;
		unsigned sets;
	} rows[] = {
		{ WWW, AA, "www.example.test A 192.0.2.1", 1 },
		{ "a.example.test A", AA,
		        "a.example.test CNAME b.example.test\nb.example.test A 192.0.2.1", 2 },
		{ "*.example.test A", AA, "*.example.test A 192.0.2.1", 1 },
		{ "no.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA", 2 },
		{ "www.example.test AAAA", AA, "> example.test SOA", 2 },
		{ "example.test SOA", AA, "example.test SOA", 1 },
		{ "www.example.test NSEC", AA, "> example.test SOA", 1 },
	};
	struct legacy *l = legacy_new();
	struct signkeys k;

	signkeys_init(&k, l);
	struct sign_period *period = legacy_periods(l, SIGNKEYS_ZONE);
	period->key_count = 2;
	period->keys[0] = signkeys_at(&k, 0);
	period->keys[1] = signkeys_at(&k, 2);
	signkeys_use(l, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned again = 0; again < 2; again++) {
			legacy_ask(l, rows[i].question, ASK_DO | ASK_STREAM);
			legacy_respond(l, rows[i].flags, rows[i].records);
			assert_row(rows[i].question, signkeys_sign_all(l, &k, 1 | 4));
			assert_row(rows[i].question,
			        l->result.made + l->result.found == 2 * rows[i].sets);
			assert_row(rows[i].question, !again || l->result.made == 0);
		}
	}
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* An answer with one of two signatures would be Bogus for a validator that looks for the other
 * algorithm. */
static void an_answer_with_one_of_two_signatures_is_none(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct signkeys k;

	signkeys_init(&k, l);
	struct sign_period *period = legacy_periods(l, SIGNKEYS_ZONE);
	period->key_count = 2;
	period->keys[0] = signkeys_at(&k, 0);
	period->keys[1] = signkeys_at(&k, 2);
	l->policy.signatures_per_s = 3;
	signkeys_use(l, 1);
	l->now_ms += 10000;
	signkeys_ask(l, NOW);
	assert_int_equal(l->result.made, 2);
	legacy_ask(l, "ftp.example.test A", ASK_DO);
	legacy_respond(l, AA, "ftp.example.test A 192.0.2.1");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LIMITED);
	assert_int_equal(legacy_delivered(l)->rr_count, 0);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);

	/* Nor is one of them left out where both do not fit. */
	l->policy.udp_size_max = 200;
	signkeys_ask(l, NOW);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_TRUNCATED);
	assert_int_equal(legacy_delivered(l)->rr_count, 0);

	/* An additional set gets both, once both are there; or none. */
	l->policy.udp_size_max = 0;
	period->key_count = 1;
	signkeys_use(l, 1);
	l->now_ms += 10000;
	legacy_ask(l, "ns.example.test A", ASK_DO);
	legacy_respond(l, AA, "ns.example.test A 192.0.2.7");
	assert_int_equal(l->result.made, 1);
	period->key_count = 2;
	signkeys_use(l, 1);
	for (unsigned round = 0; round < 2; round++) {
		l->now_ms += 10000;
		legacy_ask(l, WWW, ASK_DO);
		legacy_respond(
		        l, AA, "www.example.test A 192.0.2.1\n+ ns.example.test A 192.0.2.7");
		assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
		assert_int_equal(legacy_delivered(l)->rr_count, round == 0 ? 4 : 6);
		legacy_ask(l, "ns.example.test A", ASK_DO);
		legacy_respond(l, AA, "ns.example.test A 192.0.2.7");
	}
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* The answer is asked for so often that it is kept whole before each boundary. */
static void no_answer_outlives_the_period_of_its_keys(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t after_s;
		unsigned keys;
	} rows[] = {
		{ "before the first period begins, as if it had", -1, 1 },
		{ "the first period", 0, 1 },
		{ "its last second", 99, 1 },
		{ "the second one, of two algorithms", 100, 1 | 4 },
		{ "a second later", 101, 1 | 4 },
		{ "its last second", 199, 1 | 4 },
		{ "the third, of the other algorithm", 200, 4 },
		{ "the clock steps back by a second", 199, 1 | 4 },
		{ "into the first period", 99, 1 },
		{ "and forth over two boundaries", 201, 4 },
		{ "the fourth, of another key", 300, 8 },
		{ "and back over all", 1, 1 },
	};
	struct legacy *l = legacy_new();
	struct signkeys k;
	unsigned recalled = 0;

	legacy_remember(l);
	signkeys_init(&k, l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[0] = (struct sign_period){ NOW, .key_count = 1, .keys = { signkeys_at(&k, 0) } };
	p[1] = (struct sign_period){ NOW + 100, .key_count = 2,
		.keys = { signkeys_at(&k, 0), signkeys_at(&k, 2) } };
	p[2] = (struct sign_period){ NOW + 200, .key_count = 1, .keys = { signkeys_at(&k, 2) } };
	p[3] = (struct sign_period){ NOW + 300, .key_count = 1, .keys = { signkeys_at(&k, 3) } };
	signkeys_use(l, 4);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned times = 0; times < 3; times++) {
			signkeys_ask(l, NOW + rows[i].after_s);
			recalled += l->result.is_recalled;
			assert_row(rows[i].why, signkeys_sign_all(l, &k, rows[i].keys));
		}
	}
	assert_in_range(recalled, COUNT(rows), 3 * COUNT(rows)); /* otherwise nothing was tested */
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* ---- What is shown ---- */

/* Returns whether the NSEC of an answer has a type. */
static bool denial_has(const struct message *m, uint16_t type)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		struct span rdata = message_rdata(m, &m->rrs[i]);
		struct cursor c = cursor_over(rdata);
		struct name next;
		if (m->rrs[i].type != TYPE_NSEC)
			continue;
		name_read(&c, &next);
		return bitmap_has(cursor_rest(&c), type);
	}
	fail();
	return false;
}

/* A bit map that says CDS is a proof, and one without says the contrary. */
static void the_bit_map_of_the_apex_is_that_of_the_period(void **state)
{
	(void)state;
	static struct span rdata;
	static const int64_t after_s[] = { 99, 99, 99, 100, 100, 100, 101, 99, 100 };
	struct legacy *l = legacy_new();

	legacy_remember(l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[1] = p[0];
	p[1].from_s = NOW + 100;
	p[1].cds = (struct presigned){ .type = TYPE_CDS, .count = 1, .rdatas = &rdata };
	signkeys_use(l, 2);
	for (size_t i = 0; i < COUNT(after_s); i++) {
		l->now_s = NOW + after_s[i];
		legacy_ask(l, "example.test AAAA", ASK_DO);
		legacy_respond(l, AA, "> example.test SOA");
		const struct message *m = legacy_delivered(l);
		assert_int_equal(denial_has(m, TYPE_CDS), after_s[i] >= 100);
		assert_false(denial_has(m, TYPE_CDNSKEY));
	}
	legacy_zone(l, SIGNKEYS_ZONE)->periods.count = 1;
	legacy_free(l);
}

/* The DS that a signed parent has of a child that is signed here changes with the child's period,
 * also in referrals that are kept; and where the child cannot be signed, its DS is not denied. */
static void the_ds_of_a_child_is_that_of_its_period(void **state)
{
	(void)state;
	static const uint8_t octets[] = { 1, 2, 13, 2, 4 };
	static const struct span ds = { octets, sizeof(octets) };
	static const struct {
		int64_t after_s;
		enum sign_outcome outcome;
		const char *want;
	} rows[] = {
		{ 99, SIGN_OUTCOME_NODATA, "" },
		{ 100, SIGN_OUTCOME_APEX, "sub.example.test/DS" },
		{ 199, SIGN_OUTCOME_APEX, "sub.example.test/DS" },
		{ 200, SIGN_OUTCOME_BROKEN, "" },
		{ 99, SIGN_OUTCOME_NODATA, "" },
	};
	struct legacy *l = legacy_new();

	legacy_remember(l);
	legacy_ask(l, "example.test AAAA", ASK_DO);
	legacy_respond(l, AA, "> example.test SOA");
	struct sign_period *p = legacy_periods(l, "sub.example.test");
	p[1] = p[0];
	p[1].from_s = NOW + 100;
	p[1].ds_count = 1;
	p[1].ds = &ds;
	p[2] = (struct sign_period){ .from_s = NOW + 200 };
	legacy_zone(l, "sub.example.test")->periods.count = 3;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned times = 0; times < 3; times++) {
			l->now_s = NOW + rows[i].after_s;
			legacy_ask(l, "sub.example.test DS", ASK_DO);
			legacy_respond(l, AA, "> example.test SOA");
			assert_int_equal(l->result.outcome, rows[i].outcome);
			const struct message *m = legacy_delivered(l);
			assert_int_equal(
			        strncmp(judge_list(m), rows[i].want, strlen(rows[i].want)), 0);
		}
	}
	legacy_zone(l, "sub.example.test")->periods.count = 1;
	legacy_free(l);
}

static void in_a_period_without_keys_nothing_is_signed(void **state)
{
	(void)state;
	static const struct {
		int64_t after_s;
		enum sign_outcome outcome, apex;
	} rows[] = {
		{ 99, SIGN_OUTCOME_ANSWER, SIGN_OUTCOME_APEX },
		{ 100, SIGN_OUTCOME_BROKEN, SIGN_OUTCOME_BROKEN },
		{ 199, SIGN_OUTCOME_BROKEN, SIGN_OUTCOME_BROKEN },
		{ 200, SIGN_OUTCOME_ANSWER, SIGN_OUTCOME_APEX },
		{ 150, SIGN_OUTCOME_BROKEN, SIGN_OUTCOME_BROKEN },
	};
	struct legacy *l = legacy_new();

	legacy_remember(l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[1] = (struct sign_period){ .from_s = NOW + 100 };
	p[2] = p[0];
	p[2].from_s = NOW + 200;
	signkeys_use(l, 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned times = 0; times < 3; times++) {
			signkeys_ask(l, NOW + rows[i].after_s);
			assert_int_equal(l->result.outcome, rows[i].outcome);
			legacy_ask(l, "example.test DNSKEY", ASK_DO);
			legacy_respond(l, AA, "example.test SOA");
			assert_int_equal(l->result.outcome, rows[i].apex);
		}
	}
	legacy_zone(l, SIGNKEYS_ZONE)->periods.count = 1;
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_period_of_a_time_is_the_last_that_has_begun),
		cmocka_unit_test(pre_made_signatures_last_from_period_to_period),
		cmocka_unit_test(the_span_of_signatures_is_from_the_first_to_the_last),
		cmocka_unit_test(other_keys_sign_if_one_comes_or_goes),
		cmocka_unit_test(two_keys_sign_each_set_of_every_answer),
		cmocka_unit_test(an_answer_with_one_of_two_signatures_is_none),
		cmocka_unit_test(no_answer_outlives_the_period_of_its_keys),
		cmocka_unit_test(the_bit_map_of_the_apex_is_that_of_the_period),
		cmocka_unit_test(the_ds_of_a_child_is_that_of_its_period),
		cmocka_unit_test(in_a_period_without_keys_nothing_is_signed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
