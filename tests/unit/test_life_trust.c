/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keeper that has started and knows nothing but its files: they may be an old backup, of the
 * state and of the timeline. */
#include "test.h"
#include "turnbed.h"

#include "keys/life_trust.h"

/* What a keeper can see when it has started. */
struct sight {
	const char *why;
	bool reaches_servers, reaches_parent;
	int64_t unseen_s;
};

static const struct sight nobody = { .reaches_servers = false };

static void turn_with_sight(struct bed *bed, const struct sight *sight)
{
	struct life_server server = { .is_reached = false };
	struct life_parent parent = { .is_reached = sight->reaches_parent };

	if (sight->reaches_servers)
		bed_serve(bed, &server);
	if (sight->reaches_parent)
		parent.ds = bed->ds;
	const struct life_observation seen = {
		.servers = &server, .server_count = 1, .parents = &parent, .parent_count = 1
	};
	struct turn_order order = bed_turn_order(bed);

	order.seen = &seen;
	order.uptime_s = LIFE_START_S;
	order.unseen_s = sight->unseen_s;
	zone_turn(&bed->zone, &order, &bed->result);
}

/* The gateways have the newest timeline, whose DNSKEY RRset the new KSK signs. What the keeper
 * wrote now would replace it. */
static void a_backup_of_both_files_does_not_replace_what_gateways_have(void **state)
{
	static const struct sight rows[] = {
		{ "nobody is reached", false, false, LIFE_START_S },
		{ "only the parent is", false, true, 0 },
		{ "servers that show the same backup are, too", true, true, 0 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *bed = signed_bed();
		struct old_files old = take_files(bed);
		bed_order(bed, LIFE_ORDER_ROLL_KSK);
		bed_live_for(bed, 9 * DAY_S);
		put_state_back(bed, &old);
		put_timeline_back(bed, &old);
		bed_restart(bed);
		turn_with_sight(bed, &rows[i]);
		if (bed->result.is_trusted || bed->result.wrote_state || bed->result.wrote_timeline)
			fail_msg("%s", rows[i].why);
		assert_non_null(strstr(bed->result.why.text, "old backup"));
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		free_files(&old);
		free_bed(bed);
	}
}

/* Each restart of a machine would ring otherwise. */
static void an_alarm_rings_only_when_a_network_should_be_up(void **state)
{
	static const struct {
		int64_t unseen_s;
		enum life_word word;
	} rows[] = {
		{ 0, LIFE_SIGNING },
		{ LIFE_START_S - 1, LIFE_SIGNING },
		{ LIFE_START_S, LIFE_INTERNAL_FAILURE },
	};
	struct bed *bed = signed_bed();
	(void)state;

	bed_restart(bed);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sight none = { .unseen_s = rows[i].unseen_s };
		turn_with_sight(bed, &none);
		assert_false(bed->result.is_trusted);
		assert_int_equal(bed->result.word, rows[i].word);
		assert_int_equal(bed->result.alarms.has_failed, rows[i].word != LIFE_SIGNING);
	}
	bed->now_s = bed->zone.end_s - 2 * DAY_S; /* but the end of the timeline does ring */
	turn_with_sight(bed, &(const struct sight){ .unseen_s = 0 });
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	free_bed(bed);
}

/* Two days after a start, and nobody was reached. */
static struct bed *waiting_bed(void)
{
	struct bed *bed = signed_bed();

	bed_restart(bed);
	bed->now_s += 2 * DAY_S;
	turn_with_sight(bed, &nobody);
	assert_true(bed->result.is_unconfirmed && !bed->result.is_trusted);
	assert_false(bed->result.wrote_timeline);
	return bed;
}

static void a_server_that_is_reached_ends_the_wait(void **state)
{
	struct bed *bed = waiting_bed();
	(void)state;

	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	free_bed(bed);
}

static void an_operator_ends_the_wait(void **state)
{
	struct bed *bed = waiting_bed();
	(void)state;

	bed->zone.is_vouched = true;
	turn_with_sight(bed, &nobody);
	assert_true(bed->result.is_trusted && bed->result.wrote_timeline);
	free_bed(bed);
}

