/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

#include "base/writer.h"
#include "dnssec/bitmap.h"
#include "dnssec/denial.h"

enum { TYPE_HINFO = 13 };

/* ---- Bit maps ---- */

static void bit_maps_are_well_formed_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *why, *bitmap;
		bool is_valid;
	} rows[] = {
		{ "empty: an empty non-terminal's NSEC3", "", true },
		{ "RFC 4034, 4.3",
		        "0006 400100000003 041b 000000000000000000000000000000000000"
		        "000000000000000020",
		        true },
		{ "32 octets",
		        "0020 0000000000000000000000000000000000000000000000000000000000000001",
		        true },
		{ "33 octets",
		        "0021 000000000000000000000000000000000000000000000000000000000000000001",
		        false },
		{ "a window without octets", "0000", false },
		{ "only the window's number", "00", false },
		{ "cut short", "0002 40", false },
		{ "two windows", "0001 40 0101 40", true },
		{ "the same window twice", "0001 40 0001 40", false },
		{ "windows out of order", "0101 40 0001 40", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *bitmap = unhex(rows[i].bitmap, &len);
		assert_row(rows[i].why, bitmap_is_valid(span_of(bitmap, len)) == rows[i].is_valid);
		free(bitmap);
	}
}

/* RFC 4034, 4.3: A MX RRSIG NSEC TYPE1234. */
static void a_bit_map_has_its_types_and_no_others(void **state)
{
	(void)state;
	static const uint16_t types[] = { TYPE_A, TYPE_MX, TYPE_RRSIG, TYPE_NSEC, 1234 };
	size_t len, next = 0;
	uint8_t *bitmap = unhex("0006 400100000003 041b 000000000000000000000000000000000000"
	                        "000000000000000020",
	        &len);

	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		bool expected = next < COUNT(types) && types[next] == type;
		assert_int_equal(bitmap_has(span_of(bitmap, len), (uint16_t)type), expected);
		next += expected;
	}
	free(bitmap);
}

/* ---- The record ---- */

static void an_nsec_is_read_only_if_it_is_complete(void **state)
{
	(void)state;
	static const struct {
		const char *why, *rdata;
		bool is_read;
	} rows[] = {
		{ "a next name and types", "0162 07 6578616d706c65 00 0001 40", true },
		{ "no types at all", "0162 07 6578616d706c65 00", true },
		{ "no next name", "", false },
		{ "a next name that is cut short", "0162 07 6578", false },
		{ "a next name that is compressed (RFC 3597, 4)", "0162 c00c 0001 40", false },
		{ "a bit map that is cut short", "0162 07 6578616d706c65 00 0002 40", false },
	};
	struct nsec nsec;
	struct msgbuild b;
	struct parsed p;

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *rdata = unhex(rows[i].rdata, &len);
		msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
		msg_rr(&b, "a.example", TYPE_NSEC, 300, rd_raw(span_of(rdata, len)));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(rows[i].why, nsec_read(&p.m, &p.m.rrs[0], &nsec) == rows[i].is_read);
		parsed_close(&p);
		free(rdata);
	}
	/* an owner that points to itself */
	msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
	size_t owner_at = b.len;
	msg_rr(&b, "ab", TYPE_NSEC, 300, rd_nsec("b.example", TYPES(TYPE_A)));
	b.octets[owner_at] = 1;
	put_u16(b.octets + owner_at + 2, (uint16_t)(0xc000 | owner_at));
	assert_false(parsed_open(&p, msg_span(&b)));
	assert_int_equal(p.m.rr_count, 1);
	assert_false(nsec_read(&p.m, &p.m.rrs[0], &nsec));
	parsed_close(&p);
}

/* ---- The zone of RFC 4035, appendix A ---- */

/* Its NSEC records, in order. */
enum { APEX, A, AI, B, NS1, NS2, WILD_W, X_W, X_Y_W, XX, RECORDS };

