/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts of check and watch on captured responses: what enforce mode would do. */
#include "judge.h"
#include "server.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "inspect/audit.h"

#define WWW    "www.example.test A"
#define GOOD   "www.example.test A 192.0.2.1 | example.test"
#define PLAIN  "www.example.test A 192.0.2.1"
#define OTHER  "www.example.test A 192.0.2.66"
#define FORGED "www.example.test A 192.0.2.1 | example.test spoilt"

/* ---- A resolver, in a thread of its own ---- */

struct resolver {
	struct server server;
	struct judge *judge; /* the world that it knows */
	const char *records; /* its answer for www.example.test A; NULL: it is silent */
	unsigned asked;      /* for that */
	int stop[2];
	pthread_t thread;
};

static void answer_query(struct resolver *r, const uint8_t *query, size_t len,
        const struct sockaddr_storage *from, socklen_t from_len)
{
	static struct rr rrs[8];
	struct message m;
	struct want want = { 0 };
	struct msgbuild *response = &r->judge->fetched;

	if (!message_parse(&m, span_of(query, len), rrs, COUNT(rrs)))
		return;
	want.name = m.qname;
	want.type = m.qtype;
	if (m.qtype == TYPE_A) {
		__atomic_add_fetch(&r->asked, 1, __ATOMIC_RELEASE);
		if (!r->records || !m.edns.dnssec_ok)
			return;
		judge_begin(r->judge, WWW, 0);
		judge_write(r->judge, r->records);
		response = &r->judge->response;
	} else if (!judge_answer_want(r->judge, &want)) {
		return;
	}
	put_u16(response->octets, m.id);
	sendto(r->server.udp, response->octets, response->len, 0, (const struct sockaddr *)from,
	        from_len);
}

static void *resolve(void *context)
{
	struct resolver *r = context;
	struct pollfd ready[] = { { r->server.udp, POLLIN, 0 }, { r->stop[0], POLLIN, 0 } };
	uint8_t query[512];

	while (poll(ready, 2, -1) > 0 && !ready[1].revents) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(r->server.udp, query, sizeof(query), 0,
		        (struct sockaddr *)&from, &from_len);
		if (n > 0)
			answer_query(r, query, (size_t)n, &from, from_len);
	}
	return NULL;
}

static void resolver_open(struct resolver *r, const char *records)
{
	*r = (struct resolver){ .judge = judge_new(), .records = records };
	server_open(&r->server);
	assert_int_equal(pipe(r->stop), 0);
	assert_int_equal(pthread_create(&r->thread, NULL, resolve, r), 0);
}

static void resolver_close(struct resolver *r)
{
	assert_int_equal(write(r->stop[1], "", 1), 1);
	pthread_join(r->thread, NULL);
	close(r->stop[0]);
	close(r->stop[1]);
	server_close(&r->server);
	judge_free(r->judge);
}

/* ---- The capture ---- */

static const uint8_t client[] = { 192, 0, 2, 7 }, asked_server[] = { 192, 0, 2, 53 };

static struct captured_message seen_query(struct span message)
{
	return (struct captured_message){ .at = { .time_s = NOW },
		.version = 4,
		.source = span_of(client, 4),
		.destination = span_of(asked_server, 4),
		.source_port = 4000,
		.destination_port = 53,
		.message = message };
}

static struct captured_message seen_response(struct span message)
{
	return (struct captured_message){ .at = { .time_s = NOW },
		.version = 4,
		.source = span_of(asked_server, 4),
		.destination = span_of(client, 4),
		.source_port = 53,
		.destination_port = 4000,
		.message = message };
}

enum { NO_QUERY, WITHOUT_DO, WITH_DO };

static void see_query(struct audit *a, int how, uint16_t id)
{
	struct audited_response nothing;
	struct msgbuild b;

	msg_begin(&b, id, FLAG_RD, "www.example.test", TYPE_A);
	msg_section(&b, SECTION_ADDITIONAL);
	if (how == WITH_DO)
		msg_opt(&b, 1232, true);
	struct captured_message s = seen_query(msg_span(&b));
	assert_int_equal(audit_collect(a, &s), 0);
	assert_false(audit_message(a, &s, &nothing));
}

/* `echo`: the response has an OPT, with DO as in the query. */
static struct span write_response(struct judge *j, const char *records, bool echo, bool has_do)
{
	judge_begin(j, WWW, 0);
	judge_write(j, records);
	if (echo) {
		msg_section(&j->response, SECTION_ADDITIONAL);
		j->response.compress = false;
		msg_opt(&j->response, 1232, has_do);
	}
	return msg_span(&j->response);
}

