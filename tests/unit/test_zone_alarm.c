/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log and the status tell when a timeline is not prolonged, in the words of the keeper's
 * alarms. */
#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/zone_keeper.h"
#include "keys/key_text.h"
#include "keys/timeline_write.h"
#include "planned.h"

#define DAY    PLANNED_DAY
#define DAY_MS (UINT64_C(1000) * 86400)
#define ZONE   "example.org"

enum { KSK = 1, ZSK = 2, KEYS = 2 };

/* Returns what a look at the zones at a time logs. */
static const char *logged(struct zone_keeper *k, int64_t now_s, uint64_t now_ms)
{
	static char text[2000];
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	zone_keeper_look(k, now_s, now_ms);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void write_timeline(struct config *c, int64_t from_s, int64_t days, uint64_t generation)
{
	static const uint16_t flags[KEYS] = { KEYPAIR_KSK, KEYPAIR_ZSK };
	const struct planned_period period = { from_s, from_s + days * DAY, KSK | ZSK, KSK, ZSK,
		KSK, 0, 0 };
	struct crypto *crypto = crypto_new();
	struct keypair keys[KEYS];
	struct complaint why;
	struct timeline t;
	struct name zone;
	char path[CONFIG_PATH_MAX + 64];

	assert_true(name_from_text(ZONE, &zone));
	for (unsigned i = 0; i < KEYS; i++)
		planned_key(&keys[i], &zone, flags[i], ALGORITHM_ECDSAP256);
	planned_make(&t, crypto, keys, &period, 1);
	t.generation = generation;
	t.made_s = from_s;
	char *text = timeline_write(&t, crypto, &why);
	assert_row(why.text, text != NULL);
	snprintf(path, sizeof(path), "%s/K" ZONE ".timeline", c->keeper_timelines);
	assert_int_equal(file_replace(path, text, 0600), 0);
	snprintf(path, sizeof(path), "%s/" ZONE ".conf", c->sign_zones_directory);
	assert_int_equal(file_replace(path, "keeper = true;\n", 0600), 0);
	key_text_free(text);
	timeline_fini(&t);
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&keys[i]);
	crypto_free(crypto);
}

static struct zone_keeper *start(struct config *c, int64_t from_s, int64_t days)
{
	struct complaint why;

	config_defaults(c);
	strcpy(c->sign_zones_directory, "/tmp/sealgate-alarm-XXXXXX");
	assert_non_null(mkdtemp(c->sign_zones_directory));
	strcpy(c->keeper_timelines, c->sign_zones_directory);
	snprintf(c->timeline_state, sizeof(c->timeline_state), "%.100s/state", c->keeper_timelines);
	write_timeline(c, from_s, days, 1);
	struct zone_keeper *k = zone_keeper_new(c, &why);
	assert_row(why.text, k);
	return k;
}

static void stop(struct config *c, struct zone_keeper *k)
{
	char line[CONFIG_PATH_MAX + 64];

	zone_keeper_free(k);
	snprintf(line, sizeof(line), "rm -r %s", c->sign_zones_directory);
	assert_int_equal(system(line), 0);
	config_fini(c);
}

/* The keeper is on another machine, so its settings are not known here. */
static void how_far_a_timeline_should_reach_is_taken_from_itself(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t days, left_s;
		enum zone_alarm alarm;
	} rows[] = {
		{ "five days, fresh", 5, 5 * DAY, ZONE_ALARM_NONE },
		{ "five days, 7/15 of it", 5, 5 * DAY * 7 / 15, ZONE_ALARM_NONE },
		{ "five days, less", 5, 5 * DAY * 7 / 15 - 1, ZONE_ALARM_NEEDS },
		{ "five days, a fifth", 5, DAY, ZONE_ALARM_NEEDS },
		{ "five days, less than that", 5, DAY - 1, ZONE_ALARM_FAILED },
		{ "thirty days, fifteen left", 30, 15 * DAY, ZONE_ALARM_NONE },
		{ "thirty days, thirteen left", 30, 13 * DAY, ZONE_ALARM_NEEDS },
		{ "thirty days, five left", 30, 5 * DAY, ZONE_ALARM_FAILED },
	};
	int64_t from_s = clock_wall_s() - 60;
	struct config c;

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct zone_keeper *k = start(&c, from_s, rows[i].days);
		int64_t now_s = from_s + rows[i].days * DAY - rows[i].left_s;
		assert_row(rows[i].why, zone_keeper_alarm(k, 0, now_s) == rows[i].alarm);
		stop(&c, k);
	}
}

