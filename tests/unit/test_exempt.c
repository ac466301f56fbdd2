/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways past a full judgement: what passes by each; and the table in the manual. */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "gate/query.h"

#define BUILT (NOW - 30 * DAY)

/* ---- What passes by the name of a time server ---- */

static struct namelist time_servers;

static void list(const char *name)
{
	time_servers.count = 1;
	assert_true(name_from_text(name, &time_servers.names[0]));
}

static uint32_t longest_ttl(const struct message *m)
{
	uint32_t longest = 0;

	for (unsigned i = 0; i < m->rr_count; i++)
		longest = m->rrs[i].ttl_s > longest ? m->rrs[i].ttl_s : longest;
	return longest;
}

/* The attacker makes a client ask for a time server's name, and adds forged records to the
 * response. */
static void only_records_of_a_time_servers_name_pass_by_it(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		unsigned rcode;
		const char *passes;
	} rows[] = {
		{ "its address", "pool.example.test A", "pool.example.test A 192.0.2.1", 0,
		        "pool.example.test/A" },
		{ "a name below it", "2.pool.example.test A", "2.pool.example.test A 192.0.2.1", 0,
		        "2.pool.example.test/A" },
		{ "an alias within", "pool.example.test A",
		        "pool.example.test CNAME 2.pool.example.test\n"
		        "2.pool.example.test A 192.0.2.1",
		        0, "pool.example.test/CNAME 2.pool.example.test/A" },
		{ "an alias that leads to a name that is not listed", "2.pool.example.test A",
		        "2.pool.example.test CNAME www.example.test\n"
		        "www.example.test A 203.0.113.66",
		        0, "2.pool.example.test/CNAME" },
		{ "a name beside it that is not listed", "pool.example.test A",
		        "pool.example.test A 192.0.2.1\nwww.example.test A 203.0.113.66", 0,
		        "pool.example.test/A" },
		{ "a name above it", "pool.example.test A",
		        "pool.example.test A 192.0.2.1\nexample.test A 203.0.113.66", 0,
		        "pool.example.test/A" },
		{ "a delegation of the name above it", "pool.example.test A",
		        "> test NS ns.example.test\n+ ns.example.test A 203.0.113.66", 0, "" },
		{ "an SOA that makes the denial last", "pool.example.test A", "> example.test SOA",
		        3, "" },
		{ "records under an error", "pool.example.test A", "pool.example.test A 192.0.2.1",
		        5, "" },
	};
	struct judge *j = judge_new();

	list("pool.example.test");
	j->policy.time_servers = &time_servers;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked(rows[i].question, ASK_DO);
		struct writer out = writer_over(j->out, sizeof(j->out));

		judge_begin(j, rows[i].question, rows[i].rcode);
		judge_write(j, rows[i].records);
		put_u16(j->response.octets + 2,
		        (uint16_t)(FLAG_QR | FLAG_RD | FLAG_RA | FLAG_AD | rows[i].rcode));
		gate_pass(&j->gate, &asked, msg_span(&j->response), EXEMPT_CLOCK, &out, &j->result);
		const struct message *sent = judge_delivered(j, msg_span(&j->response));
		assert_string_equal(judge_list(sent), rows[i].passes);
		assert_row(rows[i].why, !(sent->flags & FLAG_AD));
		assert_row(rows[i].why, longest_ttl(sent) <= EXEMPT_TTL_S);
	}
	judge_free(j);
}

/* Begins a response for the listed name, with its address. */
static struct judge *about_pool(uint32_t ttl_s)
{
	struct judge *j = judge_new();

	list("pool.example.test");
	j->policy.time_servers = &time_servers;
	judge_begin(j, "pool.example.test A", 0);
	msg_rr(&j->response, "pool.example.test", TYPE_A, ttl_s, rd_a("192.0.2.1"));
	return j;
}

static void pass_by_name(struct judge *j, struct span response)
{
	struct client_query asked = judge_asked("pool.example.test A", ASK_PLAIN);
	struct writer out = writer_over(j->out, sizeof(j->out));

	gate_pass(&j->gate, &asked, response, EXEMPT_CLOCK, &out, &j->result);
}

