/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client subnet (RFC 7871) goes to the server, and its scope comes back. */
#include "legacy.h"

#include "wire/client_subnet.h"

#define AA   FLAG_AA
#define WWW  "www.example.test A"
#define HERE "www.example.test A 192.0.2.1"

#define SUBNET_MINUTE_MS 60000

/* Options, as octets. */
#define OPTIONS(text)                                                                              \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define IN_192(scope) OPTIONS("\0\10\0\7\0\1\30" scope "\300\0\2")
#define IN_198(scope) OPTIONS("\0\10\0\7\0\1\30" scope "\306\63\144")

static const struct span none, in_192 = IN_192("\0"), in_198 = IN_198("\0"), of_192 = IN_192("\30"),
                               of_198 = IN_198("\30");

/* Returns the options of a message; NULL octets if it has no OPT. */
static struct span options_of(struct span octets)
{
	static struct rr rrs[64];
	struct message m;

	assert_true(message_parse(&m, octets, rrs, COUNT(rrs)));
	return m.edns.present ? m.edns.options : none;
}

static struct span sent_options(const struct legacy *l)
{
	return options_of(span_of(l->sent, l->sent_len));
}

static void ask_in(struct legacy *l, struct span options, unsigned how)
{
	l->options = options;
	legacy_ask(l, WWW, how);
}

/* Has the server respond with an OPT. */
static void respond_with(struct legacy *l, uint16_t flags, const char *records, struct span options)
{
	struct msgbuild *b = &l->judge->response;

	legacy_write(l, flags, records);
	msg_section(b, SECTION_ADDITIONAL);
	msg_opt(b, 1232, false);
	legacy_put_options(b, options);
	legacy_respond_octets(l, msg_span(b));
}

static void be_silent(struct legacy *l)
{
	const struct sign_peers peers = legacy_peers(l);
	const struct sign_context context = legacy_context(l, &peers);

	sign_unanswered(l->signer, &l->asked, &context);
}

static void the_server_gets_the_subnet_and_no_other_option(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned how;
		struct span options, sent;
	} rows[] = {
		{ "a subnet", WWW, ASK_DO, IN_192("\0"), IN_192("\0") },
		{ "over TCP", WWW, ASK_DO | ASK_STREAM, IN_192("\0"), IN_192("\0") },
		{ "beside a cookie", WWW, ASK_DO, OPTIONS("\0\12\0\2xy\0\10\0\5\0\1\10\0\12"),
		        OPTIONS("\0\10\0\5\0\1\10\0\12") },
		{ "a cookie alone", WWW, ASK_DO, OPTIONS("\0\12\0\2xy"), { NULL, 0 } },
		{ "the client shall stay unknown", WWW, ASK_DO, OPTIONS("\0\10\0\4\0\1\0\0"),
		        OPTIONS("\0\10\0\4\0\1\0\0") },
		{ "a malformed one is left out", WWW, ASK_DO, OPTIONS("\0\10\0\5\0\3\10\0\12"),
		        { NULL, 0 } },
		{ "one with a scope is malformed", WWW, ASK_DO, IN_192("\30"), { NULL, 0 } },
		{ "a question for the signer's own records", "example.test DNSKEY", ASK_DO,
		        IN_192("\0"), { NULL, 0 } },
		{ "a question that the server does not get", "www.example.test NSEC", ASK_DO,
		        IN_192("\0"), { NULL, 0 } },
		{ "DS", "www.example.test DS", ASK_DO | ASK_STREAM, IN_192("\0"), { NULL, 0 } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		l->options = rows[i].options;
		legacy_ask(l, rows[i].question, rows[i].how);
		assert_row(rows[i].why, l->kind == SIGN_QUERY_ASKED);
		assert_row(rows[i].why, span_equal(sent_options(l), rows[i].sent));
		l->policy.ignores_subnet = true;
		legacy_ask(l, rows[i].question, rows[i].how);
		assert_row("switched off", sent_options(l).len == 0);
		legacy_free(l);
	}
}

