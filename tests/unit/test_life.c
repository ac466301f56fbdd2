/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single steps of the life of keys: what is refused and why, what a person is told, and the text of
 * the state. */
#include "test.h"
#include "lifeworld.h"

#include "keys/life_text.h"
#include "keys/life_trust.h"
#include "keys/life_word.h"

static const struct scenario quiet = {
	.why = "quiet", .seed = 1, .has_cds = true, .spread_s = 300
};

/* A zone after so many hours of a world in which nothing goes wrong. */
static struct world *after_hours(const struct scenario *given, unsigned hours)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, given);
	assert_true(world_live(w, w->now_s + hours * HOUR));
	return w;
}

/* ---- Orders ---- */

static void an_order_that_breaks_the_chain_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *why;
		unsigned hours;
		enum life_order order;
		uint16_t tag;
		const char *reason; /* NULL: it is taken */
	} rows[] = {
		{ "signed twice", 1, LIFE_ORDER_SIGN, 0, "signed already" },
		{ "a roll before the first DS", 3, LIFE_ORDER_ROLL_KSK, 0, "not signed with a DS" },
		{ "a roll at rest", 200, LIFE_ORDER_ROLL_KSK, 0, NULL },
		{ "a ZSK at rest", 200, LIFE_ORDER_ROLL_ZSK, 0, NULL },
		{ "a ZSK while its signatures spread", 3, LIFE_ORDER_ROLL_ZSK, 0, "until 2027" },
		{ "a key that is not there", 200, LIFE_ORDER_RETIRE, 9, "no key with the tag 9" },
		{ "the KSK that carries the zone", 200, LIFE_ORDER_RETIRE, WORLD_FIRST_TAG + 1,
		        NULL },
		{ "a KSK that carries nothing yet", 3, LIFE_ORDER_RETIRE, WORLD_FIRST_TAG + 1,
		        "not signed with a DS" },
		{ "a stolen KSK", 3, LIFE_ORDER_COMPROMISED, WORLD_FIRST_TAG + 1, NULL },
		{ "unsigning", 200, LIFE_ORDER_UNSIGN, 0, NULL },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours(&quiet, rows[i].hours);
		struct complaint error = { "" };
		struct life before = w->life;
		bool taken =
		        life_take_order(&w->life, &w->policy, rows[i].order, rows[i].tag, &error);
		if (taken != !rows[i].reason)
			fail_msg("%s: %s", rows[i].why, error.text);
		if (!taken) {
			if (!strstr(error.text, rows[i].reason))
				fail_msg("%s: it says: %s", rows[i].why, error.text);
			assert_memory_equal(&before, &w->life, sizeof(before));
		}
		free(w);
	}
}

static void a_second_order_to_roll_waits_for_the_first_to_end(void **state)
{
	struct world *w = after_hours(&quiet, 200);
	struct complaint error;
	(void)state;

	assert_true(life_take_order(&w->life, &w->policy, LIFE_ORDER_ROLL_KSK, 0, &error));
	assert_true(world_live(w, w->now_s + 2 * HOUR));
	assert_false(life_take_order(&w->life, &w->policy, LIFE_ORDER_ROLL_KSK, 0, &error));
	free(w);
}

/* ---- Trust ---- */

