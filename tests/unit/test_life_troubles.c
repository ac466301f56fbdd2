/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the life of keys does, and whom it tells, when servers lag, looks are rare, keys are stolen
 * or many. */
#include "test.h"
#include "lifeworld.h"

#include "keys/life_word.h"
#include "keys/life_zsk.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };

static struct world *after_days(unsigned days)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, &calm);
	assert_true(world_live(w, w->now_s + days * DAY));
	return w;
}

static void order_key(struct world *w, enum life_order order, uint16_t tag)
{
	struct complaint error = { "" };

	if (!life_take_order(&w->life, &w->policy, order, tag, &error))
		fail_msg("%s", error.text);
	w->disk = w->life;
}

static uint16_t signer_tag(const struct world *w)
{
	int signer = life_zsk_signer(&w->life, 13);

	assert_true(signer >= 0);
	return w->life.keys[signer].tag;
}

static unsigned needs_now(const struct world *w)
{
	struct life_server server = { .is_reached = true };
	struct life_observation look = { .servers = &server, .server_count = 1, .has_vault = true };
	struct life_report report = { .is_trusted = true };

	return life_judge(&w->life, &w->policy, &look, &report, w->now_s, 0).needs;
}

static void a_server_with_old_data_is_told_of_after_a_day(void **state)
{
	struct world *w = after_days(9);
	(void)state;

	w->gateways[0].frozen_s = w->now_s - 1;
	w->gateways[0].thaws_s = w->now_s + 9 * DAY;
	order_key(w, LIFE_ORDER_ROLL_KSK, 0);
	assert_true(world_live(w, w->now_s + 20 * HOUR));
	assert_int_equal(needs_now(w), 0);
	assert_true(world_live(w, w->now_s + 6 * HOUR));
	assert_int_equal(needs_now(w), LIFE_NEEDS_SERVER);
	w->gateways[0].frozen_s = 0;
	assert_true(world_live(w, w->now_s + 6 * HOUR));
	assert_int_equal(needs_now(w) & LIFE_NEEDS_SERVER, 0);
	free(w);
}

/* The wait for a DS begins anew each time, as it must, but no timeline is written for that. */
static void looks_that_are_too_rare_are_told_of_and_write_no_timeline(void **state)
{
	struct world *w = after_days(0);
	(void)state;

	assert_true(world_live(w, w->now_s + 40 * HOUR));
	struct life_server server = { true, { { 1000, 1001 }, 2 }, { { 1001 }, 1 }, { { 1000 }, 1 },
		{ { 1001 }, 1 } };
	struct life_parent parent = { true, { { 1001 }, 1 }, false };
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.in_place = w->life.generation,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.awake_s = 9000 };
	struct life_report report = { .is_trusted = false };
	uint32_t generation = w->life.generation;
	int64_t since_s = w->life.keys[1].marks[LIFE_DS].changed_s;

	assert_true(life_is_uncertain(&w->life.keys[1], LIFE_DS) &&
	            w->life.keys[1].marks[LIFE_DS].seen_s);
	for (unsigned i = 0; i < 48; i++) {
		int64_t now_s = w->life.last_s + look.awake_s;
		life_step(&w->life, &w->policy, &look, now_s, &report);
		assert_true(report.is_trusted && report.is_watching && !report.is_changed);
		assert_int_equal(report.was_blind, now_s - since_s > 3 * DAY);
		assert_int_equal(w->life.keys[1].marks[LIFE_DS].seen_s, now_s);
	}
	assert_true(report.was_blind);
	assert_int_equal(w->life.generation, generation);
	unsigned needs = life_judge(&w->life, &w->policy, &look, &report, w->life.last_s, 0).needs;
	assert_int_equal(needs, LIFE_NEEDS_LOOKS);
	look.awake_s = HOUR;
	life_step(&w->life, &w->policy, &look, w->life.last_s + HOUR, &report);
	assert_false(report.was_blind);
	free(w);
}

