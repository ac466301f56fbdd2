/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fetcher against a server on the loopback interface. The test is the clock, so the test
 * never waits for a time-out. */
#include "test.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
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
	unsigned learned, failed, over, useless_answers, no_tcp;
	int error;
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
	lab->error = fetch->error;
	lab->failed++;
}

static void no_tcp(void *context, const struct fetch *fetch)
{
	struct lab *lab = context;

	assert_memory_equal(&fetch->asked, &lab->server.address, sizeof(fetch->asked));
	lab->no_tcp++;
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
	struct fetch_owner owner = { lab, learn, failed, over, no_tcp };
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

/* The present wait is over. */
static void wait_in_vain(struct lab *lab)
{
	lab->now_ms = fetcher_deadline_ms(&lab->fetcher);
	fetcher_expire(&lab->fetcher, lab->now_ms);
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
		        lab->now_ms + ((uint64_t)ROUND_TRIP_FIRST_MS << i));
		fetcher_expire(&lab->fetcher, fetcher_deadline_ms(&lab->fetcher) - 1);
		assert_true(server_is_quiet(&lab->server));
		wait_in_vain(lab);
	}
	assert_true(ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]);
	assert_int_equal(lab->failed, 0);
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), START_MS + FETCH_LIFE_MS);
	wait_in_vain(lab);
	assert_int_equal(lab->failed, 1);
	assert_int_equal(lab->over, 1);
	assert_int_equal(ready_count(lab), 1);
	assert_int_equal(lab->stats.fetch_timeouts, FETCH_TRIES);
}

/* Otherwise each name behind a slow link fails for good. */
static void a_late_response_to_any_try_counts(void **state)
{
	struct lab *lab = *state;
	struct server tries[FETCH_TRIES];

	for (unsigned late = 0; late < FETCH_TRIES; late++) {
		lab->now_ms += 2 * FETCH_LIFE_MS;
		assert_true(want(lab, "example."));
		for (unsigned i = 0; i < FETCH_TRIES; i++) {
			server_receive(&lab->server);
			tries[i] = lab->server;
			wait_in_vain(lab);
		}
		server_respond(&tries[late], AS_IT_IS);
		come_in(lab);
		assert_int_equal(lab->learned, late + 1);
		assert_int_equal(lab->failed, 0);
		assert_int_equal(fetcher_deadline_ms(&lab->fetcher), UINT64_MAX);
	}
}

static void a_response_does_not_count_for_another_try(void **state)
{
	struct lab *lab = *state;
	struct server first;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	first = lab->server;
	wait_in_vain(lab);
	server_receive(&lab->server);
	first.client = lab->server.client; /* the id of the first try, to the port of the second */
	if (memcmp(first.query, lab->server.query, 2) == 0)
		skip();
	server_respond(&first, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 0);
	assert_int_equal(lab->stats.fetch_mismatched, 1);
}

static void the_wait_follows_the_round_trip_of_the_server(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	lab->now_ms += 300;
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_true(want(lab, "example.test."));
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), lab->now_ms + 300 + 4 * 300 / 2);
}

/* Otherwise who answers first makes sealgate repeat each query at once. */
static void a_useless_response_is_not_measured(void **state)
{
	struct lab *lab = *state;

	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(
	        round_trip_smoothed_ms(&lab->fetcher.round_trips, &lab->server.address, START_MS),
	        0);
	lab->now_ms += 900;
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(round_trip_smoothed_ms(
	                         &lab->fetcher.round_trips, &lab->server.address, lab->now_ms),
	        900);
}

/* Otherwise who answers first, on a slow link, wins against the true response each time. */
static void after_a_useless_response_the_server_gets_the_time_that_it_mostly_takes(void **state)
{
	struct lab *lab = *state;

	round_trip_note(&lab->fetcher.round_trips, &lab->server.address, 900, lab->now_ms);
	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), lab->now_ms + 900);
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

static void truncate_with_a_closed_port(struct lab *lab)
{
	server_receive(&lab->server);
	server_respond(&lab->server, TRUNCATED);
	come_in(lab);
}

static unsigned udp_size_asked(const struct lab *lab)
{
	struct message m;

	assert_true(message_parse(&m, span_of(lab->server.query, lab->server.query_len), NULL, 0));
	return m.edns.udp_size;
}

