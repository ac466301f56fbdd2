/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One KSK of the vault for many zones. */
#include "test.h"

#include "base/file.h"
#include "keeper/shared_ksk.h"
#include "keptworld.h"

#define FIRST  "example.org"
#define SECOND "example.net"
#define THIRD  "example.com"

static struct kept_world *sharing_world(void)
{
	struct kept_world *w = kept_world_new();

	w->shares_ksk = true;
	return w;
}

static unsigned ksks_in_vault(const struct kept_world *w)
{
	return kept_world_files(w->vault_directory, "Ksealgate-shared-ksk.+013+", ".private");
}

static void zones_have_one_ksk_with_one_tag(void **state)
{
	struct kept_world *w = sharing_world();
	const struct world_zone *first = kept_world_add_signed(w, FIRST);
	const struct world_zone *second = kept_world_add_signed(w, SECOND);
	const struct world_zone *third = kept_world_add_signed(w, THIRD);

	(void)state;
	assert_int_equal(ksks_in_vault(w), 1);
	assert_int_equal(kept_world_files(w->vault_directory, "K", ".private"), 1);
	assert_int_equal(kept_world_carrier(first), kept_world_carrier(second));
	assert_int_equal(kept_world_carrier(first), kept_world_carrier(third));
	kept_world_live(w, 40 * WORLD_DAY_S);
	kept_world_free(w);
}

static void without_the_setting_each_zone_has_its_own(void **state)
{
	struct kept_world *w = kept_world_new();
	const struct world_zone *first = kept_world_add_signed(w, FIRST);
	const struct world_zone *second = kept_world_add_signed(w, SECOND);

	(void)state;
	assert_int_equal(ksks_in_vault(w), 0);
	assert_int_equal(kept_world_files(w->vault_directory, "K", ".private"), 2);
	assert_int_not_equal(kept_world_carrier(first), 0);
	assert_int_not_equal(kept_world_carrier(second), 0);
	assert_int_equal(kept_world_files(w->directory, SHARED_KSKS_FILE, ""), 0);
	kept_world_free(w);
}

static void the_first_zone_that_rolls_makes_the_next_ksk_for_all(void **state)
{
	struct kept_world *w = sharing_world();
	struct world_zone *first = kept_world_add_signed(w, FIRST);
	struct world_zone *second = kept_world_add_signed(w, SECOND);
	uint16_t old = kept_world_carrier(first);

	(void)state;
	kept_world_order(w, first, LIFE_ORDER_ROLL_KSK, 0);
	kept_world_live(w, 8 * WORLD_DAY_S);
	assert_int_equal(ksks_in_vault(w), 2);
	assert_int_not_equal(kept_world_carrier(first), old);
	assert_int_equal(kept_world_carrier(second), old);
	kept_world_order(w, second, LIFE_ORDER_ROLL_KSK, 0);
	kept_world_live(w, 8 * WORLD_DAY_S);
	assert_int_equal(ksks_in_vault(w), 2);
	assert_int_equal(kept_world_carrier(second), kept_world_carrier(first));
	/* a new zone gets the youngest */
	assert_int_equal(
	        kept_world_carrier(kept_world_add_signed(w, THIRD)), kept_world_carrier(first));
	/* and who has the youngest gets a younger one, never the old one again */
	kept_world_order(w, first, LIFE_ORDER_ROLL_KSK, 0);
	kept_world_live(w, 50 * WORLD_DAY_S);
	assert_int_equal(ksks_in_vault(w), 3);
	kept_world_free(w);
}

static bool knows_theft(const struct world_zone *z, uint16_t tag)
{
	for (unsigned i = 0; i < z->kept.life.count; i++) {
		if (z->kept.life.keys[i].tag == tag)
			return z->kept.life.keys[i].is_compromised;
	}
	return false;
}

static void one_order_replaces_a_stolen_ksk_in_every_zone(void **state)
{
	struct kept_world *w = sharing_world();
	struct world_zone *first = kept_world_add_signed(w, FIRST);
	struct world_zone *second = kept_world_add_signed(w, SECOND);
	uint16_t old = kept_world_carrier(first);
	struct complaint error;

	(void)state;
	kept_world_order(w, first, LIFE_ORDER_COMPROMISED, old);
	kept_world_live(w, 60);
	assert_true(knows_theft(second, old));
	struct shared_ksks *shared = shared_ksks_read(w->directory, &error);
	assert_non_null(shared);
	assert_true(shared->items[0].tag == old && shared->items[0].is_stolen);
	shared_ksks_free(shared);
	kept_world_live(w, 10 * WORLD_DAY_S);
	assert_int_equal(ksks_in_vault(w), 2);
	assert_int_not_equal(kept_world_carrier(first), old);
	assert_int_equal(kept_world_carrier(second), kept_world_carrier(first));
	assert_int_equal(
	        kept_world_carrier(kept_world_add_signed(w, THIRD)), kept_world_carrier(first));
	kept_world_free(w);
}

