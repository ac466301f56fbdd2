/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper trusts what the daemon has learned, and takes up what changes while it runs. */
#include "test.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "keeper/keeper_anchors.h"

#define FILES_SETTLE_US 30000 /* then a file that is the same counts as the same (base/file.c) */
#define DS_TEXT         " DS 1 13 2 00000000000000000000000000000000000000000000000000000000000000"

static struct config config;
static char directory[] = "/tmp/sealgate-keeper-anchors-XXXXXX";
static struct look_pool *pool;
static struct keeper_anchors followed;

static void put_anchors(const char *text)
{
	assert_int_equal(file_replace(config.trust_anchor, text, 0600), 0);
	usleep(FILES_SETTLE_US);
}

static int set_up(void **state)
{
	struct complaint error;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	assert_non_null(mkdtemp(directory));
	config_defaults(&config);
	snprintf(config.trust_anchor, sizeof(config.trust_anchor), "%s/root.key", directory);
	snprintf(config.trust_anchor_state, sizeof(config.trust_anchor_state), "%s/anchors",
	        directory);
	put_anchors("." DS_TEXT "00\n");
	assert_true(keeper_anchors_init(&followed, &config, &error));
	const struct look_pool_order order = { .anchors = followed.current, .threads = 1 };
	pool = look_pool_new(&order, &error);
	return pool ? 0 : -1;
}

static int tear_down(void **state)
{
	char line[100];

	(void)state;
	look_pool_free(pool);
	keeper_anchors_fini(&followed);
	config_fini(&config);
	snprintf(line, sizeof(line), "rm -r %s", directory);
	return system(line);
}

static unsigned followed_at(uint64_t now_ms)
{
	keeper_anchors_follow(&followed, pool, now_ms);
	assert_true(look_pool_is_using(pool, followed.current));
	return anchors_count(followed.current);
}

static void anchors_that_change_are_taken_up_within_a_minute(void **state)
{
	const uint64_t m = KEEPER_ANCHORS_MS;

	(void)state;
	assert_int_equal(followed_at(0), 1);
	const struct anchors *before = followed.current;
	assert_int_equal(followed_at(m), 1);
	assert_ptr_equal(followed.current, before); /* nothing has changed */
	put_anchors("." DS_TEXT "00\ntest." DS_TEXT "00\n");
	assert_int_equal(followed_at(2 * m - 1), 1);
	assert_int_equal(followed_at(2 * m), 2);
	assert_ptr_equal(followed.former, before);
	put_anchors("nonsense\n");
	assert_int_equal(followed_at(3 * m), 2);
	assert_null(followed.former);
	put_anchors("." DS_TEXT "00\n");
	assert_int_equal(followed_at(4 * m), 1);
}

/* Of a damaged state of the daemon nothing counts, and that is no failure. */
static void a_state_of_the_daemon_that_comes_is_read(void **state)
{
	const struct anchors *before = followed.current;

	(void)state;
	assert_int_equal(file_replace(config.trust_anchor_state, "nonsense", 0600), 0);
	usleep(FILES_SETTLE_US);
	assert_int_equal(followed_at(9 * KEEPER_ANCHORS_MS), 1);
	assert_ptr_not_equal(followed.current, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anchors_that_change_are_taken_up_within_a_minute),
		cmocka_unit_test(a_state_of_the_daemon_that_comes_is_read),
	};
	return cmocka_run_group_tests_name("keeper_anchors", tests, set_up, tear_down);
}