static void nothing_acts_on_a_state_or_clock_that_it_cannot_trust(void **state)
{
	static const struct {
		const char *why;
		int64_t later_s, awake_s;
		uint32_t newer;     /* the timeline in place than the state */
		uint16_t other_tag; /* of a DNSKEY that a server has */
		bool is_unset;
		const char *reason; /* NULL: the step is made */
	} rows[] = {
		{ "an hour later", HOUR, HOUR, 0, 0, false, NULL },
		{ "another process", HOUR, -1, 0, 0, false, NULL },
		{ "the clock is not set", HOUR, -1, 0, 0, true, "not set" },
		{ "the clock went back", -HOUR, HOUR, 0, 0, false, "the clock stepped by -3600 s" },
		{ "the clock went forward", 3 * HOUR, HOUR, 0, 0, false,
		        "the clock stepped by 7200 s" },
		{ "a minute is nothing", HOUR + 60, HOUR, 0, 0, false, NULL },
		{ "more than timelines last", 16 * DAY, -1, 0, 0, false, "16 days" },
		{ "an old backup", HOUR, -1, 1, 0, false, "old backup" },
		{ "a key of a newer state", HOUR, -1, 0, 4711, false, "tag 4711" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours(&quiet, 200);
		struct life_server server = { .is_reached = true };
		struct life_observation look = { .servers = &server,
			.server_count = 1,
			.in_place = w->life.generation + rows[i].newer,
			.has_vault = true,
			.is_clock_trusted = !rows[i].is_unset,
			.awake_s = rows[i].awake_s };
		struct life_report report;
		struct life before = w->life;

		if (rows[i].other_tag)
			server.dnskey = (struct life_tags){ { rows[i].other_tag }, 1 };
		life_step(&w->life, &w->policy, &look, w->life.last_s + rows[i].later_s, &report);
		assert_row(rows[i].why, report.is_trusted == !rows[i].reason);
		if (rows[i].reason && !strstr(report.reason.text, rows[i].reason))
			fail_msg("%s: it says: %s", rows[i].why, report.reason.text);
		if (rows[i].reason)
			assert_row(rows[i].why,
			        memcmp(before.keys, w->life.keys, sizeof(before.keys)) == 0);
		free(w);
	}
}

/* One stale server, or an attacker on the path to it, must not end the zone. */
static void a_server_with_a_key_of_nobody_stops_keys_but_not_the_timeline(void **state)
{
	static const struct {
		const char *why;
		int64_t awake_s;
		unsigned strangers; /* of three servers; the others serve what the state says */
		unsigned newer;     /* generations of the state than the timeline in place */
		int64_t jump_s;
		int64_t left_days; /* of the timeline in place */
		uint16_t ds;       /* at the parent; 0: it is not reached */
		bool is_held;
	} rows[] = {
		{ "one of three", HOUR, 1, 0, 0, 15, 0, true },
		{ "all, but the state was good in this process", HOUR, 3, 0, 0, 15, 0, true },
		{ "one of three after a restart", -1, 1, 0, 0, 15, 0, true },
		{ "two of three after a restart: it may be a backup", -1, 2, 0, 0, 15, 0, false },
		{ "likewise, and the DS is ours, but there is time", -1, 2, 0, 0, 4, 1001, false },
		{ "the end is near, and the DS is ours", -1, 3, 0, 0, 2, 1001, true },
		{ "the end is near, and the DS is of another KSK", -1, 3, 0, 0, 2, 1003, false },
		{ "the end is near, and nobody knows the DS", -1, 3, 0, 0, 2, 0, false },
		{ "the state is newer than the timeline", HOUR, 1, 1, 0, 15, 0, true },
		{ "the clock steps, too", HOUR, 1, 0, 3 * HOUR, 15, 0, false },
		{ "nobody counted the time", -1, 1, 0, 30 * HOUR, 15, 0, false },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours(&quiet, 200);
		struct life_server servers[3];
		struct life_parent parents[2] = { { .is_reached = rows[i].ds,
			.ds = { { rows[i].ds }, 1 } } };
		struct life_observation look = { .servers = servers,
			.server_count = 3,
			.parents = parents,
			.parent_count = 2,
			.in_place = w->life.generation - rows[i].newer,
			.end_s = w->now_s + rows[i].left_days * DAY,
			.has_vault = true,
			.is_clock_trusted = true,
			.awake_s = rows[i].awake_s };
		int64_t now_s = w->life.last_s + HOUR + rows[i].jump_s;
		struct life before = w->life;
		struct life_report report;

		for (unsigned s = 0; s < 3; s++)
			servers[s] = (struct life_server){ .is_reached = true,
				.dnskey = { { 1000, 1001, 4711 }, s < rows[i].strangers ? 3 : 2 },
				.ksk_signers = { { 1001 }, 1 },
				.zsk_signers = { { 1000 }, 1 } };
		life_step(&w->life, &w->policy, &look, now_s, &report);
		assert_row(rows[i].why, !report.is_trusted && report.make_count == 0);
		assert_row(rows[i].why, report.is_held == rows[i].is_held);
		assert_row(
		        rows[i].why, w->life.last_s == (rows[i].is_held ? now_s : before.last_s));
		assert_row(
		        rows[i].why, memcmp(before.keys, w->life.keys, sizeof(before.keys)) == 0);
		free(w);
	}
}

/* ---- TTLs ---- */

static void a_longer_ttl_counts_until_it_has_left_all_caches(void **state)
{
	static const struct {
		const char *why;
		int64_t later_s; /* than the row before */
		uint32_t configured_s, seen_s, counts_s;
	} rows[] = {
		{ "as configured", 0, 7 * DAY, 0, 7 * DAY },
		{ "lowered by the operator", DAY, HOUR, 0, 7 * DAY },
		{ "turns may be a day apart", 7 * DAY - 1, HOUR, 0, 7 * DAY },
		{ "it has left all caches", 2, HOUR, 0, HOUR },
		{ "a longer one is seen", HOUR, HOUR, DAY, DAY },
		{ "one without measure is seen", HOUR, HOUR, INT32_MAX, 7 * DAY },
		{ "the operator may have more", HOUR, 30 * DAY, 0, 30 * DAY },
	};
	struct life_policy policy;
	struct life life;
	int64_t now_s = WORLD_START;
	(void)state;

	life_init(&life);
	life_policy_init(&policy);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t seen_s = rows[i].seen_s;
		struct life_observation look = {
			.key_ttl_s = seen_s, .zone_ttl_s = seen_s, .ds_ttl_s = seen_s
		};
		now_s += rows[i].later_s;
		policy.key_ttl_s = policy.zone_ttl_s = policy.ds_ttl_s = rows[i].configured_s;
		life_look(&life, &policy, &look, now_s);
		assert_row(rows[i].why, life.key_ttl.ttl_s == rows[i].counts_s);
		assert_row(rows[i].why, life.zone_ttl.ttl_s == rows[i].counts_s);
		assert_row(rows[i].why, life.ds_ttl.ttl_s == rows[i].counts_s);
	}
}

