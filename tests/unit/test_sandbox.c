/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctl status` tells what restricts each kind of thread, also if the kernel refuses a part to one
 * of them. */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/landlock.h"
#include "daemon/sandbox.h"

#define BIT(kind) (1u << (kind))
#define ALL       (SANDBOX_CALLS | SANDBOX_FILES)

static bool is_built;
static unsigned refused; /* kinds, as bits */
static int landlock;

/* The linker replaces the functions without `__wrap_` by these (Makefile). */
bool __wrap_seccomp_is_built(void);
int __wrap_seccomp_enter(enum seccomp_kind kind, bool uses_bpf);
int __wrap_landlock_enter(const struct landlock_place places[], unsigned count);

bool __wrap_seccomp_is_built(void)
{
	return is_built;
}

int __wrap_seccomp_enter(enum seccomp_kind kind, bool uses_bpf)
{
	(void)uses_bpf;
	return refused & BIT(kind) ? -ENOMEM : 0;
}

int __wrap_landlock_enter(const struct landlock_place places[], unsigned count)
{
	(void)places;
	(void)count;
	return landlock;
}

struct row {
	const char *why;
	bool is_wanted, is_built;
	unsigned refused;
	int landlock;
	unsigned guard_parts;
	const char *words;
};

static const struct row rows[] = {
	{ "all", true, true, 0, 3, ALL, "seccomp,landlock" },
	{ "not wanted", false, true, 0, 3, ALL, "none" },
	{ "not built", true, false, 0, 3, ALL, "landlock" },
	{ "not built, the guard neither", true, false, 0, -ENOSYS, 0, "none" },
	{ "an old kernel", true, true, 0, -ENOSYS, SANDBOX_CALLS, "seccomp" },
	{ "a worker", true, true, BIT(SECCOMP_WORKER), -ENOSYS, ALL, "seccomp,worker-unfiltered" },
	{ "main, and no keeper", true, true, BIT(SECCOMP_MAIN), 3, ALL,
	        "seccomp,landlock,main-unfiltered" },
	{ "a keeper", true, true, BIT(SECCOMP_ANCHORS), 3, ALL,
	        "seccomp,landlock,anchors-as-main" },
	{ "a keeper and main", true, true, BIT(SECCOMP_PREFIXES) | BIT(SECCOMP_MAIN), -ENOSYS, ALL,
	        "seccomp,prefixes-unfiltered,main-unfiltered" },
	{ "every thread", true, true, ~0u, 3, SANDBOX_FILES, "landlock" },
	{ "the guard", true, true, 0, 3, SANDBOX_FILES, "seccomp,landlock,guard-unfiltered" },
	{ "the files of the guard", true, true, 0, 3, SANDBOX_CALLS,
	        "seccomp,landlock,guard-files-unrestricted" },
};

static struct config config;

static void *worker(void *arg)
{
	sandbox_worker(&config);
	return arg;
}

static void *keepers(void *arg)
{
	sandbox_keeper(SECCOMP_ANCHORS);
	sandbox_keeper(SECCOMP_PREFIXES);
	return arg;
}

static void run_thread(void *(*run)(void *))
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
	pthread_join(thread, NULL);
}

/* As daemon.c does. */
static bool says_so(const struct row *r)
{
	log_set_level(LOG_LEVEL_ERROR);
	is_built = r->is_built;
	refused = r->refused;
	landlock = r->landlock;
	config.sandbox = r->is_wanted;
	sandbox_begin(&config, NULL, NULL);
	run_thread(worker);
	sandbox_main(&config);
	run_thread(keepers);
	return strcmp(sandbox_words(r->guard_parts), r->words) == 0;
}

/* The sandbox of a process is for ever, so each row has a process. */
static void the_words_are_true_for_each_kind_of_thread(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int status;
		pid_t pid = fork();
		if (pid == 0)
			_exit(!says_so(&rows[i]));
		waitpid(pid, &status, 0);
		assert_row(rows[i].why, status == 0);
	}
}

static void the_guard_reports_its_own_parts(void **state)
{
	(void)state;
	config.sandbox = is_built = true;
	landlock = -ENOSYS;
	refused = 0;
	assert_int_equal(sandbox_guard(&config), SANDBOX_CALLS);
	refused = BIT(SECCOMP_GUARD);
	landlock = 1;
	assert_int_equal(sandbox_guard(&config), SANDBOX_FILES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_are_true_for_each_kind_of_thread),
		cmocka_unit_test(the_guard_reports_its_own_parts),
	};
	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