static const struct {
	const char *owner, *next;
	uint16_t types[8];
} zone[RECORDS] = {
	[APEX] = { "example", "a.example",
	        { TYPE_NS, TYPE_SOA, TYPE_MX, TYPE_RRSIG, TYPE_NSEC, TYPE_DNSKEY } },
	[A] = { "a.example", "ai.example", { TYPE_NS, TYPE_DS, TYPE_RRSIG, TYPE_NSEC } },
	[AI] = { "ai.example", "b.example",
	        { TYPE_A, TYPE_HINFO, TYPE_AAAA, TYPE_RRSIG, TYPE_NSEC } },
	[B] = { "b.example", "ns1.example", { TYPE_NS, TYPE_RRSIG, TYPE_NSEC } },
	[NS1] = { "ns1.example", "ns2.example", { TYPE_A, TYPE_RRSIG, TYPE_NSEC } },
	[NS2] = { "ns2.example", "*.w.example", { TYPE_A, TYPE_RRSIG, TYPE_NSEC } },
	[WILD_W] = { "*.w.example", "x.w.example", { TYPE_MX, TYPE_RRSIG, TYPE_NSEC } },
	[X_W] = { "x.w.example", "x.y.w.example", { TYPE_MX, TYPE_RRSIG, TYPE_NSEC } },
	[X_Y_W] = { "x.y.w.example", "xx.example", { TYPE_MX, TYPE_RRSIG, TYPE_NSEC } },
	[XX] = { "xx.example", "example",
	        { TYPE_A, TYPE_HINFO, TYPE_AAAA, TYPE_RRSIG, TYPE_NSEC } },
};

#define BIT(record) (1u << (record))
#define ALL         (BIT(RECORDS) - 1)

/* The proof to try. */
enum question { NAME, TYPE, CLOSER, DS };

struct proof_case {
	const char *why;
	unsigned records; /* of the zone, as BIT()s */
	enum question question;
	const char *name;
	uint16_t type;   /* for TYPE */
	unsigned labels; /* for CLOSER */
	enum reason reason;
	enum no_ds no_ds; /* for DS */
};

/* Adds the records to a message and to the denial, as if their signatures had been verified. */
static void add_records(struct denial *d, struct parsed *p, struct msgbuild *b, unsigned records)
{
	const struct proved proved = { .is_wildcard = false };

	msg_begin(b, 1, FLAG_QR, "example", TYPE_A);
	msg_section(b, SECTION_AUTHORITY);
	for (unsigned i = 0; i < RECORDS; i++) {
		if (records & BIT(i))
			msg_rr(b, zone[i].owner, TYPE_NSEC, 300,
			        rd_nsec(zone[i].next, zone[i].types));
	}
	assert_true(parsed_open(p, msg_span(b)));
	for (unsigned i = 0; i < p->g.count; i++)
		denial_add(d, &p->g, &p->g.sets[i], &proved);
}

static struct outcome ask(const struct proof_case *c, unsigned records, enum no_ds *no_ds)
{
	struct name apex = name_of("example"), name = name_of(c->name);
	struct budget budget = budget_full();
	struct outcome o = { 0 };
	struct denial d;
	struct msgbuild b;
	struct parsed p;

	denial_begin(&d, &apex, NULL, &budget);
	add_records(&d, &p, &b, records);
	switch (c->question) {
	case NAME:
		o = denial_of_name(&d, &name);
		break;
	case TYPE:
		o = denial_of_type(&d, &name, c->type);
		break;
	case CLOSER:
		o = denial_of_closer_match(&d, &name, c->labels);
		break;
	case DS:
		*no_ds = denial_of_ds(&d, &name, &o);
		break;
	}
	parsed_close(&p);
	return o;
}

