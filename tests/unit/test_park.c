/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "path/park.h"

static struct parked *add(struct park *park, uint32_t id, uint64_t now_ms)
{
	static const struct flow_key key = { .id = 7 };
	static const struct asked asked = { .id = 7 };
	return park_add(park, id, span_of("packet", 6), &key, &asked, now_ms);
}

static void what_is_parked_is_a_copy(void **state)
{
	(void)state;
	struct flow_key key = { .id = 7 };
	struct asked asked = { .id = 7 };
	char packet[] = "packet";
	struct park park;

	assert_int_equal(park_init(&park, 2, 100), 0);
	struct parked *parked = park_add(&park, 3, span_of(packet, 6), &key, &asked, 1000);
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

static void no_more_are_parked_than_may_be(void **state)
{
	(void)state;
	struct park park;

	assert_int_equal(park_init(&park, 2, 100), 0);
	struct parked *first = add(&park, 1, 1000);
	assert_non_null(add(&park, 2, 1001));
	assert_null(add(&park, 3, 1002));
	park_remove(&park, first);
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

static void lists_keep_their_order_whoever_leaves(void **state)
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
	park_remove(&park, parked[2]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_parked_is_a_copy),
		cmocka_unit_test(no_more_are_parked_than_may_be),
		cmocka_unit_test(lists_keep_their_order_whoever_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