/* Dead keys make room: a zone with short TTLs may roll daily. */
static void more_rolls_than_there_is_room_for_go_on(void **state)
{
	struct world *w = malloc(sizeof(*w));
	(void)state;

	assert_non_null(w);
	world_init(w, &calm);
	w->policy.key_ttl_s = 300;
	w->policy.zone_ttl_s = HOUR;
	w->policy.publish_safety_s = w->policy.retire_safety_s = 600;
	assert_true(world_live(w, w->now_s + 9 * DAY));
	for (unsigned i = 0; i < 2 * LIFE_KEYS_MAX; i++) {
		uint16_t before = signer_tag(w);
		order_key(w, LIFE_ORDER_ROLL_ZSK, 0);
		assert_true(world_live(w, w->now_s + 12 * HOUR));
		assert_int_not_equal(signer_tag(w), before);
		assert_int_equal(w->life.last_s, w->last_step_s);
	}
	assert_true(w->made[LIFE_ZSK] > 2 * LIFE_KEYS_MAX);
	free(w);
}

/* Until then a server with an old timeline may show it, and would be a stranger. */
static void a_dead_key_is_kept_for_as_long_as_two_timelines_last(void **state)
{
	struct world *w = after_days(9);
	uint16_t dead = signer_tag(w);
	unsigned kept_days = 0;
	(void)state;

	order_key(w, LIFE_ORDER_ROLL_ZSK, 0);
	while (!life_is_gone(&w->life.keys[0]))
		assert_true(world_live(w, w->now_s + HOUR) && w->now_s < WORLD_START + 30 * DAY);
	for (; w->life.keys[0].tag == dead && kept_days < 100; kept_days++)
		assert_true(world_live(w, w->now_s + DAY));
	assert_in_range(kept_days, 30, 31);
	free(w);
}

/* ---- A DS of nobody ---- */

static void a_zone_without_keys_is_signed_only_if_no_parent_can_have_a_ds(void **state)
{
	static const struct {
		const char *why;
		bool server_is_reached, parent_is_reached;
		unsigned ds_count;
		const char *reason; /* NULL: it may begin */
		enum life_actor who;
	} rows[] = {
		{ "all is seen", true, true, 0, NULL, LIFE_BY_ITSELF },
		{ "a gateway is not reached", false, true, 0, "server of the zone",
		        LIFE_BY_SERVERS },
		{ "a server of the parent is not reached", true, false, 0, "no DS",
		        LIFE_BY_PARENT },
		{ "keys were lost", true, true, 1, "DS with the tag 77", LIFE_BY_OPERATOR },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life_server servers[2] = { { .is_reached = true },
			{ .is_reached = rows[i].server_is_reached } };
		struct life_parent parents[2] = { { .is_reached = true },
			{ rows[i].parent_is_reached, { { 77 }, rows[i].ds_count }, false } };
		struct life_observation look = {
			.servers = servers, .server_count = 2, .parents = parents, .parent_count = 2
		};
		struct complaint why = { "" };
		enum life_actor who = LIFE_BY_ITSELF;
		assert_row(rows[i].why, life_may_begin(&look, &who, &why) == !rows[i].reason);
		assert_row(rows[i].why, who == rows[i].who);
		if (rows[i].reason && !strstr(why.text, rows[i].reason))
			fail_msg("%s: it says: %s", rows[i].why, why.text);
		look.server_count = 0;
		assert_row(rows[i].why, !life_may_begin(&look, &who, &why));
		look.server_count = 2;
		look.parent_count = 0;
		assert_row(rows[i].why, !life_may_begin(&look, &who, &why));
	}
}

static void step_beside_parent(struct world *w, struct life_parent parent)
{
	struct life_server server = { .is_reached = true };
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.in_place = w->life.generation,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.awake_s = HOUR };
	struct life_report report;

	for (unsigned i = 0; i < w->life.count; i++)
		if (life_is_out(&w->life.keys[i], LIFE_DNSKEY))
			server.dnskey.tags[server.dnskey.count++] = w->life.keys[i].tag;
	life_step(&w->life, &w->policy, &look, w->life.last_s + HOUR, &report);
	assert_true(report.is_trusted);
	for (unsigned i = 0; i < report.make_count; i++)
		assert_true(life_made(
		        &w->life, &report.makes[i], (uint16_t)(4000 + w->life.count), w->now_s));
}

