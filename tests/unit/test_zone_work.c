/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows a look: a zone without keys begins, or says why not; and a theft is told to other
 * zones. */
#include "turnbed.h"

#include <stdlib.h>

#include "base/log.h"
#include "keeper/zone_pace.h"
#include "keeper/zone_work.h"

static bool yes(void *context)
{
	(void)context;
	return true;
}

/* A keeper of a bed's zone. */
struct kept {
	struct bed *bed;
	struct config config;
	struct keeper_job job;
	struct keeper k;
	struct keeper_zone zone, other;
	struct keeper_zone *items[2];
};

static struct kept *new_kept(struct bed *bed)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	assert_non_null(kept);
	log_set_level(LOG_LEVEL_ERROR - 1);
	config_defaults(&kept->config);
	kept->bed = bed;
	kept->job = (struct keeper_job){
		.config = &kept->config, .stop_fd = -1, .control_fd = -1, .clock_is_trusted = yes
	};
	kept->k = (struct keeper){ .job = &kept->job };
	kept->k.tools = (struct keeper_tools){ .config = &kept->config,
		.store = bed->store,
		.vault = bed->vault,
		.crypto = bed->crypto };
	kept->zone = (struct keeper_zone){ .kept = bed->zone, .policy = bed->policy };
	kept->items[0] = &kept->zone;
	kept->items[1] = &kept->other;
	kept->k.zones = (struct keeper_zones){ .count = 2, .items = kept->items };
	return kept;
}

static void free_kept(struct kept *kept)
{
	zone_sight_fini(&kept->zone.sight);
	config_fini(&kept->config);
	free_bed(kept->bed);
	free(kept);
}

static void put_server(struct look_servers *servers, bool is_reached)
{
	servers->name_count = servers->count = 1;
	servers->has_address[0] = true;
	servers->at = calloc(1, sizeof(*servers->at));
	assert_non_null(servers->at);
	for (unsigned q = 0; q < LOOK_QUESTIONS; q++)
		servers->at[0].sets[q].fault = is_reached ? LOOK_SEEN : LOOK_SILENT;
}

/* A look at a zone that nobody signs. */
static struct zone_look *look_with(bool server_is_reached, bool parent_is_reached, bool has_ds)
{
	static const uint8_t ds[36] = { 0x12, 0x34, 13, 2, 1 };
	struct zone_look *look = calloc(1, sizeof(*look));

	assert_non_null(look);
	assert_true(name_from_text("example.org", &look->zone));
	put_server(&look->servers, server_is_reached);
	put_server(&look->parents, parent_is_reached);
	look->parents.at[0].sets[LOOK_DS].count = has_ds;
	look->parents.at[0].sets[LOOK_DS].rdatas[0] = span_of(ds, sizeof(ds));
	look->at_s = START_S;
	return look;
}

static void a_zone_that_may_not_begin_says_why_and_who_must_act(void **state)
{
	static const struct {
		const char *why;
		bool server_is_reached, parent_is_reached, has_ds;
		const char *fault; /* of the operator's table; NULL: the zone begins */
		enum life_actor who;
		unsigned needs;
		enum life_word word;
	} rows[] = {
		{ "all is seen", true, true, false, NULL, LIFE_BY_ITSELF, 0, LIFE_SIGNING },
		{ "its server is silent", false, true, false, "not every server of the zone",
		        LIFE_BY_SERVERS, 0, LIFE_UNSIGNED },
		{ "the parent is silent", true, false, false, "not every server of the parent",
		        LIFE_BY_PARENT, 0, LIFE_UNSIGNED },
		{ "a DS of nobody", true, true, true, "import the key of the DS", LIFE_BY_OPERATOR,
		        LIFE_NEEDS_KEY, LIFE_ACTION_NEEDED },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct kept *kept = new_kept(new_bed());
		struct keeper_zone *zone = &kept->zone;
		bool begins = !rows[i].fault;
		zone_work_end(&kept->k, zone,
		        look_with(rows[i].server_is_reached, rows[i].parent_is_reached,
		                rows[i].has_ds),
		        NULL);
		assert_row(rows[i].why, (zone->kept.life.count > 0) == begins);
		assert_row(rows[i].why, (generation_in_place(kept->bed) > 0) == begins);
		assert_row(rows[i].why, begins == !zone->told.text[0]);
		assert_row(rows[i].why, begins || strstr(zone->told.text, rows[i].fault));
		assert_row(rows[i].why, zone->begins_by == rows[i].who);
		assert_row(rows[i].why, zone->last.alarms.needs == rows[i].needs);
		assert_row(rows[i].why, zone->last.word == rows[i].word);
		free_kept(kept);
	}
}

static void why_a_zone_is_not_signed_stays_until_it_is(void **state)
{
	static const struct complaint unseen = { "nobody looked" };
	struct kept *kept = new_kept(new_bed());
	struct keeper_zone *zone = &kept->zone;

	(void)state;
	zone_work_end(&kept->k, zone, look_with(true, true, true), NULL);
	assert_non_null(strstr(zone->told.text, "import the key"));
	zone_work_end(&kept->k, zone, NULL, &unseen);
	assert_non_null(strstr(zone->told.text, "import the key"));
	zone_work_end(&kept->k, zone, look_with(true, true, false), NULL);
	assert_string_equal(zone->told.text, "");
	free_kept(kept);
}

