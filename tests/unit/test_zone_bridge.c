/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timeline that comes too late for the keys in it does not make resolvers reject what they
 * have. */
#include "late.h"

#define NOW  INT64_C(1780000000)
#define DAY  PLANNED_DAY
#define WAIT (PLANNED_TTL_S + 2) /* clocks count in whole seconds */

/* Expects so many DNSKEY records at a time, and these keys to sign. */
static void expect_at(
        const struct zone_bed *bed, const char *why, int64_t at_s, unsigned shown, unsigned keys)
{
	const struct sign_period *p = zone_bed_period(bed, at_s);
	unsigned found = late_signers(bed, p);

	if (p->dnskey.count != shown || found != keys ||
	        p->key_count != (unsigned)__builtin_popcount(keys))
		fail_msg("%s, after %d s: %u records and not %u, keys %#x and not %#x", why,
		        (int)(at_s - NOW), p->dnskey.count, shown, found, keys);
}

#define TWO_KSKS (KSK | KSK_15)

struct late_row {
	const char *why;
	struct planned_period before[2];
	struct planned_period late[2];
	/* DNSKEY records, and keys that sign, until so many seconds after NOW; then until as many;
	 * and in the end. */
	struct {
		int64_t until_s;
		unsigned shown, keys;
	} stages[3];
};

#define BY_OLD                                                                                     \
	{                                                                                          \
		NOW - 9 * DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0                       \
	}

static const struct late_row rows[] = {
	{ "the former key is still shown", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 } },
	        { { WAIT, 3, OLD }, { 0, 3, NEW } } },
	{ "the former key was stolen", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 } },
	        { { DAY + 2, 2, OLD | NEW }, { DAY + 2 + WAIT, 2, OLD | NEW }, { 0, 2, NEW } } },
	{ "the period before has no signatures to go on with", { BY_OLD },
	        { { NOW - 8 * DAY, NOW - DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, NOW - DAY },
	                { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 } },
	        { { WAIT, 3, OLD }, { 0, 3, NEW } } },
	{ "a new algorithm", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        { { DAY + 2, 2, OLD | ZSK_15 }, { 0, 4, OLD | ZSK_15 } } },
	{ "a new algorithm that has signed for half a day",
	        { { NOW - 9 * DAY, NOW - DAY / 2, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	                { NOW - DAY / 2, NOW + 2 * DAY, KSK | OLD, KSK, OLD | ZSK_15, KSK, 0, 0 } },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        { { DAY / 2 + 2, 2, OLD | ZSK_15 }, { 0, 4, OLD | ZSK_15 } } },
	{ "a new algorithm that has signed for long",
	        { { NOW - 9 * DAY, NOW - 2 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	                { NOW - 2 * DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD | ZSK_15, KSK, 0, 0 } },
	        { { NOW - 2 * DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15,
	                KSK, 0, 0 } },
	        { { 0, 4, OLD | ZSK_15 } } },
	{ "nothing is as it was", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK_15 | ZSK_15, KSK_15, ZSK_15, KSK_15, 0, 0 } },
	        { { WAIT, 2, OLD | ZSK_15 }, { 0, 2, ZSK_15 } } },
	{ "another KSK beside a ZSK of before", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, OTHER_KSK | OLD | NEW, OTHER_KSK, NEW, OTHER_KSK, 0,
	                0 } },
	        { { WAIT, 3, OLD }, { 0, 3, NEW } } },
	{ "a new algorithm, and another ZSK, as a gateway finds that was away for long", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | NEW | ZSK_15, TWO_KSKS, NEW | ZSK_15, KSK,
	                0, 0 } },
	        { { DAY + 2, 2, OLD | NEW | ZSK_15 }, { DAY + 2 + WAIT, 4, OLD | NEW | ZSK_15 },
	                { 0, 4, NEW | ZSK_15 } } },
	{ "the same key", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 } },
	        { { 0, 3, OLD } } },
	{ "a key that is known",
	        { { NOW - 9 * DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 } },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 } },
	        { { DAY + 2, 3, NEW }, { 0, 2, NEW } } },
	{ "the former records have no signatures for so long",
	        { { NOW - 9 * DAY, NOW + DAY / 2, KSK | OLD, KSK, OLD, KSK, 0, NOW + DAY / 2 } },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        { { DAY / 2, 2, OLD | ZSK_15 }, { 0, 4, OLD | ZSK_15 } } },
};

static unsigned periods_of(const struct planned_period periods[2])
{
	return periods[1].until_s ? 2 : 1;
}

