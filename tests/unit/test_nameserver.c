/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <unistd.h>

#include "config/address.h"
#include "config/nameserver.h"

static void the_first_usable_nameserver_is_read_and_skipped_ones_are_told(void **state)
{
	static const struct {
		const char *why, *file;
		const char *server; /* NULL: none */
		const char *told;   /* "": nothing was skipped */
	} rows[] = {
		{ "the first of two", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n", "192.0.2.1",
		        "" },
		{ "other lines", "# a comment\noptions edns0\nnameserver 2001:db8::1\n",
		        "2001:db8::1", "" },
		{ "a link-local one with its interface", "nameserver fe80::1%eth0\n",
		        "fe80::1%eth0", "" },
		{ "a link-local one without",
		        "search test\nnameserver fe80::1\nnameserver 192.0.2.2\n", "192.0.2.2",
		        ":2: fe80::1 " },
		{ "no address", "nameserver router\n", NULL, ":1: router " },
		{ "an empty file", "", NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[] = "/tmp/sealgate-test-nameserver-XXXXXX", text[ADDRESS_TEXT_MAX];
		int fd = mkstemp(path);
		struct sockaddr_storage server;
		struct complaint skipped;

		assert_row(rows[i].why, fd >= 0);
		assert_row(rows[i].why, write(fd, rows[i].file, strlen(rows[i].file)) >= 0);
		close(fd);
		bool found = nameserver_read(path, &server, &skipped);
		unlink(path);
		assert_row(rows[i].why, found == (rows[i].server != NULL));
		assert_row(rows[i].why, strstr(skipped.text, rows[i].told));
		assert_row(rows[i].why, rows[i].told[0] || !skipped.text[0]);
		if (!found)
			continue;
		address_write(&server, text);
		assert_row(rows[i].why, strcmp(text, rows[i].server) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_usable_nameserver_is_read_and_skipped_ones_are_told),
	};
	return cmocka_run_group_tests_name("nameserver", tests, NULL, NULL);
}
