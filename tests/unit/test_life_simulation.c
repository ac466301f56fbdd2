/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of keys for three years, hour by hour, while everything goes wrong that may: no
 * validator is ever left with what does not fit. LIFE_SEEDS=100 lives more lives, LIFE_SEED and
 * LIFE_SCENARIO one of them again. */
#include "test.h"
#include "lifeworld.h"

#define YEARS 3
#define SEEDS 4

static const struct scenario scenarios[] = {
	{ .why = "nothing happens but time", .has_cds = true },
	{ .why = "rolls are ordered", .has_cds = true, .zsk_orders = 40, .ksk_orders = 60 },
	{ .why = "the operator is slow",
	        .slow_parent_days = 20,
	        .ksk_orders = 90,
	        .zsk_orders = 50 },
	{ .why = "gateways lag", .has_cds = true, .lags = 20, .zsk_orders = 60, .ksk_orders = 90 },
	{ .why = "the vault is away", .has_cds = true, .vault_outages = 25, .ksk_orders = 90 },
	{ .why = "the keeper is away",
	        .has_cds = true,
	        .absences = 20,
	        .ksk_orders = 90,
	        .zsk_orders = 90 },
	{ .why = "the keeper crashes",
	        .has_cds = true,
	        .crashes = 3,
	        .ksk_orders = 60,
	        .zsk_orders = 60 },
	{ .why = "old states are restored",
	        .has_cds = true,
	        .restores = 9,
	        .ksk_orders = 60,
	        .zsk_orders = 60 },
	{ .why = "the clock steps",
	        .has_cds = true,
	        .clock_steps = 9,
	        .ksk_orders = 60,
	        .zsk_orders = 60 },
	{ .why = "the parent's servers differ",
	        .has_cds = true,
	        .flaps = 6,
	        .slow_parent_days = 2,
	        .ksk_orders = 40 },
	{ .why = "keys are stolen",
	        .has_cds = true,
	        .has_standby = true,
	        .thefts = 60,
	        .slow_parent_days = 3 },
	{ .why = "keys are stolen, and nothing stands by",
	        .has_cds = true,
	        .thefts = 60,
	        .slow_parent_days = 3 },
	{ .why = "signing is switched on and off",
	        .has_cds = true,
	        .unsignings = 30,
	        .slow_parent_days = 2 },
	{ .why = "algorithms change",
	        .has_cds = true,
	        .algorithm_changes = 80,
	        .slow_parent_days = 2 },
	{ .why = "thieves, late gateways, no vault",
	        .has_cds = true,
	        .thefts = 20,
	        .lags = 20,
	        .vault_outages = 30,
	        .slow_parent_days = 3 },
	{ .why = "thieves while algorithms change",
	        .has_cds = true,
	        .has_standby = true,
	        .thefts = 12,
	        .algorithm_changes = 40,
	        .zsk_orders = 40,
	        .ksk_orders = 60,
	        .slow_parent_days = 4 },
	{ .why = "thieves while signing is switched",
	        .thefts = 12,
	        .unsignings = 20,
	        .lags = 40,
	        .slow_parent_days = 3 },
	{ .why = "all of it",
	        .has_cds = true,
	        .has_standby = true,
	        .zsk_orders = 90,
	        .ksk_orders = 120,
	        .thefts = 200,
	        .unsignings = 200,
	        .algorithm_changes = 200,
	        .slow_parent_days = 4,
	        .lags = 40,
	        .vault_outages = 60,
	        .crashes = 9,
	        .restores = 60,
	        .clock_steps = 40,
	        .flaps = 12,
	        .absences = 60,
	        .safety_s = HOUR },
	{ .why = "old pairs are restored",
	        .has_cds = true,
	        .pairs = 9,
	        .ksk_orders = 60,
	        .zsk_orders = 60 },
};

/* What is drawn from one seed; odd ones have servers that are late by an hour. */
static struct world *live(size_t number, uint64_t seed, int wait_shortened)
{
	static struct scenario scenario;
	struct world *w = malloc(sizeof(*w));

	scenario = scenarios[number];
	scenario.seed = seed;
	scenario.spread_s = seed % 2 ? HOUR : 300;
	assert_non_null(w);
	world_init(w, &scenario);
	if (wait_shortened >= 0)
		w->policy.shorter_s[wait_shortened] = HOUR;
	world_live(w, w->now_s + YEARS * 365 * DAY);
	return w;
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);
	return text ? strtoul(text, NULL, 10) : otherwise;
}

