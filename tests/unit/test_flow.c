/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "flowtalk.h"

/* An attacker who sees a query may send a copy of it that is exempt, or has no RD. */
static void a_copy_of_a_query_does_not_weaken_it(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&t, 4, 1000, 7, "example.org");
	t.asked.flags = FLAG_RD;
	t.asked.iterator = ITERATOR_SERVER;
	struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
	struct client_query copy = t.asked;
	copy.passes_unjudged = true;
	copy.flags = FLAG_CD;
	copy.iterator = ITERATOR_CLIENT;

	flow_remember(&table, &key, QUERY_JUDGED, &t.asked, START_MS);
	assert_true(flow_remember(&table, &key, QUERY_CD, &copy, START_MS + 1).is_rival);
	struct flow *flow = answered(&table, &t, START_MS + 2);
	assert_int_equal(flow->kind, QUERY_JUDGED);
	assert_false(flow->passes_unjudged);
	assert_int_equal(flow->flags, FLAG_RD);
	assert_int_equal(flow->iterator, ITERATOR_SERVER);
	flow_remove(&table, flow);

	flow_remember(&table, &key, QUERY_CD, &copy, START_MS);
	flow_remember(&table, &key, QUERY_JUDGED, &t.asked, START_MS + 1);
	assert_false(answered(&table, &t, START_MS + 2)->passes_unjudged);
	flow_table_fini(&table);
}

/* Interfaces of the gateway: towards the client, towards the server, and others. */
enum { HERE, INSIDE, OUTSIDE, OTHER_WAY_OUT, OTHER_INSIDE };

static void a_response_goes_the_way_of_its_query(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct flow_way query, response;
		bool is_signing, found;
	} rows[] = {
		{ "a gateway", { INSIDE, OUTSIDE }, { OUTSIDE, INSIDE }, false, true },
		{ "by its other uplink", { INSIDE, OUTSIDE }, { OTHER_WAY_OUT, INSIDE }, false,
		        true },
		{ "a copy that came from outside", { OUTSIDE, OUTSIDE }, { OUTSIDE, INSIDE }, false,
		        false },
		{ "a copy that came by the other uplink", { OTHER_WAY_OUT, OUTSIDE },
		        { OUTSIDE, INSIDE }, false, false },
		{ "from the client's own side", { INSIDE, OUTSIDE }, { INSIDE, INSIDE }, false,
		        false },
		{ "to another network", { INSIDE, OUTSIDE }, { OUTSIDE, OTHER_INSIDE }, false,
		        false },
		{ "to this machine", { INSIDE, OUTSIDE }, { OUTSIDE, HERE }, false, false },
		{ "a gateway with one interface", { INSIDE, INSIDE }, { INSIDE, INSIDE }, false,
		        true },
		{ "this machine asked", { HERE, OUTSIDE }, { OUTSIDE, HERE }, false, true },
		{ "by its other interface", { HERE, OUTSIDE }, { OTHER_WAY_OUT, HERE }, false,
		        true },
		{ "this machine asked, to others", { HERE, OUTSIDE }, { OUTSIDE, INSIDE }, false,
		        false },
		{ "the shortcut", { INSIDE, 0 }, { OUTSIDE, INSIDE }, false, true },
		{ "the shortcut, one interface", { INSIDE, 0 }, { INSIDE, INSIDE }, false, true },
		{ "the shortcut, to another network", { INSIDE, 0 }, { OUTSIDE, OTHER_INSIDE },
		        false, false },
		{ "a signer", { OUTSIDE, INSIDE }, { INSIDE, OUTSIDE }, true, true },
		{ "a signer, back by another interface", { OUTSIDE, INSIDE },
		        { INSIDE, OTHER_WAY_OUT }, true, true },
		{ "a signer, forged from outside", { OUTSIDE, INSIDE }, { OUTSIDE, OUTSIDE }, true,
		        false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_table table;
		struct talk t;

		assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
		begin_talk(&t, 4, 4000, 7, "a.test.");
		t.query_way = rows[i].query;
		t.response_way = rows[i].response;
		struct flow_signing signing = { .asked.client = t.asked };
		struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
		if (rows[i].is_signing)
			flow_remember_signing(&table, &key, &signing, START_MS);
		else
			flow_remember(&table, &key, QUERY_JUDGED, &t.asked, START_MS);
		key = flow_key_of_response(&table.hash_key, &t.response, 7, t.response_way);
		assert_row(rows[i].why, (answered(&table, &t, START_MS) != NULL) == rows[i].found);
		assert_row(rows[i].why,
		        (flow_find_asked(&table, &key, &t.asked) != NULL) == rows[i].found);
		/* called only after flow_find() found nothing */
		assert_true(flow_has_strayed(&table, &key, &t.message, START_MS));
		assert_false(flow_has_strayed(&table, &key, &t.message, START_MS + TIMEOUT_MS));
		flow_table_fini(&table);
	}
}

