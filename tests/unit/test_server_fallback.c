/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers without EDNS or signatures: a client gets what can be had, and an
 * attacker who answers in the server's name gains no unsigned answer. */
#include "judge.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "fetch/exchange.h"
#include "queue/shortcut.h"
#include "worker/server_fallback.h"

#define START_MS 5000

struct bed {
	struct server_fallback f;
	struct shortcut shortcut;
	struct stats stats;
	uint64_t now_ms;
	int epoll_fd;
	uint8_t buffer[EXCHANGE_ANSWER_MAX];
	struct sockaddr_storage server;
	struct client_query asked; /* by a client without EDNS; it went on with DO */
	struct judge *judge;
	bool is_known; /* the response was judged before */
	unsigned names;
};

static const struct round_trips round_trips; /* nothing is known */

static struct bed *bed_new(bool can_assist)
{
	struct bed *b = calloc(1, sizeof(*b));
	struct sockaddr_in *in = (struct sockaddr_in *)&b->server;

	assert_non_null(b);
	in->sin_family = AF_INET;
	in->sin_port = htons(53);
	in->sin_addr.s_addr = htonl(0xc0000201);
	b->now_ms = START_MS;
	b->epoll_fd = epoll_create1(0);
	b->f = (struct server_fallback){ .shortcut = &b->shortcut,
		.stats = &b->stats,
		.round_trips = &round_trips,
		.now_ms = &b->now_ms,
		.flow_timeout_ms = 1000,
		.can_assist = can_assist };
	assert_int_equal(server_fallback_init(&b->f, b->epoll_fd, b->buffer), 0);
	b->judge = judge_new();
	b->asked = judge_asked("www.example.test A", ASK_PLAIN);
	return b;
}

static void bed_free(struct bed *b)
{
	server_fallback_fini(&b->f);
	judge_free(b->judge);
	close(b->epoll_fd);
	free(b);
}

static struct message refusal(unsigned rcode, bool has_edns)
{
	return (struct message){ .flags = (uint16_t)(FLAG_QR | rcode), .edns.present = has_edns };
}

/* The answer to the question of a client, asked again without its options. */
static void answer_barely(struct bed *b, unsigned rcode, bool has_edns)
{
	judge_begin(b->judge, "www.example.test A", rcode);
	if (has_edns) {
		msg_section(&b->judge->response, SECTION_ADDITIONAL);
		msg_opt(&b->judge->response, 1232, true);
	}
	server_fallback_came_bare(&b->f, &b->server, msg_span(&b->judge->response));
}

static struct fallback came(struct bed *b, const struct message *m)
{
	return server_fallback_came(&b->f, &b->server, &b->asked, m);
}

/* Rules on a response about `name` that was judged. */
static struct fallback judged_of(struct bed *b, const char *name, const char *records,
        unsigned rcode, struct outcome outcome)
{
	struct gate_result result = { .outcome = outcome };
	char question[64];

	snprintf(question, sizeof(question), "%s A", name);
	judge_begin(b->judge, question, rcode);
	judge_write(b->judge, records);
	const struct judged_response judged = { &b->asked, msg_span(&b->judge->response), &result,
		b->is_known };
	return server_fallback_judged(&b->f, &b->server, &judged);
}

/* Rules on a response about a name that no response was about before. */
static struct fallback judged(struct bed *b, enum status status, enum reason reason)
{
	char name[32], record[48];

	snprintf(name, sizeof(name), "n%u.example.test", b->names++);
	snprintf(record, sizeof(record), "%s A 192.0.2.1", name);
	return judged_of(b, name, record, 0, outcome_of(status, reason));
}

