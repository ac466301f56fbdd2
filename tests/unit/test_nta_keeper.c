/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negative trust anchors that are made while workers judge: none lasts longer than it was meant
 * to. */
#include "test.h"

#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/nta_keeper.h"
#include "ordertaker.h"
#include "worker/worker_private.h"

#define NOW     1800000000 /* 20270115080000 */
#define MONO_MS 5000000
#define HOUR    INT64_C(3600)
#define DAY     INT64_C(86400)
#define WORKERS 2
#define ZONES   64

static const struct nta_now at_start = { NOW, MONO_MS };

static struct nta_now later(int64_t wall_s, int64_t mono_s)
{
	return (struct nta_now){ NOW + wall_s, MONO_MS + 1000 * (uint64_t)mono_s };
}

/* Its workers take their orders in a thread, as long as it does not hang. */
struct bed {
	char directory[64];
	struct config config;
	struct nta_keeper keeper;
	struct worker *workers[WORKERS];
	struct complaint why;
	struct order_taker taker;
};

static struct nta nta_of(const char *text, int64_t expires_s)
{
	struct nta nta = { .expires_s = expires_s };

	assert_true(name_from_text(text, &nta.zone));
	return nta;
}

static void run(struct bed *b)
{
	order_taker_start(&b->taker, b->workers, WORKERS);
}

static void hang(struct bed *b)
{
	order_taker_stop(&b->taker);
}

/* Starts as a process does, from the file that another one left. */
static void start(struct bed *b, struct nta_now now)
{
	nta_keeper_init(&b->keeper, &b->config, now);
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *w = calloc(1, sizeof(*w));
		w->wake_fd = -1;
		w->gates.config = &w->config;
		w->orders.ntas = w->ntas_used = nta_keeper_list(&b->keeper);
		assert_int_equal(store_init(&w->gates.store, NULL, ZONES), 0);
		assert_int_equal(store_init(&w->gates.dateless.store, NULL, ZONES), 0);
		w->gates.store.ntas = w->ntas_used;
		b->workers[i] = w;
	}
	nta_keeper_serve(&b->keeper, b->workers, WORKERS);
	run(b);
}

static void stop(struct bed *b)
{
	hang(b);
	for (unsigned i = 0; i < WORKERS; i++) {
		store_fini(&b->workers[i]->gates.store);
		store_fini(&b->workers[i]->gates.dateless.store);
		free(b->workers[i]);
	}
}

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	log_set_level(LOG_LEVEL_ERROR);
	strcpy(b->directory, "/tmp/sealgate-test-ntas-XXXXXX");
	assert_non_null(mkdtemp(b->directory));
	snprintf(b->config.nta_state, sizeof(b->config.nta_state), "%s/ntas", b->directory);
	start(b, at_start);
	return b;
}

static void bed_free(struct bed *b)
{
	char command[100];

	stop(b);
	snprintf(command, sizeof(command), "rm -r %s", b->directory);
	assert_int_equal(system(command), 0);
	free(b);
}

static void add(struct bed *b, const char *zone, int64_t expires_s, struct nta_now now)
{
	struct nta nta = nta_of(zone, expires_s);

	assert_row(b->why.text, nta_keeper_add(&b->keeper, &nta, now, &b->why) == 0);
}

/* True if each worker judges by one for this zone; false if none does. */
static bool in_force(const struct bed *b, const char *zone)
{
	struct nta nta = nta_of(zone, 0);
	unsigned count = 0;

	for (unsigned i = 0; i < WORKERS; i++)
		count += nta_find(worker_ntas(b->workers[i]), &nta.zone) != NULL;
	assert_true(count == 0 || count == WORKERS);
	return count == WORKERS;
}

static bool settled(void *keeper)
{
	return nta_keeper_is_settled(keeper);
}

static void look(struct bed *b, struct nta_now now)
{
	nta_keeper_look(&b->keeper, now);
	for (unsigned i = 0; i < 10000 && !settled(&b->keeper); i++)
		usleep(1000);
	assert_true(settled(&b->keeper));
}

