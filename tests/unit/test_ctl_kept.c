/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `sealgate ctl status` says of a keeper that does not answer. */
#include "test.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/ctl_kept.h"

/* Leaves a socket on which nobody listens, as a process that was killed does. */
static void leave_socket(const char *path)
{
	struct sockaddr_un address = control_client_address(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

/* It would look as on a gateway whose keeper is on another machine, and nobody would look for
 * it. */
static void a_keeper_that_has_ended_is_not_one_of_another_machine(void **state)
{
	static const char empty[] = "{ \"code\": 0, \"values\": {} }";
	static const struct {
		const char *why;
		bool is_kept, has_socket, has_directory;
		const char *want; /* NULL: nothing is told */
	} rows[] = {
		{ "no zone is the keeper's", false, true, true, NULL },
		{ "a gateway", true, false, false, "does not run on this machine" },
		{ "killed", true, true, false, "has ended" },
		{ "killed, and systemd has removed the socket", true, false, true, "has ended" },
	};
	char place[] = "/tmp/ctl_kept-XXXXXX", socket_path[64], directory[64];

	(void)state;
	assert_non_null(mkdtemp(place));
	snprintf(socket_path, sizeof(socket_path), "%s/control", place);
	snprintf(directory, sizeof(directory), "%s/keeper", place);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_zone zone = { .is_kept = rows[i].is_kept };
		struct config *c = calloc(1, sizeof(*c));
		assert_non_null(c);
		c->sign_zones.items = &zone;
		c->sign_zones.count = 1;
		snprintf(c->keeper_control_socket, sizeof(c->keeper_control_socket), "%s",
		        socket_path);
		snprintf(c->keeper_directory, sizeof(c->keeper_directory), "%s", directory);
		if (rows[i].has_socket)
			leave_socket(socket_path);
		if (rows[i].has_directory)
			assert_int_equal(mkdir(directory, 0700), 0);
		struct control_answer *answer = control_answer_read(empty, strlen(empty));
		ctl_kept_append(c, answer);
		const char *told = control_row_text(control_answer_values(answer), "keeper");
		assert_row(rows[i].why, (told && told[0]) == (rows[i].want != NULL));
		assert_row(rows[i].why, !rows[i].want || strstr(told, rows[i].want));
		control_answer_free(answer);
		unlink(socket_path);
		rmdir(directory);
		free(c);
	}
	rmdir(place);
}

/* Without this, the metric is missing just when it is needed, or rings on machines without a
 * keeper. */
static void a_keeper_is_missed_where_it_should_run(void **state)
{
	static const struct {
		const char *why;
		bool is_kept, has_directory_of_zones, has_socket, has_directory, is_missed;
	} rows[] = {
		{ "no zone is the keeper's", false, false, false, true, false },
		{ "a gateway", true, false, false, false, false },
		{ "killed", true, false, true, true, true },
		{ "killed, and systemd has removed the socket", true, false, false, true, true },
		{ "its zones may be in a directory", false, true, false, true, true },
		{ "likewise, on a gateway", false, true, false, false, false },
	};
	char place[] = "/tmp/ctl_kept-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(place));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_zone zone = { .is_kept = rows[i].is_kept };
		struct config *c = calloc(1, sizeof(*c));
		bool is_missed = !rows[i].is_missed;
		assert_non_null(c);
		c->sign_zones.items = &zone;
		c->sign_zones.count = 1;
		snprintf(c->sign_zones_directory, sizeof(c->sign_zones_directory), "%s",
		        rows[i].has_directory_of_zones ? "/etc/zones" : "");
		snprintf(c->keeper_control_socket, sizeof(c->keeper_control_socket), "%s/control",
		        place);
		snprintf(c->keeper_directory, sizeof(c->keeper_directory), "%s/keeper", place);
		if (rows[i].has_socket)
			leave_socket(c->keeper_control_socket);
		if (rows[i].has_directory)
			assert_int_equal(mkdir(c->keeper_directory, 0700), 0);
		assert_null(ctl_kept_zones(c, &is_missed));
		assert_row(rows[i].why, is_missed == rows[i].is_missed);
		unlink(c->keeper_control_socket);
		rmdir(c->keeper_directory);
		free(c);
	}
	rmdir(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_keeper_that_has_ended_is_not_one_of_another_machine),
		cmocka_unit_test(a_keeper_is_missed_where_it_should_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
