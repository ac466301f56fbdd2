/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "flow/park.h"

static struct parked *add(struct park *park, uint32_t id, uint64_t now_ms)
{
	static const struct flow_key key = { .id = 7 };
	static const struct client_query asked = { .id = 7 };
	struct waiting_packet waiting = { id, span_of("packet", 6), &key, &asked };

	return park_add(park, &waiting, now_ms);
}

static void a_parked_packet_is_a_copy(void **state)
{
	(void)state;
	struct flow_key key = { .id = 7 };
	struct client_query asked = { .id = 7 };
	char packet[] = "packet";
	struct park park;

	assert_int_equal(park_init(&park, 2, 100), 0);
	struct waiting_packet waiting = { 3, span_of(packet, 6), &key, &asked };
	struct parked *parked = park_add(&park, &waiting, 1000);
	memset(packet, 0, sizeof(packet));
	key.id = asked.id = 0;
	assert_memory_equal(parked->octets, "packet", 6);
	assert_int_equal(parked->len, 6);
	assert_int_equal(parked->asked.id, 7);
	assert_int_equal(parked->flow_key.id, 7);
	assert_int_equal(parked->packet_id, 3);
	assert_int_equal(parked->deadline_ms, 1100);
	park_fini(&park);
}

static void a_park_has_a_bound(void **state)
{
	(void)state;
	struct park park;

	assert_int_equal(park_init(&park, 2, 100), 0);
	struct parked *first = add(&park, 1, 1000);
	assert_non_null(add(&park, 2, 1001));
	assert_null(add(&park, 3, 1002));
	parked_remove(first);
	assert_non_null(add(&park, 4, 1003));
	assert_int_equal(park_oldest(&park)->packet_id, 2);
	park_fini(&park);
}

/* Writes the packet ids of a list, first to last. */
static const char *ids(const struct parked_list *list)
{
	static char text[64];
	const struct parked *previous = NULL;
	size_t len = 0;

	text[0] = '\0';
	for (const struct parked *p = list->first; p; p = p->next) {
		assert_ptr_equal(p->previous, previous);
		assert_ptr_equal(p->list, list);
		len += (size_t)snprintf(
		        text + len, sizeof(text) - len, "%u ", (unsigned)p->packet_id);
		previous = p;
	}
	assert_ptr_equal(list->last, previous);
	return text;
}

static void a_list_keeps_its_order_when_an_entry_leaves(void **state)
{
	(void)state;
	struct parked_list waiting = { 0 }, ready = { 0 };
	struct parked *parked[5];
	struct park park;

	assert_int_equal(park_init(&park, 5, 100), 0);
	for (uint32_t i = 0; i < 5; i++) {
		parked[i] = add(&park, i, 1000);
		parked_move(parked[i], &waiting);
	}
	assert_string_equal(ids(&waiting), "0 1 2 3 4 ");
	parked_remove(parked[2]);
	assert_string_equal(ids(&waiting), "0 1 3 4 ");
	parked_move(parked[4], &ready);
	parked_unlist(parked[0]);
	parked_unlist(parked[0]);
	assert_string_equal(ids(&waiting), "1 3 ");
	parked_move_all(&waiting, &ready);
	assert_string_equal(ids(&waiting), "");
	assert_string_equal(ids(&ready), "4 1 3 ");
	park_fini(&park);
	assert_string_equal(ids(&ready), "");
}

enum { ROOM = 64, SHARE = ROOM / SHARE_PART, CROWDED = ROOM / 4 * 3 };

/* Parks a response to this question of the client with this number. */
static struct parked *add_of(struct park *park, uint32_t id, uint8_t client, const char *label)
{
	struct flow_key key = { .version = 4, .addresses = { 192, 0, 2, client } };
	struct client_query asked = { .id = (uint16_t)id };

	asked.question_len = (uint16_t)snprintf((char *)asked.question, QUESTION_MAX, "%s", label);
	struct waiting_packet waiting = { id, span_of("packet", 6), &key, &asked };

	return park_add(park, &waiting, 1000);
}

/* A question that was not asked before. */
static const char *new_label(void)
{
	static char label[16];
	static unsigned count;

	snprintf(label, sizeof(label), "name%u", count++);
	return label;
}

/* A client with a counter of its own. */
static uint8_t other_client(const struct park *park)
{
	for (uint8_t client = 100; client < 200; client++) {
		uint8_t octets[] = { 192, 0, 2, client };
		struct sharer who = share_of_address(&park->clients, span_of(octets, 4));
		if (park->clients.addresses[who.address] == 0)
			return client;
	}
	fail();
	return 0;
}

