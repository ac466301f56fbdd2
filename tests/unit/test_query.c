/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "gate/query.h"
#include "zone.h"

#define ID 0xbeef

static struct msgbuild b;
static struct message m;
static struct rr rrs[8];

static void begin(uint16_t flags)
{
	msg_begin(&b, ID, flags, "Www.Example.TEST", TYPE_A);
}

static bool parse(void)
{
	return message_parse(&m, msg_span(&b), rrs, COUNT(rrs));
}

/* An OPT with one option, whose data is `data`. */
static void put_opt(uint16_t udp_size, uint32_t ttl, uint16_t code, const char *data)
{
	struct writer w = writer_over(b.octets, sizeof(b.octets));
	w.len = b.len;
	writer_u8(&w, 0);
	writer_u16(&w, TYPE_OPT);
	writer_u16(&w, udp_size);
	writer_u32(&w, ttl);
	writer_u16(&w, (uint16_t)(4 + strlen(data)));
	writer_u16(&w, code);
	writer_u16(&w, (uint16_t)strlen(data));
	writer_put(&w, span_of(data, strlen(data)));
	b.len = w.len;
	b.octets[11]++;
}

static void put_rr(enum section section, uint16_t type, struct rd rd)
{
	msg_section(&b, section);
	msg_rr(&b, ".", type, 0, rd);
}

static const uint8_t client_octets[] = { 192, 0, 2, 7 };
static const struct span client = { client_octets, sizeof(client_octets) };
static const uint8_t server_octets[] = { 192, 0, 2, 53 };
static const struct span server = { server_octets, sizeof(server_octets) };

static void a_query_is_judged_passed_or_refused(void **state)
{
	(void)state;
	static const struct network checks = { { 192, 0, 2, 0 }, 4, 24 };
	static const struct network another = { { 198, 51, 100, 7 }, 4, 32 };
	static const struct {
		const char *why;
		uint16_t flags;
		enum { NOBODY, ALL, CLIENT, ANOTHER } may_pass; /* whose CD passes */
		uint16_t extra;                                 /* the type of an extra record */
		enum section section;
		enum query_kind kind;
	} rows[] = {
		{ "a plain query", FLAG_RD, NOBODY, 0, 0, QUERY_JUDGED },
		{ "no recursion", 0, NOBODY, 0, 0, QUERY_JUDGED },
		{ "AD", FLAG_RD | FLAG_AD, NOBODY, 0, 0, QUERY_JUDGED },
		{ "CD", FLAG_RD | FLAG_CD, NOBODY, 0, 0, QUERY_JUDGED },
		{ "CD, if CD passes", FLAG_RD | FLAG_CD, ALL, 0, 0, QUERY_CD },
		{ "CD from a client that validates", FLAG_RD | FLAG_CD, CLIENT, 0, 0, QUERY_CD },
		{ "no CD from a client that validates", FLAG_RD, CLIENT, 0, 0, QUERY_JUDGED },
		{ "CD, but another client validates", FLAG_RD | FLAG_CD, ANOTHER, 0, 0,
		        QUERY_JUDGED },
		{ "NOTIFY", 4 << OPCODE_SHIFT, NOBODY, 0, 0, QUERY_OPCODE },
		{ "UPDATE with records", 5 << OPCODE_SHIFT, NOBODY, TYPE_A, SECTION_AUTHORITY,
		        QUERY_OPCODE },
		{ "TSIG", 0, NOBODY, TYPE_TSIG, SECTION_ADDITIONAL, QUERY_SIGNED },
		{ "TSIG and CD", FLAG_CD, NOBODY, TYPE_TSIG, SECTION_ADDITIONAL, QUERY_SIGNED },
		{ "SIG(0)", 0, NOBODY, TYPE_SIG, SECTION_ADDITIONAL, QUERY_SIGNED },
		{ "a response", FLAG_QR, NOBODY, 0, 0, QUERY_MALFORMED },
		{ "an answer in it", 0, NOBODY, TYPE_A, SECTION_ANSWER, QUERY_MALFORMED },
		{ "an additional record", 0, NOBODY, TYPE_A, SECTION_ADDITIONAL, QUERY_MALFORMED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct policy policy = { .passes_cd = rows[i].may_pass == ALL,
			.validators = rows[i].may_pass == ANOTHER ? &another : &checks,
			.validator_count = rows[i].may_pass >= CLIENT };
		struct client_query asked = { .id = 1 };
		begin(rows[i].flags);
		if (rows[i].extra)
			put_rr(rows[i].section, rows[i].extra, rd_raw(span_of("\0\0\0\0", 4)));
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why,
		        query_read(&m, &policy, &(struct query_ends){ client, server }, &asked) ==
		                rows[i].kind);
		if (rows[i].kind == QUERY_MALFORMED)
			continue;
		assert_row(rows[i].why, asked.id == ID && asked.flags == rows[i].flags);
		assert_row(rows[i].why, asked.passes_unjudged == (rows[i].kind != QUERY_JUDGED));
	}
}

