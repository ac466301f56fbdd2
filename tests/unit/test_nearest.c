/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/nearest.h"

static const char *const known[] = { "run", "rules", "check", "config", "resume", "reload",
	"nsec3_iterations", "queue.bypass" };

static const char *best_of(const char *typed)
{
	struct nearest n = nearest_to(typed);

	for (size_t i = 0; i < COUNT(known); i++)
		nearest_try(&n, known[i]);
	return n.best;
}

static void the_nearest_word_is_found(void **state)
{
	static const struct {
		const char *why, *typed, *best;
	} rows[] = {
		{ "a word itself", "run", "run" },
		{ "two letters swapped count one", "rnu", "run" },
		{ "a letter is missing", "cofig", "config" },
		{ "a letter too many", "cheeck", "check" },
		{ "a wrong letter", "rulas", "rules" },
		{ "two of six letters wrong", "resuni", "resume" },
		{ "another sign between the parts", "queue_bypass", "queue.bypass" },
		{ "half of the letters is too far", "cxnxxg", NULL },
		{ "one letter is near to nothing", "r", NULL },
		{ "no letter", "", NULL },
		{ "another word", "firewall", NULL },
		{ "longer than any word, whose table would not fit",
		        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *best = best_of(rows[i].typed);
		assert_row(rows[i].why, (best == NULL) == (rows[i].best == NULL));
		assert_row(rows[i].why, !best || strcmp(best, rows[i].best) == 0);
	}
}

static void a_hint_names_the_word_or_is_empty(void **state)
{
	char text[NEAREST_HINT_SIZE];
	struct nearest n = nearest_to("confg");

	(void)state;
	assert_string_equal(nearest_hint(&n, "--", text), "");
	nearest_try(&n, "config");
	assert_string_equal(nearest_hint(&n, "--", text), " (did you mean \"--config\"?)");
}

/* The words of the program and of the file have at most 40 octets, and so has what a hint holds. */
static void the_longest_word_fits(void **state)
{
	char text[NEAREST_HINT_SIZE], word[41];

	(void)state;
	memset(word, 'x', 40);
	word[40] = '\0';
	struct nearest n = nearest_to(word);
	nearest_try(&n, word);
	assert_ptr_equal(n.best, word);
	assert_int_equal(n.distance, 0);
	nearest_hint(&n, "--", text);
	assert_non_null(strstr(text, "x\"?)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_is_found),
		cmocka_unit_test(a_hint_names_the_word_or_is_empty),
		cmocka_unit_test(the_longest_word_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
