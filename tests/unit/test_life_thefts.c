/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys are stolen at the worst of times: it is taken at once, the zone stays whole, and no
 * validator goes on trusting them. */
#include "test.h"
#include "lifecaches.h"
#include "lifethefts.h"

#include "keys/life_begin.h"
#include "keys/life_move.h"
#include "keys/life_zsk.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };
static const struct scenario standing_by = {
	.why = "a stand-by", .seed = 1, .has_cds = true, .has_standby = true, .spread_s = 300
};

static int64_t tag_of_signer(const struct world *w)
{
	int signer = life_zsk_signer(&w->life, 13);

	return signer < 0 ? -1 : w->life.keys[signer].tag;
}

/* ---- At any time ---- */

/* Rolls of both kinds come and go; at any hour of them the newest key that is in use is told as
 * stolen. Returns the hours for which it is trusted. */
static unsigned hours_of_trust(const struct scenario *given, unsigned hours, enum life_role role)
{
	struct world *w = theft_world(given, hours);
	struct complaint error;
	unsigned last = 0;

	if (hours % 2 && life_take_order(&w->life, &w->policy, LIFE_ORDER_ROLL_KSK, 0, &error)) {
		w->disk = w->life;
		theft_live(w, hours % 40);
	}
	const struct life_key *k = theft_newest(w, role);
	theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	uint64_t stolen = theft_stolen(w);
	for (unsigned hour = 1; hour < 8 * 24; hour++) {
		theft_live(w, 1);
		if (theft_is_trusted(w, stolen))
			last = hour;
	}
	assert_true(stolen != 0 && life_carrier(&w->life, 13, NULL));
	free(w);
	return last;
}

static void a_stolen_key_is_trusted_for_no_longer_than_caches_need(void **state)
{
	static const struct scenario *const given[] = { &calm, &standing_by };
	(void)state;

	for (unsigned s = 0; s < COUNT(given); s++)
		for (unsigned hours = 3; hours < 34 * 24; hours += 11)
			for (unsigned role = 0; role < 2; role++) {
				unsigned trust = hours_of_trust(given[s], hours, role);
				if (trust > 30)
					fail_msg("%s, hour %u: a %s is trusted for %u hours",
					        given[s]->why, hours,
					        role == LIFE_KSK ? "KSK" : "ZSK", trust);
			}
}

/* Nobody trusts a zone without a DS. The first one waits until the stolen key has left. */
static void no_ds_comes_before_a_stolen_first_key_has_left(void **state)
{
	(void)state;
	for (unsigned hours = 1; hours < 25; hours++)
		for (unsigned role = 0; role < 2; role++) {
			struct world *w = theft_world(&calm, hours);
			theft_order(w, LIFE_ORDER_COMPROMISED, theft_newest(w, role)->tag);
			uint64_t stolen = theft_stolen(w);
			for (unsigned hour = 0; hour < 5 * 24; hour++) {
				theft_live(w, 1);
				if (theft_is_trusted(w, stolen))
					fail_msg("role %u, hour %u: trusted", role, hours);
			}
			assert_non_null(life_carrier(&w->life, 13, NULL));
			free(w);
		}
}

/* ---- Another algorithm ---- */

/* Each key in each phase of the roll. */
static void a_theft_in_the_middle_of_an_algorithm_roll_leaves_no_stolen_key(void **state)
{
	(void)state;
	/* the old algorithm goes in the 75th hour or so */
	for (unsigned hours = 0; hours < 7 * 24; hours += hours < 70 || hours > 80 ? 5 : 1) {
		struct world *begun = theft_world(&calm, 9 * 24);
		begun->policy.algorithm = 15;
		if (hours)
			theft_live(begun, hours);
		for (unsigned i = 0; i < begun->life.count; i++) {
			struct world *w = malloc(sizeof(*w));
			assert_non_null(w);
			*w = *begun;
			theft_order(w, LIFE_ORDER_COMPROMISED, w->life.keys[i].tag);
			uint64_t stolen = theft_stolen(w);
			theft_live(w, 7 * 24);
			if (theft_is_trusted(w, stolen))
				fail_msg("hour %u, key %u: it is trusted still", hours, i);
			const struct life_key *carrier = life_carrier(&w->life, 0, NULL);
			assert_true(
			        carrier && carrier->algorithm == 15 && !carrier->is_compromised);
			assert_false(life_has_algorithm(&w->life, 13));
			assert_true(life_zsks_are_at_rest(&w->life));
			assert_int_equal(w->distrusted, 0);
			free(w);
		}
		free(begun);
	}
}

