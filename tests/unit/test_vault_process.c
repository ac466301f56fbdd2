/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper's side of the process with the PKCS#11 module, before programs that say anything. This
 * test is such a program itself: $STAND_IN says what it does. */
#include "softhsm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "keeper/vault_message.h"
#include "keeper/vault_token.h"

#define CHANNEL       3
#define LIMIT_MS      300
#define AT_ONCE_MS    15000 /* on a busy machine; less than any limit of the vault here */
#define HELPER_ENDS_S 60    /* if the test has failed */

static uint8_t octets[VAULT_MESSAGE_OCTETS + 1];

static size_t good_reply(const char *name, uint8_t algorithm, size_t public_len)
{
	static struct vault_reply reply;
	struct writer w = writer_over(octets, sizeof(octets));

	snprintf(reply.key.name, sizeof(reply.key.name), "%s", name);
	reply.key.algorithm = algorithm;
	reply.key.public_len = public_len;
	reply.signature_len = 64;
	vault_reply_write(&reply, &w);
	return w.len;
}

/* The keeper's end of the channel: with it, the process would never see the channel closed. */
static bool has_other_end(void)
{
	for (int fd = CHANNEL + 1; fd < 64; fd++) {
		int type = 0;
		socklen_t len = sizeof(type);
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET)
			return true;
	}
	return false;
}

/* Starts a process that has the channel too, and outlives this one. Its id goes to a file. */
static void start_helper(void)
{
	char text[24];
	pid_t helper = fork();

	if (helper == 0) {
		alarm(HELPER_ENDS_S);
		while (true)
			pause();
	}
	snprintf(text, sizeof(text), "%d\n", (int)helper);
	file_replace(getenv("HELPER"), text, 0600);
}

static bool ignores(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int stand_in(const char *what)
{
	struct vault_request request;
	ssize_t len;

	while ((len = recv(CHANNEL, octets, sizeof(octets), 0)) > 0) {
		if (!vault_request_read(&request, span_of(octets, (size_t)len)))
			return 1;
		size_t out = good_reply("object=ksk", 13, 64);
		if (request.order == VAULT_ORDER_OPEN || request.order == VAULT_ORDER_LOGIN)
			out = good_reply("", 0, 0);
		else if (strcmp(what, "ends") == 0)
			return 0;
		else if (strcmp(what, "crashes") == 0)
			abort();
		else if (strcmp(what, "helper") == 0) {
			start_helper();
			return 0;
		} else if (strcmp(what, "version") == 0)
			octets[0] = 99;
		else if (strcmp(what, "signals") == 0)
			out = ignores(SIGTERM) || ignores(SIGUSR1) ? 3 : out;
		else if (strcmp(what, "session") == 0)
			out = getsid(0) == getpid() && getpgrp() == getpid() ? out : 3;
		else if (strcmp(what, "silent") == 0)
			continue;
		else if (strcmp(what, "stays") == 0)
			while (true)
				pause();
		else if (strcmp(what, "short") == 0)
			out = 3;
		else if (strcmp(what, "empty") == 0)
			out = 0;
		else if (strcmp(what, "long") == 0)
			out = sizeof(octets);
		else if (strcmp(what, "noise") == 0)
			memset(octets + 1, 0xa5, out - 1);
		else if (strcmp(what, "no-key") == 0)
			out = good_reply("object=ksk", 13, 0);
		else if (strcmp(what, "no-name") == 0)
			out = good_reply("", 15, 32);
		else if (strcmp(what, "algorithm") == 0)
			out = good_reply("object=ksk", 16, 57);
		else if (strcmp(what, "descriptors") == 0)
			out = has_other_end() ? 3 : out;
		send(CHANNEL, octets, out, MSG_NOSIGNAL);
	}
	return 0;
}

static struct vault *open_stand_in_for(const char *what, unsigned limit_ms)
{
	static char self[PATH_MAX];
	struct complaint why = { "" };
	struct vault *vault;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	setenv("STAND_IN", what, 1);
	struct vault_place where = {
		.where = "pkcs11:token=x?module-path=/x.so", .program = self, .limit_ms = limit_ms
	};
	assert_int_equal(vault_open(&vault, &where, &why), VAULT_GOOD);
	return vault;
}

static struct vault *open_stand_in(const char *what)
{
	return open_stand_in_for(what, LIMIT_MS);
}

static void whatever_the_process_says_the_keeper_goes_on(void **state)
{
	static const struct {
		const char *what;
		enum vault_fault find, sign;
	} rows[] = {
		{ "ends", VAULT_AWAY, VAULT_AWAY },
		{ "crashes", VAULT_AWAY, VAULT_AWAY },
		{ "silent", VAULT_HANGS, VAULT_HANGS },
		{ "stays", VAULT_HANGS, VAULT_HANGS },
		{ "version", VAULT_SETTING, VAULT_SETTING },
		{ "short", VAULT_BROKEN, VAULT_BROKEN },
		{ "long", VAULT_BROKEN, VAULT_BROKEN },
		{ "noise", VAULT_BROKEN, VAULT_BROKEN },
		{ "no-key", VAULT_BROKEN, VAULT_BROKEN },
		{ "no-name", VAULT_BROKEN, VAULT_BROKEN },
		{ "algorithm", VAULT_BROKEN, VAULT_BROKEN },
		{ "empty", VAULT_AWAY, VAULT_AWAY },
		{ "lies", VAULT_BROKEN, VAULT_BROKEN },
	};
	struct vault_key key = { .name = "object=ksk", .algorithm = 13, .public_len = 64 };
	struct vault_signature signature;
	struct complaint why = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vault *vault = open_stand_in(rows[i].what);
		struct vault_key found;
		enum vault_fault fault = vault_find(vault, "ksk", &found, &why);
		if (fault != rows[i].find)
			fail_msg("%s: %s: %s", rows[i].what, vault_fault_word(fault), why.text);
		assert_row(rows[i].what, why.text[0] != '\0');
		assert_row(rows[i].what,
		        sign_test_octets(vault, &key, &signature, &why) == rows[i].sign);
		uint64_t began_ms = clock_monotonic_ms();
		vault_close(vault);
		assert_row(rows[i].what, clock_monotonic_ms() - began_ms < AT_ONCE_MS);
	}
}

