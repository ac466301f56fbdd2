/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the life of keys does, and whom it tells, when servers lag, looks are rare, keys are stolen or many. */
#include "test.h"
#include "lifeworld.h"

#include "keys/life_word.h"
#include "keys/life_zsk.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };

static struct world *after_days(unsigned days)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, &calm);
	assert_true(world_live(w, w->now_s + days * DAY));
	return w;
}

static void order_key(struct world *w, enum life_order order, uint16_t tag)
{
	struct complaint error = { "" };

	if (!life_take_order(&w->life, &w->policy, order, tag, &error))
		fail_msg("%s", error.text);
	w->disk = w->life;
}

static uint16_t signer_tag(const struct world *w)
{
	int signer = life_zsk_signer(&w->life, 13);

	assert_true(signer >= 0);
	return w->life.keys[signer].tag;
}

static unsigned needs_now(const struct world *w)
{
	struct life_server server = { .is_reached = true };
	struct life_observation look = { .servers = &server, .server_count = 1, .has_vault = true };
	struct life_report report = { .is_trusted = true };

	return life_judge(&w->life, &w->policy, &look, &report, w->now_s, 0).needs;
}

static void a_server_with_old_data_is_told_of_after_a_day(void **state)
{
	struct world *w = after_days(9);
	(void)state;

	w->gateways[0].frozen_s = w->now_s - 1;
	w->gateways[0].thaws_s = w->now_s + 9 * DAY;
	order_key(w, LIFE_ORDER_ROLL_KSK, 0);
	assert_true(world_live(w, w->now_s + 20 * HOUR));
	assert_int_equal(needs_now(w), 0);
	assert_true(world_live(w, w->now_s + 6 * HOUR));
	assert_int_equal(needs_now(w), LIFE_NEEDS_SERVER);
	w->gateways[0].frozen_s = 0;
	assert_true(world_live(w, w->now_s + 6 * HOUR));
	assert_int_equal(needs_now(w) & LIFE_NEEDS_SERVER, 0);
	free(w);
}

/* The wait for a DS begins anew each time, as it must, but no timeline is written for that. */
static void looks_that_are_too_rare_are_told_of_and_write_no_timeline(void **state)
{
	struct world *w = after_days(0);
	(void)state;

	assert_true(world_live(w, w->now_s + 40 * HOUR));
	struct life_server server = { true, { { 1000, 1001 }, 2 }, { { 1001 }, 1 }, { { 1000 }, 1 },
		{ { 1001 }, 1 } };
	struct life_parent parent = { true, { { 1001 }, 1 } };
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.in_place = w->life.generation,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.awake_s = 9000 };
	struct life_report report = { .is_trusted = false };
	uint32_t generation = w->life.generation;
	int64_t since_s = w->life.keys[1].marks[LIFE_DS].changed_s;

	assert_true(life_is_uncertain(&w->life.keys[1], LIFE_DS) &&
	            w->life.keys[1].marks[LIFE_DS].seen_s);
	for (unsigned i = 0; i < 48; i++) {
		int64_t now_s = w->life.last_s + look.awake_s;
		life_step(&w->life, &w->policy, &look, now_s, &report);
		assert_true(report.is_trusted && report.is_watching && !report.is_changed);
		assert_int_equal(report.was_blind, now_s - since_s > 3 * DAY);
		assert_int_equal(w->life.keys[1].marks[LIFE_DS].seen_s, now_s);
	}
	assert_true(report.was_blind);
	assert_int_equal(w->life.generation, generation);
	unsigned needs = life_judge(&w->life, &w->policy, &look, &report, w->life.last_s, 0).needs;
	assert_int_equal(needs, LIFE_NEEDS_LOOKS);
	look.awake_s = HOUR;
	life_step(&w->life, &w->policy, &look, w->life.last_s + HOUR, &report);
	assert_false(report.was_blind);
	free(w);
}