/* A key of the old algorithm that is made because of a theft is no reason to go back to it. */
static void a_safe_zsk_of_the_algorithm_that_leaves_asks_for_no_ksk_of_it(void **state)
{
	struct world *w = theft_world(&calm, 9 * 24);
	struct life_make makes[LIFE_MAKES_MAX];
	(void)state;

	w->policy.algorithm = 15;
	assert_true(life_begin_rolls(&w->life, &w->policy, w->now_s));
	theft_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)tag_of_signer(w));
	assert_int_equal(life_missing(&w->life, &w->policy, w->now_s, makes), 3);
	assert_int_equal(makes[0].algorithm, 13);
	assert_true(life_made(&w->life, &makes[0], 4711, w->now_s));
	assert_int_equal(life_missing(&w->life, &w->policy, w->now_s, makes), 2);
	assert_true(makes[0].algorithm == 15 && makes[1].algorithm == 15);
	free(w);
}

/* Another algorithm waits for the end of a ZSK roll: no key of this one is made meanwhile that
 * would have to go, too. */
static void an_algorithm_that_waits_for_its_turn_keeps_other_rolls_from_beginning(void **state)
{
	struct world *w = theft_world(&calm, 17 * 24);
	uint32_t before = w->life.next_id;
	(void)state;

	w->policy.algorithm = 15;
	w->policy.has_standby = true;
	theft_live(w, 9 * 24);
	assert_int_equal(w->life.next_id, before);
	theft_live(w, 20 * 24);
	assert_non_null(life_carrier(&w->life, 15, NULL));
	free(w);
}

/* It goes with its algorithm, also if another one is wanted again by then: one roll after the
 * other. */
static void a_safe_zsk_of_the_algorithm_that_leaves_leaves_with_it(void **state)
{
	struct scenario given = calm;
	struct world *w = theft_world(&given, 9 * 24);
	struct life_make makes[LIFE_MAKES_MAX];
	(void)state;

	given.has_no_parent = true;
	w->policy.algorithm = 15;
	theft_live(w, 60);
	int64_t stolen = tag_of_signer(w);
	theft_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)stolen);
	theft_live(w, 9);
	assert_int_not_equal(tag_of_signer(w), stolen);
	w->policy.algorithm = 13;
	assert_int_equal(life_missing(&w->life, &w->policy, w->now_s, makes), 0);
	free(w);
}

/* The wait for its signatures ends while the vault is away: no other one could be made yet. */
static void a_stolen_zsk_of_a_new_algorithm_is_never_published(void **state)
{
	struct world *w = theft_world(&calm, 9 * 24);
	(void)state;

	w->policy.algorithm = 15;
	theft_live(w, 22);
	const struct life_key *k = &w->life.keys[life_zsk_signer(&w->life, 15)];
	uint64_t stolen = theft_bit(k);
	assert_true(k->marks[LIFE_ZRRSIG].seen_s && life_is_hidden(k, LIFE_DNSKEY));
	w->vault_away_s = w->now_s + 4 * HOUR;
	theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	for (unsigned hour = 0; hour < 5 * 24; hour++) {
		theft_live(w, 1);
		assert_int_equal(world_served_by(w, 0).dnskey & stolen, 0);
	}
	assert_non_null(life_carrier(&w->life, 15, NULL));
	free(w);
}

/* The parent is slow: the old algorithm stays for weeks, its stolen ZSK does not. */
static void a_stolen_zsk_of_the_algorithm_that_leaves_does_not_wait_for_the_parent(void **state)
{
	struct scenario given = calm;
	(void)state;

	for (unsigned hours = 1; hours < 80; hours += 6) {
		given.has_no_parent = false;
		struct world *w = theft_world(&given, 9 * 24);
		given.has_no_parent = true;
		w->policy.algorithm = 15;
		theft_live(w, hours);
		theft_order(w, LIFE_ORDER_COMPROMISED, theft_newest(w, LIFE_ZSK)->tag);
		uint64_t stolen = theft_stolen(w);
		theft_live(w, 5 * 24);
		if (theft_is_trusted(w, stolen))
			fail_msg("hour %u: it is trusted still", hours);
		given.has_no_parent = false;
		theft_live(w, 6 * 24);
		assert_false(life_has_algorithm(&w->life, 13));
		assert_non_null(life_carrier(&w->life, 15, NULL));
		free(w);
	}
}

/* ---- ZSKs ---- */