/* An attacker who sees a query sends a query that is exempt, with its addresses, ports and id, from
 * any interface, in any letter case, with any question. */
static void no_flow_of_a_tuple_is_exempt_while_another_one_is_judged(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *name;
		struct flow_way way;
	} rows[] = {
		{ "the same question", "www.bank.example.", { INSIDE, OUTSIDE } },
		{ "in capitals", "WWW.BANK.EXAMPLE.", { INSIDE, OUTSIDE } },
		{ "another question", "www.shop.example.", { INSIDE, OUTSIDE } },
		{ "from outside", "www.bank.example.", { OUTSIDE, OUTSIDE } },
		{ "in capitals, from outside", "WWW.BANK.EXAMPLE.", { OUTSIDE, OUTSIDE } },
		{ "another question, from outside", "www.shop.example.", { OUTSIDE, OUTSIDE } },
	};

	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		bool comes_first = i >= COUNT(rows);
		size_t row = i % COUNT(rows);
		struct flow_table table;
		struct talk genuine, copy;

		assert_int_equal(flow_table_init(&table, 8, TIMEOUT_MS), 0);
		begin_talk(&genuine, 4, 4000, 7, "www.bank.example.");
		begin_talk(&copy, 4, 4000, 7, rows[row].name);
		genuine.query_way = (struct flow_way){ INSIDE, OUTSIDE };
		copy.query_way = rows[row].way;
		copy.response_way = (struct flow_way){ rows[row].way.out, rows[row].way.in };
		copy.asked.passes_unjudged = true;
		struct flow_key key =
		        flow_key_of_query(&table.hash_key, &copy.query, 7, copy.query_way);
		if (comes_first)
			flow_remember(&table, &key, QUERY_SIGNED, &copy.asked, START_MS);
		assert_true(ask(&table, &genuine, START_MS));
		if (!comes_first)
			assert_true(flow_remember(&table, &key, QUERY_SIGNED, &copy.asked, START_MS)
			                    .is_rival);
		struct flow *flow = answered(&table, &copy, START_MS + 1);
		assert_row(rows[row].why, !flow || !flow->passes_unjudged);
		flow_table_fini(&table);
	}
}

/* A client may repeat a query in another letter case, in which the server answers. */
static void a_copy_in_another_letter_case_is_judged_and_can_be_answered(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk genuine, again;

	assert_int_equal(flow_table_init(&table, 8, TIMEOUT_MS), 0);
	begin_talk(&genuine, 4, 4000, 7, "www.bank.example.");
	begin_talk(&again, 4, 4000, 7, "www.bank.example.");
	again.asked.question[1] = 'W';
	again.asked.passes_unjudged = true;
	/* the response repeats the question of the copy */
	again.octets[DNS_HEADER_SIZE + 1] = 'W';
	assert_true(ask(&table, &genuine, START_MS));
	assert_true(ask(&table, &again, START_MS));
	assert_non_null(answered(&table, &genuine, START_MS));
	struct flow *flow = answered(&table, &again, START_MS);
	assert_non_null(flow);
	assert_false(flow->passes_unjudged);
	flow_table_fini(&table);
}

/* On a gateway with one interface a copy takes the same way as the query. There an attacker forges
 * a failure, which ends the flow, and then sends a copy that is exempt, while the client goes on
 * listening. */
