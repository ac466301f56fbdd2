/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is told that a timeline will end. */
#include "turnbed.h"

#include "base/log.h"
#include "keeper/keeper_orphans.h"

static void only_a_signed_timeline_without_a_keeper_is_told(void **state)
{
	struct bed *bed = signed_bed();
	struct keeper_zone kept = { .due_s = 0 };
	struct keeper_zone *items[] = { &kept };
	const struct keeper_zones none = { .count = 0 }, one = { .count = 1, .items = items };
	const struct keeper_tools tools = { .store = bed->store, .crypto = bed->crypto };

	(void)state;
	log_set_level(LOG_LEVEL_ERROR - 1);
	kept.kept.name = bed->zone.name;
	assert_int_equal(keeper_orphans_tell(&tools, &one), 0);
	assert_int_equal(keeper_orphans_tell(&tools, &none), 1);
	bed_order(bed, LIFE_ORDER_UNSIGN);
	bed_live_for(bed, 20 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_int_equal(keeper_orphans_tell(&tools, &none), 0);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_signed_timeline_without_a_keeper_is_told),
	};
	return cmocka_run_group_tests_name("keeper_orphans", tests, NULL, NULL);
}