static void all_zsks_are_stolen_if_one_is(void **state)
{
	static const struct {
		const char *why;
		unsigned days, hours; /* of a roll after so many days */
		unsigned index;       /* of the ZSK that is told, from the oldest */
	} rows[] = {
		{ "the one that signs, with its successor", 16, 0, 0 },
		{ "the successor", 16, 0, 1 },
		{ "before the DS is known", 0, 9, 0 },
		{ "the successor is published", 30, 2, 0 },
		{ "the one that leaves", 30, 9, 0 },
		{ "the one that has begun to sign", 30, 9, 1 },
		{ "the one that has left", 35, 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = theft_world(&calm, rows[i].days * 24 + rows[i].hours);
		unsigned told = 0, zsks = 0;
		for (unsigned n = 0; n < w->life.count; n++)
			if (w->life.keys[n].role == LIFE_ZSK && zsks++ == rows[i].index)
				told = n;
		uint32_t before = w->life.next_id;
		theft_order(w, LIFE_ORDER_COMPROMISED, w->life.keys[told].tag);
		for (unsigned n = 0; n < w->life.count; n++)
			assert_row(rows[i].why, w->life.keys[n].is_compromised ==
			                                (w->life.keys[n].role == LIFE_ZSK));
		theft_live(w, 3 * 24);
		int signer = life_zsk_signer(&w->life, 13);
		assert_row(rows[i].why, w->life.keys[signer].id >= before);
		assert_row(rows[i].why, !w->life.keys[signer].is_compromised);
		free(w);
	}
}

static unsigned safe_zsks(const struct world *w)
{
	unsigned count = 0;

	for (unsigned i = 0; i < w->life.count; i++)
		count += w->life.keys[i].role == LIFE_ZSK && !w->life.keys[i].is_compromised;
	return count;
}

/* An order that was taken and did nothing would leave a stolen ZSK in use. */
static void a_second_theft_is_told_by_a_zsk_that_counts_as_safe(void **state)
{
	struct world *w = theft_world(&calm, 9 * 24);
	uint16_t first = (uint16_t)tag_of_signer(w);
	struct complaint why = { "" };
	char want[40];
	(void)state;

	theft_order(w, LIFE_ORDER_COMPROMISED, first);
	theft_order(
	        w, LIFE_ORDER_COMPROMISED, first); /* none is safe, so nothing else can be meant */
	assert_int_equal(safe_zsks(w), 0);
	theft_live(w, 24);
	uint16_t second = (uint16_t)tag_of_signer(w);
	assert_true(second != first && safe_zsks(w) > 0);
	uint32_t before = w->life.next_id;
	assert_false(life_take_order(&w->life, &w->policy, LIFE_ORDER_COMPROMISED, first, &why));
	snprintf(want, sizeof(want), "with the tag %u", second);
	if (!strstr(strstr(why.text, "; if"), want))
		fail_msg("%s", why.text);
	assert_true(safe_zsks(w) > 0);
	theft_live(w, 3 * 24);
	assert_int_equal(w->life.next_id, before);
	theft_order(w, LIFE_ORDER_COMPROMISED, second);
	assert_int_equal(safe_zsks(w), 0);
	theft_live(w, 3 * 24);
	assert_int_not_equal(tag_of_signer(w), second);
	free(w);
}

/* Whether it is announced in the timeline in place or not. */
static void a_stolen_successor_never_signs(void **state)
{
	(void)state;
	for (unsigned days = 15; days < 30; days += 2) {
		struct world *w = theft_world(&calm, days * 24);
		const struct life_key *next = &w->life.keys[w->life.count - 1];
		int64_t next_tag = next->tag, stolen = tag_of_signer(w);
		assert_true(next->role == LIFE_ZSK && next_tag != stolen && life_is_gone(next));
		theft_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)stolen);
		while (w->now_s < WORLD_START + 40 * DAY) {
			theft_live(w, 1);
			assert_int_not_equal(tag_of_signer(w), next_tag);
		}
		assert_int_not_equal(tag_of_signer(w), stolen);
		assert_int_equal(w->distrusted, 0);
		free(w);
	}
}

/* Orders to roll wait for the vault; then the theft is told. Neither is a stolen key hastened, nor
 * is there a second roll. */