/* Who has a timeline has the ZSKs of its later periods. */
static void a_stolen_zsk_takes_its_successors_along(void **state)
{
	struct world *w = after_days(16);
	uint16_t stolen = signer_tag(w);
	const struct life_key *next = &w->life.keys[w->life.count - 1];
	uint16_t next_tag = next->tag;
	(void)state;

	assert_true(next->role == LIFE_ZSK && next_tag != stolen && life_is_gone(next));
	order_key(w, LIFE_ORDER_COMPROMISED, stolen);
	while (w->now_s < WORLD_START + 40 * DAY) {
		assert_true(world_live(w, w->now_s + HOUR));
		assert_int_not_equal(signer_tag(w), next_tag);
	}
	assert_int_not_equal(signer_tag(w), stolen);
	assert_int_equal(w->distrusted, 0);
	free(w);
}

static void a_successor_that_is_stolen_never_signs(void **state)
{
	struct world *w = after_days(16);
	uint16_t signer = signer_tag(w), stolen = w->life.keys[w->life.count - 1].tag;
	(void)state;

	order_key(w, LIFE_ORDER_COMPROMISED, stolen);
	assert_true(world_live(w, w->now_s + 20 * DAY));
	assert_int_not_equal(signer_tag(w), signer);
	assert_int_not_equal(signer_tag(w), stolen);
	free(w);
}

/* A gateway with an old timeline publishes what has been dropped: the life knows of it, and waits. */
static void a_dropped_zsk_that_a_late_server_shows_is_no_stranger(void **state)
{
	struct world *w = after_days(16);
	struct life_server server = { true, { { 1000, 1001, 1002 }, 3 }, { { 1001 }, 1 },
		{ { 1000 }, 1 }, { { 1001 }, 1 } };
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.awake_s = HOUR };
	struct life_report report;
	(void)state;

	assert_int_equal(w->life.keys[2].tag, 1002);
	order_key(w, LIFE_ORDER_COMPROMISED, 1000);
	look.in_place = w->life.generation;
	life_step(&w->life, &w->policy, &look, w->life.last_s + HOUR, &report);
	assert_true(report.is_trusted);
	assert_int_equal(w->life.keys[2].marks[LIFE_DNSKEY].stage, LIFE_UNRETENTIVE);
	free(w);
}

/* Dead keys make room: a zone with short TTLs may roll daily. */
static void more_rolls_than_there_is_room_for_go_on(void **state)
{
	struct world *w = malloc(sizeof(*w));
	(void)state;

	assert_non_null(w);
	world_init(w, &calm);
	w->policy.key_ttl_s = 300;
	w->policy.zone_ttl_s = HOUR;
	w->policy.publish_safety_s = w->policy.retire_safety_s = 600;
	assert_true(world_live(w, w->now_s + 9 * DAY));
	for (unsigned i = 0; i < 2 * LIFE_KEYS_MAX; i++) {
		uint16_t before = signer_tag(w);
		order_key(w, LIFE_ORDER_ROLL_ZSK, 0);
		assert_true(world_live(w, w->now_s + 12 * HOUR));
		assert_int_not_equal(signer_tag(w), before);
		assert_int_equal(w->life.last_s, w->last_step_s);
	}
	assert_true(w->made[LIFE_ZSK] > 2 * LIFE_KEYS_MAX);
	free(w);
}

/* Until then a server with an old timeline may show it, and would be a stranger. */
static void a_dead_key_is_kept_for_as_long_as_two_timelines_last(void **state)
{
	struct world *w = after_days(9);
	uint16_t dead = signer_tag(w);
	unsigned kept_days = 0;
	(void)state;

	order_key(w, LIFE_ORDER_ROLL_ZSK, 0);
	while (!life_is_gone(&w->life.keys[0]))
		assert_true(world_live(w, w->now_s + HOUR) && w->now_s < WORLD_START + 30 * DAY);
	for (; w->life.keys[0].tag == dead && kept_days < 100; kept_days++)
		assert_true(world_live(w, w->now_s + DAY));
	assert_in_range(kept_days, 30, 31);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_with_old_data_is_told_of_after_a_day),
		cmocka_unit_test(looks_that_are_too_rare_are_told_of_and_write_no_timeline),
		cmocka_unit_test(a_stolen_zsk_takes_its_successors_along),
		cmocka_unit_test(a_successor_that_is_stolen_never_signs),
		cmocka_unit_test(a_dropped_zsk_that_a_late_server_shows_is_no_stranger),
		cmocka_unit_test(more_rolls_than_there_is_room_for_go_on),
		cmocka_unit_test(a_dead_key_is_kept_for_as_long_as_two_timelines_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
