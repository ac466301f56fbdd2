/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a server is dead or drops EDNS, asked of one on the loopback interface. The test is the
 * clock, so no time-out is ever waited for. */
#include "test.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "fetch/probe.h"
#include "server.h"
#include "wire/message.h"

#define START_MS 1000
#define QUESTION "\3WwW\7example\0\0\1\0\1" /* www.example. A */

struct lab {
	struct server server;
	int epoll_fd;
	uint8_t buffer[EXCHANGE_ANSWER_MAX];
	struct stats stats;
	struct round_trips round_trips;
	struct probes probes;
	struct client_query asked;
	uint64_t now_ms;
	bool is_known;
	unsigned answered, dropped;
	/* the plain query that came last, and from where */
	uint8_t plain_query[512];
	size_t plain_len;
	struct sockaddr_in plain_from;
};

static bool is_unknown(void *context, const struct sockaddr_storage *server)
{
	const struct lab *lab = context;

	(void)server;
	return !lab->is_known;
}

static void answered(void *context, const struct probe *probe, struct span answer)
{
	struct lab *lab = context;

	assert_int_equal(probe->server.ss_family, AF_INET);
	assert_int_equal(answer.len, lab->server.query_len);
	lab->answered++;
}

static void dropped(void *context, const struct probe *probe)
{
	struct lab *lab = context;

	assert_int_equal(probe->server.ss_family, AF_INET);
	lab->dropped++;
}

static int set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	server_open(&lab->server);
	lab->epoll_fd = epoll_create1(0);
	lab->now_ms = START_MS;
	lab->asked.flags = FLAG_RD | FLAG_AD;
	lab->asked.has_edns = lab->asked.has_extras = true;
	lab->asked.question_len = sizeof(QUESTION) - 1;
	memcpy(lab->asked.question, QUESTION, sizeof(QUESTION) - 1);
	lab->probes = (struct probes){ .epoll_fd = lab->epoll_fd,
		.stats = &lab->stats,
		.buffer = lab->buffer,
		.round_trips = &lab->round_trips,
		.context = lab,
		.is_unknown = is_unknown,
		.answered = answered,
		.dropped = dropped };
	probes_init(&lab->probes);
	assert_int_equal(round_trips_init(&lab->round_trips), 0);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;

	probes_fini(&lab->probes);
	server_close(&lab->server);
	close(lab->epoll_fd);
	free(lab);
	return 0;
}

static void suspect(struct lab *lab, unsigned after_ms)
{
	if (!server_may_be_asked(&lab->server))
		skip();
	probes_suspect(&lab->probes, &lab->server.address, &lab->asked, lab->now_ms, after_ms);
}

/* Lets time pass until something is due, and no further. */
static void pass_time(struct lab *lab)
{
	uint64_t due_ms = probes_deadline_ms(&lab->probes);

	assert_true(due_ms != UINT64_MAX);
	probes_expire(&lab->probes, due_ms - 1);
	assert_int_equal(probes_deadline_ms(&lab->probes), due_ms);
	lab->now_ms = due_ms;
	probes_expire(&lab->probes, due_ms);
}

/* Notes the answer of the server. */
static void come_in(struct lab *lab)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(lab->epoll_fd, &event, 1, SERVER_PATIENCE_S * 1000), 1);
	probes_ready(&lab->probes, event.data.ptr, lab->now_ms);
}

static bool has_edns(const struct lab *lab)
{
	struct message m;

	assert_true(message_parse(&m, span_of(lab->server.query, lab->server.query_len), NULL, 0));
	assert_int_equal(m.flags, FLAG_RD);
	assert_true(span_equal(m.question, span_of(QUESTION, sizeof(QUESTION) - 1)));
	/* the server may be silent because of the client's own options */
	assert_int_equal(m.edns.options.len, 0);
	assert_int_equal(m.edns.version, 0);
	return m.edns.present;
}

/* Takes the queries of one try, and answers those that the server takes. Returns how many came. */
static unsigned serve(struct lab *lab, bool plain, bool edns)
{
	unsigned count = 0;

	for (; !server_is_quiet(&lab->server); count++) {
		server_receive(&lab->server);
		if (has_edns(lab) ? !edns : !plain)
			continue;
		server_respond(&lab->server, AS_IT_IS);
		come_in(lab);
	}
	return count;
}