static void the_answers_of_a_listed_server_are_not_judged(void **state)
{
	(void)state;
	static const struct network hidden = { { 192, 0, 2, 48 }, 4, 28 };
	static const struct {
		const char *why, *address;
		uint16_t flags, extra;
		enum query_kind kind;
	} rows[] = {
		{ "listed", "\300\0\2\65", FLAG_RD, 0, QUERY_UNJUDGED },
		{ "listed, with CD", "\300\0\2\65", FLAG_CD, 0, QUERY_UNJUDGED },
		{ "listed, with TSIG: the response stays whole", "\300\0\2\65", 0, TYPE_TSIG,
		        QUERY_SIGNED },
		{ "another server", "\300\0\2\100", FLAG_RD, 0, QUERY_JUDGED },
		{ "an address that is no server: the client is listed", "\300\0\2\7", FLAG_RD, 0,
		        QUERY_JUDGED },
	};
	const struct policy policy = { .unjudged = &hidden, .unjudged_count = 1 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct query_ends ends = { server, span_of(rows[i].address, 4) };
		struct client_query asked = { 0 };
		begin(rows[i].flags);
		if (rows[i].extra)
			put_rr(SECTION_ADDITIONAL, rows[i].extra, rd_raw(span_of("\0\0\0\0", 4)));
		assert_true(parse());
		assert_row(rows[i].why, query_read(&m, &policy, &ends, &asked) == rows[i].kind);
		assert_row(rows[i].why, asked.passes_unjudged == (rows[i].kind != QUERY_JUDGED));
	}
}

static void a_zone_transfer_passes_unjudged(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags, qtype, extra;
		enum section section;
		enum query_kind kind;
	} rows[] = {
		{ "AXFR", 0, TYPE_AXFR, 0, 0, QUERY_TRANSFER },
		{ "IXFR says what it has (RFC 1995, 3)", 0, TYPE_IXFR, TYPE_SOA, SECTION_AUTHORITY,
		        QUERY_TRANSFER },
		{ "with a TSIG", 0, TYPE_IXFR, TYPE_TSIG, SECTION_ADDITIONAL, QUERY_TRANSFER },
		{ "a response", FLAG_QR, TYPE_AXFR, 0, 0, QUERY_MALFORMED },
		{ "UPDATE", 5 << OPCODE_SHIFT, TYPE_AXFR, 0, 0, QUERY_OPCODE },
		{ "another type with an SOA", 0, TYPE_SOA, TYPE_SOA, SECTION_AUTHORITY,
		        QUERY_MALFORMED },
	};
	const struct policy policy = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = { 0 };
		msg_begin(&b, ID, rows[i].flags, "example.test", rows[i].qtype);
		if (rows[i].extra)
			put_rr(rows[i].section, rows[i].extra, rd_raw(span_of("\0\0\0\0", 4)));
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why,
		        query_read(&m, &policy, &(struct query_ends){ client, server }, &asked) ==
		                rows[i].kind);
		if (rows[i].kind == QUERY_TRANSFER)
			assert_row(rows[i].why, asked.passes_unjudged);
	}
}

/* RFC 7873, 5.4. */
static void a_query_for_a_cookie_needs_no_question(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t options[8];
		size_t len;
		enum query_kind kind;
	} rows[] = {
		{ "a cookie", { 0, 10, 0, 2, 1, 2 }, 6, QUERY_EMPTY },
		{ "a cookie behind another option", { 0, 3, 0, 0, 0, 10, 0, 0 }, 8, QUERY_EMPTY },
		{ "another option", { 0, 3, 0, 0 }, 4, QUERY_MALFORMED },
		{ "a cookie that is cut short", { 0, 10, 0, 4, 1, 2 }, 6, QUERY_MALFORMED },
		{ "no option", { 0 }, 0, QUERY_MALFORMED },
	};
	const struct policy policy = { 0 };
	struct client_query asked;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t opt[] = { 0, 0, TYPE_OPT, 4, 208, 0, 0, 0, 0, 0, (uint8_t)rows[i].len };
		begin(FLAG_RD);
		b.octets[5] = 0;
		b.octets[11] = 1;
		memcpy(b.octets + DNS_HEADER_SIZE, opt, sizeof(opt));
		memcpy(b.octets + DNS_HEADER_SIZE + sizeof(opt), rows[i].options, rows[i].len);
		b.len = DNS_HEADER_SIZE + sizeof(opt) + rows[i].len;
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why,
		        query_read(&m, &policy, &(struct query_ends){ client, server }, &asked) ==
		                rows[i].kind);
		/* what carries a record is no query */
		memset(b.octets + b.len, 0, 11);
		b.octets[b.len + 2] = TYPE_A;
		b.octets[b.len + 4] = CLASS_IN;
		b.octets[11] = 2;
		b.len += 11;
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why,
		        query_read(&m, &policy, &(struct query_ends){ client, server }, &asked) ==
		                QUERY_MALFORMED);
	}
}

