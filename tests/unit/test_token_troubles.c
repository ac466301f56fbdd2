/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a token can do wrong, one after the other: tests/vault/troubled.c does it on command. */
#include "softhsm.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"

#define LIMIT_MS 1500

static struct vault_key ksk; /* on the token of all these tests */
static char module[PATH_MAX + 32], calls_file[PATH_MAX + 32];

static void make_trouble(const char *text)
{
	put_file("troubles", text);
	unlink(calls_file);
}

static unsigned calls_of(const char *function)
{
	char *text = file_read(calls_file, 1 << 20);
	unsigned count = 0;
	size_t len = strlen(function);

	for (char *line = text; line && *line; line += strcspn(line, "\n") + 1)
		count += strncmp(line, function, len) == 0 && line[len] == '\n';
	free(text);
	return count;
}

static int make_troubled_token(void **state)
{
	struct complaint why;

	if (!has_softhsm())
		return 0;
	if (make_place(state) != 0)
		return -1;
	snprintf(module, sizeof(module), "%s", vault_program());
	snprintf(strrchr(module, '/') - strlen("/.."), 32, "/troubled.so");
	snprintf(calls_file, sizeof(calls_file), "%s.calls", in_place("troubles"));
	setenv("TROUBLES", in_place("troubles"), 1);
	make_token("bad");
	use_token("bad", module);
	make_trouble("");
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &ksk, &why), &why);
	vault_close(vault);
	return 0;
}

/* Somebody who is served while an answer is waited for. */
struct caller {
	struct vault *vault;
	int pipe[2];
	unsigned calls;
	enum vault_fault fault;
};

static void call_in_between(void *context)
{
	struct caller *caller = context;
	struct vault_key key;
	struct complaint why;
	char octet;

	assert_int_equal(read(caller->pipe[0], &octet, 1), 1);
	caller->calls++;
	caller->fault = vault_find(caller->vault, ksk.name, &key, &why);
}

/* The answer to the one would be taken for that of the other. */
static void who_calls_while_another_waits_for_the_token_does_not_ask_it(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("C_Sign 0xdead 1");
	struct caller caller = { .vault = open_vault(LIMIT_MS) };
	assert_int_equal(pipe(caller.pipe), 0);
	vault_set_wait(caller.vault, &(struct vault_wait){ .call_fd = caller.pipe[0],
	                                     .stop_fd = -1,
	                                     .call = call_in_between,
	                                     .context = &caller });
	assert_int_equal(write(caller.pipe[1], "x", 1), 1);
	assert_int_equal(sign_test_octets(caller.vault, &ksk, &signature, &why), VAULT_HANGS);
	assert_int_equal(caller.calls, 1);
	assert_int_equal(caller.fault, VAULT_AWAY);
	vault_close(caller.vault);
	close(caller.pipe[0]);
	close(caller.pipe[1]);
}

