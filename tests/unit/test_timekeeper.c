/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/timekeeper.h"

#define BUILT INT64_C(1700000000)
#define DAY   INT64_C(86400)

static char directory[] = "/tmp/sealgate-test-timekeeper-XXXXXX";
static char path[sizeof(directory) + 32];

/* A clock that shows what the test sets. */
struct fake {
	int64_t now_s;
	bool is_synchronised;
};

static int64_t fake_wall_s(void *context)
{
	return ((struct fake *)context)->now_s;
}

static bool fake_synchronised(void *context)
{
	return ((struct fake *)context)->is_synchronised;
}

static void remember(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int64_t remembered(void)
{
	FILE *file = fopen(path, "r");
	long long time_s = -1;

	if (!file)
		return -1;
	assert_int_equal(fscanf(file, "%lld", &time_s), 1);
	fclose(file);
	return time_s;
}

static void forget(void)
{
	unlink(path);
}

/* Looks just after keys were proved by this clock. */
static struct clock_news look(struct timekeeper *t, uint64_t now_ms)
{
	return timekeeper_look(t, now_ms, t->proofs + 1);
}

static void the_first_look_judges_the_clock(void **state)
{
	static const struct {
		const char *why;
		int64_t now_s;
		bool is_synchronised, doubts;
		int64_t latest_s; /* 0: no file */
		enum clock_state state;
	} rows[] = {
		{ "1970", 0, false, false, 0, CLOCK_NOT_SET },
		{ "before the build", BUILT - 1, false, false, 0, CLOCK_NOT_SET },
		{ "before the build, yet synchronised", BUILT - 1, true, false, 0, CLOCK_NOT_SET },
		{ "synchronised", BUILT, true, false, 0, CLOCK_SET },
		{ "synchronised, doubted", BUILT, true, true, 0, CLOCK_SET },
		{ "plausible", BUILT, false, false, 0, CLOCK_UNSYNCHRONISED },
		{ "plausible, doubted", BUILT, false, true, 0, CLOCK_NOT_SET },
		{ "as late as the saved time", BUILT + DAY, false, false, BUILT + DAY,
		        CLOCK_UNSYNCHRONISED },
		{ "gone back", BUILT + DAY - 1, false, false, BUILT + DAY, CLOCK_NOT_SET },
		{ "gone back, but synchronised", BUILT + DAY, true, false, BUILT + 9 * DAY,
		        CLOCK_SET },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake fake = { rows[i].now_s, rows[i].is_synchronised };
		struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
		struct timekeeper t;
		char text[32];

		forget();
		snprintf(text, sizeof(text), "%lld\n", (long long)rows[i].latest_s);
		if (rows[i].latest_s)
			remember(text);
		timekeeper_init(&t, &source, BUILT, path, rows[i].doubts);
		struct clock_news news = look(&t, 1000);
		assert_row(rows[i].why, t.state == rows[i].state);
		assert_row(rows[i].why, news.has_changed && !news.has_jumped);
		news = look(&t, 1000);
		assert_row(rows[i].why, !news.has_changed && !news.has_jumped);
	}
	forget();
}

/* At boot: 1970, then a time server answers, then the kernel reports the clock as synchronised. */
static void a_clock_is_set_and_stays_so(void **state)
{
	struct fake fake = { 100, false };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;

	(void)state;
	forget();
	timekeeper_init(&t, &source, BUILT, path, false);
	look(&t, 1000);
	assert_int_equal(t.state, CLOCK_NOT_SET);
	assert_int_equal(remembered(), -1);
	assert_in_range(timekeeper_wait_ms(&t), 1, 1000);

	fake.now_s = BUILT + DAY;
	struct clock_news news = look(&t, 3000);
	assert_true(news.has_changed && news.has_jumped);
	assert_int_equal(t.state, CLOCK_UNSYNCHRONISED);
	assert_int_equal(remembered(), -1); /* nothing was proved since */
	look(&t, 3000);
	assert_int_equal(remembered(), BUILT + DAY);

	fake.is_synchronised = true;
	news = look(&t, 3000);
	assert_true(news.has_changed && !news.has_jumped);
	assert_int_equal(t.state, CLOCK_SET);

	/* the time server is gone: the clock stays set */
	fake.is_synchronised = false;
	news = look(&t, 3000);
	assert_false(news.has_changed);
	assert_int_equal(t.state, CLOCK_SET);
	forget();
}

static void a_jump_is_noticed_and_passing_time_is_not_a_jump(void **state)
{
	struct fake fake = { BUILT, true };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;

	(void)state;
	forget();
	timekeeper_init(&t, &source, BUILT, path, false);
	look(&t, 1000);
	fake.now_s += 500;
	assert_false(look(&t, 501000).has_jumped);
	fake.now_s += TIMEKEEPER_JUMP_S - 2;
	assert_false(look(&t, 501000).has_jumped);
	fake.now_s += DAY;
	assert_true(look(&t, 501000).has_jumped);
	fake.now_s -= DAY;
	assert_true(look(&t, 501000).has_jumped);
	forget();
}

/* An operator who sets the clock back while the daemon runs knows why: it was wrong before. */
static void a_clock_that_is_set_back_is_accepted(void **state)
{
	struct fake fake = { BUILT + 40 * DAY, false };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;

	(void)state;
	forget();
	timekeeper_init(&t, &source, BUILT, path, false);
	look(&t, 1000);
	fake.now_s = BUILT + DAY;
	assert_true(look(&t, 1000).has_jumped);
	assert_int_equal(t.state, CLOCK_UNSYNCHRONISED);
	assert_int_equal(remembered(), BUILT + DAY);
	fake.now_s = BUILT - DAY;
	look(&t, 1000);
	assert_int_equal(t.state, CLOCK_NOT_SET);
	assert_int_equal(remembered(), BUILT + DAY);
	forget();
}

/* A signature made by a wrong clock cannot be taken back, so a signer accepts only a synchronised
 * clock that goes back. */
static void a_signer_rejects_a_clock_that_goes_back(void **state)
{
	static const struct {
		const char *why;
		int64_t now_s;
		bool is_synchronised;
		enum clock_state state;
		int64_t remembered;
	} rows[] = {
		{ "the saved time", BUILT + 40 * DAY, false, CLOCK_UNSYNCHRONISED,
		        BUILT + 40 * DAY },
		{ "a little back", BUILT + 40 * DAY - TIMEKEEPER_SKEW_S, false,
		        CLOCK_UNSYNCHRONISED, BUILT + 40 * DAY },
		{ "further back than the skew", BUILT + 40 * DAY - TIMEKEEPER_SKEW_S - 1, false,
		        CLOCK_NOT_SET, BUILT + 40 * DAY },
		{ "set back, far", BUILT + DAY, false, CLOCK_NOT_SET, BUILT + 40 * DAY },
		{ "set forward again", BUILT + 41 * DAY, false, CLOCK_UNSYNCHRONISED,
		        BUILT + 41 * DAY },
		{ "synchronised", BUILT + 42 * DAY, true, CLOCK_SET, BUILT + 42 * DAY },
		{ "set back after that", BUILT + DAY, false, CLOCK_NOT_SET, BUILT + 42 * DAY },
		{ "synchronised to an earlier time", BUILT + DAY, true, CLOCK_SET, BUILT + DAY },
		{ "the time server is gone", BUILT + 2 * DAY, false, CLOCK_SET, BUILT + 2 * DAY },
		{ "before the build", BUILT - 1, true, CLOCK_NOT_SET, BUILT + 2 * DAY },
	};
	struct fake fake = { 0, false };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "%lld\n", (long long)(BUILT + 40 * DAY));
	remember(text);
	timekeeper_init(&t, &source, BUILT, path, false);
	t.signs = true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fake = (struct fake){ rows[i].now_s, rows[i].is_synchronised };
		look(&t, 1000);
		assert_row(rows[i].why, t.state == rows[i].state);
		assert_row(rows[i].why, remembered() == rows[i].remembered);
	}
	forget();
}

