/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many queries at once: servers that answer, truncate, lie, say nothing, or are not there. */
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sockaddr.h"
#include "keeper/asks.h"
#include "server.h"

#define SERVERS_END_S 120 /* if the test fails and does not end them */

enum habit { ANSWERS, TRUNCATES, ONLY_TCP, SECOND_TIME, LIES_FIRST, SILENT, HABITS };

static struct server servers[HABITS];
static pid_t child;

/* ---- The servers, in a process of their own ---- */

static void respond_over_tcp(struct server *s)
{
	uint8_t response[2 + 512];

	server_accept(s);
	server_receive_over_tcp(s);
	response[0] = (uint8_t)(s->query_len >> 8);
	response[1] = (uint8_t)s->query_len;
	memcpy(response + 2, s->query, s->query_len);
	response[4] |= 0x80;
	server_send(s, response, 2 + s->query_len);
	server_hang_up(s);
}

static void respond_over_udp(struct server *s, enum habit habit)
{
	static unsigned received[HABITS];

	server_receive(s);
	received[habit]++;
	switch (habit) {
	case ANSWERS:
		server_respond(s, AS_IT_IS);
		break;
	case TRUNCATES:
		server_respond(s, TRUNCATED);
		break;
	case SECOND_TIME:
		if (received[habit] == 2)
			server_respond(s, AS_IT_IS);
		break;
	case LIES_FIRST:
		server_respond(s, 0, 0xff);  /* another id */
		server_respond(s, 13, 0x01); /* another question */
		server_respond(s, AS_IT_IS);
		break;
	default:
		break;
	}
}

static void serve(void)
{
	struct pollfd fds[2 * HABITS];

	alarm(SERVERS_END_S);
	for (;;) {
		for (unsigned i = 0; i < HABITS; i++) {
			fds[2 * i] = (struct pollfd){ servers[i].udp, POLLIN, 0 };
			fds[2 * i + 1] = (struct pollfd){ i == SILENT ? -1 : servers[i].listener,
				POLLIN, 0 };
		}
		poll(fds, 2 * HABITS, -1);
		for (unsigned i = 0; i < HABITS; i++) {
			if (fds[2 * i].revents)
				respond_over_udp(&servers[i], (enum habit)i);
			if (fds[2 * i + 1].revents)
				respond_over_tcp(&servers[i]);
		}
	}
}

static int set_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HABITS; i++)
		server_open(&servers[i]);
	child = fork();
	if (child == 0)
		serve();
	return child > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (unsigned i = 0; i < HABITS; i++)
		server_close(&servers[i]);
	return 0;
}

static struct ask ask_for(const struct sockaddr_storage *server)
{
	struct ask a = { .server = *server, .want.type = TYPE_DNSKEY };

	assert_true(name_from_text("example.org", &a.want.name));
	return a;
}

/* ---- The tests ---- */

static void every_server_is_asked_as_long_as_it_may_answer(void **state)
{
	static const struct {
		const char *why;
		enum habit habit;
		enum ask_end end;
		bool over_tcp;
	} rows[] = {
		{ "an answer over UDP", ANSWERS, ASK_ANSWERED, false },
		{ "a truncated answer", TRUNCATES, ASK_ANSWERED, true },
		{ "a server that answers over TCP only", ONLY_TCP, ASK_ANSWERED, true },
		{ "the first query was lost", SECOND_TIME, ASK_ANSWERED, false },
		{ "forged answers come first", LIES_FIRST, ASK_ANSWERED, false },
		{ "no answer at all", SILENT, ASK_SILENT, true },
	};
	struct ask asks[COUNT(rows)];
	uint64_t began_ms = clock_monotonic_ms();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		asks[i] = ask_for(&servers[rows[i].habit].address);
	assert_int_equal(asks_run(asks, COUNT(rows), -1), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message m;
		assert_row(rows[i].why, asks[i].end == rows[i].end);
		assert_row(rows[i].why, asks[i].over_tcp == rows[i].over_tcp);
		if (rows[i].end != ASK_ANSWERED)
			continue;
		assert_row(rows[i].why,
		        message_parse(&m, span_of(asks[i].octets, asks[i].len), NULL, 0));
		assert_row(rows[i].why, m.qtype == TYPE_DNSKEY && m.edns.dnssec_ok);
	}
	/* they are asked at the same time */
	assert_true(clock_monotonic_ms() - began_ms <
	            ASKS_UDP_TRIES * ASKS_UDP_MS + ASKS_TCP_TRIES * ASKS_TCP_MS + 5000);
	asks_free(asks, COUNT(rows));
}

static void more_queries_than_fit_at_once_are_all_answered(void **state)
{
	enum { MANY = 3 * ASKS_AT_ONCE + 1 };
	struct ask *asks = calloc(MANY, sizeof(*asks));

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		asks[i] = ask_for(&servers[ANSWERS].address);
	assert_int_equal(asks_run(asks, MANY, -1), 0);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(asks[i].end, ASK_ANSWERED);
	asks_free(asks, MANY);
	free(asks);
}

static void a_port_without_a_server_is_refused(void **state)
{
	struct server gone;

	(void)state;
	server_open(&gone);
	struct ask a = ask_for(&gone.address);
	server_close(&gone);
	assert_int_equal(asks_run(&a, 1, -1), 0);
	assert_int_equal(a.end, ASK_REFUSED);
}

static void an_address_without_a_route_is_told_from_a_silent_one(void **state)
{
	/* the scope does not exist, so no machine has a way there */
	static const uint8_t nowhere[16] = { 0xfe, 0x80, [15] = 1 };
	struct sockaddr_storage to = sockaddr_of(span_of(nowhere, 16), 53, 0);
	struct ask a = ask_for(&to);

	(void)state;
	sockaddr_set_interface(&a.server, "no-such-if");
	assert_int_equal(asks_run(&a, 1, -1), 0);
	assert_int_equal(a.end, ASK_NO_WAY);
}

static void a_stop_ends_the_wait(void **state)
{
	uint64_t began_ms = clock_monotonic_ms();
	struct ask a = ask_for(&servers[SILENT].address);
	int stop[2];

	(void)state;
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "", 1), 1);
	assert_int_equal(asks_run(&a, 1, stop[0]), 0);
	assert_int_equal(a.end, ASK_SILENT);
	assert_true(clock_monotonic_ms() - began_ms < ASKS_UDP_MS);
	close(stop[0]);
	close(stop[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_server_is_asked_as_long_as_it_may_answer),
		cmocka_unit_test(more_queries_than_fit_at_once_are_all_answered),
		cmocka_unit_test(a_port_without_a_server_is_refused),
		cmocka_unit_test(an_address_without_a_route_is_told_from_a_silent_one),
		cmocka_unit_test(a_stop_ends_the_wait),
	};
	return cmocka_run_group_tests_name("asks", tests, set_up, tear_down);
}