static void a_trouble_is_got_over_once_or_named(void **state)
{
	static const struct {
		const char *why, *trouble;
		enum vault_fault want;
		unsigned logins, signs;
	} rows[] = {
		{ "no trouble", "", VAULT_GOOD, 1, 1 },
		{ "object handle invalid", "C_SignInit 0x82 1", VAULT_GOOD, 2, 1 },
		{ "key handle invalid", "C_SignInit 0x60 1", VAULT_GOOD, 2, 1 },
		{ "session handle invalid", "C_Sign 0xb3 1", VAULT_GOOD, 2, 2 },
		{ "session closed", "C_Sign 0xb0 1", VAULT_GOOD, 2, 2 },
		{ "not initialized, as after fork()", "C_FindObjectsInit 0x190 1", VAULT_GOOD, 2,
		        1 },
		{ "token not present for a moment", "C_Sign 0xe0 1", VAULT_GOOD, 2, 2 },
		{ "device error", "C_Sign 0x30 1", VAULT_GOOD, 2, 2 },
		{ "general error", "C_Sign 0x5 1", VAULT_GOOD, 2, 2 },
		{ "function failed", "C_Sign 0x6 1", VAULT_GOOD, 2, 2 },
		{ "not logged in", "C_SignInit 0x101 1", VAULT_GOOD, 2, 1 },
		{ "the module crashes once", "C_Sign 0xcafe 1", VAULT_GOOD, 2, 2 },
		{ "a session cannot be opened at first", "C_OpenSession 0xb3 1", VAULT_GOOD, 1, 1 },
		{ "a lost session stays lost", "C_Sign 0xb3 9", VAULT_AWAY, 2, 2 },
		{ "a general error that stays", "C_Sign 0x5 9", VAULT_AWAY, 2, 2 },
		{ "the module always crashes", "C_Sign 0xcafe 9", VAULT_AWAY, 2, 2 },
		{ "the module cannot be started", "C_Initialize 0x5 9", VAULT_AWAY, 0, 0 },
		{ "the token is gone", "C_GetTokenInfo 0xe0 9", VAULT_AWAY, 0, 0 },
		{ "no session is free", "C_OpenSession 0xb1 9", VAULT_AWAY, 0, 0 },
		{ "an error of the vendor's", "C_Sign 0x80000123 1", VAULT_BROKEN, 1, 1 },
		{ "the key may not sign", "C_SignInit 0x68 1", VAULT_UNFIT, 1, 0 },
		{ "the mechanism is unknown", "C_SignInit 0x70 1", VAULT_CANNOT, 1, 0 },
		{ "a wrong signature", "spoil 1 1", VAULT_BROKEN, 1, 1 },
		{ "the key wants the PIN each time", "always 1 1\nwants-pin 1 1", VAULT_GOOD, 1,
		        1 },
		{ "the PIN is wanted, and no attribute says so", "wants-pin 1 9", VAULT_AWAY, 2,
		        2 },
		{ "the module hangs while it signs", "C_Sign 0xdead 1", VAULT_HANGS, 1, 1 },
		{ "the module hangs at its start", "C_Initialize 0xdead 1", VAULT_HANGS, 0, 0 },
		{ "a login that did not come to the PIN", "C_Login 0xb3 1", VAULT_GOOD, 2, 1 },
		{ "a login that never comes to the PIN", "C_Login 0xb3 9", VAULT_AWAY, 2, 0 },
		{ "the user PIN is locked", "flags 0x40000 9", VAULT_PIN_LOCKED, 0, 0 },
		{ "one try is left", "flags 0x20000 9", VAULT_PIN_LOCKED, 0, 0 },
		{ "a wrong PIN was tried before", "flags 0x10000 9", VAULT_GOOD, 1, 1 },
	};
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_trouble(rows[i].trouble);
		struct vault *vault = open_vault(LIMIT_MS);
		enum vault_fault fault = sign_test_octets(vault, &ksk, &signature, &why);
		if (fault != rows[i].want)
			fail_msg("%s: %s: %s", rows[i].why, vault_fault_word(fault), why.text);
		assert_row(rows[i].why, calls_of("C_Login") == rows[i].logins);
		assert_row(rows[i].why, calls_of("C_Sign") == rows[i].signs);
		if (fault == VAULT_GOOD)
			verified_elsewhere(&ksk, &signature);
		make_trouble("");
		outwait_pause(fault, LIMIT_MS);
		if (fault != VAULT_GOOD &&
		        sign_test_octets(vault, &ksk, &signature, &why) != VAULT_GOOD)
			fail_msg("%s, and afterwards: %s", rows[i].why, why.text);
		vault_close(vault);
	}
}

