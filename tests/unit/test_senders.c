/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "flow/senders.h"

#define START_MS 5000

static const uint8_t octets[][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 }, { 192, 0, 2, 3 } };
static const uint8_t servers[][4] = { { 198, 51, 100, 1 }, { 198, 51, 100, 2 } };

static bool note(struct senders *s, unsigned client, bool has_cd)
{
	struct sent sent = { .client = span_of(octets[client], 4),
		.server = span_of(servers[0], 4),
		.has_rd = true,
		.passes_cd = has_cd };
	return senders_note(s, &sent, START_MS).always_cd;
}

static void a_client_that_always_sets_cd_is_reported_once(void **state)
{
	(void)state;
	struct senders s;
	unsigned told = 0;

	assert_int_equal(senders_init(&s), 0);
	for (unsigned i = 1; i <= 3 * SENDERS_ALWAYS; i++) {
		bool is_told = note(&s, 0, true);
		assert_int_equal(is_told, i == SENDERS_ALWAYS);
		told += is_told;
	}
	assert_int_equal(told, 1);
	senders_fini(&s);
}

static void a_client_that_asks_without_cd_too_is_not_reported(void **state)
{
	(void)state;
	struct senders s;

	assert_int_equal(senders_init(&s), 0);
	for (unsigned i = 0; i < 3 * SENDERS_ALWAYS; i++) {
		assert_false(note(&s, 0, i != 5));
		assert_false(note(&s, 1, false)); /* another client, which never sets it */
	}
	assert_int_equal(s.table.used, 1);
	senders_fini(&s);
}

/* A secondary asks a primary for its SOA, and for transfers, which are not noted. An attacker who
 * has a resolver ask for an SOA does not make it one: it asks for more. */
