/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server shows a DNSKEY of nobody: by an attacker on the path to it, or because somebody else
 * signs there, too. Keys stop, and the timeline goes on: otherwise whoever stands on one path would
 * end the zone. */
#include "turnbed.h"

#include "base/clock.h"
#include "keeper/zone_order.h"
#include "keys/life_move.h"
#include "keys/life_trust.h"
#include "served.h"

#define STRANGE_TAG 9999

static int64_t stopped_s; /* for so long the machine did not count the time */

/* Makes a turn. The first server shows the key of nobody; `others` more show what they are to
 * show. */
static void strange_turn(struct bed *bed, unsigned others)
{
	struct life_server servers[3];
	struct life_parent parent = { .is_reached = true, .ds = bed->ds };

	for (unsigned i = 0; i <= others; i++)
		bed_serve(bed, &servers[i]);
	servers[0].dnskey.tags[servers[0].dnskey.count++] = STRANGE_TAG;
	const struct life_observation seen = { .servers = servers,
		.server_count = 1 + others,
		.parents = &parent,
		.parent_count = 1 };
	struct turn_order order = bed_turn_order(bed);

	order.seen = &seen;
	order.uptime_s -= stopped_s;
	zone_turn(&bed->zone, &order, &bed->result);
}

/* Lives for some days with the stranger. Somebody is told all the time, and the timeline lasts. */
static void live_with_stranger_for(struct bed *bed, unsigned others, int64_t span_s)
{
	int64_t until_s = bed->now_s + span_s;

	while (bed->now_s < until_s) {
		strange_turn(bed, others);
		assert_false(bed->result.is_trusted);
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		assert_true(bed->zone.end_s > bed->now_s + 2 * DAY_S);
		bed->now_s = bed->result.next_s < until_s ? bed->result.next_s : until_s;
	}
}

static void live_with_stranger(struct bed *bed, unsigned others, unsigned days)
{
	live_with_stranger_for(bed, others, days * DAY_S);
}

static bool good_clock(void *context)
{
	(void)context;
	return true;
}

/* Orders `trust`, as an operator does who reads that nothing moves. */
static bool order_trust(struct bed *bed, struct complaint *error)
{
	const struct keeper_job job = { .clock_is_trusted = good_clock };
	struct keeper k = { .job = &job };
	struct keeper_zone zone = { .kept = bed->zone,
		.policy = bed->policy,
		.turned_s = bed->now_s,
		.last = bed->result };

	k.tools.store = bed->store;
	k.tools.crypto = bed->crypto;
	zone.kept.life.last_s = clock_wall_s(); /* of the machine, which is not that of the bed */
	bool is_taken = zone_order_trust(&k, &zone, error);
	assert_false(is_taken && !zone.kept.is_read);
	return is_taken;
}

static void an_order_to_trust_that_would_not_help_is_refused(void **state)
{
	struct bed *bed = signed_bed();
	struct complaint error = { "" };
	(void)state;

	strange_turn(bed, 0);
	struct old_files before = take_files(bed);
	assert_false(order_trust(bed, &error));
	assert_non_null(strstr(error.text, "no order settles"));
	assert_non_null(strstr(error.text, "9999"));
	struct old_files now = take_files(bed);
	assert_string_equal(now.state, before.state);
	free_files(&now);
	free_files(&before);
	live_with_stranger(bed, 0, 20);
	free_bed(bed);
}

/* Someone trusted the state while a stranger was there: its generation is ahead of that of the
 * timeline. */
static void a_state_that_was_trusted_beside_a_stranger_lasts(void **state)
{
	struct bed *bed = signed_bed();
	struct complaint error;
	(void)state;

	struct life next = bed->zone.life;
	const struct life_observation look = { .in_place = (uint32_t)bed->zone.in_place };
	const struct kept_writing w = { .life = &next };
	life_begin_anew(&next, &look, bed->now_s);
	assert_true(kept_zone_write(&bed->zone, &bed->store, &w, &error));
	live_with_stranger(bed, 0, 20);
	free_bed(bed);
}

/* The keeper crashed between the state and the timeline of a KSK roll, and one server of three is
 * strange. */
static void a_crash_between_state_and_timeline_beside_a_stranger_costs_nothing(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files before = take_files(bed);
	(void)state;

	bed_order(bed, LIFE_ORDER_ROLL_KSK);
	bed_turn_well(bed);
	put_timeline_back(bed, &before);
	bed_restart(bed);
	uint64_t generation = generation_in_place(bed);
	strange_turn(bed, 2);
	assert_true(bed->result.wrote_timeline && generation_in_place(bed) > generation);
	live_with_stranger(bed, 2, 20);
	free_files(&before);
	free_bed(bed);
}

/* The one server that there is shows the key of nobody, and the keeper restarts daily: it waits for
 * days, because its files may be of a backup, and then the DS of the parent counts. */
