/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fetcher against a server on the loopback interface. The test is the clock, so the test
 * never waits for a time-out. */
#include "test.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "base/keyedhash.h"
#include "fetch/fetch.h"
#include "server.h"
#include "wire/message.h"

#define START_MS 1000

struct lab {
	struct server server;
	int epoll_fd;
	struct stats stats;
	struct park park;
	struct fetcher fetcher;
	uint64_t now_ms;
	/* What the fetcher reported. */
	unsigned learned, failed, over, useless_answers;
	bool last_try;
	size_t answer_len;
	struct parked_list ready;
};

static bool learn(void *context, struct fetch *fetch, struct span answer, bool last_try)
{
	struct lab *lab = context;

	assert_int_equal(fetch->want.type, TYPE_DNSKEY);
	lab->last_try = last_try;
	lab->answer_len = answer.len;
	if (lab->useless_answers > 0) {
		lab->useless_answers--;
		return false;
	}
	lab->learned++;
	return true;
}

static void failed(void *context, const struct fetch *fetch)
{
	struct lab *lab = context;

	assert_int_equal(fetch->want.type, TYPE_DNSKEY);
	lab->failed++;
}

static void over(void *context, struct parked_list *waiting)
{
	struct lab *lab = context;

	lab->over++;
	parked_move_all(waiting, &lab->ready);
}

static int set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	struct fetch_owner owner = { lab, learn, failed, over };
	struct fetch_sources sources = { 0 };

	server_open(&lab->server);
	lab->now_ms = START_MS;
	lab->epoll_fd = epoll_create1(0);
	assert_int_equal(park_init(&lab->park, 2 * FETCHES_MAX, 10000), 0);
	assert_int_equal(
	        fetcher_init(&lab->fetcher, lab->epoll_fd, &sources, &lab->stats, owner), 0);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;

	park_fini(&lab->park);
	fetcher_fini(&lab->fetcher);
	close(lab->epoll_fd);
	server_close(&lab->server);
	free(lab);
	return 0;
}

static struct want want_of(const char *name)
{
	struct want want = { .type = TYPE_DNSKEY };
	assert_true(name_from_text(name, &want.name));
	return want;
}

static bool want(struct lab *lab, const char *name)
{
	static const struct flow_key key = { 0 };
	static const struct client_query asked = { 0 };
	struct want w = want_of(name);
	struct waiting_packet waiting = { lab->park.table.used, span_of("packet", 6), &key,
		&asked };
	struct parked *parked = park_add(&lab->park, &waiting, START_MS);

	if (!server_may_be_asked(&lab->server))
		skip();
	assert_non_null(parked);
	return fetcher_want(&lab->fetcher, &w, &lab->server.address, parked, lab->now_ms);
}

/* Waits for the next event, and lets the fetcher handle it. */
static void come_in(struct lab *lab)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(lab->epoll_fd, &event, 1, SERVER_PATIENCE_S * 1000), 1);
	fetcher_ready(&lab->fetcher, event.data.ptr, lab->now_ms);
}

static unsigned ready_count(const struct lab *lab)
{
	unsigned n = 0;
	for (const struct parked *p = lab->ready.first; p; p = p->next)
		n++;
	return n;
}

static void the_query_asks_for_keys_and_signatures(void **state)
{
	struct lab *lab = *state;
	struct want w = want_of("example.");
	struct message m;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	assert_true(message_parse(&m, span_of(lab->server.query, lab->server.query_len), NULL, 0));
	assert_int_equal(m.flags, FLAG_RD | FLAG_CD);
	assert_int_equal(m.qtype, TYPE_DNSKEY);
	assert_true(name_equal(&m.qname, &w.name));
	assert_true(m.edns.dnssec_ok);
	assert_int_equal(m.edns.udp_size, 1232);
}

static void responses_that_wait_for_one_want_share_a_fetch(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	assert_true(server_is_quiet(&lab->server));
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->over, 1);
	assert_int_equal(ready_count(lab), 2);
	assert_int_equal(lab->stats.fetches, 1);
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), UINT64_MAX);
}

/* What is learned is proved, so letters do not matter. Type and class are no letters. */
static void a_server_that_changes_letters_is_understood(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, 22, 0x20);
	come_in(lab);
	assert_int_equal(lab->stats.fetch_mismatched, 1);
	server_respond(&lab->server, 13, 0x20);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
}

static void a_datagram_that_does_not_match_is_no_response(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		size_t at;
		uint8_t change;
	} rows[] = {
		{ "another id", 1, 0x01 },
		{ "a query", 2, 0x80 },
		{ "another opcode", 2, 0x08 },
		{ "no question", 5, 0x01 },
		{ "another name", 13, 0x01 },
		{ "another type", 22, 0x01 },
	};

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	for (size_t i = 0; i < COUNT(rows); i++) {
		server_respond(&lab->server, rows[i].at, rows[i].change);
		come_in(lab);
		assert_row(rows[i].why, lab->over == 0);
		assert_row(rows[i].why, lab->stats.fetch_mismatched == i + 1);
	}
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
}

