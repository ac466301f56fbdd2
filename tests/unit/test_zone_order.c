/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the word of an operator counts for a zone. */
#include "turnbed.h"

#include "keeper/zone_order.h"

static bool clock_is_set;

static bool ask_clock(void *context)
{
	(void)context;
	return clock_is_set;
}

static void nobody_can_vouch_for_a_clock_that_is_not_set(void **state)
{
	struct bed *bed = signed_bed();
	const struct keeper_job job = { .clock_is_trusted = ask_clock };
	struct keeper k = { .job = &job };
	struct keeper_zone zone = { .kept = bed->zone, .policy = bed->policy, .turned_s = 1 };
	struct old_files before = take_files(bed);
	struct complaint error = { "" };
	(void)state;

	k.tools.store = bed->store;
	k.tools.crypto = bed->crypto;
	zone.kept.life.doubted_s = HOUR_S;
	clock_is_set = false;
	assert_false(zone_order_trust(&k, &zone, &error));
	assert_non_null(strstr(error.text, "not set"));
	struct old_files now = take_files(bed);
	assert_string_equal(now.state, before.state);
	clock_is_set = true;
	assert_true(zone_order_trust(&k, &zone, &error));
	assert_int_equal(zone.kept.life.doubted_s, 0);
	free_files(&now);
	free_files(&before);
	free_bed(bed);
}

/* New keys would be made beside those that are in force. */
static void a_zone_with_a_timeline_and_no_state_is_not_read_and_takes_no_order(void **state)
{
	struct bed *bed = signed_bed();
	const struct old_files none = { NULL, NULL };
	struct complaint error = { "" };
	(void)state;

	clock_is_set = true;
	put_state_back(bed, &none);
	bed_restart(bed);
	assert_false(kept_zone_read(&bed->zone, &bed->store, bed->crypto, &error));
	assert_false(bed->zone.is_read);
	assert_non_null(strstr(error.text, "Kexample.org.timeline"));
	const struct keeper_job job = { .clock_is_trusted = ask_clock };
	struct keeper k = { .job = &job };
	struct keeper_zone zone = { .kept = bed->zone, .policy = bed->policy, .turned_s = 1 };
	k.tools.store = bed->store;
	k.tools.crypto = bed->crypto;
	assert_false(zone_order_trust(&k, &zone, &error));
	assert_false(zone_order_take(&k, &zone, LIFE_ORDER_SIGN, 0, &error));
	assert_int_equal(count_files(bed, ".state"), 0);
	bed_turn(bed);
	assert_true(bed->result.has_failed && !bed->result.wrote_state);
	free_bed(bed);
}

/* What a thief has does not wait for the vault. */
static void a_theft_is_taken_while_the_vault_lacks_the_ksk_and_no_roll_is(void **state)
{
	struct bed *bed = signed_bed();
	const struct keeper_job job = { .clock_is_trusted = ask_clock };
	struct keeper k = { .job = &job };
	struct complaint error = { "" };
	(void)state;

	lose_ksk(bed, true);
	struct keeper_zone zone = { .kept = bed->zone, .policy = bed->policy, .turned_s = 1 };
	k.tools.store = bed->store;
	k.tools.crypto = bed->crypto;
	k.tools.vault = bed->vault;
	assert_false(zone_order_take(&k, &zone, LIFE_ORDER_ROLL_KSK, 0, &error));
	assert_non_null(strstr(error.text, "bring it back"));
	assert_false(zone_order_take(&k, &zone, LIFE_ORDER_RETIRE, bed->ds.tags[0], &error));
	assert_true(zone_order_take(&k, &zone, LIFE_ORDER_COMPROMISED, bed->ds.tags[0], &error));
	assert_true(zone.kept.life.keys[0].is_compromised || zone.kept.life.keys[1].is_compromised);
	bed->zone = zone.kept;
	bed_turn(bed);
	assert_int_equal(bed->result.fault, VAULT_NO_KEY);
	assert_int_equal(bed->result.word, LIFE_ACTION_NEEDED);
	assert_true(bed->result.alarms.needs & LIFE_NEEDS_VAULT);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_can_vouch_for_a_clock_that_is_not_set),
		cmocka_unit_test(a_theft_is_taken_while_the_vault_lacks_the_ksk_and_no_roll_is),
		cmocka_unit_test(
		        a_zone_with_a_timeline_and_no_state_is_not_read_and_takes_no_order),
	};
	return cmocka_run_group_tests_name("zone_order", tests, NULL, NULL);
}
