/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration merged with the saved state. */
#include "test.h"

#include "trust/trustpoints.h"

#define T0 INT64_C(1750000000)

static struct ds ds_of(char name)
{
	return (struct ds){
		.tag = (uint8_t)name, .algorithm = 8, .digest_type = 2, .digest_len = 32
	};
}

static enum anchor_state state_of_letter(char c)
{
	static const char letters[] = "spvmrx";
	return (enum anchor_state)(strchr(letters, c) - letters);
}

/* Keys are words of three: the key, its state, c for configured or l for learned: "Avc Bpl". The
 * first key signed for pending keys. */
static void remember(struct trust_points *t, const char *keys)
{
	struct trust_point *p = trust_points_add(t, &name_root);

	p->seen_s = p->next_s = T0;
	for (; *keys; keys += 3 + (keys[3] == ' ')) {
		struct anchor_key *key = &p->keys[p->count++];
		*key = (struct anchor_key){ .ds = ds_of(keys[0]),
			.state = state_of_letter(keys[1]),
			.is_configured = keys[2] == 'c',
			.since_s = T0 - 1 };
		if (key->state == ANCHOR_ADD_PENDING)
			key->signers = 1;
	}
}

static const char *now_remembered(struct trust_points *t)
{
	static char text[TRUST_POINT_KEYS * 4 + 1];
	const struct trust_point *p = trust_points_find(t, &name_root);
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; p && i < p->count; i++)
		len += (size_t)sprintf(text + len, "%s%c%c%c", i ? " " : "", p->keys[i].ds.tag,
		        "spvmrx"[p->keys[i].state], p -> keys[i].is_configured ? 'c' : 'l');
	return text;
}

static struct anchors *configured(const char *keys)
{
	struct anchors *a = anchors_new();

	assert_non_null(a);
	for (; *keys; keys++) {
		struct ds ds = ds_of(*keys);
		assert_true(anchors_add(a, &name_root, &ds));
	}
	return a;
}

