/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Over a restart, a timeline that is missing or old does not count. */
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/timeline_memory.h"
#include "daemon/zone_keeper.h"
#include "zonebed.h"

#define DAY    PLANNED_DAY
#define OTHER  "example.net"
#define HEADER "sealgate-timelines 1\n"

struct bed {
	struct zone_bed *zone;
	struct zone_keeper *keeper;
};

static struct bed *bed_new(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	log_set_level(LOG_LEVEL_ERROR - 1);
	bed->zone = zone_bed_new(clock_wall_s());
	zone_bed_configure(bed->zone, true);
	return bed;
}

static void bed_free(struct bed *bed)
{
	zone_keeper_free(bed->keeper);
	zone_bed_free(bed->zone);
	free(bed);
}

/* Writes a timeline of this generation: with a period, or unsigned. Generation 0: there is none. */
static void plan(struct bed *bed, bool is_signed, uint64_t generation)
{
	int64_t from_s = clock_wall_s() - 60;
	const struct planned_period period = { from_s, from_s + 5 * DAY, KSK | OLD, KSK, OLD, KSK,
		0, 0 };

	if (generation == 0)
		unlink(zone_bed_path(bed->zone, FILE_OF_TIMELINE));
	else
		zone_bed_plan(bed->zone, &period, is_signed, generation, from_s);
}

static void look(struct bed *bed)
{
	zone_keeper_look(bed->keeper, clock_wall_s(), clock_monotonic_ms());
}

static void start(struct bed *bed)
{
	struct complaint why;

	zone_keeper_free(bed->keeper);
	bed->keeper = zone_keeper_new(&bed->zone->config, &why);
	assert_row(why.text, bed->keeper);
	look(bed);
}

static void reload(struct bed *bed)
{
	struct complaint why;

	look(bed);
	assert_row(why.text, zone_keeper_reload(bed->keeper, &bed->zone->config, &why) == 0);
	look(bed);
}

static void expect(const struct bed *bed, const char *why, const char *state, const char *fault)
{
	struct name apex;
	const struct sign_policy *p = zone_keeper_policy(bed->keeper);

	assert_true(name_from_text(ZONE, &apex));
	const struct sign_zone *zone = sign_policy_apex(p, &apex);
	assert_row(why, zone);
	const char *found = zone_keeper_fault(bed->keeper, (unsigned)(zone - p->zones));
	const char *is = zone->is_unsigned ? "unsigned" : zone->periods.count ? "signed" : "broken";
	if (strcmp(is, state) != 0)
		fail_msg("%s: %s, and not %s (%s)", why, is, state, found ? found : "");
	if ((fault == NULL) != (found == NULL) || (fault && !strstr(found, fault)))
		fail_msg("%s: \"%s\", and not \"%s\"", why, found ? found : "", fault ? fault : "");
}

static void a_restart_does_not_forget_which_timeline_was_in_force(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_signed;
		uint64_t generation;
		const char *state, *fault;
	} starts[] = {
		{ "the keeper has not begun", false, 0, "unsigned", NULL },
		{ "it has", true, 5, "signed", NULL },
		{ "the file is lost", false, 0, "broken", "example.org.timeline is missing, and" },
		{ "an old one", true, 4, "broken", "its generation 4 is older than 5" },
		{ "an old one that ends signing", false, 4, "broken", "is older than 5" },
		{ "it is back", true, 5, "signed", NULL },
		{ "a newer one", true, 6, "signed", NULL },
		{ "the end", false, 7, "unsigned", NULL },
		{ "no file, and no need of one", false, 0, "unsigned", NULL },
		{ "the last signed one", true, 6, "broken", "its generation 6 is older than 7" },
		{ "a new begin", true, 8, "signed", NULL },
	};
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < COUNT(starts); i++) {
		plan(bed, starts[i].is_signed, starts[i].generation);
		start(bed);
		expect(bed, starts[i].why, starts[i].state, starts[i].fault);
	}
	assert_int_equal(unlink(zone_bed_path(bed->zone, "state")), 0);
	plan(bed, true, 2);
	start(bed);
	expect(bed, "the way out", "signed", NULL);
	bed_free(bed);
}

