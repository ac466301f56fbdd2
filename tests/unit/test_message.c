/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/message.h"
#include "wire/rdata.h"
#include "zone.h"

static struct rr rrs[MESSAGE_RRS_MAX];

static const struct signing october = { .inception = 1790812800, .expiration = 1793491200 };

/* Builds a signed answer that uses all sections and has pointers to the question. */
static void build_answer(struct msgbuild *b)
{
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "example.test");

	msg_begin(b, 0x1234, FLAG_QR | FLAG_RD | FLAG_RA, "WWW.example.test", TYPE_MX);
	b->compress = true;
	msg_signed(b, k, "WWW.example.test", TYPE_MX, 300,
	        RRSET(rd_mx(10, "a.example.test"), rd_mx(20, "b.example.test")), &october);
	msg_section(b, SECTION_AUTHORITY);
	msg_rr(b, "example.test", TYPE_NS, 3600, rd_name("ns.example.test"));
	msg_section(b, SECTION_ADDITIONAL);
	msg_rr(b, "ns.example.test", TYPE_A, 3600, rd_a("192.0.2.1"));
	msg_opt(b, 1232, true);
	testkey_free(k);
}

static void a_whole_message_is_read(void **state)
{
	(void)state;
	struct msgbuild b;
	struct message m;
	struct name owner;
	char text[NAME_TEXT_SIZE];
	static const struct {
		uint16_t type;
		enum section section;
		uint32_t ttl_s;
		const char *owner;
	} want[] = {
		{ TYPE_MX, SECTION_ANSWER, 300, "www.example.test." },
		{ TYPE_MX, SECTION_ANSWER, 300, "www.example.test." },
		{ TYPE_RRSIG, SECTION_ANSWER, 300, "www.example.test." },
		{ TYPE_NS, SECTION_AUTHORITY, 3600, "example.test." },
		{ TYPE_A, SECTION_ADDITIONAL, 3600, "ns.example.test." },
	};

	build_answer(&b);
	assert_true(message_parse(&m, msg_span(&b), rrs, COUNT(rrs)));
	assert_int_equal(m.id, 0x1234);
	assert_int_equal(m.flags, FLAG_QR | FLAG_RD | FLAG_RA);
	assert_int_equal(m.question_count, 1);
	assert_true(span_equal(m.question, span_of("\3WWW\7example\4test\0\0\x0f\0\1", 22)));
	assert_string_equal(name_text(&m.qname, text), "www.example.test.");
	assert_int_equal(m.qtype, TYPE_MX);
	assert_int_equal(m.rr_count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(m.rrs[i].type, want[i].type);
		assert_int_equal(m.rrs[i].class, CLASS_IN);
		assert_int_equal(m.rrs[i].section, want[i].section);
		assert_int_equal(m.rrs[i].ttl_s, want[i].ttl_s);
		assert_true(message_owner(&m, &m.rrs[i], &owner));
		assert_string_equal(name_text(&owner, text), want[i].owner);
	}
	assert_true(span_equal(message_rdata(&m, &m.rrs[4]), span_of("\xc0\0\2\1", 4)));
	assert_true(m.edns.present && m.edns.dnssec_ok);
	assert_int_equal(m.edns.udp_size, 1232);
	assert_int_equal(m.edns.at, b.len - 11);
	assert_false(m.is_signed);
}

/* The copy ends where its memory ends, so that a sanitizer detects a read past it. */
static void a_message_cut_anywhere_is_refused(void **state)
{
	(void)state;
	struct msgbuild b;
	struct message m;

	build_answer(&b);
	for (size_t len = 0; len < b.len; len++) {
		uint8_t *cut = malloc(len + !len);
		memcpy(cut, b.octets, len);
		assert_false(message_parse(&m, span_of(cut, len), rrs, COUNT(rrs)));
		free(cut);
	}
	b.octets[b.len] = 0;
	assert_false(message_parse(&m, span_of(b.octets, b.len + 1), rrs, COUNT(rrs)));
}

/* Reads everything to which a parsed message points. */
static void walk(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		struct name owner;
		struct rdata_part part;
		struct rdata_walk w = rdata_walk_begin(m, &m->rrs[i]);

		assert_true(m->rrs[i].rdata_at + m->rrs[i].rdata_len <= m->octets.len);
		message_owner(m, &m->rrs[i], &owner);
		while (rdata_walk_next(&w, &part))
			assert_true(part.at + part.octets.len <= m->octets.len);
	}
}