/* It has the tag of a key of the zone, and another digest. */
static const struct life_parent typed_wrongly = { .is_reached = true, .has_misfit = true };

static void the_ds_of_nobody_holds_the_first_signing(void **state)
{
	struct world *w = malloc(sizeof(*w));
	(void)state;

	assert_non_null(w);
	world_init(w, &calm);
	w->life.last_s = w->now_s;
	order_key(w, LIFE_ORDER_SIGN, 0);
	for (unsigned i = 0; i < 4; i++)
		step_beside_parent(w, (struct life_parent){ true, { { 77 }, 1 }, false });
	step_beside_parent(w, typed_wrongly);
	assert_int_equal(w->life.count, 2);
	assert_true(life_is_gone(&w->life.keys[0]) && life_is_gone(&w->life.keys[1]));
	step_beside_parent(w, (struct life_parent){ true, { { w->life.keys[1].tag }, 1 }, false });
	assert_true(life_is_out(&w->life.keys[0], LIFE_DNSKEY));
	free(w);
}

/* What takes its place signs at once: no DS leads to it. */
static void a_first_zsk_that_is_stolen_is_never_published(void **state)
{
	struct world *w = malloc(sizeof(*w));
	(void)state;

	assert_non_null(w);
	world_init(w, &calm);
	w->life.last_s = w->now_s;
	order_key(w, LIFE_ORDER_SIGN, 0);
	step_beside_parent(w, (struct life_parent){ true, { { 77 }, 1 }, false });
	assert_true(w->life.keys[0].role == LIFE_ZSK);
	order_key(w, LIFE_ORDER_COMPROMISED, w->life.keys[0].tag);
	for (unsigned i = 0; i < 2; i++)
		step_beside_parent(w, (struct life_parent){ true, { { 77 }, 1 }, false });
	step_beside_parent(w, (struct life_parent){ .is_reached = true });
	assert_int_equal(w->life.count, 3);
	assert_true(life_is_gone(&w->life.keys[0]) && w->life.keys[0].is_leaving);
	assert_true(life_is_out(&w->life.keys[2], LIFE_ZRRSIG));
	free(w);
}

static void the_ds_of_nobody_keeps_the_zone_signed(void **state)
{
	struct world *w = after_days(9);
	(void)state;

	order_key(w, LIFE_ORDER_UNSIGN, 0);
	life_mark_set(&w->life, &w->life.keys[1], LIFE_DS, LIFE_HIDDEN, w->now_s);
	step_beside_parent(w, (struct life_parent){ true, { { 77 }, 1 }, false });
	step_beside_parent(w, typed_wrongly);
	assert_true(life_is_out(&w->life.keys[1], LIFE_DNSKEY));
	step_beside_parent(w, (struct life_parent){ .is_reached = false });
	assert_true(life_is_out(&w->life.keys[1], LIFE_DNSKEY));
	step_beside_parent(w, (struct life_parent){ .is_reached = true });
	assert_false(life_is_out(&w->life.keys[1], LIFE_DNSKEY));
	free(w);
}

/* ---- The clock at a restart ---- */

static struct life_report step_after_restart(
        struct world *w, struct life_server server, int64_t now_s, int64_t uptime_s)
{
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.in_place = w->life.generation,
		.end_s = w->life.last_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.is_synchronised = true,
		.uptime_s = uptime_s,
		.awake_s = -1 };
	struct life_report report;

	life_step(&w->life, &w->policy, &look, now_s, &report);
	return report;
}

static const struct life_server as_before = { true, { { 1000, 1001 }, 2 }, { { 1001 }, 1 },
	{ { 1000 }, 1 }, { { 1001 }, 1 } };