static void the_configuration_wins_except_over_revoked_keys(void **state)
{
	static const struct {
		const char *why, *remembered, *configured, *after;
		unsigned started_over;
	} rows[] = {
		{ "nothing is remembered", "", "AB", "Avc Bvc", 0 },
		{ "nothing has changed", "Avc Bpl Cml", "A", "Avc Bpl Cml", 0 },
		{ "a key that was unknown", "Avc", "AB", "Avc Bvc", 0 },
		{ "a key that was pending", "Avc Bpl", "AB", "Avc Bvc", 0 },
		{ "a key that was learned", "Avc Bvl", "AB", "Avc Bvc", 0 },
		{ "a key that is missing stays so", "Amc", "A", "Amc", 0 },
		{ "a key that was removed", "Avc Bvc", "B", "Bvc", 0 },
		{ "the signer was removed, so the pending key goes", "Avc Bvc Cpl", "B", "Bvc", 0 },
		{ "a revoked key is still configured", "Arc Bvl", "A", "Arc Bvl", 0 },
		{ "a removed key is still configured", "Axc Bvl", "A", "Axc Bvl", 0 },
		{ "a revoked key becomes configured", "Arl Bvc", "AB", "Arc Bvc", 0 },
		{ "a revoked key is no longer configured", "Arc Bvl", "B", "Arl Bvc", 0 },
		{ "all are revoked, and there is a new one", "Arc", "AB", "Arc Bvc", 0 },
		{ "all are revoked", "Arc Bxc", "AB", "Arc Bxc", 0 },
		{ "other anchors than before", "Avc Bvl", "C", "Cvc", 1 },
		{ "other anchors, and revoked keys stay revoked", "Avc Brl", "C", "Brl Cvc", 1 },
		{ "a pending key does not make the zone continuous", "Avc Bpl Cvl", "B", "Bvc", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trust_points *t = calloc(1, sizeof(*t));
		struct anchors *a = configured(rows[i].configured);

		if (rows[i].remembered[0])
			remember(t, rows[i].remembered);
		assert_row(rows[i].why, trust_points_configure(t, a, T0) == rows[i].started_over);
		if (strcmp(now_remembered(t), rows[i].after) != 0)
			fail_msg("%s: %s", rows[i].why, now_remembered(t));
		anchors_free(a);
		free(t);
	}
}

static void zones_come_and_go_with_the_configuration(void **state)
{
	struct trust_points *t = calloc(1, sizeof(*t));
	struct anchors *a = anchors_new();
	struct name gone, kept;
	struct ds ds = ds_of('A');

	(void)state;
	assert_true(name_from_text("gone.test.", &gone) && name_from_text("kept.test.", &kept));
	trust_points_add(t, &gone);
	trust_points_add(t, &kept)->next_s = T0;
	assert_true(anchors_add(a, &kept, &ds) && anchors_add(a, &name_root, &ds));
	trust_points_configure(t, a, T0);
	assert_int_equal(t->count, 2);
	assert_null(trust_points_find(t, &gone));
	assert_true(trust_points_find(t, &kept)->next_s == T0);
	assert_true(trust_points_find(t, &name_root)->next_s == 0);
	anchors_free(a);

	a = anchors_new(); /* and no anchor is above the others now */
	assert_true(anchors_add(a, &kept, &ds));
	trust_points_configure(t, a, T0);
	assert_int_equal(t->count, 1);
	assert_non_null(trust_points_find(t, &kept));
	anchors_free(a);
	free(t);
}

static void the_number_of_zones_is_limited(void **state)
{
	struct trust_points *t = calloc(1, sizeof(*t));
	struct name zone;

	(void)state;
	for (unsigned i = 0; i <= ANCHORS_MAX; i++) {
		char text[16];
		snprintf(text, sizeof(text), "z%u", i);
		assert_true(name_from_text(text, &zone));
		assert_int_equal(trust_points_add(t, &zone) != NULL, i < ANCHORS_MAX);
	}
	assert_true(name_from_text("z0", &zone));
	assert_ptr_equal(trust_points_add(t, &zone), &t->points[0]);
	free(t);
}

static void the_anchors_in_force_are_the_trusted_keys(void **state)
{
	struct trust_points *t = calloc(1, sizeof(*t));
	struct anchors *a;

	(void)state;
	remember(t, "Avc Bpl Cml Drc Exl");
	a = trust_points_anchors(t);
	assert_int_equal(anchors_count(a), 1);
	const struct anchor *root = anchors_at(a, 0);
	assert_int_equal(root->ds.count, 2);
	assert_int_equal(root->ds.ds[0].tag, 'A');
	assert_int_equal(root->ds.ds[1].tag, 'C');
	anchors_free(a);

	trust_points_distrust(t);
	assert_string_equal(now_remembered(t), "Drc Exl");
	a = trust_points_anchors(t); /* RFC 5011, 5: as if it had never been configured */
	assert_int_equal(anchors_count(a), 0);
	anchors_free(a);
	free(t);
}

static void configured_keys_win_if_too_many_are_trusted(void **state)
{
	struct trust_points *t = calloc(1, sizeof(*t));
	struct anchors *a = configured("ABCDEFGH");

	(void)state;
	remember(t, "Avc Svl Tvl");
	trust_points_configure(t, a, T0);
	assert_string_equal(now_remembered(t), "Avc Bvc Cvc Dvc Evc Fvc Gvc Hvc");
	t->count = 0;
	remember(t, "Svl Arc Bvc Cvc Dvc Evc Fvc Gvc Tvl Url"); /* what is not trusted stays */
	trust_points_configure(t, a, T0);
	assert_string_equal(now_remembered(t), "Svl Arc Bvc Cvc Dvc Evc Fvc Gvc Url Hvc");
	anchors_free(a);
	free(t);
}

/* Whatever fills the list, configured keys are trusted: a zone without trusted keys would not be
 * checked at all. */
static void a_list_full_of_old_keys_leaves_room_for_configured_ones(void **state)
{
	static const char dead[] = "rxx";

	(void)state;
	for (const char *kind = dead; *kind; kind++) {
		bool is_backwards = kind == dead + 2; /* the last is the oldest */
		struct trust_points *t = calloc(1, sizeof(*t));
		struct anchors *a = configured("ABCDEFGH");

		remember(t, "Avc");
		struct trust_point *p = &t->points[0];
		for (uint16_t i = 1; i < TRUST_POINT_KEYS; i++)
			p->keys[p->count++] = (struct anchor_key){ .ds = ds_of((char)(i + 'H')),
				.state = state_of_letter(*kind),
				.since_s = is_backwards ? TRUST_POINT_KEYS - i : i };
		trust_points_configure(t, a, T0);
		struct ds first = ds_of('I');
		assert_int_equal(rollover_find(p, &first) != NULL, is_backwards);
		assert_int_equal(__builtin_popcount(rollover_trusted(p)), LIMIT_ANCHOR_KEYS);
		anchors_free(a);
		free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_configuration_wins_except_over_revoked_keys),
		cmocka_unit_test(zones_come_and_go_with_the_configuration),
		cmocka_unit_test(the_number_of_zones_is_limited),
		cmocka_unit_test(the_anchors_in_force_are_the_trusted_keys),
		cmocka_unit_test(configured_keys_win_if_too_many_are_trusted),
		cmocka_unit_test(a_list_full_of_old_keys_leaves_room_for_configured_ones),
	};
	return cmocka_run_group_tests_name("trustpoints", tests, NULL, NULL);
}
