/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vaults on a real token: SoftHSM2, in the process of the vault and behind `p11-kit server`. */
#include "softhsm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "keeper/vault_process.h"

extern char **environ;

static void keys_of_each_algorithm_are_made_found_and_sign_what_openssl_accepts(void **state)
{
	static const uint8_t algorithms[] = { 8, 13, 15 };
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key made, found;
	struct keypair pair;
	struct name zone;

	(void)state;
	make_token("each");
	use_token("each", SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_true(name_from_text("example.org", &zone));
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		char label[16];
		snprintf(label, sizeof(label), "ksk %u;x", algorithms[i]);
		assert_good(vault_make(vault, algorithms[i], label, &made, &why), &why);
		assert_int_equal(made.algorithm, algorithms[i]);
		assert_good(vault_find(vault, label, &found, &why), &why);
		assert_string_equal(found.name, made.name);
		assert_good(vault_find(vault, made.name, &found, &why), &why);
		assert_true(span_equal(vault_key_public(&found), vault_key_public(&made)));
		assert_good(sign_test_octets(vault, &found, &signature, &why), &why);
		assert_true(vault_key_pair(&found, &zone, KEYPAIR_KSK, &pair));
		assert_int_equal(verified_elsewhere(&found, &signature), pair.tag);
	}
	for (unsigned i = 0; i < COUNT(algorithms); i++)
		assert_good(vault_list(vault, i, &found, &why), &why);
	assert_int_equal(vault_list(vault, COUNT(algorithms), &found, &why), VAULT_NO_KEY);
	vault_close(vault);
}

static void pkcs11_tool(const char *token, const char *type, const char *label, const char *id)
{
	free(run_tool((const char *const[]){ "pkcs11-tool", "--module", SOFTHSM, "--login", "--pin",
	        TOKEN_PIN, "--token-label", token, "--keypairgen", "--key-type", type, "--label",
	        label, "--id", id, "--usage-sign", NULL }));
}

static void keys_that_somebody_else_made_are_used_and_of_two_with_one_label_none(void **state)
{
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key;

	(void)state;
	make_token("other");
	use_token("other", SOFTHSM);
	pkcs11_tool("other", "EC:prime256v1", "ksk", "01");
	struct vault *vault = open_vault(0);
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	verified_elsewhere(&key, &signature);

	pkcs11_tool("other", "EC:prime256v1", "ksk", "02");
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_SEVERAL);
	assert_non_null(strstr(why.text, "id=%01"));
	assert_non_null(strstr(why.text, "id=%02"));
	assert_good(vault_find(vault, "id=%02", &key, &why), &why);
	assert_non_null(strstr(key.name, "id=%02"));
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);

	pkcs11_tool("other", "EC:secp384r1", "large", "03");
	assert_int_equal(vault_find(vault, "large", &key, &why), VAULT_UNFIT);
	assert_int_equal(vault_list(vault, 2, &key, &why), VAULT_NO_KEY);
	assert_int_equal(vault_find(vault, "nobody", &key, &why), VAULT_NO_KEY);
	vault_close(vault);
}

static void a_shared_ksk_has_one_tag_in_every_zone(void **state)
{
	static const char *const names[] = { "example.org", "a.test", "." };
	struct complaint why = { "" };
	struct keypair pair[COUNT(names)];
	struct vault_key key;
	struct name zone;

	(void)state;
	make_token("shared");
	use_token("shared", SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(name_from_text(names[i], &zone));
		assert_true(vault_key_pair(&key, &zone, KEYPAIR_KSK, &pair[i]));
		assert_int_equal(pair[i].tag, pair[0].tag);
	}
	vault_close(vault);
}

static void use_module_by_name(const char *token)
{
	snprintf(uri, sizeof(uri), "pkcs11:token=%s?module-name=softhsm2&pin-source=%.300s", token,
	        in_place("pin"));
}

static void a_module_is_found_by_its_name_in_the_configuration_of_p11_kit(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	if (access("/usr/share/p11-kit/modules/softhsm2.module", R_OK) != 0)
		skip();
	make_token("named");
	use_module_by_name("named");
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	vault_close(vault);
	memcpy(strstr(uri, "softhsm2"), "softhsmX", 8);
	vault = open_vault(0);
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "list-modules"));
	vault_close(vault);
}