static void a_login_without_a_clear_outcome_is_not_tried_again(void **state)
{
	static const struct {
		const char *why, *trouble;
		enum vault_fault first, next;
	} rows[] = {
		{ "the module hangs", "C_Login 0xdead 1", VAULT_HANGS, VAULT_PIN_DOUBT },
		{ "the module crashes", "C_Login 0xcafe 1", VAULT_AWAY, VAULT_PIN_DOUBT },
		{ "a general error", "C_Login 0x5 1", VAULT_PIN_DOUBT, VAULT_PIN_DOUBT },
		{ "the token went", "C_Login 0x32 1", VAULT_PIN_DOUBT, VAULT_PIN_DOUBT },
		{ "the module always hangs", "C_Login 0xdead 9", VAULT_HANGS, VAULT_PIN_DOUBT },
		{ "always a general error", "C_Login 0x5 9", VAULT_PIN_DOUBT, VAULT_PIN_DOUBT },
		{ "the PIN has expired", "C_Login 0xa3 1", VAULT_PIN_LOCKED, VAULT_PIN_LOCKED },
		{ "the PIN is locked", "C_Login 0xa4 1", VAULT_PIN_LOCKED, VAULT_PIN_LOCKED },
	};
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_trouble(rows[i].trouble);
		struct vault *vault = open_vault(LIMIT_MS);
		enum vault_fault fault = sign_test_octets(vault, &ksk, &signature, &why);
		if (fault != rows[i].first)
			fail_msg("%s: %s: %s", rows[i].why, vault_fault_word(fault), why.text);
		outwait_pause(fault, LIMIT_MS);
		for (int again = 0; again < 2; again++)
			assert_row(rows[i].why,
			        sign_test_octets(vault, &ksk, &signature, &why) == rows[i].next);
		assert_row(rows[i].why, calls_of("C_Login") == 1);
		vault_close(vault);
	}
}

/* A session that has given such an answer may give more of them. */
static void after_an_answer_that_makes_no_sense_the_session_is_a_new_one(void **state)
{
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("C_FindObjectsInit 0x80000123 1");
	struct vault *vault = open_vault(LIMIT_MS);
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_BROKEN);
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	assert_int_equal(calls_of("C_Login"), 2);
	vault_close(vault);
}

static void a_hanging_module_costs_the_limit_once_and_then_nobody_waits_for_it(void **state)
{
	struct vault_signature signature;
	struct complaint why, again;

	(void)state;
	make_trouble("C_Sign 0xdead 9");
	struct vault *vault = open_vault(LIMIT_MS);
	uint64_t began_ms = clock_monotonic_ms();
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_HANGS);
	assert_in_range(clock_monotonic_ms() - began_ms, LIMIT_MS, LIMIT_MS + 1000);
	make_trouble("");
	began_ms = clock_monotonic_ms();
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &again), VAULT_HANGS);
	assert_in_range(clock_monotonic_ms() - began_ms, 0, LIMIT_MS / 2);
	assert_string_equal(again.text, why.text);
	assert_non_null(strstr(why.text, "no zone asks the token for 3 s now"));
	assert_int_equal(calls_of("C_Sign"), 0);
	outwait_pause(VAULT_HANGS, LIMIT_MS);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	vault_close(vault);
}

/* Returns the first child of a process, or 0. */
static pid_t child_of(pid_t process)
{
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)process, (int)process);
	FILE *file = fopen(path, "r");
	if (file && !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	return (pid_t)atoi(text);
}

/* A module that hangs does not see that the keeper has closed the socket. */
static void a_keeper_that_was_killed_takes_a_hanging_module_along(void **state)
{
	struct vault_signature signature;
	struct complaint why;
	pid_t vault_process = 0;
	int status;

	(void)state;
	make_trouble("C_Sign 0xdead 1");
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid_t keeper = fork();
	if (keeper == 0) {
		alarm(20);
		sign_test_octets(open_vault(15000), &ksk, &signature, &why);
		_exit(0);
	}
	for (int i = 0; i < 500 && calls_of("C_Sign") == 0; i++)
		usleep(10000);
	vault_process = child_of(keeper);
	kill(keeper, SIGKILL);
	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	if (vault_process <= 0)
		skip();
	pid_t ended = 0;
	for (int i = 0; i < 500 && ended == 0; i++) {
		ended = waitpid(vault_process, &status, WNOHANG);
		usleep(10000);
	}
	if (ended == 0)
		kill(vault_process, SIGKILL);
	assert_int_equal(ended, vault_process);
}

static void a_vault_that_is_closed_closes_its_session(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(0);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	vault_close(vault);
	assert_int_equal(calls_of("C_CloseSession"), 1);
}

static void handles_are_found_once_a_session(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(0);
	for (int i = 0; i < 5; i++)
		assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	assert_int_equal(calls_of("C_FindObjectsInit"), 1);
	assert_int_equal(calls_of("C_Login"), 1);
	vault_close(vault);
}