static void flipping_any_bit_does_no_harm(void **state)
{
	(void)state;
	struct msgbuild b;
	struct message m;
	unsigned accepted = 0;

	build_answer(&b);
	uint8_t *octets = malloc(b.len);
	memcpy(octets, b.octets, b.len);
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (message_parse(&m, span_of(octets, b.len), rrs, COUNT(rrs))) {
			walk(&m);
			accepted++;
		}
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(accepted > 0);
	free(octets);
}

#define HEADER(questions, answers, authorities, additionals)                                       \
	"1234 8000 000" questions " 000" answers " 000" authorities " 000" additionals " "
#define QUESTION "0161 00 0001 0001 "
#define RECORD   "0161 00 0001 0001 00000000 0000 "
#define OPT      "00 0029 04d0 00008000 0000 "
#define TSIG     "00 00fa 00ff 00000000 0000 "
#define SIG_0    "00 0018 00ff 00000000 0002 0000 "
#define SIG_A    "00 0018 0001 00000000 0002 0001 "

static void messages_of_every_shape_are_accepted_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *octets;
		bool accepted, is_signed;
	} rows[] = {
		{ "only a header", HEADER("0", "0", "0", "0"), true, false },
		{ "a question", HEADER("1", "0", "0", "0") QUESTION, true, false },
		{ "two questions", HEADER("2", "0", "0", "0") QUESTION QUESTION, false, false },
		{ "a question counted but missing", HEADER("1", "0", "0", "0"), false, false },
		{ "a compressed question", HEADER("1", "0", "0", "0") "c000 0001 0001", false,
		        false },
		{ "an answer", HEADER("1", "1", "0", "0") QUESTION RECORD, true, false },
		{ "an answer without a question", HEADER("0", "1", "0", "0") RECORD, true, false },
		{ "fewer records than counted", HEADER("0", "2", "0", "0") RECORD, false, false },
		{ "more records than counted", HEADER("0", "1", "0", "0") RECORD RECORD, false,
		        false },
		{ "RDLENGTH past the end", HEADER("0", "1", "0", "0") "00 0001 0001 00000000 0001",
		        false, false },
		{ "owner cut short", HEADER("0", "1", "0", "0") "3f61", false, false },
		{ "an OPT", HEADER("0", "0", "0", "1") OPT, true, false },
		{ "two OPTs", HEADER("0", "0", "0", "2") OPT OPT, false, false },
		{ "an OPT as answer", HEADER("0", "1", "0", "0") OPT, false, false },
		{ "an OPT not at the root",
		        HEADER("0", "0", "0", "1") "016100 0029 04d0 00008000 0000", false, false },
		{ "an OPT under a pointer to the root",
		        HEADER("0", "0", "0", "1") "c004 0029 04d0 00008000 0000", false, false },
		{ "a TSIG", HEADER("0", "0", "0", "1") TSIG, true, true },
		{ "a TSIG after an OPT", HEADER("0", "0", "0", "2") OPT TSIG, true, true },
		{ "a TSIG that is not last", HEADER("0", "0", "0", "2") TSIG OPT, false, false },
		{ "a TSIG as answer", HEADER("0", "1", "0", "0") TSIG, false, false },
		{ "two TSIGs", HEADER("0", "0", "0", "2") TSIG TSIG, false, false },
		{ "a SIG(0)", HEADER("0", "0", "0", "1") SIG_0, true, true },
		{ "a SIG(0) that is not last", HEADER("0", "0", "0", "2") SIG_0 RECORD, false,
		        false },
		{ "an old SIG that covers a type", HEADER("0", "1", "0", "0") SIG_A, true, false },
		{ "eleven octets", "1234 8000 0000 0000 0000 00", false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].octets, &len);
		struct message m;
		bool accepted = message_parse(&m, span_of(octets, len), rrs, COUNT(rrs));

		assert_row(rows[i].why, accepted == rows[i].accepted);
		assert_row(rows[i].why, !accepted || m.is_signed == rows[i].is_signed);
		free(octets);
	}
}

static void a_ttl_with_the_top_bit_is_zero(void **state)
{
	(void)state;
	static const struct {
		uint32_t wire, ttl_s;
	} rows[] = { { 0, 0 }, { 1, 1 }, { 0x7fffffff, 0x7fffffff }, { 0x80000000, 0 },
		{ 0xffffffff, 0 } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct message m;
		msg_begin(&b, 1, FLAG_QR, "a", TYPE_A);
		msg_rr(&b, "a", TYPE_A, rows[i].wire, rd_a("192.0.2.1"));
		assert_true(message_parse(&m, msg_span(&b), rrs, COUNT(rrs)));
		assert_int_equal(m.rrs[0].ttl_s, rows[i].ttl_s);
	}
}

