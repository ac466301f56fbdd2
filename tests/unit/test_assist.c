/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures from a resolver for records that came from elsewhere: what they prove, and what not.
 */
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
	{ "signatures that do not hold", "www.example.test A", 0, "www.example.test A 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1 | example.test spoilt", STATUS_BOGUS, NULL },
	{ "no signatures there either", "www.example.test A", 0, "www.example.test A 192.0.2.1", 0,
	        "www.example.test A 192.0.2.1", STATUS_BOGUS, NULL },
	{ "an alias and what it leads to", "alias.example.test A", 0,
	        "alias.example.test CNAME www.example.test\nwww.example.test A 192.0.2.1", 0,
	        "alias.example.test CNAME www.example.test | example.test\n"
	        "www.example.test A 192.0.2.1 | example.test",
	        STATUS_SECURE, "alias.example.test/CNAME www.example.test/A" },
	{ "a denial, whose SOA is not the one that is proved, and left out", "b.example.test A",
	        RCODE_NXDOMAIN, "> example.test SOA", RCODE_NXDOMAIN,
	        "> example.test SOA | example.test\n"
	        "> a.example.test NSEC d.example.test A RRSIG NSEC | example.test\n"
	        "> example.test NSEC a.example.test NS SOA RRSIG NSEC | example.test",
	        STATUS_SECURE, "" },
	{ "a denial of what is there", "www.example.test A", RCODE_NXDOMAIN, "> example.test SOA",
	        0, "www.example.test A 192.0.2.1 | example.test", STATUS_BOGUS, NULL },
};

static void what_came_is_proved_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct judge *j = judge_new();
		struct asked asked = judge_asked(r->question, ASK_PLAIN);
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

/* What came keeps its letter case, whatever it was compressed to. */
static void a_merged_message_says_what_came(void **state)
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

static void what_does_not_fit_is_not_merged(void **state)
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
		cmocka_unit_test(what_came_is_proved_and_nothing_else),
		cmocka_unit_test(a_merged_message_says_what_came),
		cmocka_unit_test(what_does_not_fit_is_not_merged),
	};
	return cmocka_run_group_tests_name("assist", tests, NULL, NULL);
}
