/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which connections are evicted. They have no sockets here. */
#include "test.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/sockaddr.h"
#include "worker/connection.h"
#include "worker/relay.h"
#include "worker/relay_room.h"

enum { ROOM = 64, SHARE = ROOM / SHARE_PART, CROWDED = ROOM / 8 * 6, FULL = ROOM / 8 * 7 };

#define GREEDY    "192.0.2.66"
#define GREEDY_V6 "2001:db8:0:1::66"

struct bed {
	struct turn turn;
	struct stats stats;
	struct relay relay;
};

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->turn.now_ms = 1000;
	b->relay.turn = &b->turn;
	b->relay.stats = &b->stats;
	b->relay.buffer = malloc(1);
	b->relay.holders = calloc(SHARE_TALLIES, sizeof(*b->relay.holders));
	b->relay.listeners[0].fd = b->relay.listeners[1].fd = -1;
	assert_int_equal(table_init(&b->relay.connections, sizeof(struct connection), ROOM), 0);
	assert_int_equal(share_init(&b->relay.share, ROOM), 0);
	b->relay.share.key = (struct hash_key){ { 1 } }; /* each run is the same */
	b->relay.log_share = (struct log_limit){ .per_second = 1 };
	b->relay.log_share.refilled_ms = b->turn.now_ms; /* no line at all */
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	relay_close(&b->relay);
	for (unsigned i = 0; i < SHARE_TALLIES; i++)
		assert_true(b->relay.share.addresses[i] == 0 && b->relay.share.networks[i] == 0);
	free(b);
	return 0;
}

static struct sockaddr_storage address_of(const char *text)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		address.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		address.ss_family = AF_INET6;
	else
		fail();
	return address;
}

/* Returns NULL if the connection is refused. */
static struct connection *open_one(struct bed *b, const char *client)
{
	struct sockaddr_storage address = address_of(client);

	if (!relay_make_room(&b->relay, &address))
		return NULL;
	struct connection *c = table_add(&b->relay.connections, b->relay.serial++);
	assert_non_null(c);
	c->relay = &b->relay;
	c->client = (struct side){ WATCHED_SIDE, -1, .connection = c };
	c->server = (struct side){ WATCHED_SIDE, -1, .connection = c };
	c->client_address = address;
	relay_enter(&b->relay, c);
	return c;
}

static void open_many(struct bed *b, const char *client, unsigned count)
{
	while (count-- > 0)
		assert_non_null(open_one(b, client));
}

/* Opens one for each of `count` clients, whose addresses end in numbers from `first` on. */
static void open_of_each(struct bed *b, const char *network, unsigned first, unsigned count)
{
	char text[INET6_ADDRSTRLEN];

	for (unsigned i = first; i < first + count; i++) {
		snprintf(text, sizeof(text), "%s%u", network, i);
		assert_non_null(open_one(b, text));
	}
}

static unsigned held_by(const struct bed *b, const char *client)
{
	struct sockaddr_storage address = address_of(client);
	return b->relay.share
	        .addresses[share_of_address(&b->relay.share, sockaddr_octets(&address)).address];
}

static void ask(struct connection *c)
{
	assert_non_null(question_ask(c, QUERY_CD, &(struct client_query){ 0 }));
}

static void a_greedy_client_makes_room_for_itself(void **state)
{
	struct bed *b = *state;

	open_of_each(b, "192.0.2.", 1, 3); /* the idlest from now on */
	open_many(b, GREEDY, 10 * ROOM);
	assert_int_equal(held_by(b, GREEDY), CROWDED - 3);
	for (unsigned i = 1; i <= 3; i++) {
		char text[INET_ADDRSTRLEN];
		snprintf(text, sizeof(text), "192.0.2.%u", i);
		assert_int_equal(held_by(b, text), 1);
	}
	assert_int_equal(b->stats.tcp_evicted, 10 * ROOM - (CROWDED - 3));
	assert_int_equal(b->stats.tcp_share, b->stats.tcp_evicted);
}

static void a_client_with_few_connections_evicts_those_of_one_with_many(void **state)
{
	struct bed *b = *state;

	open_many(b, GREEDY, ROOM);
	open_of_each(b, "198.51.100.", 1, ROOM - SHARE);
	assert_int_equal(b->relay.connections.used, ROOM);
	assert_int_equal(held_by(b, GREEDY), SHARE);
	assert_int_equal(held_by(b, "198.51.100.1"), 1);
	/* now no client is greedy: one of those with the most connections loses one */
	open_of_each(b, "198.51.100.", 100, SHARE - 1);
	assert_int_equal(held_by(b, GREEDY), 1);
	assert_int_equal(held_by(b, "198.51.100.1"), 1);
	open_of_each(b, "198.51.100.", 200, 1); /* and at last the idlest of all is evicted */
	assert_int_equal(b->relay.connections.used, ROOM);
	assert_int_equal(held_by(b, "198.51.100.200"), 1);
}

