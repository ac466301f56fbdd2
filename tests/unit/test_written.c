/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "daemon/written.h"

static void each_directory_in_which_the_daemon_writes_is_found_once(void **state)
{
	static const struct {
		const char *why;
		enum config_role role;
		const char *control, *clock, *anchors, *timelines;
		unsigned count;
		const char *first;
		bool is_first_our_own;
	} rows[] = {
		{ "the defaults", ROLE_HOST, NULL, NULL, NULL, NULL, 2, "/run/sealgate", true },
		{ "a signer writes no anchors", ROLE_SIGNER, NULL, NULL, "/a/anchors", NULL, 2,
		        "/run/sealgate", true },
		{ "a signer writes what it knows of timelines", ROLE_SIGNER, NULL, NULL, NULL,
		        "/a/timelines", 3, "/run/sealgate", true },
		{ "a validator does not", ROLE_HOST, NULL, NULL, NULL, "/a/timelines", 2,
		        "/run/sealgate", true },
		{ "all in one directory", ROLE_HOST, "/a/c", "/a/t", "/a/r", NULL, 2, "/a", false },
		{ "a directory that others use too", ROLE_HOST, "/run/c", NULL, NULL, NULL, 2,
		        "/run", false },
		{ "each in its own", ROLE_HOST, "/a/c", "/b/t", "/c/r", NULL, 4, "/a", false },
		{ "the socket beside the states", ROLE_HOST, "/var/lib/sealgate/c", NULL, NULL,
		        NULL, 1, "/var/lib/sealgate", true },
		{ "a name without a directory", ROLE_HOST, "c", NULL, NULL, NULL, 2, ".", false },
		{ "a name in the root directory", ROLE_HOST, "/c", NULL, NULL, NULL, 2, "/",
		        false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct written_directory found[WRITTEN_MAX];
		struct config c;

		assert_int_equal(config_defaults(&c), 0);
		c.role = rows[i].role;
		if (rows[i].control)
			strcpy(c.control_socket, rows[i].control);
		if (rows[i].clock)
			strcpy(c.clock_state, rows[i].clock);
		if (rows[i].anchors)
			strcpy(c.trust_anchor_state, rows[i].anchors);
		if (rows[i].timelines)
			strcpy(c.timeline_state, rows[i].timelines);
		assert_row(rows[i].why, written_directories(&c, found) == rows[i].count);
		assert_string_equal(found[0].path, rows[i].first);
		assert_row(rows[i].why, found[0].is_our_own == rows[i].is_first_our_own);
		config_fini(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_directory_in_which_the_daemon_writes_is_found_once),
	};
	return cmocka_run_group_tests_name("written", tests, NULL, NULL);
}