static void a_token_that_comes_later_is_found_then(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	use_token("later", SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_int_equal(vault_make(vault, 13, "ksk", &key, &why), VAULT_AWAY);
	assert_non_null(strstr(why.text, "no such token now"));
	make_token("later");
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	vault_close(vault);
}

/* The process of the vault, which is our only child. */
static pid_t child_of_ours(void)
{
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	FILE *file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	return (pid_t)atoi(text);
}

static void a_process_that_was_killed_is_started_anew_and_a_closed_one_is_gone(void **state)
{
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key;

	(void)state;
	make_token("killed");
	use_token("killed", SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	pid_t first = child_of_ours();
	if (first <= 0) {
		vault_close(vault);
		skip();
	}
	kill(first, SIGKILL);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	pid_t second = child_of_ours();
	assert_int_not_equal(second, first);
	vault_close(vault);
	assert_int_equal(kill(second, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void the_pin_is_in_no_command_line_and_no_environment(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;
	char path[64];
	static char seen[1 << 18];

	(void)state;
	if (geteuid() != 0)
		skip(); /* the process shows itself to nobody else */
	make_token("hidden");
	use_token("hidden", SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	static const char *const files[] = { "cmdline", "environ" };
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)child_of_ours(), files[i]);
		FILE *file = fopen(path, "r");
		size_t len = file ? fread(seen, 1, sizeof(seen), file) : 0;
		assert_true(len > 0);
		assert_null(memmem(seen, len, "=" TOKEN_PIN, strlen("=" TOKEN_PIN)));
		assert_null(memmem(seen, len, "\0" TOKEN_PIN, 1 + strlen(TOKEN_PIN)));
		if (file)
			fclose(file);
	}
	vault_close(vault);
}

/* Returns the value behind a word in a file of the process of the vault; 0 if it is not there. */
static unsigned long value_in(const char *file, const char *word, int base)
{
	char path[64], line[256];
	unsigned long value = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)child_of_ours(), file);
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (strncmp(line, word, strlen(word)) == 0)
			value = strtoul(line + strlen(word), NULL, base);
	}
	fclose(in);
	return value;
}

/* The PIN is in its memory, and what the keeper has open is not for a module. */
static void the_process_leaves_no_dump_and_has_nothing_of_the_keeper(void **state)
{
	struct complaint why = { "" };
	struct rlimit core = { 1, 1 };
	struct vault_key key;
	char path[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	make_token("guarded");
	use_token("guarded", SOFTHSM);
	int open_fd = fcntl(STDIN_FILENO, F_DUPFD, 200); /* not closed by exec */
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	assert_int_equal(prlimit(child_of_ours(), RLIMIT_CORE, NULL, &core), 0);
	assert_int_equal(core.rlim_max, 0);
	assert_int_equal(value_in("status", "NoNewPrivs:", 10), 1);
	assert_true(value_in("fdinfo/3", "flags:", 8) & O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)child_of_ours(), open_fd);
	assert_int_equal(readlink(path, (char[8]){ 0 }, 8), -1);
	close(open_fd);
	vault_close(vault);
}

/* As after an upgrade of only one of the two. */
static void a_keeper_of_another_version_is_told_so(void **state)
{
	struct vault_process process = VAULT_PROCESS_NONE;
	struct complaint why = { "" };
	struct vault_reply reply;
	uint8_t octets[2000] = { 99, 1, 0 };

	(void)state;
	assert_int_equal(vault_process_start(&process, vault_program(), &why), VAULT_GOOD);
	assert_int_equal(send(process.channel, octets, 3, 0), 3);
	ssize_t len = recv(process.channel, octets, sizeof(octets), 0);
	assert_true(len > 0);
	assert_true(vault_reply_read(&reply, span_of(octets, (size_t)len)));
	assert_int_equal(reply.fault, VAULT_SETTING);
	vault_process_end(&process, 2000);
	assert_int_equal(process.pid, 0);
}

/* ---- Behind p11-kit server ---- */

static pid_t server_pid; /* 0: none runs */