static void each_worker_judges_by_it_when_it_is_made(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct nta zone = nta_of("broken.test", 0);

	for (unsigned i = 0; i < 5; i++) {
		add(b, "broken.test", NOW + HOUR, at_start);
		assert_true(in_force(b, "broken.test"));
		assert_int_equal(nta_keeper_remove(&b->keeper, &zone.zone, at_start, &b->why), 0);
		assert_false(in_force(b, "broken.test"));
	}
	assert_int_equal(nta_keeper_remove(&b->keeper, &zone.zone, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "nta list"));
	bed_free(b);
}

/* What was learned below the name may be a failure that must not outlive it; the rest stays. */
static void what_was_learned_below_it_is_forgotten(void **state)
{
	static const char *const names[] = { "broken.test", "www.broken.test", "test",
		"xbroken.test" };
	static const bool stays[] = { false, false, true, true };
	static const struct cut_state none = { .cut = CUT_NONE };

	(void)state;
	struct bed *b = bed_new();
	hang(b);
	for (unsigned i = 0; i < COUNT(names); i++) {
		struct nta nta = nta_of(names[i], 0);
		store_put_cut(&b->workers[0]->gates.store, &nta.zone, &none, NOW, 3600);
	}
	run(b);
	add(b, "broken.test", NOW + HOUR, at_start);
	for (unsigned i = 0; i < COUNT(names); i++) {
		struct nta nta = nta_of(names[i], 0);
		assert_row(names[i],
		        (store_fact(&b->workers[0]->gates.store, &nta.zone) != NULL) == stays[i]);
	}
	bed_free(b);
}

static void it_ends_by_either_clock(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t wall_s, mono_s;
		bool lasts;
	} rows[] = {
		{ "shortly before", HOUR - 1, HOUR - 1, true },
		{ "at its end", HOUR, HOUR, false },
		{ "the clock was set back by ten minutes", HOUR - 600, HOUR, false },
		{ "the clock was set forward", HOUR, 60, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct nta_row row;
		add(b, "broken.test", NOW + HOUR, at_start);
		look(b, later(rows[i].wall_s, rows[i].mono_s));
		assert_row(rows[i].why, in_force(b, "broken.test") == rows[i].lasts);
		/* what is over does not come back, by a restart and an earlier clock neither */
		look(b, later(60, rows[i].mono_s));
		assert_row(rows[i].why, in_force(b, "broken.test") == rows[i].lasts);
		stop(b);
		start(b, later(60, 10));
		assert_row(rows[i].why, in_force(b, "broken.test") == rows[i].lasts);
		assert_row(rows[i].why,
		        nta_keeper_at(&b->keeper, 0, later(60, 10), &row) == rows[i].lasts);
		bed_free(b);
	}
}

static void by_a_clock_that_cannot_be_right_it_is_not_in_force(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct nta_row row;

	add(b, "broken.test", NOW + HOUR, at_start);
	look(b, later(-DAY, 60));
	assert_false(in_force(b, "broken.test"));
	assert_true(nta_keeper_at(&b->keeper, 0, later(-DAY, 60), &row));
	assert_string_equal(nta_state_word(row.state), "not-begun");
	look(b, later(60, 60));
	assert_true(in_force(b, "broken.test"));
	look(b, (struct nta_now){ -1, MONO_MS + 120000 });
	assert_false(in_force(b, "broken.test"));
	assert_true(nta_keeper_at(&b->keeper, 0, (struct nta_now){ -1, MONO_MS }, &row));
	assert_string_equal(nta_state_word(row.state), "clock-not-set");
	look(b, later(180, 180));
	assert_true(in_force(b, "broken.test"));
	stop(b);
	start(b, (struct nta_now){ -1, 0 });
	assert_false(in_force(b, "broken.test"));
	bed_free(b);
}

/* At the start the clock was not set, so its whole span was assumed. */
static void a_clock_that_is_set_late_leaves_it_what_is_left(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	add(b, "broken.test", NOW + DAY, at_start);
	stop(b);
	start(b, (struct nta_now){ -1, MONO_MS });
	look(b, later(DAY - 60, 10));
	assert_true(in_force(b, "broken.test"));
	look(b, later(HOUR, 69)); /* the clock was set back */
	assert_true(in_force(b, "broken.test"));
	look(b, later(HOUR + 1, 70));
	assert_false(in_force(b, "broken.test"));
	bed_free(b);
}

