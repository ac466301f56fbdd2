/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone that the keeper looks after begins unsigned, and ends so only if its timeline says it. */
#include <unistd.h>

#include "base/log.h"
#include "daemon/timeline_watch.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"
#include "zonebed.h"

#define NOW INT64_C(1780000000)
#define DAY PLANNED_DAY

static const struct planned_period period[] = {
	{ NOW, NOW + 3 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 },
};

static void drop(const struct zone_bed *bed, const char *file)
{
	assert_int_equal(unlink(zone_bed_path(bed, file)), 0);
}

static struct zone_bed *kept_bed(void)
{
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	log_set_level(LOG_LEVEL_ERROR - 1);
	zone_bed_configure(bed, true);
	return bed;
}

/* Writes a timeline of this generation: with a period, or unsigned. */
static void plan(struct zone_bed *bed, bool is_signed, uint64_t generation)
{
	zone_bed_plan(bed, period, is_signed, generation, NOW);
}

static const struct sign_zone *zone_now(const struct zone_bed *bed)
{
	return &zone_policy_signing(bed->policy)->zones[0];
}

/* What the zone is: signed, unsigned, or broken without anything from before. */
static const char *state_of(const struct zone_bed *bed)
{
	const struct sign_zone *zone = zone_now(bed);

	if (zone->is_unsigned)
		return zone->periods.count == 0 && zone_policy_unsigned(bed->policy, 0) ? "unsigned"
		                                                                        : "muddled";
	if (zone_policy_unsigned(bed->policy, 0))
		return "muddled";
	return sign_zone_period(zone, NOW)->key_count > 0 ? "signed" : "nothing";
}

/* Expects a state, and a fault that says so; NULL: none. */
static void expect(
        const struct zone_bed *bed, const char *why, const char *state, const char *fault)
{
	const char *found = zone_policy_fault(bed->policy, 0);

	if (strcmp(state_of(bed), state) != 0)
		fail_msg("%s: %s, and not %s (%s)", why, state_of(bed), state, found ? found : "");
	if ((fault == NULL) != (found == NULL) || (fault && !strstr(found, fault)))
		fail_msg("%s: \"%s\", and not \"%s\"", why, found ? found : "", fault ? fault : "");
}

static void a_kept_zone_begins_unsigned_and_is_signed_once_there_is_a_timeline(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	zone_bed_reload(bed);
	expect(bed, "the keeper has not begun", "unsigned", NULL);
	assert_string_equal(zone_policy_unsigned(bed->policy, 0), "the keeper has not begun");
	assert_false(zone_policy_is_all_broken(bed->policy));
	assert_int_equal(zone_policy_counts(bed->policy).without_signing, 1);
	assert_int_equal(zone_policy_counts(bed->policy).unchecked, 0);
	zone_bed_reload(bed);
	assert_int_equal(zone_policy_counts(bed->policy).changed, 0);
	plan(bed, true, 1);
	zone_bed_reload(bed);
	expect(bed, "it has begun", "signed", NULL);
	assert_int_equal(zone_policy_counts(bed->policy).without_signing, 0);
	zone_bed_free(bed);
}

static void only_the_keeper_leaves_a_zone_unsigned(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	zone_bed_configure(bed, false);
	zone_bed_reload(bed);
	expect(bed, "keys are missing", "nothing", "there is no file");
	assert_true(zone_policy_is_all_broken(bed->policy));
	plan(bed, false, 1);
	zone_bed_reload(bed);
	expect(bed, "a timeline says so", "nothing", "counts only for a zone with keeper = true");
	zone_bed_free(bed);
}

/* Somebody may have removed the file, or the copy of it has failed. */
static void a_timeline_that_is_missing_ends_nothing(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	plan(bed, true, 1);
	zone_bed_reload(bed);
	drop(bed, FILE_OF_TIMELINE);
	for (unsigned n = 0; n < 2; n++) {
		zone_bed_reload(bed);
		expect(bed, "no file", "signed", FILE_OF_TIMELINE " is missing: the zone goes on");
	}
	zone_bed_make_by_hand(bed, NOW);
	zone_bed_reload(bed);
	expect(bed, "key files of long ago", "signed", FILE_OF_TIMELINE " is missing");
	assert_int_equal(signkey_algorithm(sign_zone_period(zone_now(bed), NOW)->keys[0].key),
	        ALGORITHM_ECDSAP256);
	plan(bed, true, 2);
	zone_bed_reload(bed);
	expect(bed, "it is back", "signed", NULL);
	zone_bed_free(bed);
}