static void the_answers_show_whether_a_server_takes_edns(void **state)
{
	struct lab *lab = *state;
	enum { ANSWERED = 1, DROPPED, DEAD };
	static const struct {
		const char *why;
		bool plain, edns; /* what it answers */
		unsigned from;    /* and from which try on */
		unsigned end;
	} rows[] = {
		{ "takes both", true, true, 1, ANSWERED },
		{ "takes EDNS alone", false, true, 1, ANSWERED },
		{ "takes EDNS, but two queries were lost", true, true, PROBE_TRIES, ANSWERED },
		{ "drops EDNS", true, false, 1, DROPPED },
		{ "drops EDNS, and a plain query was lost", true, false, PROBE_TRIES, DROPPED },
		{ "is dead", false, false, 1, DEAD },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned tries = 0;

		lab->answered = lab->dropped = 0;
		suspect(lab, PROBE_AFTER_MS);
		assert_row(rows[i].why, server_is_quiet(&lab->server));
		for (pass_time(lab); !server_is_quiet(&lab->server); pass_time(lab)) {
			bool answers = ++tries >= rows[i].from;
			serve(lab, answers && rows[i].plain, answers && rows[i].edns);
			if (lab->answered > 0)
				break;
		}
		assert_row(rows[i].why, lab->answered == (rows[i].end == ANSWERED));
		assert_row(rows[i].why, lab->dropped == (rows[i].end == DROPPED));
		assert_row(rows[i].why,
		        tries == (rows[i].end == ANSWERED ? rows[i].from : PROBE_TRIES));
		bool is_quiet = probes_deadline_ms(&lab->probes) == lab->now_ms + PROBE_QUIET_MS;
		assert_row(rows[i].why, is_quiet == (rows[i].end == DEAD));
		assert_int_equal(lab->stats.probes, i + 1);
	}
}

static void a_server_that_answered_without_edns_is_asked_only_with_edns(void **state)
{
	struct lab *lab = *state;

	suspect(lab, 0);
	pass_time(lab);
	assert_int_equal(serve(lab, true, false), 2);
	for (unsigned i = 1; i < PROBE_TRIES; i++) {
		pass_time(lab);
		assert_int_equal(serve(lab, true, false), 1);
	}
	pass_time(lab);
	assert_int_equal(lab->dropped, 1);
}

/* Takes all queries that came, and notes the last of each kind. */
struct sent_queries {
	unsigned plain, edns; /* how many */
	uint16_t plain_id, edns_id;
};

static struct sent_queries take_queries(struct lab *lab)
{
	struct sent_queries q = { 0 };

	while (!server_is_quiet(&lab->server)) {
		server_receive(&lab->server);
		if (!has_edns(lab)) {
			memcpy(lab->plain_query, lab->server.query, lab->server.query_len);
			lab->plain_len = lab->server.query_len;
			lab->plain_from = lab->server.client;
		}
		uint16_t id = get_u16(lab->server.query);
		if (has_edns(lab)) {
			assert_true(q.edns++ == 0 || q.edns_id == id);
			q.edns_id = id;
		} else {
			assert_true(q.plain++ == 0 || q.plain_id == id);
			q.plain_id = id;
		}
	}
	return q;
}

static void answer_plain(struct lab *lab)
{
	memcpy(lab->server.query, lab->plain_query, lab->plain_len);
	lab->server.query_len = lab->plain_len;
	lab->server.client = lab->plain_from;
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
}

/* Otherwise a server behind a slow link that drops EDNS queries counts as dead, and no client of it
 * ever gets an answer. */