static void a_key_whose_tag_is_taken_is_made_anew(void **state)
{
	struct world *w = after_hours(&quiet, 200);
	struct life_make make = { .role = LIFE_ZSK, .algorithm = 13 };
	(void)state;

	assert_false(life_made(&w->life, &make, w->life.keys[0].tag, w->now_s));
	assert_true(life_made(&w->life, &make, 4711, w->now_s));
	free(w);
}

/* ---- What a person is told ---- */

static void the_word_and_the_sentences_follow_the_zone(void **state)
{
	static const struct {
		const char *why;
		unsigned hours;
		bool unsigns; /* at 200 hours */
		bool has_ds;
		enum life_word word;
		const char *tells; /* of the KSK; NULL: nothing */
	} rows[] = {
		{ "before it starts", 0, false, false, LIFE_UNSIGNED, NULL },
		{ "its signatures spread", 3, false, false, LIFE_SIGNING,
		        "must not have the DS of the KSK 1001 yet: not before 20270116" },
		{ "the DS is asked for", 30, false, false, LIFE_WAITING_FOR_PARENT,
		        "give it to the parent" },
		{ "for long", 24 * 9, false, false, LIFE_ACTION_NEEDED, "give it to the parent" },
		{ "at rest", 200, false, true, LIFE_SIGNING, NULL },
		{ "unsigning", 210, true, true, LIFE_UNSIGNING, "the next step is not before" },
		{ "unsigned", 300, true, true, LIFE_UNSIGNED, NULL },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scenario given = quiet;
		struct complaint sentence = { "" };
		given.has_cds = rows[i].has_ds;
		given.has_no_parent = !rows[i].has_ds;
		struct world *w = after_hours(&given, rows[i].unsigns ? 200 : rows[i].hours);
		if (rows[i].unsigns) {
			assert_true(life_take_order(
			        &w->life, &w->policy, LIFE_ORDER_UNSIGN, 0, &sentence));
			w->disk = w->life;
			assert_true(world_live(w, w->now_s + (rows[i].hours - 200) * HOUR));
		}
		struct life_observation look = { .has_vault = true };
		struct life_report report = { .is_trusted = true };
		struct life_alarms alarms =
		        life_judge(&w->life, &w->policy, &look, &report, w->now_s, 0);
		enum life_word word = life_word_for(&w->life, alarms);
		if (word != rows[i].word)
			fail_msg("%s: the word is \"%s\"", rows[i].why, life_word_text(word));
		bool told = w->life.count > 1 &&
		            life_tell(&w->life, &w->policy, &w->life.keys[1], &sentence);
		if (told != (rows[i].tells != NULL) ||
		        (told && !strstr(sentence.text, rows[i].tells)))
			fail_msg("%s: it says: %s", rows[i].why, sentence.text);
		free(w);
	}
}