static void after_a_failure_the_tuple_is_as_strict_as_before(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct flow_way way;
		bool stays; /* strict; elsewhere the way of the copy tells */
	} rows[] = {
		{ "one interface", { INSIDE, INSIDE }, true },
		{ "the shortcut, which may be one interface", { INSIDE, 0 }, true },
		{ "two interfaces", { INSIDE, OUTSIDE }, false },
		{ "this machine asks", { HERE, OUTSIDE }, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_table table;
		struct talk t;

		assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
		begin_talk(&t, 4, 4000, 7, "a.test.");
		t.query_way = rows[i].way;
		t.response_way = (struct flow_way){ rows[i].way.out, rows[i].way.in };
		assert_true(ask(&table, &t, START_MS));
		struct flow *flow = answered(&table, &t, START_MS);
		assert_non_null(flow);
		flow_end(&table, flow);
		assert_null(answered(&table, &t, START_MS));
		assert_int_equal(table.table.used, rows[i].stays);

		t.asked.passes_unjudged = true;
		struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
		flow_remember(&table, &key, QUERY_SIGNED, &t.asked, START_MS + 1);
		flow = answered(&table, &t, START_MS + 1);
		assert_non_null(flow);
		assert_row(rows[i].why, flow->passes_unjudged == !rows[i].stays);
		assert_int_equal(flow_expire(&table, START_MS + 1 + TIMEOUT_MS), 1);
		flow_table_fini(&table);
	}
}

/* A flow that a failure has ended was answered. */
static void a_flow_that_has_ended_is_neither_evicted_nor_timed_out(void **state)
{
	(void)state;
	static const struct flow_way one_interface = { INSIDE, INSIDE };
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	for (uint16_t id = 0; id < 7; id++) {
		begin_talk(&t, 4, 4000, id, "a.test.");
		t.query_way = t.response_way = one_interface;
		/* the first three of four were answered */
		assert_int_equal(ask(&table, &t, START_MS), true);
		if (id < 3)
			flow_end(&table, answered(&table, &t, START_MS));
	}
	assert_int_equal(table.table.used, 4);
	for (uint16_t id = 3; id < 5; id++) {
		begin_talk(&t, 4, 4000, id, "a.test.");
		t.query_way = t.response_way = one_interface;
		flow_end(&table, answered(&table, &t, START_MS));
	}
	assert_int_equal(flow_expire(&table, START_MS + TIMEOUT_MS), 2);
	assert_int_equal(table.table.used, 0);
	flow_table_fini(&table);
}

/* An attacker behind another interface of a gateway cannot evict the query of a client. */
static void a_flood_from_outside_evicts_no_query_of_a_client(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk genuine, copy;
	char name[32];

	assert_int_equal(flow_table_init(&table, 100, TIMEOUT_MS), 0);
	begin_talk(&genuine, 4, 4000, 7, "www.bank.example.");
	genuine.query_way = (struct flow_way){ INSIDE, OUTSIDE };
	genuine.response_way = (struct flow_way){ OUTSIDE, INSIDE };
	assert_true(ask(&table, &genuine, START_MS));
	for (int i = 0; i < 3 * FLOW_QUESTIONS; i++) {
		snprintf(name, sizeof(name), "q%d.test.", i);
		begin_talk(&copy, 4, 4000, 7, name);
		copy.query_way = (struct flow_way){ OUTSIDE, OUTSIDE };
		ask(&table, &copy, START_MS);
	}
	assert_int_equal(table.table.used, 1 + FLOW_QUESTIONS);
	assert_non_null(answered(&table, &genuine, START_MS));
	flow_table_fini(&table);
}

struct flood {
	unsigned remembered, evicted;
};

/* Asks `count` questions that are never answered, each with its own client address and id. */
static struct flood flood(struct flow_table *table, unsigned count, uint32_t client, uint32_t step,
        struct flow_way way)
{
	struct talk t;
	struct flood flood = { 0 };

	begin_talk(&t, 4, 4000, 7, "flood.test.");
	t.query_way = way;
	for (unsigned i = 0; i < count; i++) {
		put_u32(t.addresses[0], client + i * step);
		t.asked.id = (uint16_t)i;
		struct flow_key key =
		        flow_key_of_query(&table->hash_key, &t.query, (uint16_t)i, way);
		struct flow_remembered result =
		        flow_remember(table, &key, QUERY_JUDGED, &t.asked, START_MS);
		flood.remembered += !result.is_refused;
		flood.evicted += result.evicted;
	}
	return flood;
}

/* An honest client asks some questions, one after the other. Returns how many can still be
 * answered. */