/* A keeper that reaches nobody for two weeks still has the keys of the zone. */
static void a_zone_whose_servers_are_out_of_reach_does_not_end(void **state)
{
	struct bed *bed = signed_bed();
	int64_t end_s = bed->zone.end_s;
	(void)state;

	bed_restart(bed);
	while (bed->now_s < end_s - DAY_S) {
		turn_with_sight(bed, &nobody);
		assert_false(bed->result.wrote_timeline);
		bed->now_s += HOUR_S;
	}
	bed->now_s += HOUR_S;
	turn_with_sight(bed, &nobody);
	assert_true(bed->result.wrote_timeline);
	assert_true(bed->zone.end_s > end_s + 10 * DAY_S);
	free_bed(bed);
}

/* A process that has trusted the state goes on, whatever becomes of the network; and a DS that the
 * parent lost, or that it has still of a KSK that has gone, is of no later state. */
static void what_shows_no_later_state_stops_nobody(void **state)
{
	static const struct {
		const char *why;
		int64_t awake_s;
		unsigned ds_count;
		uint16_t ds;
		bool is_explained;
	} rows[] = {
		{ "the DS of the KSK that signs", -1, 1, 1, true },
		{ "the DS of a KSK that has gone", -1, 1, 2, true },
		{ "no DS", -1, 0, 0, true },
		{ "the DS of a KSK that never signed", -1, 1, 3, false },
		{ "the DS of a key that nobody knows", -1, 1, 9, false },
		{ "the DS of a ZSK", -1, 1, 4, false },
		{ "the same in a process that trusts the state", 0, 1, 9, true },
	};
	struct life life;
	(void)state;

	life_init(&life);
	life_mark_set(
	        &life, life_add(&life, LIFE_KSK, 13, 1, 1, 0), LIFE_KRRSIG, LIFE_OMNIPRESENT, 1);
	life_mark_set(&life, life_add(&life, LIFE_KSK, 13, 2, 1, 0), LIFE_KRRSIG, LIFE_HIDDEN, 1);
	life_add(&life, LIFE_KSK, 13, 3, 1, 0);
	life_mark_set(
	        &life, life_add(&life, LIFE_ZSK, 13, 4, 1, 0), LIFE_ZRRSIG, LIFE_OMNIPRESENT, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life_parent parent = { .is_reached = true,
			.ds = { { rows[i].ds }, rows[i].ds_count } };
		const struct life_observation look = {
			.parents = &parent, .parent_count = 1, .awake_s = rows[i].awake_s
		};
		struct complaint reason = { "" };
		if (life_explains_parents(&life, &look, &reason) != rows[i].is_explained)
			fail_msg("%s", rows[i].why);
		assert_int_equal(!reason.text[0], rows[i].is_explained);
	}
}

/* A generation of 0 is older than all, so no server would take what comes then. */
static void after_the_highest_generation_comes_no_lower_one(void **state)
{
	const struct life_observation look = { .in_place = UINT32_MAX };
	const struct life_make make = { .role = LIFE_ZSK, .algorithm = 13 };
	struct life life;
	(void)state;

	life_init(&life);
	life_begin_anew(&life, &look, START_S);
	assert_int_equal(life.generation, UINT32_MAX);
	assert_true(life_made(&life, &make, 7, START_S));
	assert_int_equal(life.generation, UINT32_MAX);
	assert_int_equal(life.keys[0].marks[LIFE_DNSKEY].generation, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backup_of_both_files_does_not_replace_what_gateways_have),
		cmocka_unit_test(an_alarm_rings_only_when_a_network_should_be_up),
		cmocka_unit_test(a_server_that_is_reached_ends_the_wait),
		cmocka_unit_test(an_operator_ends_the_wait),
		cmocka_unit_test(a_zone_whose_servers_are_out_of_reach_does_not_end),
		cmocka_unit_test(what_shows_no_later_state_stops_nobody),
		cmocka_unit_test(after_the_highest_generation_comes_no_lower_one),
	};
	return cmocka_run_group_tests_name("life_trust", tests, NULL, NULL);
}