static void alarms_ring_before_anything_breaks(void **state)
{
	static const struct {
		const char *why;
		int64_t left_s;
		bool has_vault, is_trusted;
		uint16_t ds;
		struct life_alarms want;
		bool is_refused, has_misfit, is_silent, is_unproved;
	} rows[] = {
		{ "all is well", 14 * DAY, true, true, 1001, { false, 0 }, false, false, false,
		        false },
		{ "the vault is away for a day", 14 * DAY, false, true, 1001, { false, 0 }, false,
		        false, false, false },
		{ "the vault is away for nine days", 6 * DAY, false, true, 1001,
		        { false, LIFE_NEEDS_VAULT }, false, false, false, false },
		{ "signatures end", 2 * DAY, false, true, 1001, { true, LIFE_NEEDS_VAULT }, false,
		        false, false, false },
		{ "nothing is trusted", 14 * DAY, true, false, 1001, { true, 0 }, false, false,
		        false, false },
		{ "a DS of another key", 14 * DAY, true, true, 77, { false, LIFE_NEEDS_OTHER_DS },
		        false, false, false, false },
		{ "a DS that is typed wrongly, beside the right one", 14 * DAY, true, true, 1001,
		        { false, LIFE_NEEDS_FITTING_DS }, false, true, false, false },
		{ "an address is silent", 14 * DAY, true, true, 1001, { false, LIFE_NEEDS_ADDRESS },
		        false, false, true, false },
		{ "no chain to the parent", 14 * DAY, true, true, 1001, { false, LIFE_NEEDS_PROOF },
		        false, false, false, true },
		{ "validators refuse the zone", 14 * DAY, true, true, 1001, { true, 0 }, true,
		        false, false, false },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours(&quiet, 200);
		struct life_parent parent = { true, { { rows[i].ds }, 1 }, rows[i].has_misfit };
		struct life_observation look = { .parents = &parent,
			.parent_count = 1,
			.has_vault = rows[i].has_vault,
			.is_refused = rows[i].is_refused,
			.is_silent = rows[i].is_silent,
			.is_unproved = rows[i].is_unproved };
		struct life_report report = { .is_trusted = rows[i].is_trusted };
		struct life_alarms alarms = life_judge(
		        &w->life, &w->policy, &look, &report, w->now_s, w->now_s + rows[i].left_s);
		assert_row(rows[i].why, alarms.has_failed == rows[i].want.has_failed);
		if (alarms.needs != rows[i].want.needs)
			fail_msg("%s: needs %#x", rows[i].why, alarms.needs);
		free(w);
	}
}

/* ---- The text of the state ---- */

static const struct scenario eventful = { .why = "eventful",
	.seed = 3,
	.has_cds = true,
	.has_standby = true,
	.spread_s = 300,
	.ksk_orders = 20,
	.zsk_orders = 10,
	.thefts = 40,
	.lags = 20,
	.slow_parent_days = 3 };

static void a_state_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (unsigned hours = 0; hours < 2400; hours += 37) {
		struct world *w = after_hours(&eventful, hours);
		struct life read;
		struct complaint error = { "" };
		char *text = life_text_write(&w->life, "example.org.");
		if (!life_text_read(&read, "example.org.", text, "f", &error))
			fail_msg("%s", error.text);
		assert_int_equal(read.count, w->life.count);
		char *again = life_text_write(&read, "example.org.");
		char *once = life_text_write(&w->life, "example.org.");
		assert_string_equal(again, once);
		for (unsigned i = 0; i < read.count; i++)
			assert_memory_equal(read.keys[i].marks, w->life.keys[i].marks,
			        sizeof(read.keys[i].marks));
		free(text);
		free(again);
		free(once);
		free(w);
	}
}

static void a_state_that_is_cut_or_damaged_is_refused_with_its_line(void **state)
{
	struct world *w = after_hours(&eventful, 500);
	char *text = life_text_write(&w->life, "example.org.");
	size_t len = strlen(text);
	struct complaint error;
	struct life read;
	(void)state;

	for (size_t cut = 0; cut < len; cut++) {
		char *half = strndup(text, cut);
		if (life_text_read(&read, "example.org.", half, "f", &error))
			fail_msg("cut after %zu of %zu octets", cut, len);
		assert_int_equal(read.count, 0);
		assert_non_null(strstr(error.text, "f line "));
		free(half);
	}
	for (size_t at = 0; at < len; at++) {
		char *other = strdup(text);
		other[at] = (char)(other[at] == ' ' ? '_' : other[at] == '\n' ? ' ' : '~');
		if (life_text_read(&read, "example.org.", other, "f", &error))
			fail_msg("octet %zu changed in: %.40s", at, text + at);
		free(other);
	}
	free(text);
	free(w);
}

static void a_state_of_another_zone_is_refused(void **state)
{
	struct life read, life;
	struct complaint error;
	(void)state;

	life_init(&life);
	char *text = life_text_write(&life, "example.net.");
	assert_false(life_text_read(&read, "example.org.", text, "f", &error));
	assert_string_equal(error.text, "f line 2: the word \"example.org.\" is expected here");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_that_breaks_the_chain_is_refused_with_the_reason),
		cmocka_unit_test(a_second_order_to_roll_waits_for_the_first_to_end),
		cmocka_unit_test(nothing_acts_on_a_state_or_clock_that_it_cannot_trust),
		cmocka_unit_test(a_server_with_a_key_of_nobody_stops_keys_but_not_the_timeline),
		cmocka_unit_test(a_longer_ttl_counts_until_it_has_left_all_caches),
		cmocka_unit_test(a_key_whose_tag_is_taken_is_made_anew),
		cmocka_unit_test(the_word_and_the_sentences_follow_the_zone),
		cmocka_unit_test(alarms_ring_before_anything_breaks),
		cmocka_unit_test(a_state_is_read_as_it_was_written),
		cmocka_unit_test(a_state_that_is_cut_or_damaged_is_refused_with_its_line),
		cmocka_unit_test(a_state_of_another_zone_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
