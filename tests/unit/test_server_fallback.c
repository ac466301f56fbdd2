/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done about a server without EDNS or signatures: a client gets what can be had, and an
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
};

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
		.now_ms = &b->now_ms,
		.flow_timeout_ms = 1000,
		.can_assist = can_assist };
	assert_int_equal(server_fallback_init(&b->f, b->epoll_fd, b->buffer), 0);
	b->asked = judge_asked("www.example.test A", ASK_PLAIN);
	return b;
}

static void bed_free(struct bed *b)
{
	server_fallback_fini(&b->f);
	close(b->epoll_fd);
	free(b);
}

static struct message refusal(unsigned rcode, bool has_edns)
{
	return (struct message){ .flags = (uint16_t)(FLAG_QR | rcode), .edns.present = has_edns };
}

static struct fallback came(struct bed *b, const struct message *m)
{
	return server_fallback_came(&b->f, &b->server, &b->asked, m);
}

static struct fallback judged(struct bed *b, enum status status, enum reason reason)
{
	struct gate_result result = { .outcome = outcome_of(status, reason) };
	return server_fallback_judged(&b->f, &b->server, &b->asked, false, &result);
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
		assert_row(rows[i].why, fallback.refusal == REASON_NONE);
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

static void a_response_without_proof_is_proved_elsewhere_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool can_assist, is_plain, signs;
		unsigned lacking; /* answers without signatures before */
		enum reason reason;
		enum reask_how reask;
		enum reason refusal;
	} rows[] = {
		{ "a server without EDNS", true, true, false, 0, REASON_RRSIG_MISSING, REASK_SIGNED,
		        REASON_NO_EDNS },
		{ "a server without EDNS, and no resolver", false, true, false, 0,
		        REASON_RRSIG_MISSING, REASK_NOT, REASON_NO_EDNS },
		{ "the first answer of a server", true, false, false, 0, REASON_RRSIG_MISSING,
		        REASK_SIGNED, REASON_NONE },
		{ "the first, and no resolver", false, false, false, 0, REASON_RRSIG_MISSING,
		        REASK_NOT, REASON_NONE },
		{ "a server that strips", true, false, false, UPSTREAM_LACKING,
		        REASON_RRSIG_MISSING, REASK_SIGNED, REASON_STRIPPED },
		{ "a server that strips, and no resolver", false, false, false, UPSTREAM_LACKING,
		        REASON_DENIAL_MISSING, REASK_NOT, REASON_STRIPPED },
		{ "a server that signs", true, false, true, 0, REASON_RRSIG_MISSING, REASK_NOT,
		        REASON_NONE },
		{ "a forged signature lacks nothing", true, false, false, UPSTREAM_LACKING,
		        REASON_RRSIG_FAILED, REASK_NOT, REASON_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(rows[i].can_assist);
		struct rr signature = { .type = TYPE_RRSIG };
		struct message refuses = refusal(RCODE_FORMERR, false),
		               is_signed = refusal(0, true);

		is_signed.rrs = &signature;
		is_signed.rr_count = 1;
		if (rows[i].is_plain)
			came(b, &refuses);
		if (rows[i].signs)
			came(b, &is_signed);
		for (unsigned n = 0; n < rows[i].lacking; n++)
			judged(b, STATUS_BOGUS, REASON_RRSIG_MISSING);
		struct fallback fallback = judged(b, STATUS_BOGUS, rows[i].reason);
		assert_row(rows[i].why, fallback.reask == rows[i].reask);
		assert_row(rows[i].why, fallback.refusal == rows[i].refusal);
		fallback = judged(b, STATUS_SECURE, REASON_NONE);
		assert_row(rows[i].why,
		        fallback.reask == REASK_NOT && fallback.refusal == REASON_NONE);
		bed_free(b);
	}
}

/* The server was noted as lacking signatures when its answer came. Signatures from elsewhere for this
 * answer say nothing more of the server. */
static void a_response_proved_elsewhere_is_not_held_against_its_server_twice(void **state)
{
	(void)state;
	struct bed *b = bed_new(true);
	struct gate_result result = { .outcome = outcome_of(STATUS_BOGUS, REASON_RRSIG_MISSING) };
	struct fallback fallback;

	for (unsigned n = 0; n < 2 * UPSTREAM_LACKING; n++) {
		fallback = server_fallback_judged(&b->f, &b->server, &b->asked, true, &result);
		assert_int_equal(fallback.refusal, REASON_NONE);
	}
	bed_free(b);
}

/* A server that was not asked for signatures has left none out. */
static void a_server_that_was_not_asked_for_signatures_strips_none(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);

	b->asked.sent_plain = true;
	for (unsigned n = 0; n < 2 * UPSTREAM_LACKING; n++)
		assert_int_equal(
		        judged(b, STATUS_BOGUS, REASON_RRSIG_MISSING).refusal, REASON_NONE);
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        a_server_that_rejects_edns_is_asked_without_for_clients_that_sent_none),
		cmocka_unit_test(a_server_that_supports_edns_is_doubted_late_and_not_for_long),
		cmocka_unit_test(a_response_without_proof_is_proved_elsewhere_or_refused),
		cmocka_unit_test(a_response_proved_elsewhere_is_not_held_against_its_server_twice),
		cmocka_unit_test(a_server_that_was_not_asked_for_signatures_strips_none),
	};
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
