/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A token keeps each KSK that it made, and is small. So a crash while a KSK is made must not cost
 * it one. */
#include "softhsm.h"

#include <sys/wait.h>

#include "keeper/key_make.h"
#include "keeper/shared_ksk.h"

#define NOW_S      INT64_C(1800000000)
#define CRASHES    7 /* exit status of a process that crashed as it was told */
#define POINTS_MAX 40

/* The linker replaces the functions without `__real_` by the ones with `__wrap_` (Makefile). */
int __real_file_replace(const char *path, const char *text, mode_t mode);
int __wrap_file_replace(const char *path, const char *text, mode_t mode);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

static unsigned
        points; /* until the crash: before and after each change of a file; 0: there is none */

static void pass_point(void)
{
	if (points > 0 && --points == 0)
		_exit(CRASHES);
}

int __wrap_file_replace(const char *path, const char *text, mode_t mode)
{
	pass_point();
	int result = __real_file_replace(path, text, mode);
	pass_point();
	return result;
}

int __wrap_unlink(const char *path)
{
	pass_point();
	int result = __real_unlink(path);
	pass_point();
	return result;
}

static struct vault *open_noting_vault(void)
{
	const struct vault_place where = {
		.where = uri, .notes = in_place("keys"), .program = vault_program()
	};
	struct complaint why = { "" };
	struct vault *vault;

	if (vault_open(&vault, &where, &why) != VAULT_GOOD)
		fail_msg("%s", why.text);
	return vault;
}

/* A keeper's process that makes a KSK for a state of this generation. Returns its exit status. */
static int make_ksk_in_process(uint32_t generation, bool shares, unsigned crash_at)
{
	static const struct life_make make = { .role = LIFE_KSK, .algorithm = 13 };
	struct made_keys made = { .count = 0 };
	struct complaint why = { "" };
	struct life life;
	struct name zone;
	int status;

	pid_t pid = fork();
	if (pid == 0) {
		life_init(&life);
		const struct key_making making = { .directory = in_place("keys"),
			.zone = &zone,
			.vault = open_noting_vault(),
			.generation = generation,
			.now_s = NOW_S,
			.shares_ksk = shares };
		points = crash_at;
		bool good = name_from_text("example.org", &zone) &&
		            key_make(&made, &life, &make, &making, &why);
		points = 0;
		vault_close(making.vault);
		fprintf(stderr, "%s", why.text);
		_exit(good && life.count == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static unsigned count_keys_on_token(void)
{
	struct vault *vault = open_noting_vault();
	struct vault_key key;
	struct complaint why;
	unsigned count = 0;

	while (vault_list(vault, count, &key, &why) == VAULT_GOOD)
		count++;
	vault_close(vault);
	return count;
}

static unsigned count_of_files(const char *ending)
{
	DIR *dir = opendir(in_place("keys"));
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name), tail = strlen(ending);
		count += len > tail && strcmp(entry->d_name + len - tail, ending) == 0;
	}
	closedir(dir);
	return count;
}

static void expect_one_ksk_whatever_crashes(bool shares)
{
	unsigned crash_at = 1, crashed = 0, made = 0;
	int status = CRASHES;

	for (; status == CRASHES; crash_at++) {
		char label[32];
		assert_true(crash_at < POINTS_MAX);
		snprintf(label, sizeof(label), "crash-%d-%u", shares, crash_at);
		make_token(label);
		use_token(label, SOFTHSM);
		free(run_tool((const char *const[]){ "rm", "-rf", in_place("keys"), NULL }));
		assert_int_equal(mkdir(in_place("keys"), 0700), 0);
		status = make_ksk_in_process(5, shares, crash_at);
		assert_true(status == CRASHES || status == 0);
		made += count_keys_on_token() == 1;
		crashed += status == CRASHES;
		assert_int_equal(make_ksk_in_process(5, shares, 0), 0);
		if (count_keys_on_token() != 1)
			fail_msg("crash %u: %u keys", crash_at, count_keys_on_token());
		assert_int_equal(count_of_files(".vault"), 1);
		/* the next roll makes another one; that a zone shares is given to it again */
		assert_int_equal(make_ksk_in_process(6, shares, 0), 0);
		assert_int_equal(count_keys_on_token(), shares ? 1 : 2);
		assert_int_equal(count_of_files(".vault"), shares ? 1 : 2);
	}
	assert_true(crashed >= 6); /* the note, two files of the key, before and after */
	assert_true(made >= 3);    /* some of them came when there was a key already */
}

static void a_crash_while_a_ksk_is_made_costs_the_token_none(void **state)
{
	(void)state;
	if (!has_softhsm())
		skip();
	expect_one_ksk_whatever_crashes(false);
}

static void a_crash_while_a_shared_ksk_is_made_costs_the_token_none(void **state)
{
	(void)state;
	if (!has_softhsm())
		skip();
	expect_one_ksk_whatever_crashes(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_while_a_ksk_is_made_costs_the_token_none),
		cmocka_unit_test(a_crash_while_a_shared_ksk_is_made_costs_the_token_none),
	};

	return cmocka_run_group_tests_name("key_make", tests, make_place, remove_place);
}