static void making_a_key_says_what_the_token_lacks(void **state)
{
	static const struct {
		const char *why, *trouble;
		uint8_t algorithm;
		enum vault_fault want;
	} rows[] = {
		{ "the token is full", "C_GenerateKeyPair 0x31 1", 13, VAULT_FULL },
		{ "the token is read-only, and says so", "flags 0x2 9", 13, VAULT_READ_ONLY },
		{ "the token is read-only at the write", "C_GenerateKeyPair 0xe2 1", 13,
		        VAULT_READ_ONLY },
		{ "the session is read-only", "C_GenerateKeyPair 0xb5 1", 13, VAULT_READ_ONLY },
		{ "no Ed25519", "C_GenerateKeyPair 0x70 1", 15, VAULT_CANNOT },
		{ "no such curve", "C_GenerateKeyPair 0x130 1", 15, VAULT_CANNOT },
		{ "an algorithm that nobody signs with", "", 14, VAULT_CANNOT },
		{ "the session is lost before it", "C_GenerateKeyPair 0xb3 1", 13, VAULT_GOOD },
		{ "the process ends, and may have made one", "C_GenerateKeyPair 0xcafe 1", 13,
		        VAULT_GOOD },
		{ "the curve is not supported", "C_GenerateKeyPair 0x140 1", 15, VAULT_CANNOT },
		{ "the template lacks something", "C_GenerateKeyPair 0xd0 1", 13, VAULT_CANNOT },
		{ "no policy allows it", "C_GenerateKeyPair 0x1b 1", 13, VAULT_CANNOT },
		{ "points that are not wrapped, P-256", "raw 1 9", 13, VAULT_GOOD },
		{ "points that are not wrapped, Ed25519", "raw 1 9", 15, VAULT_GOOD },
	};
	struct vault_signature signature;
	struct vault_key key;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_trouble(rows[i].trouble);
		struct vault *vault = open_vault(LIMIT_MS);
		enum vault_fault fault = vault_make(vault, rows[i].algorithm, "new", &key, &why);
		if (fault != rows[i].want)
			fail_msg("%s: %s: %s", rows[i].why, vault_fault_word(fault), why.text);
		if (fault == VAULT_GOOD) {
			assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
			verified_elsewhere(&key, &signature);
		}
		vault_close(vault);
	}
}

/* The keeper must not fill a token with keys, one for each answer that was lost. */
static void an_order_to_make_a_key_that_is_repeated_makes_one_key(void **state)
{
	static const struct {
		const char *trouble;
		enum vault_fault first;
	} rows[] = {
		{ "C_FindObjectsInit_made 0x5 1", VAULT_GOOD },
		{ "C_FindObjectsInit_made 0xcafe 1", VAULT_GOOD },
		{ "C_FindObjectsInit_made 0xdead 1", VAULT_HANGS },
		{ "C_FindObjectsInit_made 0x80000001 1", VAULT_BROKEN },
	};
	struct vault_key key, next;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_trouble(rows[i].trouble);
		struct vault *vault = open_vault(LIMIT_MS);
		enum vault_fault fault = vault_make(vault, 13, "once", &key, &why);
		if (fault != rows[i].first)
			fail_msg("%s: %s: %s", rows[i].trouble, vault_fault_word(fault), why.text);
		outwait_pause(fault, LIMIT_MS);
		if (fault != VAULT_GOOD)
			assert_good(vault_make(vault, 13, "once", &key, &why), &why);
		assert_row(rows[i].trouble, calls_of("C_GenerateKeyPair") == 1);
		assert_good(vault_make(vault, 13, "once", &next, &why), &why);
		assert_row(rows[i].trouble, strcmp(next.name, key.name) != 0);
		assert_row(rows[i].trouble, calls_of("C_GenerateKeyPair") == 2);
		vault_close(vault);
	}
}