static void a_server_that_rejects_edns_is_asked_without_for_clients_that_sent_none(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned rcode;
		bool has_edns, client_has_edns, was_plain;
		enum reask_how reask;
	} rows[] = {
		{ "FORMERR", RCODE_FORMERR, false, false, false, REASK_PLAINLY },
		{ "NOTIMP", RCODE_NOTIMP, false, false, false, REASK_PLAINLY },
		{ "FORMERR with EDNS", RCODE_FORMERR, true, false, false, REASK_NOT },
		{ "SERVFAIL", RCODE_SERVFAIL, false, false, false, REASK_NOT },
		{ "FORMERR to the client's own EDNS", RCODE_FORMERR, false, true, false,
		        REASK_NOT },
		{ "FORMERR to a query without EDNS", RCODE_FORMERR, false, false, true, REASK_NOT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(true);
		struct message m = refusal(rows[i].rcode, rows[i].has_edns);
		b->asked.has_edns = rows[i].client_has_edns;
		b->asked.sent_plain = rows[i].was_plain;
		struct fallback fallback = came(b, &m);
		assert_row(rows[i].why, fallback.reask == rows[i].reask);
		assert_row(rows[i].why, fallback.habit == REASON_NONE);
		bed_free(b);
	}
}

/* The cookie of one client must not cost all others the signatures of the server. */
static void an_error_to_the_options_of_a_client_says_nothing_of_edns(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_extras;
		unsigned rcode, version_error; /* of the first answer */
		bool has_edns;                 /* it has an OPT */
		unsigned bare_rcode;           /* of the answer without options */
		bool bare_has_edns;
		enum reask_how reask;
		bool is_plain, is_bare;
	} rows[] = {
		{ "a server that takes EDNS and no options", true, RCODE_FORMERR, 0, false, 0, true,
		        REASK_BARELY, false, true },
		{ "NOTIMP to options", true, RCODE_NOTIMP, 0, false, 0, true, REASK_BARELY, false,
		        true },
		{ "the name does not exist, but the server takes EDNS", true, RCODE_FORMERR, 0,
		        false, RCODE_NXDOMAIN, false, REASK_BARELY, false, true },
		{ "a server that takes no EDNS at all", true, RCODE_FORMERR, 0, false,
		        RCODE_FORMERR, false, REASK_BARELY, true, false },
		{ "BADVERS to version 1, which only a server with EDNS sends", true, 0, 1, true, 0,
		        true, REASK_NOT, false, false },
		{ "FORMERR from a server with EDNS, which the client gets", true, RCODE_FORMERR, 0,
		        true, 0, true, REASK_NOT, false, false },
		{ "an error to an OPT without options", false, RCODE_FORMERR, 0, false, 0, true,
		        REASK_NOT, true, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(true);
		struct message m = refusal(rows[i].rcode, rows[i].has_edns);
		m.edns.extended_rcode = (uint8_t)rows[i].version_error;
		b->asked.has_edns = true;
		b->asked.has_extras = rows[i].has_extras;
		assert_row(rows[i].why, came(b, &m).reask == rows[i].reask);
		if (rows[i].has_extras)
			assert_row(rows[i].why, !server_fallback_is_plain(&b->f, &b->server));
		if (rows[i].reask == REASK_BARELY)
			answer_barely(b, rows[i].bare_rcode, rows[i].bare_has_edns);
		assert_row(rows[i].why,
		        server_fallback_is_plain(&b->f, &b->server) == rows[i].is_plain);
		assert_row(
		        rows[i].why, server_fallback_is_bare(&b->f, &b->server) == rows[i].is_bare);
		bed_free(b);
	}
}

/* One forged FORMERR must not have a server asked without EDNS, for unsigned answers. */
static void a_server_that_supports_edns_is_doubted_late_and_not_for_long(void **state)
{
	(void)state;
	struct bed *b = bed_new(true);
	struct message takes = refusal(0, true), refuses = refusal(RCODE_FORMERR, false);

	came(b, &takes);
	assert_int_equal(came(b, &refuses).reask, REASK_NOT);
	assert_false(server_fallback_is_plain(&b->f, &b->server));
	b->now_ms += UPSTREAM_EDNS_MS;
	assert_int_equal(came(b, &refuses).reask, REASK_PLAINLY);
	assert_true(server_fallback_is_plain(&b->f, &b->server));
	b->now_ms += UPSTREAM_DOUBT_MS;
	assert_false(server_fallback_is_plain(&b->f, &b->server));
	bed_free(b);
}