/* The clock was ahead for a while, and the keeper started anew when it was right again. */
static void a_clock_behind_the_state_is_believed_after_a_day_of_a_new_process(void **state)
{
	struct world *w = after_days(9);
	int64_t now_s = w->life.last_s - 3 * DAY, uptime_s = 5000;
	(void)state;

	for (unsigned hour = 0; hour < 24; hour++) {
		struct life_report report = step_after_restart(
		        w, as_before, now_s + hour * HOUR, uptime_s + hour * HOUR);
		assert_false(report.is_trusted);
	}
	/* A step of the clock in that day begins another day. */
	assert_false(step_after_restart(w, as_before, now_s + 27 * HOUR, uptime_s + 25 * HOUR)
	                     .is_trusted);
	assert_false(step_after_restart(w, as_before, now_s + 50 * HOUR, uptime_s + 48 * HOUR)
	                     .is_trusted);
	struct life_report report =
	        step_after_restart(w, as_before, now_s + 51 * HOUR, uptime_s + 49 * HOUR);
	assert_true(report.is_trusted && report.has_jumped);
	assert_int_equal(w->life.last_s, now_s + 51 * HOUR);
	free(w);
}

static void a_clock_ahead_at_a_restart_is_not_believed_if_servers_deny_it(void **state)
{
	struct world *w = after_days(29);
	struct life_server later = as_before;
	int64_t now_s = w->life.last_s + 30 * HOUR;
	struct life before = w->life;
	(void)state;

	assert_false(step_after_restart(w, as_before, now_s, 5000).is_trusted);
	w->life = before;
	later.dnskey = (struct life_tags){ { 1000, 1001, 1002 }, 3 };
	later.zsk_signers = (struct life_tags){ { 1002 }, 1 };
	assert_true(step_after_restart(w, later, now_s, 5000).is_trusted);
	free(w);
}

/* ---- What servers show ---- */

static void a_signature_of_nobody_is_a_stranger(void **state)
{
	struct world *w = after_days(9);
	struct life_server server = as_before;
	(void)state;

	assert_true(step_after_restart(w, server, w->life.last_s + HOUR, 5000).is_trusted);
	server.zsk_signers = (struct life_tags){ { 1000, 4711 }, 2 };
	struct life_report report = step_after_restart(w, server, w->life.last_s + HOUR, 5000);
	assert_false(report.is_trusted);
	assert_non_null(strstr(report.reason.text, "4711"));
	free(w);
}

static void what_a_server_still_shows_is_not_gone(void **state)
{
	struct world *w = after_days(9);
	(void)state;

	order_key(w, LIFE_ORDER_ROLL_ZSK, 0);
	assert_true(world_live(w, w->now_s + 9 * DAY));
	assert_true(life_is_gone(&w->life.keys[0]));
	struct life_server server = { true, { { 1000, 1001, 1002 }, 3 }, { { 1001 }, 1 },
		{ { 1000 }, 1 }, { { 1001 }, 1 } };
	assert_true(step_after_restart(w, server, w->life.last_s + HOUR, 5000).is_trusted);
	const struct life_key *k = &w->life.keys[0];
	assert_int_equal(k->marks[LIFE_DNSKEY].stage, LIFE_UNRETENTIVE);
	assert_int_equal(k->marks[LIFE_ZRRSIG].stage, LIFE_UNRETENTIVE);
	assert_true(k->marks[LIFE_ZRRSIG].is_doubted);
	free(w);
}

/* A server did not show the new key when timelines said that all do: the rest of the roll has to be
 * seen, too. */
static void a_roll_that_was_doubted_ends_when_all_servers_have_shown_it(void **state)
{
	static const bool rows[] = { false, true };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_days(30);
		struct life_key *next = &w->life.keys[2];
		assert_true(world_live(w, w->now_s + HOUR));
		assert_true(next->role == LIFE_ZSK && life_is_out(next, LIFE_DNSKEY));
		next->marks[LIFE_DNSKEY].is_doubted = rows[i];
		w->disk = w->life;
		assert_true(world_live(w, w->now_s + 3 * HOUR));
		assert_int_equal(w->life.keys[0].marks[LIFE_ZRRSIG].stage, LIFE_UNRETENTIVE);
		w->gateways[0].is_unreached = true;
		w->gateways[0].unreached_until_s = w->now_s + 9 * DAY;
		w->life.keys[0].marks[LIFE_ZRRSIG].seen_s = 0;
		w->life.keys[2].marks[LIFE_ZRRSIG].seen_s = 0;
		w->disk = w->life;
		assert_true(world_live(w, w->now_s + 3 * DAY));
		assert_int_equal(life_is_hidden(&w->life.keys[0], LIFE_ZRRSIG), !rows[i]);
		free(w);
	}
}