static void a_planned_end_of_a_ksk_in_one_zone_leaves_the_others_alone(void **state)
{
	struct kept_world *w = sharing_world();
	struct world_zone *first = kept_world_add_signed(w, FIRST);
	struct world_zone *second = kept_world_add_signed(w, SECOND);
	uint16_t old = kept_world_carrier(first);

	(void)state;
	kept_world_order(w, first, LIFE_ORDER_RETIRE, old);
	kept_world_live(w, 10 * WORLD_DAY_S);
	assert_int_not_equal(kept_world_carrier(first), old);
	assert_int_equal(kept_world_carrier(second), old);
	kept_world_free(w);
}

static void an_old_ksk_is_not_given_to_new_zones(void **state)
{
	struct kept_world *w = sharing_world();

	(void)state;
	w->policy.ksk_life_s = 50 * WORLD_DAY_S;
	kept_world_add_signed(w, FIRST);
	uint16_t old = kept_world_carrier(&w->zones[0]);
	w->now_s += 43 * WORLD_DAY_S; /* the zones are not looked after: nobody rolls */
	w->count = 0;
	assert_int_equal(kept_world_carrier(kept_world_add_signed(w, SECOND)), old);
	w->now_s += 10 * WORLD_DAY_S;
	w->count = 0;
	assert_int_not_equal(kept_world_carrier(kept_world_add_signed(w, THIRD)), old);
	assert_int_equal(ksks_in_vault(w), 2);
	kept_world_free(w);
}

static void stand_by_ksks_are_shared_apart_from_the_others(void **state)
{
	struct kept_world *w = sharing_world();

	(void)state;
	w->policy.has_standby = true;
	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = { FIRST, SECOND, THIRD };
		kept_world_add_signed(w, names[i]);
		kept_world_live(w, 10 * WORLD_DAY_S);
	}
	assert_int_equal(ksks_in_vault(w), 2);
	assert_int_equal(kept_world_carrier(&w->zones[0]), kept_world_carrier(&w->zones[1]));
	assert_int_equal(kept_world_carrier(&w->zones[0]), kept_world_carrier(&w->zones[2]));
	/* a stolen one is replaced by the stand-by of each zone, whose DS is there already */
	kept_world_order(w, &w->zones[0], LIFE_ORDER_COMPROMISED, kept_world_carrier(&w->zones[0]));
	kept_world_live(w, 20 * WORLD_DAY_S);
	assert_int_equal(kept_world_carrier(&w->zones[0]), kept_world_carrier(&w->zones[1]));
	assert_int_equal(kept_world_carrier(&w->zones[0]), kept_world_carrier(&w->zones[2]));
	assert_int_equal(ksks_in_vault(w), 3);
	kept_world_free(w);
}

/* ---- The list ---- */

static void a_ksk_that_no_zone_has_yet_is_the_next_ones(void **state)
{
	struct kept_world *w = sharing_world();
	struct complaint error = { "" };
	struct vault_key key;
	struct keypair pair;
	struct name zone;

	(void)state;
	/* a crash came after the list was written */
	assert_true(name_from_text(FIRST, &zone));
	assert_int_equal(vault_make(w->vault, 13, SHARED_KSKS_LABEL, &key, &error), VAULT_GOOD);
	assert_true(vault_key_pair(&key, &zone, KEYPAIR_KSK, &pair));
	struct shared_ksks *shared = shared_ksks_read(w->directory, &error);
	assert_non_null(shared_ksks_add(shared, &key, pair.tag, false, w->now_s, &error));
	assert_int_equal(shared_ksks_write(shared, w->directory, &error), 0);
	shared_ksks_free(shared);
	assert_int_equal(kept_world_carrier(kept_world_add_signed(w, FIRST)), pair.tag);
	assert_int_equal(ksks_in_vault(w), 1);
	kept_world_free(w);
}