static void the_client_gets_the_scope_of_its_answer(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct span asked, given;
		uint16_t flags;
		const char *records;
		bool is_stray;
		struct span want;
	} rows[] = {
		{ "an answer for the subnet", IN_192("\0"), IN_192("\30"), AA, HERE, false,
		        IN_192("\30") },
		{ "an answer for a wider one", IN_192("\0"), IN_192("\20"), AA, HERE, false,
		        IN_192("\20") },
		{ "an answer for all", IN_192("\0"), IN_192("\0"), AA, HERE, false, IN_192("\0") },
		{ "a denial for the subnet", IN_192("\0"), IN_192("\30"), AA, "> example.test SOA",
		        false, IN_192("\30") },
		{ "NXDOMAIN for the subnet", IN_192("\0"), IN_192("\30"), AA | RCODE_NXDOMAIN,
		        "> example.test SOA", false, IN_192("\30") },
		{ "a server that does not know subnets", IN_192("\0"), { NULL, 0 }, AA, HERE, false,
		        { NULL, 0 } },
		{ "other options of the server", IN_192("\0"), OPTIONS("\0\3\0\2ns"), AA, HERE,
		        false, { NULL, 0 } },
		{ "a subnet for a client that gave none", { NULL, 0 }, IN_192("\30"), AA, HERE,
		        false, { NULL, 0 } },
		{ "attacker: an answer for another subnet", IN_192("\0"), IN_198("\30"), AA, HERE,
		        true, { NULL, 0 } },
		{ "another source prefix", IN_192("\0"), OPTIONS("\0\10\0\6\0\1\20\20\300\0"), AA,
		        HERE, true, { NULL, 0 } },
		{ "a malformed subnet", IN_192("\0"), OPTIONS("\0\10\0\5\0\1\30\30\300"), AA, HERE,
		        true, { NULL, 0 } },
		{ "an unknown client, without family", OPTIONS("\0\10\0\4\0\0\0\0"),
		        OPTIONS("\0\10\0\4\0\1\0\0"), AA, HERE, false,
		        OPTIONS("\0\10\0\4\0\0\0\0") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		ask_in(l, rows[i].asked, ASK_DO);
		respond_with(l, rows[i].flags, rows[i].records, rows[i].given);
		assert_row(
		        rows[i].why, (l->result.verdict == SIGN_VERDICT_DROP) == rows[i].is_stray);
		if (!rows[i].is_stray) {
			assert_row(rows[i].why,
			        span_equal(options_of(l->result.octets), rows[i].want));
			assert_row(rows[i].why, legacy_judged(l).status == STATUS_SECURE);
		}
		legacy_free(l);
	}
}

/* The server may give clients of two subnets the same records for different scopes. */
static void no_client_gets_the_kept_answer_of_another_subnet(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_remember(l);
	for (unsigned i = 0; i < 3; i++) {
		ask_in(l, in_192, ASK_DO);
		respond_with(l, AA, HERE, of_192);
		assert_int_equal(l->result.is_recalled, i == 2);
		assert_true(span_equal(options_of(l->result.octets), of_192));
	}
	ask_in(l, in_198, ASK_DO);
	respond_with(l, AA, HERE, of_198);
	assert_false(l->result.is_recalled);
	assert_true(span_equal(options_of(l->result.octets), of_198));

	/* A server that returns no subnet sends the same octets to both. */
	ask_in(l, in_198, ASK_DO);
	respond_with(l, AA, HERE, none);
	ask_in(l, none, ASK_DO);
	respond_with(l, AA, HERE, none);
	assert_false(l->result.is_recalled);
	legacy_free(l);
}

/* Asks without a subnet, after TC=1 over UDP. True if the server gets an OPT. */
static bool gets_opt_otherwise(struct legacy *l)
{
	ask_in(l, none, ASK_DO);
	return l->asked.sent_edns;
}

enum { NO_OPT = -1, SILENT = -2 };