static unsigned honest(struct flow_table *table, unsigned count)
{
	struct talk t;
	unsigned found = 0;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < count; i++) {
			begin_talk(&t, 4, 5000, (uint16_t)i, "honest.test.");
			t.query_way = (struct flow_way){ INSIDE, OUTSIDE };
			t.response_way = (struct flow_way){ OUTSIDE, INSIDE };
			if (round == 0)
				ask(table, &t, START_MS);
			else
				found += answered(table, &t, START_MS) != NULL;
		}
	}
	return found;
}

static void a_flood_does_not_evict_the_queries_of_others(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t step; /* between one address of the flood and the next; 0: it has one */
		struct flow_way way;
	} rows[] = {
		{ "by one client", 0, { INSIDE, OUTSIDE } },
		{ "from outside, with any address", 1, { OUTSIDE, OUTSIDE } },
		{ "from the interface of the clients, with any address", 1, { INSIDE, OUTSIDE } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_table table;

		assert_int_equal(flow_table_init(&table, 1024, TIMEOUT_MS), 0);
		assert_int_equal(honest(&table, 10), 10);
		assert_row(rows[i].why,
		        flood(&table, 600, 0x0a000000, rows[i].step, rows[i].way).remembered >=
		                500);
		assert_int_equal(honest(&table, 20), 20);
		/* a client behind a third interface asks a little, too */
		flood(&table, 2, 0x0c000000, 1, (struct flow_way){ OTHER_INSIDE, OUTSIDE });
		/* more than the table holds */
		flood(&table, 4000, 0x0b000000, rows[i].step, rows[i].way);
		assert_row(rows[i].why, honest(&table, 30) == 30);
		assert_row(rows[i].why, table.table.used <= 1024);
		flow_expire(&table, START_MS + TIMEOUT_MS);
		while (table.table.used > 0)
			flow_expire(&table, START_MS + TIMEOUT_MS);
		assert_int_equal(table.share.clients.used, 0);
		flow_table_fini(&table);
	}
}

/* A client that is alone may use the whole table: its oldest flow is evicted. */
static void a_client_that_is_alone_is_not_limited(void **state)
{
	(void)state;
	struct flow_table table;

	assert_int_equal(flow_table_init(&table, 1024, TIMEOUT_MS), 0);
	assert_int_equal(
	        flood(&table, 5000, 0x0a000000, 0, (struct flow_way){ HERE, OUTSIDE }).remembered,
	        5000);
	assert_int_equal(table.table.used, 1024);
	flow_table_fini(&table);
}

/* An operator sees by the counter that clients are not answered: no query is forgotten in
 * silence. */
static void each_query_that_was_forgotten_is_counted(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t step;
		unsigned others; /* queries by another interface */
		struct flow_way way;
	} rows[] = {
		{ "the table is full", 0, 0, { HERE, OUTSIDE } },
		{ "a client has its share", 0, 100, { INSIDE, OUTSIDE } },
		{ "an interface has its share", 1, 100, { INSIDE, OUTSIDE } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_table table;

		assert_int_equal(flow_table_init(&table, 1024, TIMEOUT_MS), 0);
		struct flood early = flood(&table, 600, 0x0a000000, 1, rows[i].way);
		struct flood others = flood(&table, rows[i].others, 0x0c000000, 1,
		        (struct flow_way){ OTHER_INSIDE, OUTSIDE });
		struct flood greedy = flood(&table, 4000, 0x0b000000, rows[i].step, rows[i].way);
		unsigned remembered = early.remembered + others.remembered + greedy.remembered;
		assert_row(rows[i].why, greedy.evicted > 0);
		assert_row(rows[i].why,
		        remembered - others.evicted - greedy.evicted == table.table.used);
		flow_table_fini(&table);
	}
}

/* A flow that timed out must not hide another one. */
static void a_flow_is_found_behind_one_that_timed_out(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk old, young;

	assert_int_equal(flow_table_init(&table, 8, TIMEOUT_MS), 0);
	begin_talk(&young, 4, 4000, 7, "a.test.");
	begin_talk(&old, 4, 4000, 7, "a.test.");
	young.query_way = old.query_way = (struct flow_way){ INSIDE, INSIDE };
	young.query_way.out = OUTSIDE;
	young.response_way = (struct flow_way){ OUTSIDE, INSIDE };
	assert_true(ask(&table, &young, START_MS + TIMEOUT_MS));
	old.query_way.in = old.query_way.out = OTHER_INSIDE;
	assert_true(ask(&table, &old, START_MS));
	assert_non_null(answered(&table, &young, START_MS + TIMEOUT_MS));
	flow_table_fini(&table);
}

