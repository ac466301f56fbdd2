/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/complaint.h"
#include "daemon/control_client.h"

#define PATIENCE_S 60 /* for events that happen at once on an idle machine */

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
	control_add_text(reply, "word", words[0]);
	control_add_text(reply, "context", context);
	control_add_number(reply, "number", -7);
	control_add_flag(reply, "flag", true);
}

static void refuse(void *context, char *const words[], struct control_reply *reply)
{
	(void)context;
	(void)words;
	reply->code = CONTROL_NO;
	strcpy(reply->error.text, "not today");
}

static void say(void *context, char *const words[], struct control_reply *reply)
{
	(void)context;
	control_add_text(reply, "said", words[0] ? words[0] : "nothing");
}

static void tell_nothing(void *context, char *const words[], struct control_reply *reply)
{
	(void)context;
	(void)words;
	(void)reply;
}

/* Adds rows until there is no room. Each octet of the text takes two in JSON. */
static void list(void *context, char *const words[], struct control_reply *reply)
{
	static char text[1001];
	unsigned most = (unsigned)atoi(words[0]), shown = 0;

	(void)context;
	memset(text, '\\', most > 2 ? sizeof(text) - 1 : 1);
	text[most > 2 ? sizeof(text) - 1 : 1] = '\0';
	control_begin_rows(reply, "rows");
	while (shown < most && control_begin_row(reply)) {
		control_add_text(reply, "text", text);
		control_add_number(reply, "number", shown++);
	}
	control_end_rows(reply);
	control_add_number(reply, "shown", shown);
}

static const struct control_command commands[] = {
	{ "echo", "WORD", 1, 1, echo, true },
	{ "list", "NUMBER", 1, 1, list, false },
	{ "say again", "[WORD]", 0, 1, say, false },
	{ "say", "[WORD]", 0, 1, say, false },
	{ "refuse", "", 0, 0, refuse, false },
	{ "status", "", 0, 0, tell_nothing, true },
	{ NULL, NULL, 0, 0, NULL, false },
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

/* Sends a request while another thread serves. The caller frees the answer. */
static struct control_answer *ask(struct control *c, const char *request)
{
	pthread_t thread;
	int error = 0;

	assert_int_equal(pthread_create(&thread, NULL, serve_one, c), 0);
	struct control_answer *answer = control_ask(path, request, &error);
	pthread_join(thread, NULL);
	return answer;
}

static void a_command_gets_its_arguments_and_answers(void **state)
{
	static const struct {
		const char *why, *request;
		enum control_code code;
		const char *error; /* NULL: there are values */
	} rows[] = {
		{ "a command", "echo hello", CONTROL_FINE, NULL },
		{ "an argument that may be left out", "say", CONTROL_FINE, NULL },
		{ "a name of two words", "say again", CONTROL_FINE, NULL },
		{ "such a name with its argument", "say again hello", CONTROL_FINE, NULL },
		{ "the second word of a name is another", "say against hello", CONTROL_USAGE,
		        "wrong number of arguments; expected: [WORD]" },
		{ "the first word of a name is longer", "says again", CONTROL_USAGE,
		        "the daemon has no such command: says" },
		{ "a command that refuses", "refuse", CONTROL_NO, "not today" },
		{ "an unknown command", "dance", CONTROL_USAGE,
		        "the daemon has no such command: dance" },
		{ "only spaces", "  ", CONTROL_USAGE, "the request has no command" },
		{ "an argument is missing", "echo", CONTROL_USAGE,
		        "wrong number of arguments; expected: WORD" },
		{ "one argument too many", "echo a b", CONTROL_USAGE,
		        "wrong number of arguments; expected: WORD" },
		{ "many arguments too many", "echo a b c d e f g h i j k l m n", CONTROL_USAGE,
		        "wrong number of arguments; expected: WORD" },
	};

	(void)state;
	struct control *c = open_control();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct control_answer *answer = ask(c, rows[i].request);

		assert_row(rows[i].why, answer != NULL);
		assert_row(rows[i].why, control_answer_code(answer) == rows[i].code);
		if (rows[i].error)
			assert_string_equal(control_answer_error(answer), rows[i].error);
		else
			assert_null(control_answer_error(answer));
		control_answer_free(answer);
	}
	control_close(c);
}

static char *text_of(const struct control_answer *answer, bool as_json)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	control_answer_write(answer, as_json, out);
	fclose(out);
	return text;
}

static void values_of_each_kind_arrive_in_their_order(void **state)
{
	(void)state;
	struct control *c = open_control();
	struct control_answer *answer = ask(c, "echo hello");
	char *lines = text_of(answer, false), *json = text_of(answer, true);

	assert_string_equal(lines, "word=hello\ncontext=the context\nnumber=-7\nflag=true\n");
	assert_string_equal(json, "{\n  \"word\": \"hello\",\n  \"context\": \"the context\",\n"
	                          "  \"number\": -7,\n  \"flag\": true\n}\n");
	free(lines);
	free(json);
	control_answer_free(answer);
	control_close(c);
}

static void rows_arrive_as_lines_and_as_a_list(void **state)
{
	static const struct {
		const char *request, *lines, *json;
	} rows[] = {
		{ "list 0", "shown=0\n", "{\n  \"rows\": [],\n  \"shown\": 0\n}\n" },
		{ "list 2", "text=\\ number=0\ntext=\\ number=1\nshown=2\n",
		        "{\n  \"rows\": [\n    {\n      \"text\": \"\\\\\",\n      \"number\": 0\n"
		        "    },\n    {\n      \"text\": \"\\\\\",\n      \"number\": 1\n    }\n  "
		        "],\n"
		        "  \"shown\": 2\n}\n" },
	};

	(void)state;
	struct control *c = open_control();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct control_answer *answer = ask(c, rows[i].request);
		char *lines = text_of(answer, false), *json = text_of(answer, true);
		assert_string_equal(lines, rows[i].lines);
		assert_string_equal(json, rows[i].json);
		free(lines);
		free(json);
		control_answer_free(answer);
	}
	control_close(c);
}

