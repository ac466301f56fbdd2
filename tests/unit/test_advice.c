/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/advice.h"

static void a_command_reaches_the_instance_of_the_message(void **state)
{
	char deep[400] = "/";
	const struct {
		const char *why, *config, *instance, *options, *unit;
	} rows[] = {
		{ "the one without a name", NULL, "", "", "" },
		{ "a name", NULL, "signer", " --instance signer", "@signer" },
		{ "a file", "/x.conf", "", " --config /x.conf", "" },
		{ "a file that has a name", "/x.conf", "signer", " --config /x.conf", "@signer" },
		{ "a path that is too long, after another", deep, "signer", "", "@signer" },
	};

	(void)state;
	memset(deep + 1, 'x', sizeof(deep) - 2);
	assert_string_equal(advice_options(), "");
	assert_string_equal(advice_unit(), "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		advice_use(rows[i].config, rows[i].instance);
		assert_row(rows[i].why, strcmp(advice_options(), rows[i].options) == 0);
		assert_row(rows[i].why, strcmp(advice_unit(), rows[i].unit) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_reaches_the_instance_of_the_message),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