static void a_theft_takes_the_place_of_rolls_that_wait(void **state)
{
	struct world *w = theft_world(&calm, 17 * 24);
	uint16_t next = w->life.keys[w->life.count - 1].tag;
	(void)state;

	w->vault_away_s = w->now_s + 5 * HOUR;
	theft_order(w, LIFE_ORDER_ROLL_ZSK, 0);
	theft_order(w, LIFE_ORDER_ROLL_KSK, 0);
	uint16_t ksk = theft_newest(w, LIFE_KSK)->tag;
	theft_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)tag_of_signer(w));
	theft_order(w, LIFE_ORDER_COMPROMISED, ksk);
	unsigned long ksks = w->made[LIFE_KSK], zsks = w->made[LIFE_ZSK];
	for (unsigned hour = 0; hour < 9 * 24; hour++) {
		theft_live(w, 1);
		for (unsigned i = 0; i < w->life.count; i++)
			assert_false(
			        w->life.keys[i].tag == next && !life_is_gone(&w->life.keys[i]));
	}
	assert_int_equal(w->made[LIFE_KSK], ksks + 1);
	assert_int_equal(w->made[LIFE_ZSK], zsks + 1);
	free(w);
}

/* A gateway stops taking timelines, before the theft or in the middle of what follows, over the
 * planned roll. */
static void a_late_gateway_and_the_others_fit_together_after_a_theft(void **state)
{
	(void)state;
	for (unsigned before = 22 * 24; before < 32 * 24; before += 29)
		for (unsigned after = 0; after < 60; after += after < 8 ? 1 : 13) {
			struct world *w = theft_world(&calm, before);
			theft_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)tag_of_signer(w));
			uint64_t stolen = theft_stolen(w);
			if (after)
				theft_live(w, after);
			w->gateways[0].frozen_s = w->now_s - !after;
			w->gateways[0].thaws_s = w->now_s + 12 * DAY;
			theft_live(w, 12 * 24);
			w->gateways[0].frozen_s = 0;
			theft_live(w, 4 * 24);
			if (theft_is_trusted(w, stolen))
				fail_msg("hours %u and %u: it is trusted still", before, after);
			const struct life_key *k = &w->life.keys[life_zsk_signer(&w->life, 13)];
			assert_true(!k->is_compromised && !k->is_leaving);
			assert_int_equal(w->distrusted, 0);
			free(w);
		}
}

/* There are as many keys as there may be, and another one must be made: what a late gateway may
 * sign with is not forgotten. */
static void a_dropped_zsk_that_a_late_gateway_may_use_makes_no_room(void **state)
{
	struct world *w = theft_world(&calm, 29 * 24);
	uint16_t dropped = w->life.keys[w->life.count - 1].tag;
	(void)state;

	theft_order(w, LIFE_ORDER_COMPROMISED, dropped);
	theft_live(w, 2);
	w->gateways[0].frozen_s = w->now_s - 1;
	w->gateways[0].thaws_s = w->now_s + 9 * DAY;
	theft_live(w, 3);
	for (uint16_t tag = WORLD_FIRST_TAG + 40; w->life.count < LIFE_KEYS_MAX; tag++)
		life_add(&w->life, LIFE_ZSK, 13, tag, w->now_s, 0)->is_leaving = true;
	w->disk = w->life;
	theft_order(w, LIFE_ORDER_ROLL_KSK, 0);
	theft_live(w, 2);
	unsigned found = 0;
	for (unsigned i = 0; i < w->life.count; i++)
		found += w->life.keys[i].tag == dropped;
	assert_int_equal(found, 1);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stolen_key_is_trusted_for_no_longer_than_caches_need),
		cmocka_unit_test(no_ds_comes_before_a_stolen_first_key_has_left),
		cmocka_unit_test(a_theft_in_the_middle_of_an_algorithm_roll_leaves_no_stolen_key),
		cmocka_unit_test(a_safe_zsk_of_the_algorithm_that_leaves_asks_for_no_ksk_of_it),
		cmocka_unit_test(
		        an_algorithm_that_waits_for_its_turn_keeps_other_rolls_from_beginning),
		cmocka_unit_test(a_safe_zsk_of_the_algorithm_that_leaves_leaves_with_it),
		cmocka_unit_test(a_stolen_zsk_of_a_new_algorithm_is_never_published),
		cmocka_unit_test(
		        a_stolen_zsk_of_the_algorithm_that_leaves_does_not_wait_for_the_parent),
		cmocka_unit_test(all_zsks_are_stolen_if_one_is),
		cmocka_unit_test(a_second_theft_is_told_by_a_zsk_that_counts_as_safe),
		cmocka_unit_test(a_stolen_successor_never_signs),
		cmocka_unit_test(a_theft_takes_the_place_of_rolls_that_wait),
		cmocka_unit_test(a_late_gateway_and_the_others_fit_together_after_a_theft),
		cmocka_unit_test(a_dropped_zsk_that_a_late_gateway_may_use_makes_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
