/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone that the keeper looks after begins unsigned, and ends so only if its timeline says it. */
#include "test.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/timeline_watch.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_policy.h"
#include "keys/key_text.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"
#include "planned.h"

#define NOW              INT64_C(1780000000)
#define DAY              PLANNED_DAY
#define ZONE             "example.org"
#define FILE_OF_TIMELINE "K" ZONE ".timeline"

#define FILES_SETTLE_US 30000 /* then a file that is the same counts as the same (base/file.c) */

enum { KSK = 1, ZSK = 2, KEYS = 2 };

struct bed {
	struct config config;
	struct crypto *crypto;
	struct name zone;
	struct keypair keys[KEYS];
	struct zone_policy *policy;
	struct timeline_watch watch;
};

static const struct planned_period period[] = {
	{ NOW, NOW + 3 * DAY, KSK | ZSK, KSK, ZSK, KSK, 0, 0 },
};

static const char *path_of(const struct bed *bed, const char *file)
{
	static char path[CONFIG_PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", bed->config.sign_zones_directory, file);
	return path;
}

static void put(const struct bed *bed, const char *file, const char *text)
{
	assert_int_equal(file_replace(path_of(bed, file), text, 0600), 0);
	usleep(FILES_SETTLE_US);
}

static void drop(const struct bed *bed, const char *file)
{
	assert_int_equal(unlink(path_of(bed, file)), 0);
}

static void configure(const struct bed *bed, bool is_kept)
{
	char text[CONFIG_PATH_MAX + 64];

	snprintf(text, sizeof(text), "keys = \"%s\";\n", bed->config.sign_zones_directory);
	put(bed, ZONE ".conf", is_kept ? "keeper = true;\n" : text);
}

static struct bed *bed_new(void)
{
	static const uint16_t flags[KEYS] = { KEYPAIR_KSK, KEYPAIR_ZSK };
	struct bed *bed = calloc(1, sizeof(*bed));

	log_set_level(LOG_LEVEL_ERROR - 1);
	config_defaults(&bed->config);
	strcpy(bed->config.sign_zones_directory, "/tmp/sealgate-unsigned-XXXXXX");
	assert_non_null(mkdtemp(bed->config.sign_zones_directory));
	strcpy(bed->config.keeper_timelines, bed->config.sign_zones_directory);
	bed->crypto = crypto_new();
	assert_true(name_from_text(ZONE, &bed->zone));
	for (unsigned i = 0; i < KEYS; i++)
		planned_key(&bed->keys[i], &bed->zone, flags[i], ALGORITHM_ECDSAP256);
	configure(bed, true);
	return bed;
}

static void bed_free(struct bed *bed)
{
	char line[CONFIG_PATH_MAX + 64];

	timeline_watch_fini(&bed->watch);
	zone_policy_free(bed->policy);
	crypto_free(bed->crypto);
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&bed->keys[i]);
	snprintf(line, sizeof(line), "rm -r %s", bed->config.sign_zones_directory);
	assert_int_equal(system(line), 0);
	config_fini(&bed->config);
	free(bed);
}

/* Writes a timeline of this generation: with a period, or unsigned. */
static void plan(struct bed *bed, bool is_signed, uint64_t generation)
{
	struct complaint error;
	struct timeline t;

	planned_make(&t, bed->crypto, bed->keys, period, is_signed);
	t.generation = generation;
	if (!is_signed)
		t.zsk_count = 0;
	char *text = timeline_write(&t, bed->crypto, &error);
	assert_row(error.text, text != NULL);
	put(bed, FILE_OF_TIMELINE, text);
	key_text_free(text);
	timeline_fini(&t);
}

static void make_by_hand(struct bed *bed)
{
	struct zone_key_files files = { .directory = bed->config.sign_zones_directory,
		.zone = &bed->zone };
	struct complaint why;
	unsigned made;

	assert_int_equal(zone_keys_generate(&files, ALGORITHM_ED25519, NOW, &made, &why), 0);
	const struct zone_signing how = { .now_s = NOW, .days = 8, .group = (gid_t)-1 };
	assert_int_equal(zone_keys_sign(&files, bed->crypto, &how, &why), 0);
	zone_key_files_free(&files);
	usleep(FILES_SETTLE_US);
}