static void a_program_that_is_not_there_is_named(void **state)
{
	struct vault_place where = { .where = "pkcs11:token=x?module-path=/x.so",
		.program = "/nowhere/sealgate-vault" };
	struct complaint why = { "" };
	struct vault_key key;
	struct vault *vault;

	(void)state;
	assert_int_equal(vault_open(&vault, &where, &why), VAULT_GOOD);
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_AWAY);
	assert_non_null(strstr(why.text, "/nowhere/sealgate-vault"));
	vault_close(vault);
	where.program = NULL; /* it is not beside the tests */
	assert_int_equal(vault_open(&vault, &where, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "libexec"));
}

/* What the keeper has open may be other keys, and the state of zones. */
static void the_process_inherits_no_descriptor_but_its_channel(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	/* a descriptor that is closed by exec, with the number that the channel gets, and others */
	int fds[8];
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct vault *vault = open_stand_in("descriptors");
	/* the point of the reply is not on the curve, which is seen only in a well-formed reply */
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_BROKEN);
	assert_non_null(strstr(why.text, "malformed public key"));
	vault_close(vault);
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
}

/* A module may start processes, which get the channel by fork(). */
static void a_process_that_leaves_another_one_behind_has_ended_and_takes_it_along(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	setenv("HELPER", in_place("helper"), 1);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	struct vault *vault = open_stand_in_for("helper", 2 * AT_ONCE_MS);
	uint64_t began_ms = clock_monotonic_ms();
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_AWAY);
	assert_true(clock_monotonic_ms() - began_ms < AT_ONCE_MS);
	vault_close(vault);
	char *text = file_read(in_place("helper"), 100);
	pid_t helper = (pid_t)atoi(text);
	free(text);
	int status = 0;
	assert_true(helper > 0);
	assert_int_equal(waitpid(helper, &status, 0), helper);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static void signals_that_the_keeper_ignores_are_not_ignored_by_the_process(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	signal(SIGTERM, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	struct vault *vault = open_stand_in("signals");
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_BROKEN);
	assert_non_null(strstr(why.text, "malformed public key"));
	vault_close(vault);
	signal(SIGTERM, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

/* Root may have given the command. Who has root's terminal types commands there. */
static void the_process_is_not_in_the_session_of_the_terminal(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	struct vault *vault = open_stand_in("session");
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_BROKEN);
	assert_non_null(strstr(why.text, "malformed public key"));
	vault_close(vault);
}

/* poll() takes an int, and waits for ever if it is negative. */
static void a_limit_is_at_most_the_longest_one(void **state)
{
	static const struct {
		unsigned given, want;
	} rows[] = {
		{ 0, VAULT_LIMIT_MS },
		{ 1, 1 },
		{ VAULT_LIMIT_MAX_MS, VAULT_LIMIT_MAX_MS },
		{ INT_MAX, VAULT_LIMIT_MAX_MS },
		{ UINT_MAX, VAULT_LIMIT_MAX_MS },
	};
	static struct vault_token token;
	struct complaint why = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vault_place where = { .where = "pkcs11:token=x?module-path=/x.so",
			.program = "/x",
			.limit_ms = rows[i].given };
		assert_int_equal(vault_token_open(&token, &where, &why), VAULT_GOOD);
		assert_int_equal(token.session.limit_ms, rows[i].want);
		vault_token_close(&token);
	}
}

int main(void)
{
	const char *what = getenv("STAND_IN");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_process_says_the_keeper_goes_on),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(the_process_inherits_no_descriptor_but_its_channel),
		cmocka_unit_test(
		        a_process_that_leaves_another_one_behind_has_ended_and_takes_it_along),
		cmocka_unit_test(signals_that_the_keeper_ignores_are_not_ignored_by_the_process),
		cmocka_unit_test(the_process_is_not_in_the_session_of_the_terminal),
		cmocka_unit_test(a_limit_is_at_most_the_longest_one),
	};
	if (what)
		return stand_in(what);
	return cmocka_run_group_tests_name("vault_process", tests, make_place, remove_place);
}
