/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <signal.h>

#include "base/process.h"

static int run_shell(struct process *p, const char *script, const char *input)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	return process_run(p, argv, input);
}

static void output_and_errors_are_kept_apart(void **state)
{
	struct process p;

	(void)state;
	assert_int_equal(run_shell(&p, "cat; echo sorry >&2; exit 7", "hello\n"), 0);
	assert_string_equal(p.out, "hello\n");
	assert_string_equal(p.err, "sorry\n");
	assert_int_equal(p.status, 7);
	process_fini(&p);
}

static void null_input_is_empty_input(void **state)
{
	struct process p;

	(void)state;
	assert_int_equal(run_shell(&p, "cat", NULL), 0);
	assert_string_equal(p.out, "");
	process_fini(&p);
}

static void input_longer_than_a_pipe_buffer_does_not_stall(void **state)
{
	const size_t size = 1 << 20;
	char *input = malloc(size + 1);
	struct process p;

	(void)state;
	assert_non_null(input);
	memset(input, 'x', size);
	input[size] = '\0';
	assert_int_equal(run_shell(&p, "cat; cat /dev/null", input), 0);
	assert_int_equal(strlen(p.out), size);
	process_fini(&p);
	free(input);
}

static void a_signal_is_distinguished_from_an_exit_code(void **state)
{
	struct process p;

	(void)state;
	assert_int_equal(run_shell(&p, "kill -TERM $$", NULL), 0);
	assert_int_equal(p.status, 128 + SIGTERM);
	process_fini(&p);
}

static void a_missing_program_is_reported_as_enoent(void **state)
{
	static const char *const argv[] = { "sealgate-no-such-program", NULL };
	struct process p;

	(void)state;
	assert_int_equal(process_run(&p, argv, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_errors_are_kept_apart),
		cmocka_unit_test(null_input_is_empty_input),
		cmocka_unit_test(input_longer_than_a_pipe_buffer_does_not_stall),
		cmocka_unit_test(a_signal_is_distinguished_from_an_exit_code),
		cmocka_unit_test(a_missing_program_is_reported_as_enoent),
	};
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