/* Reads all again, and checks at once for so long. */
static void reload_for(struct bed *bed, uint64_t check_ms)
{
	struct complaint why;
	struct zone_policy *next =
	        zone_policy_make(&bed->config, bed->policy, NOW + 60, check_ms, &why);

	assert_row(why.text, next);
	zone_policy_free(bed->policy);
	bed->policy = next;
}

static void reload(struct bed *bed)
{
	reload_for(bed, ZONE_POLICY_CHECK_START);
}

static const struct sign_zone *zone_now(const struct bed *bed)
{
	return &zone_policy_signing(bed->policy)->zones[0];
}

/* What the zone is: signed, unsigned, or broken without anything from before. */
static const char *state_of(const struct bed *bed)
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
static void expect(const struct bed *bed, const char *why, const char *state, const char *fault)
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
	struct bed *bed = bed_new();

	reload(bed);
	expect(bed, "the keeper has not begun", "unsigned", NULL);
	assert_string_equal(zone_policy_unsigned(bed->policy, 0), "the keeper has not begun");
	assert_false(zone_policy_is_all_broken(bed->policy));
	assert_int_equal(zone_policy_counts(bed->policy).without_signing, 1);
	assert_int_equal(zone_policy_counts(bed->policy).unchecked, 0);
	reload(bed);
	assert_int_equal(zone_policy_counts(bed->policy).changed, 0);
	plan(bed, true, 1);
	reload(bed);
	expect(bed, "it has begun", "signed", NULL);
	assert_int_equal(zone_policy_counts(bed->policy).without_signing, 0);
	bed_free(bed);
}

static void only_the_keeper_leaves_a_zone_unsigned(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	configure(bed, false);
	reload(bed);
	expect(bed, "keys are missing", "nothing", "there is no file");
	assert_true(zone_policy_is_all_broken(bed->policy));
	plan(bed, false, 1);
	reload(bed);
	expect(bed, "a timeline says so", "nothing", "counts only for a zone with keeper = true");
	bed_free(bed);
}

/* Somebody may have removed the file, or the copy of it has failed. */
static void a_timeline_that_is_missing_ends_nothing(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 1);
	reload(bed);
	drop(bed, FILE_OF_TIMELINE);
	for (unsigned n = 0; n < 2; n++) {
		reload(bed);
		expect(bed, "no file", "signed", FILE_OF_TIMELINE " is missing: the zone goes on");
	}
	make_by_hand(bed);
	reload(bed);
	expect(bed, "key files of long ago", "signed", FILE_OF_TIMELINE " is missing");
	assert_int_equal(signkey_algorithm(sign_zone_period(zone_now(bed), NOW)->keys[0].key),
	        ALGORITHM_ECDSAP256);
	plan(bed, true, 2);
	reload(bed);
	expect(bed, "it is back", "signed", NULL);
	bed_free(bed);
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
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < COUNT(steps); i++) {
		if (steps[i].generation)
			plan(bed, steps[i].is_signed, steps[i].generation);
		else
			drop(bed, FILE_OF_TIMELINE);
		reload(bed);
		expect(bed, steps[i].why, steps[i].state, steps[i].fault);
	}
	bed_free(bed);
}

/* Keys that were made by hand go on until the keeper's timeline takes over. */
static void key_files_of_a_kept_zone_count_until_there_is_a_timeline(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	reload(bed);
	make_by_hand(bed);
	reload(bed);
	expect(bed, "by hand", "signed", NULL);
	drop(bed, "K" ZONE ".signed-dnskey");
	reload(bed);
	expect(bed, "the files are gone", "signed", FILE_OF_TIMELINE " is missing");
	plan(bed, true, 1);
	reload(bed);
	expect(bed, "by the keeper", "signed", NULL);
	assert_int_equal(signkey_algorithm(sign_zone_period(zone_now(bed), NOW)->keys[0].key),
	        ALGORITHM_ECDSAP256);
	bed_free(bed);
}