static void a_flood_that_does_not_match_ends_the_try(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	for (unsigned i = 0; i < FETCH_MISMATCHES; i++) {
		server_respond(&lab->server, 1, 0x01);
		come_in(lab);
	}
	server_receive(&lab->server);
	assert_int_equal(lab->stats.fetch_tries, 2);
}

static void a_silent_server_is_asked_again_with_more_time_and_then_given_up(void **state)
{
	struct lab *lab = *state;
	uint16_t ports[FETCH_TRIES];

	assert_true(want(lab, "example."));
	for (unsigned i = 0; i < FETCH_TRIES; i++) {
		server_receive(&lab->server);
		ports[i] = lab->server.client.sin_port;
		assert_int_equal(fetcher_deadline_ms(&lab->fetcher),
		        lab->now_ms + ((uint64_t)FETCH_UDP_MS << i));
		fetcher_expire(&lab->fetcher, fetcher_deadline_ms(&lab->fetcher) - 1);
		assert_true(server_is_quiet(&lab->server));
		lab->now_ms = fetcher_deadline_ms(&lab->fetcher);
		fetcher_expire(&lab->fetcher, lab->now_ms);
	}
	assert_false(ports[0] == ports[1] && ports[1] == ports[2]);
	assert_int_equal(lab->failed, 1);
	assert_int_equal(lab->over, 1);
	assert_int_equal(ready_count(lab), 1);
	assert_int_equal(lab->stats.fetch_timeouts, FETCH_TRIES);
}

static void a_useless_answer_is_followed_by_the_next_try(void **state)
{
	struct lab *lab = *state;

	lab->useless_answers = FETCH_TRIES;
	assert_true(want(lab, "example."));
	for (unsigned i = 1; i <= FETCH_TRIES; i++) {
		server_receive(&lab->server);
		server_respond(&lab->server, AS_IT_IS);
		come_in(lab);
		assert_false(lab->last_try);
		assert_int_equal(lab->learned, 0);
		assert_int_equal(fetcher_deadline_ms(&lab->fetcher), lab->now_ms + FETCH_GRACE_MS);
		lab->now_ms += FETCH_GRACE_MS;
		fetcher_expire(&lab->fetcher, lab->now_ms);
	}
	assert_true(lab->last_try);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->failed, 0);
}

/* Otherwise an attacker who always answers first would block every key. */
static void the_true_response_may_follow_a_forged_one(void **state)
{
	struct lab *lab = *state;

	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 0);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->stats.fetch_tries, 1);
}

static void a_closed_port_fails_at_once(void **state)
{
	struct lab *lab = *state;

	if (!server_may_be_asked(&lab->server))
		skip();
	close(lab->server.udp);
	lab->server.udp = -1;
	assert_true(want(lab, "example."));
	while (lab->over == 0)
		come_in(lab);
	assert_int_equal(lab->failed, 1);
	assert_int_equal(lab->stats.fetch_tries, FETCH_TRIES);
	assert_int_equal(lab->stats.fetch_timeouts, 0);
}

static void receive_over_tcp(struct lab *lab)
{
	server_accept(&lab->server);
	come_in(lab);
	server_receive_over_tcp(&lab->server);
}

static void a_truncated_answer_is_fetched_over_tcp(void **state)
{
	struct lab *lab = *state;
	static uint8_t answer[2 + 3000];
	const size_t len = sizeof(answer) - 2;
	static const size_t cuts[] = { 0, 1, 2, 1000, sizeof(answer) };

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, TRUNCATED);
	come_in(lab);
	assert_int_equal(lab->learned, 0);
	receive_over_tcp(lab);
	put_u16(answer, (uint16_t)len);
	memcpy(answer + 2, lab->server.query, lab->server.query_len);
	answer[4] |= 0x80;
	for (size_t i = 1; i < COUNT(cuts); i++) {
		server_send(&lab->server, answer + cuts[i - 1], cuts[i] - cuts[i - 1]);
		come_in(lab);
	}
	while (lab->over == 0)
		come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->answer_len, len);
	assert_int_equal(lab->stats.fetch_tcp, 1);
}

static void a_connection_that_is_closed_early_ends_the_try(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, TRUNCATED);
	come_in(lab);
	receive_over_tcp(lab);
	server_send(&lab->server, (const uint8_t *)"\0\100abc", 5);
	server_hang_up(&lab->server);
	while (lab->stats.fetch_tries == 1)
		come_in(lab);
	server_receive(&lab->server);
	assert_int_equal(lab->over, 0);
}

static void fetches_in_flight_have_a_bound(void **state)
{
	struct lab *lab = *state;
	char name[32];

	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		snprintf(name, sizeof(name), "zone%u.", i);
		assert_true(want(lab, name));
	}
	assert_true(want(lab, "zone0."));
	parked_remove(park_oldest(&lab->park));
	assert_false(want(lab, "example."));
}