static void a_timeline_ends_signing_if_it_says_so_and_is_newer(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_signed;
		uint64_t generation; /* 0: the file is removed */
		const char *state, *fault;
	} steps[] = {
		{ "unsigned at first", false, 5, "unsigned", NULL },
		{ "signed", true, 7, "signed", NULL },
		{ "the first one once more", false, 5, "signed", "its generation 5 is older" },
		{ "one of the same generation", false, 7, "signed", "two keepers" },
		{ "unsigned", false, 9, "unsigned", NULL },
		{ "the signed one once more", true, 7, "unsigned", "its generation 7 is older" },
		{ "a signed one of the same generation", true, 9, "unsigned", "two keepers" },
		{ "no file", false, 0, "unsigned", "is missing" },
		{ "unsigned, again", false, 9, "unsigned", NULL },
		{ "signed again", true, 10, "signed", NULL },
	};
	struct zone_bed *bed = kept_bed();

	for (unsigned i = 0; i < COUNT(steps); i++) {
		if (steps[i].generation)
			plan(bed, steps[i].is_signed, steps[i].generation);
		else
			drop(bed, FILE_OF_TIMELINE);
		zone_bed_reload(bed);
		expect(bed, steps[i].why, steps[i].state, steps[i].fault);
	}
	zone_bed_free(bed);
}

/* Keys that were made by hand go on until the keeper's timeline takes over. */
static void key_files_of_a_kept_zone_count_until_there_is_a_timeline(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	zone_bed_reload(bed);
	zone_bed_make_by_hand(bed, NOW);
	zone_bed_reload(bed);
	expect(bed, "by hand", "signed", NULL);
	drop(bed, "K" ZONE ".signed-dnskey");
	zone_bed_reload(bed);
	expect(bed, "the files are gone", "signed", FILE_OF_TIMELINE " is missing");
	plan(bed, true, 1);
	zone_bed_reload(bed);
	expect(bed, "by the keeper", "signed", NULL);
	assert_int_equal(signkey_algorithm(sign_zone_period(zone_now(bed), NOW)->keys[0].key),
	        ALGORITHM_ECDSAP256);
	zone_bed_free(bed);
}

/* A zone may be signed, and its files in a place that is not mounted, or not to be looked into. */
static void what_cannot_be_looked_at_is_not_absent(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	zone_bed_put(bed, FILE_OF_TIMELINE, "damaged");
	zone_bed_reload(bed);
	expect(bed, "a damaged file", "nothing", "the first line is not");
	drop(bed, FILE_OF_TIMELINE);
	assert_int_equal(symlink("nowhere", zone_bed_path(bed, FILE_OF_TIMELINE)), 0);
	zone_bed_reload(bed);
	expect(bed, "a link to nothing", "nothing", FILE_OF_TIMELINE);
	strcat(bed->config.keeper_timelines, "/missing");
	zone_bed_configure(bed, true);
	zone_bed_reload(bed);
	expect(bed, "no directory", "nothing", "missing");
	zone_bed_free(bed);
}

/* Until the signatures are checked the zone stays as it was. */
static void a_timeline_that_is_not_checked_yet_changes_nothing(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();

	zone_bed_reload(bed);
	plan(bed, true, 1);
	zone_bed_reload_for(bed, 0);
	expect(bed, "not checked", "unsigned", NULL);
	zone_policy_check_some(bed->policy, bed->crypto, UINT64_MAX);
	struct zone_policy *next = zone_policy_settle(bed->policy, NOW + 60);
	zone_policy_free(bed->policy);
	bed->policy = next;
	expect(bed, "checked", "signed", NULL);
	plan(bed, false, 2);
	zone_bed_reload_for(bed, 0);
	expect(bed, "there is nothing to check", "unsigned", NULL);
	zone_bed_free(bed);
}

/* The file came after the zones were read, and before the first look. */
static void a_timeline_that_comes_during_the_start_is_seen(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();
	struct timeline_watch watch = { .count = 0 };

	zone_bed_reload(bed);
	plan(bed, true, 1);
	assert_non_null(timeline_watch_look(&watch, bed->policy, 1000));
	zone_bed_reload(bed);
	timeline_watch_note(&watch);
	assert_null(timeline_watch_look(&watch, bed->policy, 1000));
	assert_null(timeline_watch_look(&watch, bed->policy, 1000 + TIMELINE_WATCH_MS));
	timeline_watch_fini(&watch);
	zone_bed_free(bed);
}

static void look_finds(
        struct timeline_watch *w, const struct zone_bed *bed, uint64_t now_ms, const char *zone)
{
	const struct name *found = timeline_watch_look(w, bed->policy, now_ms);
	struct name name;

	if (!zone) {
		assert_null(found);
		return;
	}
	assert_true(name_from_text(zone, &name));
	assert_row(zone, found && name_equal(found, &name));
}

