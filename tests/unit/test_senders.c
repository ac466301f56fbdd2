/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "path/senders.h"

static const uint8_t octets[][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 }, { 192, 0, 2, 3 } };

static bool note(struct senders *s, unsigned client, bool has_cd)
{
	return senders_note(s, span_of(octets[client], 4), has_cd, true).always_cd;
}

static void who_sets_cd_in_every_query_is_told_of_once(void **state)
{
	(void)state;
	struct senders s;
	unsigned told = 0;

	assert_int_equal(senders_init(&s), 0);
	for (unsigned i = 1; i <= 3 * SENDERS_ALWAYS; i++) {
		bool is_told = note(&s, 0, true);
		assert_int_equal(is_told, i == SENDERS_ALWAYS);
		told += is_told;
	}
	assert_int_equal(told, 1);
	senders_fini(&s);
}

static void who_asks_without_cd_too_is_not_told_of(void **state)
{
	(void)state;
	struct senders s;

	assert_int_equal(senders_init(&s), 0);
	for (unsigned i = 0; i < 3 * SENDERS_ALWAYS; i++) {
		assert_false(note(&s, 0, i != 5));
		assert_false(note(&s, 1, false)); /* another client, which never sets it */
	}
	assert_int_equal(s.table.used, 1);
	senders_fini(&s);
}

static void who_sets_rd_once_is_not_known_to_iterate_for_a_while(void **state)
{
	(void)state;
	struct senders s;
	struct span client = span_of(octets[0], 4), other = span_of(octets[1], 4);

	assert_int_equal(senders_init(&s), 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 1; i <= 2 * SENDERS_ALWAYS; i++) {
			assert_int_equal(senders_note(&s, client, false, false).never_rd,
			        i >= SENDERS_ALWAYS);
			assert_false(senders_note(&s, other, false, true).never_rd);
		}
		assert_false(senders_note(&s, client, false, true).never_rd);
	}
	assert_int_equal(s.table.used, 1);
	senders_fini(&s);
}

/* Anybody can send from many addresses. */
static void a_flood_of_clients_is_bounded(void **state)
{
	(void)state;
	struct senders s;

	assert_int_equal(senders_init(&s), 0);
	for (uint32_t i = 0; i < 4 * SENDERS_MAX; i++)
		assert_false(senders_note(&s, span_of(&i, sizeof(i)), true, true).always_cd);
	assert_int_equal(s.table.used, SENDERS_MAX);
	senders_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sets_cd_in_every_query_is_told_of_once),
		cmocka_unit_test(who_asks_without_cd_too_is_not_told_of),
		cmocka_unit_test(who_sets_rd_once_is_not_known_to_iterate_for_a_while),
		cmocka_unit_test(a_flood_of_clients_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
