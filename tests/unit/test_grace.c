/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "flow/grace.h"

static const struct span packet = { (const uint8_t *)"packet", 6 };

static const struct client_query asked = { .id = 7 };
static const struct sockaddr_storage server = { .ss_family = AF_INET };

static enum grace_result hold_as(struct grace *g, struct flow *flow, uint64_t packet_id,
        const struct given_error *error, uint64_t now_ms)
{
	static const struct flow_key key = { .id = 7 };
	const struct waiting_packet waiting = { packet_id, packet, &key, &asked };

	return grace_hold(g, flow, &waiting, error, now_ms);
}

static enum grace_result hold(struct grace *g, struct flow *flow, uint64_t packet_id)
{
	return hold_as(g, flow, packet_id, NULL, 1000);
}

static void a_response_is_held_until_its_time(void **state)
{
	(void)state;
	static struct grace g;
	struct flow flow = { 0 };

	assert_int_equal(grace_init(&g, 2, 400), 0);
	assert_int_equal(hold(&g, &flow, 5), GRACE_HELD);
	assert_int_equal(flow.held_packet, 5);
	struct parked *held = grace_find(&g, 5);
	assert_non_null(held);
	assert_int_equal(held->deadline_ms, 1400);
	assert_int_equal(held->asked.id, 7);
	assert_null(grace_find(&g, 6));
	assert_null(grace_find(&g, 0));
	grace_fini(&g);
}

/* Otherwise a flood of forged responses to one query would fill the park. */
static void one_response_to_a_query_is_held(void **state)
{
	(void)state;
	static struct grace g;
	struct flow flow = { 0 };

	assert_int_equal(grace_init(&g, 2, 400), 0);
	assert_int_equal(hold(&g, &flow, 5), GRACE_HELD);
	assert_int_equal(hold(&g, &flow, 6), GRACE_RIVAL);
	parked_remove(grace_find(&g, 5));
	assert_int_equal(hold(&g, &flow, 7), GRACE_HELD);
	grace_fini(&g);
}

static void without_room_or_time_none_is_held(void **state)
{
	(void)state;
	static struct grace g;
	struct flow first = { 0 }, second = { 0 };

	assert_int_equal(grace_init(&g, 1, 400), 0);
	assert_int_equal(hold(&g, &first, 5), GRACE_HELD);
	assert_int_equal(hold(&g, &second, 6), GRACE_NO_ROOM);
	grace_fini(&g);
	assert_int_equal(grace_init(&g, 1, 0), 0);
	assert_int_equal(hold(&g, &second, 6), GRACE_OFF);
	grace_fini(&g);
}

static void an_error_is_held_for_a_quarter_of_the_time(void **state)
{
	(void)state;
	static struct grace g;
	struct flow first = { 0 }, second = { 0 };
	const struct given_error error = { &server, &asked, 2 };

	assert_int_equal(grace_init(&g, 2, 400), 0);
	assert_int_equal(hold(&g, &first, 5), GRACE_HELD);
	assert_int_equal(hold_as(&g, &second, 6, &error, 1000), GRACE_HELD);
	assert_int_equal(grace_find(&g, 6)->deadline_ms, 1100);
	assert_true(grace_is_error(&g, grace_find(&g, 6)));
	assert_false(grace_is_error(&g, grace_find(&g, 5)));
	assert_ptr_equal(grace_oldest(&g), grace_find(&g, 6));
	assert_int_equal(hold_as(&g, &first, 7, &error, 1000), GRACE_RIVAL);
	parked_remove(grace_find(&g, 6));
	assert_ptr_equal(grace_oldest(&g), grace_find(&g, 5));
	known_errors_note(&g.known, &error, 1100);
	assert_int_equal(hold_as(&g, &second, 8, &error, 1200), GRACE_OFF);
	assert_int_equal(hold(&g, &second, 9), GRACE_HELD); /* a refused one is no error */
	grace_fini(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_is_held_until_its_time),
		cmocka_unit_test(one_response_to_a_query_is_held),
		cmocka_unit_test(without_room_or_time_none_is_held),
		cmocka_unit_test(an_error_is_held_for_a_quarter_of_the_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
