/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other threads ask workers. A worker that hangs keeps nobody, and frees what it was asked. */
#include "test.h"

#include "daemon/inquiries.h"
#include "daemon/workers_wait.h"
#include "ordertaker.h"
#include "worker/worker_private.h"

#define NOW     1800000000
#define WORKERS 2
#define ZONES   1024

struct bed {
	struct anchors *anchors;
	struct worker *workers[WORKERS];
	struct complaint why;
	struct order_taker taker;
};

static struct name zone_of(const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return name;
}

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	b->anchors = anchors_new();
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *w = calloc(1, sizeof(*w));
		w->wake_fd = -1;
		w->turn.now_s = NOW;
		w->gates.config = &w->config;
		assert_int_equal(store_init(&w->gates.store, b->anchors, ZONES), 0);
		assert_int_equal(store_init(&w->gates.dateless.store, NULL, ZONES), 0);
		assert_int_equal(servers_init(&w->fetcher.servers, NULL, 0), 0);
		assert_int_equal(refusals_init(&w->refusals), 0);
		b->workers[i] = w;
	}
	return b;
}

static void bed_free(struct bed *b)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *w = b->workers[i];
		inquiry_release(w->orders.inquiry);
		store_fini(&w->gates.store);
		store_fini(&w->gates.dateless.store);
		servers_fini(&w->fetcher.servers);
		free(w);
	}
	anchors_free(b->anchors);
	free(b);
}

static void learn(struct worker *w, const char *zone)
{
	static const struct cut_state unsigned_zone = { CUT_INSECURE,
		{ STATUS_INSECURE, REASON_UNSIGNED_ZONE }, NULL };
	struct name name = zone_of(zone);

	store_put_cut(&w->gates.store, &name, &unsigned_zone, NOW, 100);
}

/* Asks while the workers take their orders. */
static int ask(struct bed *b, struct inquiries *all, enum inquiry_kind kind, const char *top)
{
	struct name name = zone_of(top);

	order_taker_start(&b->taker, b->workers, WORKERS);
	int result = inquiries_ask(all, b->workers, WORKERS, kind, &name, &b->why);
	order_taker_stop(&b->taker);
	return result;
}

static unsigned zones_known(struct bed *b, const char *top)
{
	struct inquiries all;
	unsigned count;

	assert_int_equal(ask(b, &all, INQUIRY_ZONES, top), 0);
	const union inquiry_row **rows = inquiries_rows(&all, &count);
	for (unsigned i = 0; i < count; i++) {
		struct name name = zone_of(top);
		assert_true(name_within(&rows[i]->zone.name, &name));
		assert_int_equal(rows[i]->zone.outcome.status, STATUS_INSECURE);
	}
	free(rows);
	assert_int_equal(all.left_out, 0);
	inquiries_fini(&all);
	return count;
}

static void each_worker_answers_and_forgets(void **state)
{
	struct inquiries all;

	(void)state;
	struct bed *b = bed_new();
	assert_int_equal(zones_known(b, "."), 0);
	learn(b->workers[0], "a.test");
	learn(b->workers[0], "sub.a.test");
	learn(b->workers[0], "xa.test");
	learn(b->workers[1], "a.test");
	assert_int_equal(zones_known(b, "."), 4);
	assert_int_equal(zones_known(b, "a.test"), 3);
	assert_int_equal(zones_known(b, "b.test"), 0);
	assert_int_equal(ask(b, &all, INQUIRY_FORGET, "a.test"), 0);
	inquiries_fini(&all);
	assert_int_equal(zones_known(b, "."), 1);
	assert_int_equal(ask(b, &all, INQUIRY_FORGET, "."), 0);
	inquiries_fini(&all);
	assert_int_equal(zones_known(b, "."), 0);
	bed_free(b);
}

static void an_answer_has_no_more_rows_than_it_has_room_for(void **state)
{
	struct inquiries all;
	unsigned count;

	(void)state;
	struct bed *b = bed_new();
	for (unsigned i = 0; i < INQUIRY_ROWS + 9; i++) {
		char zone[32];
		snprintf(zone, sizeof(zone), "zone%u.test", i);
		learn(b->workers[0], zone);
	}
	assert_int_equal(ask(b, &all, INQUIRY_ZONES, "."), 0);
	const union inquiry_row **rows = inquiries_rows(&all, &count);
	assert_int_equal(count, INQUIRY_ROWS);
	assert_int_equal(all.left_out, 9);
	/* the newest ones are there */
	struct name newest = zone_of("zone520.test");
	assert_true(name_equal(&rows[0]->zone.name, &newest));
	free(rows);
	inquiries_fini(&all);
	bed_free(b);
}

/* It looks at so many only, because packets wait meanwhile; the others are counted. */
static void facts_that_are_not_looked_at_are_counted(void **state)
{
	struct inquiries all;
	char zone[32];

	(void)state;
	struct bed *b = bed_new();
	struct store *s = &b->workers[0]->gates.store;
	store_fini(s);
	assert_int_equal(store_init(s, b->anchors, INQUIRY_LOOKS + 100), 0);
	for (unsigned i = 0; i < INQUIRY_LOOKS + 7; i++) {
		snprintf(zone, sizeof(zone), "zone%u.test", i);
		learn(b->workers[0], zone);
	}
	learn(b->workers[1], "zone.test");
	assert_int_equal(ask(b, &all, INQUIRY_ZONES, "."), 0);
	assert_int_equal(all.not_looked_at, 7);
	assert_int_equal(all.left_out, INQUIRY_LOOKS - INQUIRY_ROWS);
	inquiries_fini(&all);
	assert_int_equal(ask(b, &all, INQUIRY_ZONES, "zone0.test"), 0);
	assert_int_equal(all.not_looked_at, 7); /* it is one of them */
	inquiries_fini(&all);
	bed_free(b);
}

static void a_worker_that_hangs_keeps_nobody(void **state)
{
	struct inquiries all;

	(void)state;
	struct bed *b = bed_new();
	for (unsigned i = 0; i < 3; i++) { /* each replaces one that nobody waits for any more */
		assert_int_equal(inquiries_ask(&all, b->workers, WORKERS, INQUIRY_ZONES, &name_root,
		                         &b->why),
		        -1);
		assert_non_null(strstr(b->why.text, "does it hang"));
		inquiries_fini(&all);
	}
	orders_take(b->workers[0]); /* late, and the asker is gone */
	assert_null(b->workers[0]->orders.inquiry);
	assert_non_null(b->workers[1]->orders.inquiry);
	bed_free(b);
}

static void what_a_worker_that_hangs_shall_forget_is_not_lost(void **state)
{
	struct inquiries all;
	struct name top = zone_of("a.test");

	(void)state;
	struct bed *b = bed_new();
	learn(b->workers[0], "a.test");
	assert_int_equal(
	        inquiries_ask(&all, b->workers, WORKERS, INQUIRY_FORGET, &top, &b->why), -1);
	inquiries_fini(&all);
	assert_int_equal(zones_known(b, "."), 0); /* this asks in its place */
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_worker_answers_and_forgets),
		cmocka_unit_test(an_answer_has_no_more_rows_than_it_has_room_for),
		cmocka_unit_test(facts_that_are_not_looked_at_are_counted),
		cmocka_unit_test(a_worker_that_hangs_keeps_nobody),
		cmocka_unit_test(what_a_worker_that_hangs_shall_forget_is_not_lost),
	};
	return cmocka_run_group_tests_name("inquiries", tests, NULL, NULL);
}