/* Otherwise one zone with silent servers would keep out all other zones. */
static void a_fetch_of_the_greediest_zone_is_given_up(void **state)
{
	struct lab *lab = *state;
	char name[32];

	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		snprintf(name, sizeof(name), "n%u.evil.", i);
		assert_true(want(lab, name));
	}
	assert_int_equal(lab->failed, 0);
	assert_true(want(lab, "example."));
	assert_int_equal(lab->failed, 1);
	assert_false(want(lab, "one-more.evil."));
}

/* From here on the server is a root server, too. */
static void give_hints(struct lab *lab)
{
	lab->fetcher.servers.hints = &lab->server.address;
	lab->fetcher.servers.hint_count = 1;
}

static bool asks_for_recursion(const struct lab *lab)
{
	return lab->server.query[2] & (FLAG_RD >> 8);
}

static void wait_in_vain(struct lab *lab)
{
	lab->now_ms = fetcher_deadline_ms(&lab->fetcher);
	fetcher_expire(&lab->fetcher, lab->now_ms);
}

static void after_a_useless_answer_the_root_is_asked(void **state)
{
	struct lab *lab = *state;

	give_hints(lab);
	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	assert_true(asks_for_recursion(lab));
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	wait_in_vain(lab);
	server_receive(&lab->server);
	assert_false(asks_for_recursion(lab));
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->over, 1);
	assert_int_equal(lab->stats.walks, 1);
	assert_int_equal(lab->stats.walks_lost, 0);
}

static void a_server_that_had_nothing_is_not_asked_first_again(void **state)
{
	struct lab *lab = *state;

	after_a_useless_answer_the_root_is_asked(state);
	assert_true(want(lab, "example.test."));
	server_receive(&lab->server);
	assert_false(asks_for_recursion(lab));
}

static void silence_is_followed_by_a_walk_after_the_last_try(void **state)
{
	struct lab *lab = *state;

	give_hints(lab);
	assert_true(want(lab, "example."));
	for (unsigned i = 0; i < FETCH_TRIES; i++) {
		server_receive(&lab->server);
		assert_true(asks_for_recursion(lab));
		wait_in_vain(lab);
	}
	server_receive(&lab->server);
	assert_false(asks_for_recursion(lab));
	wait_in_vain(lab);
	assert_int_equal(lab->failed, 1);
	assert_int_equal(lab->stats.walks_lost, 1);
}

static void silent_root_servers_are_not_asked_for_a_while(void **state)
{
	struct lab *lab = *state;

	silence_is_followed_by_a_walk_after_the_last_try(state);
	for (unsigned walks = 1; walks <= 2; walks++) {
		lab->useless_answers = 1;
		assert_true(want(lab, "example."));
		server_receive(&lab->server);
		server_respond(&lab->server, AS_IT_IS);
		come_in(lab);
		wait_in_vain(lab);
		server_receive(&lab->server);
		assert_int_equal(lab->stats.walks, walks);
		server_respond(&lab->server, AS_IT_IS);
		come_in(lab);
		assert_int_equal(lab->learned, walks);
		lab->now_ms += FETCH_SHUT_IN_MS;
	}
}

static void after_a_failed_walk_the_server_still_gets_its_tries(void **state)
{
	struct lab *lab = *state;

	give_hints(lab);
	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	wait_in_vain(lab);
	server_receive(&lab->server); /* of the walk */
	wait_in_vain(lab);
	server_receive(&lab->server);
	assert_true(asks_for_recursion(lab));
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	struct hash_key seeds_random_u16;
	const struct CMUnitTest tests[] = {
		TEST(the_query_asks_for_keys_and_signatures),
		TEST(responses_that_wait_for_one_want_share_a_fetch),
		TEST(a_server_that_changes_letters_is_understood),
		TEST(a_datagram_that_does_not_match_is_no_response),
		TEST(a_flood_that_does_not_match_ends_the_try),
		TEST(a_silent_server_is_asked_again_with_more_time_and_then_given_up),
		TEST(a_useless_answer_is_followed_by_the_next_try),
		TEST(the_true_response_may_follow_a_forged_one),
		TEST(a_closed_port_fails_at_once),
		TEST(a_truncated_answer_is_fetched_over_tcp),
		TEST(a_connection_that_is_closed_early_ends_the_try),
		TEST(fetches_in_flight_have_a_bound),
		TEST(a_fetch_of_the_greediest_zone_is_given_up),
		TEST(after_a_useless_answer_the_root_is_asked),
		TEST(a_server_that_had_nothing_is_not_asked_first_again),
		TEST(silence_is_followed_by_a_walk_after_the_last_try),
		TEST(silent_root_servers_are_not_asked_for_a_while),
		TEST(after_a_failed_walk_the_server_still_gets_its_tries),
	};

	if (hash_key_draw(&seeds_random_u16) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
