/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "path/flow.h"
#include "wire/build.h"

#define TIMEOUT_MS 1000
#define START_MS   5000

/* A query that a client sends, and the response that the server sends back. */
struct talk {
	uint8_t addresses[2][16];
	uint8_t octets[BUILD_QUERY_MAX];
	struct packet query, response;
	struct message message;
	struct asked asked;
};

static void begin_talk(
        struct talk *t, uint8_t version, uint16_t port, uint16_t id, const char *name)
{
	struct writer out = writer_over(t->octets, sizeof(t->octets));
	size_t address_len = version == 4 ? 4 : 16;
	struct name qname;

	memset(t->addresses, 0, sizeof(t->addresses));
	t->addresses[0][0] = 1;
	t->addresses[1][0] = 2;
	t->query = (struct packet){ .version = version,
		.source_port = port,
		.destination_port = 53,
		.source = span_of(t->addresses[0], address_len),
		.destination = span_of(t->addresses[1], address_len) };
	t->response = (struct packet){ .version = version,
		.source_port = 53,
		.destination_port = port,
		.source = t->query.destination,
		.destination = t->query.source };
	assert_true(name_from_text(name, &qname));
	build_query(&out, id, FLAG_QR, &qname, TYPE_A, 512);
	assert_true(message_parse(&t->message, writer_span(&out), NULL, 0));
	t->asked = (struct asked){ .id = id, .question_len = (uint16_t)t->message.question.len };
	memcpy(t->asked.question, t->message.question.base, t->message.question.len);
}

static bool ask(struct flow_table *table, const struct talk *t, uint64_t now_ms)
{
	struct flow_key key = flow_key_of_query(&t->query, t->asked.id);
	return flow_add(table, &key, QUERY_JUDGED, &t->asked, now_ms);
}

static struct flow *answered(struct flow_table *table, const struct talk *t, uint64_t now_ms)
{
	struct flow_key key = flow_key_of_response(&t->response, t->message.id);
	return flow_find(table, &key, &t->message, now_ms);
}

/* Whoever sees a query pass may send a copy of it that says: not to be judged; or: not to recurse.
 */
static void a_copy_of_a_query_does_not_weaken_it(void **state)
{
	(void)state;
	struct flow_table table;
	struct talk t;

	assert_int_equal(flow_table_init(&table, 4, TIMEOUT_MS), 0);
	begin_talk(&t, 4, 1000, 7, "example.org");
	t.asked.flags = FLAG_RD;
	struct flow_key key = flow_key_of_query(&t.query, 7);
	struct asked copy = t.asked;
	copy.unjudged = true;
	copy.flags = FLAG_CD;

	assert_true(flow_add(&table, &key, QUERY_JUDGED, &t.asked, START_MS));
	assert_true(flow_add(&table, &key, QUERY_CD, &copy, START_MS + 1));
	struct flow *flow = answered(&table, &t, START_MS + 2);
	assert_int_equal(flow->kind, QUERY_JUDGED);
	assert_false(flow->asked.unjudged);
	assert_int_equal(flow->asked.flags, FLAG_RD);
	flow_remove(&table, flow);

	assert_true(flow_add(&table, &key, QUERY_CD, &copy, START_MS));
	assert_true(flow_add(&table, &key, QUERY_JUDGED, &t.asked, START_MS + 1));
	assert_false(answered(&table, &t, START_MS + 2)->asked.unjudged);
	flow_table_fini(&table);
}

static void only_what_was_asked_is_answered(void **state)
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

static void flows_that_differ_in_the_question_only_are_kept_apart(void **state)
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
	assert_memory_equal(flow->asked.question, a.asked.question, a.asked.question_len);
	flow_remove(&table, flow);
	assert_non_null(answered(&table, &b, START_MS));
	flow_table_fini(&table);
}

static void asking_again_is_one_flow_with_a_new_time(void **state)
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

static void a_flow_that_is_too_old_is_not_found(void **state)
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

static void the_oldest_flow_gives_way_when_the_table_is_full(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_of_a_query_does_not_weaken_it),
		cmocka_unit_test(only_what_was_asked_is_answered),
		cmocka_unit_test(an_answered_flow_is_gone),
		cmocka_unit_test(flows_that_differ_in_the_question_only_are_kept_apart),
		cmocka_unit_test(asking_again_is_one_flow_with_a_new_time),
		cmocka_unit_test(a_flow_that_is_too_old_is_not_found),
		cmocka_unit_test(the_oldest_flow_gives_way_when_the_table_is_full),
		cmocka_unit_test(a_flood_with_one_id_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
