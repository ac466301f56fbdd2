/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person is told of keys: the word of each, what comes next, who has to act. */
#include "test.h"
#include "lifeworld.h"

#include "keys/life_needs.h"
#include "keys/life_next.h"
#include "keys/life_order.h"
#include "keys/life_phase.h"
#include "keys/life_text.h"
#include "keys/life_trust.h"

static struct world *after_hours_of(unsigned hours, bool has_cds)
{
	static const struct scenario quiet = {
		.why = "quiet", .seed = 1, .has_cds = true, .spread_s = 300
	};
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, &quiet);
	assert_true(world_live(w, w->now_s + hours * HOUR));
	w->policy.has_cds = has_cds;
	return w;
}

static const struct life_key *key_of(const struct life *life, enum life_role role)
{
	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].role == role)
			return &life->keys[i];
	}
	fail_msg("no key");
	return NULL;
}

static void each_key_has_the_phase_that_its_records_say(void **state)
{
	static const struct {
		const char *why;
		enum life_role role;
		enum life_stage dnskey, use; /* use: of the DS, or of signatures */
		bool is_leaving, is_standby, never;
		const char *word;
	} rows[] = {
		{ "new", LIFE_ZSK, LIFE_HIDDEN, LIFE_HIDDEN, false, false, true, "made" },
		{ "never used", LIFE_ZSK, LIFE_HIDDEN, LIFE_HIDDEN, true, false, true, "retired" },
		{ "a ZSK that is shown", LIFE_ZSK, LIFE_RUMOURED, LIFE_HIDDEN, false, false, false,
		        "published" },
		{ "a ZSK that begins to sign", LIFE_ZSK, LIFE_OMNIPRESENT, LIFE_RUMOURED, false,
		        false, false, "active" },
		{ "a ZSK that ends", LIFE_ZSK, LIFE_OMNIPRESENT, LIFE_UNRETENTIVE, true, false,
		        false, "retiring" },
		{ "a ZSK that ended", LIFE_ZSK, LIFE_HIDDEN, LIFE_HIDDEN, true, false, false,
		        "retired" },
		{ "a KSK whose DS comes", LIFE_KSK, LIFE_OMNIPRESENT, LIFE_RUMOURED, false, false,
		        false, "published" },
		{ "a KSK with a DS", LIFE_KSK, LIFE_OMNIPRESENT, LIFE_OMNIPRESENT, false, false,
		        false, "active" },
		{ "a KSK for an emergency", LIFE_KSK, LIFE_OMNIPRESENT, LIFE_OMNIPRESENT, false,
		        true, false, "standing by" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct life_key k = { .role = rows[i].role,
			.made_s = 1,
			.is_leaving = rows[i].is_leaving,
			.is_standby = rows[i].is_standby };
		enum life_record use = k.role == LIFE_KSK ? LIFE_DS : LIFE_ZRRSIG;
		k.marks[LIFE_DNSKEY].stage = rows[i].dnskey;
		k.marks[use].stage = rows[i].use;
		if (!rows[i].never)
			k.marks[LIFE_DNSKEY].changed_s = 2;
		if (rows[i].use != LIFE_HIDDEN)
			k.marks[use].changed_s = 3;
		const char *word = life_phase_word(life_phase_of(&k));
		if (strcmp(word, rows[i].word) != 0)
			fail_msg("%s: %s, not %s", rows[i].why, word, rows[i].word);
		assert_int_equal(life_phase_since_s(&k), rows[i].never                ? 1
		                                         : rows[i].use != LIFE_HIDDEN ? 3
		                                                                      : 2);
	}
}

/* What is said to come is what comes: the world goes on until then. */
static void what_is_said_to_come_next_comes_then(void **state)
{
	struct world *w = after_hours_of(200, true);
	struct life_next next, after;
	unsigned came = 0;

	(void)state;
	for (unsigned n = 0; n < 8; n++) {
		life_find_next(&w->life, &w->policy, &next);
		assert_string_not_equal(next.what.text, "");
		if (next.actor != LIFE_BY_ITSELF || next.at_s > w->now_s + 40 * DAY)
			break;
		assert_true(next.at_s >= w->life.last_s);
		assert_true(world_live(w, next.at_s + 2 * HOUR));
		life_find_next(&w->life, &w->policy, &after);
		if (strcmp(after.what.text, next.what.text) == 0)
			fail_msg("%s: still", next.what.text);
		came++;
	}
	assert_true(came >= 4);
	free(w);
}

static void who_must_act_is_named_before_what_comes_by_itself(void **state)
{
	static const struct {
		const char *why;
		bool has_cds, is_unseen_dnskey, is_going, has_other;
		const char *actor, *what;
	} rows[] = {
		{ "CDS, and a DS before", true, false, false, true, "the parent",
		        "every server of the parent has the DS" },
		{ "CDS, and the first DS", true, false, false, false, "you",
		        "every server of the parent has the DS" },
		{ "no CDS", false, false, false, true, "you",
		        "every server of the parent has the DS" },
		{ "a DS that goes", false, false, true, false, "you", "has removed the DS" },
		{ "a DS that goes, by CDS", true, false, true, false, "the parent",
		        "has removed the DS" },
		{ "servers", true, true, false, false, "the zone's servers",
		        "every server of the zone shows the DNSKEY record" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours_of(200, rows[i].has_cds);
		struct life_key *k = &w->life.keys[key_of(&w->life, LIFE_KSK) - w->life.keys];
		enum life_record record = rows[i].is_unseen_dnskey ? LIFE_DNSKEY : LIFE_DS;
		struct life_next next;
		k->marks[record] = (struct life_mark){ .stage = rows[i].is_going ? LIFE_UNRETENTIVE
			                                                         : LIFE_RUMOURED,
			.changed_s = w->now_s };
		if (rows[i].has_other) {
			struct life_key *other =
			        life_add(&w->life, LIFE_KSK, k->algorithm, 1, w->now_s - DAY, 0);
			other->marks[LIFE_DS].stage = LIFE_OMNIPRESENT;
		}
		life_find_next(&w->life, &w->policy, &next);
		assert_string_equal(life_actor_word(next.actor), rows[i].actor);
		if (!strstr(next.what.text, rows[i].what) || next.at_s != 0)
			fail_msg("%s: %s", rows[i].why, next.what.text);
		free(w);
	}
}

static void an_active_key_ends_when_its_successor_comes(void **state)
{
	struct world *w = after_hours_of(200, true);
	const struct life_key *zsk = key_of(&w->life, LIFE_ZSK), *ksk = key_of(&w->life, LIFE_KSK);
	int64_t ends_s = life_phase_ends_s(&w->life, &w->policy, zsk);

	(void)state;
	assert_int_equal(life_phase_of(zsk), LIFE_ACTIVE);
	assert_true(ends_s > w->now_s && ends_s <= w->now_s + w->policy.zsk_life_s + 2 * DAY);
	assert_int_equal(life_phase_ends_s(&w->life, &w->policy, ksk),
	        w->policy.ksk_life_s ? ksk->made_s + w->policy.ksk_life_s : 0);
	assert_true(world_live(w, ends_s - HOUR));
	assert_int_equal(life_phase_of(key_of(&w->life, LIFE_ZSK)), LIFE_ACTIVE);
	assert_true(world_live(w, ends_s + 2 * HOUR));
	assert_int_equal(life_phase_of(key_of(&w->life, LIFE_ZSK)), LIFE_RETIRING);
	w->life.is_signed = false;
	assert_int_equal(life_phase_ends_s(&w->life, &w->policy, key_of(&w->life, LIFE_KSK)), 0);
	free(w);
}

/* An order brings a successor forward that is made already. */
static void an_active_key_ends_earlier_if_its_successor_is_hastened(void **state)
{
	struct world *w = after_hours_of(22 * 24, true);
	struct life_key *next = &w->life.keys[w->life.count - 1];
	int64_t notice_s = life_zsk_notice_s(&w->life, &w->policy);

	(void)state;
	assert_int_equal(next->role, LIFE_ZSK);
	assert_int_equal(life_phase_of(next), LIFE_MADE);
	next->publish_s = w->now_s + HOUR;
	assert_int_equal(life_phase_ends_s(&w->life, &w->policy, key_of(&w->life, LIFE_ZSK)),
	        w->now_s + HOUR + notice_s);
	assert_int_equal(life_phase_ends_s(&w->life, &w->policy, next), 0);
	free(w);
}

static void each_need_has_a_sentence_of_its_own(void **state)
{
	struct complaint all;

	(void)state;
	assert_int_equal(LIFE_NEEDS_ROLL, 1 << (LIFE_NEEDS_COUNT - 1));
	for (unsigned bit = 0; bit < LIFE_NEEDS_COUNT; bit++) {
		assert_true(life_needs_tell(1u << bit, &all));
		assert_string_equal(all.text, life_need_text(bit));
		for (unsigned other = 0; other < bit; other++)
			assert_string_not_equal(life_need_text(other), all.text);
	}
	assert_true(life_needs_tell(LIFE_NEEDS_DS | LIFE_NEEDS_VAULT, &all));
	assert_non_null(strstr(all.text, "; the parent does not have the DS"));
	assert_false(life_needs_tell(0, &all));
}

/* One server of the zone, as the keys of the zone ask for it, and two of the parent, of which
 * `reached` are reached and the first `with_ds` have the DS. */
static unsigned needs_after_look(struct world *w, unsigned reached, unsigned with_ds)
{
	const struct life_key *ksk = key_of(&w->life, LIFE_KSK), *zsk = key_of(&w->life, LIFE_ZSK);
	const struct life_server server = { true, { { ksk->tag, zsk->tag }, 2 },
		{ { ksk->tag }, 1 }, { { zsk->tag }, 1 }, { { ksk->tag }, 1 } };
	struct life_parent parents[2] = { { .is_reached = false }, { .is_reached = false } };
	const struct life_observation look = { .servers = &server,
		.server_count = 1,
		.parents = parents,
		.parent_count = 2,
		.in_place = w->life.generation,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.is_synchronised = true,
		.awake_s = w->now_s + HOUR - w->life.last_s };
	struct life_report report;

	for (unsigned p = 0; p < reached; p++) {
		parents[p].is_reached = true;
		if (p < with_ds)
			parents[p].ds = (struct life_tags){ { ksk->tag }, 1 };
	}
	w->now_s += HOUR;
	life_step(&w->life, &w->policy, &look, w->now_s, &report);
	if (!report.is_trusted)
		fail_msg("%s", report.reason.text);
	return life_judge(&w->life, &w->policy, &look, &report, w->now_s, look.end_s).needs;
}

/* The zone is insecure for everybody, and nothing of sealgate's can mend it. */
static void a_ds_that_is_gone_from_the_parent_is_asked_for_again_at_once(void **state)
{
	static const struct {
		const char *why;
		unsigned reached, with_ds, needs;
		bool was_given;
	} rows[] = {
		{ "all is well", 2, 2, 0, true },
		{ "gone from all servers", 2, 0, LIFE_NEEDS_DS_BACK, true },
		{ "one has it", 2, 1, 0, true },
		{ "one was not reached", 1, 0, 0, true },
		{ "never given", 2, 0, 0, false },
	};
	struct complaint why;

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours_of(200, true);
		struct life_key *ksk = &w->life.keys[key_of(&w->life, LIFE_KSK) - w->life.keys];
		assert_true(life_is_known(ksk, LIFE_DS));
		if (!rows[i].was_given) {
			life_mark_set(&w->life, ksk, LIFE_DS, LIFE_RUMOURED, w->now_s);
			life_begin_anew(&w->life, &(struct life_observation){ 0 }, w->now_s);
		}
		unsigned needs = needs_after_look(w, rows[i].reached, rows[i].with_ds);
		if (needs != rows[i].needs)
			fail_msg("%s: needs %#x", rows[i].why, needs);
		/* after a week, and a restart of the keeper: the state remembers it */
		char *text = life_text_write(&w->life, "example.org.");
		assert_true(life_text_read(&w->life, "example.org.", text, "f", &why));
		free(text);
		for (unsigned hour = 0; rows[i].was_given && hour < 24 * 8; hour++)
			needs = needs_after_look(w, rows[i].reached, rows[i].with_ds);
		if (rows[i].needs == LIFE_NEEDS_DS_BACK && needs != rows[i].needs)
			fail_msg("%s: needs %#x after a week", rows[i].why, needs);
		for (unsigned hour = 0; hour < 72; hour++)
			needs = needs_after_look(w, 2, 2);
		assert_int_equal(needs, 0);
		free(w);
	}
}

/* What is needed of a state that is trusted, whose timeline lasts. */
static void expect_needs(const char *why, const struct world *w,
        const struct life_observation *look, unsigned wanted)
{
	const struct life_report report = { .is_trusted = true };
	struct life_alarms alarms =
	        life_judge(&w->life, &w->policy, look, &report, w->now_s, w->now_s + 14 * DAY);

	if (alarms.needs != wanted)
		fail_msg("%s: needs %#x", why, alarms.needs);
}

static void a_ds_that_stays_or_comes_back_is_to_be_removed(void **state)
{
	static const struct {
		const char *why;
		enum life_stage stage;
		unsigned hours, with_ds, needs;
	} rows[] = {
		{ "it leaves since today", LIFE_UNRETENTIVE, 1, 2, 0 },
		{ "it leaves for more than a week", LIFE_UNRETENTIVE, 24 * 7 + 1, 2,
		        LIFE_NEEDS_NO_DS },
		{ "it was gone, and one server has it again", LIFE_HIDDEN, 1, 1, LIFE_NEEDS_NO_DS },
		{ "it is gone", LIFE_HIDDEN, 1, 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours_of(200, true);
		struct life_key *k = &w->life.keys[key_of(&w->life, LIFE_KSK) - w->life.keys];
		const struct life_parent parents[2] = {
			{ true, { { k->tag }, rows[i].with_ds > 0 }, false },
			{ true, { { k->tag }, rows[i].with_ds > 1 }, false },
		};
		const struct life_observation look = {
			.parents = parents, .parent_count = 2, .has_vault = true
		};
		w->life.is_signed = false;
		life_mark_set(&w->life, k, LIFE_DS, rows[i].stage,
		        w->now_s - rows[i].hours * (int64_t)HOUR);
		expect_needs(rows[i].why, w, &look, rows[i].needs);
		free(w);
	}
}

/* A roll that is due begins by itself. If it does not for a week, something that takes forever
 * stands in its way. */
static void a_ksk_that_is_much_older_than_the_policy_rings(void **state)
{
	static const struct {
		const char *why;
		int64_t beyond_s; /* the age that the policy allows */
		bool is_leaving, is_standby, rolls_by_order, is_unsigned;
		unsigned needs;
	} rows[] = {
		{ "it is due", 0, false, false, false, false, 0 },
		{ "for a week", LIFE_PATIENCE_S, false, false, false, false, 0 },
		{ "for longer", LIFE_PATIENCE_S + 1, false, false, false, false, LIFE_NEEDS_ROLL },
		{ "its roll has begun", LIFE_PATIENCE_S + 1, true, false, false, false, 0 },
		{ "a stand-by", LIFE_PATIENCE_S + 1, false, true, false, false, 0 },
		{ "only orders roll it", LIFE_PATIENCE_S + 1, false, false, true, false, 0 },
		{ "the zone becomes unsigned", LIFE_PATIENCE_S + 1, false, false, false, true, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct world *w = after_hours_of(200, true);
		struct life_key *k = &w->life.keys[key_of(&w->life, LIFE_KSK) - w->life.keys];
		const struct life_parent parent = { true, { { k->tag }, 1 }, false };
		const struct life_observation look = {
			.parents = &parent, .parent_count = 1, .has_vault = true
		};
		k->made_s = w->now_s - w->policy.ksk_life_s - rows[i].beyond_s;
		k->is_leaving = rows[i].is_leaving;
		k->is_standby = rows[i].is_standby;
		w->life.is_signed = !rows[i].is_unsigned;
		w->policy.ksk_life_s = rows[i].rolls_by_order ? 0 : w->policy.ksk_life_s;
		expect_needs(rows[i].why, w, &look, rows[i].needs);
		free(w);
	}
}

/* Whoever removes the DS that `sealgate ds` says to remove, and gives those that it says to give,
 * never leaves the zone without one. */
static void what_is_said_of_ds_never_leaves_a_zone_without_one(void **state)
{
	static const enum life_order orders[] = { LIFE_ORDER_ROLL_KSK, LIFE_ORDER_COMPROMISED };
	static const enum life_ds_claim ends[] = { LIFE_DS_KEEP, LIFE_DS_REPLACE };

	(void)state;
	for (unsigned i = 0; i < COUNT(orders); i++) {
		struct world *w = after_hours_of(400, true);
		const uint16_t old = key_of(&w->life, LIFE_KSK)->tag;
		unsigned seen[LIFE_DS_REMOVE + 1] = { 0 };
		struct complaint why;
		assert_true(life_take_order(&w->life, &w->policy, orders[i], old, &why));
		for (unsigned hour = 0; hour < 24 * 20; hour++) {
			bool holds = false;
			assert_true(world_live(w, w->now_s + HOUR));
			for (unsigned n = 0; n < w->life.count; n++) {
				const struct life_key *k = &w->life.keys[n];
				if (k->role != LIFE_KSK)
					continue;
				enum life_ds_claim claim = life_ds_claim(&w->life, &w->policy, k);
				seen[claim] += k->tag == old;
				holds |= life_is_known(k, LIFE_DS) && claim != LIFE_DS_REMOVE &&
				         claim != LIFE_DS_LATER;
			}
			assert_true(holds);
		}
		assert_true(seen[ends[i]] > 0);
		assert_true(seen[LIFE_DS_REMOVE] > 0);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_the_phase_that_its_records_say),
		cmocka_unit_test(what_is_said_to_come_next_comes_then),
		cmocka_unit_test(who_must_act_is_named_before_what_comes_by_itself),
		cmocka_unit_test(an_active_key_ends_when_its_successor_comes),
		cmocka_unit_test(an_active_key_ends_earlier_if_its_successor_is_hastened),
		cmocka_unit_test(what_is_said_of_ds_never_leaves_a_zone_without_one),
		cmocka_unit_test(each_need_has_a_sentence_of_its_own),
		cmocka_unit_test(a_ds_that_is_gone_from_the_parent_is_asked_for_again_at_once),
		cmocka_unit_test(a_ds_that_stays_or_comes_back_is_to_be_removed),
		cmocka_unit_test(a_ksk_that_is_much_older_than_the_policy_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
