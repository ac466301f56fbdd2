/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which zones the keeper looks after. */
#include "written.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "keeper/keeper_zones.h"

static char directory[] = "/tmp/sealgate-test-zones-XXXXXX";

static void put_zone_file(const char *zone, const char *text)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/%s.conf", directory, zone);
	assert_int_equal(file_replace(file, text, 0600), 0);
}

static void empty_zone_directory(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

static void only_zones_that_say_so_are_looked_after(void **state)
{
	static const char *const wanted[] = { "a.test.", "d.test." };
	struct complaint error = { "" };
	struct keeper_zones zones;
	struct config c;
	char text[1000], name[NAME_TEXT_SIZE];

	(void)state;
	log_set_level(LOG_LEVEL_ERROR - 1);
	assert_non_null(mkdtemp(directory));
	put_zone_file("c.test", "");
	put_zone_file("d.test", "keeper = true; max_ttl = 60;");
	put_zone_file("e.test", "keeper = \"yes\";");
	put_zone_file("a.test", "keeper = true;"); /* the list counts */
	snprintf(text, sizeof(text),
	        "role = \"signer\"; sign = { zones_directory = \"%s\"; zones = (\n"
	        "{ name = \"a.test\"; keeper = true; }, { name = \"b.test\"; } ); "
	        "};",
	        directory);
	assert_int_equal(load(text, &c, &error), 0);
	assert_true(keeper_zones_list(&zones, &c, &error));
	assert_int_equal(zones.count, COUNT(wanted));
	for (unsigned i = 0; i < zones.count; i++)
		assert_string_equal(name_text(&zones.items[i]->kept.name, name), wanted[i]);
	assert_int_equal(zones.items[0]->policy.zone_ttl_s, 86400);
	assert_int_equal(zones.items[1]->policy.zone_ttl_s, 60);
	keeper_zones_fini(&zones);
	config_fini(&c);
	empty_zone_directory();
}

static void the_zone_that_is_due_first_comes_first(void **state)
{
	struct keeper_zone a = { .due_s = 7 }, b = { .due_s = 5 }, c = { .due_s = 6 };
	struct keeper_zone *items[] = { &a, &b, &c };
	const struct keeper_zones zones = { .count = COUNT(items), .items = items }, none = { 0 };

	(void)state;
	assert_ptr_equal(keeper_zones_next(&zones), &b);
	b.due_s = 9;
	assert_ptr_equal(keeper_zones_next(&zones), &c);
	c.is_looked_at = true;
	assert_ptr_equal(keeper_zones_next(&zones), &a);
	a.is_looked_at = b.is_looked_at = true;
	assert_null(keeper_zones_next(&zones));
	assert_null(keeper_zones_next(&none));
}

static void a_zone_is_found_by_its_name_in_any_letters(void **state)
{
	struct keeper_zone a = { .due_s = 7 }, b = { .due_s = 5 };
	struct keeper_zone *items[] = { &a, &b };
	const struct keeper_zones zones = { .count = COUNT(items), .items = items };
	struct name asked;

	(void)state;
	assert_true(name_from_text("a.test", &a.kept.name));
	assert_true(name_from_text("b.test", &b.kept.name));
	assert_true(name_from_text("B.Test", &asked));
	assert_ptr_equal(keeper_zones_find(&zones, &asked), &b);
	assert_true(name_from_text("www.b.test", &asked));
	assert_null(keeper_zones_find(&zones, &asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_zones_that_say_so_are_looked_after),
		cmocka_unit_test(the_zone_that_is_due_first_comes_first),
		cmocka_unit_test(a_zone_is_found_by_its_name_in_any_letters),
	};
	return cmocka_run_group_tests_name("keeper_zones", tests, make_file, remove_file);
}
