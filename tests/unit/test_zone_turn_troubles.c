/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong around a zone's keys: old files, missing files, full disks, clocks that step. */
#include "turnbed.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The linker replaces the function without `__real_` by the one with `__wrap_` (Makefile). */
enum vault_fault __real_vault_make(struct vault *vault, uint8_t algorithm, const char *label,
        struct vault_key *key, struct complaint *why);
enum vault_fault __wrap_vault_make(struct vault *vault, uint8_t algorithm, const char *label,
        struct vault_key *key, struct complaint *why);

static bool vault_is_full;

enum vault_fault __wrap_vault_make(struct vault *vault, uint8_t algorithm, const char *label,
        struct vault_key *key, struct complaint *why)
{
	if (!vault_is_full)
		return __real_vault_make(vault, algorithm, label, key, why);
	complaint_set(why, "there is no room in the vault");
	return VAULT_FULL;
}

/* Turns whenever a turn is due, well or not. The timeline in place must not get shorter. */
static void live_on_for(struct bed *bed, int64_t span_s)
{
	int64_t until_s = bed->now_s + span_s;

	while (bed->now_s < until_s) {
		bed_turn(bed);
		assert_true(bed->result.is_trusted);
		assert_true(bed->zone.end_s >= bed->now_s + bed->policy.ahead_s - DAY_S);
		bed->now_s = bed->result.next_s < until_s ? bed->result.next_s : until_s;
	}
}

static void path_of_key(
        const struct bed *bed, uint16_t tag, const char *ending, char path[static PATH_MAX])
{
	char file[80];

	snprintf(file, sizeof(file), "Kexample.org.+013+%05u.%s", tag, ending);
	bed_path(bed, file, path);
}

static void an_old_state_is_not_acted_on(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed), newest;

	(void)state;
	bed_live_for(bed, 2 * DAY_S);
	newest = take_files(bed);
	put_state_back(bed, &old);
	bed_restart(bed);
	for (unsigned i = 0; i < 5; i++) {
		bed_turn(bed);
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		assert_true(bed->result.alarms.has_failed);
		assert_non_null(strstr(bed->result.why.text, "Kexample.org.state"));
		assert_false(bed->result.wrote_state || bed->result.wrote_timeline);
		bed->now_s = bed->result.next_s;
	}
	struct old_files now = take_files(bed);
	assert_string_equal(now.state, old.state);
	assert_string_equal(now.timeline, newest.timeline);
	put_state_back(bed, &newest);
	bed_live_for(bed, DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_files(&now);
	free_files(&old);
	free_files(&newest);
	free_bed(bed);
}

/* Both files and the keys are of one backup: only what servers serve tells. */
static void an_old_state_with_its_old_timeline_is_not_acted_on_either(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed);
	struct life_server server;
	struct turn_result result;

	(void)state;
	bed_live_for(bed, 33 * DAY_S);
	bed_serve(bed, &server);
	put_state_back(bed, &old);
	put_timeline_back(bed, &old);
	bed_restart(bed);
	bed->now_s = START_S + 7 * DAY_S;
	const struct life_observation seen = { .servers = &server, .server_count = 1 };
	struct turn_order order = bed_turn_order(bed);
	order.seen = &seen;
	order.uptime_s = 0;
	zone_turn(&bed->zone, &order, &result);
	assert_false(result.is_trusted || result.wrote_state || result.wrote_timeline);
	assert_non_null(strstr(result.why.text, "old backup"));
	free_files(&old);
	free_bed(bed);
}