/* The root's DNSKEY response is longer than 1,232 octets during a roll of its ZSK. */
static void without_tcp_a_truncated_answer_is_fetched_over_udp_with_more_room(void **state)
{
	struct lab *lab = *state;

	if (!server_may_be_asked(&lab->server))
		skip();
	close(lab->server.listener);
	lab->server.listener = -1;
	for (unsigned i = 1; i <= 2; i++) {
		assert_true(want(lab, "example."));
		server_receive(&lab->server);
		assert_int_equal(udp_size_asked(lab), 1232);
		server_respond(&lab->server, TRUNCATED);
		come_in(lab);
		if (i == 1) /* the connection is refused */
			come_in(lab);
		server_receive(&lab->server);
		assert_int_equal(udp_size_asked(lab), EXCHANGE_LARGE);
		server_respond(&lab->server, AS_IT_IS);
		come_in(lab);
		assert_int_equal(lab->learned, i);
		assert_int_equal(lab->stats.fetch_tcp, 1); /* the second time it is known */
		assert_int_equal(lab->no_tcp, 1);
	}
	lab->now_ms += ROUND_TRIP_NO_TCP_MS;
	assert_true(want(lab, "example."));
	truncate_with_a_closed_port(lab);
	assert_int_equal(lab->stats.fetch_tcp, 2);
}

static void a_connection_without_an_answer_gives_way_to_udp_with_more_room(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	truncate_with_a_closed_port(lab);
	server_accept(&lab->server);
	come_in(lab);
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), lab->now_ms + FETCH_TCP_MS);
	wait_in_vain(lab);
	server_receive(&lab->server);
	assert_int_equal(udp_size_asked(lab), EXCHANGE_LARGE);
	assert_int_equal(lab->no_tcp, 1);
	/* still truncated: next time TCP is tried again */
	server_respond(&lab->server, TRUNCATED);
	come_in(lab);
	assert_false(round_trip_has_no_tcp(
	        &lab->fetcher.round_trips, &lab->server.address, lab->now_ms));
	server_receive(&lab->server);
	assert_int_equal(udp_size_asked(lab), 1232);
}

/* Otherwise one forged datagram would cost the true response. */
static void a_truncated_answer_does_not_close_the_socket(void **state)
{
	struct lab *lab = *state;

	assert_true(want(lab, "example."));
	truncate_with_a_closed_port(lab);
	server_respond(&lab->server, AS_IT_IS);
	while (lab->over == 0)
		come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->no_tcp, 0);
}

static void few_descriptors_are_told_as_such(void **state)
{
	struct lab *lab = *state;
	struct rlimit before, none;

	if (!server_may_be_asked(&lab->server))
		skip();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	struct want w = want_of("example.");
	fetcher_want(&lab->fetcher, &w, &lab->server.address, NULL, lab->now_ms);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(lab->failed, 1);
	assert_int_equal(lab->error, -EMFILE);
	assert_int_equal(lab->stats.sockets_short, FETCH_TRIES);
}

/* ---- Ahead ---- */

static void want_soon(struct lab *lab, const char *name)
{
	struct want w = want_of(name);

	if (!server_may_be_asked(&lab->server))
		skip();
	fetcher_want_soon(&lab->fetcher, &w, &lab->server.address, lab->now_ms);
}

/* Its keys may not be known before. */
static void what_is_asked_ahead_is_learned_when_the_gate_wants_it(void **state)
{
	struct lab *lab = *state;

	want_soon(lab, "example.");
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	lab->now_ms += 900;
	come_in(lab);
	assert_int_equal(lab->learned, 0);
	lab->now_ms += 100;
	assert_true(want(lab, "example."));
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), lab->now_ms);
	fetcher_expire(&lab->fetcher, lab->now_ms);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(ready_count(lab), 1);
	assert_int_equal(lab->stats.fetch_tries, 1);
	assert_true(server_is_quiet(&lab->server));
	/* the time in the socket is no round trip */
	assert_int_equal(round_trip_smoothed_ms(
	                         &lab->fetcher.round_trips, &lab->server.address, lab->now_ms),
	        900);
}

static void a_forged_response_ahead_does_not_keep_out_the_true_one(void **state)
{
	struct lab *lab = *state;

	want_soon(lab, "example.");
	server_receive(&lab->server);
	server_respond(&lab->server, 1, 0x01);
	come_in(lab);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	server_respond(&lab->server, AS_IT_IS);
	lab->useless_answers = 1;
	assert_true(want(lab, "example."));
	fetcher_expire(&lab->fetcher, lab->now_ms);
	assert_int_equal(lab->learned, 0);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->stats.fetch_tries, 1);
}

static void a_truncated_response_ahead_comes_whole_before_it_is_wanted(void **state)
{
	struct lab *lab = *state;
	uint8_t answer[2 + 512];

	want_soon(lab, "example.");
	truncate_with_a_closed_port(lab);
	receive_over_tcp(lab);
	put_u16(answer, (uint16_t)lab->server.query_len);
	memcpy(answer + 2, lab->server.query, lab->server.query_len);
	answer[4] |= 0x80;
	server_send(&lab->server, answer, 2 + lab->server.query_len);
	come_in(lab);
	come_in(lab);
	assert_int_equal(lab->learned, 0);
	assert_true(want(lab, "example."));
	fetcher_expire(&lab->fetcher, lab->now_ms);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->answer_len, lab->server.query_len);
}