/* Otherwise a key is called unfit, or loses its label, because a line was cut for a moment. */
static void a_token_that_cannot_be_read_says_nothing_of_its_keys(void **state)
{
	static const struct {
		const char *trouble;
		enum vault_fault want;
	} rows[] = {
		{ "C_GetAttributeValue 0x5 1", VAULT_GOOD },
		{ "C_GetAttributeValue 0xb3 1", VAULT_GOOD },
		{ "C_GetAttributeValue 0x30 1", VAULT_GOOD },
		{ "C_GetAttributeValue 0x5 9", VAULT_AWAY },
		{ "C_GetAttributeValue 0x80000001 1", VAULT_BROKEN },
		{ "C_FindObjects 0x5 1", VAULT_GOOD },
		{ "C_FindObjects 0x5 9", VAULT_AWAY },
		{ "many 1 1", VAULT_BROKEN },
		{ "many 1 9", VAULT_BROKEN },
	};
	struct vault_key key;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *trouble = rows[i / 2].trouble;
		make_trouble(trouble);
		struct vault *vault = open_vault(LIMIT_MS);
		enum vault_fault fault = i % 2 ? vault_list(vault, 0, &key, &why)
		                               : vault_find(vault, ksk.name, &key, &why);
		if (fault != rows[i / 2].want)
			fail_msg("%s: %s: %s", trouble, vault_fault_word(fault), why.text);
		if (fault == VAULT_GOOD && i % 2 == 0)
			assert_string_equal(key.name, ksk.name);
		vault_close(vault);
	}
}

static void an_attribute_that_a_token_does_not_show_is_none(void **state)
{
	struct vault_signature signature;
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(LIMIT_MS);
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	make_trouble("C_GetAttributeValue 0x11 1"); /* CKA_ALWAYS_AUTHENTICATE */
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	make_trouble("C_GetAttributeValue 0x12 1"); /* the label */
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	assert_int_equal(strncmp(key.name, "id=", 3), 0);
	vault_close(vault);
}

/* As on cards with the layout of PIV: "SIGN key" and "SIGN pubkey" with one id. */
static void a_public_key_is_found_by_its_id_whatever_its_label(void **state)
{
	struct vault_signature signature;
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("other-label 1 99");
	struct vault *vault = open_vault(LIMIT_MS);
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	verified_elsewhere(&key, &signature);
	vault_close(vault);
}

static void a_name_that_would_be_cut_or_sent_as_another_one_is_refused(void **state)
{
	static const struct {
		const char *why, *name;
		enum vault_fault want;
	} rows[] = {
		{ "a part that does not count", "object=ksk;token=other", VAULT_NO_KEY },
		{ "a part that is no part", "object=ksk;idd=%01", VAULT_NO_KEY },
		{ "a part behind", "object=ksk?module-name=x", VAULT_NO_KEY },
		{ "two labels", "object=other;object=ksk", VAULT_NO_KEY },
		{ "an octet that is not ASCII", "k\303\266nig", VAULT_NO_KEY },
		{ "the label", "ksk", VAULT_GOOD },
		{ "the label in a URI", "object=ksk", VAULT_GOOD },
		{ "a label that looks like an id", "object=id%3D1", VAULT_NO_KEY },
	};
	char longer[300], name[320];
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(LIMIT_MS);
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum vault_fault fault = vault_find(vault, rows[i].name, &key, &why);
		if (fault != rows[i].want)
			fail_msg("%s: %s: %s", rows[i].why, vault_fault_word(fault), why.text);
	}
	memset(longer, 'x', sizeof(longer));
	longer[256] = '\0';
	assert_good(vault_make(vault, 13, longer, &key, &why), &why);
	assert_good(vault_find(vault, longer, &key, &why), &why);
	longer[256] = 'x';
	longer[264] = '\0';
	assert_int_equal(vault_find(vault, longer, &key, &why), VAULT_NO_KEY);
	snprintf(name, sizeof(name), "object=%s", longer);
	assert_int_equal(vault_find(vault, name, &key, &why), VAULT_NO_KEY);
	assert_int_equal(vault_make(vault, 13, longer, &key, &why), VAULT_SETTING);
	assert_int_equal(vault_make(vault, 13, "id=1", &key, &why), VAULT_SETTING);
	assert_int_equal(vault_make(vault, 13, "k\303\266nig", &key, &why), VAULT_SETTING);
	assert_int_equal(vault_make(vault, 13, "", &key, &why), VAULT_SETTING);
	/* six keys are not there, each of which is looked for in a new session, too; no process has
	 * crashed */
	assert_int_equal(calls_of("C_Initialize"), 1 + 6);
	vault_close(vault);
}

