/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone whose KSK is lost for ever, or whose vault is: it can only become unsigned, and begin
 * anew. */
#include "turnbed.h"

#include <sys/stat.h>
#include <unistd.h>

/* Turns whenever a turn is due, and counts the time that the parent has no DS. Signatures must not
 * end before caches have none, which takes 25 hours. Returns false when the word came. */
static bool live_until(struct bed *bed, enum life_word word, int64_t until_s)
{
	int64_t bare_s = bed->now_s;
	struct life_server server;

	while (bed->now_s < until_s && bed->result.word != word) {
		bed_turn(bed);
		assert_true(bed->result.is_trusted);
		assert_false(bed->result.has_failed);
		if (bed->ds.count > 0)
			bare_s = bed->now_s;
		bed_serve(bed, &server);
		if (bed->now_s - bare_s < 25 * HOUR_S)
			assert_int_equal(server.ksk_signers.count, 1);
		bed->now_s = bed->result.next_s;
	}
	return bed->result.word != word;
}

static unsigned needs_ds_removed(const struct bed *bed)
{
	return bed->result.alarms.needs & LIFE_NEEDS_DS_REMOVED;
}

/* The parent reads CDS: none must ask it to keep the DS, or to take it back. */
static void expect_no_cds(struct bed *bed)
{
	struct life_server server;

	bed_serve(bed, &server);
	assert_int_equal(server.cds.count, 0);
}

static void go_unsigned_without_ksk(unsigned days, bool has_vault)
{
	struct bed *bed = signed_bed();
	uint16_t before = bed->ds.tags[0];

	bed_live_for(bed, days * DAY_S);
	int64_t end_s = bed->zone.end_s;
	lose_ksk(bed, has_vault);
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed_turn(bed);
	assert_true(bed->result.is_by_hand && bed->result.wrote_timeline);
	assert_int_equal(bed->result.fault, has_vault ? VAULT_NO_KEY : VAULT_AWAY);
	assert_int_equal(bed->result.word, LIFE_ACTION_NEEDED);
	assert_int_equal(bed->result.alarms.needs, LIFE_NEEDS_DS_REMOVED);
	expect_no_cds(bed);
	assert_true(live_until(bed, LIFE_UNSIGNED, bed->now_s + 2 * DAY_S));
	assert_true(needs_ds_removed(bed));
	assert_int_equal(bed->zone.end_s, end_s);
	bed_restart(bed);
	bed->ds.count = 0;
	bed_turn(bed);
	assert_false(needs_ds_removed(bed));
	assert_int_equal(bed->result.word, LIFE_UNSIGNING);
	assert_false(live_until(bed, LIFE_UNSIGNED, bed->now_s + 5 * DAY_S));
	bed->has_vault = true;
	bed_order(bed, LIFE_ORDER_SIGN);
	bed_live_for(bed, 6 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->ds.count, 1);
	assert_int_not_equal(bed->ds.tags[0], before);
	free_bed(bed);
}

static void a_zone_whose_ksk_is_lost_becomes_unsigned_and_begins_anew(void **state)
{
	(void)state;
	go_unsigned_without_ksk(0, true);
	go_unsigned_without_ksk(0, false);
}

/* A ZSK is planned in the timeline, is published, signs, or leaves. */
static void so_it_does_while_a_zsk_rolls(void **state)
{
	static const unsigned days[] = { 18, 23, 25 };

	(void)state;
	for (unsigned i = 0; i < COUNT(days); i++)
		go_unsigned_without_ksk(days[i], true);
}

/* Nothing is signed any more, and nobody can extend it: what remains is to say that the zone is
 * unsigned. */
static void a_zone_whose_timeline_has_ended_becomes_unsigned_all_the_same(void **state)
{
	struct bed *bed = signed_bed();
	struct life_server server = { .is_reached = true };
	struct life_parent parent = { .is_reached = true };

	(void)state;
	lose_ksk(bed, true);
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed_turn(bed);
	const struct life_observation seen = {
		.servers = &server, .server_count = 1, .parents = &parent, .parent_count = 1
	};
	int64_t end_s = bed->zone.end_s;
	while (bed->now_s < end_s + 5 * DAY_S && bed->result.word != LIFE_UNSIGNED) {
		struct turn_order order = bed_turn_order(bed);
		order.seen = &seen;
		parent.ds = bed->ds;
		parent.ds.count = bed->now_s < end_s + DAY_S;
		zone_turn(&bed->zone, &order, &bed->result);
		assert_true(bed->result.is_trusted);
		bed->now_s += HOUR_S;
	}
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_true(bed->now_s > end_s + 2 * DAY_S);
	free_bed(bed);
}

/* Until then it goes on as in any other case: a CDS asks the parent. */
static void a_vault_that_comes_back_signs_the_cds_that_asks_for_no_ds(void **state)
{
	struct bed *bed = signed_bed();
	struct life_server server;

	(void)state;
	bed->has_vault = bed->follows_cds = false;
	bed_order(bed, LIFE_ORDER_UNSIGN);
	assert_true(live_until(bed, LIFE_UNSIGNED, bed->now_s + 3 * DAY_S));
	expect_no_cds(bed);
	bed->has_vault = true;
	bed_live_for(bed, HOUR_S);
	bed_serve(bed, &server);
	assert_int_equal(server.cds.count, 1);
	assert_int_equal(server.cds.tags[0], 0);
	assert_int_equal(bed->result.alarms.needs, 0);
	bed->has_vault = false; /* what it has signed goes on */
	assert_true(live_until(bed, LIFE_UNSIGNED, bed->now_s + 2 * DAY_S));
	bed_serve(bed, &server);
	assert_int_equal(server.cds.count, 1);
	free_bed(bed);
}

/* A zone that stays signed gives up nothing. */
static void a_zone_that_is_to_stay_signed_waits_for_the_vault(void **state)
{
	struct bed *bed = signed_bed();
	struct life_server server;

	(void)state;
	lose_ksk(bed, true);
	assert_true(live_until(bed, LIFE_INTERNAL_FAILURE, bed->now_s + 10 * DAY_S));
	assert_false(bed->result.is_by_hand);
	assert_int_equal(bed->result.alarms.needs, LIFE_NEEDS_VAULT);
	bed_serve(bed, &server);
	assert_int_equal(server.cds.count, 1);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_whose_ksk_is_lost_becomes_unsigned_and_begins_anew),
		cmocka_unit_test(so_it_does_while_a_zsk_rolls),
		cmocka_unit_test(a_zone_whose_timeline_has_ended_becomes_unsigned_all_the_same),
		cmocka_unit_test(a_vault_that_comes_back_signs_the_cds_that_asks_for_no_ds),
		cmocka_unit_test(a_zone_that_is_to_stay_signed_waits_for_the_vault),
	};
	return cmocka_run_group_tests_name("zone_turn_lost", tests, NULL, NULL);
}