static void a_zone_that_waits_for_its_timeline_takes_it_when_it_comes(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan(bed, false, 0);
	start(bed);
	expect(bed, "no file", "broken", "is missing");
	assert_int_equal(zone_keeper_alarm(bed->keeper, 0, clock_wall_s()), ZONE_ALARM_FAILED);
	plan(bed, true, 4);
	reload(bed);
	expect(bed, "an old one", "broken", "is older than 5");
	plan(bed, true, 5);
	reload(bed);
	expect(bed, "it is back", "signed", NULL);
	assert_int_equal(zone_keeper_alarm(bed->keeper, 0, clock_wall_s()), ZONE_ALARM_NEEDS);
	bed_free(bed);
}

static void a_zone_that_is_taken_out_is_forgotten(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	zone_bed_put(bed->zone, OTHER ".conf", "keeper = true;\n");
	plan(bed, true, 5);
	start(bed);
	plan(bed, true, 4);
	reload(bed);
	expect(bed, "an old one", "signed", "is older than 5");
	assert_int_equal(unlink(zone_bed_path(bed->zone, ZONE ".conf")), 0);
	reload(bed);
	zone_bed_put(bed->zone, ZONE ".conf", "keeper = true;\n");
	reload(bed);
	expect(bed, "a zone that is new", "signed", NULL);
	zone_bed_put(bed->zone, ZONE ".conf", "keeper = nonsense;\n");
	start(bed);
	plan(bed, true, 3);
	zone_bed_put(bed->zone, ZONE ".conf", "keeper = true;\n");
	reload(bed);
	expect(bed, "it could not be read for a while", "broken", "is older than 4");
	bed_free(bed);
}

static void a_zone_that_gets_keys_of_its_own_is_forgotten(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan(bed, false, 0);
	zone_bed_make_by_hand(bed->zone, clock_wall_s());
	zone_bed_configure(bed->zone, false);
	reload(bed);
	expect(bed, "by hand", "signed", NULL);
	zone_bed_put(bed->zone, ZONE ".conf", "keeper = true;\n");
	plan(bed, true, 4);
	reload(bed);
	expect(bed, "a keeper that begins anew", "signed", NULL);
	bed_free(bed);
}

static void a_damaged_memory_counts_as_a_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text, *fault;
		unsigned count;
	} rows[] = {
		{ "nothing", HEADER, NULL, 0 },
		{ "two zones",
		        HEADER "# a\nb.test. 1 signed\na.test. 18446744073709551615 unsigned\n",
		        NULL, 2 },
		{ "another file", "b.test. 1 signed\n", ":1: the first line", 0 },
		{ "no state", HEADER "b.test. 1\n", ":2: a line has", 0 },
		{ "a word more", HEADER "b.test. 1 signed x\n", ":2: a line has", 0 },
		{ "another state", HEADER "b.test. 1 asleep\n", ":2: the state is", 0 },
		{ "no number", HEADER "b.test. -1 signed\n", ":2: the generation", 0 },
		{ "no name", HEADER "b..test 1 signed\n", ":2: the first word", 0 },
		{ "a zone twice", HEADER "b.test. 1 signed\nB.test. 2 signed\n", ":3: the zone",
		        0 },
	};
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct timeline_memory m;
		struct complaint why;
		zone_bed_put(bed->zone, "state", rows[i].text);
		int result = timeline_memory_load(&m, bed->zone->config.timeline_state, &why);
		assert_row(rows[i].why, (result < 0) == (rows[i].fault != NULL));
		assert_row(why.text, !rows[i].fault || strstr(why.text, rows[i].fault));
		assert_row(rows[i].why, m.count == rows[i].count);
		assert_row(rows[i].why,
		        (access(zone_bed_path(bed->zone, "state"), F_OK) < 0) == (result < 0));
		timeline_memory_fini(&m);
	}
	bed_free(bed);
}

/* ---- The memory alone ---- */

static struct remembered_timeline timeline_of(unsigned zone, uint64_t generation, bool is_unsigned)
{
	struct remembered_timeline r = { .generation = generation, .is_unsigned = is_unsigned };
	char text[30];

	snprintf(text, sizeof(text), "z%u.test", zone);
	assert_true(name_from_text(text, &r.zone));
	return r;
}

static void note(struct timeline_memory *m, unsigned zone, uint64_t generation, bool is_unsigned)
{
	const struct remembered_timeline now = timeline_of(zone, generation, is_unsigned);

	assert_true(timeline_memory_note(m, &now));
}