static void a_clock_that_steps_moves_no_key_and_writes_nothing(void **state)
{
	struct bed *bed = signed_bed();

	(void)state;
	bed->clock_off_s = 10 * DAY_S;
	for (unsigned i = 0; i < 5; i++) {
		bed_turn(bed);
		assert_false(bed->result.is_trusted || bed->result.wrote_state ||
		             bed->result.wrote_timeline);
		assert_non_null(strstr(bed->result.why.text, "clock stepped"));
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		bed->now_s = bed->result.next_s;
	}
	bed->clock_off_s = 0;
	bed_live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

static void a_timeline_that_cannot_be_written_comes_later(void **state)
{
	struct bed *bed = signed_bed();
	char path[PATH_MAX];

	(void)state;
	bed_path(bed, "timelines/Kexample.org.timeline.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	while (!bed->result.has_failed) {
		bed->now_s = bed->result.next_s;
		bed_turn(bed);
	}
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	assert_non_null(strstr(bed->result.why.text, "Kexample.org.timeline"));
	assert_in_range(bed->result.next_s - bed->now_s, 1, HOUR_S);
	assert_int_equal(rmdir(path), 0);
	bed->now_s = bed->result.next_s;
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	bed_live_for(bed, 2 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* One an hour would fill a token. */
static void no_ksk_is_made_while_nothing_can_be_written(void **state)
{
	struct bed *bed = new_bed();
	char path[PATH_MAX];

	(void)state;
	bed_order(bed, LIFE_ORDER_SIGN);
	bed_path(bed, "Kexample.org.state.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned i = 0; i < 5; i++) {
		bed_turn(bed);
		assert_true(bed->result.has_failed);
		bed->now_s = bed->result.next_s;
	}
	assert_int_equal(count_files(bed, ".private"), 0);
	struct complaint why;
	struct vault_key key;
	assert_int_equal(vault_list(bed->vault, 0, &key, &why), VAULT_NO_KEY);
	assert_int_equal(rmdir(path), 0);
	bed_turn_well(bed);
	assert_int_equal(vault_list(bed->vault, 0, &key, &why), VAULT_GOOD);
	assert_int_equal(vault_list(bed->vault, 1, &key, &why), VAULT_NO_KEY);
	free_bed(bed);
}

static void remove_signers_file(const struct bed *bed, char file[static 80])
{
	char path[PATH_MAX];

	snprintf(file, 80, "Kexample.org.+013+%05u.private", bed->signers[bed->signer_count - 1]);
	bed_path(bed, file, path);
	assert_int_equal(unlink(path), 0);
}

/* Not an hour less than without the loss: the timeline in place has the key, until the next one
 * takes over. */
static void a_zone_whose_signing_key_lost_its_file_lives_on_and_rolls(void **state)
{
	struct bed *bed = signed_bed();
	unsigned signers = bed->signer_count, told = 0;
	int64_t until_s = bed->now_s + 45 * DAY_S;
	char file[80];

	(void)state;
	remove_signers_file(bed, file);
	while (bed->now_s < until_s) {
		bed->now_s = bed->result.next_s;
		bed_turn_well(bed);
		assert_true(bed->zone.end_s >= bed->now_s + bed->policy.ahead_s - DAY_S);
		told += strstr(bed->result.lacks.text, file) != NULL;
	}
	assert_in_range(told, 10, 45);
	assert_true(bed->signer_count > signers);
	assert_string_equal(bed->result.lacks.text, "");
	free_bed(bed);
}

static void a_file_of_a_key_that_is_nowhere_else_is_named(void **state)
{
	struct bed *bed = signed_bed();
	char file[80], path[PATH_MAX];

	(void)state;
	remove_signers_file(bed, file);
	bed_path(bed, "timelines/Kexample.org.timeline", path);
	assert_int_equal(unlink(path), 0);
	bed_restart(bed);
	bed->now_s = bed->result.next_s;
	bed_turn_blind(bed);
	assert_true(bed->result.has_failed);
	assert_non_null(strstr(bed->result.why.text, file));
	assert_int_equal(bed->result.fault, VAULT_GOOD);
	assert_false(bed->result.wrote_timeline);
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	free_bed(bed);
}

/* Orders come from outside at any time. What an order made of an empty state would hide all
 * keys. */
static void an_order_for_a_zone_that_was_not_read_changes_nothing(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files before = take_files(bed), after;
	struct complaint error = { "" };

	(void)state;
	bed_restart(bed);
	assert_false(
	        kept_zone_order(&bed->zone, &bed->store, &bed->policy, LIFE_ORDER_SIGN, 0, &error));
	assert_non_null(strstr(error.text, "again"));
	after = take_files(bed);
	assert_string_equal(after.state, before.state);
	bed_live_for(bed, 2 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_files(&before);
	free_files(&after);
	free_bed(bed);
}

/* Tokens are full, or hold only keys that somebody imported. */
static void a_vault_that_makes_no_key_still_extends_the_timeline(void **state)
{
	struct bed *bed = signed_bed();

	(void)state;
	bed_order(bed, LIFE_ORDER_ROLL_KSK);
	vault_is_full = true;
	live_on_for(bed, 40 * DAY_S);
	vault_is_full = false;
	assert_int_equal(bed->result.fault, VAULT_FULL);
	assert_non_null(strstr(bed->result.why.text, "no room"));
	assert_int_equal(bed->result.word, LIFE_ACTION_NEEDED);
	assert_int_equal(bed->result.alarms.needs, LIFE_NEEDS_VAULT);
	assert_int_equal(count_vault_keys(bed), 1);
	bed_live_for(bed, 12 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(count_vault_keys(bed), 2);
	free_bed(bed);
}

/* A crash left it unused, and then the vault was restored from before. */
static void an_unused_ksk_that_the_vault_lacks_is_not_taken(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files ordered, in_place = take_files(bed);
	char path[PATH_MAX], file[80];

	(void)state;
	bed_order(bed, LIFE_ORDER_ROLL_KSK);
	ordered = take_files(bed);
	bed_turn_well(bed);
	uint16_t tag = bed->zone.life.keys[bed->zone.life.count - 1].tag;
	put_state_back(bed, &ordered);
	put_timeline_back(bed, &in_place);
	bed_restart(bed);
	snprintf(file, sizeof(file), "vault/Kexample.org.+013+%05u.private", tag);
	bed_path(bed, file, path);
	assert_int_equal(unlink(path), 0);
	bed_live_for(bed, 12 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_not_equal(bed->ds.tags[0], tag);
	free_files(&ordered);
	free_files(&in_place);
	free_bed(bed);
}

static void the_files_of_a_zsk_that_has_gone_are_not_missed(void **state)
{
	struct bed *bed = signed_bed();
	char path[PATH_MAX];

	(void)state;
	while (bed->signer_count < 2)
		bed_live_for(bed, HOUR_S);
	path_of_key(bed, bed->signers[0], "private", path);
	assert_int_equal(unlink(path), 0);
	bed_live_for(bed, 10 * DAY_S);
	path_of_key(bed, bed->signers[0], "key", path);
	assert_int_equal(unlink(path), 0);
	bed_order(bed, LIFE_ORDER_ROLL_ZSK);
	bed_live_for(bed, 12 * DAY_S);
	assert_int_equal(bed->signer_count, 3);
	free_bed(bed);
}

static void put_timeline(const struct bed *bed, const char *text)
{
	struct old_files files = { NULL, strdup(text) };

	put_timeline_back(bed, &files);
	free_files(&files);
}

static void a_damaged_timeline_is_made_anew(void **state)
{
	static const struct {
		const char *why, *text;
	} rows[] = { { "it is empty", "" }, { "it was cut", "sealgate-timeline 1\n" },
		{ "it is something else", "hello\n" } };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		struct bed *bed = signed_bed();
		uint64_t before = generation_in_place(bed);
		put_timeline(bed, rows[i / 2].text);
		if (i % 2)
			bed_restart(bed);
		bed->result.wrote_timeline = false;
		for (unsigned turns = 0; turns < 20 && !bed->result.wrote_timeline; turns++) {
			bed_turn_blind(bed);
			bed->now_s = bed->result.next_s;
		}
		assert_non_null(strstr(bed->zone.damage.text, "Kexample.org.timeline"));
		assert_true(generation_in_place(bed) > before);
		assert_false(bed->zone.is_damaged);
		bed_live_for(bed, 2 * DAY_S);
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		free_bed(bed);
	}
}

/* Then nothing is known of the zone's keys, and it may be another zone's file. */
static void a_damaged_timeline_without_a_state_stays(void **state)
{
	struct bed *bed = signed_bed();
	const struct old_files none = { NULL, NULL };

	(void)state;
	put_state_back(bed, &none);
	put_timeline(bed, "sealgate-timeline 1\n");
	bed_restart(bed);
	bed_turn_blind(bed);
	assert_true(bed->result.has_failed);
	assert_false(bed->result.wrote_state || bed->result.wrote_timeline);
	free_bed(bed);
}

/* Gateways refuse a timeline whose generation is lower than the one that they have. */
static void a_restored_pair_is_followed_by_a_later_generation_than_any_before(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed);

	(void)state;
	bed_live_for(bed, 6 * DAY_S);
	uint64_t newest = generation_in_place(bed);
	put_state_back(bed, &old);
	put_timeline_back(bed, &old);
	bed_restart(bed);
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	assert_true(generation_in_place(bed) > newest);
	free_files(&old);
	free_bed(bed);
}

static void a_newer_timeline_of_another_keeper_is_not_replaced(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed), newest, after;

	(void)state;
	bed_live_for(bed, 5 * DAY_S);
	newest = take_files(bed);
	put_state_back(bed, &old);
	put_timeline_back(bed, &old);
	bed_restart(bed);
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	put_timeline_back(bed, &newest);
	bed->clock_off_s = -3 * DAY_S; /* of this keeper: its generations are lower */
	bed_restart(bed);
	put_state_back(bed, &old);
	put_timeline_back(bed, &old);
	bed->now_s = START_S + 9 * DAY_S;
	bed_turn(bed);
	put_timeline_back(bed, &newest);
	bed->now_s += 2 * DAY_S;
	bed_turn(bed);
	assert_true(bed->result.has_failed);
	assert_non_null(strstr(bed->result.why.text, "another keeper"));
	bed_turn(bed);
	assert_non_null(strstr(bed->result.why.text, "older"));
	after = take_files(bed);
	assert_string_equal(after.timeline, newest.timeline);
	free_files(&old);
	free_files(&newest);
	free_files(&after);
	free_bed(bed);
}

static void no_zsk_is_made_while_nothing_can_be_written(void **state)
{
	struct bed *bed = signed_bed();
	char path[PATH_MAX];

	(void)state;
	bed_order(bed, LIFE_ORDER_ROLL_ZSK);
	unsigned before = count_files(bed, ".private");
	bed_path(bed, "Kexample.org.state.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned i = 0; i < 5; i++) {
		bed_turn(bed);
		assert_true(bed->result.has_failed);
		bed->now_s = bed->result.next_s;
	}
	assert_int_equal(count_files(bed, ".private"), before);
	assert_int_equal(rmdir(path), 0);
	bed_turn_well(bed);
	assert_int_equal(count_files(bed, ".private"), before + 1);
	free_bed(bed);
}

/* A fault of a file is none of the vault. */
static void a_missing_file_does_not_send_people_to_the_vault(void **state)
{
	struct bed *bed = signed_bed();
	char path[PATH_MAX];

	(void)state;
	path_of_key(bed, bed->signers[0], "key", path);
	assert_int_equal(unlink(path), 0);
	while (bed->now_s < START_S + 18 * DAY_S) {
		bed_turn(bed);
		bed->now_s += HOUR_S;
	}
	assert_true(bed->result.has_failed);
	assert_int_equal(bed->result.alarms.needs, 0);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_state_is_not_acted_on),
		cmocka_unit_test(an_old_state_with_its_old_timeline_is_not_acted_on_either),
		cmocka_unit_test(a_clock_that_steps_moves_no_key_and_writes_nothing),
		cmocka_unit_test(a_timeline_that_cannot_be_written_comes_later),
		cmocka_unit_test(no_ksk_is_made_while_nothing_can_be_written),
		cmocka_unit_test(a_zone_whose_signing_key_lost_its_file_lives_on_and_rolls),
		cmocka_unit_test(a_file_of_a_key_that_is_nowhere_else_is_named),
		cmocka_unit_test(an_order_for_a_zone_that_was_not_read_changes_nothing),
		cmocka_unit_test(a_vault_that_makes_no_key_still_extends_the_timeline),
		cmocka_unit_test(an_unused_ksk_that_the_vault_lacks_is_not_taken),
		cmocka_unit_test(the_files_of_a_zsk_that_has_gone_are_not_missed),
		cmocka_unit_test(a_damaged_timeline_is_made_anew),
		cmocka_unit_test(a_damaged_timeline_without_a_state_stays),
		cmocka_unit_test(a_restored_pair_is_followed_by_a_later_generation_than_any_before),
		cmocka_unit_test(a_newer_timeline_of_another_keeper_is_not_replaced),
		cmocka_unit_test(no_zsk_is_made_while_nothing_can_be_written),
		cmocka_unit_test(a_missing_file_does_not_send_people_to_the_vault),
	};
	return cmocka_run_group_tests_name("zone_turn_troubles", tests, NULL, NULL);
}