/* A reply is one packet: a list that is too long for it is cut, and the reply still arrives. */
static void more_rows_than_there_is_room_for_are_left_out(void **state)
{
	(void)state;
	struct control *c = open_control();
	struct control_answer *answer = ask(c, "list 1000");
	assert_non_null(answer);
	long shown = control_answer_number(answer, "shown");
	assert_true(shown > 20 && shown < 40);
	control_answer_free(answer);
	control_close(c);
}

static void only_the_owner_may_use_the_socket(void **state)
{
	struct stat st;

	(void)state;
	struct control *c = open_control();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	control_close(c);
	assert_int_equal(stat(path, &st), -1);
}

/* The socket of a killed daemon is replaced, the socket of a running one is not. */
static void a_stale_socket_is_replaced_but_not_a_live_one(void **state)
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
	assert_non_null(strstr(error.text, "another sealgate"));
	control_serve(c); /* the connection of the second control_open() */
	struct control_answer *answer = ask(c, "echo hello");
	assert_non_null(answer);
	control_answer_free(answer);
	control_close(c);
}

static void without_a_daemon_there_is_no_reply(void **state)
{
	int error = 0;

	(void)state;
	assert_null(control_ask(path, "echo hello", &error));
	assert_int_equal(error, -ENOENT);
}

/* A client that connects and sends nothing must not block the daemon. */
static void a_silent_client_is_dropped_after_a_moment(void **state)
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

#define STRANGER 65534
#define DENIED   "permission denied: only root and the user that the daemon runs as may use \"%s\""

/* In a process of its own: becomes a user who is in this group and in no other, and asks. Exits
 * with the code of the answer, or with 100 + the errno if there is none. */
static void ask_as(gid_t group, const char *request)
{
	int error = 0;

	if (setgroups(1, &group) < 0 || setgid(STRANGER) < 0 || setuid(STRANGER) < 0)
		_exit(99);
	struct control_answer *answer = control_ask(path, request, &error);
	if (!answer)
		_exit(100 - error);
	const char *said = control_answer_error(answer);
	char denied[200];
	snprintf(denied, sizeof(denied), DENIED, request);
	bool is_denial = said && strcmp(said, denied) == 0;
	_exit(is_denial ? 50 : (int)control_answer_code(answer));
}

static int result_of(struct control *c, gid_t group, const char *request, bool connects)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		ask_as(group, request);
	if (connects)
		serve_one(c);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_group_may_read_and_a_stranger_may_nothing(void **state)
{
	static const struct {
		const char *why, *request;
		bool is_member;
		mode_t mode;
		bool connects;
		int result;
	} rows[] = {
		{ "a member reads", "status", true, 0660, true, CONTROL_FINE },
		{ "a member changes", "refuse", true, 0660, true, 50 },
		{ "a stranger reads", "status", false, 0660, false, 100 + EACCES },
		{ "a stranger whom the mode of the socket lets connect", "status", false, 0666,
		        true, 50 },
	};
	const struct group *readers = getgrgid(1);
	struct complaint error;

	(void)state;
	if (geteuid() != 0 || !readers)
		skip();
	chmod(directory, 0711);
	struct control *c = open_control();
	assert_int_equal(control_admit(c, readers->gr_name, "keeper.group", &error), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_row(rows[i].why, chmod(path, rows[i].mode) == 0);
		gid_t group = rows[i].is_member ? readers->gr_gid : STRANGER;
		assert_row(rows[i].why,
		        result_of(c, group, rows[i].request, rows[i].connects) == rows[i].result);
	}
	control_close(c);
}

static void without_the_group_the_socket_stays_with_its_owner(void **state)
{
	static const char *const names[] = { "", "no-such-group-on-this-machine" };
	struct complaint error;
	struct stat st;

	(void)state;
	struct control *c = open_control();
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(control_admit(c, names[i], "control_group", &error), 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	control_close(c);
}

/* The keeper's group has another key than the daemon's. */
static void a_group_that_cannot_be_admitted_is_named_with_its_key(void **state)
{
	const struct group *readers = getgrgid(1);
	struct complaint error;

	(void)state;
	if (!readers)
		skip();
	struct control *c = open_control();
	assert_int_equal(unlink(path), 0);
	assert_int_equal(control_admit(c, readers->gr_name, "keeper.group", &error), -ENOENT);
	assert_non_null(strstr(error.text, "or set keeper.group"));
	control_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_gets_its_arguments_and_answers),
		cmocka_unit_test(values_of_each_kind_arrive_in_their_order),
		cmocka_unit_test(rows_arrive_as_lines_and_as_a_list),
		cmocka_unit_test(more_rows_than_there_is_room_for_are_left_out),
		cmocka_unit_test(only_the_owner_may_use_the_socket),
		cmocka_unit_test(a_stale_socket_is_replaced_but_not_a_live_one),
		cmocka_unit_test(without_a_daemon_there_is_no_reply),
		cmocka_unit_test(the_group_may_read_and_a_stranger_may_nothing),
		cmocka_unit_test(without_the_group_the_socket_stays_with_its_owner),
		cmocka_unit_test(a_group_that_cannot_be_admitted_is_named_with_its_key),
		cmocka_unit_test(a_silent_client_is_dropped_after_a_moment),
	};
	return cmocka_run_group_tests_name("control", tests, make_directory, remove_directory);
}