/* The vault makes two KSKs; the zone of the wish has those of `has`. */
static void the_choice_never_goes_back_and_never_takes_a_stolen_one(void **state)
{
	static const struct {
		const char *why;
		unsigned has, stolen; /* bits */
		int chosen;           /* -1: none */
	} rows[] = {
		{ "the youngest", 0, 0, 1 },
		{ "who has the first gets the second", 1, 0, 1 },
		{ "who has the second never gets the first", 2, 0, -1 },
		{ "a stolen one is nobody's next", 1, 2, -1 },
		{ "the one before it is, if it is safe", 0, 2, 0 },
		{ "all are stolen", 0, 3, -1 },
	};
	struct kept_world *w = sharing_world();
	struct key_material *has = calloc(1, sizeof(*has));
	struct shared_ksks *shared = calloc(1, sizeof(*shared));
	struct shared_wish wish = { .algorithm = 13, .material = has };
	struct complaint error = { "" };
	struct keypair pair, pairs[2];
	struct vault_key keys[2];
	struct name zone;

	(void)state;
	wish.zone = &zone;
	assert_true(name_from_text(FIRST, &zone));
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		        vault_make(w->vault, 13, SHARED_KSKS_LABEL, &keys[i], &error), VAULT_GOOD);
		assert_true(vault_key_pair(&keys[i], &zone, KEYPAIR_KSK, &pairs[i]));
		assert_non_null(shared_ksks_add(
		        shared, &keys[i], pairs[i].tag, false, w->now_s + i, &error));
	}
	for (size_t r = 0; r < COUNT(rows); r++) {
		has->count = 0;
		for (unsigned i = 0; i < 2; i++) {
			shared->items[i].is_stolen = rows[r].stolen >> i & 1;
			if (!(rows[r].has >> i & 1))
				continue;
			has->keys[has->count] = pairs[i];
			strcpy(has->vault_names[has->count++], keys[i].name);
		}
		const struct shared_ksk *chosen = shared_ksks_choose(shared, &wish, &pair);
		assert_row(rows[r].why, rows[r].chosen < 0
		                                ? chosen == NULL
		                                : chosen == &shared->items[rows[r].chosen] &&
		                                          pair.tag == pairs[rows[r].chosen].tag);
	}
	free(has);
	free(shared);
	kept_world_free(w);
}

static void a_damaged_list_is_named_and_stops_no_zone(void **state)
{
	static const struct {
		const char *why, *text, *said;
	} rows[] = {
		{ "another file", "hello\n", "shared-ksks:1: the first line" },
		{ "cut short", "sealgate-shared-ksks 1\n", "the file is cut short" },
		{ "a number that is none",
		        "sealgate-shared-ksks 1\nksk x 1 20261130120000 main safe AA== name\nend\n",
		        "shared-ksks:2: malformed" },
		{ "a word that is none",
		        "sealgate-shared-ksks 1\nksk 13 1 20261130120000 main lost AA== n\nend\n",
		        "shared-ksks:2: malformed" },
		{ "a key without a name",
		        "sealgate-shared-ksks 1\nksk 13 1 20261130120000 main safe AA==\nend\n",
		        "shared-ksks:2: malformed" },
	};
	struct kept_world *w = sharing_world();
	struct world_zone *z = kept_world_add_signed(w, FIRST);
	char path[120];

	(void)state;
	snprintf(path, sizeof(path), "%s/" SHARED_KSKS_FILE, w->directory);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t end_s = z->kept.end_s;
		assert_int_equal(file_replace(path, rows[i].text, 0600), 0);
		w->now_s += 2 * WORLD_DAY_S;
		kept_world_turn(w, z);
		assert_row(rows[i].why, z->result.has_failed && z->result.alarms.has_failed);
		if (!strstr(z->result.why.text, rows[i].said))
			fail_msg("%s: %s", rows[i].why, z->result.why.text);
		assert_row(rows[i].why, z->kept.end_s > end_s);
	}
	kept_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_have_one_ksk_with_one_tag),
		cmocka_unit_test(without_the_setting_each_zone_has_its_own),
		cmocka_unit_test(the_first_zone_that_rolls_makes_the_next_ksk_for_all),
		cmocka_unit_test(one_order_replaces_a_stolen_ksk_in_every_zone),
		cmocka_unit_test(a_planned_end_of_a_ksk_in_one_zone_leaves_the_others_alone),
		cmocka_unit_test(an_old_ksk_is_not_given_to_new_zones),
		cmocka_unit_test(stand_by_ksks_are_shared_apart_from_the_others),
		cmocka_unit_test(a_ksk_that_no_zone_has_yet_is_the_next_ones),
		cmocka_unit_test(the_choice_never_goes_back_and_never_takes_a_stolen_one),
		cmocka_unit_test(a_damaged_list_is_named_and_stops_no_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