/* An attacker answers for the time server, and sets the clock a year ahead for a day. */
static void a_time_that_proved_no_keys_is_not_saved(void **state)
{
	static const struct {
		const char *why;
		int64_t now_s;
		bool is_set;     /* the clock was set; otherwise time has passed */
		uint64_t proofs; /* since the row above */
		int64_t remembered;
	} rows[] = {
		{ "nothing is proved yet", BUILT, false, 0, -1 },
		{ "the root's keys are proved", BUILT + DAY, false, 1, BUILT + DAY },
		{ "time passes without a proof", BUILT + 2 * DAY, false, 0, BUILT + 2 * DAY },
		{ "set a year ahead, just after a proof", BUILT + 365 * DAY, true, 1,
		        BUILT + 2 * DAY },
		{ "no proof by that clock", BUILT + 366 * DAY, false, 0, BUILT + 2 * DAY },
		{ "set right", BUILT + 3 * DAY, true, 0, BUILT + 2 * DAY },
		{ "the root's keys are proved again", BUILT + 4 * DAY, false, 1, BUILT + 4 * DAY },
	};
	struct fake fake = { BUILT, true };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;
	uint64_t proofs = 0, now_ms = 1000;

	(void)state;
	forget();
	timekeeper_init(&t, &source, BUILT, path, false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!rows[i].is_set)
			now_ms += (uint64_t)(rows[i].now_s - fake.now_s) * 1000;
		fake.now_s = rows[i].now_s;
		proofs += rows[i].proofs;
		struct clock_news news = timekeeper_look(&t, now_ms, proofs);
		assert_row(rows[i].why, news.has_jumped == rows[i].is_set);
		assert_row(rows[i].why, remembered() == rows[i].remembered);
	}
	timekeeper_end(&t);
	assert_int_equal(remembered(), BUILT + 4 * DAY);
	forget();
}

