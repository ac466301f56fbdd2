/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock is ahead when the keeper starts, or may be: a timeline of which nothing is valid yet
 * must never replace one that is. */
#include "turnbed.h"

/* The keeper starts again, on a machine whose clock no time server has set. */
static struct bed *bed_with_clock_alone(void)
{
	struct bed *bed = signed_bed();

	bed_turn_well(bed);
	bed_restart(bed);
	bed->is_clock_alone = true;
	return bed;
}

static void expect_doubt(struct bed *bed)
{
	bed_turn(bed);
	assert_false(
	        bed->result.is_trusted || bed->result.wrote_state || bed->result.wrote_timeline);
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	assert_non_null(strstr(bed->result.why.text, "no time server"));
}

static void a_clock_that_is_ahead_at_the_start_replaces_no_timeline(void **state)
{
	struct bed *bed = bed_with_clock_alone();
	uint64_t generation = generation_in_place(bed);
	(void)state;

	bed->clock_off_s = 3 * DAY_S;
	for (unsigned i = 0; i < 20; i++) {
		expect_doubt(bed);
		bed->now_s += HOUR_S;
	}
	assert_int_equal(generation_in_place(bed), generation);
	bed->clock_off_s = 0;
	bed_turn_well(bed);
	bed_live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

static void a_time_server_ends_the_doubt(void **state)
{
	struct bed *bed = bed_with_clock_alone();
	(void)state;

	bed->now_s += 3 * DAY_S;
	expect_doubt(bed);
	bed->is_clock_alone = false;
	bed->now_s += 300;
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	free_bed(bed);
}

/* There are machines whose kernel never knows of a time server. */
static void a_clock_that_has_run_for_a_day_is_believed(void **state)
{
	struct bed *bed = bed_with_clock_alone();
	(void)state;

	bed->now_s += 3 * DAY_S;
	for (unsigned i = 0; i < 24; i++) {
		expect_doubt(bed);
		bed->now_s += HOUR_S;
	}
	bed_turn(bed);
	assert_true(bed->result.wrote_timeline);
	bed_live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* The machine is switched off each night. */
static void a_keeper_that_was_away_for_a_night_does_not_doubt(void **state)
{
	struct bed *bed = bed_with_clock_alone();
	(void)state;

	for (unsigned i = 0; i < 20; i++) {
		bed->now_s += 18 * HOUR_S;
		bed_restart(bed);
		bed_turn_well(bed);
	}
	free_bed(bed);
}

static void a_zone_that_is_near_its_end_is_signed_by_any_clock(void **state)
{
	struct bed *bed = bed_with_clock_alone();
	struct timeline t;
	(void)state;

	assert_true(read_bed_timeline(bed, &t));
	bed->now_s = timeline_end_s(&t) - 2 * HOUR_S;
	timeline_fini(&t);
	expect_doubt(bed);
	bed->now_s += HOUR_S + 1;
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	free_bed(bed);
}

/* By such a clock the timeline ends soon, and that is what the clock is to be doubted for. */
static void a_clock_that_is_ahead_by_a_whole_timeline_is_doubted_too(void **state)
{
	(void)state;

	for (unsigned hours = 12 * 24; hours < 15 * 24 - 2; hours += 5) {
		struct bed *bed = signed_bed();
		bed->now_s = bed->result.next_s;
		bed_turn_well(bed);
		int64_t end_s = bed->zone.end_s;
		bed_restart(bed);
		bed->is_clock_alone = true;
		bed->clock_off_s = end_s - bed->now_s - (15 * 24 - hours) * HOUR_S;
		uint64_t generation = generation_in_place(bed);
		expect_doubt(bed);
		assert_int_equal(generation_in_place(bed), generation);
		bed->clock_off_s = 0;
		bed->now_s += HOUR_S;
		bed_turn_well(bed);
		free_bed(bed);
	}
}

/* Some hours ahead are not noticed: a timeline that is only made longer has signatures that are
 * valid already. */
static void a_timeline_that_is_made_some_hours_ahead_is_valid_now(void **state)
{
	static const int64_t hours[] = { 2, 14, 18 };
	(void)state;

	for (unsigned i = 0; i < COUNT(hours); i++) {
		struct bed *bed = signed_bed();
		struct timeline t;
		bed->now_s = bed->result.next_s - HOUR_S; /* it is to be longer then */
		bed_turn_well(bed);
		bed_restart(bed);
		bed->is_clock_alone = true;
		bed->clock_off_s = hours[i] * HOUR_S;
		bed_turn(bed);
		assert_true(bed->result.wrote_timeline);
		assert_true(read_bed_timeline(bed, &t));
		const struct presigned *dnskey = &t.periods[0].records->dnskey;
		if (presigned_lasts_s(dnskey, bed->now_s) < 0)
			fail_msg("%lld hours", (long long)hours[i]);
		timeline_fini(&t);
		free_bed(bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_ahead_at_the_start_replaces_no_timeline),
		cmocka_unit_test(a_time_server_ends_the_doubt),
		cmocka_unit_test(a_clock_that_has_run_for_a_day_is_believed),
		cmocka_unit_test(a_keeper_that_was_away_for_a_night_does_not_doubt),
		cmocka_unit_test(a_timeline_that_is_made_some_hours_ahead_is_valid_now),
		cmocka_unit_test(a_zone_that_is_near_its_end_is_signed_by_any_clock),
		cmocka_unit_test(a_clock_that_is_ahead_by_a_whole_timeline_is_doubted_too),
	};
	return cmocka_run_group_tests_name("zone_turn_clock", tests, NULL, NULL);
}