static void the_parent_counts_while_a_server_shows_a_key_of_nobody(void **state)
{
	struct world *w = after_days(9);
	struct life_server server = { true, { { 1000, 1001, 4711 }, 3 }, { { 1001 }, 1 },
		{ { 1000 }, 1 }, { { 1001 }, 1 } };
	struct life_parent parent = { .is_reached = true };
	struct life_observation look = { .servers = &server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.in_place = w->life.generation,
		.end_s = w->now_s + 15 * DAY,
		.has_vault = true,
		.is_clock_trusted = true,
		.awake_s = HOUR };
	struct life_report report;
	(void)state;

	assert_true(life_is_known(&w->life.keys[1], LIFE_DS));
	life_step(&w->life, &w->policy, &look, w->life.last_s + HOUR, &report);
	assert_true(report.is_held);
	assert_false(life_is_known(&w->life.keys[1], LIFE_DS));
	free(w);
}

/* The clock jumps by a day over a change of ZSKs. Without a server that has made it, or has not,
 * nobody knows. */
static void a_jump_over_a_change_needs_a_witness(void **state)
{
	static const struct {
		const char *why;
		struct life_server server;
		bool is_believed;
	} rows[] = {
		{ "it has not been made",
		        { true, { { 1000, 1001 }, 2 }, { { 1001 }, 1 }, { { 1000 }, 1 },
		                { { 1001 }, 1 } },
		        true },
		{ "it has been made",
		        { true, { { 1000, 1001, 1002 }, 3 }, { { 1001 }, 1 }, { { 1002 }, 1 },
		                { { 1001 }, 1 } },
		        true },
		{ "neither",
		        { true, { { 1000, 1001, 1002 }, 3 }, { { 1001 }, 1 }, { { 1000, 1002 }, 2 },
		                { { 1001 }, 1 } },
		        false },
		{ "nobody answers", { .is_reached = false }, false },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world *w = after_days(29);
		struct life_observation look = { .servers = &rows[i].server,
			.server_count = 1,
			.in_place = w->life.generation,
			.end_s = w->now_s + 15 * DAY,
			.has_vault = true,
			.is_clock_trusted = true };
		int64_t last_s = w->life.last_s;
		struct life_report report;
		for (look.awake_s = 7600; look.awake_s <= DAY + 7600; look.awake_s += DAY)
			life_step(
			        &w->life, &w->policy, &look, last_s + look.awake_s + DAY, &report);
		if (report.is_trusted != rows[i].is_believed)
			fail_msg("%s: it says: %s", rows[i].why, report.reason.text);
		assert_row(rows[i].why, report.has_jumped == rows[i].is_believed);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_with_old_data_is_told_of_after_a_day),
		cmocka_unit_test(looks_that_are_too_rare_are_told_of_and_write_no_timeline),
		cmocka_unit_test(more_rolls_than_there_is_room_for_go_on),
		cmocka_unit_test(a_zone_without_keys_is_signed_only_if_no_parent_can_have_a_ds),
		cmocka_unit_test(the_ds_of_nobody_holds_the_first_signing),
		cmocka_unit_test(a_first_zsk_that_is_stolen_is_never_published),
		cmocka_unit_test(the_ds_of_nobody_keeps_the_zone_signed),
		cmocka_unit_test(a_clock_behind_the_state_is_believed_after_a_day_of_a_new_process),
		cmocka_unit_test(a_clock_ahead_at_a_restart_is_not_believed_if_servers_deny_it),
		cmocka_unit_test(a_signature_of_nobody_is_a_stranger),
		cmocka_unit_test(what_a_server_still_shows_is_not_gone),
		cmocka_unit_test(a_roll_that_was_doubted_ends_when_all_servers_have_shown_it),
		cmocka_unit_test(the_parent_counts_while_a_server_shows_a_key_of_nobody),
		cmocka_unit_test(a_jump_over_a_change_needs_a_witness),
		cmocka_unit_test(a_dead_key_is_kept_for_as_long_as_two_timelines_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