static void forget(struct timeline_memory *m, unsigned zone)
{
	const struct remembered_timeline none = timeline_of(zone, 0, false);

	timeline_memory_forget(m, &none.zone);
}

/* Returns true if saving writes the file. */
static bool is_written(struct timeline_memory *m)
{
	struct complaint why;

	if (access(m->path, F_OK) == 0)
		assert_int_equal(unlink(m->path), 0);
	assert_int_equal(timeline_memory_save(m, &why), 0);
	return access(m->path, F_OK) == 0;
}

static void what_changed_is_written_and_nothing_else(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned zone;
		uint64_t generation; /* 0: it is forgotten */
		bool is_unsigned, is_written;
	} rows[] = {
		{ "a zone", 1, 5, false, true },
		{ "nothing new", 1, 5, false, false },
		{ "another generation", 1, 6, false, true },
		{ "it became unsigned", 1, 6, true, true },
		{ "it became signed", 1, 6, false, true },
		{ "another zone", 2, 6, false, true },
		{ "it is forgotten", 2, 0, false, true },
		{ "nothing to forget", 2, 0, false, false },
	};
	struct bed *bed = bed_new();
	struct timeline_memory m = { .path = bed->zone->config.timeline_state };

	for (unsigned i = 0; i < COUNT(rows); i++) {
		if (rows[i].generation)
			note(&m, rows[i].zone, rows[i].generation, rows[i].is_unsigned);
		else
			forget(&m, rows[i].zone);
		assert_row(rows[i].why, is_written(&m) == rows[i].is_written);
		assert_row(rows[i].why, !is_written(&m));
	}
	timeline_memory_fini(&m);
	bed_free(bed);
}

/* Zones come and go in any order. The one with the number n has the generation n + 1. */
static void each_of_many_zones_is_found_again(void **state)
{
	(void)state;
	enum { ZONES = 100, STEP = 37 }; /* without a common divisor */
	struct bed *bed = bed_new();
	struct timeline_memory m = { .path = bed->zone->config.timeline_state };
	struct complaint why;

	for (unsigned i = 0, zone = 0; i < ZONES; i++, zone = (zone + STEP) % ZONES)
		note(&m, zone, zone + 1, zone % 2);
	for (unsigned zone = 0; zone < ZONES; zone += 3)
		forget(&m, zone);
	assert_int_equal(timeline_memory_save(&m, &why), 0);
	timeline_memory_fini(&m);
	assert_int_equal(timeline_memory_load(&m, bed->zone->config.timeline_state, &why), 0);
	for (unsigned zone = 0; zone < ZONES; zone++) {
		const struct remembered_timeline wanted = timeline_of(zone, zone + 1, zone % 2);
		const struct remembered_timeline *found = timeline_memory_find(&m, &wanted.zone);
		assert_int_equal(found == NULL, zone % 3 == 0);
		assert_true(!found || (found->generation == zone + 1 &&
		                              found->is_unsigned == (zone % 2 == 1)));
	}
	assert_false(is_written(&m)); /* it was read, and did not change */
	timeline_memory_fini(&m);
	bed_free(bed);
}

static void a_memory_that_is_no_text_says_so(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct timeline_memory m;
	struct complaint why;
	FILE *file = fopen(bed->zone->config.timeline_state, "wb");

	fwrite(HEADER "\0", 1, sizeof(HEADER), file);
	fclose(file);
	assert_int_equal(timeline_memory_load(&m, bed->zone->config.timeline_state, &why), -1);
	assert_non_null(strstr(why.text, "state: it is binary or too large"));
	timeline_memory_fini(&m);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_does_not_forget_which_timeline_was_in_force),
		cmocka_unit_test(a_zone_that_waits_for_its_timeline_takes_it_when_it_comes),
		cmocka_unit_test(a_zone_that_is_taken_out_is_forgotten),
		cmocka_unit_test(a_zone_that_gets_keys_of_its_own_is_forgotten),
		cmocka_unit_test(a_damaged_memory_counts_as_a_whole_or_not_at_all),
		cmocka_unit_test(what_changed_is_written_and_nothing_else),
		cmocka_unit_test(each_of_many_zones_is_found_again),
		cmocka_unit_test(a_memory_that_is_no_text_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
