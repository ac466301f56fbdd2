/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken servers, clients with little room, and floods of queries: no denial is signed that the
 * server did not mean, and no answer goes out unsigned. */
#include "legacy.h"

#include "wire/edns.h"

#define AA  FLAG_AA
#define SOA "> example.test SOA\n"
#define WWW "www.example.test A"

static void an_outage_is_not_signed_as_a_denial(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "SERVFAIL", WWW, ASK_DO, RCODE_SERVFAIL, "", "", SIGN_OUTCOME_ERROR,
		        RCODE_SERVFAIL },
		{ "REFUSED with an SOA", WWW, ASK_DO, RCODE_REFUSED, SOA, "", SIGN_OUTCOME_ERROR,
		        RCODE_REFUSED },
		{ "NOTIMP", WWW, ASK_DO, RCODE_NOTIMP, "", "", SIGN_OUTCOME_ERROR, RCODE_NOTIMP },
		{ "an empty response", WWW, ASK_DO, AA, "", "", SIGN_OUTCOME_NO_SOA,
		        RCODE_SERVFAIL },
		{ "NXDOMAIN without SOA and without AA", WWW, ASK_DO, RCODE_NXDOMAIN, "", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "another zone's SOA", WWW, ASK_DO, AA, "> other.test SOA", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "the SOA in another section", WWW, ASK_DO, AA, "+ example.test SOA", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "a referral upwards", WWW, ASK_DO, 0, "> test NS ns.other.test", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "a referral to the zone itself", WWW, ASK_DO, 0,
		        "> example.test NS ns.other.test", "", SIGN_OUTCOME_NO_SOA,
		        RCODE_SERVFAIL },
		{ "a referral to a zone beside the name", WWW, ASK_DO, 0,
		        "> sub.example.test NS ns.other.test", "", SIGN_OUTCOME_NO_SOA,
		        RCODE_SERVFAIL },
		{ "an answer to another question", WWW, ASK_DO, AA, "ftp.example.test A 192.0.2.1",
		        "", SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "another type", WWW, ASK_DO, AA, "www.example.test TXT text", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "two CNAMEs", WWW, ASK_DO, AA,
		        "www.example.test CNAME a.example.test b.example.test", "",
		        SIGN_OUTCOME_UNEXPECTED, RCODE_SERVFAIL },
		{ "a CNAME that is not what the DNAME makes", "y.d.example.test A", ASK_DO, AA,
		        "d.example.test DNAME e.other.test\ny.d.example.test CNAME z.e.other.test",
		        "", SIGN_OUTCOME_UNEXPECTED, RCODE_SERVFAIL },
		{ "the server says that the apex has no SOA", "example.test SOA", ASK_DO, AA, SOA,
		        "", SIGN_OUTCOME_UNEXPECTED, RCODE_SERVFAIL },
		{ "an apex whose SOA the server does not give", "example.test NSEC3PARAM", ASK_DO,
		        AA, "", "", SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
		{ "no pre-made DNSKEY set", "other.test DNSKEY", ASK_DO, AA, "", "",
		        SIGN_OUTCOME_NO_SOA, RCODE_SERVFAIL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &rows[i]);
		assert_row(rows[i].why,
		        l->result.is_servfail == (rows[i].outcome != SIGN_OUTCOME_ERROR));
		assert_row(rows[i].why,
		        l->result.made == 0 || rows[i].outcome == SIGN_OUTCOME_UNEXPECTED);
		legacy_free(l);
	}
}

/* A loop of CNAMEs ends, and its links go out signed. */
static void a_loop_of_cnames_ends(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	static const struct legacy_row row = { "a loop", "a.example.test A", ASK_DO, AA,
		"a.example.test CNAME b.example.test\nb.example.test CNAME a.example.test",
		"a.example.test/CNAME a.example.test/RRSIG b.example.test/CNAME "
		"b.example.test/RRSIG",
		SIGN_OUTCOME_ANSWER, AA };

	legacy_check(l, &row);
	assert_true(l->result.made <= 2);
	legacy_free(l);
}