static void rsa_signs_on_tokens_that_do_not_hash(void **state)
{
	struct vault_signature signature;
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 8, "rsa", &key, &why), &why);
	make_trouble("C_GetMechanismInfo 0x70 1\nno-hash 1 9");
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	verified_elsewhere(&key, &signature);
	vault_close(vault);
}

static void a_key_that_may_not_sign_is_not_taken(void **state)
{
	struct vault_key key;
	struct complaint why;

	(void)state;
	make_trouble("no-sign 1 1");
	struct vault *vault = open_vault(0);
	assert_int_equal(vault_find(vault, "ksk", &key, &why), VAULT_UNFIT);
	assert_good(vault_find(vault, "ksk", &key, &why), &why);
	vault_close(vault);
}

/* Signs with a vault that is opened for this, as after a restart of the keeper. */
static enum vault_fault sign_after_restart(struct complaint *why)
{
	struct vault_place where = {
		.where = uri, .program = vault_program(), .refused_pin = in_place("refused")
	};
	struct vault_signature signature;
	struct vault *vault;

	assert_int_equal(vault_open(&vault, &where, why), VAULT_GOOD);
	enum vault_fault fault = sign_test_octets(vault, &ksk, &signature, why);
	enum vault_fault again = sign_test_octets(vault, &ksk, &signature, why);
	assert_int_equal(fault, again);
	vault_close(vault);
	return fault;
}

static void a_wrong_pin_is_tried_once_ever(void **state)
{
	struct complaint why;
	struct stat st;

	(void)state;
	make_trouble("");
	put_file("pin", "9999\n");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(sign_after_restart(&why), VAULT_PIN_WRONG);
		assert_non_null(strstr(why.text, in_place("refused")));
		assert_null(strstr(why.text, "9999"));
	}
	assert_int_equal(calls_of("C_Login"), 1);
	assert_int_equal(stat(in_place("refused"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* another one is tried, and the right one ends the memory */
	put_file("pin", TOKEN_PIN "\n");
	assert_int_equal(sign_after_restart(&why), VAULT_GOOD);
	assert_int_equal(calls_of("C_Login"), 2);
	assert_int_not_equal(access(in_place("refused"), F_OK), 0);
}

static void a_refused_pin_is_tried_again_when_the_operator_removes_the_memory(void **state)
{
	struct complaint why;

	(void)state;
	make_trouble("C_Login 0xa0 1");
	assert_int_equal(sign_after_restart(&why), VAULT_PIN_WRONG);
	assert_int_equal(sign_after_restart(&why), VAULT_PIN_WRONG);
	assert_int_equal(unlink(in_place("refused")), 0);
	assert_int_equal(sign_after_restart(&why), VAULT_GOOD);
}

static void a_wrong_pin_for_one_signature_is_not_tried_again_either(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("always 1 9\nC_Login_again 0xa0 9");
	struct vault *vault = open_vault(0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_PIN_WRONG);
	assert_int_equal(calls_of("C_Login_again"), 1);
	assert_int_equal(calls_of("C_Login"), 1);
	vault_close(vault);
}

/* Another PIN that lies in the file meanwhile was never tried. */
static void the_pin_that_was_sent_is_remembered_and_not_the_one_in_the_file_since(void **state)
{
	struct vault_signature signature;
	struct vault_key found;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(0);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	put_file("pin", "4321\n");
	make_trouble("C_Sign 0xb3 1\nC_Login 0xb3 9");
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_AWAY);
	put_file("pin", TOKEN_PIN "\n");
	make_trouble("always 1 1");
	assert_good(vault_find(vault, "ksk", &found, &why), &why);
	put_file("pin", "4321\n");
	make_trouble("always 1 1\nC_Login_again 0xa0 1");
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_PIN_WRONG);
	make_trouble("C_Login 0xb3 9"); /* the login does not come to the PIN */
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_AWAY);
	assert_int_equal(calls_of("C_Login"), 2);
	put_file("pin", TOKEN_PIN "\n");
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_PIN_WRONG);
	vault_close(vault);
}