/* The clock was three days ahead when it was made. */
static void a_clock_that_was_ahead_does_not_make_it_longer(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	add(b, "broken.test", NOW + 10 * DAY, later(3 * DAY, 0));
	look(b, later(60, 60));
	assert_false(in_force(b, "broken.test"));
	look(b, later(3 * DAY + 60, 3 * DAY + 60));
	assert_true(in_force(b, "broken.test"));
	stop(b);
	start(b, later(7 * DAY - 60, 0));
	assert_true(in_force(b, "broken.test"));
	stop(b);
	start(b, later(7 * DAY + 60, 0));
	assert_false(in_force(b, "broken.test"));
	bed_free(b);
}

static void it_outlives_the_process(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	add(b, "broken.test", NOW + HOUR, at_start);
	add(b, "other.test", NOW + DAY, at_start);
	stop(b);
	start(b, later(60, 0));
	assert_true(in_force(b, "broken.test") && in_force(b, "other.test"));
	look(b, later(HOUR, HOUR - 60));
	assert_true(!in_force(b, "broken.test") && in_force(b, "other.test"));
	stop(b);
	start(b, later(2 * DAY, 0));
	assert_false(in_force(b, "other.test"));
	bed_free(b);
}

static void those_of_the_configuration_are_in_force_beside_it(void **state)
{
	static struct nta_list first, second;

	(void)state;
	struct bed *b = bed_new();
	struct nta both = nta_of("both.test", NOW + HOUR), ever = nta_of("ever.test", NTA_FOREVER);
	first.count = second.count = 0;
	nta_add(&first, &both.zone, both.expires_s);
	nta_add(&first, &ever.zone, ever.expires_s);
	add(b, "both.test", NOW + 2 * HOUR, at_start);
	nta_keeper_use(&b->keeper, &first, at_start);
	look(b, at_start);
	assert_true(in_force(b, "both.test") && in_force(b, "ever.test"));
	/* the later end holds, and the end of one does not end the other */
	look(b, later(HOUR, HOUR));
	assert_true(in_force(b, "both.test"));
	assert_int_equal(
	        nta_find(nta_keeper_list(&b->keeper), &both.zone)->expires_s, NOW + 2 * HOUR);
	/* one without end needs no clock */
	look(b, (struct nta_now){ -1, MONO_MS + 1000 });
	assert_true(!in_force(b, "both.test") && in_force(b, "ever.test"));
	assert_int_equal(nta_keeper_remove(&b->keeper, &ever.zone, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "configuration"));
	nta_keeper_use(&b->keeper, &second, at_start);
	look(b, at_start);
	assert_true(in_force(b, "both.test") && !in_force(b, "ever.test"));
	bed_free(b);
}

static void configure(struct bed *b, const char *zone, int64_t expires_s, struct nta_now now)
{
	static struct nta_list list;
	struct nta nta = nta_of(zone, expires_s);

	list.count = 0;
	nta_add(&list, &nta.zone, nta.expires_s);
	nta_keeper_use(&b->keeper, &list, now);
	look(b, now);
}

static void those_of_the_configuration_end_by_either_clock_too(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t wall_s, mono_s;
		bool lasts;
	} rows[] = {
		{ "shortly before", HOUR - 1, HOUR - 1, true },
		{ "at its end", HOUR, HOUR, false },
		{ "the clock was set back, for long", HOUR - 600, HOUR, false },
		{ "the clock was set back before the start", -DAY, HOUR - 1, true },
		{ "the clock was set back before the start, for long", -DAY, HOUR, false },
		{ "the clock was set forward", HOUR, 60, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct nta_now now = later(rows[i].wall_s, rows[i].mono_s);
		configure(b, "broken.test", NOW + HOUR, at_start);
		assert_true(in_force(b, "broken.test"));
		look(b, now);
		assert_row(rows[i].why, in_force(b, "broken.test") == rows[i].lasts);
		/* a worker never sees an end that is later than what is left */
		const struct nta_list *list = nta_keeper_list(&b->keeper);
		assert_row(rows[i].why, !rows[i].lasts || list->items[0].expires_s - now.wall_s <=
		                                                  HOUR - rows[i].mono_s);
		/* a reload brings nothing back and extends nothing, but another end does */
		configure(b, "broken.test", NOW + HOUR, later(60, rows[i].mono_s));
		assert_row(rows[i].why, in_force(b, "broken.test") == rows[i].lasts);
		look(b, later(HOUR - 1, HOUR));
		assert_false(in_force(b, "broken.test"));
		configure(b, "broken.test", NOW + HOUR + 1, later(60, HOUR));
		assert_true(in_force(b, "broken.test"));
		bed_free(b);
	}
}