static void a_response_without_proof_is_proved_elsewhere_or_explained(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool can_assist, is_plain, signs;
		uint16_t qtype;   /* of the answer with a signature */
		unsigned lacking; /* answers without signatures before */
		enum reason reason;
		enum reask_how reask;
		enum reason habit;
	} rows[] = {
		{ "a server without EDNS", true, true, false, 0, 0, REASON_RRSIG_MISSING,
		        REASK_SIGNED, REASON_NO_EDNS },
		{ "a server without EDNS, and no resolver", false, true, false, 0, 0,
		        REASON_RRSIG_MISSING, REASK_NOT, REASON_NO_EDNS },
		{ "the first answer of a server", true, false, false, 0, 0, REASON_RRSIG_MISSING,
		        REASK_SIGNED, REASON_NONE },
		{ "the first, and no resolver", false, false, false, 0, 0, REASON_RRSIG_MISSING,
		        REASK_NOT, REASON_NONE },
		{ "a server that strips", true, false, false, 0, UPSTREAM_LACKING,
		        REASON_RRSIG_MISSING, REASK_SIGNED, REASON_STRIPPED },
		{ "a server that strips, and no resolver", false, false, false, 0, UPSTREAM_LACKING,
		        REASON_DENIAL_MISSING, REASK_NOT, REASON_STRIPPED },
		{ "a server that signs", true, false, true, TYPE_A, 0, REASON_RRSIG_MISSING,
		        REASK_NOT, REASON_NONE },
		{ "a server that gives signatures only if they are asked for", true, false, true,
		        TYPE_ANY, 0, REASON_RRSIG_MISSING, REASK_SIGNED, REASON_NONE },
		{ "by their type", true, false, true, TYPE_RRSIG, 0, REASON_RRSIG_MISSING,
		        REASK_SIGNED, REASON_NONE },
		{ "a forged signature lacks nothing", true, false, false, 0, UPSTREAM_LACKING,
		        REASON_RRSIG_FAILED, REASK_NOT, REASON_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(rows[i].can_assist);
		struct rr signature = { .type = TYPE_RRSIG };
		struct message refuses = refusal(RCODE_FORMERR, false),
		               is_signed = refusal(0, true);

		is_signed.rrs = &signature;
		is_signed.rr_count = 1;
		is_signed.qtype = rows[i].qtype;
		if (rows[i].is_plain)
			came(b, &refuses);
		if (rows[i].signs)
			came(b, &is_signed);
		for (unsigned n = 0; n < rows[i].lacking; n++)
			judged(b, STATUS_BOGUS, REASON_RRSIG_MISSING);
		struct fallback fallback = judged(b, STATUS_BOGUS, rows[i].reason);
		assert_row(rows[i].why, fallback.reask == rows[i].reask);
		assert_row(rows[i].why, fallback.habit == rows[i].habit);
		fallback = judged(b, STATUS_SECURE, REASON_NONE);
		assert_row(
		        rows[i].why, fallback.reask == REASK_NOT && fallback.habit == REASON_NONE);
		bed_free(b);
	}
}

/* The server was noted as lacking signatures when its answer came. Signatures from elsewhere for
 * this answer say nothing more of the server. */
static void a_response_proved_elsewhere_is_not_held_against_its_server_twice(void **state)
{
	(void)state;
	struct bed *b = bed_new(true);

	b->is_known = true;
	for (unsigned n = 0; n < 2 * UPSTREAM_LACKING; n++)
		assert_int_equal(judged(b, STATUS_BOGUS, REASON_RRSIG_MISSING).habit, REASON_NONE);
	bed_free(b);
}

/* A server that was not asked for signatures has left none out. */
static void a_server_that_was_not_asked_for_signatures_strips_none(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);

	b->asked.sent_plain = true;
	for (unsigned n = 0; n < 2 * UPSTREAM_LACKING; n++)
		assert_int_equal(judged(b, STATUS_BOGUS, REASON_RRSIG_MISSING).habit, REASON_NONE);
	bed_free(b);
}

