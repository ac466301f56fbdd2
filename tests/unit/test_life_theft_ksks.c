/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A KSK is stolen: no parent is asked for its DS, and the zone is never without a way in. */
#include "test.h"
#include "lifecaches.h"
#include "lifethefts.h"

#include "keys/life_move.h"
#include "keys/life_word.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };
static const struct scenario standing_by = {
	.why = "a stand-by", .seed = 1, .has_cds = true, .has_standby = true, .spread_s = 300
};

/* A roll has begun, and its new KSK is stolen. */
static void a_stolen_ksk_that_is_new_is_handed_to_nobody(void **state)
{
	(void)state;
	for (unsigned hours = 0; hours < 30; hours++) {
		struct world *w = theft_world(&calm, 9 * 24);
		const struct life_key *old = theft_newest(w, LIFE_KSK);
		uint16_t old_tag = old->tag;
		theft_order(w, LIFE_ORDER_ROLL_KSK, 0);
		theft_live(w, 1 + hours);
		struct life_key *k = theft_newest(w, LIFE_KSK);
		uint64_t stolen = theft_bit(k);
		bool was_asked_for = !life_is_hidden(k, LIFE_DS),
		     was_carrier = life_is_known(k, LIFE_DS);
		theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
		assert_false(life_may_have_ds(&w->life, k));
		theft_live(w, 1);
		for (unsigned hour = 0; hour < 5 * 24; hour++) {
			theft_live(w, 1);
			if (!was_carrier && (world_served_by(w, 0).synced & stolen))
				fail_msg("hour %u: CDS has it", hours);
			if (!was_asked_for &&
			        (w->sets[(w->set_count - 1) % WORLD_HISTORY].ds & stolen))
				fail_msg("hour %u: the parent has it", hours);
			if (!was_carrier && (world_served_by(w, 0).dnskey & stolen))
				fail_msg("hour %u: it is published still", hours);
		}
		const struct life_key *carrier = life_carrier(&w->life, 13, NULL);
		assert_true(carrier && !carrier->is_compromised && carrier->tag != old_tag);
		free(w);
	}
}

static void parent_gets(struct world *w, uint64_t ds)
{
	w->sets[w->set_count++ % WORLD_HISTORY] = (struct parent_set){ w->now_s, ds };
}

static unsigned needs_at_end(const struct world *w)
{
	struct life_server server = { .is_reached = true };
	struct life_observation look = { .servers = &server, .server_count = 1, .has_vault = true };
	struct life_report report = { .is_trusted = true };

	return life_judge(&w->life, &w->policy, &look, &report, w->now_s, 0).needs;
}

/* The KSK whose DS the parent has is stolen, and the parent does nothing for days. */
static void it_is_told_until_the_parent_has_no_ds_of_a_stolen_ksk(void **state)
{
	struct scenario given = calm;
	struct world *w = theft_world(&given, 9 * 24);
	struct life_key *k = theft_newest(w, LIFE_KSK);
	uint64_t stolen = theft_bit(k);
	(void)state;

	given.has_no_parent = true;
	theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	assert_false(life_may_have_ds(&w->life, k));
	for (unsigned day = 0; day < 6; day++) {
		assert_true(needs_at_end(w) & LIFE_NEEDS_NEW_KSK);
		theft_live(w, 24);
	}
	uint64_t both = world_served_by(w, 0).synced;
	assert_true(both & stolen);
	parent_gets(w, both); /* and does not remove the other */
	theft_live(w, 3 * 24);
	assert_false(world_served_by(w, 0).synced & stolen);
	assert_true(needs_at_end(w) & LIFE_NEEDS_NEW_KSK);
	parent_gets(w, both & ~stolen);
	theft_live(w, 4);
	assert_int_equal(needs_at_end(w) & LIFE_NEEDS_NEW_KSK, 0);
	free(w);
}

/* At first signing the parent has the DS already: another one follows, as in any roll. */
static void a_stolen_ksk_that_the_parent_has_alone_is_replaced_there(void **state)
{
	struct scenario given = calm;
	(void)state;

	for (unsigned hours = 26; hours < 60; hours += 3) {
		given.has_cds = hours % 2;
		struct world *w = theft_world(&given, hours);
		uint64_t stolen = theft_bit(theft_newest(w, LIFE_KSK));
		assert_true(w->sets[w->set_count - 1].ds & stolen);
		theft_order(w, LIFE_ORDER_COMPROMISED, theft_newest(w, LIFE_KSK)->tag);
		for (unsigned hour = 0; hour < 5 * 24; hour++) {
			theft_live(w, 1);
			assert_true(w->sets[w->set_count - 1].ds); /* never without a DS */
		}
		assert_int_equal(w->sets[w->set_count - 1].ds & stolen, 0);
		assert_int_equal(world_served_by(w, 0).dnskey & stolen, 0);
		free(w);
	}
}

/* Nobody has to act before the stolen one has left: the parent does nothing here. */
static void a_stand_by_takes_the_place_of_a_stolen_ksk_without_the_parent(void **state)
{
	struct scenario given = standing_by;
	struct world *w = theft_world(&given, 9 * 24);
	const struct life_key *carrier = life_carrier(&w->life, 13, NULL);
	uint64_t stolen = theft_bit(carrier);
	(void)state;

	given.has_no_parent = true;
	theft_order(w, LIFE_ORDER_COMPROMISED, carrier->tag);
	theft_live(w, 6);
	assert_int_equal(world_served_by(w, 0).dnskey & stolen, 0);
	free(w);
}

