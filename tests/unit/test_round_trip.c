/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The waits for servers. */
#include "test.h"

#include "base/sockaddr.h"
#include "config/config.h"
#include "fetch/round_trip.h"

#define NOW_MS 1000000

static struct round_trips all;

static struct sockaddr_storage server_of(unsigned number)
{
	uint8_t octets[4] = { 192, 0, (uint8_t)(number >> 8), (uint8_t)number };
	return sockaddr_of(span_of(octets, sizeof(octets)), 53, 0);
}

static int set_up(void **state)
{
	(void)state;
	return round_trips_init(&all);
}

static void the_wait_is_computed_as_for_tcp(void **state)
{
	(void)state;
	const struct sockaddr_storage server = server_of(1);
	static const struct {
		const char *why;
		uint32_t took_ms, wait_ms;
	} rows[] = {
		{ "the first response: R + 4 R/2", 300, 900 },
		{ "the variation falls by a quarter", 300, 300 + 4 * 112 },
		{ "and again", 300, 300 + 4 * 84 },
		{ "a slower response raises both", 700, 350 + 4 * 163 },
	};

	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), ROUND_TRIP_FIRST_MS);
	for (size_t i = 0; i < COUNT(rows); i++) {
		round_trip_note(&all, &server, rows[i].took_ms, NOW_MS);
		assert_row(
		        rows[i].why, round_trip_wait_ms(&all, &server, NOW_MS) == rows[i].wait_ms);
	}
}

/* An attacker who answers first, or delays what comes, gains no more than these. */
static void the_wait_has_two_bounds(void **state)
{
	(void)state;
	const struct sockaddr_storage server = server_of(1);

	for (unsigned i = 0; i < 100; i++)
		round_trip_note(&all, &server, 0, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), ROUND_TRIP_FIRST_MS);
	for (unsigned i = 0; i < 100; i++)
		round_trip_note(&all, &server, UINT32_MAX, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), ROUND_TRIP_MOST_MS);
	for (unsigned i = 0; i < 100; i++)
		round_trip_note(&all, &server, 900, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), 900); /* it recovers */
}

static void silence_doubles_the_wait_once_for_queries_that_were_in_flight_together(void **state)
{
	(void)state;
	const struct sockaddr_storage server = server_of(1);

	for (unsigned i = 0; i < 6; i++)
		round_trip_silent(&all, &server, NOW_MS, NOW_MS + 400);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS + 400), 800);
	round_trip_silent(&all, &server, NOW_MS + 400, NOW_MS + 1200);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS + 1200), 1600);
	for (unsigned i = 1; i < 100; i++)
		round_trip_silent(&all, &server, NOW_MS + 1200 * i, NOW_MS + 1200 * (i + 1));
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS + 120000), ROUND_TRIP_MOST_MS);
	round_trip_note(&all, &server, 20, NOW_MS + 120000);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS + 120000), ROUND_TRIP_FIRST_MS);
}

static void a_guess_holds_until_a_response_was_measured(void **state)
{
	(void)state;
	const struct sockaddr_storage server = server_of(1);

	round_trip_guess(&all, &server, 900, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), 900 + 900 / 2 - 2);
	round_trip_note(&all, &server, 300, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), 900);
	round_trip_guess(&all, &server, 2000, NOW_MS);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS), 900);
}

static void what_is_known_ends_by_time(void **state)
{
	(void)state;
	const struct sockaddr_storage server = server_of(1), other = server_of(2);

	round_trip_note(&all, &server, 700, NOW_MS);
	round_trip_note_no_tcp(&all, &server, NOW_MS);
	assert_true(round_trip_has_no_tcp(&all, &server, NOW_MS + ROUND_TRIP_NO_TCP_MS - 1));
	assert_false(round_trip_has_no_tcp(&all, &server, NOW_MS + ROUND_TRIP_NO_TCP_MS));
	assert_false(round_trip_has_no_tcp(&all, &other, NOW_MS));
	assert_int_equal(round_trip_smoothed_ms(&all, &server, NOW_MS + ROUND_TRIP_KEPT_MS), 0);
	assert_int_equal(round_trip_wait_ms(&all, &server, NOW_MS + ROUND_TRIP_KEPT_MS),
	        ROUND_TRIP_FIRST_MS);
	round_trip_forget_no_tcp(&all, &server);
	assert_false(round_trip_has_no_tcp(&all, &server, NOW_MS));
}

/* Two servers may share a place in the table; one never gets what is known of the other. */
static void servers_are_not_confused(void **state)
{
	(void)state;

	for (unsigned i = 1; i < 4 * ROUND_TRIPS; i++) {
		struct sockaddr_storage server = server_of(i);
		assert_int_equal(round_trip_smoothed_ms(&all, &server, NOW_MS), 0);
		round_trip_note(&all, &server, i, NOW_MS);
		assert_int_equal(round_trip_smoothed_ms(&all, &server, NOW_MS), i);
	}
}

/* Otherwise a dead resolver is asked first again on one machine of 256. */
static void resolvers_of_one_machine_do_not_replace_each_other(void **state)
{
	(void)state;

	for (unsigned key = 0; key < 4 * ROUND_TRIPS; key++) {
		assert_int_equal(round_trips_init(&all), 0);
		for (unsigned i = 1; i <= CONFIG_RESOLVERS_MAX; i++) {
			struct sockaddr_storage server = server_of(i);
			round_trip_note(&all, &server, i, NOW_MS + i);
		}
		for (unsigned i = 1; i <= CONFIG_RESOLVERS_MAX; i++) {
			struct sockaddr_storage server = server_of(i);
			assert_int_equal(round_trip_smoothed_ms(&all, &server, NOW_MS + 9), i);
		}
	}
}

/* Otherwise the wait for a busy server is forgotten in favour of one that nobody asks any more. */
static void the_server_heard_of_least_recently_is_replaced(void **state)
{
	(void)state;
	const struct sockaddr_storage busy = server_of(1);

	for (unsigned i = 2; i < 4 * ROUND_TRIPS; i++) {
		struct sockaddr_storage server = server_of(i);
		round_trip_note(&all, &busy, 700, NOW_MS + 2 * i);
		round_trip_note(&all, &server, i, NOW_MS + 2 * i + 1);
		assert_int_equal(round_trip_smoothed_ms(&all, &busy, NOW_MS + 2 * i), 700);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_wait_is_computed_as_for_tcp, set_up),
		cmocka_unit_test_setup(the_wait_has_two_bounds, set_up),
		cmocka_unit_test_setup(
		        silence_doubles_the_wait_once_for_queries_that_were_in_flight_together,
		        set_up),
		cmocka_unit_test_setup(a_guess_holds_until_a_response_was_measured, set_up),
		cmocka_unit_test_setup(what_is_known_ends_by_time, set_up),
		cmocka_unit_test_setup(servers_are_not_confused, set_up),
		cmocka_unit_test_setup(resolvers_of_one_machine_do_not_replace_each_other, set_up),
		cmocka_unit_test_setup(the_server_heard_of_least_recently_is_replaced, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