static void a_client_that_asks_for_an_soa_alone_may_be_a_secondary(void **state)
{
	(void)state;
	static const struct {
		const char *why, *before, *question;
		unsigned server; /* of the question; those before went to server 0 */
		uint16_t flags;
		bool precedes;
	} rows[] = {
		{ "the first question of all", "", "example.test SOA", 0, 0, true },
		{ "a second one", "example.test SOA", "other.test SOA", 0, 0, true },
		{ "with RD", "", "example.test SOA", 0, FLAG_RD, false },
		{ "an address", "", "example.test A", 0, 0, false },
		{ "after an address", "www.example.test A", "example.test SOA", 0, 0, false },
		{ "after an address from another server", "www.example.test A", "example.test SOA",
		        1, 0, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sent sent = { .client = span_of(octets[0], 4),
			.server = span_of(servers[0], 4) };
		struct client_query asked;
		struct senders s;

		assert_int_equal(senders_init(&s), 0);
		if (rows[i].before[0]) {
			asked = judge_asked(rows[i].before, ASK_NO_RD);
			senders_note_query(&s, sent, QUERY_JUDGED, &asked, START_MS);
		}
		asked = judge_asked(rows[i].question, rows[i].flags ? ASK_PLAIN : ASK_NO_RD);
		sent.server = span_of(servers[rows[i].server], 4);
		senders_note_query(&s, sent, QUERY_JUDGED, &asked, START_MS);
		assert_row(rows[i].why, asked.precedes_transfer == rows[i].precedes);
		senders_fini(&s);
	}
}

/* One or more queries of the first client to a server, with RD or without. */
struct sending {
	unsigned count, server;
	bool has_rd, over_tcp;
	uint64_t after_ms;      /* what came before */
	enum iterator iterator; /* what the last of them tells */
};

static enum iterator send(struct senders *s, const struct sending *how, uint64_t now_ms)
{
	struct sent sent = { .client = span_of(octets[0], 4),
		.server = span_of(servers[how->server], 4),
		.has_rd = how->has_rd,
		.over_tcp = how->over_tcp };
	enum iterator iterator = ITERATOR_UNKNOWN;

	for (unsigned i = 0; i < how->count; i++)
		iterator = senders_note(s, &sent, now_ms).iterator;
	return iterator;
}

static void earlier_queries_show_whether_a_client_iterates(void **state)
{
	(void)state;
	enum { ALL = SENDERS_ALWAYS, DAY_MS = 2 * RECURSION_HALF_MS };
	static const struct {
		const char *why;
		struct sending sendings[4];
	} rows[] = {
		{ "too few without RD", { { ALL - 1, 0, .iterator = ITERATOR_UNKNOWN } } },
		{ "many without RD", { { ALL, 0, .iterator = ITERATOR_CLIENT } } },
		{ "many without RD, and one with between them",
		        { { ALL - 1, 0, .iterator = ITERATOR_UNKNOWN },
		                { 1, 1, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { ALL - 1, 0, .iterator = ITERATOR_UNKNOWN } } },
		{ "a resolver that forwards one zone",
		        { { ALL, 0, .iterator = ITERATOR_CLIENT },
		                { 1, 1, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { 1, 0, .iterator = ITERATOR_CLIENT },
		                { 1, 1, .iterator = ITERATOR_SERVER } } },
		{ "it asked long ago",
		        { { ALL, 0, .iterator = ITERATOR_CLIENT },
		                { 1, 1, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { 1, 0, .after_ms = SENDERS_ITERATE_MS,
		                        .iterator = ITERATOR_UNKNOWN } } },
		{ "a forwarder that passes on many without RD",
		        { { 1, 0, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { 4 * ALL, 0, .iterator = ITERATOR_SERVER } } },
		{ "the same hours later", { { 1, 0, .has_rd = true, .iterator = ITERATOR_SERVER },
		                                  { 4 * ALL, 0, .after_ms = RECURSION_HALF_MS,
		                                          .iterator = ITERATOR_SERVER } } },
		{ "the same two days later",
		        { { 1, 0, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { 1, 0, .after_ms = 2 * DAY_MS, .iterator = ITERATOR_UNKNOWN } } },
		{ "a forwarder that passes on many without RD, and turns to another server",
		        { { 1, 0, .has_rd = true, .iterator = ITERATOR_SERVER },
		                { 4 * ALL, 0, .iterator = ITERATOR_SERVER },
		                { 1, 1, .iterator = ITERATOR_UNKNOWN } } },
		{ "before the clock went back",
		        { { ALL, 0, .after_ms = DAY_MS, .iterator = ITERATOR_CLIENT },
		                { 1, 1, .has_rd = true, .after_ms = 0 - (uint64_t)DAY_MS,
		                        .iterator = ITERATOR_SERVER },
		                { 1, 0, .iterator = ITERATOR_UNKNOWN } } },
		{ "many without RD over TCP: another worker may have seen some with RD",
		        { { ALL, 0, .over_tcp = true, .iterator = ITERATOR_UNKNOWN },
		                { 1, 0, .iterator = ITERATOR_CLIENT } } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct senders s;
		uint64_t now_ms = START_MS;

		assert_int_equal(senders_init(&s), 0);
		for (size_t k = 0; k < COUNT(rows[i].sendings); k++) {
			const struct sending *how = &rows[i].sendings[k];
			now_ms += how->after_ms;
			enum iterator iterator = send(&s, how, now_ms);
			assert_row(rows[i].why, iterator == how->iterator);
		}
		senders_fini(&s);
	}
}

/* An attacker can send from many addresses. */
static void a_flood_of_clients_is_bounded(void **state)
{
	(void)state;
	struct senders s;

	assert_int_equal(senders_init(&s), 0);
	for (uint32_t i = 0; i < 4 * SENDERS_MAX; i++) {
		struct sent sent = { .client = span_of(&i, sizeof(i)),
			.server = span_of(servers[0], 4),
			.passes_cd = true };
		assert_false(senders_note(&s, &sent, START_MS).always_cd);
	}
	assert_int_equal(s.table.used, SENDERS_MAX);
	senders_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_asks_for_an_soa_alone_may_be_a_secondary),
		cmocka_unit_test(a_client_that_always_sets_cd_is_reported_once),
		cmocka_unit_test(a_client_that_asks_without_cd_too_is_not_reported),
		cmocka_unit_test(earlier_queries_show_whether_a_client_iterates),
		cmocka_unit_test(a_flood_of_clients_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
