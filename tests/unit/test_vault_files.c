/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vault that is a directory. */
#include "softhsm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* The linker replaces file_create() by this (Makefile). */
int __real_file_create(const char *path, const char *text, mode_t mode);
int __wrap_file_create(const char *path, const char *text, mode_t mode);

static bool second_file_fails;

int __wrap_file_create(const char *path, const char *text, mode_t mode)
{
	return second_file_fails && mode == 0644 ? -ENOSPC : __real_file_create(path, text, mode);
}

static void copy_to(const char *file, const char *text)
{
	FILE *out = fopen(in_place(file), "w");

	assert_non_null(out);
	fputs(text, out);
	fchmod(fileno(out), 0600);
	fclose(out);
}

static struct vault *open_directory(void)
{
	snprintf(uri, sizeof(uri), "%s", in_place("keys"));
	return open_vault(0);
}

static int make_directory(void **state)
{
	(void)state;
	mkdir(in_place("keys"), 0700);
	return 0;
}

static int empty_directory(void **state)
{
	(void)state;
	free(run_tool((const char *const[]){ "rm", "-rf", in_place("keys"), NULL }));
	return 0;
}

static const char *file_of(const struct vault_key *key, const char *ending)
{
	char name[VAULT_NAME_SIZE + 32];

	snprintf(name, sizeof(name), "keys/%s%s", key->name, ending);
	return in_place(name);
}

static void keys_of_each_algorithm_are_made_found_and_sign(void **state)
{
	static const uint8_t algorithms[] = { 8, 13, 15 };
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key made, found;
	struct keypair pair;
	struct name zone;
	struct stat st;

	(void)state;
	struct vault *vault = open_directory();
	assert_true(name_from_text("shared", &zone));
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		assert_good(vault_make(vault, algorithms[i], "shared", &made, &why), &why);
		assert_good(vault_find(vault, made.name, &found, &why), &why);
		assert_good(sign_test_octets(vault, &found, &signature, &why), &why);
		assert_true(vault_key_pair(&found, &zone, KEYPAIR_KSK, &pair));
		assert_int_equal(verified_elsewhere(&found, &signature), pair.tag);
		assert_int_equal(stat(file_of(&found, ".private"), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_good(vault_list(vault, (unsigned)i, &found, &why), &why);
	}
	assert_int_equal(vault_list(vault, COUNT(algorithms), &found, &why), VAULT_NO_KEY);
	assert_int_equal(vault_find(vault, "shared", &found, &why), VAULT_SEVERAL);
	assert_non_null(strstr(why.text, "Kshared.+0"));
	vault_close(vault);
}

static void the_zone_finds_its_only_ksk_and_no_other_zones(void **state)
{
	static const struct {
		const char *name;
		enum vault_fault want;
	} rows[] = {
		{ "example.org", VAULT_GOOD },
		{ "example.org.", VAULT_GOOD },
		{ "EXAMPLE.org", VAULT_GOOD },
		{ "example", VAULT_NO_KEY },
		{ "org", VAULT_NO_KEY },
		{ "", VAULT_NO_KEY },
		{ "../keys/Kexample.org", VAULT_NO_KEY },
	};
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "example.org", &key, &why), &why);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(
		        rows[i].name, vault_find(vault, rows[i].name, &key, &why) == rows[i].want);
	assert_int_equal(vault_make(vault, 13, "not..a.name", &key, &why), VAULT_SETTING);
	assert_int_equal(vault_make(vault, 14, "example.org", &key, &why), VAULT_CANNOT);
	vault_close(vault);
}

static void keys_of_bind_are_used_and_zsks_beside_them_are_not(void **state)
{
	static const struct {
		const char *algorithm, *bits;
	} rows[] = { { "ECDSAP256SHA256", "256" }, { "ED25519", "256" }, { "RSASHA256", "2048" } };
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key;

	(void)state;
	if (access("/usr/sbin/dnssec-keygen", X_OK) != 0 &&
	        access("/usr/bin/dnssec-keygen", X_OK) != 0)
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		free(run_tool((const char *const[]){ "dnssec-keygen", "-q", "-a", rows[i].algorithm,
		        "-b", rows[i].bits, "-f", "KSK", "-K", in_place("keys"), "bind.test",
		        NULL }));
		free(run_tool((const char *const[]){ "dnssec-keygen", "-q", "-a", rows[i].algorithm,
		        "-b", rows[i].bits, "-K", in_place("keys"), "bind.test", NULL }));
	}
	struct vault *vault = open_directory();
	for (unsigned i = 0; i < COUNT(rows); i++) {
		assert_good(vault_list(vault, i, &key, &why), &why);
		assert_good(sign_test_octets(vault, &key, &signature, &why), &why);
		verified_elsewhere(&key, &signature);
	}
	assert_int_equal(vault_list(vault, COUNT(rows), &key, &why), VAULT_NO_KEY);
	vault_close(vault);
}

