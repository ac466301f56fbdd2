/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weeks of a zone's keys, with all well, or with a crash or an absent vault. */
#include "turnbed.h"

#include <sys/stat.h>
#include <unistd.h>

static void a_zone_nobody_gave_an_order_for_stays_as_it_is(void **state)
{
	struct bed *bed = new_bed();

	(void)state;
	bed_live_for(bed, 10 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_int_equal(bed->timelines_written, 0);
	assert_int_equal(count_files(bed, ".key"), 0);
	free_bed(bed);
}

static void a_zone_goes_from_nothing_to_its_ds(void **state)
{
	struct bed *bed = new_bed();
	struct stat st;
	char path[PATH_MAX];

	(void)state;
	bed->follows_cds = false;
	bed_order(bed, LIFE_ORDER_SIGN);
	bed_turn_well(bed);
	assert_true(bed->result.wrote_state && bed->result.wrote_timeline);
	assert_int_equal(bed->zone.life.count, 2);
	assert_int_equal(count_files(bed, ".key"), 2);
	assert_int_equal(count_files(bed, ".private"), 1);
	assert_int_equal(count_files(bed, ".vault"), 1);
	bed_live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_WAITING_FOR_PARENT);
	bed->follows_cds = true;
	bed_live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->result.alarms.needs, 0);
	assert_int_equal(count_files(bed, ".key"), 2);
	snprintf(path, sizeof(path), "%s/Kexample.org.+013+%05u.private", bed->directory,
	        bed->signers[0]);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free_bed(bed);
}

static void a_day_costs_one_signature_of_each_set(void **state)
{
	struct bed *bed = signed_bed();
	unsigned signatures = bed->signatures, written = bed->timelines_written;

	(void)state;
	bed_live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->timelines_written - written, 5);
	assert_int_equal(bed->signatures - signatures, 5 * 3);
	free_bed(bed);
}

static void zsks_roll_by_themselves(void **state)
{
	struct bed *bed = signed_bed();

	(void)state;
	bed_live_for(bed, 70 * DAY_S);
	assert_int_equal(bed->signer_count, 3);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

static void a_ksk_rolls_when_the_parent_has_the_new_ds(void **state)
{
	struct bed *bed = signed_bed();
	uint16_t before = bed->ds.tags[0];
	struct life_server server;

	(void)state;
	bed_order(bed, LIFE_ORDER_ROLL_KSK);
	bed_live_for(bed, 8 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->ds.count, 1);
	assert_int_not_equal(bed->ds.tags[0], before);
	bed_serve(bed, &server);
	assert_int_equal(server.ksk_signers.count, 1);
	assert_int_equal(server.ksk_signers.tags[0], bed->ds.tags[0]);
	assert_false(life_tags_have(&server.dnskey, before));
	free_bed(bed);
}

static void a_zone_goes_unsigned_in_order_and_its_timeline_says_so_then(void **state)
{
	struct bed *bed = signed_bed();
	struct timeline t;

	(void)state;
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed_live_for(bed, 20 * DAY_S);
	assert_int_equal(bed->ds.count, 0);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_true(read_bed_timeline(bed, &t));
	assert_true(timeline_is_unsigned(&t));
	assert_int_equal(t.generation, bed->zone.life.generation);
	assert_int_equal(t.zsk_count, 0);
	timeline_fini(&t);
	bed_turn_well(bed);
	bed_restart(bed);
	bed_turn_well(bed);
	assert_false(bed->result.wrote_state || bed->result.wrote_timeline);
	put_timeline_back(bed, &(struct old_files){ NULL, NULL });
	bed_restart(bed);
	bed_turn_well(bed);
	assert_true(read_bed_timeline(bed, &t));
	timeline_fini(&t);
	bed_live_for(bed, 20 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	bed_order(bed, LIFE_ORDER_SIGN);
	bed_live_for(bed, 6 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* When half of the timeline is gone, somebody is told. A ZSK rolls meanwhile. */
static void without_the_vault_a_zone_lives_on_its_timeline(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files files;

	(void)state;
	bed_live_for(bed, 24 * DAY_S);
	unsigned signers = bed->signer_count, keys = count_files(bed, ".key");
	files = take_files(bed);
	bed->has_vault = false;
	for (unsigned hour = 0; hour < 14 * 24; hour++) {
		bed_turn(bed);
		assert_true(bed->result.is_trusted);
		assert_false(bed->result.has_failed || bed->result.wrote_timeline);
		assert_int_equal((bed->result.alarms.needs & LIFE_NEEDS_VAULT) != 0,
		        bed->zone.end_s - bed->now_s < life_left_s(&bed->policy));
		bed->now_s += HOUR_S;
	}
	assert_int_equal(bed->result.fault, VAULT_AWAY);
	assert_non_null(strstr(bed->result.why.text, "vault"));
	assert_int_equal(bed->signer_count, signers + 1);
	assert_int_equal(count_files(bed, ".key"), keys);
	bed->has_vault = true;
	bed_live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->result.alarms.needs, 0);
	free_files(&files);
	free_bed(bed);
}

enum crash { CRASH_BEFORE_THE_STATE, CRASH_BEFORE_THE_TIMELINE, CRASH_AT_THE_END, CRASHES };

/* Every turn that writes a timeline is made twice: it crashes the first time. */
static void turn_with_crash(struct bed *bed, enum crash crash)
{
	struct old_files files = take_files(bed);

	bed_turn_well(bed);
	if (bed->result.wrote_timeline) {
		if (crash == CRASH_BEFORE_THE_STATE)
			put_state_back(bed, &files);
		if (crash != CRASH_AT_THE_END)
			put_timeline_back(bed, &files);
		bed_restart(bed);
		bed->now_s++;
		bed_turn_well(bed);
	}
	free_files(&files);
}

static void a_crash_after_any_write_loses_nothing(void **state)
{
	(void)state;
	for (unsigned crash = 0; crash < CRASHES; crash++) {
		struct bed *bed = new_bed();
		bed_order(bed, LIFE_ORDER_SIGN);
		while (bed->now_s < START_S + 40 * DAY_S) {
			turn_with_crash(bed, crash);
			bed->now_s = bed->result.next_s;
		}
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		assert_int_equal(bed->signer_count, 2);
		assert_int_equal(count_vault_keys(bed), 1);
		bed_order(bed, LIFE_ORDER_ROLL_KSK);
		turn_with_crash(bed, crash);
		assert_int_equal(count_vault_keys(bed), 2);
		assert_int_equal(count_files(bed, ".vault"), 2);
		free_bed(bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_nobody_gave_an_order_for_stays_as_it_is),
		cmocka_unit_test(a_zone_goes_from_nothing_to_its_ds),
		cmocka_unit_test(a_day_costs_one_signature_of_each_set),
		cmocka_unit_test(zsks_roll_by_themselves),
		cmocka_unit_test(a_ksk_rolls_when_the_parent_has_the_new_ds),
		cmocka_unit_test(a_zone_goes_unsigned_in_order_and_its_timeline_says_so_then),
		cmocka_unit_test(without_the_vault_a_zone_lives_on_its_timeline),
		cmocka_unit_test(a_crash_after_any_write_loses_nothing),
	};
	return cmocka_run_group_tests_name("zone_turn", tests, NULL, NULL);
}