/* A filter on the network (Pi-hole, RPZ) answers a few names by nothing. That is no sign that the
 * server leaves out the signatures of other names. */
static void a_server_is_accused_only_after_three_answers_that_say_something(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *records[4]; /* of the answers, each about another name */
		unsigned rcode;
		enum status status;
		bool same_name, had_signed_keys, strips, blocks;
	} rows[] = {
		{ "three addresses", { "@ A 192.0.2.1", "@ A 192.0.2.1", "@ A 192.0.2.1" }, 0,
		        STATUS_BOGUS, false, false, true, false },
		{ "two", { "@ A 192.0.2.1", "@ A 192.0.2.1" }, 0, STATUS_BOGUS, false, false, false,
		        false },
		{ "one name, asked again and again",
		        { "@ A 192.0.2.1", "@ A 192.0.2.1", "@ A 192.0.2.1", "@ A 192.0.2.1" }, 0,
		        STATUS_BOGUS, true, false, false, false },
		{ "blocked by 0.0.0.0", { "@ A 0.0.0.0", "@ A 0.0.0.0", "@ A 0.0.0.0" }, 0,
		        STATUS_BOGUS, false, false, false, true },
		{ "blocked by NXDOMAIN", { "", "", "", "" }, RCODE_NXDOMAIN, STATUS_BOGUS, false,
		        false, false, true },
		{ "blocked by no data", { "", "", "" }, 0, STATUS_BOGUS, false, false, false,
		        true },
		{ "two are blocked, and one is an address", { "@ A 0.0.0.0", "", "@ A 192.0.2.1" },
		        0, STATUS_BOGUS, false, false, true, false },
		{ "a server that signed keys just before",
		        { "@ A 192.0.2.1", "@ A 192.0.2.1", "@ A 192.0.2.1" }, 0, STATUS_BOGUS,
		        false, true, false, false },
		{ "keys that could not be had say nothing of the server",
		        { "@ A 192.0.2.1", "@ A 192.0.2.1", "@ A 192.0.2.1" }, 0,
		        STATUS_INDETERMINATE, false, false, false, false },
		{ "a signature that does not verify is no lack of one",
		        { "@ A 192.0.2.1 | example.test spoilt",
		                "@ A 192.0.2.1 | example.test spoilt",
		                "@ A 192.0.2.1 | example.test spoilt" },
		        0, STATUS_BOGUS, false, false, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		if (rows[i].had_signed_keys)
			server_fallback_signed(&b->f, &b->server);
		for (size_t n = 0; n < COUNT(rows[i].records) && rows[i].records[n]; n++) {
			char name[32], records[80] = "";
			snprintf(
			        name, sizeof(name), "n%zu.example.test", rows[i].same_name ? 0 : n);
			if (rows[i].records[n][0])
				snprintf(records, sizeof(records), "%s%s", name,
				        rows[i].records[n] + 1);
			judged_of(b, name, records, rows[i].rcode,
			        outcome_of(rows[i].status, REASON_RRSIG_MISSING));
		}
		bool evicted;
		const struct upstream *up = upstreams_get(&b->f.upstreams, &b->server, &evicted);
		assert_row(rows[i].why, upstream_strips(up) == rows[i].strips);
		assert_row(rows[i].why, up->said_strips == rows[i].strips);
		assert_row(rows[i].why, up->said_blocks == rows[i].blocks);
		bed_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        a_server_that_rejects_edns_is_asked_without_for_clients_that_sent_none),
		cmocka_unit_test(an_error_to_the_options_of_a_client_says_nothing_of_edns),
		cmocka_unit_test(a_server_that_supports_edns_is_doubted_late_and_not_for_long),
		cmocka_unit_test(a_response_without_proof_is_proved_elsewhere_or_explained),
		cmocka_unit_test(a_server_is_accused_only_after_three_answers_that_say_something),
		cmocka_unit_test(a_response_proved_elsewhere_is_not_held_against_its_server_twice),
		cmocka_unit_test(a_server_that_was_not_asked_for_signatures_strips_none),
	};
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
