/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys are stolen at the worst of times: it is taken at once, the zone stays whole, and no validator goes on trusting them. */
#include "test.h"
#include "lifeworld.h"

#include "keys/life_move.h"
#include "keys/life_word.h"
#include "keys/life_zsk.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };
static const struct scenario standing_by = {
	.why = "a stand-by", .seed = 1, .has_cds = true, .has_standby = true, .spread_s = 300
};

static struct world *after_hours_in(const struct scenario *given, unsigned hours)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, given);
	assert_true(world_live(w, w->now_s + hours * HOUR));
	return w;
}

static void live_hours(struct world *w, unsigned hours)
{
	if (!world_live(w, w->now_s + hours * HOUR))
		fail_msg("%s", w->broken);
}

static void take_order(struct world *w, enum life_order order, uint16_t tag)
{
	struct complaint error = { "" };

	if (!life_take_order(&w->life, &w->policy, order, tag, &error))
		fail_msg("%s", error.text);
	w->disk = w->life;
}

static uint64_t bit_of(const struct life_key *k)
{
	return (uint64_t)1 << (k->tag - WORLD_FIRST_TAG);
}

static uint64_t stolen_keys(const struct world *w)
{
	uint64_t stolen = 0;

	for (unsigned i = 0; i < w->life.count; i++)
		if (w->life.keys[i].is_compromised)
			stolen |= bit_of(&w->life.keys[i]);
	return stolen;
}

/* True if some cache has a DS, and a DNSKEY RRset to which it leads, with a stolen key in it. */
static bool thief_is_trusted(const struct world *w, uint64_t stolen)
{
	for (unsigned d = 0; d < w->ds_sets.count; d++)
		for (unsigned n = 0; n < w->key_sets.count; n++) {
			const struct cached_view *keys = &w->key_sets.views[n];
			if ((w->ds_sets.views[d].a & keys->a & keys->b) && (keys->a & stolen))
				return true;
		}
	return false;
}

static struct life_key *newest_of(struct world *w, enum life_role role)
{
	struct life_key *newest = NULL;

	for (unsigned i = 0; i < w->life.count; i++)
		if (w->life.keys[i].role == role && !life_is_gone(&w->life.keys[i]))
			newest = &w->life.keys[i];
	return newest;
}

static int64_t tag_of_signer(const struct world *w)
{
	int signer = life_zsk_signer(&w->life, 13);

	return signer < 0 ? -1 : w->life.keys[signer].tag;
}

/* ---- At any time ---- */

/* Rolls of both kinds come and go; at any hour of them the newest key that is in use is told as stolen. Returns the hours
 * for which it is trusted. */
static unsigned hours_of_trust(const struct scenario *given, unsigned hours, enum life_role role)
{
	struct world *w = after_hours_in(given, hours);
	struct complaint error;
	unsigned last = 0;

	if (hours % 2 && life_take_order(&w->life, &w->policy, LIFE_ORDER_ROLL_KSK, 0, &error)) {
		w->disk = w->life;
		live_hours(w, hours % 40);
	}
	const struct life_key *k = newest_of(w, role);
	take_order(w, LIFE_ORDER_COMPROMISED, k->tag);
	uint64_t stolen = stolen_keys(w);
	for (unsigned hour = 1; hour < 8 * 24; hour++) {
		live_hours(w, 1);
		if (thief_is_trusted(w, stolen))
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
		struct world *w = after_hours_in(&calm, rows[i].days * 24 + rows[i].hours);
		unsigned told = 0, zsks = 0;
		for (unsigned n = 0; n < w->life.count; n++)
			if (w->life.keys[n].role == LIFE_ZSK && zsks++ == rows[i].index)
				told = n;
		uint32_t before = w->life.next_id;
		take_order(w, LIFE_ORDER_COMPROMISED, w->life.keys[told].tag);
		for (unsigned n = 0; n < w->life.count; n++)
			assert_row(rows[i].why, w->life.keys[n].is_compromised ==
			                                (w->life.keys[n].role == LIFE_ZSK));
		live_hours(w, 3 * 24);
		int signer = life_zsk_signer(&w->life, 13);
		assert_row(rows[i].why, w->life.keys[signer].id >= before);
		assert_row(rows[i].why, !w->life.keys[signer].is_compromised);
		/* told again: no other roll */
		before = w->life.next_id;
		take_order(w, LIFE_ORDER_COMPROMISED, w->life.keys[told].tag);
		live_hours(w, 3 * 24);
		assert_row(rows[i].why, w->life.next_id == before);
		free(w);
	}
}

/* Whether it is announced in the timeline in place or not. */
static void a_stolen_successor_never_signs(void **state)
{
	(void)state;
	for (unsigned days = 15; days < 30; days += 2) {
		struct world *w = after_hours_in(&calm, days * 24);
		const struct life_key *next = &w->life.keys[w->life.count - 1];
		int64_t next_tag = next->tag, stolen = tag_of_signer(w);
		assert_true(next->role == LIFE_ZSK && next_tag != stolen && life_is_gone(next));
		take_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)stolen);
		while (w->now_s < WORLD_START + 40 * DAY) {
			live_hours(w, 1);
			assert_int_not_equal(tag_of_signer(w), next_tag);
		}
		assert_int_not_equal(tag_of_signer(w), stolen);
		assert_int_equal(w->distrusted, 0);
		free(w);
	}
}

/* A gateway stops taking timelines, before the theft or in the middle of what follows, over the planned roll. */
static void a_late_gateway_and_the_others_fit_together_after_a_theft(void **state)
{
	(void)state;
	for (unsigned before = 22 * 24; before < 32 * 24; before += 29)
		for (unsigned after = 0; after < 60; after += after < 8 ? 1 : 13) {
			struct world *w = after_hours_in(&calm, before);
			take_order(w, LIFE_ORDER_COMPROMISED, (uint16_t)tag_of_signer(w));
			uint64_t stolen = stolen_keys(w);
			if (after)
				live_hours(w, after);
			w->gateways[0].frozen_s = w->now_s - !after;
			w->gateways[0].thaws_s = w->now_s + 12 * DAY;
			live_hours(w, 12 * 24);
			w->gateways[0].frozen_s = 0;
			live_hours(w, 4 * 24);
			if (thief_is_trusted(w, stolen))
				fail_msg("hours %u and %u: it is trusted still", before, after);
			assert_int_equal(w->distrusted, 0);
			free(w);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stolen_key_is_trusted_for_no_longer_than_caches_need),
		cmocka_unit_test(all_zsks_are_stolen_if_one_is),
		cmocka_unit_test(a_stolen_successor_never_signs),
		cmocka_unit_test(a_late_gateway_and_the_others_fit_together_after_a_theft),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