static void a_query_has_one_question_of_any_class(void **state)
{
	(void)state;
	const struct policy policy = { 0 };
	struct client_query asked;

	begin(FLAG_RD);
	b.octets[5] = 0;
	assert_false(parse()); /* the question is an octet too much now */
	b.len = DNS_HEADER_SIZE;
	assert_true(parse());
	assert_int_equal(query_read(&m, &policy, &(struct query_ends){ client, server }, &asked),
	        QUERY_MALFORMED);
	b.octets[2] = 6 << 3; /* DSO has none (RFC 8490, 5.4) */
	assert_true(parse());
	assert_int_equal(query_read(&m, &policy, &(struct query_ends){ client, server }, &asked),
	        QUERY_OPCODE);
	assert_int_equal(asked.question_len, 0);
	assert_false(query_is_transfer(&m));
	begin(FLAG_RD);
	b.octets[5] = 2;
	assert_false(parse());
	begin(FLAG_RD);
	b.octets[b.len - 1] = CLASS_ANY;
	assert_true(parse());
	assert_int_equal(query_read(&m, &policy, &(struct query_ends){ client, server }, &asked),
	        QUERY_JUDGED);
	b.octets[b.len - 1] = 3; /* CH: no chain of trust, but no harm */
	assert_true(parse());
	assert_int_equal(query_read(&m, &policy, &(struct query_ends){ client, server }, &asked),
	        QUERY_JUDGED);
}

static void the_clients_query_is_remembered_exactly(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_edns, dnssec_ok;
		uint16_t udp_size, remembered;
	} rows[] = {
		{ "no EDNS", false, false, 0, 512 },
		{ "EDNS", true, false, 1232, 1232 },
		{ "DO", true, true, 4096, 4096 },
		{ "less than 512 means 512 (RFC 6891, 6.2.3)", true, true, 100, 512 },
		{ "zero", true, false, 0, 512 },
		{ "the maximum", true, false, 65535, 65535 },
	};
	const struct policy policy = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked;
		begin(FLAG_RD);
		msg_section(&b, SECTION_ADDITIONAL);
		if (rows[i].has_edns)
			msg_opt(&b, rows[i].udp_size, rows[i].dnssec_ok);
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why,
		        query_read(&m, &policy, &(struct query_ends){ client, server }, &asked) ==
		                QUERY_JUDGED);
		assert_row(rows[i].why, asked.has_edns == rows[i].has_edns);
		assert_row(rows[i].why, asked.dnssec_ok == rows[i].dnssec_ok);
		assert_row(rows[i].why, asked.udp_size == rows[i].remembered);
		assert_row(rows[i].why, span_equal(span_of(asked.question, asked.question_len),
		                                span_of("\3Www\7Example\4TEST\0\0\1\0\1", 22)));
	}
}

static void an_opt_is_added_if_there_is_none(void **state)
{
	(void)state;
	uint8_t *room = malloc(b.len + 100);
	begin(FLAG_RD | FLAG_AD);
	struct writer out = writer_over(room, b.len + QUERY_GROWTH);

	assert_true(parse());
	assert_true(query_decorate(&m, &out));
	assert_int_equal(out.len, b.len + QUERY_GROWTH);
	room[11] = 0;
	assert_memory_equal(room, b.octets, b.len);
	room[11] = 1;
	assert_memory_equal(room + b.len, "\0\0\x29\x04\xd0\0\0\x80\0\0\0", QUERY_GROWTH);
	assert_true(message_parse(&m, writer_span(&out), rrs, COUNT(rrs)));
	assert_true(m.edns.present && m.edns.dnssec_ok);

	for (size_t less = 1; less <= QUERY_GROWTH; less++) {
		assert_true(parse());
		out = writer_over(room, b.len + QUERY_GROWTH - less);
		assert_false(query_decorate(&m, &out));
	}
	free(room);
}