/* A client that asks on each of its connections has no idle one, and still loses its own first. */
static void the_idlest_without_a_question_is_evicted_first(void **state)
{
	struct bed *b = *state;
	struct connection *of[CROWDED];

	for (unsigned i = 0; i < CROWDED; i++)
		of[i] = open_one(b, GREEDY);
	for (unsigned i = 0; i < CROWDED; i++) {
		if (i != 7 && i != 9)
			ask(of[i]);
	}
	relay_touch(&b->relay, of[7]);
	struct connection *eighth = of[8];
	assert_ptr_equal(open_one(b, GREEDY), of[9]); /* in its place */
	ask(of[9]);
	assert_ptr_equal(open_one(b, GREEDY), of[7]);
	ask(of[7]);
	assert_ptr_equal(
	        open_one(b, GREEDY), of[0]); /* all have questions: the idlest is evicted */
	assert_int_equal(eighth->question_count, 1);
}

static void a_query_that_is_held_for_the_server_counts_as_a_question(void **state)
{
	struct bed *b = *state;
	struct connection *of[CROWDED];

	for (unsigned i = 0; i < CROWDED; i++)
		of[i] = open_one(b, GREEDY);
	of[0]->held = malloc(1);
	assert_ptr_equal(open_one(b, GREEDY), of[1]); /* in its place */
	assert_non_null(of[0]->held);
}

/* A LAN is one network of IPv6: its greedy machine loses connections, not its idlest one. */
static void neighbours_in_a_network_do_not_pay_for_one(void **state)
{
	struct bed *b = *state;

	open_of_each(b, "2001:db8:0:1::1:", 1, 3);
	open_many(b, GREEDY_V6, 2 * ROOM);
	open_of_each(b, "2001:db8:0:1::2:", 1, 2 * SHARE);
	assert_int_equal(held_by(b, "2001:db8:0:1::1:1"), 1);
	assert_int_equal(b->relay.connections.used, FULL);
	assert_int_equal(held_by(b, GREEDY_V6), FULL - 3 - 2 * SHARE);
}

static void many_addresses_of_one_network_leave_room_for_others(void **state)
{
	struct bed *b = *state;

	open_of_each(b, "192.0.2.", 1, 2);
	for (unsigned i = 0; i < 10; i++)
		open_of_each(b, "2001:db8:0:1::", 1 + 100 * i, 100);
	assert_int_equal(b->relay.connections.used, FULL);
	open_of_each(b, "2001:db8:0:2::", 1, SHARE);
	open_of_each(b, "192.0.2.", 3, ROOM - FULL);
	assert_int_equal(held_by(b, "192.0.2.1"), 1);
	assert_int_equal(held_by(b, "192.0.2.9"), 1);
}

/* A flood costs little then, and the kernel's queue does not fill. */
static void connections_that_come_too_fast_are_refused(void **state)
{
	struct bed *b = *state;

	open_many(b, GREEDY, CROWDED + RELAY_REPLACED_A_SECOND);
	assert_null(open_one(b, GREEDY));
	assert_int_equal(held_by(b, GREEDY), CROWDED);
	assert_non_null(open_one(b, "192.0.2.1"));
	b->turn.now_ms += 1000;
	assert_non_null(open_one(b, GREEDY));
}

/* When descriptors are short. */
static void the_greediest_makes_room_for_any(void **state)
{
	struct bed *b = *state;

	open_of_each(b, "192.0.2.", 1, 2);
	open_many(b, GREEDY, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_true(relay_make_room_for_any(&b->relay));
	assert_int_equal(held_by(b, GREEDY) + held_by(b, "192.0.2.1") + held_by(b, "192.0.2.2"), 2);
	assert_int_equal(held_by(b, "192.0.2.2"), 1);
	assert_true(relay_make_room_for_any(&b->relay));
	assert_true(relay_make_room_for_any(&b->relay));
	assert_false(relay_make_room_for_any(&b->relay));
}

#define room_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		room_test(a_greedy_client_makes_room_for_itself),
		room_test(a_client_with_few_connections_evicts_those_of_one_with_many),
		room_test(the_idlest_without_a_question_is_evicted_first),
		room_test(a_query_that_is_held_for_the_server_counts_as_a_question),
		room_test(neighbours_in_a_network_do_not_pay_for_one),
		room_test(many_addresses_of_one_network_leave_room_for_others),
		room_test(connections_that_come_too_fast_are_refused),
		room_test(the_greediest_makes_room_for_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
