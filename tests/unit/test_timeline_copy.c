/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After a restart a zone goes on with the copy of the timeline that was in force, until a newer one
 * comes. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/timeline_copy.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_keeper.h"
#include "keys/key_text.h"
#include "keys/timeline_write.h"
#include "planned.h"

#define SETTLE_US 30000 /* then a file that is the same counts as the same (base/file.c) */
#define DAY       PLANNED_DAY
#define ZONE      "example.org"
#define OTHER     "example.net"
#define COPY      "state/K" ZONE ".timeline"
#define FORMER    COPY ".former"
#define MINUTE    UINT64_C(61000)

enum { KSK = 1, ZSK = 2, NEXT = 4, KEYS = 3 };

struct bed {
	struct config config;
	struct crypto *crypto;
	struct keypair keys[KEYS];
	struct zone_keeper *keeper;
	int64_t from_s;    /* of timelines, which were made then */
	uint64_t later_ms; /* than now, for what is due each minute */
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
}

static struct bed *bed_new(void)
{
	static const uint16_t flags[KEYS] = { KEYPAIR_KSK, KEYPAIR_ZSK, KEYPAIR_ZSK };
	struct bed *bed = calloc(1, sizeof(*bed));
	struct config *c = &bed->config;
	struct name zone;

	log_set_level(LOG_LEVEL_ERROR - 1);
	config_defaults(c);
	strcpy(c->sign_zones_directory, "/tmp/sealgate-memory-XXXXXX");
	assert_non_null(mkdtemp(c->sign_zones_directory));
	strcpy(c->keeper_timelines, c->sign_zones_directory);
	strcpy(c->timeline_state, path_of(bed, "state"));
	bed->from_s = clock_wall_s() - 60;
	bed->crypto = crypto_new();
	assert_true(name_from_text(ZONE, &zone));
	for (unsigned i = 0; i < KEYS; i++)
		planned_key(&bed->keys[i], &zone, flags[i], ALGORITHM_ECDSAP256);
	put(bed, ZONE ".conf", "keeper = true;\n");
	return bed;
}

static void bed_free(struct bed *bed)
{
	char line[CONFIG_PATH_MAX + 64];

	zone_keeper_free(bed->keeper);
	crypto_free(bed->crypto);
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&bed->keys[i]);
	snprintf(line, sizeof(line), "rm -r %s", bed->config.sign_zones_directory);
	assert_int_equal(system(line), 0);
	config_fini(&bed->config);
	free(bed);
}

/* Writes a timeline of this generation with one period, in which a ZSK signs, or which is
 * unsigned. */
static void plan_zsk(struct bed *bed, bool is_signed, uint64_t generation, unsigned zsk)
{
	int64_t from_s = bed->from_s;
	const struct planned_period period = { from_s, from_s + 5 * DAY, KSK | ZSK | zsk, KSK, zsk,
		KSK, 0, 0 };
	struct complaint error;
	struct timeline t;

	planned_make(&t, bed->crypto, bed->keys, &period, is_signed);
	t.generation = generation;
	if (!is_signed)
		t.zsk_count = 0;
	char *text = timeline_write(&t, bed->crypto, &error);
	assert_row(error.text, text != NULL);
	put(bed, "K" ZONE ".timeline", text);
	key_text_free(text);
	timeline_fini(&t);
	usleep(SETTLE_US);
}

/* Generation 0: there is none. */
static void plan(struct bed *bed, bool is_signed, uint64_t generation)
{
	unlink(path_of(bed, "K" ZONE ".timeline"));
	if (generation > 0)
		plan_zsk(bed, is_signed, generation, ZSK);
}

/* The keeper writes the file of the zone once more, whatever is there. */
static void plan_anew(struct bed *bed)
{
	rmdir(path_of(bed, "K" ZONE ".timeline"));
	plan(bed, true, 6);
}

static void look(struct bed *bed)
{
	zone_keeper_look(bed->keeper, clock_wall_s(), clock_monotonic_ms() + bed->later_ms);
}

static void start(struct bed *bed)
{
	struct complaint why;

	zone_keeper_free(bed->keeper);
	bed->keeper = zone_keeper_new(&bed->config, &why);
	assert_row(why.text, bed->keeper);
	look(bed);
}