static void over_a_slow_link_a_late_response_counts(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		unsigned trip_ms; /* of the link */
	} rows[] = { { "0.9 s", 900 }, { "3 s", 3000 } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		lab->dropped = 0;
		suspect(lab, 0);
		pass_time(lab);
		uint64_t begun_ms = lab->now_ms, comes_ms = begun_ms + rows[i].trip_ms;
		struct sent_queries first = take_queries(lab);
		assert_row(rows[i].why, first.plain == 1 && first.edns == 1);
		while (probes_deadline_ms(&lab->probes) < comes_ms)
			pass_time(lab);
		struct sent_queries later = take_queries(lab);
		assert_row(rows[i].why, later.plain_id == first.plain_id);
		assert_row(rows[i].why, later.edns_id == first.edns_id);
		lab->now_ms = comes_ms;
		answer_plain(lab);
		assert_row(rows[i].why, lab->dropped == 0);
		for (unsigned tries = 0; lab->dropped == 0 && tries < PROBE_TRIES; tries++)
			pass_time(lab);
		assert_row(rows[i].why, lab->dropped == 1);
		assert_row(rows[i].why, lab->now_ms >= comes_ms + rows[i].trip_ms);
		take_queries(lab);
	}
}

static void a_server_that_became_known_is_not_asked(void **state)
{
	struct lab *lab = *state;

	suspect(lab, PROBE_AFTER_MS);
	lab->is_known = true;
	pass_time(lab);
	assert_true(server_is_quiet(&lab->server));
	assert_int_equal(probes_deadline_ms(&lab->probes), UINT64_MAX);
	assert_int_equal(lab->stats.probes, 0);
}

static void a_dead_server_is_left_alone_for_a_while(void **state)
{
	struct lab *lab = *state;

	suspect(lab, 0);
	for (unsigned i = 0; i <= PROBE_TRIES; i++) {
		pass_time(lab);
		serve(lab, false, false);
	}
	suspect(lab, 0);
	assert_int_equal(probes_deadline_ms(&lab->probes), lab->now_ms + PROBE_QUIET_MS);
	pass_time(lab);
	assert_true(server_is_quiet(&lab->server));
	suspect(lab, 0);
	pass_time(lab);
	assert_int_equal(serve(lab, false, false), 2);
}

static void a_server_is_suspected_once_at_a_time(void **state)
{
	struct lab *lab = *state;

	suspect(lab, PROBE_AFTER_MS);
	lab->now_ms += 100;
	suspect(lab, PROBE_AFTER_MS);
	pass_time(lab);
	assert_int_equal(lab->now_ms, START_MS + PROBE_AFTER_MS);
	assert_int_equal(serve(lab, false, true), 2);
	assert_int_equal(probes_deadline_ms(&lab->probes), UINT64_MAX);
}

static void a_response_to_another_question_does_not_count(void **state)
{
	struct lab *lab = *state;

	suspect(lab, 0);
	pass_time(lab);
	for (int i = 0; i < 2; i++) {
		server_receive(&lab->server);
		server_respond(&lab->server, 1, 0x01);
		come_in(lab);
	}
	assert_int_equal(lab->answered, 0);
	assert_int_equal(probes_deadline_ms(&lab->probes), lab->now_ms + PROBE_TRY_MS);
}

/* Their addresses are from a network that is for documentation: nothing is sent before it is due.
 */
static struct sockaddr_storage number(unsigned i)
{
	struct sockaddr_storage server = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&server;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0xc0000200 + i);
	return server;
}

static unsigned suspected(const struct lab *lab)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PROBES_MAX; i++)
		count += lab->probes.slots[i].phase == PROBE_SUSPECTS;
	return count;
}

static void probes_have_a_bound_and_quiet_servers_make_room(void **state)
{
	struct lab *lab = *state;

	suspect(lab, 0);
	for (unsigned i = 0; i <= PROBE_TRIES; i++) {
		pass_time(lab);
		serve(lab, false, false);
	}
	for (unsigned i = 1; i <= 2 * PROBES_MAX; i++) {
		struct sockaddr_storage server = number(i);
		probes_suspect(&lab->probes, &server, &lab->asked, lab->now_ms, PROBE_AFTER_MS);
		assert_int_equal(suspected(lab), i < PROBES_MAX ? i : PROBES_MAX);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answers_show_whether_a_server_takes_edns),
		TEST(a_server_that_answered_without_edns_is_asked_only_with_edns),
		TEST(over_a_slow_link_a_late_response_counts),
		TEST(a_server_that_became_known_is_not_asked),
		TEST(a_dead_server_is_left_alone_for_a_while),
		TEST(a_server_is_suspected_once_at_a_time),
		TEST(a_response_to_another_question_does_not_count),
		TEST(probes_have_a_bound_and_quiet_servers_make_room),
	};
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
