/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures from a resolver for records from another server: what they prove, and what they do
 * not. */
#include "judge.h"

#include "gate/assist.h"

static struct rr came_rrs[MESSAGE_RRS_MAX], signed_rrs[MESSAGE_RRS_MAX];
static uint8_t came_octets[65535], signed_octets[65535], merged[65535];

static struct message written(struct judge *j, const char *question, unsigned rcode,
        const char *records, uint8_t *octets, struct rr *rrs)
{
	struct message m;

	judge_begin(j, question, rcode);
	judge_write(j, records);
	struct span span = msg_span(&j->response);
	memcpy(octets, span.base, span.len);
	assert_true(message_parse(&m, span_of(octets, span.len), rrs, MESSAGE_RRS_MAX));
	return m;
}

struct row {
	const char *why, *question;
	unsigned came_rcode;
	const char *came;
	unsigned signed_rcode;
	const char *signed_ones;
	enum status status;
	const char *list; /* of what the client gets, if it is not refused */
};

static const struct row rows[] = {
	{ "the same records", "www.example.test A", 0, "www.example.test A 192.0.2.1 192.0.2.2", 0,
	        "www.example.test A 192.0.2.1 192.0.2.2 | example.test", STATUS_SECURE,
	        "www.example.test/A www.example.test/A" },
	{ "in another order", "www.example.test A", 0, "www.example.test A 192.0.2.2 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1 192.0.2.2 | example.test", STATUS_SECURE,
	        "www.example.test/A www.example.test/A" },
	{ "another address", "www.example.test A", 0, "www.example.test A 192.0.2.66", 0,
	        "www.example.test A 192.0.2.1 | example.test", STATUS_BOGUS, NULL },
	{ "one address more", "www.example.test A", 0, "www.example.test A 192.0.2.1 192.0.2.66", 0,
	        "www.example.test A 192.0.2.1 | example.test", STATUS_BOGUS, NULL },
	{ "one less", "www.example.test A", 0, "www.example.test A 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1 192.0.2.2 | example.test", STATUS_BOGUS, NULL },
	{ "invalid signatures", "www.example.test A", 0, "www.example.test A 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1 | example.test spoilt", STATUS_BOGUS, NULL },
	{ "no signatures there either", "www.example.test A", 0, "www.example.test A 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1", STATUS_BOGUS, NULL },
	{ "an alias and what it leads to", "alias.example.test A", 0,
	        "alias.example.test CNAME www.example.test\nwww.example.test A 192.0.2.1", 0,
	        "alias.example.test CNAME www.example.test | example.test\n"
	        "www.example.test A 192.0.2.1 | example.test",
	        STATUS_SECURE, "alias.example.test/CNAME www.example.test/A" },
	{ "a denial with an SOA that is not the proved one, left out", "b.example.test A",
	        RCODE_NXDOMAIN, "> example.test SOA", RCODE_NXDOMAIN,
	        "> example.test SOA | example.test\n"
	        "> a.example.test NSEC d.example.test A RRSIG NSEC | example.test\n"
	        "> example.test NSEC a.example.test NS SOA RRSIG NSEC | example.test",
	        STATUS_SECURE, "" },
	{ "a denial by NSEC3", "www.example.test AAAA", 0, "> example.test SOA", 0,
	        "> example.test SOA | example.test\n"
	        "> =www.example.test NSEC3 A RRSIG | example.test",
	        STATUS_SECURE, "" },
	{ "a denial of existing data", "www.example.test A", RCODE_NXDOMAIN, "> example.test SOA",
	        0, "www.example.test A 192.0.2.1 | example.test", STATUS_BOGUS, NULL },
};

static void only_the_records_that_came_are_proved(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct judge *j = judge_new();
		struct client_query asked = judge_asked(r->question, ASK_PLAIN);
		struct writer out = writer_over(merged, sizeof(merged));
		struct message came =
		        written(j, r->question, r->came_rcode, r->came, came_octets, came_rrs);
		struct message signed_one = written(
		        j, r->question, r->signed_rcode, r->signed_ones, signed_octets, signed_rrs);

		/* without help it is refused */
		judge_octets(j, &asked, came.octets);
		assert_row(r->why, j->result.outcome.status == STATUS_BOGUS);

		bool fits = assist_merge(&came, &signed_one, &out);
		assert_row(r->why, fits == (r->came_rcode == r->signed_rcode));
		if (fits) {
			judge_octets(j, &asked, writer_span(&out));
			assert_row(r->why, j->result.outcome.status == r->status);
		}
		if (r->status == STATUS_SECURE) {
			const char *list = judge_list(judge_delivered(j, writer_span(&out)));
			assert_string_equal(list, r->list);
		}
		judge_free(j);
	}
}