static void only_the_response_to_the_query_is_found(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t version;
		uint16_t port, id;
		const char *name;
		bool found;
	} rows[] = {
		{ "the answer", 4, 4000, 7, "a.test.", true },
		{ "another port", 4, 4001, 7, "a.test.", false },
		{ "another id", 4, 4000, 8, "a.test.", false },
		{ "another question", 4, 4000, 7, "b.test.", false },
		{ "another IP", 6, 4000, 7, "a.test.", false },
	};
	struct flow_table table;
	struct talk asked, came;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&asked, 4, 4000, 7, "a.test.");
	assert_true(ask(&table, &asked, START_MS));
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin_talk(&came, rows[i].version, rows[i].port, rows[i].id, rows[i].name);
		assert_row(
		        rows[i].why, (answered(&table, &came, START_MS) != NULL) == rows[i].found);
	}
	begin_talk(&came, 4, 4000, 7, "a.test.");
	came.addresses[1][3] = 9;
	assert_row("another server", !answered(&table, &came, START_MS));
	flow_table_fini(&table);
}

static void an_answered_flow_is_gone(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&t, 6, 4000, 7, "a.test.");
	ask(&table, &t, START_MS);
	struct flow *flow = answered(&table, &t, START_MS);
	assert_non_null(flow);
	assert_int_equal(flow->kind, QUERY_JUDGED);
	flow_remove(&table, flow);
	assert_null(answered(&table, &t, START_MS));
	flow_table_fini(&table);
}

static void flows_that_differ_only_in_the_question_are_distinct(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk a, b;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&a, 4, 4000, 7, "a.test.");
	begin_talk(&b, 4, 4000, 7, "b.test.");
	assert_true(ask(&table, &a, START_MS));
	assert_true(ask(&table, &b, START_MS));
	assert_int_equal(table.table.used, 2);
	struct flow *flow = answered(&table, &a, START_MS);
	assert_non_null(flow);
	union flow_asked what;
	flow_read(&table, flow, &what);
	assert_int_equal(what.client.question_len, a.asked.question_len);
	assert_memory_equal(what.client.question, a.asked.question, a.asked.question_len);
	flow_remove(&table, flow);
	assert_non_null(answered(&table, &b, START_MS));
	flow_table_fini(&table);
}

static void a_repeated_query_is_one_flow_with_a_new_time(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&t, 4, 4000, 7, "a.test.");
	assert_true(ask(&table, &t, START_MS));
	assert_true(ask(&table, &t, START_MS + TIMEOUT_MS - 1));
	assert_int_equal(table.table.used, 1);
	assert_int_equal(flow_expire(&table, START_MS + TIMEOUT_MS), 0);
	assert_non_null(answered(&table, &t, START_MS + TIMEOUT_MS));
	flow_table_fini(&table);
}

static void a_flow_that_timed_out_is_not_found(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&t, 4, 4000, 7, "a.test.");
	ask(&table, &t, START_MS);
	assert_non_null(answered(&table, &t, START_MS + TIMEOUT_MS - 1));
	assert_null(answered(&table, &t, START_MS + TIMEOUT_MS));
	assert_int_equal(flow_expire(&table, START_MS + TIMEOUT_MS), 1);
	assert_int_equal(table.table.used, 0);
	flow_table_fini(&table);
}

static void the_oldest_flow_is_evicted_when_the_table_is_full(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	for (uint16_t id = 0; id < 5; id++) {
		begin_talk(&t, 4, 4000, id, "a.test.");
		assert_int_equal(ask(&table, &t, START_MS), id < 4);
	}
	assert_int_equal(table.table.used, 4);
	assert_non_null(answered(&table, &t, START_MS));
	begin_talk(&t, 4, 4000, 0, "a.test.");
	assert_null(answered(&table, &t, START_MS));
	flow_table_fini(&table);
}