static const struct proof_case holds[] = {
	{ "RFC 4035, B.2, name error", BIT(B) | BIT(APEX), NAME, "ml.example", 0, 0, 0, 0 },
	{ "RFC 4035, B.3, no data", BIT(NS1), TYPE, "ns1.example", TYPE_MX, 0, 0, 0 },
	{ "RFC 4035, B.5, referral to an unsigned zone", BIT(B), DS, "b.example", 0, 0, 0,
	        NO_DS_INSECURE },
	{ "RFC 4035, B.6, wildcard expansion", BIT(X_Y_W), CLOSER, "a.z.w.example", 0, 2, 0, 0 },
	{ "RFC 4035, B.7, wildcard no data", BIT(X_Y_W) | BIT(WILD_W), TYPE, "a.z.w.example",
	        TYPE_AAAA, 0, 0, 0 },
	{ "an empty non-terminal", BIT(NS2), TYPE, "w.example", TYPE_A, 0, 0, 0 },
	{ "one in the middle", BIT(X_W), TYPE, "y.w.example", TYPE_A, 0, 0, 0 },
	{ "after the last name", BIT(XX) | BIT(APEX), NAME, "zz.example", 0, 0, 0, 0 },
	{ "one record for the name and the wildcard", BIT(APEX), NAME, "#.example", 0, 0, 0, 0 },
	{ "no type at the apex", BIT(APEX), TYPE, "example", TYPE_A, 0, 0, 0 },
	{ "no DS at a name that is not a zone cut", BIT(NS1), DS, "ns1.example", 0, 0, 0,
	        NO_DS_NO_CUT },
	{ "no DS at an empty non-terminal", BIT(NS2), DS, "w.example", 0, 0, 0, NO_DS_NO_CUT },
	{ "no DS at a name that does not exist", BIT(B) | BIT(APEX), DS, "ml.example", 0, 0, 0,
	        NO_DS_NO_NAME },
};

static void denials_hold_with_the_records_they_need(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(holds); i++) {
		enum no_ds no_ds = NO_DS_UNPROVED;
		struct outcome o = ask(&holds[i], holds[i].records, &no_ds);
		if (o.status != STATUS_SECURE)
			fail_msg("%s: %s", holds[i].why, reason_word(o.reason));
		assert_row(holds[i].why, no_ds == holds[i].no_ds);
	}
}

static void denials_fail_without_any_of_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(holds); i++) {
		for (unsigned left_out = 0; left_out < RECORDS; left_out++) {
			enum no_ds no_ds = NO_DS_UNPROVED;
			unsigned fewer = holds[i].records & ~BIT(left_out);
			if (fewer == holds[i].records)
				continue;
			assert_row(
			        holds[i].why, ask(&holds[i], fewer, &no_ds).status == STATUS_BOGUS);
			assert_row(holds[i].why, no_ds == NO_DS_UNPROVED);
		}
	}
}

/* Whichever of the zone's own records are replayed: all of them, or all but one. */
static void existing_data_is_never_denied(void **state)
{
	(void)state;
	static const struct proof_case rows[] = {
		{ "a name", ALL, NAME, "ns1.example", 0, 0, 0, 0 },
		{ "the apex", ALL, NAME, "example", 0, 0, 0, 0 },
		{ "an empty non-terminal", ALL, NAME, "w.example", 0, 0, 0, 0 },
		{ "another type", ALL, NAME, "y.w.example", 0, 0, 0, 0 },
		{ "a name that a wildcard matches", ALL, NAME, "q.w.example", 0, 0, 0, 0 },
		{ "a name below a signed delegation", ALL, NAME, "x.a.example", 0, 0, 0, 0 },
		{ "a name below an unsigned delegation", ALL, NAME, "x.b.example", 0, 0, 0, 0 },
		{ "a type", ALL, TYPE, "ns1.example", TYPE_A, 0, 0, 0 },
		{ "a type that a wildcard has", ALL, TYPE, "q.w.example", TYPE_MX, 0, 0, 0 },
		{ "a type of the child, by the parent's NSEC", ALL, TYPE, "a.example", TYPE_A, 0, 0,
		        0 },
		{ "the same for an unsigned child", ALL, TYPE, "b.example", TYPE_A, 0, 0, 0 },
		{ "a type below a delegation", ALL, TYPE, "x.b.example", TYPE_A, 0, 0, 0 },
		{ "a DS", ALL, DS, "a.example", 0, 0, 0, 0 },
		{ "the DS of the zone itself, by its own NSEC (RFC 4035, B.8)", ALL, DS, "example",
		        0, 0, 0, 0 },
		{ "a closer match that exists", ALL, CLOSER, "x.w.example", 0, 2, 0, 0 },
		{ "an empty non-terminal as closer match", ALL, CLOSER, "y.w.example", 0, 2, 0, 0 },
		{ "a wildcard at another depth", ALL, CLOSER, "a.z.w.example", 0, 1, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned left_out = 0; left_out <= RECORDS; left_out++) {
			enum no_ds no_ds = NO_DS_UNPROVED;
			unsigned records = ALL & ~BIT(left_out);
			struct outcome o = ask(&rows[i], records, &no_ds);
			assert_row(rows[i].why, o.status == STATUS_BOGUS);
			assert_row(rows[i].why, no_ds == NO_DS_UNPROVED);
		}
	}
}

