/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#include <errno.h>

__attribute__((format(printf, 2, 3))) static void add(
        struct complaint *complaint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complaint_add(complaint, format, args);
	va_end(args);
}

static void a_new_complaint_replaces_the_old_one(void **state)
{
	struct complaint complaint;

	(void)state;
	complaint_set(&complaint, "%s: no memory", "/etc/sealgate.conf");
	complaint_set(&complaint, "line %d", 7);
	assert_string_equal(complaint.text, "line 7");
	add(&complaint, ": %s", "unknown key");
	assert_string_equal(complaint.text, "line 7: unknown key");
}

static void a_long_complaint_is_cut_and_terminated(void **state)
{
	struct complaint complaint;
	char text[2 * sizeof(complaint.text)];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	complaint_set(&complaint, "%s", text);
	assert_int_equal(strlen(complaint.text), sizeof(complaint.text) - 1);
	add(&complaint, "%s", text);
	assert_int_equal(strlen(complaint.text), sizeof(complaint.text) - 1);
	complaint_set(&complaint, "short");
	add(&complaint, "%s", text);
	assert_int_equal(strlen(complaint.text), sizeof(complaint.text) - 1);
	assert_memory_equal(complaint.text, "shortxxx", 8);
}

static void memory_that_ran_out_is_said_in_place_of_an_older_sentence(void **state)
{
	struct complaint complaint;

	(void)state;
	complaint_set(&complaint, "an older sentence");
	assert_int_equal(complaint_no_memory(&complaint), -ENOMEM);
	assert_string_equal(complaint.text, "no memory");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_complaint_replaces_the_old_one),
		cmocka_unit_test(a_long_complaint_is_cut_and_terminated),
		cmocka_unit_test(memory_that_ran_out_is_said_in_place_of_an_older_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
