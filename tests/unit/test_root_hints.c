/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/complaint.h"
#include "config/address.h"
#include "config/root_hints.h"

static int load(struct root_hints *hints, const char *text, struct complaint *error)
{
	char path[] = "/tmp/sealgate-hints-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	int result = root_hints_load(hints, path, error);
	unlink(path);
	return result;
}

static void the_published_form_is_read(void **state)
{
	struct root_hints hints;
	struct complaint error;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(load(&hints,
	                         "; last update: today\n"
	                         ".                        3600000      NS    A.ROOT.TEST.\n"
	                         "A.ROOT.TEST.      3600000      A     198.51.100.4\n"
	                         "A.ROOT.TEST.      3600000 IN   aaaa  2001:db8::4 ; a remark\n"
	                         "\n"
	                         "; End of file",
	                         &error),
	        0);
	assert_int_equal(hints.count, 2);
	address_write(&hints.at[0], text);
	assert_string_equal(text, "198.51.100.4");
	address_write(&hints.at[1], text);
	assert_string_equal(text, "2001:db8::4");
}

static void an_error_names_the_file_and_the_line(void **state)
{
	struct root_hints hints;
	struct complaint error;
	static const struct {
		const char *why, *text, *said;
	} rows[] = {
		{ "a word that is not an address", "\na. 3600 A not-an-address\n", ":2: " },
		{ "an IPv6 address in an A record", "a. 3600 A 2001:db8::4\n", ":1: " },
		{ "a file with only a comment", "; nothing\n",
		        ": the file has no address of a root server" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_row(rows[i].why, load(&hints, rows[i].text, &error) == -EINVAL);
		assert_row(rows[i].why, strstr(error.text, rows[i].said));
		assert_row(rows[i].why, hints.count == 0);
	}
	assert_int_equal(root_hints_load(&hints, "/nowhere/root.hints", &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nowhere/root.hints"));
}

static void too_many_addresses_are_an_error(void **state)
{
	struct root_hints hints;
	struct complaint error;
	char text[64 * (ROOT_HINTS_MAX + 1)] = "";

	(void)state;
	for (unsigned i = 0; i <= ROOT_HINTS_MAX; i++)
		sprintf(text + strlen(text), "a. A 198.51.100.%u\n", i);
	assert_int_equal(load(&hints, text, &error), -EINVAL);
	assert_int_equal(hints.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_form_is_read),
		cmocka_unit_test(an_error_names_the_file_and_the_line),
		cmocka_unit_test(too_many_addresses_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