static void of_two_new_timelines_none_is_lost(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();
	struct timeline_watch watch = { .count = 0 };

	zone_bed_put(bed, "longer-name.test.conf", "keeper = true;\n");
	zone_bed_reload(bed);
	look_finds(&watch, bed, 1000, NULL);
	zone_bed_put(bed, "Klonger-name.test.timeline", "of another length");
	plan(bed, true, 1);
	look_finds(&watch, bed, 3000, ZONE);
	timeline_watch_note(&watch);
	look_finds(&watch, bed, 3001, "longer-name.test");
	timeline_watch_note(&watch);
	look_finds(&watch, bed, 3002, NULL);
	timeline_watch_fini(&watch);
	zone_bed_free(bed);
}

/* Memory or descriptors may be short for a moment, or a worker late. */
static void a_timeline_that_was_not_read_is_found_again(void **state)
{
	(void)state;
	struct zone_bed *bed = kept_bed();
	struct timeline_watch watch = { .count = 0 };

	zone_bed_reload(bed);
	look_finds(&watch, bed, 1000, NULL);
	plan(bed, true, 1);
	look_finds(&watch, bed, 3000, ZONE);
	look_finds(&watch, bed, 3000 + TIMELINE_WATCH_MS - 1, NULL);
	look_finds(&watch, bed, 3000 + TIMELINE_WATCH_MS, ZONE);
	/* it is written once more while it is read */
	plan(bed, true, 2);
	timeline_watch_note(&watch);
	look_finds(&watch, bed, 3001 + TIMELINE_WATCH_MS, ZONE);
	timeline_watch_note(&watch);
	look_finds(&watch, bed, 3002 + TIMELINE_WATCH_MS, NULL);
	timeline_watch_fini(&watch);
	zone_bed_free(bed);
}

/* Returns what is wrong with a text after the line `made`, with a digest that fits; NULL:
 * nothing. */
static const char *wrong_with(struct zone_bed *bed, const char *rest)
{
	static struct complaint error;
	struct timeline t;
	char text[1000];

	snprintf(text, sizeof(text),
	        TIMELINE_FIRST_LINE "\nzone " ZONE "\ngeneration 3\nmade 20260528202640\n%s%s",
	        rest, TIMELINE_SEAL "00\n");
	char *sealed = planned_seal(bed->crypto, text);
	bool is_read = timeline_read(&t, bed->crypto, sealed, "file", &error);
	free(sealed);
	if (!is_read)
		return error.text;
	assert_true(timeline_is_unsigned(&t));
	assert_null(timeline_at(&t, NOW));
	assert_int_equal(timeline_end_s(&t), 0);
	timeline_fini(&t);
	return NULL;
}

/* That the rest of a file is missing says nothing. */
static void a_timeline_is_unsigned_only_if_one_word_says_so(void **state)
{
	(void)state;
	static const struct {
		const char *why, *rest, *fault;
	} rows[] = {
		{ "the word", "unsigned\n", NULL },
		{ "a comment behind it", "unsigned\n; the end\n", NULL },
		{ "nothing", "", "the timeline has no period" },
		{ "a value", "unsigned 1\n", "malformed line" },
		{ "twice", "unsigned\nunsigned\n", "\"unsigned\" is not expected here" },
		{ "a period follows", "unsigned\nperiod 20260528202640 20260529202640\n",
		        "\"period\" is not expected here" },
		{ "a ZSK follows", "unsigned\nzsk 15 1 AAAA\n", "\"zsk\" is not expected here" },
		{ "a record follows", "unsigned\n" ZONE ". 1 IN CDS 0 0 0 00\n", "unknown line" },
	};
	struct zone_bed *bed = kept_bed();

	for (unsigned i = 0; i < COUNT(rows); i++) {
		const char *fault = wrong_with(bed, rows[i].rest);
		if ((fault == NULL) != (rows[i].fault == NULL) ||
		        (fault && !strstr(fault, rows[i].fault)))
			fail_msg("%s: %s", rows[i].why, fault ? fault : "nothing is wrong");
	}
	zone_bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        a_kept_zone_begins_unsigned_and_is_signed_once_there_is_a_timeline),
		cmocka_unit_test(only_the_keeper_leaves_a_zone_unsigned),
		cmocka_unit_test(a_timeline_that_is_missing_ends_nothing),
		cmocka_unit_test(a_timeline_ends_signing_if_it_says_so_and_is_newer),
		cmocka_unit_test(key_files_of_a_kept_zone_count_until_there_is_a_timeline),
		cmocka_unit_test(what_cannot_be_looked_at_is_not_absent),
		cmocka_unit_test(a_timeline_that_is_not_checked_yet_changes_nothing),
		cmocka_unit_test(a_timeline_that_comes_during_the_start_is_seen),
		cmocka_unit_test(of_two_new_timelines_none_is_lost),
		cmocka_unit_test(a_timeline_that_was_not_read_is_found_again),
		cmocka_unit_test(a_timeline_is_unsigned_only_if_one_word_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