static void a_response_that_does_not_match_is_dropped(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned at;
		uint8_t change;
		bool matches;
	} rows[] = {
		{ "unchanged", 0, 0, true },
		{ "another id", 1, 1, false },
		{ "a query", 2, 0x80, false },
		{ "another opcode", 2, 0x08, false },
		{ "another letter", 13, 'w' ^ 'x', false },
		{ "another letter case: some servers do not keep it", 13, 0x20, true },
		{ "another type", 31, 1 ^ 2, false },
		{ "another class", 33, 1 ^ 3, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		legacy_ask(l, WWW, ASK_DO);
		legacy_respond(l, AA, "www.example.test A 192.0.2.1");
		l->judge->response.octets[rows[i].at] ^= rows[i].change;
		legacy_respond_octets(l, msg_span(&l->judge->response));
		assert_row(rows[i].why,
		        (l->result.verdict == SIGN_VERDICT_REWRITE) == rows[i].matches);
		if (rows[i].matches)
			assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
		legacy_free(l);
	}
}

/* If the server signs itself, its records go out as they are, with the outcome "signed". */
static void signed_responses_are_not_signed_again(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "in the client's letter case", "wWw.example.tEst A", ASK_DO, AA,
		        "www.example.test A 192.0.2.1 | example.test",
		        "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_SIGNED, AA },
		{ "order and sections stay", "www.example.test MX", ASK_DO, AA,
		        "www.example.test MX mail.example.test | example.test\n"
		        "> example.test NS ns.example.test | example.test\n"
		        "+ mail.example.test A 192.0.2.9 | example.test",
		        "www.example.test/MX www.example.test/RRSIG > example.test/NS > "
		        "example.test/RRSIG + mail.example.test/A + mail.example.test/RRSIG",
		        SIGN_OUTCOME_SIGNED, AA },
		{ "the RCODE stays", "no.example.test A", ASK_DO, AA | RCODE_NXDOMAIN,
		        "> example.test SOA | example.test",
		        "> example.test/SOA > example.test/RRSIG", SIGN_OUTCOME_SIGNED,
		        AA | RCODE_NXDOMAIN },
		{ "a missing AA stays missing", WWW, ASK_DO, 0,
		        "www.example.test A 192.0.2.1 | example.test",
		        "www.example.test/A www.example.test/RRSIG", SIGN_OUTCOME_SIGNED, 0 },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++)
		legacy_check(l, &rows[i]);
	legacy_ask(l, "www.example.test NSEC", ASK_DO);
	legacy_respond(l, AA, "> example.test SOA | example.test");
	assert_true(l->result.is_servfail);
	legacy_free(l);
}

/* The server did not see the UDP size of the client, because its query has no OPT. */
static void signed_responses_fit_what_the_client_takes(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	char records[2000] = "www.example.test A | example.test";

	for (unsigned i = 0; i < 40; i++)
		sprintf(strchr(records, '|'), "192.0.2.%u | example.test", i);
	legacy_ask(l, WWW, ASK_DO); /* which takes 1232 octets */
	legacy_respond(l, AA, records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_SIGNED);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	l->asked.client.udp_size = 512;
	legacy_respond(l, AA, records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_TRUNCATED);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);
	assert_true(l->result.octets.len <= 512);
	legacy_ask(l, WWW, ASK_DO | ASK_STREAM);
	l->asked.client.udp_size = 512;
	legacy_respond(l, AA, records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_SIGNED);
	legacy_free(l);
}

static void queries_that_need_no_signer_pass_unchanged(void **state)
{
	(void)state;
	static const struct {
		const char *question;
		unsigned how;
		enum sign_query kind;
	} rows[] = {
		{ WWW, ASK_PLAIN, SIGN_QUERY_PASSED_PLAIN },
		{ WWW, ASK_EDNS, SIGN_QUERY_PASSED_PLAIN },
		{ WWW, ASK_DO, SIGN_QUERY_ASKED },
		{ "www.unsigned.test A", ASK_DO, SIGN_QUERY_PASSED_OUTSIDE },
		{ "test DNSKEY", ASK_DO, SIGN_QUERY_PASSED_OUTSIDE },
		{ "example.test DNSKEY", ASK_PLAIN, SIGN_QUERY_ASKED },
		{ "www.example.test DNSKEY", ASK_PLAIN, SIGN_QUERY_PASSED_PLAIN },
		{ "www.example.test DS", ASK_PLAIN, SIGN_QUERY_ASKED },
		{ "example.test RRSIG", ASK_PLAIN, SIGN_QUERY_PASSED_PLAIN },
		{ "example.test AXFR", ASK_PLAIN | ASK_STREAM, SIGN_QUERY_ASKED },
	};
	struct legacy *l = legacy_new();
	static const struct network network = { { 192, 0, 2, 0 }, 4, 24 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, rows[i].how);
		assert_row(rows[i].question, l->kind == rows[i].kind);
	}
	l->policy.secondaries = &network;
	l->policy.secondary_count = 1;
	legacy_ask(l, "example.test AXFR", ASK_PLAIN | ASK_STREAM);
	assert_int_equal(l->kind, SIGN_QUERY_PASSED_TRANSFER);
	legacy_free(l);
}