static void reload(struct bed *bed)
{
	struct complaint why;

	look(bed);
	assert_row(why.text, zone_keeper_reload(bed->keeper, &bed->config, &why) == 0);
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

static void a_restart_goes_on_with_what_was_in_force(void **state)
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
		{ "the file is lost", false, 0, "signed", "example.org.timeline is missing" },
		{ "it says which copy counts", false, 0, "signed", "copy of generation 5" },
		{ "an old one", true, 4, "signed", "its generation 4 is older than 5" },
		{ "an old one that ends signing", false, 4, "signed", "is older than 5" },
		{ "of the same generation, and unsigned", false, 5, "signed", "two keepers" },
		{ "it is back", true, 5, "signed", NULL },
		{ "a newer one", true, 6, "signed", NULL },
		{ "the end", false, 7, "unsigned", NULL },
		{ "no file, and no need of one", false, 0, "unsigned", "is missing" },
		{ "the last signed one", true, 6, "unsigned", "its generation 6 is older than 7" },
		{ "of the same generation, and signed", true, 7, "unsigned", "two keepers" },
		{ "a new begin", true, 8, "signed", NULL },
	};
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < COUNT(starts); i++) {
		plan(bed, starts[i].is_signed, starts[i].generation);
		start(bed);
		expect(bed, starts[i].why, starts[i].state, starts[i].fault);
	}
	assert_int_equal(unlink(path_of(bed, COPY)), 0);
	plan(bed, true, 2);
	start(bed);
	expect(bed, "the way out", "signed", NULL);
	assert_int_equal(unlink(path_of(bed, COPY)), 0);
	plan(bed, true, 0);
	start(bed);
	expect(bed, "neither a copy nor a timeline", "unsigned", NULL);
	bed_free(bed);
}

/* What can become of the only file of the only zone, and of its copy. */
static void a_start_never_fails_because_a_timeline_or_its_copy_is_broken(void **state)
{
	(void)state;
	static const struct {
		const char *why, *command, *state, *fault;
	} rows[] = {
		{ "half a timeline", "head -c 300 K*.timeline >h; mv h K*.timeline", "signed",
		        "copy of generation 5" },
		{ "that of another zone", "sed -i 's/^zone .*/zone a.test./' K*.timeline", "signed",
		        "copy of generation 5" },
		{ "a directory", "rm K*.timeline; mkdir Kexample.org.timeline", "signed",
		        "copy of generation 5" },
		{ "a dangling link", "ln -sf nowhere K*.timeline", "signed",
		        "copy of generation 5" },
		{ "half a copy", "head -c 300 state/K* >h; mv h state/K*", "signed", NULL },
		{ "half of each",
		        "for f in K*.timeline state/K*; do head -c 300 $f >h; mv h $f; done",
		        "broken", "sha256" },
		{ "half a timeline, and no copy",
		        "rm state/K*; head -c 300 K*.timeline >h; mv h K*.timeline", "broken",
		        "sha256" },
		{ "half a copy alone", "rm K*.timeline; head -c 300 state/K* >h; mv h state/K*",
		        "broken", "this copy of the timeline is no use" },
		{ "a copy of another zone alone",
		        "rm K*.timeline; sed -i 's/^zone .*/zone a.test./' state/K*", "broken",
		        "this copy" },
		{ "a directory in its place, and no timeline",
		        "rm K*.timeline state/K*; mkdir state/Kexample.org.timeline", "broken",
		        "Is a directory" },
		{ "a file in place of all copies", "rm -r state; echo >state", "signed", NULL },
		{ "the timeline and the last copy were removed, to make the zone unsigned",
		        "rm K*.timeline; mv state/K*.timeline state/Kexample.org.timeline.former",
		        "unsigned", NULL },
		{ "a new copy was half written, and a crash came",
		        "rm K*.timeline; echo x >state/Kexample.org.timeline.new", "signed",
		        "copy of generation 5" },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct bed *bed = bed_new();
		char line[CONFIG_PATH_MAX + 300];
		plan(bed, true, 5);
		start(bed);
		snprintf(line, sizeof(line), "cd %s && { %s; }", bed->config.sign_zones_directory,
		        rows[i].command);
		assert_int_equal(system(line), 0);
		start(bed);
		expect(bed, rows[i].why, rows[i].state, rows[i].fault);
		reload(bed);
		expect(bed, rows[i].why, rows[i].state, rows[i].fault);
		plan_anew(bed);
		reload(bed);
		expect(bed, rows[i].why, "signed", NULL);
		bed_free(bed);
	}
}