static void one_of_the_configuration_waits_for_the_clock(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	configure(b, "broken.test", NOW + HOUR, (struct nta_now){ -1, MONO_MS });
	assert_false(in_force(b, "broken.test"));
	look(b, later(60, DAY));
	assert_true(in_force(b, "broken.test"));
	look(b, later(60, DAY + HOUR));
	assert_false(in_force(b, "broken.test"));
	bed_free(b);
}

static void a_worker_that_hangs_is_named_and_keeps_its_list(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct nta first = nta_of("first.test", NOW + HOUR),
	           second = nta_of("second.test", NOW + HOUR);

	hang(b);
	const struct nta_list *before = worker_ntas(b->workers[0]);
	assert_int_equal(nta_keeper_add(&b->keeper, &first, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "does it hang"));
	assert_int_equal(nta_keeper_add(&b->keeper, &second, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "try again"));
	nta_keeper_look(&b->keeper, later(2 * HOUR, 2 * HOUR));
	assert_ptr_equal(worker_ntas(b->workers[0]), before);
	assert_int_equal(before->count, 0);
	run(b);
	look(b, later(2 * HOUR, 2 * HOUR)); /* it takes the list that it did not take */
	look(b, later(2 * HOUR, 2 * HOUR));
	assert_false(in_force(b, "first.test"));
	bed_free(b);
}

static void one_that_cannot_be_kept_is_not_made(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct nta nta = nta_of("broken.test", NOW + HOUR);

	b->keeper.path = "/proc/nowhere/ntas";
	assert_int_equal(nta_keeper_add(&b->keeper, &nta, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "/proc/nowhere/ntas"));
	assert_false(in_force(b, "broken.test"));
	b->keeper.path = b->config.nta_state;
	add(b, "broken.test", NOW + HOUR, at_start);
	/* but its removal takes effect, and says what remains */
	b->keeper.path = "/proc/nowhere/ntas";
	assert_int_equal(nta_keeper_remove(&b->keeper, &nta.zone, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "after a restart"));
	assert_false(in_force(b, "broken.test"));
	/* the disk has room again */
	b->keeper.path = b->config.nta_state;
	look(b, later(60, 60));
	stop(b);
	start(b, later(120, 120));
	assert_false(in_force(b, "broken.test"));
	bed_free(b);
}

static void there_are_not_too_many(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct nta nta = nta_of("one-more.test", NOW + HOUR);

	for (unsigned i = 0; i < NTAS_ADDED_MAX; i++) {
		char zone[32];
		snprintf(zone, sizeof(zone), "zone%u.test", i);
		add(b, zone, NOW + HOUR, at_start);
	}
	assert_int_equal(nta_keeper_add(&b->keeper, &nta, at_start, &b->why), -1);
	assert_non_null(strstr(b->why.text, "remove one first"));
	add(b, "zone3.test", NOW + 2 * HOUR, at_start); /* another end for one of them */
	look(b, later(HOUR, HOUR));
	assert_true(in_force(b, "zone3.test") && !in_force(b, "zone4.test"));
	bed_free(b);
}

/* ---- The file ---- */

#define HEAD "sealgate-ntas 1\n"