static void a_private_key_that_others_may_use_is_refused(void **state)
{
	static const struct {
		const char *why;
		mode_t mode;
		enum vault_fault want;
	} rows[] = {
		{ "only its owner", 0600, VAULT_GOOD },
		{ "read-only", 0400, VAULT_GOOD },
		{ "the group reads it", 0640, VAULT_SETTING },
		{ "the group writes it", 0620, VAULT_SETTING },
		{ "all read it", 0604, VAULT_SETTING },
	};
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key, found;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "mode.test", &key, &why), &why);
	for (size_t i = 0; i < COUNT(rows); i++) {
		chmod(file_of(&key, ".private"), rows[i].mode);
		assert_row(rows[i].why,
		        sign_test_octets(vault, &key, &signature, &why) == rows[i].want);
		assert_row(
		        rows[i].why, vault_find(vault, "mode.test", &found, &why) == rows[i].want);
		if (rows[i].want != VAULT_GOOD)
			assert_non_null(strstr(why.text, ".private: others"));
	}
	/* nor one that is somewhere else */
	chmod(file_of(&key, ".private"), 0600);
	assert_int_equal(rename(file_of(&key, ".private"), in_place("away")), 0);
	assert_int_equal(symlink(in_place("away"), file_of(&key, ".private")), 0);
	assert_int_equal(sign_test_octets(vault, &key, &signature, &why), VAULT_SETTING);
	vault_close(vault);
}

static void a_private_key_of_another_key_is_refused(void **state)
{
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key one, two;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "one.test", &one, &why), &why);
	assert_good(vault_make(vault, 13, "two.test", &two, &why), &why);
	assert_int_equal(rename(file_of(&one, ".private"), file_of(&two, ".private")), 0);
	assert_int_equal(sign_test_octets(vault, &two, &signature, &why), VAULT_UNFIT);
	assert_int_equal(sign_test_octets(vault, &one, &signature, &why), VAULT_SETTING);

	/* the pair of another key under the name: the caller's public key says so */
	struct vault_key wrong = two;
	assert_good(vault_make(vault, 13, "three.test", &one, &why), &why);
	memcpy(wrong.name, one.name, sizeof(wrong.name));
	assert_int_equal(sign_test_octets(vault, &wrong, &signature, &why), VAULT_BROKEN);
	vault_close(vault);
}

static void directories_that_are_no_vault_are_named(void **state)
{
	struct vault_place nowhere = { .where = "/nowhere/keys" };
	struct vault_place file = { .where = in_place("pin") };
	struct vault_place open_to_all = { .where = in_place("keys") };
	struct complaint why = { "" };
	struct vault *vault;

	(void)state;
	assert_int_equal(vault_open(&vault, &nowhere, &why), VAULT_SETTING);
	assert_null(vault);
	assert_non_null(strstr(why.text, "/nowhere/keys: No such file"));
	assert_int_equal(vault_open(&vault, &file, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "not a directory"));
	chmod(in_place("keys"), 0777);
	assert_int_equal(vault_open(&vault, &open_to_all, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "chmod go-w"));
	chmod(in_place("keys"), 0770);
	assert_int_equal(vault_open(&vault, &open_to_all, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "chmod go-w"));
	chmod(in_place("keys"), 0750);
	assert_int_equal(vault_open(&vault, &open_to_all, &why), VAULT_GOOD);
	vault_close(vault);
	vault_close(NULL);
}

/* The owner of a directory may put keys there. */
static void a_directory_of_another_user_is_no_vault(void **state)
{
	struct vault_place where = { .where = in_place("keys") };
	struct complaint why = { "" };
	struct vault *vault;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(place, 0755), 0);
	assert_int_equal(chmod(in_place("keys"), 0755), 0);
	assert_int_equal(chown(in_place("keys"), 4711, 4711), 0);
	pid_t child = fork();
	if (child == 0) {
		if (setuid(65534) != 0)
			_exit(1);
		bool refused = vault_open(&vault, &where, &why) == VAULT_SETTING;
		_exit(refused && strstr(why.text, "another user") ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_key_that_cannot_be_used_does_not_hide_the_others(void **state)
{
	struct complaint why = { "" };
	struct vault_key keys[3], key;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "a.test", &keys[0], &why), &why);
	assert_good(vault_make(vault, 13, "b.test", &keys[1], &why), &why);
	assert_good(vault_make(vault, 13, "c.test", &keys[2], &why), &why);
	chmod(file_of(&keys[1], ".private"), 0644);
	assert_good(vault_list(vault, 0, &key, &why), &why);
	assert_string_equal(key.name, keys[0].name);
	assert_good(vault_list(vault, 1, &key, &why), &why);
	assert_string_equal(key.name, keys[2].name);
	assert_int_equal(vault_list(vault, 2, &key, &why), VAULT_NO_KEY);
	vault_close(vault);
}