/* A login that gets no answer may have been counted as a wrong one, also by the keeper that comes
 * next. */
static void a_login_without_an_answer_is_not_tried_again_after_a_restart(void **state)
{
	static const char *const troubles[] = { "C_Login 0xcafe 9", "C_Login 0x5 9",
		"C_Login 0x31 9" };
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(troubles); i++) {
		struct vault_place where = {
			.where = uri, .program = vault_program(), .refused_pin = in_place("refused")
		};
		struct vault_signature signature;
		struct vault *vault;
		make_trouble(troubles[i]);
		assert_int_equal(vault_open(&vault, &where, &why), VAULT_GOOD);
		sign_test_octets(vault, &ksk, &signature, &why);
		vault_close(vault);
		assert_row(troubles[i], sign_after_restart(&why) == VAULT_PIN_DOUBT);
		assert_non_null(strstr(why.text, in_place("refused")));
		assert_row(troubles[i], calls_of("C_Login") == 1);
		unlink(in_place("refused"));
		make_trouble("");
		assert_good(sign_after_restart(&why), &why);
	}
}

/* The token took the PIN a moment ago: it goes on by itself when it is back, but is not tried for
 * ever. */
static void one_login_without_an_answer_is_forgiven_if_the_token_took_the_pin_before(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("");
	struct vault *vault = open_vault(LIMIT_MS);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	make_trouble("C_Sign 0xb3 1\nC_Login 0x5 1");
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_AWAY);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	make_trouble("C_Sign 0xb3 1\nC_Login 0x5 9");
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_AWAY);
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_PIN_DOUBT);
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_PIN_DOUBT);
	assert_int_equal(calls_of("C_Login"), 2);
	vault_close(vault);
}

/* Nor may the way in which the configuration names the token matter. */
static void a_refused_pin_is_known_by_the_token_and_not_by_its_uri(void **state)
{
	struct complaint why;

	(void)state;
	make_trouble("C_Login 0xa0 1");
	assert_int_equal(sign_after_restart(&why), VAULT_PIN_WRONG);
	use_token("bad;model=SoftHSM%20v2", module);
	assert_int_equal(sign_after_restart(&why), VAULT_PIN_WRONG);
	assert_int_equal(calls_of("C_Login"), 1);
	unlink(in_place("refused"));
	assert_good(sign_after_restart(&why), &why);
	use_token("bad", module);
}

static void no_pin_is_tried_if_a_refused_one_could_not_be_remembered(void **state)
{
	struct complaint why;

	(void)state;
	make_trouble("");
	put_file("refused", "damaged\n");
	assert_int_equal(sign_after_restart(&why), VAULT_SETTING);
	assert_non_null(strstr(why.text, in_place("refused")));
	unlink(in_place("refused"));
	assert_int_equal(mkdir(in_place("refused.new"), 0700), 0);
	assert_int_equal(sign_after_restart(&why), VAULT_SETTING);
	assert_non_null(strstr(why.text, in_place("refused")));
	assert_int_equal(calls_of("C_Login"), 0);
	assert_int_equal(rmdir(in_place("refused.new")), 0);
	assert_good(sign_after_restart(&why), &why);
}

static void another_token_with_the_same_name_gets_no_pin(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	make_trouble("");
	make_token("twin");
	use_token("twin", module);
	struct vault *vault = open_vault(0);
	struct vault_key key;
	assert_good(vault_make(vault, 13, "ksk", &key, &why), &why);
	assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
	free(run_tool((const char *const[]){
	        "softhsm2-util", "--delete-token", "--token", "twin", NULL }));
	make_token("twin");
	make_trouble("C_Sign 0xb3 1");
	assert_int_equal(sign_test_octets(vault, &key, &signature, &why), VAULT_AWAY);
	assert_non_null(strstr(why.text, "another token"));
	assert_int_equal(calls_of("C_Login"), 0);
	vault_close(vault);
	use_token("bad", module);
}