static void expect_row(const struct zone_bed *bed, const struct late_row *row, const char *step)
{
	char why[200];
	int64_t from_s = bed->now_s;

	snprintf(why, sizeof(why), "%s: %s", row->why, step);
	for (unsigned i = 0; i < COUNT(row->stages) && row->stages[i].shown; i++) {
		int64_t until_s =
		        row->stages[i].until_s ? NOW + row->stages[i].until_s : NOW + 3 * DAY;
		expect_at(bed, why, from_s, row->stages[i].shown, row->stages[i].keys);
		expect_at(bed, why, until_s - 1, row->stages[i].shown, row->stages[i].keys);
		from_s = until_s;
	}
}

static struct zone_bed *bed_of(const struct late_row *row)
{
	struct zone_bed *bed = zone_bed_new(NOW);

	zone_bed_plan(bed, row->before, periods_of(row->before), 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, row->late, periods_of(row->late), 2, NOW + 1);
	zone_bed_reload_well(bed);
	return bed;
}

static void what_comes_late_is_taken_once_resolvers_can_check_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct zone_bed *bed = bed_of(&rows[i]);
		expect_row(bed, &rows[i], "at once");
		bed->now_s += 10;
		zone_bed_reload_well(bed);
		expect_row(bed, &rows[i], "the same file once more");
		/* The keeper prolongs the timeline again and again. */
		for (unsigned n = 0; n < 5; n++) {
			bed->now_s += 10;
			zone_bed_plan(
			        bed, rows[i].late, periods_of(rows[i].late), 3 + n, NOW + 2 + n);
			zone_bed_reload_well(bed);
			expect_row(bed, &rows[i], "the next file");
		}
		/* In the end nothing is left of before. */
		bed->now_s = NOW + 5 * DAY / 2;
		zone_bed_reload_well(bed);
		zone_bed_reload_well(bed);
		assert_int_equal(zone_policy_signing(bed->policy)->zones[0].periods.count,
		        periods_of(rows[i].late));
		zone_bed_free(bed);
	}
}

/* It waits for no longer than it was to wait. */
static void a_clock_that_goes_back_puts_nothing_off(void **state)
{
	(void)state;
	struct zone_bed *bed = bed_of(&rows[0]);

	bed->now_s -= DAY;
	zone_bed_reload_well(bed);
	expect_at(bed, "the clock was ahead", bed->now_s + WAIT - 1, 3, OLD);
	expect_at(bed, "the clock was ahead", bed->now_s + WAIT, 3, NEW);
	zone_bed_free(bed);
}

/* What is planned for a later time begins then, unless it lacks a key whose answers are in
 * caches. */
static void later_periods_begin_as_planned(void **state)
{
	(void)state;
	static const struct planned_period late[] = {
		{ NOW - DAY, NOW + 600, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
		{ NOW + 600, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 },
		{ NOW + 2 * DAY, NOW + 3 * DAY, KSK | NEW, KSK, NEW, 0, 0, 0 },
	};
	static const struct planned_period before = BY_OLD;
	struct zone_bed *bed = zone_bed_new(NOW);

	zone_bed_plan(bed, &before, 1, 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, late, COUNT(late), 2, NOW + 1);
	for (unsigned n = 0; n < 2; n++) {
		zone_bed_reload_well(bed);
		expect_at(bed, "at first", NOW + 599, 3, OLD);
		expect_at(bed, "the old one goes soon", NOW + 600, 3, OLD | NEW);
		expect_at(bed, "the new one is known", NOW + WAIT, 3, NEW);
		expect_at(bed, "the old one's answers", NOW + 600 + DAY + 1, 3, NEW);
		expect_at(bed, "are gone", NOW + 600 + DAY + 2, 2, NEW);
		assert_true(zone_bed_period(bed, NOW + 2 * DAY - 1)->cds.count > 0);
		assert_int_equal(zone_bed_period(bed, NOW + 2 * DAY)->cds.count, 0);
		bed->now_s += 60;
	}
	zone_bed_free(bed);
}

/* Periods stay in order, and the one in force has signatures. */
static void a_clock_that_goes_back_leaves_the_periods_in_order(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct zone_bed *bed = bed_of(&rows[i]);
		bed->now_s -= DAY / 2;
		zone_bed_reload_well(bed);
		const struct sign_periods *all =
		        &zone_policy_signing(bed->policy)->zones[0].periods;
		for (unsigned n = 1; n < all->count; n++)
			assert_row(rows[i].why, all->items[n - 1].from_s < all->items[n].from_s);
		const struct sign_period *p = zone_bed_period(bed, bed->now_s);
		const struct presigned *sets[] = { &p->dnskey };
		assert_row(rows[i].why, presigned_all_last_s(sets, 1, &p->dnskey, bed->now_s) > 0);
		zone_bed_free(bed);
	}
}