/* An operator who is told that a key is missing gives the zone's DS up. */
static void a_key_that_cannot_be_read_is_not_called_missing(void **state)
{
	struct complaint why = { "" };
	struct vault_key keys[2], key;
	struct rlimit all, few;
	char aside[PATH_MAX];

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "a.test", &keys[0], &why), &why);
	assert_good(vault_make(vault, 13, "b.test", &keys[1], &why), &why);
	snprintf(aside, sizeof(aside), "%s", in_place("aside"));

	/* no descriptors: each number of them that stops the search somewhere else */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	int next = open("/dev/null", O_RDONLY);
	close(next);
	for (int left = 0; left < 3; left++) {
		few = all;
		few.rlim_cur = (rlim_t)(next + left);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		enum vault_fault fault = vault_find(vault, "a.test", &key, &why);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
		assert_int_equal(fault, left < 2 ? VAULT_AWAY : VAULT_GOOD);
	}

	/* something else has the name of the file */
	assert_int_equal(rename(file_of(&keys[0], ".key"), aside), 0);
	assert_int_equal(mkdir(file_of(&keys[0], ".key"), 0700), 0);
	assert_int_equal(vault_find(vault, "a.test", &key, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, ".key: "));
	assert_int_equal(vault_find(vault, keys[0].name, &key, &why), VAULT_SETTING);
	assert_good(vault_find(vault, "b.test", &key, &why), &why);
	assert_good(vault_list(vault, 0, &key, &why), &why);
	assert_int_equal(vault_list(vault, 1, &key, &why), VAULT_SETTING);
	assert_int_equal(rmdir(file_of(&keys[0], ".key")), 0);

	/* nothing has it */
	assert_int_equal(vault_find(vault, "a.test", &key, &why), VAULT_NO_KEY);
	vault_close(vault);
}

/* A private key whose public half is missing is never found again, and somebody's copy of a KSK
 * nevertheless. */
static void a_key_whose_second_file_cannot_be_written_leaves_no_first_one(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	struct vault *vault = open_directory();
	second_file_fails = true;
	enum vault_fault fault = vault_make(vault, 13, "half.test", &key, &why);
	second_file_fails = false;
	assert_int_equal(fault, VAULT_FULL);
	vault_close(vault);
	assert_int_equal(rmdir(in_place("keys")), 0);
}

/* Otherwise the order of the directory decides which keys there are. */
static void more_keys_than_are_looked_at_are_an_error(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;
	char *public, *private;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 13, "many.test", &key, &why), &why);
	public = file_read(file_of(&key, ".key"), 10000);
	private = file_read(file_of(&key, ".private"), 10000);
	for (unsigned i = 0; i < VAULT_KEYS_MAX; i++) {
		char name[64];
		snprintf(name, sizeof(name), "keys/Kmany.test.+013+x%u.key", i);
		copy_to(name, public);
		snprintf(name, sizeof(name), "keys/Kmany.test.+013+x%u.private", i);
		copy_to(name, private);
	}
	assert_int_equal(vault_list(vault, 0, &key, &why), VAULT_SETTING);
	assert_non_null(strstr(why.text, "more than"));
	assert_int_equal(vault_find(vault, "many.test", &key, &why), VAULT_SETTING);
	free(public);
	free(private);
	vault_close(vault);
}

static void what_is_too_long_to_sign_is_refused(void **state)
{
	static uint8_t data[VAULT_DATA_MAX + 1];
	struct complaint why = { "" };
	struct vault_signature signature;
	struct vault_key key;

	(void)state;
	struct vault *vault = open_directory();
	assert_good(vault_make(vault, 15, "long.test", &key, &why), &why);
	assert_good(vault_sign(vault, &key, span_of(data, VAULT_DATA_MAX), &signature, &why), &why);
	assert_int_equal(vault_sign(vault, &key, span_of(data, sizeof(data)), &signature, &why),
	        VAULT_CANNOT);
	assert_int_equal(vault_sign(vault, &key, span_of(data, 0), &signature, &why), VAULT_CANNOT);
	vault_close(vault);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, empty_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(keys_of_each_algorithm_are_made_found_and_sign),
		in_directory(the_zone_finds_its_only_ksk_and_no_other_zones),
		in_directory(keys_of_bind_are_used_and_zsks_beside_them_are_not),
		in_directory(a_private_key_that_others_may_use_is_refused),
		in_directory(a_private_key_of_another_key_is_refused),
		in_directory(directories_that_are_no_vault_are_named),
		in_directory(what_is_too_long_to_sign_is_refused),
		in_directory(a_directory_of_another_user_is_no_vault),
		in_directory(a_key_that_cannot_be_used_does_not_hide_the_others),
		in_directory(a_key_that_cannot_be_read_is_not_called_missing),
		in_directory(a_key_whose_second_file_cannot_be_written_leaves_no_first_one),
		in_directory(more_keys_than_are_looked_at_are_an_error),
	};
	return cmocka_run_group_tests_name("vault_files", tests, make_place, remove_place);
}