static void a_flood_with_one_id_is_bounded(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;
	char name[32];

	assert_int_equal(flow_table_init(&table, 100, TIMEOUT_MS), 0);
	for (int i = 0; i < FLOW_QUESTIONS + 2; i++) {
		snprintf(name, sizeof(name), "q%d.test.", i);
		begin_talk(&t, 4, 4000, 7, name);
		assert_int_equal(ask(&table, &t, START_MS), i < FLOW_QUESTIONS);
	}
	assert_int_equal(table.table.used, FLOW_QUESTIONS);
	assert_non_null(answered(&table, &t, START_MS));
	begin_talk(&t, 4, 4000, 7, "q1.test.");
	assert_null(answered(&table, &t, START_MS));
	begin_talk(&t, 4, 4000, 7, "q2.test.");
	assert_non_null(answered(&table, &t, START_MS));
	flow_table_fini(&table);
}

/* Asks another question of the tuple. */
static void ask_beside(struct flow_table *table, struct talk *t, unsigned number)
{
	char name[32];

	snprintf(name, sizeof(name), "q%u.test.", number);
	begin_talk(t, 4, 4000, 7, name);
	t->query_way = (struct flow_way){ INSIDE, OUTSIDE };
	t->response_way = (struct flow_way){ OUTSIDE, INSIDE };
	ask(table, t, START_MS);
}

/* The flow that makes room in the share of a client may be the one that makes room for another
 * question of its tuple. It is evicted once. */
static void a_client_that_has_its_share_repeats_its_oldest_id(void **state)
{
	(void)state;
	unsigned evicted = 0;

	for (unsigned more = 0; more < 120; more++) {
		struct flow_table table;
		struct talk t;

		assert_int_equal(flow_table_init(&table, 256, TIMEOUT_MS), 0);
		for (unsigned i = 0; i < FLOW_QUESTIONS; i++)
			ask_beside(&table, &t, i);
		flood(&table, 120, 0x0a000000, 1, (struct flow_way){ INSIDE, OUTSIDE });
		flood(&table, 8, 0x0c000000, 1, (struct flow_way){ OTHER_INSIDE, OUTSIDE });
		flood(&table, more, 0x0b000000, 1, (struct flow_way){ INSIDE, OUTSIDE });
		uint32_t used = table.table.used;
		ask_beside(&table, &t, FLOW_QUESTIONS);
		assert_non_null(answered(&table, &t, START_MS));
		evicted += used == table.table.used;
		assert_true(table.table.used >= used && table.table.used <= 256);
		flow_table_fini(&table);
	}
	assert_true(evicted > 1);
}

/* The wire form of a name with `labels` labels of `octets` letters each, and type and class. */
static struct span long_question(uint8_t *octets, unsigned labels, uint8_t letters, char letter)
{
	struct writer out = writer_over(octets, QUESTION_MAX);

	for (unsigned i = 0; i < labels; i++) {
		writer_u8(&out, letters);
		for (unsigned j = 0; j < letters; j++)
			writer_u8(&out, (uint8_t)letter);
	}
	writer_u8(&out, 0);
	writer_u32(&out, TYPE_A << 16 | CLASS_IN);
	assert_false(out.full);
	return writer_span(&out);
}

static struct client_query long_asked(uint16_t id, unsigned labels, uint8_t letters, char letter)
{
	struct client_query asked = { .id = id,
		.flags = FLAG_RD | FLAG_AD,
		.udp_size = 1400,
		.has_edns = true,
		.dnssec_ok = id & 1 };

	asked.question_len = (uint16_t)long_question(asked.question, labels, letters, letter).len;
	return asked;
}

/* Lengths around those where one more entry of the table is needed, up to the longest name. */
static const struct {
	unsigned labels;
	uint8_t letters;
	unsigned entries, entries_signing;
} lengths[] = {
	{ 0, 0, 1, 2 },
	{ 1, 12, 1, 2 },
	{ 1, 13, 1, 2 },
	{ 1, 14, 1, 2 },
	{ 2, 19, 1, 2 },
	{ 2, 20, 1, 2 },
	{ 1, 42, 2, 2 },
	{ 3, 20, 2, 2 },
	{ 2, 58, 2, 3 },
	{ 7, 16, 2, 3 },
	{ 73, 1, 2, 3 },
	{ 3, 48, 3, 3 },
	{ 6, 36, 3, 4 },
	{ 127, 1, 4, 4 },
};