/* The copy of the timeline that was in force before a restart counts as what was served
 * (timeline_copy.h). */
static void after_a_restart_a_key_that_was_stolen_goes_no_sooner(void **state)
{
	(void)state;
	static const struct planned_period before = BY_OLD;
	static const struct planned_period stolen = { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW,
		KSK, 0, 0 };
	struct zone_bed *bed = zone_bed_new(NOW);
	char copy[CONFIG_PATH_MAX + 64];

	zone_bed_configure(bed, true);
	zone_bed_plan(bed, &before, 1, 1, NOW);
	assert_int_equal(mkdir(bed->config.timeline_state, 0700), 0);
	strcpy(copy, zone_bed_path(bed, "state/" FILE_OF_TIMELINE));
	assert_int_equal(rename(zone_bed_path(bed, FILE_OF_TIMELINE), copy), 0);
	zone_bed_plan(bed, &stolen, 1, 2, NOW + 1);
	for (unsigned n = 0; n < 2; n++) {
		zone_bed_reload_well(bed);
		expect_at(bed, "at first", bed->now_s, 2, OLD | NEW);
		expect_at(bed, "the old one's answers", NOW + DAY + 1, 2, OLD | NEW);
		assert_int_equal(late_shown(bed, zone_bed_period(bed, NOW + DAY + 1)), KSK | OLD);
		assert_int_equal(late_shown(bed, zone_bed_period(bed, NOW + DAY + 2)), KSK | NEW);
		expect_at(bed, "are gone", NOW + DAY + 2, 2, OLD | NEW);
		expect_at(bed, "the new one is known", NOW + DAY + 2 + WAIT, 2, NEW);
		bed->now_s += 60;
	}
	zone_bed_free(bed);
}

/* A parent that is signed here gives the DS records of the period. */
static void the_ds_of_a_new_ksk_waits_until_caches_have_its_dnskey(void **state)
{
	(void)state;
	static const struct planned_period before = BY_OLD;
	static const struct planned_period late = { NOW - DAY, NOW + 2 * DAY,
		TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK_15, 0, 0 };
	struct zone_bed *bed = zone_bed_new(NOW);

	zone_bed_plan(bed, &before, 1, 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, &late, 1, 2, NOW + 1);
	for (unsigned n = 0; n < 3; n++) {
		zone_bed_reload_well(bed);
		int64_t known_s = NOW + DAY + 2 + WAIT;
		assert_int_equal(late_ds(bed, zone_bed_period(bed, known_s - 1)), KSK);
		assert_int_equal(late_ds(bed, zone_bed_period(bed, known_s)), KSK_15);
		bed->now_s += DAY / 2 + 600;
	}
	zone_bed_free(bed);
}

/* What is refused, and until when. */
static void a_window_that_cannot_be_closed_is_told(void **state)
{
	(void)state;
	static const struct planned_period before = BY_OLD;
	static const struct planned_period other = { NOW - DAY, NOW + 2 * DAY, KSK_15 | ZSK_15,
		KSK_15, ZSK_15, KSK_15, 0, 0 };
	static const struct planned_period stolen = { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW,
		KSK, 0, 0 };
	struct zone_bed *bed = zone_bed_new(NOW);

	zone_bed_plan(bed, &before, 1, 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, &stolen, 1, 2, NOW + 1);
	zone_bed_reload_well(bed);
	assert_int_equal(zone_policy_refused_until_s(bed->policy, 0), 0);
	zone_bed_plan(bed, &before, 1, 3, NOW + 2);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, &other, 1, 4, NOW + 3);
	zone_bed_reload_well(bed);
	assert_int_equal(zone_policy_refused_until_s(bed->policy, 0), NOW + DAY + 2);
	zone_bed_reload_well(bed);
	assert_int_equal(zone_policy_refused_until_s(bed->policy, 0), NOW + DAY + 2);
	zone_bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_late_is_taken_once_resolvers_can_check_it),
		cmocka_unit_test(a_clock_that_goes_back_puts_nothing_off),
		cmocka_unit_test(later_periods_begin_as_planned),
		cmocka_unit_test(a_clock_that_goes_back_leaves_the_periods_in_order),
		cmocka_unit_test(after_a_restart_a_key_that_was_stolen_goes_no_sooner),
		cmocka_unit_test(the_ds_of_a_new_ksk_waits_until_caches_have_its_dnskey),
		cmocka_unit_test(a_window_that_cannot_be_closed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
