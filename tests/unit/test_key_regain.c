/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a zone is lost, and made anew of the timeline in place and of the vault: the zone
 * goes on. */
#include "turnbed.h"

#include <sys/stat.h>
#include <unistd.h>

#include "keeper/key_adopt.h"
#include "keys/life_regain.h"

/* All that the keeper has of the zone; not the vault, nor the timeline. */
static void lose_state(struct bed *bed)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -f %s/K*", bed->directory);
	assert_int_equal(system(command), 0);
	bed_restart(bed);
}

static bool regain(struct bed *bed, struct complaint *error)
{
	const struct key_adoption adoption = { .store = &bed->store,
		.policy = &bed->policy,
		.vault = bed->vault,
		.now_s = bed->now_s };
	struct complaint ignored;
	struct timeline t;

	assert_true(read_bed_timeline(bed, &t));
	kept_zone_read(&bed->zone, &bed->store, bed->crypto, &ignored);
	bool good = key_adopt_timeline(&bed->zone, &adoption, &t, error);
	timeline_fini(&t);
	return good;
}

static void lose_and_regain(struct bed *bed)
{
	struct complaint error = { "" };
	uint64_t generation = generation_in_place(bed);

	lose_state(bed);
	if (!regain(bed, &error))
		fail_msg("day %lld: %s", (long long)(bed->now_s - START_S) / DAY_S, error.text);
	bed_restart(bed);
	bed_turn_well(bed);
	assert_true(bed->result.wrote_timeline && generation_in_place(bed) > generation);
}

/* At each stage of a roll of the ZSK: planned, published, signing, leaving. What signs then signs
 * on. */
static void a_zone_whose_state_is_lost_goes_on_from_its_timeline(void **state)
{
	static const struct {
		const char *why;
		int64_t at_s; /* after the signing began */
		unsigned zsks;
	} rows[] = {
		{ "at rest", 7 * DAY_S, 1 },
		{ "another ZSK is planned", 25 * DAY_S, 2 },
		{ "it is published", 30 * DAY_S + HOUR_S, 2 },
		{ "it signs", 30 * DAY_S + 12 * HOUR_S, 2 },
		{ "the former has gone", 33 * DAY_S, 1 },
	};
	(void)state;

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct bed *bed = signed_bed();
		uint16_t ksk = bed->ds.tags[0];
		struct life_server before, after;
		bed_live_for(bed, START_S + rows[i].at_s - bed->now_s);
		bed_turn_well(bed);
		bed_serve(bed, &before);
		lose_and_regain(bed);
		bed_serve(bed, &after);
		if (bed->zone.life.count != rows[i].zsks + 1)
			fail_msg("%s: %u keys", rows[i].why, bed->zone.life.count);
		assert_int_equal(after.zsk_signers.tags[0], before.zsk_signers.tags[0]);
		assert_memory_equal(&after.dnskey, &before.dnskey, sizeof(after.dnskey));
		unsigned signers = bed->signer_count;
		bed_live_for(bed, 40 * DAY_S);
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		assert_int_equal(bed->result.alarms.needs, 0);
		assert_true(bed->signer_count > signers);
		assert_int_equal(bed->ds.tags[0], ksk);
		free_bed(bed);
	}
}

/* The KSK that CDS names stays; the parent has one DS in the end. */
static void a_roll_of_the_ksk_ends_after_the_state_was_lost(void **state)
{
	static const int64_t hours[] = { 1, 6, 20, 60 };
	(void)state;

	for (unsigned i = 0; i < COUNT(hours); i++) {
		struct bed *bed = signed_bed();
		bed_order(bed, LIFE_ORDER_ROLL_KSK);
		bed_live_for(bed, hours[i] * HOUR_S);
		lose_and_regain(bed);
		bed_live_for(bed, 10 * DAY_S);
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		assert_int_equal(bed->ds.count, 1);
		struct life_server server;
		bed_serve(bed, &server);
		assert_int_equal(server.ksk_signers.count, 1);
		assert_int_equal(server.ksk_signers.tags[0], bed->ds.tags[0]);
		free_bed(bed);
	}
}