static void a_record_that_passes_by_name_lives_for_minutes(void **state)
{
	(void)state;
	struct judge *j = about_pool(86400);

	pass_by_name(j, msg_span(&j->response));
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(sent->rr_count, 1);
	assert_int_equal(sent->rrs[0].ttl_s, EXEMPT_TTL_S);
	judge_free(j);
}

/* Without a judgement an owner may have any octets. */
static void a_record_with_a_bad_owner_does_not_pass_by_name(void **state)
{
	(void)state;
	struct judge *j = about_pool(TTL);
	size_t at = j->response.len;

	msg_rr(&j->response, "x.pool.example.test", TYPE_A, TTL, rd_a("203.0.113.66"));
	/* a label that is longer than the message */
	j->response.octets[at] = 63;
	pass_by_name(j, msg_span(&j->response));
	assert_int_not_equal(j->result.verdict, GATE_ACCEPT);
	pass_by_name(j, span_of("", 0));
	assert_int_equal(j->result.verdict, GATE_SERVFAIL);
	judge_free(j);
}

static void a_record_of_another_class_does_not_pass_by_name(void **state)
{
	(void)state;
	struct judge *j = about_pool(TTL);

	msg_rr(&j->response, "x.pool.example.test", TYPE_A, TTL, rd_a("203.0.113.66"));
	/* of class CH: the field lies before the TTL, the length and the address */
	put_u16(j->response.octets + j->response.len - 12, 3);
	pass_by_name(j, msg_span(&j->response));
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(sent->rr_count, 1);
	assert_int_equal(sent->rrs[0].class, CLASS_IN);
	judge_free(j);
}

/* ---- Judged without dates ---- */

/* Judges a response with a clock that is 400 days ahead, in the usual way and without dates. */
static struct judge *late(void)
{
	struct judge *j = judge_new();

	j->now = NOW + 400 * DAY;
	list("www.example.test");
	j->policy.time_servers = &time_servers;
	j->policy.is_dateless = true;
	j->policy.earliest_s = BUILT;
	return j;
}

static void put_signed(struct judge *j, const char *owner, const char *zone, const char *address,
        uint32_t expiration)
{
	struct signing how = { .inception = expiration - 10 * DAY, .expiration = expiration };

	msg_signed(
	        &j->response, judge_key(j, zone), owner, TYPE_A, TTL, RRSET(rd_a(address)), &how);
}

static void an_expired_signature_holds_without_dates(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t expiration;
		enum reason reason;
	} rows[] = {
		{ "weeks ago, by the wrong clock", NOW, REASON_NONE },
		{ "when the program was built", BUILT, REASON_NONE },
		{ "before the program was built", BUILT - 1, REASON_RRSIG_EXPIRED },
		{ "in 2020", 1600000000, REASON_RRSIG_EXPIRED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = late();
		struct client_query asked = judge_asked("www.example.test A", ASK_DO);

		judge_begin(j, "www.example.test A", 0);
		put_signed(j, "www.example.test", "example.test", "192.0.2.1", rows[i].expiration);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why,
		        rows[i].reason == REASON_NONE ? STATUS_SECURE : STATUS_BOGUS,
		        rows[i].reason);
		const struct message *sent = judge_delivered(j, msg_span(&j->response));
		/* no AD: the dates were not checked */
		assert_row(rows[i].why, !(sent->flags & FLAG_AD));
		assert_row(rows[i].why, j->result.exemption == EXEMPT_DATES);
		judge_free(j);
	}
}

/* Dates that are wrong by any clock. */
static void a_signature_that_ends_before_it_begins_never_holds(void **state)
{
	(void)state;
	struct judge *j = late();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	struct signing how = { .inception = NOW + 1, .expiration = NOW };

	judge_begin(j, "www.example.test A", 0);
	msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_A, TTL,
	        RRSET(rd_a("192.0.2.1")), &how);
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "ends before it begins", STATUS_BOGUS, REASON_RRSIG_TIMES);
	judge_free(j);
}

