/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keeper at work, in a process of its own, and an operator who gives it orders. Nobody answers
 * its questions. */
#include "written.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/control_client.h"
#include "daemon/keeper_commands.h"
#include "keeper/keeper_work.h"

static char place[] = "/tmp/sealgate-test-keeper-XXXXXX";
static char socket_path[100];

struct served {
	struct control *control;
	struct keeper *keeper;
	unsigned alive;
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

static void count_life(void *context)
{
	struct served *s = context;

	s->alive++;
}

/* The process of the keeper: works until `stop_fd` is readable, and then ends with 0 if all is
 * well. */
static void keep(const struct config *c, int stop_fd)
{
	struct served s = { .alive = 0 };
	struct complaint error;

	log_set_level(LOG_LEVEL_ERROR - 1);
	s.control = control_open(c->keeper_control_socket, keeper_commands, &s.keeper, &error);
	if (!s.control)
		_exit(2);
	const struct keeper_job job = { .config = c,
		.stop_fd = stop_fd,
		.control_fd = control_fd(s.control),
		.clock_is_trusted = clock_is_right,
		.serve = serve,
		.is_alive = count_life,
		.context = &s };
	bool good = keeper_work(&job, &error);
	control_close(s.control);
	_exit(good && s.alive > 0 ? 0 : 1);
}

struct running {
	struct config config;
	pid_t pid;
	int stop;
};

#define THREE_ZONES                                                                                \
	"{ name = \"a.test\"; keeper = true; }, { name = \"b.test\"; keeper = true; },\n"          \
	"{ name = \"by-hand.test\"; }"

static void start_with(struct running *r, const char *zones)
{
	static char text[100000];
	struct complaint error = { "" };
	int fds[2];

	snprintf(text, sizeof(text),
	        "role = \"signer\"; resolver = [ \"127.0.0.77\" ]; trust_anchor = \"%s/anchor\";\n"
	        "sign = { zones = ( %s ); };\n"
	        "keeper = { directory = \"%s/keys\"; timelines = \"%s/timelines\"; group = \"\";\n"
	        "control_socket = \"%s\"; };\n",
	        place, zones, place, place, socket_path);
	if (load(text, &r->config, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(pipe(fds), 0);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0) {
		close(fds[1]);
		keep(&r->config, fds[0]);
	}
	close(fds[0]);
	r->stop = fds[1];
}

static void start(struct running *r)
{
	start_with(r, THREE_ZONES);
}

/* Ends the keeper. Returns its exit status, or minus the signal. */
static int end(struct running *r, int signal_number)
{
	int status;

	if (signal_number)
		kill(r->pid, signal_number);
	close(r->stop);
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	config_fini(&r->config);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Asks, and waits for the keeper to listen. */
static struct control_answer *asked(const char *request)
{
	int error = 0;

	for (unsigned n = 0; n < 600; n++) {
		struct control_answer *answer = control_ask(socket_path, request, &error);
		if (answer)
			return answer;
		usleep(100000);
	}
	fail_msg("no answer: %s", strerror(-error));
	return NULL;
}

static void expect_code(const char *request, enum control_code wanted, const char *word)
{
	struct control_answer *answer = asked(request);
	const char *error = control_answer_error(answer);

	if (control_answer_code(answer) != wanted || (word && (!error || !strstr(error, word))))
		fail_msg("%s: %d, %s", request, control_answer_code(answer), error ? error : "");
	control_answer_free(answer);
}

static void write_state(const char *zone, const char *text)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/keys/K%s.state", place, zone);
	assert_int_equal(file_replace(file, text, 0600), 0);
}

static char *state_of(const char *zone)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/keys/K%s.state", place, zone);
	char *text = file_read(file, 100000);
	assert_non_null(text);
	return text;
}

/* A zone that was made unsigned, so that there is a state, and no key. */
static void put_unsigned_zone(const char *zone)
{
	char text[1000], timeline[PATH_MAX];

	/* of the test before: it is newer */
	snprintf(timeline, sizeof(timeline), "%s/timelines/K%s.timeline", place, zone);
	assert_true(unlink(timeline) == 0 || errno == ENOENT);
	snprintf(text, sizeof(text),
	        "sealgate-life 1\nzone %s.\ngeneration 5\nlast 20261101000000\nnext-id 3\n"
	        "signed no\nwants-ksk-roll no\nwants-zsk-roll no\ndoubted-clock 0 0\n"
	        "ttl key 0 -\nttl zone 0 -\nttl ds 0 -\nend\n",
	        zone);
	write_state(zone, text);
}

static void wait_for_turn(const char *request)
{
	bool was_turned = false;

	for (unsigned n = 0; n < 600 && !was_turned; n++) {
		struct control_answer *answer = asked(request);
		was_turned = control_row_number(control_answer_values(answer), "turned_s") != 0;
		control_answer_free(answer);
		usleep(was_turned ? 0 : 100000);
	}
	assert_true(was_turned);
}

static void a_wrong_word_an_unknown_zone_and_a_refusal_are_told_apart(void **state)
{
	static const struct {
		const char *request;
		enum control_code code;
		const char *word;
	} rows[] = {
		{ "roll a.test kzk", CONTROL_USAGE, "ksk|zsk" },
		{ "roll a.test", CONTROL_USAGE, "expected" },
		{ "retire a.test 65536", CONTROL_USAGE, "0 to 65535" },
		{ "retire a.test 5 stolen", CONTROL_USAGE, "compromised" },
		{ "unsign a..test", CONTROL_USAGE, "not a domain name" },
		{ "zones x", CONTROL_USAGE, "a number" },
		{ "unsign c.test", CONTROL_NO, "looks after no zone c.test" },
		{ "zone by-hand.test", CONTROL_NO, "looks after no zone" },
		{ "retire a.test 5", CONTROL_NO, "no key with the tag 5" },
		{ "unsign a.test", CONTROL_NO, "unsigned already" },
		{ "roll a.test ksk", CONTROL_NO, "again later" },
		{ "trust a.test", CONTROL_NO, "nothing is doubted" },
		{ "begin b.test", CONTROL_NO, "by itself" },
		{ "zones", CONTROL_FINE, NULL },
		{ "words", CONTROL_FINE, NULL },
		{ "keys", CONTROL_FINE, NULL },
		{ "ds A.TEST", CONTROL_FINE, NULL },
	};
	struct running r;

	(void)state;
	put_unsigned_zone("a.test");
	start(&r);
	wait_for_turn("zone a.test");
	for (unsigned i = 0; i < COUNT(rows); i++)
		expect_code(rows[i].request, rows[i].code, rows[i].word);
	assert_int_equal(end(&r, 0), 0);
}

/* The keeper is killed in the moment in which the operator reads "taken". */
static void an_order_that_was_taken_survives_the_keeper(void **state)
{
	struct running r;

	(void)state;
	put_unsigned_zone("a.test");
	start(&r);
	expect_code("zones", CONTROL_FINE, NULL);
	expect_code("begin a.test", CONTROL_FINE, NULL);
	assert_int_equal(end(&r, SIGKILL), -SIGKILL);
	char *text = state_of("a.test");
	assert_non_null(strstr(text, "\nsigned yes\n"));
	free(text);
	start(&r);
	expect_code("begin a.test", CONTROL_NO, "signed already");
	assert_int_equal(end(&r, 0), 0);
}

/* Waits until the zone has as many keys. */
static void wait_for_keys(const char *request, unsigned wanted)
{
	unsigned count = 0;

	for (unsigned n = 0; n < 600 && count != wanted; n++) {
		struct control_answer *answer = asked(request);
		count = control_row_count(control_answer_values(answer), "keys");
		control_answer_free(answer);
		usleep(count != wanted ? 100000 : 0);
	}
	assert_int_equal(count, wanted);
}

static void a_turn_follows_an_order_at_once(void **state)
{
	struct running r;

	(void)state;
	put_unsigned_zone("b.test");
	start(&r);
	expect_code("begin b.test", CONTROL_FINE, NULL);
	wait_for_keys("zone b.test", 2);
	wait_for_keys("keys 0", 4); /* with those of the test before */
	wait_for_keys("keys 3", 1);
	wait_for_keys("keys 4", 0);
	struct control_answer *answer = asked("zone b.test");
	const struct control_row *zone = control_answer_values(answer);
	assert_true(control_row_number(zone, "timeline_end_s") > time(NULL) + 14 * 86400);
	assert_string_equal(control_row_text(zone, "who"), "the zone's servers");
	assert_non_null(strstr(control_row_text(zone, "look_fault"), "do not tell the parent"));
	control_answer_free(answer);
	answer = asked("ds b.test");
	const struct control_row *ksk = control_row_at(control_answer_values(answer), "ksks", 0);
	assert_int_equal(control_row_count(control_answer_values(answer), "ksks"), 1);
	assert_false(control_row_flag(ksk, "give_ds"));
	assert_non_null(strstr(control_row_text(ksk, "waits"), "must not have the DS"));
	control_answer_free(answer);
	assert_int_equal(end(&r, 0), 0);
}

/* Of the test before: the zone was left alone for longer than its timeline reached. */
static void leave_alone(const char *zone)
{
	char older[100000], *text = state_of(zone);
	const char *last = strstr(text, "\nlast ");

	assert_non_null(last);
	snprintf(older, sizeof(older), "%.*s\nlast 20260101000000%s", (int)(last - text), text,
	        strchr(last + 1, '\n'));
	free(text);
	write_state(zone, older);
}

/* Waits until the fault of the zone has the word; NULL: until there is none. */
static void wait_for_fault(const char *request, const char *word)
{
	bool has_come = false;

	for (unsigned n = 0; n < 600 && !has_come; n++) {
		struct control_answer *answer = asked(request);
		const char *fault = control_row_text(control_answer_values(answer), "fault");
		has_come = word ? strstr(fault, word) != NULL : !fault[0];
		control_answer_free(answer);
		usleep(has_come ? 0 : 100000);
	}
	assert_true(has_come);
}

static void an_operator_can_vouch_for_the_clock(void **state)
{
	struct running r;

	(void)state;
	leave_alone("b.test");
	start(&r);
	wait_for_turn("zone b.test");
	wait_for_fault("zone b.test", "`sealgate keys trust b.test.`");
	expect_code("trust b.test", CONTROL_FINE, NULL);
	wait_for_fault("zone b.test", NULL);
	expect_code("trust b.test", CONTROL_NO, "nothing is doubted");
	assert_int_equal(end(&r, 0), 0);
}

/* Of the test before: the same state, with an older generation. */
static void restore_older_state(const char *zone)
{
	char older[100000], *text = state_of(zone);
	const char *generation = strstr(text, "\ngeneration ");

	assert_non_null(generation);
	snprintf(older, sizeof(older), "%.*s\ngeneration 1%s", (int)(generation - text), text,
	        strchr(generation + 1, '\n'));
	free(text);
	write_state(zone, older);
}

static void an_operator_can_vouch_for_a_state_that_was_restored(void **state)
{
	struct running r;

	(void)state;
	start(&r);
	wait_for_turn("zone b.test");
	expect_code("trust b.test", CONTROL_FINE, NULL); /* no server was reached */
	wait_for_fault("zone b.test", NULL);
	expect_code("trust b.test", CONTROL_NO, "nothing is doubted");
	expect_code("roll b.test ksk", CONTROL_NO, "roll is under way");
	assert_int_equal(end(&r, 0), 0);
	restore_older_state("b.test");
	start(&r);
	expect_code("unsign b.test", CONTROL_NO, "as after a restore from a backup");
	wait_for_turn("zone b.test");
	struct control_answer *answer = asked("zone b.test");
	assert_string_equal(
	        control_row_text(control_answer_values(answer), "word"), "internal failure");
	assert_non_null(strstr(control_row_text(control_answer_values(answer), "fault"),
	        "`sealgate keys trust b.test.`"));
	control_answer_free(answer);
	expect_code("trust b.test", CONTROL_FINE, NULL);
	expect_code("unsign b.test", CONTROL_FINE, NULL);
	assert_int_equal(end(&r, 0), 0);
}

static void words_count_each_zone_and_name_those_in_trouble(void **state)
{
	struct running r;

	(void)state;
	put_unsigned_zone("a.test");
	start(&r);
	wait_for_turn("zone b.test");
	assert_int_equal(end(&r, 0), 0);
	put_unsigned_zone("a.test");
	restore_older_state("b.test");
	start(&r);
	wait_for_turn("zone a.test");
	wait_for_turn("zone b.test");
	struct control_answer *answer = asked("words");
	const struct control_row *values = control_answer_values(answer);
	assert_int_equal(control_row_number(values, "kept_unsigned"), 1);
	assert_int_equal(control_row_number(values, "kept_internal_failure"), 1);
	assert_int_equal(control_row_number(values, "kept_signing"), 0);
	assert_int_equal(control_row_count(values, "kept"), 1);
	const struct control_row *told = control_row_at(values, "kept", 0);
	assert_string_equal(control_row_text(told, "zone"), "b.test.");
	assert_string_equal(control_row_text(told, "word"), "internal failure");
	control_answer_free(answer);
	assert_int_equal(end(&r, 0), 0);
}

/* Of the tests before: a.test is signed. Its KSK is lost, and what needs its signature is refused,
 * not taken to fail. */
static void a_zone_whose_ksk_is_lost_can_become_unsigned_and_hears_of_thefts_alone(void **state)
{
	static const char *const refused[] = { "roll a.test ksk", "roll a.test zsk",
		"retire a.test 5", "begin a.test" };
	char command[200];
	struct running r;

	(void)state;
	start(&r);
	wait_for_turn("zone a.test");
	expect_code("retire a.test 5", CONTROL_NO, "no key with the tag 5");
	snprintf(command, sizeof(command), "rm %s/keys/vault/Ka.test.*", place);
	assert_int_equal(system(command), 0);
	for (unsigned i = 0; i < COUNT(refused); i++)
		expect_code(refused[i], CONTROL_NO, "`sealgate keys unsign a.test.`");
	expect_code("retire a.test 5 compromised", CONTROL_NO, "no key with the tag 5");
	expect_code("unsign a.test", CONTROL_FINE, NULL);
	expect_code("begin a.test", CONTROL_NO, "the vault has no key Ka.test.+013+");
	assert_int_equal(end(&r, 0), 0);
}

static void a_list_that_has_no_room_in_one_reply_comes_in_pages(void **state)
{
	enum { ZONES = 600 };
	static char zones[ZONES * 50];
	size_t len = 0;
	unsigned pages = 1;
	struct running r;

	(void)state;
	for (unsigned i = 0; i < ZONES; i++)
		len += (size_t)snprintf(zones + len, sizeof(zones) - len,
		        "%s{ name = \"z%u.test\"; keeper = true; }", i ? ",\n" : "", i);
	start_with(&r, zones);
	struct control_answer *all = asked("zones");
	for (long more; (more = control_answer_number(all, "more")) > 0; pages++) {
		char request[40];
		snprintf(request, sizeof(request), "zones %ld", more);
		struct control_answer *next = asked(request);
		control_answer_join(all, next);
		control_answer_free(next);
	}
	const struct control_row *values = control_answer_values(all);
	assert_int_equal(control_row_count(values, "zones"), ZONES);
	assert_in_range(pages, 2, 10);
	for (unsigned i = 0; i < ZONES; i++) {
		char wanted[40];
		snprintf(wanted, sizeof(wanted), "z%u.test.", i);
		assert_string_equal(
		        control_row_text(control_row_at(values, "zones", i), "zone"), wanted);
	}
	control_answer_free(all);
	assert_int_equal(end(&r, 0), 0);
}

static void work_hangs_if_nothing_comes_back_of_looks_that_are_under_way(void **state)
{
	enum { MINUTE = 60000 };
	static const struct {
		const char *why;
		uint64_t began_ms, back_ms;
		bool is_looked_at, hangs;
	} rows[] = {
		{ "no look, and an hour in which nothing came back", 0, 40 * MINUTE, false, false },
		{ "a look since nine minutes", 91 * MINUTE, 40 * MINUTE, true, false },
		{ "since eleven, but another came back", 89 * MINUTE, 95 * MINUTE, true, false },
		{ "since eleven, and nothing came back", 89 * MINUTE, 40 * MINUTE, true, true },
		{ "since an hour, and something came back before", 40 * MINUTE, 89 * MINUTE, true,
		        true },
		{ "a look since now", 100 * MINUTE, 0, true, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct keeper_zone zone = { .is_looked_at = rows[i].is_looked_at,
			.look_began_ms = rows[i].began_ms };
		struct keeper_zone *items[] = { &zone };
		const struct keeper k = { .zones = { .count = 1, .items = items },
			.back_ms = rows[i].back_ms };
		if (keeper_work_hangs(&k, 100 * MINUTE) != rows[i].hangs)
			fail_msg("%s", rows[i].why);
	}
}

/* The members of keeper.group may read, and nothing else (daemon/control.c). */
static void only_commands_that_change_nothing_are_for_readers(void **state)
{
	static const char *const readers[] = { "zones", "words", "keys", "zone", "ds" };
	unsigned count = 0;

	(void)state;
	for (const struct control_command *c = keeper_commands; c->name; c++, count++) {
		bool is_for_readers = false;
		for (unsigned i = 0; i < COUNT(readers); i++)
			is_for_readers |= strcmp(c->name, readers[i]) == 0;
		assert_row(c->name, c->only_reads == is_for_readers);
	}
	assert_true(count > COUNT(readers));
}

static void the_work_does_not_begin_without_zones(void **state)
{
	struct config c;
	struct complaint error = { "" };
	const struct keeper_job job = { .config = &c, .stop_fd = -1, .control_fd = -1 };

	(void)state;
	assert_int_equal(load("role = \"signer\"; sign = { zones = ( { name = \"a.test\"; } ); };",
	                         &c, &error),
	        0);
	assert_false(keeper_work(&job, &error));
	assert_non_null(strstr(error.text, "keeper = true"));
	config_fini(&c);
}

static int make_place(void **state)
{
	char file[PATH_MAX];

	if (make_file(state) < 0 || !mkdtemp(place))
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/control", place);
	snprintf(file, sizeof(file), "%s/anchor", place);
	if (file_replace(file,
	            ". IN DS 20326 8 2 "
	            "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n",
	            0600) < 0)
		return -1;
	snprintf(file, sizeof(file), "%s/keys", place);
	if (file_make_directory(file, 0700) < 0)
		return -1;
	snprintf(file, sizeof(file), "%s/timelines", place);
	return file_make_directory(file, 0700);
}

static int remove_place(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", place);
	return system(command) != 0 || remove_file(state) < 0 ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_word_an_unknown_zone_and_a_refusal_are_told_apart),
		cmocka_unit_test(an_order_that_was_taken_survives_the_keeper),
		cmocka_unit_test(a_turn_follows_an_order_at_once),
		cmocka_unit_test(an_operator_can_vouch_for_the_clock),
		cmocka_unit_test(an_operator_can_vouch_for_a_state_that_was_restored),
		cmocka_unit_test(
		        a_zone_whose_ksk_is_lost_can_become_unsigned_and_hears_of_thefts_alone),
		cmocka_unit_test(words_count_each_zone_and_name_those_in_trouble),
		cmocka_unit_test(a_list_that_has_no_room_in_one_reply_comes_in_pages),
		cmocka_unit_test(work_hangs_if_nothing_comes_back_of_looks_that_are_under_way),
		cmocka_unit_test(only_commands_that_change_nothing_are_for_readers),
		cmocka_unit_test(the_work_does_not_begin_without_zones),
	};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