static struct audit *audit_with(struct judge *j, const struct resolver *r)
{
	struct audit_options options = { .anchors = j->anchors,
		.policy = &j->policy,
		.resolver = r ? &r->server.address : NULL,
		.time_s = NOW,
		.material_max = 100 };
	struct audit *a = audit_new(&options);

	assert_non_null(a);
	return a;
}

static void the_prediction_is_what_enforce_would_do(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int query;
		bool echo, has_do;
		const char *came;
		bool has_resolver;
		const char *signed_one;
		enum audit_verdict verdict;
		enum status status;
		unsigned asked;
	} rows[] = {
		{ "with DO: forged", WITH_DO, true, true, FORGED, true, GOOD, AUDIT_SERVFAIL,
		        STATUS_BOGUS, 0 },
		{ "with DO: no signature", WITH_DO, true, true, PLAIN, true, GOOD, AUDIT_SERVFAIL,
		        STATUS_BOGUS, 0 },
		{ "without DO: the same, signed", WITHOUT_DO, false, false, PLAIN, true, GOOD,
		        AUDIT_REWRITE, STATUS_SECURE, 1 },
		{ "without DO: another address", WITHOUT_DO, false, false, OTHER, true, GOOD,
		        AUDIT_UNKNOWN, STATUS_INDETERMINATE, 1 },
		{ "without DO: forged for the resolver, too", WITHOUT_DO, false, false, PLAIN, true,
		        FORGED, AUDIT_SERVFAIL, STATUS_BOGUS, 1 },
		{ "without DO and without a resolver", WITHOUT_DO, false, false, PLAIN, false, NULL,
		        AUDIT_UNKNOWN, STATUS_INDETERMINATE, 0 },
		{ "its query was not captured, and had no EDNS", NO_QUERY, false, false, PLAIN,
		        true, GOOD, AUDIT_REWRITE, STATUS_SECURE, 1 },
		{ "its query was not captured, and did not set DO", NO_QUERY, true, false, PLAIN,
		        true, GOOD, AUDIT_REWRITE, STATUS_SECURE, 1 },
		{ "its query was not captured, and set DO", NO_QUERY, true, true, PLAIN, true, GOOD,
		        AUDIT_SERVFAIL, STATUS_BOGUS, 0 },
		{ "with DO, and a link of the chain is missing", WITH_DO, true, true, GOOD, false,
		        NULL, AUDIT_UNKNOWN, STATUS_INDETERMINATE, 0 },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct resolver r;
		struct audited_response response;
		resolver_open(&r, rows[i].signed_one);
		if (!server_may_be_asked(&r.server)) {
			resolver_close(&r);
			judge_free(j);
			skip();
		}
		struct audit *a = audit_with(j, rows[i].has_resolver ? &r : NULL);
		struct span octets = write_response(j, rows[i].came, rows[i].echo, rows[i].has_do);
		if (rows[i].query != NO_QUERY)
			see_query(a, rows[i].query, get_u16(octets.base));
		struct captured_message s = seen_response(octets);
		for (unsigned times = 0; times < 2; times++) {
			assert_true(audit_message(a, &s, &response));
			assert_row(rows[i].why, response.verdict == rows[i].verdict);
			assert_row(rows[i].why, response.result.outcome.status == rows[i].status);
		}
		audit_free(a);
		assert_row(
		        rows[i].why, __atomic_load_n(&r.asked, __ATOMIC_ACQUIRE) == rows[i].asked);
		resolver_close(&r);
	}
	judge_free(j);
}

/* Nobody asked what sealgate itself asks. */
static void queries_of_sealgate_itself_are_left_out(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct audit *a = audit_with(j, NULL);
	struct audited_response response;
	struct span octets = write_response(j, PLAIN, false, false);
	struct captured_message s = seen_response(octets);
	struct msgbuild b;

	msg_begin(&b, get_u16(octets.base), FLAG_RD, "www.example.test", TYPE_A);
	struct captured_message query = seen_query(msg_span(&b));
	audit_note_own(a, &query);
	assert_false(audit_message(a, &query, &response));
	assert_false(audit_message(a, &s, &response));
	s.destination_port++;
	assert_true(audit_message(a, &s, &response)); /* somebody else's */
	audit_free(a);
	judge_free(j);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_prediction_is_what_enforce_would_do),
		cmocka_unit_test(queries_of_sealgate_itself_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
