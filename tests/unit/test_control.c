/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/complaint.h"
#include "daemon/control.h"

#define PATIENCE_S 60 /* with what happens at once, on a machine that is idle */

static char directory[] = "/tmp/sealgate-test-control-XXXXXX";
static char path[sizeof(directory) + 32];

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/made/control", directory);
	return 0;
}

static int remove_directory(void **state)
{
	char made[sizeof(path)];

	(void)state;
	snprintf(made, sizeof(made), "%s/made", directory);
	rmdir(made);
	return rmdir(directory);
}

static char the_context[] = "the context";

static void echo(void *context, char *const words[], struct control_reply *reply)
{
	json_object_set_new(reply->values, "word", json_string(words[0]));
	json_object_set_new(reply->values, "context", json_string(context));
}

static void refuse(void *context, char *const words[], struct control_reply *reply)
{
	(void)context;
	(void)words;
	reply->code = CONTROL_NO;
	strcpy(reply->error.text, "not today");
}

static const struct control_command commands[] = {
	{ "echo", "WORD", 1, echo },
	{ "refuse", "", 0, refuse },
	{ NULL, NULL, 0, NULL },
};

static struct control *open_control(void)
{
	struct complaint error;
	struct control *c = control_open(path, commands, the_context, &error);

	assert_non_null(c);
	return c;
}

static void *serve_one(void *control)
{
	struct pollfd fd = { control_fd(control), POLLIN, 0 };

	poll(&fd, 1, PATIENCE_S * 1000);
	control_serve(control);
	return NULL;
}

/* Asks while another thread serves. The reply is the caller's. */
static json_t *ask(struct control *c, const char *request)
{
	pthread_t thread;
	int error = 0;

	assert_int_equal(pthread_create(&thread, NULL, serve_one, c), 0);
	json_t *reply = control_ask(path, request, &error);
	pthread_join(thread, NULL);
	return reply;
}

static void a_command_gets_its_arguments_and_answers(void **state)
{
	static const struct {
		const char *why, *request;
		int code;
		const char *error; /* NULL: there are values */
	} rows[] = {
		{ "a command", "echo hello", CONTROL_FINE, NULL },
		{ "one that says no", "refuse", CONTROL_NO, "not today" },
		{ "an unknown one", "dance", CONTROL_USAGE,
		        "the daemon knows no such command: dance" },
		{ "nothing but spaces", "  ", CONTROL_USAGE, "the daemon knows no such command: " },
		{ "an argument is missing", "echo", CONTROL_USAGE, "the arguments must be: WORD" },
		{ "one too many", "echo a b", CONTROL_USAGE, "the arguments must be: WORD" },
		{ "many too many", "echo a b c d e f g h i j k l m n", CONTROL_USAGE,
		        "the arguments must be: WORD" },
	};

	(void)state;
	struct control *c = open_control();
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *reply = ask(c, rows[i].request);
		const char *error = json_string_value(json_object_get(reply, "error"));
		json_t *values = json_object_get(reply, "values");

		assert_row(rows[i].why, reply != NULL);
		assert_row(rows[i].why,
		        json_integer_value(json_object_get(reply, "code")) == rows[i].code);
		if (rows[i].error) {
			assert_string_equal(error, rows[i].error);
			assert_null(values);
		} else {
			assert_string_equal(
			        json_string_value(json_object_get(values, "word")), "hello");
			assert_string_equal(json_string_value(json_object_get(values, "context")),
			        "the context");
		}
		json_decref(reply);
	}
	control_close(c);
}

static void only_the_owner_may_use_it(void **state)
{
	struct stat st;

	(void)state;
	struct control *c = open_control();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	control_close(c);
	assert_int_equal(stat(path, &st), -1);
}

/* What a killed daemon left is replaced; what another one uses is not. */
static void a_stale_socket_is_replaced_and_a_live_one_is_not(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct complaint error;

	(void)state;
	control_close(open_control()); /* makes the directory */
	strcpy(address.sun_path, path);
	int dead = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
	close(dead);

	struct control *c = open_control();
	assert_null(control_open(path, commands, NULL, &error));
	assert_non_null(strstr(error.text, "another daemon"));
	control_serve(c); /* whoever looked whether it lives */
	json_t *reply = ask(c, "echo hello");
	assert_non_null(reply);
	json_decref(reply);
	control_close(c);
}

static void without_a_daemon_there_is_no_reply(void **state)
{
	int error = 0;

	(void)state;
	assert_null(control_ask(path, "echo hello", &error));
	assert_int_equal(error, -ENOENT);
}

/* Whoever connects and says nothing must not stop the daemon. */
static void a_silent_peer_is_left_after_a_moment(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timespec before, after;

	(void)state;
	struct control *c = open_control();
	strcpy(address.sun_path, path);
	int peer = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(connect(peer, (struct sockaddr *)&address, sizeof(address)), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	control_serve(c);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < PATIENCE_S);
	close(peer);
	control_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_gets_its_arguments_and_answers),
		cmocka_unit_test(only_the_owner_may_use_it),
		cmocka_unit_test(a_stale_socket_is_replaced_and_a_live_one_is_not),
		cmocka_unit_test(without_a_daemon_there_is_no_reply),
		cmocka_unit_test(a_silent_peer_is_left_after_a_moment),
	};
	return cmocka_run_group_tests_name("control", tests, make_directory, remove_directory);
}