/* A machine that starts has its network seconds later as a rule. */
static void a_zone_that_nobody_sees_is_looked_at_again_soon_and_then_less_often(void **state)
{
	static const struct {
		int64_t unseen_s, again_s;
	} rows[] = { { 0, 5 }, { 4, 5 }, { 40, 40 }, { 300, 300 }, { 5000, 600 } };
	static const struct complaint unseen = { "nobody looked" };
	enum { SLACK_S = 3 };
	struct kept *kept = new_kept(new_bed());
	struct keeper_zone *zone = &kept->zone;

	(void)state;
	zone->unseen_since_s = -1;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		zone_work_end(&kept->k, zone, NULL, &unseen);
		assert_true(zone->unseen_since_s >= 0);
		zone->unseen_since_s -= rows[i].unseen_s;
		zone_work_end(&kept->k, zone, NULL, &unseen);
		/* the hourly look may come before */
		int64_t hourly_s = zone_pace_next(&zone->kept.name, HOUR_S, zone->turned_s);
		int64_t again_s = zone->due_s - zone->turned_s;
		if (zone->due_s != hourly_s)
			assert_in_range(again_s, rows[i].again_s,
			        rows[i].again_s + (rows[i].again_s < 600 ? SLACK_S : 0));
		else
			assert_in_range(again_s, 1, rows[i].again_s + SLACK_S);
		zone->unseen_since_s = -1;
	}
	zone_work_end(&kept->k, zone, NULL, &unseen);
	zone_work_end(&kept->k, zone, look_with(true, true, false), NULL);
	assert_int_equal(zone->unseen_since_s, -1);
	free_kept(kept);
}

/* A resolver may fail for a moment, so the alarm comes later than the reason. */
static void a_parent_that_is_never_proved_needs_somebody_after_an_hour(void **state)
{
	static const struct {
		const char *why;
		int64_t after_s;
		bool is_proved, is_needed;
	} rows[] = {
		{ "the first look", 0, false, false },
		{ "almost an hour", 3599, false, false },
		{ "an hour", 3600, false, true },
		{ "one is proved", 3700, true, false },
		{ "it begins anew", 7300, false, false },
		{ "the clock was set back", -7200, false, false },
		{ "an hour of this clock", -3600, false, true },
	};
	struct kept *kept = new_kept(new_bed());
	struct keeper_zone *zone = &kept->zone;

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct zone_look *look = look_with(true, true, true);
		struct look_set *ds = &look->parents.at[0].sets[LOOK_DS];
		look->at_s += rows[i].after_s;
		ds->outcome = outcome_of(STATUS_BOGUS, REASON_ANCHOR_NO_MATCH);
		if (!rows[i].is_proved)
			ds->fault = LOOK_UNPROVED;
		zone_work_end(&kept->k, zone, look, NULL);
		bool is_told = strstr(zone->told_look.text, "no server of the parent") != NULL;
		assert_row(rows[i].why, is_told != rows[i].is_proved);
		assert_row(rows[i].why,
		        ((zone->last.alarms.needs & LIFE_NEEDS_PROOF) != 0) == rows[i].is_needed);
	}
	free_kept(kept);
}

static void a_server_that_is_dead_for_long_needs_somebody(void **state)
{
	struct kept *kept = new_kept(new_bed());

	(void)state;
	for (unsigned is_silent = 0; is_silent < 2; is_silent++) {
		kept->zone.check.is_silent = is_silent;
		zone_work_end(&kept->k, &kept->zone, look_with(true, true, true), NULL);
		assert_int_equal(
		        (kept->zone.last.alarms.needs & LIFE_NEEDS_ADDRESS) != 0, is_silent);
	}
	free_kept(kept);
}

static void a_shared_ksk_that_is_stolen_hastens_all_zones(void **state)
{
	struct kept *kept = new_kept(new_bed());
	struct keeper_zone *zone = &kept->zone;
	struct life_tags ksks = { .count = 0 };
	struct complaint why = { "" };

	(void)state;
	kept->config.keeper_shared_ksk = true;
	zone_work_end(&kept->k, zone, look_with(true, true, false), NULL);
	for (unsigned i = 0; i < zone->kept.life.count; i++)
		if (zone->kept.life.keys[i].role == LIFE_KSK)
			ksks.tags[ksks.count++] = zone->kept.life.keys[i].tag;
	assert_int_equal(ksks.count, 1);
	kept->other.due_s = 5;
	zone_work_end(&kept->k, zone, NULL, NULL);
	assert_int_equal(kept->other.due_s, 5);
	if (!kept_zone_order(&zone->kept, &kept->bed->store, &zone->policy, LIFE_ORDER_COMPROMISED,
	            ksks.tags[0], &why))
		fail_msg("%s", why.text);
	zone_work_end(&kept->k, zone, NULL, NULL);
	assert_true(zone->last.has_theft);
	assert_int_equal(kept->other.due_s, 0);
	free_kept(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_that_may_not_begin_says_why_and_who_must_act),
		cmocka_unit_test(why_a_zone_is_not_signed_stays_until_it_is),
		cmocka_unit_test(
		        a_zone_that_nobody_sees_is_looked_at_again_soon_and_then_less_often),
		cmocka_unit_test(a_parent_that_is_never_proved_needs_somebody_after_an_hour),
		cmocka_unit_test(a_server_that_is_dead_for_long_needs_somebody),
		cmocka_unit_test(a_shared_ksk_that_is_stolen_hastens_all_zones),
	};

	return cmocka_run_group_tests_name("zone_work", tests, NULL, NULL);
}