/* A zone may be signed, and its files in a place that is not mounted, or not to be looked into. */
static void what_cannot_be_looked_at_is_not_absent(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	put(bed, FILE_OF_TIMELINE, "damaged");
	reload(bed);
	expect(bed, "a damaged file", "nothing", "the first line is not");
	drop(bed, FILE_OF_TIMELINE);
	assert_int_equal(symlink("nowhere", path_of(bed, FILE_OF_TIMELINE)), 0);
	reload(bed);
	expect(bed, "a link to nothing", "nothing", FILE_OF_TIMELINE);
	strcat(bed->config.keeper_timelines, "/missing");
	configure(bed, true);
	reload(bed);
	expect(bed, "no directory", "nothing", "missing");
	bed_free(bed);
}

/* Until the signatures are checked the zone stays as it was. */
static void a_timeline_that_is_not_checked_yet_changes_nothing(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	reload(bed);
	plan(bed, true, 1);
	reload_for(bed, 0);
	expect(bed, "not checked", "unsigned", NULL);
	zone_policy_check_some(bed->policy, bed->crypto, UINT64_MAX);
	struct zone_policy *next = zone_policy_settle(bed->policy, NOW + 60);
	zone_policy_free(bed->policy);
	bed->policy = next;
	expect(bed, "checked", "signed", NULL);
	plan(bed, false, 2);
	reload_for(bed, 0);
	expect(bed, "there is nothing to check", "unsigned", NULL);
	bed_free(bed);
}

/* The file came after the zones were read, and before the first look. */
static void a_timeline_that_comes_during_the_start_is_seen(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	reload(bed);
	plan(bed, true, 1);
	assert_non_null(timeline_watch_look(&bed->watch, bed->policy, 1000));
	reload(bed);
	timeline_watch_note(&bed->watch);
	assert_null(timeline_watch_look(&bed->watch, bed->policy, 1000));
	assert_null(timeline_watch_look(&bed->watch, bed->policy, 1000 + TIMELINE_WATCH_MS));
	bed_free(bed);
}

static void look_finds(struct bed *bed, uint64_t now_ms, const char *zone)
{
	const struct name *found = timeline_watch_look(&bed->watch, bed->policy, now_ms);
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
	struct bed *bed = bed_new();

	put(bed, "longer-name.test.conf", "keeper = true;\n");
	reload(bed);
	look_finds(bed, 1000, NULL);
	put(bed, "Klonger-name.test.timeline", "of another length");
	plan(bed, true, 1);
	look_finds(bed, 3000, ZONE);
	timeline_watch_note(&bed->watch);
	look_finds(bed, 3001, "longer-name.test");
	timeline_watch_note(&bed->watch);
	look_finds(bed, 3002, NULL);
	bed_free(bed);
}

/* Memory or descriptors may be short for a moment, or a worker late. */
static void a_timeline_that_was_not_read_is_found_again(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	reload(bed);
	look_finds(bed, 1000, NULL);
	plan(bed, true, 1);
	look_finds(bed, 3000, ZONE);
	look_finds(bed, 3000 + TIMELINE_WATCH_MS - 1, NULL);
	look_finds(bed, 3000 + TIMELINE_WATCH_MS, ZONE);
	/* it is written once more while it is read */
	plan(bed, true, 2);
	timeline_watch_note(&bed->watch);
	look_finds(bed, 3001 + TIMELINE_WATCH_MS, ZONE);
	timeline_watch_note(&bed->watch);
	look_finds(bed, 3002 + TIMELINE_WATCH_MS, NULL);
	bed_free(bed);
}

/* Returns what is wrong with a text after the line `made`, with a digest that fits; NULL: nothing. */
static const char *wrong_with(struct bed *bed, const char *rest)
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
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < COUNT(rows); i++) {
		const char *fault = wrong_with(bed, rows[i].rest);
		if ((fault == NULL) != (rows[i].fault == NULL) ||
		        (fault && !strstr(fault, rows[i].fault)))
			fail_msg("%s: %s", rows[i].why, fault ? fault : "nothing is wrong");
	}
	bed_free(bed);
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
