/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timeline that comes too late for the keys in it does not make resolvers reject what they have. */
#include <unistd.h>

#include "base/file.h"
#include "zonebed.h"

#define NOW  INT64_C(1780000000)
#define DAY  PLANNED_DAY
#define WAIT (PLANNED_TTL_S + 2) /* clocks count in whole seconds */

/* Expects so many DNSKEY records at a time, and these keys to sign. */
static void expect_at(
        const struct zone_bed *bed, const char *why, int64_t at_s, unsigned shown, unsigned keys)
{
	const struct sign_period *p = zone_bed_period(bed, at_s);
	unsigned found = 0;

	for (unsigned n = 0; n < p->key_count; n++) {
		for (unsigned i = 0; i < ZONE_BED_KEYS; i++) {
			if (span_equal(signkey_public(p->keys[n].key),
			            signkey_public(bed->keys[i].key)))
				found |= 1u << i;
		}
	}
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
	unsigned shown, keys; /* DNSKEY records, and keys that sign, at once */
	int64_t until_s;      /* so many seconds after NOW; 0: there is no wait */
	unsigned shown_later, keys_later;
};

#define BY_OLD                                                                                     \
	{                                                                                          \
		NOW - 9 * DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0                       \
	}

static const struct late_row rows[] = {
	{ "the former key is still shown", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 } }, 3, OLD,
	        WAIT, 3, NEW },
	{ "the former key was stolen", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 } }, 2, OLD | NEW,
	        WAIT, 2, NEW },
	{ "the period before has no signatures to go on with", { BY_OLD },
	        { { NOW - 8 * DAY, NOW - DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, NOW - DAY },
	                { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 } },
	        3, OLD, WAIT, 3, NEW },
	{ "a new algorithm", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        2, OLD | ZSK_15, DAY + 2, 4, OLD | ZSK_15 },
	{ "a new algorithm that has signed for half a day",
	        { { NOW - 9 * DAY, NOW - DAY / 2, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	                { NOW - DAY / 2, NOW + 2 * DAY, KSK | OLD, KSK, OLD | ZSK_15, KSK, 0, 0 } },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        2, OLD | ZSK_15, DAY / 2 + 2, 4, OLD | ZSK_15 },
	{ "a new algorithm that has signed for long",
	        { { NOW - 9 * DAY, NOW - 2 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	                { NOW - 2 * DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD | ZSK_15, KSK, 0, 0 } },
	        { { NOW - 2 * DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15,
	                KSK, 0, 0 } },
	        4, OLD | ZSK_15, 0, 4, OLD | ZSK_15 },
	{ "nothing is as it was", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK_15 | ZSK_15, KSK_15, ZSK_15, KSK_15, 0, 0 } }, 2,
	        ZSK_15, 0, 2, ZSK_15 },
	{ "another KSK beside a ZSK of before", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, OTHER_KSK | OLD | NEW, OTHER_KSK, NEW, OTHER_KSK, 0,
	                0 } },
	        3, NEW, 0, 3, NEW },
	{ "the same key", { BY_OLD },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 } }, 3, OLD, 0,
	        3, OLD },
	{ "a key that is known",
	        { { NOW - 9 * DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 } },
	        { { NOW - DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 } }, 2, NEW, 0, 2,
	        NEW },
	{ "the former records have no signatures for so long",
	        { { NOW - 9 * DAY, NOW + DAY / 2, KSK | OLD, KSK, OLD, KSK, 0, NOW + DAY / 2 } },
	        { { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15, KSK,
	                0, 0 } },
	        4, OLD | ZSK_15, 0, 4, OLD | ZSK_15 },
};

static unsigned periods_of(const struct planned_period periods[2])
{
	return periods[1].until_s ? 2 : 1;
}

static void expect_row(const struct zone_bed *bed, const struct late_row *row, const char *step)
{
	char why[200];

	snprintf(why, sizeof(why), "%s: %s", row->why, step);
	if (row->until_s) {
		expect_at(bed, why, bed->now_s, row->shown, row->keys);
		expect_at(bed, why, NOW + row->until_s - 1, row->shown, row->keys);
	}
	assert_row(why, zone_policy_signing(bed->policy)->zones[0].periods.count ==
	                        periods_of(row->late) + (row->until_s > 0));
	expect_at(bed, why, NOW + row->until_s, row->shown_later, row->keys_later);
	expect_at(bed, why, NOW + 2 * DAY, row->shown_later, row->keys_later);
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
		bed->now_s = NOW + DAY + 2;
		zone_bed_reload_well(bed);
		expect_at(bed, rows[i].why, bed->now_s, rows[i].shown_later, rows[i].keys_later);
		assert_int_equal(zone_policy_signing(bed->policy)->zones[0].periods.count,
		        periods_of(rows[i].late));
		zone_bed_free(bed);
	}
}

/* A gateway that was away for long. With the former records no ZSK signs that is not in them. */
static void a_new_algorithm_waits_with_the_former_zsk(void **state)
{
	(void)state;
	static const struct late_row row = { "another ZSK, too", { BY_OLD },
		{ { NOW - DAY, NOW + 2 * DAY, TWO_KSKS | NEW | ZSK_15, TWO_KSKS, NEW | ZSK_15, KSK,
		        0, 0 } },
		2, OLD | ZSK_15, DAY + 2, 0, 0 };
	struct zone_bed *bed = bed_of(&row);

	expect_at(bed, row.why, NOW, row.shown, row.keys);
	expect_at(bed, row.why, NOW + row.until_s - 1, row.shown, row.keys);
	zone_bed_free(bed);
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

/* What is planned for a later time begins then, as long as the order stays. */
static void later_periods_begin_as_planned(void **state)
{
	(void)state;
	static const struct planned_period late[] = {
		{ NOW - DAY, NOW + 600, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
		{ NOW + 600, NOW + DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 },
		{ NOW + DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, 0, 0, 0 },
	};
	static const struct planned_period before = BY_OLD;
	struct zone_bed *bed = zone_bed_new(NOW);

	zone_bed_plan(bed, &before, 1, 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, late, COUNT(late), 2, NOW + 1);
	for (unsigned n = 0; n < 2; n++) {
		zone_bed_reload_well(bed);
		expect_at(bed, "between", NOW + WAIT - 1, 3, OLD);
		expect_at(bed, "the second one", NOW + WAIT, 2, NEW);
		assert_true(zone_bed_period(bed, NOW + DAY - 1)->cds.count > 0);
		assert_int_equal(zone_bed_period(bed, NOW + DAY)->cds.count, 0);
		bed->now_s += 60;
	}
	zone_bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_late_is_taken_once_resolvers_can_check_it),
		cmocka_unit_test(a_new_algorithm_waits_with_the_former_zsk),
		cmocka_unit_test(a_clock_that_goes_back_puts_nothing_off),
		cmocka_unit_test(later_periods_begin_as_planned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