/* A forged signature can have any dates, expired ones too. */
static void a_forged_signature_is_invalid_without_dates_too(void **state)
{
	(void)state;
	struct judge *j = late();

	judge_text(j, "www.example.test A", 0,
	        "www.example.test A 203.0.113.66 | example.test spoilt", ASK_DO);
	assert_judged(j, "spoilt", STATUS_BOGUS, REASON_RRSIG_FAILED);
	judge_text(j, "www.example.test A", 0, "www.example.test A 203.0.113.66", ASK_DO);
	assert_judged(j, "none", STATUS_BOGUS, REASON_RRSIG_MISSING);
	judge_free(j);
}

/* Proved records of other names do not pass: they may be years old. */
static void without_dates_only_time_servers_are_kept(void **state)
{
	(void)state;
	struct judge *j = late();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);

	judge_begin(j, "www.example.test A", 0);
	put_signed(j, "www.example.test", "example.test", "192.0.2.1", NOW);
	msg_section(&j->response, SECTION_ADDITIONAL);
	put_signed(j, "ns.example.test", "example.test", "192.0.2.2", NOW);
	msg_rr(&j->response, "www.example.test", TYPE_AAAA, TTL,
	        rd_raw(span_of("0123456789abcdef", 16)));
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "both are Secure", STATUS_SECURE, REASON_NONE);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "www.example.test/A www.example.test/RRSIG");
	judge_free(j);
}

/* ---- The queries ---- */

static void each_kind_of_unjudged_query_has_its_exemption(void **state)
{
	(void)state;
	static const enum exemption wanted[] = {
		[QUERY_JUDGED] = EXEMPT_NOT,
		[QUERY_CD] = EXEMPT_CD,
		[QUERY_SIGNED] = EXEMPT_TSIG,
		[QUERY_UNJUDGED] = EXEMPT_SERVER,
		[QUERY_TRANSFER] = EXEMPT_TRANSFER,
		[QUERY_OPCODE] = EXEMPT_OPCODE,
		[QUERY_EMPTY] = EXEMPT_EMPTY,
		[QUERY_QUESTIONS] = EXEMPT_NOT,
	};

	for (unsigned kind = 0; kind < COUNT(wanted); kind++)
		assert_int_equal(query_exemption(kind), wanted[kind]);
}

/* ---- The manual ---- */

static const char *log_text(enum exempt_log log)
{
	static const char *const texts[] = {
		[EXEMPT_SILENT] = "no",
		[EXEMPT_EACH] = "each",
		[EXEMPT_ONCE] = "once a client",
	};
	return texts[log];
}

static void write_row(const struct exempt *e, char *row, size_t size)
{
	char ttl[48] = "", counter[64] = "-";

	if (e->most_ttl_s > 0)
		snprintf(ttl, sizeof(ttl), ", with a TTL of at most %u s", e->most_ttl_s);
	if (e->may_pass != PASS_UNSEEN)
		snprintf(counter, sizeof(counter), "`passed_%s`", e->word);
	snprintf(row, size, "| %s | %s | %s | %s%s | %s | %s | %s |\n", e->word, e->opens, e->who,
	        exempt_pass_text(e->may_pass), ttl, e->gains, counter, log_text(e->log));
}

static char *read_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void the_manual_has_the_table(void **state)
{
	(void)state;
	const char *manual = read_file("docs/security.md");
	bool has_all = true;

	for (unsigned e = EXEMPT_NOT + 1; e < EXEMPT_COUNT; e++) {
		char row[1000];
		write_row(&exempts[e], row, sizeof(row));
		if (!strstr(manual, row)) {
			print_error("docs/security.md lacks: %s", row);
			has_all = false;
		}
	}
	assert_true(has_all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_records_of_a_time_servers_name_pass_by_it),
		cmocka_unit_test(a_record_that_passes_by_name_lives_for_minutes),
		cmocka_unit_test(a_record_with_a_bad_owner_does_not_pass_by_name),
		cmocka_unit_test(a_record_of_another_class_does_not_pass_by_name),
		cmocka_unit_test(an_expired_signature_holds_without_dates),
		cmocka_unit_test(a_signature_that_ends_before_it_begins_never_holds),
		cmocka_unit_test(a_forged_signature_is_invalid_without_dates_too),
		cmocka_unit_test(without_dates_only_time_servers_are_kept),
		cmocka_unit_test(each_kind_of_unjudged_query_has_its_exemption),
		cmocka_unit_test(the_manual_has_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
