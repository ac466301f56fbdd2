/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

#include "base/writer.h"
#include "dnssec/denial.h"
#include "dnssec/limits.h"

enum { TYPE_HINFO = 13 };

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

/* ---- Single records ---- */

static void an_nsec3_is_read_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *owner, *rdata;
		bool is_read;
	} rows[] = {
		{ "complete", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0001 "
		        "40",
		        true },
		{ "digits in capital letters", "0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM.example",
		        "01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0001 "
		        "40",
		        true },
		{ "no salt, no types", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", true },
		{ "an unknown flag", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 fe 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "another hash algorithm", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "02 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "a hash of 19 octets", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 13 174eb2409fe28bcb4887a1836f957f0a8425e2", false },
		{ "no hash", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example", "01 00 0000 00 00",
		        false },
		{ "a hash cut short", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2", false },
		{ "a salt past the end", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 ff aabb", false },
		{ "a bad bit map", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0000", false },
		{ "a bad digit", "wp9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "31 digits", "p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "33 digits", "00p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "the character before the digits", "/p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "a character between digits and letters",
		        "_p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "deeper in the zone", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.a.example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "another zone", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.test",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "at the apex", "example",
		        "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b", false },
		{ "at the root", ".", "01 00 0000 00 14 174eb2409fe28bcb4887a1836f957f0a8425e27b",
		        false },
	};
	struct name apex = name_of("example");

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *rdata = unhex(rows[i].rdata, &len);
		struct nsec3 nsec3;
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
		msg_rr(&b, rows[i].owner, TYPE_NSEC3, 300, rd_raw(span_of(rdata, len)));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(rows[i].why,
		        nsec3_read(&p.m, &p.m.rrs[0], &apex, &nsec3) == rows[i].is_read);
		parsed_close(&p);
		free(rdata);
	}
}

static void an_nsec3_with_a_bad_owner_is_not_read(void **state)
{
	(void)state;
	const struct nsec3_params params = { 0 };
	struct testhash hash = testhash_of("a.example", &params);
	char owner[TESTHASH_OWNER_SIZE];
	struct name apex = name_of("example");
	struct nsec3 nsec3;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
	size_t owner_at = b.len;
	msg_rr(&b, testhash_owner(hash, "example", owner), TYPE_NSEC3, 300,
	        rd_nsec3(&params, testhash_step(hash, 1), TYPES(TYPE_A)));
	assert_true(parsed_open(&p, msg_span(&b)));
	assert_true(nsec3_read(&p.m, &p.m.rrs[0], &apex, &nsec3));
	parsed_close(&p);
	uint8_t *pointer = b.octets + owner_at + 33; /* into itself, in the place of the zone */
	const size_t zone_len = 9, pointer_len = 2;
	put_u16(pointer, (uint16_t)(0xc000 | owner_at));
	memmove(pointer + pointer_len, pointer + zone_len,
	        (size_t)(b.octets + b.len - (pointer + zone_len)));
	b.len -= zone_len - pointer_len;
	assert_false(parsed_open(&p, msg_span(&b)));
	assert_int_equal(p.m.rr_count, 1);
	assert_false(nsec3_read(&p.m, &p.m.rrs[0], &apex, &nsec3));
	parsed_close(&p);
}

static void a_span_lies_strictly_between_its_ends(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t owner, next, hash;
		bool spans;
	} rows[] = {
		{ "inside", 10, 20, 15, true },
		{ "the owner", 10, 20, 10, false },
		{ "the next", 10, 20, 20, false },
		{ "before", 10, 20, 5, false },
		{ "after", 10, 20, 25, false },
		{ "the last record, after its owner", 20, 10, 25, true },
		{ "the last record, before the first", 20, 10, 5, true },
		{ "the last record's owner", 20, 10, 20, false },
		{ "the first record", 20, 10, 10, false },
		{ "between first and last", 20, 10, 15, false },
		{ "the only record", 10, 10, 15, true },
		{ "the only record's owner", 10, 10, 10, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t next[NSEC3_HASH_OCTETS] = { [19] = rows[i].next };
		uint8_t hash[NSEC3_HASH_OCTETS] = { [19] = rows[i].hash };
		struct nsec3 n = { .owner_hash = { [19] = rows[i].owner },
			.next_hash = span_of(next, sizeof(next)) };
		assert_row(rows[i].why, nsec3_spans(&n, hash) == rows[i].spans);
		assert_row(rows[i].why, nsec3_matches(&n, hash) == (rows[i].owner == rows[i].hash));
	}
}

/* ---- The zone of RFC 5155, appendix A ---- */

/* Its NSEC3 records in the order of their hashes; each name is the one that was hashed. */
enum { APEX, NS1, X_Y_W, A, X_W, AI, Y_W, W, NS1_HASH, NS2, WILD_W, XX, RECORDS };

static const struct {
	const char *name;
	uint16_t types[8];
} zone[RECORDS] = {
	[APEX] = { "example",
	        { TYPE_MX, TYPE_DNSKEY, TYPE_NS, TYPE_SOA, TYPE_NSEC3PARAM, TYPE_RRSIG } },
	[NS1] = { "ns1.example", { TYPE_A, TYPE_RRSIG } },
	[X_Y_W] = { "x.y.w.example", { TYPE_MX, TYPE_RRSIG } },
	[A] = { "a.example", { TYPE_NS, TYPE_DS, TYPE_RRSIG } },
	[X_W] = { "x.w.example", { TYPE_MX, TYPE_RRSIG } },
	[AI] = { "ai.example", { TYPE_A, TYPE_AAAA, TYPE_HINFO, TYPE_RRSIG } },
	[Y_W] = { "y.w.example", { 0 } },
	[W] = { "w.example", { 0 } },
	[NS1_HASH] = { "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example", { TYPE_A, TYPE_RRSIG } },
	[NS2] = { "ns2.example", { TYPE_A, TYPE_RRSIG } },
	[WILD_W] = { "*.w.example", { TYPE_MX, TYPE_RRSIG } },
	[XX] = { "xx.example", { TYPE_A, TYPE_AAAA, TYPE_HINFO, TYPE_RRSIG } },
};

static const struct nsec3_params plain = { 0, 12, { (const uint8_t *)"\xaa\xbb\xcc\xdd", 4 } };
static const struct nsec3_params opt_out = { 1, 12, { (const uint8_t *)"\xaa\xbb\xcc\xdd", 4 } };

#define BIT(record) (1u << (record))

enum question { NAME, TYPE, CLOSER, DS };

struct proof_case {
	const char *why;
	unsigned records; /* of the zone, as BIT()s */
	enum question question;
	const char *name;
	uint16_t type;    /* for TYPE */
	unsigned labels;  /* for CLOSER */
	enum no_ds no_ds; /* for DS */
	bool needs_span;  /* with opt-out it is Insecure */
};

/* One proof from some records. */
struct client_query {
	struct denial d;
	struct budget budget;
	struct name apex;
	struct msgbuild b;
	struct parsed p;
};

static void asked_begin(struct client_query *a, struct crypto *crypto)
{
	a->apex = name_of("example");
	a->budget = budget_full();
	denial_begin(&a->d, &a->apex, crypto, &a->budget);
	msg_begin(&a->b, 1, FLAG_QR, "example", TYPE_A);
	msg_section(&a->b, SECTION_AUTHORITY);
}

static void asked_zone(struct client_query *a, unsigned records, const struct nsec3_params *params)
{
	char owner[TESTHASH_OWNER_SIZE];

	for (unsigned i = 0; i < RECORDS; i++) {
		if (!(records & BIT(i)))
			continue;
		struct testhash next = testhash_of(zone[(i + 1) % RECORDS].name, params);
		testhash_owner(testhash_of(zone[i].name, params), "example", owner);
		msg_rr(&a->b, owner, TYPE_NSEC3, 300, rd_nsec3(params, next, zone[i].types));
	}
}

/* As if the signatures had been verified. */
static void asked_add(struct client_query *a)
{
	const struct proved proved = { .is_wildcard = false };

	assert_true(parsed_open(&a->p, msg_span(&a->b)));
	for (unsigned i = 0; i < a->p.g.count; i++)
		denial_add(&a->d, &a->p.g, &a->p.g.sets[i], &proved);
}

static struct outcome asked_end(
        struct client_query *a, const struct proof_case *c, enum no_ds *no_ds)
{
	struct name name = name_of(c->name);
	struct outcome o = { 0 };

	switch (c->question) {
	case NAME:
		o = denial_of_name(&a->d, &name);
		break;
	case TYPE:
		o = denial_of_type(&a->d, &name, c->type);
		break;
	case CLOSER:
		o = denial_of_closer_match(&a->d, &name, c->labels);
		break;
	case DS:
		*no_ds = denial_of_ds(&a->d, &name, &o);
		break;
	}
	parsed_close(&a->p);
	return o;
}

static struct outcome ask(struct crypto *crypto, const struct proof_case *c, unsigned records,
        const struct nsec3_params *params, enum no_ds *no_ds)
{
	struct client_query a;

	*no_ds = NO_DS_UNPROVED;
	asked_begin(&a, crypto);
	asked_zone(&a, records, params);
	asked_add(&a);
	return asked_end(&a, c, no_ds);
}

static void the_zone_is_in_the_order_of_its_hashes(void **state)
{
	(void)state;
	for (unsigned i = 0; i + 1 < RECORDS; i++) {
		struct testhash a = testhash_of(zone[i].name, &plain);
		struct testhash b = testhash_of(zone[i + 1].name, &plain);
		assert_true(memcmp(a.octets, b.octets, sizeof(a.octets)) < 0);
	}
}

static const struct proof_case holds[] = {
	{ "RFC 5155, B.1, name error", BIT(APEX) | BIT(X_W) | BIT(A), NAME, "a.c.x.w.example", 0, 0,
	        0, true },
	{ "RFC 5155, B.2, no data", BIT(NS1), TYPE, "ns1.example", TYPE_MX, 0, 0, false },
	{ "RFC 5155, B.2.1, empty non-terminal", BIT(Y_W), TYPE, "y.w.example", TYPE_A, 0, 0,
	        false },
	{ "RFC 5155, B.4, wildcard expansion", BIT(NS2), CLOSER, "a.z.w.example", 0, 2, 0, true },
	{ "RFC 5155, B.5, wildcard no data", BIT(W) | BIT(NS2) | BIT(WILD_W), TYPE, "a.z.w.example",
	        TYPE_AAAA, 0, 0, true },
	{ "no DS at a name that is not a zone cut", BIT(NS1), DS, "ns1.example", 0, 0, NO_DS_NO_CUT,
	        false },
};

static void denials_hold_with_the_records_they_need(void **state)
{
	for (size_t i = 0; i < COUNT(holds); i++) {
		const struct proof_case *c = &holds[i];
		enum no_ds no_ds;
		struct outcome o = ask(*state, c, c->records, &plain, &no_ds);
		if (o.status != STATUS_SECURE)
			fail_msg("%s: %s", c->why, reason_word(o.reason));
		assert_row(c->why, no_ds == c->no_ds);
	}
}

static void a_proof_that_needs_an_opt_out_span_is_insecure(void **state)
{
	for (size_t i = 0; i < COUNT(holds); i++) {
		const struct proof_case *c = &holds[i];
		enum no_ds no_ds;
		struct outcome o = ask(*state, c, c->records, &opt_out, &no_ds);
		assert_row(c->why, o.status == (c->needs_span ? STATUS_INSECURE : STATUS_SECURE));
		assert_row(c->why, o.reason == (c->needs_span ? REASON_OPT_OUT : REASON_NONE));
	}
}

static void denials_fail_without_any_of_them(void **state)
{
	for (size_t i = 0; i < COUNT(holds); i++) {
		for (unsigned left_out = 0; left_out < RECORDS; left_out++) {
			unsigned fewer = holds[i].records & ~BIT(left_out);
			enum no_ds no_ds;
			if (fewer == holds[i].records)
				continue;
			struct outcome o = ask(*state, &holds[i], fewer, &plain, &no_ds);
			assert_row(holds[i].why, o.status == STATUS_BOGUS);
			assert_row(holds[i].why, no_ds == NO_DS_UNPROVED);
		}
	}
}

/* RFC 5155, B.3: c.example lies in the span of a.example, with the apex as closest encloser. */
static void an_opt_out_span_may_hold_an_unsigned_delegation(void **state)
{
	static const struct proof_case row = { .question = DS, .name = "c.example" };
	const unsigned records = BIT(A) | BIT(APEX);
	enum no_ds no_ds;

	struct outcome o = ask(*state, &row, records, &opt_out, &no_ds);
	assert_int_equal(o.status, STATUS_INSECURE);
	assert_int_equal(no_ds, NO_DS_INSECURE);
	o = ask(*state, &row, BIT(A), &opt_out, &no_ds);
	assert_int_equal(o.status, STATUS_BOGUS);
	assert_int_equal(no_ds, NO_DS_UNPROVED);
}

static void existing_data_is_never_denied(void **state)
{
	static const struct proof_case rows[] = {
		{ "a name", 0, NAME, "ns1.example", 0, 0, 0, false },
		{ "the apex", 0, NAME, "example", 0, 0, 0, false },
		{ "an empty non-terminal", 0, NAME, "w.example", 0, 0, 0, false },
		{ "a name that a wildcard matches", 0, NAME, "q.w.example", 0, 0, 0, false },
		{ "a name below a delegation", 0, NAME, "x.a.example", 0, 0, 0, false },
		{ "a type", 0, TYPE, "ns1.example", TYPE_A, 0, 0, false },
		{ "a type that a wildcard has", 0, TYPE, "q.w.example", TYPE_MX, 0, 0, false },
		{ "a type of the child, by the parent's record", 0, TYPE, "a.example", TYPE_A, 0, 0,
		        false },
		{ "a type below a delegation", 0, TYPE, "x.a.example", TYPE_A, 0, 0, false },
		{ "a type of a name that does not exist", 0, TYPE, "c.example", TYPE_A, 0, 0,
		        false },
		{ "a DS", 0, DS, "a.example", 0, 0, 0, false },
		{ "the DS of the zone itself (RFC 5155, B.6)", 0, DS, "example", 0, 0, 0, false },
		{ "a closer match that exists", 0, CLOSER, "x.w.example", 0, 2, 0, false },
		{ "an empty non-terminal as closer match", 0, CLOSER, "y.w.example", 0, 2, 0,
		        false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned left_out = 0; left_out <= RECORDS; left_out++) {
			unsigned records = (BIT(RECORDS) - 1) & ~BIT(left_out);
			enum no_ds no_ds;
			struct outcome o = ask(*state, &rows[i], records, &plain, &no_ds);
			assert_row(rows[i].why, o.status == STATUS_BOGUS);
			assert_row(rows[i].why, no_ds == NO_DS_UNPROVED);
		}
	}
}

/* ---- Bounds ---- */

static void iterations_have_a_limit(void **state)
{
	static const struct {
		const char *why;
		uint16_t iterations;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "none", 0, STATUS_SECURE, REASON_NONE },
		{ "at the limit", LIMIT_NSEC3_ITERATIONS, STATUS_SECURE, REASON_NONE },
		{ "above it", LIMIT_NSEC3_ITERATIONS + 1, STATUS_INSECURE,
		        REASON_NSEC3_ITERATIONS },
		{ "as many as possible", UINT16_MAX, STATUS_INSECURE, REASON_NSEC3_ITERATIONS },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct nsec3_params params = plain;
		enum no_ds no_ds;

		params.iterations = rows[i].iterations;
		struct outcome o = ask(*state, &holds[1], holds[1].records, &params, &no_ds);
		assert_row(rows[i].why, o.status == rows[i].status);
		assert_row(rows[i].why, o.reason == rows[i].reason);
	}
}

/* RFC 5155, 8.2. The records of either set alone prove it. */
static void records_of_different_parameters_prove_nothing(void **state)
{
	static const struct {
		const char *why;
		struct nsec3_params other;
	} rows[] = {
		{ "another salt", { 0, 12, { (const uint8_t *)"\xaa\xbb\xcc\xde", 4 } } },
		{ "no salt", { 0, 12, { NULL, 0 } } },
		{ "other iterations", { 0, 11, { (const uint8_t *)"\xaa\xbb\xcc\xdd", 4 } } },
	};
	const struct proof_case *c = &holds[1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query a;
		enum no_ds no_ds;

		asked_begin(&a, *state);
		asked_zone(&a, c->records, &plain);
		asked_zone(&a, c->records, &rows[i].other);
		asked_add(&a);
		struct outcome o = asked_end(&a, c, &no_ds);
		assert_row(rows[i].why, o.status == STATUS_BOGUS);
		assert_row(rows[i].why, o.reason == REASON_DENIAL_FAILED);
	}
}

/* A name of 120 labels has as many possible enclosers (CVE-2023-50868). */
static void a_deep_name_costs_no_more_hashes_than_the_budget(void **state)
{
	char name[256] = "";
	struct client_query a;
	enum no_ds no_ds;
	struct proof_case c = { .question = NAME, .name = name };

	for (unsigned i = 0; i < 120; i++)
		memcpy(name + 2 * i, "a.", 3);
	strcat(name, "example");
	asked_begin(&a, *state);
	asked_zone(&a, BIT(APEX) | BIT(X_W) | BIT(A), &plain);
	asked_add(&a);
	struct outcome o = asked_end(&a, &c, &no_ds);
	assert_int_equal(o.status, STATUS_BOGUS);
	assert_int_equal(o.reason, REASON_BUDGET);
	assert_int_equal(a.budget.nsec3_hashes, 0);
}

/* What the limits forbid is not allowed by an NSEC beside it, which a zone that moves from one to
 * the other may have. */
static void an_nsec_beside_nsec3_lifts_no_limit(void **state)
{
	static const struct {
		const char *why;
		struct nsec3_params first, second;
	} rows[] = {
		{ "mixed parameters", { 0, 12, { (const uint8_t *)"\xaa", 1 } },
		        { 0, 12, { NULL, 0 } } },
		{ "too many iterations", { 0, UINT16_MAX, { NULL, 0 } },
		        { 0, UINT16_MAX, { NULL, 0 } } },
	};
	const struct proof_case *c = &holds[1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query a;
		enum no_ds no_ds;

		asked_begin(&a, *state);
		msg_rr(&a.b, "a.example", TYPE_NSEC, 300, rd_nsec("b.example", TYPES(TYPE_A)));
		asked_zone(&a, c->records, &rows[i].first);
		asked_zone(&a, c->records, &rows[i].second);
		asked_add(&a);
		struct outcome o = asked_end(&a, c, &no_ds);
		assert_row(rows[i].why, o.status == STATUS_BOGUS);
		assert_row(rows[i].why, a.budget.nsec3_hashes == LIMIT_NSEC3_HASHES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_nsec3_is_read_or_refused),
		cmocka_unit_test(an_nsec3_with_a_bad_owner_is_not_read),
		cmocka_unit_test(a_span_lies_strictly_between_its_ends),
		cmocka_unit_test(the_zone_is_in_the_order_of_its_hashes),
		cmocka_unit_test(denials_hold_with_the_records_they_need),
		cmocka_unit_test(a_proof_that_needs_an_opt_out_span_is_insecure),
		cmocka_unit_test(denials_fail_without_any_of_them),
		cmocka_unit_test(an_opt_out_span_may_hold_an_unsigned_delegation),
		cmocka_unit_test(existing_data_is_never_denied),
		cmocka_unit_test(iterations_have_a_limit),
		cmocka_unit_test(records_of_different_parameters_prove_nothing),
		cmocka_unit_test(an_nsec_beside_nsec3_lifts_no_limit),
		cmocka_unit_test(a_deep_name_costs_no_more_hashes_than_the_budget),
	};
	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