/* ---- Single records ---- */

static void one_record_proves_what_its_bit_map_allows(void **state)
{
	(void)state;
	static const struct {
		const char *why, *owner, *next;
		uint16_t types[6];
		enum question question;
		const char *name;
		uint16_t type;
		bool holds;
	} rows[] = {
		{ "CNAME denies no type", "a.example", "b.example", { TYPE_CNAME }, TYPE,
		        "a.example", TYPE_A, false },
		{ "nor, at a wildcard, a name that matches it", "*.example", "b.example",
		        { TYPE_CNAME }, TYPE, "a.example", TYPE_A, false },
		{ "a wildcard without the type", "*.example", "b.example", { TYPE_TXT }, TYPE,
		        "a.example", TYPE_A, true },
		{ "DNAME ends the zone below", "a.example", "c.example", { TYPE_DNAME }, NAME,
		        "b.a.example", 0, false },
		{ "but not a name beside it", "a.example", "c.example", { TYPE_DNAME }, TYPE,
		        "a.example", TYPE_A, true },
		{ "as RFC 9824 does: only this name, and one below it", "a.example", "0.a.example",
		        { TYPE_NXNAME }, TYPE, "a.example", TYPE_A, true },
		{ "nothing at the wildcard, but below it, so that it exists (RFC 4592, 2.2.2)",
		        "example", "a.*.example", { TYPE_SOA, TYPE_NS }, NAME, "!.example", 0,
		        false },
		{ "the next name in another zone", "a.example", "b.test", { TYPE_A }, TYPE,
		        "a.example", TYPE_MX, false },
	};
	const struct proved proved = { .is_wildcard = false };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name apex = name_of("example"), name = name_of(rows[i].name);
		struct budget budget = budget_full();
		struct denial d;
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
		msg_rr(&b, rows[i].owner, TYPE_NSEC, 300, rd_nsec(rows[i].next, rows[i].types));
		assert_true(parsed_open(&p, msg_span(&b)));
		denial_begin(&d, &apex, NULL, &budget);
		denial_add(&d, &p.g, &p.g.sets[0], &proved);
		struct outcome o = rows[i].question == NAME
		                           ? denial_of_name(&d, &name)
		                           : denial_of_type(&d, &name, rows[i].type);
		assert_row(rows[i].why, (o.status == STATUS_SECURE) == rows[i].holds);
		parsed_close(&p);
	}
}

static void a_record_expanded_from_a_wildcard_proves_nothing(void **state)
{
	(void)state;
	const struct proved proved = { .is_wildcard = true, .labels = 1 };
	struct name apex = name_of("example"), name = name_of("a.example");
	struct budget budget = budget_full();
	struct denial d;
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "example", TYPE_A);
	msg_rr(&b, "a.example", TYPE_NSEC, 300, rd_nsec("b.example", TYPES(TYPE_TXT)));
	assert_true(parsed_open(&p, msg_span(&b)));
	denial_begin(&d, &apex, NULL, &budget);
	denial_add(&d, &p.g, &p.g.sets[0], &proved);
	assert_int_equal(denial_of_type(&d, &name, TYPE_A).reason, REASON_DENIAL_MISSING);
	parsed_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bit_maps_are_well_formed_or_not),
		cmocka_unit_test(a_bit_map_has_its_types_and_no_others),
		cmocka_unit_test(an_nsec_is_read_only_if_it_is_complete),
		cmocka_unit_test(denials_hold_with_the_records_they_need),
		cmocka_unit_test(denials_fail_without_any_of_them),
		cmocka_unit_test(existing_data_is_never_denied),
		cmocka_unit_test(one_record_proves_what_its_bit_map_allows),
		cmocka_unit_test(a_record_expanded_from_a_wildcard_proves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