static void a_restart_beside_a_stranger_does_not_end_the_zone(void **state)
{
	struct bed *bed = signed_bed();
	(void)state;

	for (unsigned day = 0; day < 40; day++) {
		bed_restart(bed);
		live_with_stranger(bed, 0, 1);
	}
	bed_live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* Servers of a zone whose parent has another DS have newer keys: the files are of a backup, and
 * must not replace what is in force. */
static void what_the_parent_does_not_rely_on_is_not_extended(void **state)
{
	struct bed *bed = signed_bed();
	(void)state;

	bed->ds.tags[0] ^= 1;
	bed->follows_cds = false;
	while (bed->now_s < START_S + 19 * DAY_S) {
		bed_restart(bed);
		strange_turn(bed, 0);
		assert_false(bed->result.wrote_timeline || bed->result.wrote_state);
		bed->now_s += 12 * HOUR_S;
	}
	free_bed(bed);
}

/* A machine that was stopped for some hours has a clock that stepped, as far as anyone knows. */
static void a_clock_that_stepped_beside_a_stranger_is_believed_after_a_day(void **state)
{
	struct bed *bed = signed_bed();
	struct complaint error;
	(void)state;

	strange_turn(bed, 0);
	stopped_s = 5 * HOUR_S;
	bed->now_s += stopped_s;
	int64_t from_s = bed->now_s + HOUR_S;
	while (bed->now_s < from_s + DAY_S + 2 * HOUR_S) {
		bed->now_s += HOUR_S;
		strange_turn(bed, 0);
		bool is_held = bed->now_s >= from_s + DAY_S;
		if (bed->result.wrote_timeline != (bed->now_s == from_s + DAY_S))
			fail_msg("hour %lld", (long long)(bed->now_s - from_s) / HOUR_S);
		assert_int_equal(!strstr(bed->result.why.text, "clock stepped"), is_held);
	}
	assert_true(bed->zone.end_s > bed->now_s + 14 * DAY_S);
	assert_false(order_trust(bed, &error));
	stopped_s = 0;
	free_bed(bed);
}

static uint16_t tag_in_use(const struct bed *bed, enum life_role role)
{
	for (unsigned i = 0; i < bed->zone.life.count; i++) {
		const struct life_key *k = &bed->zone.life.keys[i];
		if (k->role == role && life_is_out(k, role == LIFE_KSK ? LIFE_KRRSIG : LIFE_ZRRSIG))
			return k->tag;
	}
	fail_msg("no key");
	return 0;
}

static void tell_theft(struct bed *bed, uint16_t tag)
{
	struct complaint error;

	if (!kept_zone_order(
	            &bed->zone, &bed->store, &bed->policy, LIFE_ORDER_COMPROMISED, tag, &error))
		fail_msg("%s", error.text);
}

static bool is_served(struct bed *bed, uint16_t tag)
{
	struct life_server server;

	bed_serve(bed, &server);
	return life_tags_have(&server.dnskey, tag) || life_tags_have(&server.zsk_signers, tag);
}

/* Who has a key stands on a path, too: one forged answer an hour must not keep the key in use. */
static void a_thief_who_shows_a_strange_key_does_not_keep_the_stolen_ones(void **state)
{
	struct bed *bed = signed_bed();
	(void)state;

	uint16_t zsk = tag_in_use(bed, LIFE_ZSK), ksk = tag_in_use(bed, LIFE_KSK);
	tell_theft(bed, zsk);
	tell_theft(bed, ksk);
	bed->follows_cds = true;
	for (unsigned hour = 0; hour < 8 * 24; hour++) {
		struct life_server server;
		bed_serve(bed, &server);
		served_take_cds(&bed->ds, &server);
		live_with_stranger_for(bed, 1, HOUR_S);
	}
	assert_int_not_equal(tag_in_use(bed, LIFE_ZSK), zsk);
	assert_int_not_equal(tag_in_use(bed, LIFE_KSK), ksk);
	assert_false(is_served(bed, zsk) || is_served(bed, ksk));
	bed_live_for(bed, DAY_S);
	free_bed(bed);
}

/* Nobody shows then what the wait is for. */
static void a_stolen_key_waits_if_all_servers_are_strange(void **state)
{
	struct bed *bed = signed_bed();
	(void)state;

	uint16_t zsk = tag_in_use(bed, LIFE_ZSK);
	tell_theft(bed, zsk);
	live_with_stranger(bed, 0, 5);
	assert_int_equal(tag_in_use(bed, LIFE_ZSK), zsk);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_to_trust_that_would_not_help_is_refused),
		cmocka_unit_test(a_state_that_was_trusted_beside_a_stranger_lasts),
		cmocka_unit_test(
		        a_crash_between_state_and_timeline_beside_a_stranger_costs_nothing),
		cmocka_unit_test(a_restart_beside_a_stranger_does_not_end_the_zone),
		cmocka_unit_test(what_the_parent_does_not_rely_on_is_not_extended),
		cmocka_unit_test(a_clock_that_stepped_beside_a_stranger_is_believed_after_a_day),
		cmocka_unit_test(a_thief_who_shows_a_strange_key_does_not_keep_the_stolen_ones),
		cmocka_unit_test(a_stolen_key_waits_if_all_servers_are_strange),
	};
	return cmocka_run_group_tests_name("zone_turn_strangers", tests, NULL, NULL);
}