static void what_was_asked_ahead_in_vain_has_not_failed(void **state)
{
	struct lab *lab = *state;

	want_soon(lab, "example.");
	for (unsigned i = 0; i < FETCH_TRIES; i++) {
		server_receive(&lab->server);
		wait_in_vain(lab);
	}
	wait_in_vain(lab);
	assert_int_equal(lab->over, 1);
	assert_int_equal(lab->failed + lab->learned, 0);
	assert_int_equal(lab->stats.fetch_failures, 0);
}

static void a_wrong_guess_costs_one_query(void **state)
{
	struct lab *lab = *state;

	want_soon(lab, "example.");
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(fetcher_deadline_ms(&lab->fetcher), START_MS + FETCH_LIFE_MS);
	wait_in_vain(lab);
	assert_int_equal(lab->over, 1);
	assert_int_equal(lab->failed + lab->learned, 0);
	assert_int_equal(lab->stats.fetch_tries, 1);
}

static void a_lost_query_ahead_is_repeated_before_it_is_wanted(void **state)
{
	struct lab *lab = *state;

	want_soon(lab, "example.");
	server_receive(&lab->server);
	wait_in_vain(lab);
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	server_respond(&lab->server, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_int_equal(lab->stats.fetch_tries, 2);
}

/* A client must not fill the fetcher with what is only guessed. */
static void fetches_ahead_take_half_of_the_room_and_give_way(void **state)
{
	struct lab *lab = *state;
	char name[32];

	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		snprintf(name, sizeof(name), "zone%u.", i);
		want_soon(lab, name);
	}
	assert_int_equal(lab->stats.fetches, FETCHES_AHEAD);
	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		snprintf(name, sizeof(name), "n%u.evil.", i);
		assert_true(want(lab, name));
	}
	assert_int_equal(lab->over, FETCHES_AHEAD);
	assert_int_equal(lab->failed, 0);
}

/* ---- Resolvers ---- */

/* Otherwise each fetch waits for it first. */
static void a_silent_resolver_is_not_asked_first_again(void **state)
{
	struct lab *lab = *state;
	struct server other;

	server_open(&other);
	const struct sockaddr_storage resolvers[] = { lab->server.address, other.address };
	lab->fetcher.resolvers = resolvers;
	lab->fetcher.resolver_count = COUNT(resolvers);
	assert_true(want(lab, "example."));
	server_receive(&lab->server);
	wait_in_vain(lab);
	server_receive(&other);
	server_respond(&other, AS_IT_IS);
	come_in(lab);
	assert_int_equal(lab->learned, 1);
	assert_true(want(lab, "example.test."));
	server_receive(&other);
	assert_true(server_is_quiet(&lab->server));
	server_close(&other);
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

/* A silent server keeps a fetch busy for FETCH_LIFE_MS. */
static void a_fetch_that_nobody_waits_for_gives_way_when_all_was_asked(void **state)
{
	struct lab *lab = *state;
	char name[32];

	assert_true(want(lab, "silent."));
	parked_remove(park_oldest(&lab->park));
	for (unsigned i = 0; i < FETCH_TRIES; i++)
		wait_in_vain(lab);
	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		snprintf(name, sizeof(name), "zone%u.", i);
		assert_true(want(lab, name));
	}
	assert_int_equal(lab->over, 1);
	assert_int_equal(lab->failed, 0);
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
	assert_int_equal(lab->stats.walks_lost, 1);
	assert_int_equal(lab->failed, 0);
	wait_in_vain(lab);
	assert_int_equal(lab->failed, 1);
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
		TEST(a_late_response_to_any_try_counts),
		TEST(a_response_does_not_count_for_another_try),
		TEST(the_wait_follows_the_round_trip_of_the_server),
		TEST(a_useless_response_is_not_measured),
		TEST(after_a_useless_response_the_server_gets_the_time_that_it_mostly_takes),
		TEST(without_tcp_a_truncated_answer_is_fetched_over_udp_with_more_room),
		TEST(a_connection_without_an_answer_gives_way_to_udp_with_more_room),
		TEST(a_truncated_answer_does_not_close_the_socket),
		TEST(few_descriptors_are_told_as_such),
		TEST(what_is_asked_ahead_is_learned_when_the_gate_wants_it),
		TEST(a_forged_response_ahead_does_not_keep_out_the_true_one),
		TEST(a_truncated_response_ahead_comes_whole_before_it_is_wanted),
		TEST(what_was_asked_ahead_in_vain_has_not_failed),
		TEST(a_wrong_guess_costs_one_query),
		TEST(a_lost_query_ahead_is_repeated_before_it_is_wanted),
		TEST(fetches_ahead_take_half_of_the_room_and_give_way),
		TEST(a_silent_resolver_is_not_asked_first_again),
		TEST(a_fetch_that_nobody_waits_for_gives_way_when_all_was_asked),
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