static void the_rcode_has_twelve_bits(void **state)
{
	(void)state;
	size_t len;
	uint8_t *octets = unhex("1234 8007 0000 0000 0000 0001 00 0029 04d0 01030000 0000", &len);
	struct message m;

	assert_true(message_parse(&m, span_of(octets, len), rrs, COUNT(rrs)));
	assert_int_equal(message_rcode(&m), 23);
	assert_int_equal(m.edns.version, 3);
	assert_false(m.edns.dnssec_ok);
	free(octets);
}

static void a_message_with_more_records_than_fit_is_refused(void **state)
{
	(void)state;
	struct msgbuild b;
	struct message m;

	msg_begin(&b, 1, FLAG_QR, "a", TYPE_A);
	msg_rrset(&b, "a", TYPE_A, 1, RRSET(rd_a("192.0.2.1"), rd_a("192.0.2.2")));
	msg_section(&b, SECTION_ADDITIONAL);
	msg_opt(&b, 1232, true);
	assert_true(message_parse(&m, msg_span(&b), rrs, 2));
	assert_false(message_parse(&m, msg_span(&b), rrs, 1));
	assert_false(message_parse(&m, msg_span(&b), NULL, 0));
}

static void no_message_has_more_records_than_the_maximum(void **state)
{
	(void)state;
	struct message m;
	const size_t header = 12, record = 11;
	unsigned count = (unsigned)((65535 - header) / record);
	uint8_t *octets = calloc(1, 65536);

	octets[6] = (uint8_t)(count >> 8);
	octets[7] = (uint8_t)count;
	assert_true(count <= MESSAGE_RRS_MAX);
	size_t len = header + count * record;
	assert_true(message_parse(&m, span_of(octets, len), rrs, COUNT(rrs)));
	assert_int_equal(m.rr_count, count);
	assert_false(message_parse(&m, span_of(octets, 65536), rrs, COUNT(rrs)));
	free(octets);
}

/* What is left is a message; what is malformed is left alone, cut anywhere. */
static void of_the_additional_section_only_the_opt_stays(void **state)
{
	(void)state;
	struct msgbuild b;
	struct message m;
	uint8_t copy[2048];

	build_answer(&b);
	msg_rr(&b, "b.example.test", TYPE_A, 3600, rd_a("203.0.113.66"));
	struct span whole = msg_span(&b);
	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *cut = malloc(len);
		memcpy(cut, whole.base, len);
		assert_int_equal(message_drop_additional(cut, len), len);
		assert_memory_equal(cut, whole.base, len);
		free(cut);
	}
	memcpy(copy, whole.base, whole.len);
	size_t len = message_drop_additional(copy, whole.len);
	assert_true(message_parse(&m, span_of(copy, len), rrs, COUNT(rrs)));
	assert_int_equal(m.rr_count, 4);
	assert_int_equal(rrs[3].section, SECTION_AUTHORITY);
	assert_true(m.edns.present && m.edns.dnssec_ok);
	assert_int_equal(message_drop_additional(copy, len), len);
}

static void without_an_additional_section_nothing_changes(void **state)
{
	(void)state;
	struct msgbuild b;

	msg_begin(&b, 1, FLAG_QR, "a.test", TYPE_A);
	msg_rr(&b, "a.test", TYPE_A, 1, rd_a("192.0.2.1"));
	struct span whole = msg_span(&b);
	uint8_t copy[512];
	memcpy(copy, whole.base, whole.len);
	assert_int_equal(message_drop_additional(copy, whole.len), whole.len);
	assert_memory_equal(copy, whole.base, whole.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_message_is_read),
		cmocka_unit_test(a_message_cut_anywhere_is_refused),
		cmocka_unit_test(flipping_any_bit_does_no_harm),
		cmocka_unit_test(messages_of_every_shape_are_accepted_or_refused),
		cmocka_unit_test(a_ttl_with_the_top_bit_is_zero),
		cmocka_unit_test(the_rcode_has_twelve_bits),
		cmocka_unit_test(a_message_with_more_records_than_fit_is_refused),
		cmocka_unit_test(no_message_has_more_records_than_the_maximum),
		cmocka_unit_test(of_the_additional_section_only_the_opt_stays),
		cmocka_unit_test(without_an_additional_section_nothing_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