static void a_zone_on_its_copy_takes_its_timeline_when_it_comes(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan(bed, false, 0);
	start(bed);
	expect(bed, "no file", "signed", "is missing");
	assert_int_equal(zone_keeper_alarm(bed->keeper, 0, clock_wall_s()), ZONE_ALARM_NONE);
	assert_int_equal(
	        zone_keeper_alarm(bed->keeper, 0, clock_wall_s() + 5 * DAY), ZONE_ALARM_FAILED);
	plan(bed, true, 4);
	reload(bed);
	expect(bed, "an old one", "signed", "is older than 5");
	plan(bed, true, 6);
	reload(bed);
	expect(bed, "a newer one", "signed", NULL);
	plan(bed, false, 0);
	start(bed);
	expect(bed, "that was copied, too", "signed", "copy of generation 6");
	bed_free(bed);
}

static void only_the_user_of_the_daemon_may_read_copies(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct stat st;

	plan(bed, true, 5);
	start(bed);
	assert_int_equal(stat(path_of(bed, COPY), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(path_of(bed, "state"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	bed_free(bed);
}

/* The copy is written once: not at each look, nor for the same timeline after a restart. */
static void a_copy_is_written_only_if_the_timeline_in_force_changed(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct stat first, now;

	plan(bed, true, 5);
	start(bed);
	assert_int_equal(stat(path_of(bed, COPY), &first), 0);
	bed->later_ms += MINUTE;
	look(bed);
	reload(bed);
	start(bed);
	assert_int_equal(stat(path_of(bed, COPY), &now), 0);
	assert_int_equal(now.st_ino, first.st_ino);
	bed_free(bed);
}

static void a_copy_that_fails_is_tried_again_each_minute(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	char line[CONFIG_PATH_MAX + 100];

	snprintf(line, sizeof(line), "touch %s", path_of(bed, "state"));
	assert_int_equal(system(line), 0);
	plan(bed, true, 5);
	start(bed);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 1);
	assert_int_equal(unlink(path_of(bed, "state")), 0);
	look(bed);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 1);
	bed->later_ms += MINUTE;
	look(bed);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 0);
	assert_int_equal(access(path_of(bed, COPY), F_OK), 0);
	bed_free(bed);
}

/* The timeline of before stays, as a whole, while there is no room for that of now. */
static void a_full_disk_leaves_the_copy_of_before(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct rlimit limit, full;

	plan(bed, true, 5);
	start(bed);
	plan(bed, true, 6);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	full = (struct rlimit){ 100, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	reload(bed);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect(bed, "the newer one counts nevertheless", "signed", NULL);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 1);
	assert_int_not_equal(access(path_of(bed, COPY ".new"), F_OK), 0);
	plan(bed, true, 0);
	start(bed);
	expect(bed, "after a crash", "signed", "copy of generation 5");
	bed_free(bed);
}

static void two_do_not_write_copies_into_one_directory(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	assert_int_equal(mkdir(path_of(bed, "state"), 0700), 0);
	int other = open(path_of(bed, "state"), O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	plan(bed, true, 5);
	start(bed);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 1);
	assert_int_not_equal(access(path_of(bed, COPY), F_OK), 0);
	close(other);
	bed->later_ms += MINUTE;
	look(bed);
	assert_int_equal(zone_keeper_counts(bed->keeper).uncopied, 0);
	bed_free(bed);
}

/* Returns when the file was written last, so many days ago. */
static void make_older(const struct bed *bed, const char *file, int days)
{
	const struct timespec then = { .tv_sec = time(NULL) - days * 86400L };

	assert_int_equal(
	        utimensat(AT_FDCWD, path_of(bed, file), (struct timespec[]){ then, then }, 0), 0);
}

static void a_zone_whose_file_is_gone_for_a_while_is_not_forgotten(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	put(bed, OTHER ".conf", "keeper = true;\n");
	plan(bed, true, 5);
	start(bed);
	assert_int_equal(unlink(path_of(bed, ZONE ".conf")), 0);
	plan(bed, true, 4);
	reload(bed);
	start(bed);
	put(bed, ZONE ".conf", "keeper = true;\n");
	reload(bed);
	expect(bed, "it is back", "signed", "is older than 5");
	put(bed, ZONE ".conf", "keeper = nonsense;\n");
	start(bed);
	expect(bed, "nobody knows how it is configured", "broken", "syntax error");
	put(bed, ZONE ".conf", "keeper = true;\n");
	reload(bed);
	expect(bed, "it could not be read for a while", "signed", "copy of generation 5");
	make_older(bed, COPY, 91);
	start(bed);
	expect(bed, "configured, and old", "signed", "copy of generation 5");
	assert_int_equal(unlink(path_of(bed, ZONE ".conf")), 0);
	make_older(bed, COPY, 89);
	start(bed);
	assert_int_equal(access(path_of(bed, COPY), F_OK), 0);
	make_older(bed, COPY, 91);
	start(bed);
	assert_int_not_equal(access(path_of(bed, COPY), F_OK), 0);
	bed_free(bed);
}

static void expect_signer(const struct bed *bed, const char *why, unsigned key)
{
	const struct sign_zone *zone = &zone_keeper_policy(bed->keeper)->zones[0];

	assert_row(why, sign_zone_period(zone, clock_wall_s())->key_count == 1);
	assert_row(why, sign_zone_period(zone, clock_wall_s())->keys[0].tag == bed->keys[key].tag);
}

/* A ZSK that comes late waits for the DNSKEY TTL of an hour. A restart does not end the wait. */
static void a_restart_does_not_end_the_wait_for_a_key_that_comes_late(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan_zsk(bed, true, 6, NEXT);
	reload(bed);
	expect_signer(bed, "it is late", 1);
	assert_int_equal(access(path_of(bed, FORMER), F_OK), 0);
	start(bed);
	expect_signer(bed, "after a restart", 1);
	assert_int_equal(unlink(path_of(bed, "K" ZONE ".timeline")), 0);
	start(bed);
	expect(bed, "the file is lost besides", "signed", "copy of generation 6");
	expect_signer(bed, "the file is lost besides", 1);
	bed->later_ms += MINUTE;
	look(bed);
	assert_int_equal(access(path_of(bed, FORMER), F_OK), 0);
	bed->later_ms += MINUTE;
	zone_keeper_look(bed->keeper, clock_wall_s() + 2 * PLANNED_TTL_S,
	        clock_monotonic_ms() + bed->later_ms);
	assert_int_not_equal(access(path_of(bed, FORMER), F_OK), 0);
	start(bed);
	expect_signer(bed, "the wait is over", 2);
	bed_free(bed);
}

/* A bed with a timeline in force, and another one that came late. Returns it. */
static struct bed *late_bed(void)
{
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan_zsk(bed, true, 6, NEXT);
	reload(bed);
	return bed;
}

/* What signs is still of the first one, so a restart must know that, and not the second one. */
static void of_several_that_come_late_the_one_before_all_is_kept(void **state)
{
	(void)state;
	struct bed *bed = late_bed();

	plan_zsk(bed, true, 7, NEXT);
	reload(bed);
	start(bed);
	expect_signer(bed, "two came late", 1);
	plan(bed, false, 8);
	reload(bed);
	expect(bed, "the end", "unsigned", NULL);
	assert_int_not_equal(access(path_of(bed, FORMER), F_OK), 0);
	bed_free(bed);
}

/* The first ones say what caches may have; the last one what signs now. */
static void of_many_that_come_late_some_in_between_are_lost(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	for (unsigned n = 0; n < 2 * TIMELINE_COPIES_FORMER; n++) {
		plan_zsk(bed, true, 6 + n, NEXT);
		reload(bed);
	}
	assert_int_equal(access(path_of(bed, FORMER "8"), F_OK), 0);
	assert_int_not_equal(access(path_of(bed, FORMER "9"), F_OK), 0);
	assert_int_equal(unlink(path_of(bed, FORMER "3")), 0);
	start(bed);
	expect_signer(bed, "many came late, and one is lost", 1);
	plan_zsk(bed, true, 30, NEXT);
	reload(bed);
	assert_int_equal(access(path_of(bed, FORMER "3"), F_OK), 0);
	assert_int_equal(access(path_of(bed, FORMER "8"), F_OK), 0);
	start(bed);
	expect_signer(bed, "one more", 1);
	bed_free(bed);
}

/* Who removes the copies that are named, and no others, has what the message says. */
static void what_is_to_be_removed_is_named_in_full(void **state)
{
	(void)state;
	struct bed *bed = late_bed();

	put(bed, COPY, "half a copy");
	plan(bed, false, 0);
	start(bed);
	expect(bed, "the last copy is no use", "broken", "go on with .former");
	assert_int_equal(unlink(path_of(bed, COPY)), 0);
	start(bed);
	expect(bed, "without the last copy, the former ones mean nothing", "unsigned", NULL);
	plan_zsk(bed, true, 2, ZSK);
	reload(bed);
	assert_int_not_equal(access(path_of(bed, FORMER), F_OK), 0);
	bed_free(bed);
}

/* It counts in the meantime, if there is no copy. */
static void a_timeline_is_not_copied_before_it_is_checked(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct complaint why;

	plan(bed, true, 5);
	struct zone_policy *z = zone_policy_make(&bed->config, NULL, clock_wall_s(), 0, &why);
	assert_row(why.text, z);
	assert_int_equal(zone_policy_counts(z).unchecked, 1);
	assert_int_equal(zone_policy_counts(z).uncopied, 0);
	zone_policy_check_some(z, bed->crypto, 0);
	assert_int_equal(zone_policy_counts(z).uncopied, 1);
	zone_policy_free(z);
	bed_free(bed);
}

/* sealgate was not running when the timeline came. */
static void a_timeline_that_came_in_between_follows_the_copy(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	plan(bed, true, 5);
	start(bed);
	plan_zsk(bed, true, 6, NEXT);
	start(bed);
	expect(bed, "newer", "signed", NULL);
	expect_signer(bed, "resolvers do not know the other key", 1);
	bed_free(bed);
}

static void make_by_hand(struct bed *bed)
{
	struct zone_key_files files = { .directory = bed->config.sign_zones_directory };
	const struct zone_signing how = { .now_s = clock_wall_s(), .days = 8, .group = (gid_t)-1 };
	struct complaint why;
	struct name zone;
	unsigned made;

	assert_true(name_from_text(ZONE, &zone));
	files.zone = &zone;
	assert_int_equal(zone_keys_generate(&files, ALGORITHM_ED25519, how.now_s, &made, &why), 0);
	assert_int_equal(zone_keys_sign(&files, bed->crypto, &how, &why), 0);
	zone_key_files_free(&files);
}

static void a_zone_that_gets_keys_of_its_own_is_forgotten(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	char text[CONFIG_PATH_MAX + 64];

	plan(bed, true, 5);
	start(bed);
	plan(bed, false, 0);
	make_by_hand(bed);
	snprintf(text, sizeof(text), "keys = \"%s\";\n", bed->config.sign_zones_directory);
	put(bed, ZONE ".conf", text);
	reload(bed);
	expect(bed, "by hand", "signed", NULL);
	put(bed, ZONE ".conf", "keeper = true;\n");
	plan(bed, true, 4);
	reload(bed);
	expect(bed, "a keeper that begins anew", "signed", NULL);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restart_goes_on_with_what_was_in_force),
		cmocka_unit_test(a_start_never_fails_because_a_timeline_or_its_copy_is_broken),
		cmocka_unit_test(a_zone_on_its_copy_takes_its_timeline_when_it_comes),
		cmocka_unit_test(only_the_user_of_the_daemon_may_read_copies),
		cmocka_unit_test(a_copy_is_written_only_if_the_timeline_in_force_changed),
		cmocka_unit_test(a_copy_that_fails_is_tried_again_each_minute),
		cmocka_unit_test(a_full_disk_leaves_the_copy_of_before),
		cmocka_unit_test(two_do_not_write_copies_into_one_directory),
		cmocka_unit_test(a_zone_whose_file_is_gone_for_a_while_is_not_forgotten),
		cmocka_unit_test(a_restart_does_not_end_the_wait_for_a_key_that_comes_late),
		cmocka_unit_test(of_several_that_come_late_the_one_before_all_is_kept),
		cmocka_unit_test(of_many_that_come_late_some_in_between_are_lost),
		cmocka_unit_test(what_is_to_be_removed_is_named_in_full),
		cmocka_unit_test(a_timeline_is_not_copied_before_it_is_checked),
		cmocka_unit_test(a_timeline_that_came_in_between_follows_the_copy),
		cmocka_unit_test(a_zone_that_gets_keys_of_its_own_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
