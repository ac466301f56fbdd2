/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vault or a keeper that is away until behind the end of the timeline, over a planned roll: what
 * is planned behind the end is in no timeline, and no server does it. */
#include "test.h"
#include "lifeworld.h"

static const struct scenario calm = { .why = "calm", .seed = 1, .has_cds = true, .spread_s = 300 };

static struct world *after_hours_of_calm(unsigned hours)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, &calm);
	assert_true(world_live(w, w->now_s + hours * HOUR));
	return w;
}

/* A gateway that misses the first timelines after the outage, and that the keeper does not reach
 * either. */
static void miss_timelines(struct lagging *l, int64_t now_s, int64_t from_s)
{
	l->frozen_s = now_s;
	l->thaws_s = from_s + 9 * HOUR;
	l->is_unreached = true;
	l->unreached_until_s = from_s + 10 * HOUR;
}

static void a_vault_that_is_away_for_longer_than_the_timeline_lasts_breaks_no_roll(void **state)
{
	static const struct {
		const char *why;
		bool is_late;
	} rows[] = { { "all gateways have each timeline", false }, { "one is late", true } };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned hours = 13 * 24; hours < 31 * 24; hours += 5)
			for (int over = -2; over <= 30; over += 4) {
				struct world *w = after_hours_of_calm(hours);
				w->vault_away_s = w->last_write_s + w->policy.ahead_s + over * HOUR;
				if (rows[i].is_late)
					miss_timelines(&w->gateways[0], w->now_s, w->vault_away_s);
				if (!world_live(w, w->vault_away_s + 4 * DAY))
					fail_msg("%s, away from hour %u until %d hours behind "
					         "the end: %s",
					        rows[i].why, hours, over, w->broken);
				free(w);
			}
}

/* Servers show that nothing was done. That is no sign of a wrong clock. */
static void a_keeper_that_was_away_until_behind_the_end_goes_on_at_once(void **state)
{
	(void)state;
	for (unsigned hours = 13 * 24; hours < 31 * 24; hours += 3) {
		struct world *w = after_hours_of_calm(hours);
		w->absent_s = w->now_s + w->policy.ahead_s - HOUR;
		w->was_restarted = true;
		if (!world_live(w, w->absent_s + 4 * DAY))
			fail_msg("away from hour %u on: %s", hours, w->broken);
		if (w->distrusted)
			fail_msg("away from hour %u on: nothing moved for %lu steps", hours,
			        w->distrusted);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        a_vault_that_is_away_for_longer_than_the_timeline_lasts_breaks_no_roll),
		cmocka_unit_test(a_keeper_that_was_away_until_behind_the_end_goes_on_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
