/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keeper with many zones, whose token hangs: people are served, and the work ends when it is told
 * to. */
#include "softhsm.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/control_client.h"
#include "daemon/keeper_commands.h"
#include "keeper/keeper_work.h"

#define ZONES     20
#define WATCH_MS  4000 /* of the half minute that the call to the token lasts */
#define SOON_MS   1500
#define ENDING_MS 8000 /* VAULT_PARTING_MS, and threads end */

static char socket_path[PATH_MAX], calls_file[PATH_MAX];

struct served {
	struct control *control;
	struct keeper *keeper;
};

static bool clock_is_right(void *context)
{
	(void)context;
	return true;
}

static void serve(void *context, struct keeper *keeper)
{
	struct served *s = context;

	s->keeper = keeper;
	control_serve(s->control);
}

static void go_on(void *context)
{
	(void)context;
}

static void write_configuration(void)
{
	static char text[20000];
	size_t len = (size_t)snprintf(text, sizeof(text),
	        "role = \"signer\"; resolver = [ \"127.0.0.77\" ]; trust_anchor = \"%s\";\n"
	        "keeper = { directory = \"%s\"; timelines = \"%s\"; group = \"\";\n"
	        "control_socket = \"%s\"; vault = \"%s\"; };\nsign = { zones = (",
	        in_place("anchor"), in_place("keys"), in_place("timelines"), socket_path, uri);

	for (unsigned i = 0; i < ZONES; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		        "%s{ name = \"z%u.test\"; keeper = true; }", i ? ",\n" : "", i);
	snprintf(text + len, sizeof(text) - len, "); };\n");
	put_file("conf", text);
	put_file("anchor", ". IN DS 20326 8 2 "
	                   "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n");
}

/* The process of the keeper. Ends with 0 if all is well. */
static void keep(int stop_fd)
{
	struct served s = { .keeper = NULL };
	struct complaint error;
	struct config c;

	log_set_level(LOG_LEVEL_ERROR - 1);
	if (config_load(&c, in_place("conf"), NULL, &error) < 0)
		_exit(3);
	s.control = control_open(c.keeper_control_socket, keeper_commands, &s.keeper, &error);
	if (!s.control)
		_exit(2);
	const struct keeper_job job = { .config = &c,
		.vault_program = vault_program(),
		.stop_fd = stop_fd,
		.control_fd = control_fd(s.control),
		.clock_is_trusted = clock_is_right,
		.serve = serve,
		.is_alive = go_on,
		.context = &s };
	bool good = keeper_work(&job, &error);
	control_close(s.control);
	_exit(good ? 0 : 1);
}

static pid_t start_keeper(int *stop)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[1]);
		keep(fds[0]);
	}
	close(fds[0]);
	*stop = fds[1];
	return pid;
}

static struct control_answer *ask_now(const char *request)
{
	int error = 0;

	for (unsigned n = 0; n < 300; n++) {
		struct control_answer *answer = control_ask(socket_path, request, &error);
		if (answer)
			return answer;
		usleep(100000);
	}
	fail_msg("no answer: %s", strerror(-error));
	return NULL;
}

static void put_unsigned_zone(unsigned number)
{
	char file[64], text[500];

	snprintf(file, sizeof(file), "keys/Kz%u.test.state", number);
	snprintf(text, sizeof(text),
	        "sealgate-life 1\nzone z%u.test.\ngeneration 5\nlast 20261101000000\nnext-id 3\n"
	        "signed no\nwants-ksk-roll no\nwants-zsk-roll no\ndoubted-clock 0 0\n"
	        "ttl key 0 -\nttl zone 0 -\nttl ds 0 -\nend\n",
	        number);
	put_file(file, text);
}

/* Every zone is to have its first KSK from a token that never answers. */
static void let_all_begin(void)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < ZONES; i++) {
		char request[32];
		snprintf(request, sizeof(request), "begin z%u.test", i);
		struct control_answer *answer = ask_now(request);
		taken += control_answer_code(answer) == CONTROL_FINE;
		control_answer_free(answer);
	}
	assert_true(taken >= ZONES - 1); /* one may wait for the token already */
}

static void await_hanging_token(void)
{
	for (unsigned n = 0; n < 300 && access(calls_file, F_OK) != 0; n++)
		usleep(100000);
	assert_int_equal(access(calls_file, F_OK), 0);
}

static uint64_t longest_answer_ms(const char *request)
{
	uint64_t end_ms = clock_monotonic_ms() + WATCH_MS, longest_ms = 0;

	while (clock_monotonic_ms() < end_ms) {
		uint64_t began_ms = clock_monotonic_ms();
		struct control_answer *answer = ask_now(request);
		uint64_t took_ms = clock_monotonic_ms() - began_ms;
		control_answer_free(answer);
		longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
		usleep(100000);
	}
	return longest_ms;
}

/* Of the zone that waits for the token the order is refused, and of the others it is not. */
static void expect_orders_to_be_served(void)
{
	unsigned taken = 0, refused = 0;

	for (unsigned i = 0; i < ZONES; i++) {
		char request[32];
		snprintf(request, sizeof(request), "unsign z%u.test", i);
		struct control_answer *answer = ask_now(request);
		const char *error = control_answer_error(answer);
		taken += control_answer_code(answer) == CONTROL_FINE;
		refused += error && strstr(error, "again in half a minute") &&
		           control_answer_code(answer) == CONTROL_LATER;
		control_answer_free(answer);
	}
	assert_int_equal(refused, 1);
	assert_int_equal(taken, ZONES - 1);
}

static void a_token_that_hangs_holds_up_neither_people_nor_the_end(void **state)
{
	int stop, status;

	(void)state;
	if (!has_softhsm())
		skip();
	put_file("troubles", "C_Initialize 0xdead 99\n");
	pid_t keeper = start_keeper(&stop);
	let_all_begin();
	await_hanging_token();
	assert_in_range(longest_answer_ms("zones"), 0, SOON_MS);
	expect_orders_to_be_served();
	uint64_t told_ms = clock_monotonic_ms();
	close(stop);
	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	assert_in_range(clock_monotonic_ms() - told_ms, 0, ENDING_MS);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int make_hanging_place(void **state)
{
	char module[PATH_MAX + 32];

	if (!has_softhsm())
		return 0;
	if (make_place(state) != 0)
		return -1;
	snprintf(module, sizeof(module), "%s", vault_program());
	snprintf(strrchr(module, '/') - strlen("/.."), 32, "/troubled.so");
	snprintf(calls_file, sizeof(calls_file), "%s.calls", in_place("troubles"));
	snprintf(socket_path, sizeof(socket_path), "%s", in_place("control"));
	setenv("TROUBLES", in_place("troubles"), 1);
	make_token("hanging");
	use_token("hanging", module);
	assert_int_equal(mkdir(in_place("keys"), 0700), 0);
	assert_int_equal(mkdir(in_place("timelines"), 0700), 0);
	for (unsigned i = 0; i < ZONES; i++)
		put_unsigned_zone(i);
	write_configuration();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_that_hangs_holds_up_neither_people_nor_the_end),
	};

	return cmocka_run_group_tests_name("keeper_hang", tests, make_hanging_place, remove_place);
}