/* An attacker copies the query without RD, as a secondary asks. */
static void a_copy_does_not_make_a_query_one_of_a_secondary(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct flow_table t;
		struct client_query asked = { .id = 7, .question_len = 17 };
		static const uint8_t octets[] = { 192, 0, 2, 1 };
		struct packet packet = { .version = 4,
			.source = span_of(octets, 4),
			.destination = span_of(octets, 4) };
		union flow_asked read;

		assert_int_equal(flow_table_init(&t, 64, 1000), 0);
		struct flow_key key = flow_key_of_query(
		        &t.hash_key, &packet, asked.id, (struct flow_way){ 0, 0 });
		for (unsigned i = 0; i < 2; i++) {
			asked.precedes_transfer = i == first;
			flow_remember(&t, &key, QUERY_JUDGED, &asked, 1);
		}
		struct flow *flow = flow_find_asked(&t, &key, &asked);
		assert_non_null(flow);
		flow_read(&t, flow, &read);
		assert_false(read.client.precedes_transfer);
		flow_table_fini(&t);
	}
}

static void a_query_of_any_length_is_unpacked(void **state)
{
	(void)state;
	struct flow_table table;
	union flow_asked what;
	struct talk t;

	begin_talk(&t, 6, 4000, 7, "a.test.");
	for (size_t i = 0; i < COUNT(lengths); i++) {
		assert_int_equal(flow_table_init(&table, 8, TIMEOUT_MS), 0);
		struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
		struct client_query asked =
		        long_asked(7, lengths[i].labels, lengths[i].letters, 'q');
		flow_remember(&table, &key, QUERY_JUDGED, &asked, START_MS);
		struct flow *flow = flow_find_asked(&table, &key, &asked);
		assert_non_null(flow);
		flow_read(&table, flow, &what);
		assert_memory_equal(&what.client, &asked,
		        offsetof(struct client_query, question) + asked.question_len);
		assert_int_equal(table.table.used, lengths[i].entries);
		asked.question[asked.question_len - 5] ^= 0x20; /* the last of the name */
		assert_null(flow_find_asked(&table, &key, &asked));
		flow_remove(&table, flow);
		assert_int_equal(table.table.used, 0);
		flow_table_fini(&table);
	}
}

static void a_query_to_the_signer_is_unpacked(void **state)
{
	(void)state;
	struct flow_table table;
	union flow_asked what;
	struct talk t;

	begin_talk(&t, 6, 4000, 7, "a.test.");
	for (size_t i = 0; i < COUNT(lengths); i++) {
		assert_int_equal(flow_table_init(&table, 8, TIMEOUT_MS), 0);
		struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
		struct flow_signing signing = {
			.asked = { .client = long_asked(
			                   7, lengths[i].labels, lengths[i].letters, 's'),
			        .way = SIGN_WAY_NODATA,
			        .sent_labels = 3,
			        .sent_type = TYPE_SOA,
			        .compact_ok = i & 1,
			        .sent_edns = i & 2,
			        .subnet = { .is_given = true,
			                .family = 1,
			                .source = 24,
			                .address = { 192, 0, 2 } },
			        .zone_number = 70000 },
			.server_len = 16,
			.server = { 0x20, 1, [15] = 9 },
		};
		assert_int_equal(
		        flow_remember_signing(&table, &key, &signing, START_MS).evicted, 0);
		struct flow *flow = flow_find_asked(&table, &key, &signing.asked.client);
		assert_non_null(flow);
		flow_read(&table, flow, &what);
		const struct signer_query *asked = &what.signing.asked;
		assert_memory_equal(asked->client.question, signing.asked.client.question,
		        signing.asked.client.question_len);
		assert_int_equal(asked->client.udp_size, 1400);
		assert_int_equal(asked->way, SIGN_WAY_NODATA);
		assert_int_equal(asked->sent_labels, 3);
		assert_int_equal(asked->sent_type, TYPE_SOA);
		assert_int_equal(asked->compact_ok, i & 1);
		assert_int_equal(asked->sent_edns, (i & 2) != 0);
		assert_int_equal(asked->zone_number, 70000);
		assert_memory_equal(&asked->subnet, &signing.asked.subnet, sizeof(asked->subnet));
		assert_int_equal(what.signing.server_len, 16);
		assert_memory_equal(what.signing.server, signing.server, 16);
		assert_int_equal(table.table.used, lengths[i].entries_signing);
		flow_table_fini(&table);
	}
}