static void a_zone_that_is_to_be_unsigned_becomes_so(void **state)
{
	static const int64_t days[] = { 0, 1, 9 };
	(void)state;

	for (unsigned i = 0; i < COUNT(days); i++) {
		struct bed *bed = signed_bed();
		struct complaint error = { "" };
		bed_order(bed, LIFE_ORDER_UNSIGN);
		bed_turn_well(bed);
		bed_live_for(bed, days[i] * DAY_S);
		lose_state(bed);
		assert_true(regain(bed, &error));
		bed_restart(bed);
		bed_live_for(bed, 8 * DAY_S);
		assert_int_equal(bed->result.word, LIFE_UNSIGNED);
		bed_order(bed, LIFE_ORDER_SIGN);
		bed_live_for(bed, 6 * DAY_S);
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		free_bed(bed);
	}
}

/* Nothing in its timeline tells it from a zone that waits for its first DS, so the order has to be
 * given again, as the page and the command say. Nobody rejects it meanwhile. */
static void an_unsigning_without_cds_is_forgotten_and_can_be_ordered_again(void **state)
{
	struct bed *bed = signed_bed();
	struct complaint error = { "" };
	(void)state;

	bed->policy.has_cds = bed->follows_cds = false;
	bed_turn_well(bed);
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed->ds.count = 0;
	bed_turn_well(bed);
	lose_state(bed);
	if (!regain(bed, &error))
		fail_msg("%s", error.text);
	assert_true(bed->zone.life.is_signed);
	bed_restart(bed);
	bed_turn_well(bed);
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed_live_for(bed, 8 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	free_bed(bed);
}

static void expect_refusal(struct bed *bed, const char *word)
{
	struct complaint error = { "" };

	assert_false(regain(bed, &error));
	if (!strstr(error.text, word))
		fail_msg("expected %s: %s", word, error.text);
}

static void what_is_amiss_is_refused(void **state)
{
	struct bed *bed = signed_bed();
	const struct vault_place other = { .where = bed->directory };
	struct complaint why;
	struct timeline t;
	(void)state;

	expect_refusal(bed, "nothing is lost");
	lose_state(bed);
	struct vault *vault = bed->vault;
	assert_int_equal(vault_open(&bed->vault, &other, &why), VAULT_GOOD);
	expect_refusal(bed, "does not have this KSK");
	assert_int_equal(count_files(bed, ".state"), 0);
	vault_close(bed->vault);
	bed->vault = vault;
	bed->now_s += 16 * DAY_S;
	expect_refusal(bed, "it has ended");
	bed->now_s -= 40 * DAY_S;
	expect_refusal(bed, "the clock is wrong");
	bed->now_s += 24 * DAY_S;
	assert_true(read_bed_timeline(bed, &t));
	const struct key_adoption adoption = { .store = &bed->store,
		.policy = &bed->policy,
		.vault = bed->vault,
		.now_s = bed->now_s };
	t.generation--;
	assert_false(key_adopt_timeline(&bed->zone, &adoption, &t, &why));
	assert_non_null(strstr(why.text, "newer"));
	timeline_fini(&t);
	assert_true(regain(bed, &why));
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_whose_state_is_lost_goes_on_from_its_timeline),
		cmocka_unit_test(a_roll_of_the_ksk_ends_after_the_state_was_lost),
		cmocka_unit_test(a_zone_that_is_to_be_unsigned_becomes_so),
		cmocka_unit_test(an_unsigning_without_cds_is_forgotten_and_can_be_ordered_again),
		cmocka_unit_test(what_is_amiss_is_refused),
	};
	return cmocka_run_group_tests_name("key_regain", tests, NULL, NULL);
}