/* No parent has it yet, and none of them is in a hurry. */
static void a_ds_that_was_asked_for_in_vain_is_asked_for_no_more(void **state)
{
	static const struct {
		const char *why;
		unsigned days;  /* after which another algorithm is wanted; 0: at first signing */
		unsigned hours; /* later */
	} rows[] = { { "first signing", 0, 30 }, { "another algorithm", 9, 40 } };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scenario given = calm;
		given.has_no_parent = rows[i].days == 0;
		struct world *w = theft_world(&given, rows[i].days * 24);
		given.has_no_parent = true;
		w->policy.algorithm = rows[i].days ? 15 : 13;
		theft_live(w, rows[i].hours);
		const struct life_key *k = theft_newest(w, LIFE_KSK);
		uint64_t stolen = theft_bit(k);
		assert_row(rows[i].why, k->marks[LIFE_DS].stage == LIFE_RUMOURED);
		theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
		theft_live(w, 1);
		assert_row(rows[i].why, !(world_served_by(w, 0).synced & stolen));
		given.has_no_parent = false;
		theft_live(w, 7 * 24);
		const struct life_key *carrier = life_carrier(&w->life, w->policy.algorithm, NULL);
		assert_row(rows[i].why, carrier && !carrier->is_compromised);
		assert_row(rows[i].why, !(world_served_by(w, 0).dnskey & stolen));
		free(w);
	}
}

/* The registrar replaced the DS instead of adding one, and the keeper cannot see it. */
static void a_stolen_ksk_stays_while_the_parent_may_have_it_alone(void **state)
{
	struct scenario given = calm;
	struct world *w = theft_world(&given, 9 * 24);
	(void)state;

	theft_order(w, LIFE_ORDER_ROLL_KSK, 0);
	theft_live(w, 2);
	given.has_no_parent = true;
	theft_live(w, 4);
	const struct life_key *k = theft_newest(w, LIFE_KSK);
	assert_int_equal(k->marks[LIFE_DS].stage, LIFE_RUMOURED);
	parent_gets(w, theft_bit(k));
	for (unsigned p = 0; p < 2; p++) {
		w->parents[p].is_unreached = true;
		w->parents[p].unreached_until_s = w->now_s + 3 * DAY;
	}
	theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	theft_live(w, 3 * 24);
	given.has_no_parent = false;
	theft_live(w, 5 * 24);
	free(w);
}

/* The stand-by is retired in the hour in which the KSK that signs is stolen: it does not sign, so
 * it is no way in. */
static void a_stand_by_that_leaves_holds_nothing(void **state)
{
	struct world *w = theft_world(&standing_by, 9 * 24);
	const struct life_key *carrier = life_carrier(&w->life, 13, NULL);
	(void)state;

	theft_order(w, LIFE_ORDER_RETIRE, theft_newest(w, LIFE_KSK)->tag);
	theft_order(w, LIFE_ORDER_COMPROMISED, carrier->tag);
	theft_live(w, 5 * 24);
	assert_true(
	        life_carrier(&w->life, 13, NULL) && life_carrier(&w->life, 13, NULL) != carrier);
	free(w);
}

static void a_stolen_stand_by_is_replaced_at_once(void **state)
{
	struct world *w = theft_world(&standing_by, 9 * 24);
	struct life_key *k = theft_newest(w, LIFE_KSK);
	uint64_t stolen = theft_bit(k);
	(void)state;

	assert_true(k->is_standby && life_is_known(k, LIFE_DS));
	theft_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	theft_live(w, 2);
	assert_int_equal(world_served_by(w, 0).dnskey & stolen, 0);
	assert_int_equal(world_served_by(w, 0).synced & stolen, 0);
	theft_live(w, 4 * 24);
	k = theft_newest(w, LIFE_KSK);
	assert_true(k->is_standby && life_is_known(k, LIFE_DS) && theft_bit(k) != stolen);
	free(w);
}

/* The zone is to be signed again while its DS is still about: the stolen one is not asked for
 * anew. */
static void a_ksk_that_is_stolen_while_unsigning_does_not_come_back(void **state)
{
	(void)state;
	for (unsigned hours = 1; hours < 60; hours += 4) {
		struct world *w = theft_world(&calm, 9 * 24);
		struct life_key *k = theft_newest(w, LIFE_KSK);
		uint64_t stolen = theft_bit(k);
		theft_order(w, LIFE_ORDER_UNSIGN, 0);
		theft_live(w, hours);
		theft_order(w, LIFE_ORDER_COMPROMISED, WORLD_FIRST_TAG + 1);
		theft_live(w, 1);
		theft_order(w, LIFE_ORDER_SIGN, 0);
		theft_live(w, 2);
		for (unsigned hour = 0; hour < 6 * 24; hour++) {
			theft_live(w, 1);
			assert_int_equal(world_served_by(w, 0).synced & stolen, 0);
		}
		const struct life_key *carrier = life_carrier(&w->life, 13, NULL);
		assert_true(carrier && !carrier->is_compromised);
		assert_false(theft_is_trusted(w, stolen));
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stolen_ksk_that_is_new_is_handed_to_nobody),
		cmocka_unit_test(it_is_told_until_the_parent_has_no_ds_of_a_stolen_ksk),
		cmocka_unit_test(a_stolen_ksk_that_the_parent_has_alone_is_replaced_there),
		cmocka_unit_test(a_stand_by_takes_the_place_of_a_stolen_ksk_without_the_parent),
		cmocka_unit_test(a_ds_that_was_asked_for_in_vain_is_asked_for_no_more),
		cmocka_unit_test(a_stolen_ksk_stays_while_the_parent_may_have_it_alone),
		cmocka_unit_test(a_stand_by_that_leaves_holds_nothing),
		cmocka_unit_test(a_stolen_stand_by_is_replaced_at_once),
		cmocka_unit_test(a_ksk_that_is_stolen_while_unsigning_does_not_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