static void the_latest_time_is_saved_each_hour_and_at_the_end(void **state)
{
	struct fake fake = { BUILT, false };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;

	(void)state;
	forget();
	timekeeper_init(&t, &source, BUILT, path, false);
	look(&t, 0);
	assert_int_equal(remembered(), BUILT);
	fake.now_s += TIMEKEEPER_SAVE_S - 1;
	look(&t, (TIMEKEEPER_SAVE_S - 1) * 1000);
	assert_int_equal(remembered(), BUILT);
	timekeeper_end(&t);
	assert_int_equal(remembered(), BUILT + TIMEKEEPER_SAVE_S - 1);
	fake.now_s += TIMEKEEPER_SAVE_S;
	look(&t, (2 * TIMEKEEPER_SAVE_S - 1) * 1000);
	assert_int_equal(remembered(), fake.now_s);
	forget();
}

static void a_file_without_a_time_is_ignored(void **state)
{
	static const char *const texts[] = { "", "soon\n", "-5\n", "\n\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct fake fake = { BUILT, false };
		struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
		struct timekeeper t;

		remember(texts[i]);
		timekeeper_init(&t, &source, BUILT, path, false);
		look(&t, 1000);
		assert_int_equal(t.state, CLOCK_UNSYNCHRONISED);
	}
	forget();
}

static void a_failure_to_write_the_file_is_not_fatal(void **state)
{
	struct fake fake = { BUILT, false };
	struct clock_source source = { fake_wall_s, fake_synchronised, &fake };
	struct timekeeper t;

	(void)state;
	timekeeper_init(&t, &source, BUILT, "/proc/nowhere/clock", false);
	look(&t, 1000);
	timekeeper_end(&t);
	assert_int_equal(t.state, CLOCK_UNSYNCHRONISED);
}

static int prepare(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/clock", directory);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_judges_the_clock),
		cmocka_unit_test(a_clock_is_set_and_stays_so),
		cmocka_unit_test(a_jump_is_noticed_and_passing_time_is_not_a_jump),
		cmocka_unit_test(a_clock_that_is_set_back_is_accepted),
		cmocka_unit_test(a_signer_rejects_a_clock_that_goes_back),
		cmocka_unit_test(a_time_that_proved_no_keys_is_not_saved),
		cmocka_unit_test(the_latest_time_is_saved_each_hour_and_at_the_end),
		cmocka_unit_test(a_file_without_a_time_is_ignored),
		cmocka_unit_test(a_failure_to_write_the_file_is_not_fatal),
	};
	return cmocka_run_group_tests_name("timekeeper", tests, prepare, clean_up);
}
