/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/share.h"

enum { ROOM = 64, SHARE = ROOM / SHARE_PART, CROWDED = ROOM / 8 * 6, FULL = ROOM / 8 * 7 };

/* Uses a fixed hash key with which the addresses of these tests have separate tallies. */
static struct share room_for(uint32_t capacity)
{
	struct share s;

	assert_int_equal(share_init(&s, capacity), 0);
	s.key = (struct hash_key){ { 1 } };
	return s;
}

static struct sharer ipv4(const struct share *s, uint8_t host)
{
	const uint8_t address[] = { 192, 0, 2, host };
	return share_of_address(s, span_of(address, sizeof(address)));
}

static struct sharer ipv6(const struct share *s, uint8_t network, uint8_t host)
{
	const uint8_t address[16] = { 0x20, 0x01, 0x0d, 0xb8, [7] = network, [15] = host };
	return share_of_address(s, span_of(address, sizeof(address)));
}

/* Takes things until refused, at most `most`. Returns how many were taken. */
static unsigned take(struct share *s, struct sharer who, unsigned most)
{
	unsigned taken = 0;

	for (; taken < most && s->used < s->capacity && !share_is_taken(s, who); taken++)
		share_take(s, who);
	return taken;
}

static void a_lone_client_gets_three_quarters_and_leaves_the_rest(void **state)
{
	struct share s = room_for(ROOM);

	(void)state;
	assert_int_equal(take(&s, ipv4(&s, 1), 10 * ROOM), CROWDED);
	for (uint8_t host = 2; host < 6; host++)
		assert_int_equal(take(&s, ipv4(&s, host), ROOM), SHARE);
	assert_int_equal(s.used, ROOM);
	/* after it gives back enough things, it may take one again */
	for (unsigned i = 0; i <= ROOM - CROWDED; i++)
		share_give(&s, ipv4(&s, 1));
	assert_false(share_is_taken(&s, ipv4(&s, 1)));
}

static void a_client_with_less_than_a_share_is_never_refused(void **state)
{
	struct share s = room_for(ROOM);

	(void)state;
	take(&s, ipv4(&s, 1), ROOM);
	for (uint8_t host = 10; s.used < ROOM; host++)
		assert_int_equal(take(&s, ipv4(&s, host), 1), 1);
}

/* The owner of a /64 has more addresses than there are things. */
static void many_addresses_of_one_network_leave_the_last_eighth(void **state)
{
	struct share s = room_for(ROOM);
	unsigned taken = 0;

	(void)state;
	for (uint8_t host = 1; host < 200; host++)
		taken += take(&s, ipv6(&s, 1, host), 1);
	assert_int_equal(taken, FULL);
	assert_true(share_is_taken_by_network(&s, ipv6(&s, 1, 200)));
	assert_int_equal(take(&s, ipv6(&s, 2, 1), ROOM), SHARE);
	assert_int_equal(take(&s, ipv4(&s, 1), ROOM), SHARE);
}

/* A LAN is one network. */
static void a_greedy_machine_leaves_its_neighbours_an_eighth(void **state)
{
	struct share s = room_for(ROOM);

	(void)state;
	assert_int_equal(take(&s, ipv6(&s, 1, 1), ROOM), CROWDED);
	assert_true(share_is_taken(&s, ipv6(&s, 1, 1)));
	assert_false(share_is_taken_by_network(&s, ipv6(&s, 1, 1)));
	assert_int_equal(take(&s, ipv6(&s, 1, 2), ROOM), SHARE);
	assert_int_equal(take(&s, ipv6(&s, 1, 3), ROOM), FULL - CROWDED - SHARE);
	assert_int_equal(take(&s, ipv6(&s, 1, 4), ROOM), 0);
}

static void the_greediest_network_is_the_one_with_the_most_things(void **state)
{
	struct share s = room_for(ROOM);

	(void)state;
	for (uint8_t host = 1; host <= 3; host++)
		share_take(&s, ipv6(&s, 1, host));
	share_take(&s, ipv4(&s, 1));
	share_take(&s, ipv4(&s, 1));
	assert_int_equal(share_greediest(&s), ipv6(&s, 1, 77).network);
	share_give(&s, ipv6(&s, 1, 1));
	share_give(&s, ipv6(&s, 1, 2));
	assert_int_equal(share_greediest(&s), ipv4(&s, 1).network);
}

/* A question may happen to be 16 octets long, like an IPv6 address. */
static void a_key_that_is_no_address_is_its_own_network(void **state)
{
	static const char text[] = "\3www\7example\0\0\1";
	struct share s = room_for(ROOM);
	struct sharer who = share_of(&s, span_of(text, 16));

	(void)state;
	assert_int_equal(who.address, who.network);
}

/* If a share were less than one thing, no client would get any. */
static void a_small_room_has_no_shares(void **state)
{
	struct share s = room_for(SHARE_PART - 1);

	(void)state;
	assert_int_equal(take(&s, ipv4(&s, 1), ROOM), SHARE_PART - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lone_client_gets_three_quarters_and_leaves_the_rest),
		cmocka_unit_test(a_client_with_less_than_a_share_is_never_refused),
		cmocka_unit_test(many_addresses_of_one_network_leave_the_last_eighth),
		cmocka_unit_test(a_greedy_machine_leaves_its_neighbours_an_eighth),
		cmocka_unit_test(the_greediest_network_is_the_one_with_the_most_things),
		cmocka_unit_test(a_key_that_is_no_address_is_its_own_network),
		cmocka_unit_test(a_small_room_has_no_shares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
