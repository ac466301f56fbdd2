/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <unistd.h>

#include "config/config_change.h"
#include "config/config_table.h"

static void load(struct config *c, const char *text)
{
	char path[] = "/tmp/sealgate-test-XXXXXX";
	int fd = mkstemp(path);
	struct complaint why;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	int error = config_load(c, path, NULL, &why);
	unlink(path);
	if (error)
		fail_msg("%s", why.text);
}

static void each_change_is_told_with_when_it_takes_effect(void **state)
{
	static const struct {
		const char *why, *current, *next, *now, *at_restart;
		bool rules;
	} rows[] = {
		{ "the same file", "assist = false;", "assist = false;", "", "", false },
		{ "another form of the same value", "queue = { first = 7; };",
		        "queue = { first = 0x7; };", "", "", false },
		{ "a key that changes now", "", "assist = false;", "assist", "", false },
		{ "back to the default", "assist = false;", "", "assist", "", false },
		{ "a list", "resolver = [ \"192.0.2.1\" ];",
		        "resolver = [ \"192.0.2.1\", \"192.0.2.2\" ];", "resolver", "", false },
		{ "a key of the start", "", "queue = { first = 7; };", "", "queue.first", false },
		{ "a key of the rules", "", "block_encrypted_dns = true;", "block_encrypted_dns",
		        "", true },
		{ "all three", "", "tcp_port = 5301; inside = [ \"lan0\" ]; log_level = \"debug\";",
		        "inside, log_level", "tcp_port", true },
		{ "local names", "", "local_zones = [ \"corp.example from 10.8.0.1\" ];",
		        "local_zones", "", false },
		{ "a negative trust anchor", "", "negative_trust_anchors = [ \"broken.example\" ];",
		        "negative_trust_anchors", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config current, next;
		struct config_changes changes;

		load(&current, rows[i].current);
		load(&next, rows[i].next);
		assert_int_equal(config_compare(&next, &current, &current, NULL, &changes), 0);
		assert_string_equal(changes.now, rows[i].now);
		assert_string_equal(changes.at_restart, rows[i].at_restart);
		assert_row(rows[i].why, changes.rules == rows[i].rules);
		config_fini(&current);
		config_fini(&next);
	}
}

/* The guard of the rules may have given up what a back end needs. */
static void a_key_that_this_process_cannot_change_waits_for_a_restart(void **state)
{
	struct config current, next;
	struct config_changes changes;

	(void)state;
	load(&current, "rules_backend = \"nft\"; tcp = \"relay\";");
	load(&next, "rules_backend = \"iptables-legacy\"; assist = false;");
	assert_int_equal(config_compare(&next, &current, &current, "rules_backend", &changes), 0);
	assert_string_equal(changes.now, "assist");
	assert_string_equal(changes.at_restart, "rules_backend");
	assert_false(changes.rules);
	config_fini(&current);
	config_fini(&next);
}

/* After a reload that changed a key of the start, the next reload must still say so, until a
 * restart. */
static void a_key_of_the_start_is_compared_with_the_start(void **state)
{
	struct config started, current, next;
	struct config_changes changes;

	(void)state;
	load(&started, "tcp_port = 5300;");
	load(&current, "tcp_port = 5301; assist = false;");
	load(&next, "tcp_port = 5301; assist = false;");
	assert_int_equal(config_compare(&next, &current, &started, NULL, &changes), 0);
	assert_string_equal(changes.now, "");
	assert_string_equal(changes.at_restart, "tcp_port");
	config_fini(&started);
	config_fini(&current);
	config_fini(&next);
}

/* The guard must apply rules for the queues that the daemon has. */
static void only_keys_of_the_rules_are_taken_for_the_rules(void **state)
{
	struct config to, from;

	(void)state;
	load(&to, "");
	load(&from, "queue = { first = 7; bypass = true; }; inside = [ \"lan0\" ]; role = "
	            "\"gateway\";");
	config_take_rules(&to, &from);
	assert_int_equal(to.queue_first, 5300);
	assert_int_equal(to.role, ROLE_HOST);
	assert_true(to.queue_bypass);
	assert_int_equal(to.inside.count, 1);
	config_fini(&to);
	config_fini(&from);
}

static void a_long_list_of_changes_is_cut(void **state)
{
	struct config current, next;
	struct config_changes changes;
	const struct config_key *k;

	(void)state;
	load(&current, "");
	load(&next, "");
	/* every key of a number differs */
	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (k->size == sizeof(uint32_t) && !k->words)
			(*(uint32_t *)key_value(k, &next))++;
	}
	assert_int_equal(config_compare(&next, &current, &current, NULL, &changes), 0);
	assert_true(strlen(changes.at_restart) < CHANGED_KEYS_MAX);
	assert_non_null(strstr(changes.at_restart, "queue.first, queue.count"));
	config_fini(&current);
	config_fini(&next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_told_with_when_it_takes_effect),
		cmocka_unit_test(a_key_that_this_process_cannot_change_waits_for_a_restart),
		cmocka_unit_test(a_key_of_the_start_is_compared_with_the_start),
		cmocka_unit_test(only_keys_of_the_rules_are_taken_for_the_rules),
		cmocka_unit_test(a_long_list_of_changes_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