/* Otherwise a response from a slow server would keep those behind it waiting. */
static void those_with_the_nearest_deadline_come_first(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint64_t since_ms, wait_ms, keys_from_ms, deadline_ms;
	} rows[] = {
		{ "not below the share", 1000, 0, 1000, 1300 },
		{ "a slow server", 1010, 800, 1010, 1810 },
		{ "not above the longest wait", 1020, 5000, 1020, 2020 },
		{ "a quick server", 1030, 100, 1030, 1330 },
		{ "a slower server", 1040, 900, 1040, 1940 },
		{ "the clock was set before keys were asked for", 1050, 100, 1450, 1750 },
		{ "the clock was set late", 1060, 100, 1900, 2060 },
	};
	static const unsigned order[] = { 0, 3, 5, 1, 4, 2, 6 };
	static const struct flow_key key = { 0 };
	static const struct client_query asked = { 0 };
	struct park park;
	struct parked *parked[COUNT(rows)];

	assert_int_equal(park_init(&park, COUNT(rows), 1000), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct waiting_packet waiting = { i + 1, span_of("packet", 6), &key, &asked };
		parked[i] = park_add(&park, &waiting, rows[i].since_ms);
		assert_row(rows[i].why, parked[i]->deadline_ms == rows[i].since_ms + 1000);
		parked_wait(parked[i], rows[i].wait_ms, rows[i].keys_from_ms);
		assert_row(rows[i].why, parked[i]->deadline_ms == rows[i].deadline_ms);
		/* the next keys of the chain do not begin a new wait */
		parked_wait(parked[i], rows[i].wait_ms, rows[i].keys_from_ms + 200);
		assert_row(rows[i].why, parked[i]->deadline_ms == rows[i].deadline_ms);
	}
	for (size_t i = 0; i < COUNT(order); i++) {
		assert_ptr_equal(park_oldest(&park), parked[order[i]]);
		parked_remove(park_oldest(&park));
	}
	park_fini(&park);
}

static void the_last_quarter_is_for_those_with_few(void **state)
{
	static const struct {
		const char *why, *label; /* NULL: a new one each time */
		bool other_client;       /* each time another one */
		unsigned room;
	} rows[] = {
		{ "a client that repeats one name under many ids", "silent", false, CROWDED },
		{ "a client that repeats it in other letters", "SiLent", false, CROWDED },
		{ "a client that asks for ever new names", NULL, false, CROWDED },
		{ "many clients that ask for one name", "silent", true, CROWDED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct park park;
		unsigned id = 0;

		assert_int_equal(park_init(&park, ROOM, 100), 0);
		park.clients.key = park.questions.key = (struct hash_key){ { 1 } }; /* no chance */
		uint64_t refused = 0;
		park.shares_taken = &refused;
		while (id < 10 * ROOM &&
		        add_of(&park, id, rows[i].other_client ? (uint8_t)(id % 90) : 1,
		                rows[i].label ? rows[i].label : new_label()))
			id++;
		assert_row(rows[i].why, park.table.used == rows[i].room && refused == 1);
		/* a client that has none still gets room, up to a share */
		uint8_t other = other_client(&park);
		for (unsigned n = 0; n < SHARE; n++)
			assert_row(rows[i].why, add_of(&park, ++id, other, new_label()) != NULL);
		assert_row(rows[i].why, !add_of(&park, ++id, other, new_label()));
		assert_row(rows[i].why, refused == 2);
		/* and if there is room again, every client does */
		while (park.table.used >= CROWDED)
			parked_remove(park_oldest(&park));
		assert_row(rows[i].why, add_of(&park, ++id, 1, "silent") != NULL);
		park_fini(&park);
		assert_true(park.clients.used == 0 && park.questions.used == 0);
		for (unsigned t = 0; t < SHARE_TALLIES; t++)
			assert_true(
			        park.clients.addresses[t] == 0 && park.questions.addresses[t] == 0);
	}
}

/* If a share were less than one, no client would get any. */
static void a_small_room_has_no_shares(void **state)
{
	struct park park;

	(void)state;
	assert_int_equal(park_init(&park, SHARE_PART - 1, 100), 0);
	for (unsigned id = 0; id < SHARE_PART - 1; id++)
		assert_non_null(add_of(&park, id, 1, "silent"));
	park_fini(&park);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parked_packet_is_a_copy),
		cmocka_unit_test(a_park_has_a_bound),
		cmocka_unit_test(a_list_keeps_its_order_when_an_entry_leaves),
		cmocka_unit_test(those_with_the_nearest_deadline_come_first),
		cmocka_unit_test(the_last_quarter_is_for_those_with_few),
		cmocka_unit_test(a_small_room_has_no_shares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