/* It also gets on: keys are made all the time, and no change is on its way for ever. */
static void check_life(const struct world *w, size_t number, uint64_t seed)
{
	if (*w->broken)
		fail_msg("%s: %s; again: LIFE_SCENARIO=%zu LIFE_SEED=%llu", w->given->why,
		        w->broken, number, (unsigned long long)seed);
	if (w->longest_s > 75 * DAY || w->secure < 10000 || w->made[LIFE_ZSK] < 20 ||
	        w->made[LIFE_KSK] < 3)
		fail_msg("%s: the life stands still: a change was on its way for %lld days, %lu "
		         "times a "
		         "validator was secure, %lu ZSKs and %lu KSKs were made; again: "
		         "LIFE_SCENARIO=%zu LIFE_SEED=%llu",
		        w->given->why, (long long)(w->longest_s / DAY), w->secure,
		        w->made[LIFE_ZSK], w->made[LIFE_KSK], number, (unsigned long long)seed);
}

static void a_validator_with_any_cache_resolves_for_three_years(void **state)
{
	unsigned long only = from_environment("LIFE_SCENARIO", COUNT(scenarios));
	unsigned long first = from_environment("LIFE_SEED", 1);
	unsigned long seeds = from_environment("LIFE_SEEDS", getenv("LIFE_SEED") ? 1 : SEEDS);
	(void)state;

	for (size_t i = 0; i < COUNT(scenarios); i++) {
		unsigned long checked = 0, distrusted = 0;
		if (only < COUNT(scenarios) && only != i)
			continue;
		for (uint64_t seed = first; seed < first + seeds; seed++) {
			struct world *w = live(i, seed, -1);
			check_life(w, i, seed);
			checked += w->checked;
			distrusted += w->distrusted;
			free(w);
		}
		print_message("%2zu %-40s %9lu caches, %5lu steps not trusted\n", i,
		        scenarios[i].why, checked, distrusted);
	}
}

/* Lives that found a fault once. */
static void lives_that_went_wrong_before_go_well(void **state)
{
	static const struct {
		size_t scenario;
		uint64_t seed;
	} rows[] = {
		/* a stolen ZSK, just before and after it takes over */
		{ 10, 31 },
		{ 11, 40 },
		/* a stolen ZSK, and a gateway that publishes and uses the next one by the plan of
		 * before */
		{ 14, 8 },
		{ 14, 20 },
		{ 16, 3 },
		{ 17, 32 },
		{ 17, 81 },
		/* a stolen ZSK of an algorithm that goes */
		{ 17, 135 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = live(rows[i].scenario, rows[i].seed, -1);
		check_life(w, rows[i].scenario, rows[i].seed);
		free(w);
	}
}

/* What was due by the state alone no server could do. */
static void a_crash_between_state_and_timeline_casts_no_doubt_on_the_clock(void **state)
{
	struct world *w = live(6, 12, -1);
	(void)state;

	check_life(w, 6, 12);
	assert_int_equal(w->distrusted, 0);
	free(w);
}

/* Returns true if some life has a validator that fails. */
static bool is_found(int wait)
{
	for (size_t i = 0; i < COUNT(scenarios); i++)
		for (uint64_t seed = 1; seed <= 2; seed++) {
			struct world *w = live(i, seed, wait);
			bool found = *w->broken;
			if (found)
				print_message("wait %d: found after \"%s\", seed %d: %s\n", wait,
				        scenarios[i].why, (int)seed, w->broken);
			free(w);
			if (found)
				return true;
		}
	return false;
}

static void a_wait_that_is_an_hour_shorter_leaves_a_validator_stranded(void **state)
{
	(void)state;

	for (int wait = 0; wait < LIFE_WAITS; wait++)
		if (!is_found(wait))
			fail_msg("no life needs the wait %d", wait);
}

static void a_seed_lives_the_same_life_again(void **state)
{
	size_t all = 17;
	struct world *a = live(all, 7, -1), *b = live(all, 7, -1);
	(void)state;

	assert_int_equal(a->checked, b->checked);
	assert_memory_equal(&a->life, &b->life, sizeof(a->life));
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_that_went_wrong_before_go_well),
		cmocka_unit_test(a_crash_between_state_and_timeline_casts_no_doubt_on_the_clock),
		cmocka_unit_test(a_validator_with_any_cache_resolves_for_three_years),
		cmocka_unit_test(a_wait_that_is_an_hour_shorter_leaves_a_validator_stranded),
		cmocka_unit_test(a_seed_lives_the_same_life_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