static void an_existing_opt_is_changed_in_place_and_keeps_its_options(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t udp_size;
		uint32_t ttl;
	} rows[] = {
		{ "small", 512, 0 },
		{ "large", 4096, 0 },
		{ "DO set already", 1232, 0x8000 },
		{ "other flags stay", 1232, 0x4001 },
		{ "another version", 1232, 0x10000 },
	};
	enum { COOKIE = 10 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t room[512];
		struct writer out = writer_over(room, sizeof(room));
		begin(FLAG_RD);
		size_t class_at = b.len + 3;
		put_opt(rows[i].udp_size, rows[i].ttl, COOKIE, "8octets!");
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why, query_decorate(&m, &out));
		assert_row(rows[i].why, out.len == b.len);
		put_u16(b.octets + class_at, QUERY_UDP_SIZE);
		put_u32(b.octets + class_at + 2, rows[i].ttl | 0x8000);
		assert_memory_equal(room, b.octets, b.len);
		out = writer_over(room, b.len - 1);
		put_u32(b.octets + class_at + 2, rows[i].ttl);
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why, !query_decorate(&m, &out));
	}
}

/* A server may answer any of these by an error, which says nothing of EDNS. */
static void what_a_client_adds_to_its_opt_is_noted_and_can_be_left_out(void **state)
{
	(void)state;
	enum { COOKIE = 10, NO_OPTION = 0 };
	static const struct {
		const char *why;
		bool has_edns;
		uint32_t ttl;
		uint16_t option;
		bool has_extras;
	} rows[] = {
		{ "no EDNS", false, 0, NO_OPTION, false },
		{ "an OPT as sealgate makes it", true, 0x8000, NO_OPTION, false },
		{ "no DO", true, 0, NO_OPTION, false },
		{ "a cookie", true, 0x8000, COOKIE, true },
		{ "a flag that is reserved", true, 0x8001, NO_OPTION, true },
		{ "compact answers (RFC 9824)", true, 0xc000, NO_OPTION, true },
		{ "version 1", true, 0x18000, NO_OPTION, true },
	};
	static const char bare[] = "\0\0\x29\x04\xd0\0\0\x80\0\0";

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t room[512];
		struct writer out = writer_over(room, sizeof(room));
		struct client_query asked;
		begin(FLAG_RD | FLAG_AD);
		size_t opt_at = b.len;
		msg_section(&b, SECTION_ADDITIONAL);
		if (rows[i].option)
			put_opt(4096, rows[i].ttl, rows[i].option, "8octets!");
		else if (rows[i].has_edns)
			msg_opt(&b, 4096, false);
		if (rows[i].has_edns)
			put_u32(b.octets + opt_at + 5, rows[i].ttl);
		assert_row(rows[i].why, parse());
		query_note(&m, &asked);
		assert_row(rows[i].why, asked.has_extras == rows[i].has_extras);
		assert_row(rows[i].why, query_strip(&m, &out));
		assert_row(rows[i].why, out.len == opt_at + QUERY_GROWTH);
		assert_memory_equal(room + opt_at, bare, sizeof(bare));
		assert_memory_equal(room, b.octets, 11);
		assert_int_equal(room[11], 1);
		out = writer_over(room, opt_at + QUERY_GROWTH - 1);
		assert_row(rows[i].why, !query_strip(&m, &out));
		out = writer_over(room, DNS_HEADER_SIZE); /* not even the question fits */
		assert_row(rows[i].why, !query_strip(&m, &out));
	}
}

/* A relay asks this about any message, also about those that query_read() refuses. */
static void a_transfer_is_a_query_with_one_question(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags, qtype;
		bool is_transfer;
	} rows[] = {
		{ "AXFR", 0, TYPE_AXFR, true },
		{ "IXFR", 0, TYPE_IXFR, true },
		{ "another type", 0, TYPE_SOA, false },
		{ "a response", FLAG_QR, TYPE_AXFR, false },
		{ "another opcode", 4 << OPCODE_SHIFT, TYPE_AXFR, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		msg_begin(&b, ID, rows[i].flags, "example.test", rows[i].qtype);
		assert_row(rows[i].why, parse());
		assert_row(rows[i].why, query_is_transfer(&m) == rows[i].is_transfer);
	}
	msg_begin(&b, ID, 0, "example.test", TYPE_AXFR);
	b.octets[5] = 0;
	b.len = DNS_HEADER_SIZE;
	assert_true(parse());
	assert_false(query_is_transfer(&m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_judged_passed_or_refused),
		cmocka_unit_test(the_answers_of_a_listed_server_are_not_judged),
		cmocka_unit_test(a_zone_transfer_passes_unjudged),
		cmocka_unit_test(what_a_client_adds_to_its_opt_is_noted_and_can_be_left_out),
		cmocka_unit_test(a_transfer_is_a_query_with_one_question),
		cmocka_unit_test(a_query_for_a_cookie_needs_no_question),
		cmocka_unit_test(a_query_has_one_question_of_any_class),
		cmocka_unit_test(the_clients_query_is_remembered_exactly),
		cmocka_unit_test(an_opt_is_added_if_there_is_none),
		cmocka_unit_test(an_existing_opt_is_changed_in_place_and_keeps_its_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