static void a_file_that_is_not_ours_is_worthless(void **state)
{
	static const struct {
		const char *why, *text;
		const char *says; /* NULL: it is right */
	} rows[] = {
		{ "no line", HEAD, NULL },
		{ "one line, and a comment", HEAD "# x\na.test. 20270115080000 20270116080000\n",
		        NULL },
		{ "a week", HEAD "a.test. 20270115080000 20270122080000", NULL },
		{ "empty", "", ":1: the first line" },
		{ "another version", "sealgate-ntas 2\n", ":1: the first line" },
		{ "more than a week", HEAD "a.test. 20270115080000 20270122080001\n",
		        ":2: the end is not within seven days" },
		{ "no span", HEAD "a.test. 20270115080000 20270115080000\n", ":2: the end" },
		{ "backwards", HEAD "a.test. 20270115080000 20270114080000\n", ":2: the end" },
		{ "every name", HEAD "\n. 20270115080000 20270116080000\n", ":3: it would turn" },
		{ "no name", HEAD "a..b 20270115080000 20270116080000\n", ":2: the first word" },
		{ "no end", HEAD "a.test. 20270115080000\n", ":2: a line has" },
		{ "a word too many", HEAD "a.test. 20270115080000 20270116080000 x\n",
		        ":2: a line has" },
		{ "a time that is none", HEAD "a.test. 20270115080000 never\n", ":2: a time has" },
		{ "a name twice",
		        HEAD "a.test. 20270115080000 20270116080000\n"
		             "A.TEST 20270115080000 20270116080000\n",
		        ":3: the name is there twice" },
		{ "a good line before a bad one",
		        HEAD "a.test. 20270115080000 20270116080000\nnonsense\n",
		        ":3: a line has" },
	};

	(void)state;
	struct bed *b = bed_new();
	const char *path = b->config.nta_state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct added_ntas all;
		char aside[CONFIG_PATH_MAX + 16];
		snprintf(aside, sizeof(aside), "%s.damaged", path);
		unlink(aside);
		assert_int_equal(file_replace(path, rows[i].text, 0644), 0);
		enum nta_file got = nta_file_load(&all, path, &b->why);
		assert_row(rows[i].why, got == (rows[i].says ? NTA_FILE_DAMAGED : NTA_FILE_READ));
		assert_row(rows[i].why, !rows[i].says || strstr(b->why.text, rows[i].says));
		assert_row(rows[i].why, !rows[i].says || all.count == 0);
		assert_row(rows[i].why, (access(aside, F_OK) == 0) == (rows[i].says != NULL));
	}
	bed_free(b);
}

/* Octets that a file or a terminal could take for something else are escaped. */
static void what_is_written_is_read(void **state)
{
	static const char *const names[] = { "a.test", "#.test", "a\\032b.test", "\\010x.test",
		"\\\\.test" };
	static struct added_ntas all, again;

	(void)state;
	struct bed *b = bed_new();
	all.count = 0;
	for (unsigned i = 0; i < COUNT(names); i++)
		all.items[all.count++] = (struct added_nta){ nta_of(names[i], NOW + HOUR + i),
			NOW + HOUR + i, NOW + i, 0 };
	assert_int_equal(nta_file_save(&all, b->config.nta_state, &b->why), 0);
	assert_int_equal(nta_file_load(&again, b->config.nta_state, &b->why), NTA_FILE_READ);
	assert_int_equal(again.count, all.count);
	for (unsigned i = 0; i < all.count; i++) {
		assert_true(name_equal(&again.items[i].nta.zone, &all.items[i].nta.zone));
		assert_int_equal(again.items[i].nta.expires_s, all.items[i].nta.expires_s);
		assert_int_equal(again.items[i].since_s, all.items[i].since_s);
	}
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_worker_judges_by_it_when_it_is_made),
		cmocka_unit_test(what_was_learned_below_it_is_forgotten),
		cmocka_unit_test(it_ends_by_either_clock),
		cmocka_unit_test(by_a_clock_that_cannot_be_right_it_is_not_in_force),
		cmocka_unit_test(a_clock_that_is_set_late_leaves_it_what_is_left),
		cmocka_unit_test(a_clock_that_was_ahead_does_not_make_it_longer),
		cmocka_unit_test(it_outlives_the_process),
		cmocka_unit_test(those_of_the_configuration_are_in_force_beside_it),
		cmocka_unit_test(those_of_the_configuration_end_by_either_clock_too),
		cmocka_unit_test(one_of_the_configuration_waits_for_the_clock),
		cmocka_unit_test(a_worker_that_hangs_is_named_and_keeps_its_list),
		cmocka_unit_test(one_that_cannot_be_kept_is_not_made),
		cmocka_unit_test(there_are_not_too_many),
		cmocka_unit_test(a_file_that_is_not_ours_is_worthless),
		cmocka_unit_test(what_is_written_is_read),
	};
	return cmocka_run_group_tests_name("nta_keeper", tests, NULL, NULL);
}