static void start_server(const char *token)
{
	char pattern[64], socket[PATH_MAX];
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;

	snprintf(pattern, sizeof(pattern), "pkcs11:token=%s", token);
	snprintf(socket, sizeof(socket), "%s", in_place("server"));
	unlink(socket);
	char *const argv[] = { (char[]){ "p11-kit" }, (char[]){ "server" }, (char[]){ "-f" },
		(char[]){ "-n" }, socket, (char[]){ "--provider" }, (char[]){ SOFTHSM }, pattern,
		NULL };
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2); /* it tells of clients that end */
	assert_int_equal(
	        posix_spawnp(&server_pid, argv[0], &actions, &attributes, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	for (int i = 0; i < 500 && access(socket, F_OK) != 0; i++)
		usleep(10000);
	assert_int_equal(access(socket, F_OK), 0);
	char address[PATH_MAX + 16];
	snprintf(address, sizeof(address), "unix:path=%s", socket);
	setenv("P11_KIT_SERVER_ADDRESS", address, 1);
}

/* Also the end of a test that has failed. */
static int stop_server(void **state)
{
	(void)state;
	if (server_pid == 0)
		return 0;
	kill(-server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
	server_pid = 0;
	return 0;
}

static void a_server_is_used_lost_found_again_and_killed_when_it_hangs(void **state)
{
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key;

	(void)state;
	if (access(CLIENT, R_OK) != 0 || access("/usr/bin/p11-kit", X_OK) != 0)
		skip();
	make_token("far");
	use_token("far", CLIENT);
	start_server("far");
	struct vault *vault = open_vault(2000);
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	verified_elsewhere(&key, &signature);

	/* it hangs: the keeper must not */
	kill(-server_pid, SIGSTOP);
	uint64_t began_ms = clock_monotonic_ms();
	assert_int_equal(sign_test_octets(vault, &key, &signature, &why), VAULT_HANGS);
	uint64_t waited_ms = clock_monotonic_ms() - began_ms;
	assert_in_range(waited_ms, 2000,
	        60000); /* a busy machine is slow, a keeper that hangs waits for ever */
	assert_non_null(strstr(why.text, "did not answer within 2 s"));
	kill(-server_pid, SIGCONT);
	outwait_pause(VAULT_HANGS, 2000);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);

	/* it is gone, and comes back: without a restart of anything */
	stop_server(NULL);
	enum vault_fault fault = sign_test_octets(vault, &key, &signature, &why);
	assert_int_equal(fault, VAULT_AWAY);
	assert_true(vault_fault_passes(fault));
	start_server("far");
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	verified_elsewhere(&key, &signature);
	vault_close(vault);
	stop_server(NULL);
}

/* ---- What p11-kit is told to log ---- */

#define NOBODY 65534

/* Signs as a user whose p11-kit logs all calls. Runs in a process of its own. Returns its exit
 * status. */
static int sign_where_calls_are_logged(void)
{
	struct vault_place where = { .where = uri, .program = in_place("sealgate-vault") };
	struct complaint why = { "" };
	struct vault_key key;
	struct vault *vault;

	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return 2;
	setenv("XDG_CONFIG_HOME", place, 1);
	if (!freopen(in_place("stderr"), "w", stderr))
		return 3;
	struct process control;
	if (process_run(&control, (const char *const[]){ "p11-kit", "list-modules", NULL }, NULL) !=
	                0 ||
	        !strstr(control.err, "C_GetSlotList"))
		return 77;
	process_fini(&control);
	if (vault_open(&vault, &where, &why) != VAULT_GOOD)
		return 4;
	enum vault_fault fault = vault_make(vault, 13, "ksk", &key, &why);
	vault_close(vault);
	if (fault != VAULT_GOOD)
		fprintf(stderr, "%s\n", why.text);
	return fault == VAULT_GOOD ? 0 : 5;
}

static void the_pin_is_not_logged_even_if_all_calls_are(void **state)
{
	int status;

	(void)state;
	make_token("logged");
	/* p11-kit reads its configuration for modules that it knows by name */
	use_module_by_name("logged");
	if (mkdir(in_place("pkcs11"), 0755) != 0)
		fail();
	put_file("pkcs11/pkcs11.conf", "log-calls: yes\n");
	free(run_tool(
	        (const char *const[]){ "cp", vault_program(), in_place("sealgate-vault"), NULL }));
	if (geteuid() == 0)
		free(run_tool((const char *const[]){ "chown", "-R", "65534", place, NULL }));
	pid_t child = fork();
	if (child == 0)
		_exit(sign_where_calls_are_logged());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip();
	char *said = file_read(in_place("stderr"), 1 << 20);
	assert_non_null(said);
	if (status != 0)
		fail_msg("%d: %s", WEXITSTATUS(status), said);
	assert_null(strstr(said, TOKEN_PIN));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        keys_of_each_algorithm_are_made_found_and_sign_what_openssl_accepts),
		cmocka_unit_test(
		        keys_that_somebody_else_made_are_used_and_of_two_with_one_label_none),
		cmocka_unit_test(a_shared_ksk_has_one_tag_in_every_zone),
		cmocka_unit_test(a_module_is_found_by_its_name_in_the_configuration_of_p11_kit),
		cmocka_unit_test(a_token_that_comes_later_is_found_then),
		cmocka_unit_test(
		        a_process_that_was_killed_is_started_anew_and_a_closed_one_is_gone),
		cmocka_unit_test(the_pin_is_in_no_command_line_and_no_environment),
		cmocka_unit_test(the_process_leaves_no_dump_and_has_nothing_of_the_keeper),
		cmocka_unit_test(a_keeper_of_another_version_is_told_so),
		cmocka_unit_test_teardown(
		        a_server_is_used_lost_found_again_and_killed_when_it_hangs, stop_server),
		cmocka_unit_test(
		        the_pin_is_not_logged_even_if_all_calls_are), /* the last: it gives everything away */
	};
	if (!has_softhsm()) {
		puts("1..0 # SKIP softhsm2 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name("token", tests, make_place, remove_place);
}