static void lost_sessions_and_hanging_ones_cost_one_limit_together(void **state)
{
	struct vault_signature signature;
	struct complaint why;

	(void)state;
	/* each login takes 900 ms, so the second one is cut short */
	make_trouble("slow 384 9\nC_Sign 0xb3 1");
	struct vault *vault = open_vault(LIMIT_MS);
	uint64_t began_ms = clock_monotonic_ms();
	assert_int_equal(sign_test_octets(vault, &ksk, &signature, &why), VAULT_HANGS);
	assert_in_range(clock_monotonic_ms() - began_ms, LIMIT_MS, LIMIT_MS + 1000);
	vault_close(vault);
}

static void a_token_that_wants_a_pin_and_has_none_is_named(void **state)
{
	struct complaint why;

	(void)state;
	make_trouble("");
	*strstr(uri, "&pin-source") = '\0';
	assert_int_equal(sign_after_restart(&why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "pin-source="));
	assert_int_equal(calls_of("C_Login"), 0);
	snprintf(uri, sizeof(uri), "pkcs11:token=bad?module-path=/nowhere.so");
	assert_int_equal(sign_after_restart(&why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "/nowhere.so"));
	use_token("bad", module);
}

static void of_two_tokens_with_one_name_none_is_used(void **state)
{
	struct complaint why;

	(void)state;
	make_trouble("");
	make_token("bad");
	assert_int_equal(sign_after_restart(&why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "2 tokens fit"));
	assert_int_equal(calls_of("C_Login"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trouble_is_got_over_once_or_named),
		cmocka_unit_test(a_login_without_a_clear_outcome_is_not_tried_again),
		cmocka_unit_test(after_an_answer_that_makes_no_sense_the_session_is_a_new_one),
		cmocka_unit_test(
		        a_hanging_module_costs_the_limit_once_and_then_nobody_waits_for_it),
		cmocka_unit_test(who_calls_while_another_waits_for_the_token_does_not_ask_it),
		cmocka_unit_test(a_keeper_that_was_killed_takes_a_hanging_module_along),
		cmocka_unit_test(a_vault_that_is_closed_closes_its_session),
		cmocka_unit_test(handles_are_found_once_a_session),
		cmocka_unit_test(making_a_key_says_what_the_token_lacks),
		cmocka_unit_test(an_order_to_make_a_key_that_is_repeated_makes_one_key),
		cmocka_unit_test(a_token_that_cannot_be_read_says_nothing_of_its_keys),
		cmocka_unit_test(an_attribute_that_a_token_does_not_show_is_none),
		cmocka_unit_test(a_public_key_is_found_by_its_id_whatever_its_label),
		cmocka_unit_test(a_name_that_would_be_cut_or_sent_as_another_one_is_refused),
		cmocka_unit_test(rsa_signs_on_tokens_that_do_not_hash),
		cmocka_unit_test(a_key_that_may_not_sign_is_not_taken),
		cmocka_unit_test(a_wrong_pin_is_tried_once_ever),
		cmocka_unit_test(a_refused_pin_is_tried_again_when_the_operator_removes_the_memory),
		cmocka_unit_test(a_wrong_pin_for_one_signature_is_not_tried_again_either),
		cmocka_unit_test(
		        the_pin_that_was_sent_is_remembered_and_not_the_one_in_the_file_since),
		cmocka_unit_test(a_login_without_an_answer_is_not_tried_again_after_a_restart),
		cmocka_unit_test(
		        one_login_without_an_answer_is_forgiven_if_the_token_took_the_pin_before),
		cmocka_unit_test(a_refused_pin_is_known_by_the_token_and_not_by_its_uri),
		cmocka_unit_test(no_pin_is_tried_if_a_refused_one_could_not_be_remembered),
		cmocka_unit_test(another_token_with_the_same_name_gets_no_pin),
		cmocka_unit_test(lost_sessions_and_hanging_ones_cost_one_limit_together),
		cmocka_unit_test(a_token_that_wants_a_pin_and_has_none_is_named),
		cmocka_unit_test(of_two_tokens_with_one_name_none_is_used),
	};
	if (!has_softhsm()) {
		puts("1..0 # SKIP softhsm2 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name(
	        "token_troubles", tests, make_troubled_token, remove_place);
}