/* Compared with a list of the flows that must be there. */
static void long_questions_evict_the_oldest_flows(void **state)
{
	(void)state;
	struct flow_table table;
	struct client_query asked[40];
	struct talk t;

	assert_int_equal(flow_table_init(&table, 7, TIMEOUT_MS), 0);
	begin_talk(&t, 4, 4000, 7, "a.test.");
	size_t first = 0, used = 0;
	for (size_t i = 0; i < COUNT(asked); i++) {
		size_t kind = i * 5 % COUNT(lengths), gone = 0;
		asked[i] =
		        long_asked((uint16_t)i, lengths[kind].labels, lengths[kind].letters, 'x');
		for (used += lengths[kind].entries; used > 7; gone++)
			used -= lengths[first++ * 5 % COUNT(lengths)].entries;
		struct flow_key key =
		        flow_key_of_query(&table.hash_key, &t.query, (uint16_t)i, t.query_way);
		assert_int_equal(
		        flow_remember(&table, &key, QUERY_JUDGED, &asked[i], START_MS + i).evicted,
		        gone);
		assert_int_equal(table.table.used, used);
		for (size_t j = 0; j <= i; j++) {
			key = flow_key_of_query(
			        &table.hash_key, &t.query, (uint16_t)j, t.query_way);
			assert_int_equal(
			        flow_find_asked(&table, &key, &asked[j]) != NULL, j >= first);
		}
	}
	flow_table_fini(&table);
}

static struct span told; /* the server's address that was told of */

static void note_unanswered(void *context, const union flow_asked *asked)
{
	memcpy(context, asked->signing.server, asked->signing.server_len);
	told = span_of(context, asked->signing.server_len);
}

static void a_query_that_timed_out_is_reported(void **state)
{
	(void)state;
	struct flow_signing signing = { .server_len = 4, .server = { 192, 0, 2, 1 } };
	struct flow_table table;
	uint8_t address[16];
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	table.unanswered = note_unanswered;
	table.context = address;
	begin_talk(&t, 4, 4000, 7, "a.test.");
	signing.asked.client = t.asked;
	struct flow_key key = flow_key_of_query(&table.hash_key, &t.query, 7, t.query_way);
	flow_remember_signing(&table, &key, &signing, START_MS);
	assert_int_equal(flow_expire(&table, START_MS + TIMEOUT_MS - 1), 0);
	assert_int_equal(told.len, 0);
	assert_int_equal(flow_expire(&table, START_MS + TIMEOUT_MS), 1);
	assert_true(span_equal(told, span_of(signing.server, 4)));
	flow_table_fini(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_of_a_query_does_not_weaken_it),
		cmocka_unit_test(a_response_goes_the_way_of_its_query),
		cmocka_unit_test(no_flow_of_a_tuple_is_exempt_while_another_one_is_judged),
		cmocka_unit_test(a_copy_in_another_letter_case_is_judged_and_can_be_answered),
		cmocka_unit_test(after_a_failure_the_tuple_is_as_strict_as_before),
		cmocka_unit_test(a_flood_from_outside_evicts_no_query_of_a_client),
		cmocka_unit_test(a_flood_does_not_evict_the_queries_of_others),
		cmocka_unit_test(a_client_that_is_alone_is_not_limited),
		cmocka_unit_test(each_query_that_was_forgotten_is_counted),
		cmocka_unit_test(a_flow_that_has_ended_is_neither_evicted_nor_timed_out),
		cmocka_unit_test(a_flow_is_found_behind_one_that_timed_out),
		cmocka_unit_test(only_the_response_to_the_query_is_found),
		cmocka_unit_test(an_answered_flow_is_gone),
		cmocka_unit_test(flows_that_differ_only_in_the_question_are_distinct),
		cmocka_unit_test(a_repeated_query_is_one_flow_with_a_new_time),
		cmocka_unit_test(a_flow_that_timed_out_is_not_found),
		cmocka_unit_test(the_oldest_flow_is_evicted_when_the_table_is_full),
		cmocka_unit_test(a_flood_with_one_id_is_bounded),
		cmocka_unit_test(a_client_that_has_its_share_repeats_its_oldest_id),
		cmocka_unit_test(a_copy_does_not_make_a_query_one_of_a_secondary),
		cmocka_unit_test(a_query_of_any_length_is_unpacked),
		cmocka_unit_test(a_query_to_the_signer_is_unpacked),
		cmocka_unit_test(long_questions_evict_the_oldest_flows),
		cmocka_unit_test(a_query_that_timed_out_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