/* The records that came keep their letter case, however they were compressed. */
static void a_merged_message_has_the_records_that_came(void **state)
{
	struct judge *j = judge_new();
	struct writer out = writer_over(merged, sizeof(merged));
	struct rr *rrs = calloc(MESSAGE_RRS_MAX, sizeof(*rrs));
	struct message m;

	(void)state;
	assert_non_null(rrs);
	struct message came = written(j, "WWW.Example.test A", 0,
	        "WWW.Example.test A 192.0.2.1\n+ ns.example.test A 192.0.2.3", came_octets,
	        came_rrs);
	struct message signed_one = written(j, "WWW.Example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test\n"
	        "+ ns.example.test A 192.0.2.4 | example.test",
	        signed_octets, signed_rrs);
	assert_true(assist_merge(&came, &signed_one, &out));
	assert_true(message_parse(&m, writer_span(&out), rrs, MESSAGE_RRS_MAX));
	assert_int_equal(m.id, came.id);
	assert_int_equal(m.flags, came.flags);
	assert_memory_equal(m.question.base, "\3WWW\7Example\4test", 17);
	assert_int_equal(m.rr_count, 3);
	assert_int_equal(m.rrs[1].type, TYPE_RRSIG);
	assert_int_equal(m.rrs[2].section, SECTION_ADDITIONAL);
	assert_memory_equal(message_rdata(&m, &m.rrs[2]).base, "\300\0\2\3", 4);
	free(rrs);
	judge_free(j);
}

static void an_opt_stays_with_its_options(void **state)
{
	struct judge *j = judge_new();
	struct writer out = writer_over(merged, sizeof(merged));
	static struct rr rrs[8];
	struct message m, came;

	(void)state;
	struct message signed_one = written(j, "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test", signed_octets, signed_rrs);
	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.1");
	msg_section(&j->response, SECTION_ADDITIONAL);
	j->response.compress = false;
	msg_opt(&j->response, 1400, true);
	put_u16(j->response.octets + j->response.len - 2, 6);
	memcpy(j->response.octets + j->response.len, "\0\12\0\2ok", 6);
	j->response.len += 6;
	assert_true(message_parse(&came, msg_span(&j->response), came_rrs, MESSAGE_RRS_MAX));
	assert_true(assist_merge(&came, &signed_one, &out));
	assert_true(message_parse(&m, writer_span(&out), rrs, COUNT(rrs)));
	assert_int_equal(m.rr_count, 2);
	assert_int_equal(m.edns.udp_size, 1400);
	assert_true(span_equal(m.edns.options, span_of("\0\12\0\2ok", 6)));
	for (size_t room = 0; room < m.octets.len; room++) {
		out = writer_over(merged, room);
		assert_false(assist_merge(&came, &signed_one, &out));
	}
	judge_free(j);
}

static void a_truncated_or_malformed_message_is_not_merged(void **state)
{
	enum { CAME = 1, SIGNED = 2 };
	static const struct {
		const char *why, *records; /* that came, or the signed ones */
		unsigned flags;
		unsigned owner_at; /* that is made to point into itself; 0 for none */
		unsigned good;     /* when the row is about the one, the other, both */
	} odd_ones[] = {
		{ "a good message", "www.example.test A 192.0.2.1 | example.test", 0, 0,
		        CAME | SIGNED },
		{ "truncated", "www.example.test A 192.0.2.1 | example.test", FLAG_TC, 0, 0 },
		{ "a truncated name in RDATA", "www.example.test MX #000a0161 | example.test", 0, 0,
		        SIGNED },
		{ "a malformed owner", "www.example.test A 192.0.2.1 | example.test", 0,
		        DNS_HEADER_SIZE + 22, 0 },
	};
	struct judge *j = judge_new();

	(void)state;
	for (size_t i = 0; i < COUNT(odd_ones); i++) {
		struct message good = written(j, "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test", signed_octets, signed_rrs);
		struct message odd = written(j, "www.example.test A", odd_ones[i].flags,
		        odd_ones[i].records, came_octets, came_rrs);
		struct writer out = writer_over(merged, sizeof(merged));
		if (odd_ones[i].owner_at)
			put_u16(came_octets + odd_ones[i].owner_at,
			        (uint16_t)(0xc000 | odd_ones[i].owner_at));
		assert_row(odd_ones[i].why,
		        assist_merge(&odd, &good, &out) == ((odd_ones[i].good & CAME) != 0));
		if (odd_ones[i].owner_at) /* of the signature, which is what is taken of that one */
			put_u16(came_octets + odd.rrs[1].owner_at,
			        (uint16_t)(0xc000 | odd.rrs[1].owner_at));
		out = writer_over(merged, sizeof(merged));
		assert_row(odd_ones[i].why,
		        assist_merge(&good, &odd, &out) == ((odd_ones[i].good & SIGNED) != 0));
	}
	judge_free(j);
}

static void a_message_that_does_not_fit_is_not_merged(void **state)
{
	struct judge *j = judge_new();

	(void)state;
	struct message came = written(
	        j, "www.example.test A", 0, "www.example.test A 192.0.2.1", came_octets, came_rrs);
	struct message signed_one = written(j, "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test", signed_octets, signed_rrs);
	struct writer whole = writer_over(merged, sizeof(merged));
	assert_true(assist_merge(&came, &signed_one, &whole));
	for (size_t room = 0; room < whole.len; room++) {
		struct writer out = writer_over(merged, room);
		assert_false(assist_merge(&came, &signed_one, &out));
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_records_that_came_are_proved),
		cmocka_unit_test(a_merged_message_has_the_records_that_came),
		cmocka_unit_test(an_opt_stays_with_its_options),
		cmocka_unit_test(a_truncated_or_malformed_message_is_not_merged),
		cmocka_unit_test(a_message_that_does_not_fit_is_not_merged),
	};
	return cmocka_run_group_tests_name("assist", tests, NULL, NULL);
}