static void what_a_server_makes_of_subnets_is_learned(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int rcode; /* with an OPT; or NO_OPT, SILENT */
		unsigned times;
		bool gets_subnet, gets_opt;
	} rows[] = {
		{ "it takes them", RCODE_NOERROR, 1, true, true },
		{ "it is out of order", RCODE_SERVFAIL, 1, true, true },
		{ "it refuses this question", RCODE_REFUSED, 1, true, true },
		{ "it rejects them", RCODE_FORMERR, 1, false, false },
		{ "it knows no OPT", NO_OPT, 1, false, false },
		{ "one query is lost", SILENT, 1, true, false },
		{ "it drops them", SILENT, 2, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		for (unsigned n = 0; n < rows[i].times; n++) {
			ask_in(l, in_192, ASK_DO);
			assert_int_equal(sent_options(l).len, in_192.len);
			if (rows[i].rcode == SILENT)
				be_silent(l);
			else if (rows[i].rcode == NO_OPT)
				legacy_respond(l, AA, HERE);
			else
				respond_with(l, (uint16_t)(AA | rows[i].rcode),
				        rows[i].rcode ? "" : HERE, none);
		}
		ask_in(l, in_192, ASK_DO);
		assert_row(rows[i].why, (sent_options(l).len > 0) == rows[i].gets_subnet);
		assert_row(rows[i].why, gets_opt_otherwise(l) == rows[i].gets_opt);
		l->now_ms += 15 * SUBNET_MINUTE_MS;
		ask_in(l, in_192, ASK_DO);
		assert_row("it is tried again", sent_options(l).len > 0);
		legacy_free(l);
	}
}

static void a_client_whose_subnet_is_rejected_gets_an_answer(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	ask_in(l, in_192, ASK_DO);
	respond_with(l, RCODE_FORMERR, "", none);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_EDNS);
	assert_true(legacy_delivered(l)->flags & FLAG_TC);
	legacy_free(l);

	l = legacy_new();
	ask_in(l, in_192, ASK_DO | ASK_STREAM);
	respond_with(l, RCODE_FORMERR, "", none);
	assert_int_equal(l->result.verdict, SIGN_VERDICT_ASK);
	assert_null(sent_options(l).base);
	legacy_respond(l, AA, HERE);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	legacy_free(l);
}

/* A client could choose subnets that this server dislikes. */
static void a_client_cannot_turn_edns_or_subnets_off(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	ask_in(l, in_192, ASK_DO);
	respond_with(l, AA, HERE, of_192);
	for (unsigned i = 0; i < 20; i++) {
		ask_in(l, in_198, ASK_DO);
		if (i % 2)
			be_silent(l);
		else
			respond_with(l, RCODE_FORMERR, "", none);
		assert_true(gets_opt_otherwise(l));
		if (i % 7 < 6)
			continue;
		ask_in(l, in_192, ASK_DO);
		assert_int_equal(sent_options(l).len, in_192.len);
		respond_with(l, AA, HERE, of_192);
	}
	ask_in(l, in_192, ASK_DO);
	assert_int_equal(sent_options(l).len, in_192.len);
	legacy_free(l);
}

/* What is denied for one subnet must not deny the name for the others (RFC 8198). */
static void a_name_that_some_subnets_lack_is_denied_by_type(void **state)
{
	(void)state;
	static const struct {
		struct span options, given;
		uint16_t flags;
		const char *records;
		enum sign_outcome outcome;
		bool contradicts;
	} steps[] = {
		{ IN_192("\0"), IN_192("\30"), AA, HERE, SIGN_OUTCOME_ANSWER, false },
		{ IN_198("\0"), IN_198("\30"), AA | RCODE_NXDOMAIN, "> example.test SOA",
		        SIGN_OUTCOME_NODATA, false },
		{ IN_192("\0"), IN_192("\30"), AA, HERE, SIGN_OUTCOME_ANSWER, true },
		{ IN_198("\0"), IN_198("\30"), AA | RCODE_NXDOMAIN, "> example.test SOA",
		        SIGN_OUTCOME_NODATA, false },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(steps); i++) {
		ask_in(l, steps[i].options, ASK_DO | ASK_CO);
		respond_with(l, steps[i].flags, steps[i].records, steps[i].given);
		assert_int_equal(l->result.outcome, steps[i].outcome);
		assert_int_equal(l->result.contradicts, steps[i].contradicts);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_gets_the_subnet_and_no_other_option),
		cmocka_unit_test(the_client_gets_the_scope_of_its_answer),
		cmocka_unit_test(no_client_gets_the_kept_answer_of_another_subnet),
		cmocka_unit_test(what_a_server_makes_of_subnets_is_learned),
		cmocka_unit_test(a_client_whose_subnet_is_rejected_gets_an_answer),
		cmocka_unit_test(a_client_cannot_turn_edns_or_subnets_off),
		cmocka_unit_test(a_name_that_some_subnets_lack_is_denied_by_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