/* The server sees the id, RD and the question, and neither DO nor any option. */
static void the_server_gets_a_plain_query(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_ask(l, "wWw.example.tEst A", ASK_DO | ASK_CD | ASK_CO);
	assert_int_equal(l->sent_len, 34);
	assert_memory_equal(
	        l->sent, "\x12\x34\x01\x00\0\1\0\0\0\0\0\0\3wWw\7example\4tEst\0\0\1\0\1", 34);
	legacy_ask(l, "wWw.eXample.test RRSIG", ASK_DO | ASK_NO_RD);
	assert_int_equal(l->sent_len, 30);
	assert_memory_equal(l->sent, "\x12\x34\0\0\0\1\0\0\0\0\0\0\7eXample\4test\0\0\6\0\1", 30);
	legacy_free(l);
}

/* An OPT is tried after a response with TC=1. If the try fails, there is none for a day. */
static void a_server_gets_edns_only_if_it_supports_it(void **state)
{
	(void)state;
	enum { NO_OPT, OPT, SILENCE };
	static const struct {
		const char *why;
		int opt; /* in the response */
		uint16_t flags;
		enum sign_outcome outcome;
		bool supports;
	} rows[] = {
		{ "it supports EDNS", OPT, AA, SIGN_OUTCOME_ANSWER, true },
		{ "it ignores the OPT", NO_OPT, AA, SIGN_OUTCOME_ANSWER, false },
		{ "FORMERR", NO_OPT, RCODE_FORMERR, SIGN_OUTCOME_EDNS, false },
		{ "NOTIMP", NO_OPT, RCODE_NOTIMP, SIGN_OUTCOME_EDNS, false },
		{ "two queries without response", SILENCE, 0, SIGN_OUTCOME_CUT, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		const struct sign_peers peers = legacy_peers(l);
		const struct sign_context context = legacy_context(l, &peers);
		bool is_good = rows[i].flags == AA;
		legacy_ask(l, WWW, ASK_DO);
		assert_false(l->asked.sent_edns);
		legacy_respond(l, FLAG_TC, "");
		assert_int_equal(l->result.outcome, SIGN_OUTCOME_CUT);
		assert_true(legacy_delivered(l)->flags & FLAG_TC);
		legacy_ask(l, WWW, ASK_DO);
		assert_row(rows[i].why, l->asked.sent_edns);
		if (rows[i].opt == SILENCE) {
			sign_unanswered(l->signer, &l->asked, &context);
			sign_unanswered(l->signer, &l->asked, &context);
		} else {
			struct msgbuild *b = &l->judge->response;
			legacy_write(
			        l, rows[i].flags, is_good ? "www.example.test A 192.0.2.1" : "");
			msg_section(b, SECTION_ADDITIONAL);
			if (rows[i].opt == OPT)
				msg_opt(b, 1232, false);
			legacy_respond_octets(l, msg_span(b));
		}
		assert_row(rows[i].why, l->result.outcome == rows[i].outcome);
		legacy_ask(l, WWW, ASK_DO);
		assert_row(rows[i].why, l->asked.sent_edns == rows[i].supports);
		if (!rows[i].supports) {
			legacy_respond(l, FLAG_TC, "");
			legacy_ask(l, WWW, ASK_DO);
			assert_row(rows[i].why, !l->asked.sent_edns);
			l->now_ms += 2 * (uint64_t)DAY * 1000;
			legacy_ask(l, WWW, ASK_DO);
			legacy_respond(l, FLAG_TC, "");
			legacy_ask(l, WWW, ASK_DO);
			assert_row("after a day EDNS is tried again", l->asked.sent_edns);
		}
		legacy_free(l);
	}
}

/* First the signatures of additional records are left out, then those records, then all records. */
static void an_answer_that_does_not_fit_loses_additional_records_first(void **state)
{
	(void)state;
	static const char records[] = "www.example.test MX mail.example.test\n"
	                              "+ mail.example.test A 192.0.2.1\n"
	                              "+ mail.example.test AAAA 2001:db8::1";
	static const struct {
		const char *why;
		uint16_t most;
		const char *want;
	} rows[] = {
		{ "everything fits", 1232,
		        "www.example.test/MX www.example.test/RRSIG + mail.example.test/A "
		        "+ mail.example.test/RRSIG + mail.example.test/AAAA + "
		        "mail.example.test/RRSIG" },
		{ "without signatures of additional records", 300,
		        "www.example.test/MX www.example.test/RRSIG + mail.example.test/A "
		        "+ mail.example.test/AAAA" },
		{ "without additional records", 195, "www.example.test/MX www.example.test/RRSIG" },
		{ "no records", 150, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		l->policy.udp_size_max = rows[i].most;
		legacy_ask(l, "mail.example.test A", ASK_DO);
		legacy_respond(l, AA, "mail.example.test A 192.0.2.1");
		legacy_ask(l, "mail.example.test AAAA", ASK_DO);
		legacy_respond(l, AA, "mail.example.test AAAA 2001:db8::1");
		legacy_ask(l, "www.example.test MX", ASK_DO);
		legacy_respond(l, AA, records);
		const struct message *m = legacy_delivered(l);
		assert_row(rows[i].why, strcmp(judge_list(m), rows[i].want) == 0);
		assert_row(rows[i].why, m->octets.len <= rows[i].most);
		assert_row(rows[i].why, !(m->flags & FLAG_TC) == (rows[i].want[0] != '\0'));
		legacy_ask(l, "www.example.test MX", ASK_DO | ASK_STREAM);
		legacy_respond(l, AA, records);
		assert_string_equal(judge_list(legacy_delivered(l)), rows[0].want);
		legacy_free(l);
	}
}

/* An additional record may be glue, or come from a poisoned cache. It has a signature only if the
 * server gave the same set as an answer before. It never costs a new signature. */
static void an_additional_set_is_signed_only_if_it_was_an_answer(void **state)
{
	(void)state;
	static const struct {
		const char *why, *answered, *added;
		bool is_signed;
	} rows[] = {
		{ "never an answer", NULL, "192.0.2.1", false },
		{ "an answer before", "192.0.2.1", "192.0.2.1", true },
		{ "another address as an answer", "192.0.2.1", "203.0.113.66", false },
		{ "one address more than in the answer", "192.0.2.1", "192.0.2.1 203.0.113.66",
		        false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		char records[128];
		if (rows[i].answered) {
			snprintf(records, sizeof(records), "mail.example.test A %s",
			        rows[i].answered);
			legacy_ask(l, "mail.example.test A", ASK_DO);
			legacy_respond(l, AA, records);
		}
		snprintf(records, sizeof(records),
		        "www.example.test MX mail.example.test\n+ mail.example.test A %s",
		        rows[i].added);
		legacy_ask(l, "www.example.test MX", ASK_DO);
		legacy_respond(l, AA, records);
		assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
		assert_row(rows[i].why, l->result.made == 1);
		const char *list = judge_list(legacy_delivered(l));
		assert_row(rows[i].why, strstr(list, "+ mail.example.test/A") != NULL);
		assert_row(rows[i].why,
		        (strstr(list, "+ mail.example.test/RRSIG") != NULL) == rows[i].is_signed);
		legacy_free(l);
	}
}

/* The client did not ask for the zone's NS. */
static void the_zones_ns_is_left_out_before_tc_is_set(void **state)
{
	(void)state;
	static const char records[] = "www.example.test A 192.0.2.1\n"
	                              "> example.test NS ns.example.test\n"
	                              "+ ns.example.test A 192.0.2.2";
	static const char answer[] = "www.example.test/A www.example.test/RRSIG";
	static const struct {
		uint16_t most;
		const char *want;
	} rows[] = {
		{ 310, "www.example.test/A www.example.test/RRSIG > example.test/NS > "
		       "example.test/RRSIG + ns.example.test/A" },
		{ 300, "www.example.test/A www.example.test/RRSIG > example.test/NS > "
		       "example.test/RRSIG" },
		{ 200, answer },
		{ 140, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		l->policy.udp_size_max = rows[i].most;
		legacy_ask(l, WWW, ASK_DO);
		legacy_respond(l, AA, records);
		const struct message *m = legacy_delivered(l);
		assert_string_equal(judge_list(m), rows[i].want);
		assert_int_equal(!(m->flags & FLAG_TC), rows[i].want[0] != '\0');
		legacy_free(l);
	}
}

static void glue_is_never_left_out(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	l->policy.udp_size_max = 200;
	legacy_ask(l, "www.unsigned.example.test A", ASK_DO | ASK_NO_RD);
	legacy_respond(l, 0,
	        "> unsigned.example.test NS ns.unsigned.example.test\n"
	        "+ ns.unsigned.example.test A 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_TRUNCATED);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);
	legacy_free(l);
}

static void ask_new_name(struct legacy *l, unsigned number, unsigned how)
{
	char question[64];

	snprintf(question, sizeof(question), "n%u.example.test A", number);
	legacy_ask(l, question, ASK_DO | how);
	legacy_respond(l, AA | RCODE_NXDOMAIN, SOA);
}

/* A denial of a new name costs a signature, a remembered one costs none. */
static void a_flood_of_names_is_sent_to_tcp(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	l->policy.signatures_per_network = 3;
	l->policy.signatures_per_s = 5;
	ask_new_name(l, 0, 0); /* SOA and NSEC */
	assert_int_equal(l->result.made, 2);
	ask_new_name(l, 1, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	ask_new_name(l, 2, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LIMITED);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);
	ask_new_name(l, 1, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	assert_int_equal(l->result.made, 0);
	ask_new_name(l, 2, ASK_STREAM);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	l->client[3] = 77; /* in the same network */
	ask_new_name(l, 3, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LIMITED);
	l->client[2] = 3;
	ask_new_name(l, 3, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	ask_new_name(l, 4, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	l->client[2] = 4; /* has signatures left, but all clients have none */
	ask_new_name(l, 5, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LIMITED);
	l->now_ms += 1000;
	ask_new_name(l, 5, 0);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	for (unsigned i = 0; i < 5; i++)
		ask_new_name(l, 100 + i, ASK_STREAM);
	ask_new_name(l, 200, ASK_STREAM);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_EXHAUSTED);
	assert_true(l->result.is_servfail);
	legacy_free(l);
}

/* Many queries at short intervals get all signatures of the limit: no fraction of a token is
 * lost. */
static void a_limit_is_exact_at_short_intervals(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	unsigned made = 0;

	l->policy.signatures_per_network = 200;
	for (unsigned i = 0; i < 500; i++) {
		l->now_ms += 9;
		ask_new_name(l, i, 0);
		made += l->result.made;
	}
	assert_in_range(made, 500, 501);
	l->policy.signatures_per_network = 50;
	for (unsigned i = 0; i < 500; i++) {
		l->now_ms += 9;
		ask_new_name(l, 500 + i, 0);
		made += i < 100 ? 0 : l->result.made;
	}
	assert_in_range(made, 500 + 400 * 9 / 20 - 2, 501 + 400 * 9 / 20 + 2);
	legacy_free(l);
}

/* Other keys and other zones do not change the question to the server, but another zone of the
 * name, or other servers of the zone, may. */
static void queries_in_flight_outlive_a_reload(void **state)
{
	(void)state;
	static const struct network server = { { 192, 0, 2, 53 }, 4, 32 },
	                            other = { { 192, 0, 2, 54 }, 4, 32 };
	static const struct {
		const char *why, *name;
		unsigned fewer; /* zones; the last one is sub.example.test */
		const struct network *servers;
		bool is_answered;
	} rows[] = {
		{ "the same zones", "www.example.test", 0, NULL, true },
		{ "the zone of the name goes", "www.sub.example.test", 1, NULL, false },
		{ "another zone comes", "www.example.test", 0, NULL, true },
		{ "another zone goes", "www.example.test", 1, NULL, true },
		{ "the zone of the name comes", "www.sub.example.test", 0, NULL, false },
		{ "now the zones have servers", "www.example.test", 0, &server, false },
		{ "other servers", "www.example.test", 0, &other, false },
		{ "the same servers again", "www.example.test", 0, &other, true },
	};
	struct legacy *l = legacy_new();
	struct sign_zone zones[COUNT(rows)][LEGACY_ZONES];
	struct sign_policy policies[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(zones[i], l->zones, sizeof(zones[i]));
		for (unsigned z = 0; z < LEGACY_ZONES; z++) {
			zones[i][z].servers = rows[i].servers;
			zones[i][z].server_count = rows[i].servers != NULL;
		}
		policies[i] = l->policy;
		policies[i].zones = zones[i];
		policies[i].zone_count -= rows[i].fewer;
		l->server[3] = i > 0 && rows[i - 1].servers ? rows[i - 1].servers->octets[3] : 53;
		char text[64];
		snprintf(text, sizeof(text), "%s A", rows[i].name);
		legacy_ask(l, text, ASK_DO);
		assert_row(rows[i].why, signer_set_policy(l->signer, &policies[i]) == 0);
		snprintf(text, sizeof(text), "%s A 192.0.2.1", rows[i].name);
		legacy_respond(l, AA, text);
		assert_row(rows[i].why, l->result.is_servfail == !rows[i].is_answered);
	}
	legacy_free(l);
}

/* A response is cut at each octet, and each octet is changed: it is dropped or signed, never passed
 * unsigned. */
static void a_damaged_response_does_no_harm(void **state)
{
	(void)state;
	static const uint8_t changes[] = { 0x01, 0x40, 0x80, 0xc0, 0xff };
	struct legacy *l = legacy_new();
	static uint8_t octets[1024];

	legacy_ask(l, "example.test MX", ASK_DO);
	legacy_respond(l, AA,
	        "example.test MX mail.example.test\n> example.test NS ns.example.test\n"
	        "+ mail.example.test A 192.0.2.1");
	size_t len = l->judge->response.len;
	memcpy(octets, l->judge->response.octets, len);
	for (size_t i = 0; i < len; i++) {
		legacy_respond_octets(l, span_of(octets, i));
		assert_int_equal(l->result.verdict, SIGN_VERDICT_DROP);
		for (size_t c = 0; c < COUNT(changes); c++) {
			octets[i] ^= changes[c];
			legacy_respond_octets(l, span_of(octets, len));
			octets[i] ^= changes[c];
			if (l->result.verdict != SIGN_VERDICT_REWRITE)
				continue;
			legacy_delivered(l);
			if (l->result.outcome == SIGN_OUTCOME_ANSWER)
				assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
		}
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outage_is_not_signed_as_a_denial),
		cmocka_unit_test(a_loop_of_cnames_ends),
		cmocka_unit_test(a_response_that_does_not_match_is_dropped),
		cmocka_unit_test(signed_responses_are_not_signed_again),
		cmocka_unit_test(signed_responses_fit_what_the_client_takes),
		cmocka_unit_test(queries_that_need_no_signer_pass_unchanged),
		cmocka_unit_test(the_server_gets_a_plain_query),
		cmocka_unit_test(a_server_gets_edns_only_if_it_supports_it),
		cmocka_unit_test(an_answer_that_does_not_fit_loses_additional_records_first),
		cmocka_unit_test(an_additional_set_is_signed_only_if_it_was_an_answer),
		cmocka_unit_test(the_zones_ns_is_left_out_before_tc_is_set),
		cmocka_unit_test(glue_is_never_left_out),
		cmocka_unit_test(a_flood_of_names_is_sent_to_tcp),
		cmocka_unit_test(a_limit_is_exact_at_short_intervals),
		cmocka_unit_test(queries_in_flight_outlive_a_reload),
		cmocka_unit_test(a_damaged_response_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