static void a_broken_zone_of_the_keeper_is_told_with_the_name_of_the_alarm(void **state)
{
	(void)state;
	int64_t from_s = clock_wall_s() - 60;
	char line[CONFIG_PATH_MAX + 64];
	struct complaint why;
	struct config c;
	struct zone_keeper *k = start(&c, from_s, 15);

	zone_keeper_free(k);
	snprintf(line, sizeof(line), "echo half >%s/K" ZONE ".timeline", c.keeper_timelines);
	assert_int_equal(system(line), 0);
	usleep(30000); /* then the file counts as settled (base/file.c) */
	k = zone_keeper_new(&c, &why);
	assert_row(why.text, k);
	for (uint64_t day = 0; day < 2; day++) {
		const char *said = logged(k, clock_wall_s(), day * DAY_MS);
		if (!strstr(said, "DNSSECInternalFailure: " ZONE ".: it is not signed") ||
		        !strstr(said, "K" ZONE ".timeline"))
			fail_msg("%s", said);
	}
	logged(k, clock_wall_s(), DAY_MS + 1); /* perhaps it reads the file once more */
	assert_null(strstr(logged(k, clock_wall_s(), DAY_MS + 2), "DNSSEC"));
	stop(&c, k);
}

static void a_timeline_that_nobody_prolongs_rings_both_alarms(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t left_s;
		enum zone_alarm alarm;
		const char *says; /* NULL: nothing */
	} rows[] = {
		{ "fresh", 15 * DAY, ZONE_ALARM_NONE, NULL },
		{ "half of it is left", 7 * DAY, ZONE_ALARM_NONE, NULL },
		{ "less than half", 7 * DAY - 1, ZONE_ALARM_NEEDS,
		        "DNSSECKeySigningKeysNeedingAction: " ZONE
		        ".: half of its timeline is used "
		        "up, and 6 days are left" },
		{ "the last day but three", 3 * DAY, ZONE_ALARM_NEEDS,
		        "DNSSECKeySigningKeysNeedingAction" },
		{ "the last days", 3 * DAY - 1, ZONE_ALARM_FAILED,
		        "DNSSECInternalFailure: " ZONE ".: its timeline ends in 2 days" },
		{ "it is over", -1, ZONE_ALARM_FAILED,
		        "DNSSECInternalFailure: " ZONE ".: its timeline ends in 0 days" },
	};
	int64_t from_s = clock_wall_s() - 60;
	struct config c;
	struct zone_keeper *k = start(&c, from_s, 15);

	for (unsigned i = 0; i < COUNT(rows); i++) {
		int64_t now_s = from_s + 15 * DAY - rows[i].left_s;
		const char *said = logged(k, now_s, i * DAY_MS);
		assert_row(rows[i].why, zone_keeper_alarm(k, 0, now_s) == rows[i].alarm);
		if (rows[i].says ? !strstr(said, rows[i].says) : strstr(said, "DNSSEC") != NULL)
			fail_msg("%s: %s", rows[i].why, said);
		assert_row(said, !strstr(said, "keys sign"));
	}
	assert_row("the clock is not set", zone_keeper_alarm(k, 0, -1) == ZONE_ALARM_NONE);
	stop(&c, k);
}

/* So does the keeper without its vault: to end signing, say. */
static void a_timeline_that_prolongs_nothing_is_measured_by_the_one_before(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t made_s, days; /* after the first one, and how far it reaches */
		enum zone_alarm alarm;
	} rows[] = {
		{ "two days are left, and none is added", 13 * DAY, 2, ZONE_ALARM_FAILED },
		{ "once more, a day later", 14 * DAY, 1, ZONE_ALARM_FAILED },
		{ "the vault is back", 14 * DAY + 3600, 15, ZONE_ALARM_NONE },
		{ "six days are left of these", 23 * DAY + 3600, 6, ZONE_ALARM_NEEDS },
		{ "the keeper is to reach less far now", 24 * DAY, 6, ZONE_ALARM_NONE },
	};
	int64_t from_s = clock_wall_s() - 30 * DAY;
	struct config c;
	struct zone_keeper *k = start(&c, from_s, 15);
	struct complaint why;

	for (unsigned i = 0; i < COUNT(rows); i++) {
		int64_t made_s = from_s + rows[i].made_s;
		write_timeline(&c, made_s, rows[i].days, 2 + i);
		assert_row(why.text, zone_keeper_reload(k, &c, &why) == 0);
		assert_null(zone_keeper_fault(k, 0));
		if (zone_keeper_alarm(k, 0, made_s) != rows[i].alarm)
			fail_msg("%s: %d", rows[i].why, zone_keeper_alarm(k, 0, made_s));
	}
	stop(&c, k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_far_a_timeline_should_reach_is_taken_from_itself),
		cmocka_unit_test(a_broken_zone_of_the_keeper_is_told_with_the_name_of_the_alarm),
		cmocka_unit_test(a_timeline_that_nobody_prolongs_rings_both_alarms),
		cmocka_unit_test(a_timeline_that_prolongs_nothing_is_measured_by_the_one_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
