/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes of NAT64s are found while the daemon runs: what the keeper makes of a resolver's
 * answers, in real time. There are no workers here. */
#include "server.h"
#include "test.h"
#include "zone.h"

#include <unistd.h>

#include "base/clock.h"
#include "daemon/prefix_keeper.h"
#include "daemon/prefix_text.h"
#include "wire/nat64_find.h"

/* ---- Times ---- */

static void a_resolver_is_asked_again_before_its_answer_ends(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned count;
		uint32_t ttl_s, hold_s, after_s;
	} rows[] = {
		{ "a TTL", 1, 300, 300, 290 },
		{ "the shortest that counts", 1, 60, 60, 50 },
		{ "counted down by the resolver", 1, 1, 60, 50 },
		{ "nothing left", 2, 0, 60, 50 },
		{ "the longest that counts", 1, 3600, 3600, 3590 },
		{ "a forger's", 1, UINT32_MAX, 3600, 3590 },
		{ "no prefix", 0, UINT32_MAX, 3600, 600 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t hold_s;
		assert_row(rows[i].why, prefix_ask_after_s(rows[i].count, rows[i].ttl_s, &hold_s) ==
		                                rows[i].after_s);
		assert_row(rows[i].why, hold_s == rows[i].hold_s);
	}
}

static void a_resolver_that_fails_is_asked_less_and_less_often(void **state)
{
	(void)state;
	static const uint32_t after_s[] = { 2, 4, 8, 16, 32, 64, 120, 120 };

	for (unsigned i = 0; i < COUNT(after_s); i++)
		assert_int_equal(prefix_retry_after_s(i + 1), after_s[i]);
	assert_int_equal(prefix_retry_after_s(UINT32_MAX), 120);
}

/* ---- A resolver ---- */

struct bed {
	struct server server;
	struct config config;
	struct policy policy;
	struct prefix_keeper *keeper;
	struct found_prefixes found;
};

static struct bed *start(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	server_open(&b->server);
	config_defaults(&b->config);
	b->config.dns64_discovery = 1 << DNS64_BY_DNS;
	b->config.resolvers =
	        (struct config_servers){ 1, calloc(1, sizeof(*b->config.resolvers.items)) };
	b->config.resolvers.items[0] = b->server.address;
	b->policy = (struct policy){ .dns64 = b->config.dns64.items,
		.dns64_count = b->config.dns64.count };
	b->keeper = prefix_keeper_new(&b->config, &b->policy);
	assert_non_null(b->keeper);
	assert_int_equal(prefix_keeper_start(b->keeper, NULL, 0), 0);
	return b;
}

static void stop(struct bed *b)
{
	prefix_keeper_stop(b->keeper);
	prefix_keeper_free(b->keeper);
	config_fini(&b->config);
	server_close(&b->server);
	free(b);
}

/* Answers the last query: with AAAA records, separated by spaces. */
static void answer(struct bed *b, unsigned rcode, const char *addresses)
{
	static struct msgbuild m;
	char copy[500], *rest = NULL;
	uint16_t id = (uint16_t)(b->server.query[0] << 8 | b->server.query[1]);

	snprintf(copy, sizeof(copy), "%s", addresses);
	msg_begin(&m, id, (uint16_t)(FLAG_QR | rcode), NAT64_NAME, TYPE_AAAA);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		msg_rr(&m, NAT64_NAME, TYPE_AAAA, 300, rd_aaaa(word));
	assert_true(sendto(b->server.udp, m.octets, m.len, 0, (struct sockaddr *)&b->server.client,
	                    sizeof(b->server.client)) == (ssize_t)m.len);
}

/* Waits until something was found, and writes it as the status shows it. */
static const char *status(struct bed *b, bool that_count)
{
	static char text[PREFIX_LIST_SIZE];
	uint64_t deadline_ms = clock_monotonic_ms() + 1000 * SERVER_PATIENCE_S;

	do {
		usleep(1000);
		prefix_keeper_found(b->keeper, &b->found);
	} while (b->found.count == 0 && clock_monotonic_ms() < deadline_ms);
	return prefix_list_text(&b->config, &b->found, that_count, text);
}

#define IN(prefix) prefix "c000:aa " prefix "c000:ab"

/* A DNS64 makes nothing up if the query has CD (Unbound) or DO (BIND), so it has neither. */
static void the_query_is_a_simple_one(void **state)
{
	(void)state;
	static const uint8_t wanted[] = "\1\0\0\1\0\0\0\0\0\0\10ipv4only\4arpa\0\0\34\0\1";
	struct bed *b = start();

	server_receive(&b->server);
	assert_int_equal(b->server.query_len, 2 + sizeof(wanted) - 1);
	assert_memory_equal(b->server.query + 2, wanted, sizeof(wanted) - 1);
	stop(b);
}

static void what_a_resolver_tells_counts_or_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *addresses, *used, *refused;
	} rows[] = {
		{ "a prefix of the site", IN("fd64::"), "fd64::/96", "" },
		{ "a global one", IN("2001:db8:64::"), "", "2001:db8:64::/96" },
		{ "both, and the configured one",
		        IN("fd64::") " " IN("2001:db8:64::") " " IN("64:ff9b::"), "fd64::/96",
		        "2001:db8:64::/96" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = start();
		char used[200], refused[200], origin[PREFIX_ORIGIN_SIZE];

		server_receive(&b->server);
		answer(b, RCODE_NOERROR, rows[i].addresses);
		status(b, true);
		prefix_origin_text(&b->config, &b->found.items[0], origin);
		assert_row(origin, strncmp(origin, "ipv4only.arpa at 127.0.0.1:", 27) == 0);
		snprintf(used, sizeof(used), "64:ff9b::/96 (configuration)%s%s%s",
		        rows[i].used[0] ? ", " : "", rows[i].used, rows[i].used[0] ? " (" : "");
		snprintf(refused, sizeof(refused), "%s%s", rows[i].refused,
		        rows[i].refused[0] ? " (" : "");
		if (strncmp(status(b, true), used, strlen(used)) != 0)
			fail_msg("%s: used: %s", rows[i].why, status(b, true));
		if (strncmp(status(b, false), refused, strlen(refused)) != 0)
			fail_msg("%s: refused: %s", rows[i].why, status(b, false));
		assert_row(rows[i].why, !strstr(status(b, false), "64:ff9b"));
		stop(b);
	}
}

/* An error, a response to another question, and one that is cut short teach nothing. */
static void an_answer_that_is_none_is_asked_for_again(void **state)
{
	(void)state;
	struct bed *b = start();

	server_receive(&b->server);
	answer(b, RCODE_SERVFAIL, IN("fd64::"));
	server_receive(&b->server);
	answer(b, RCODE_NXDOMAIN, "");
	server_receive(&b->server);
	b->server.query[0] ^= 1; /* an attacker who does not know the id */
	answer(b, RCODE_NOERROR, IN("fd66::"));
	b->server.query[0] ^= 1;
	answer(b, RCODE_NOERROR, IN("fd65::"));
	status(b, true);
	assert_int_equal(b->found.count, 1);
	assert_int_equal(b->found.items[0].network.octets[1], 0x65);
	stop(b);
}

static void a_truncated_answer_is_fetched_over_tcp(void **state)
{
	(void)state;
	struct bed *b = start();

	server_receive(&b->server);
	server_respond(&b->server, TRUNCATED);
	server_accept(&b->server);
	server_receive_over_tcp(&b->server);
	server_hang_up(&b->server);
	/* without EDNS a second query over UDP would bring no more: the next is a new try */
	server_receive(&b->server);
	answer(b, RCODE_NOERROR, IN("fd64::"));
	status(b, true);
	assert_int_equal(b->found.count, 1);
	stop(b);
}

static void the_keeper_stops_while_it_waits(void **state)
{
	(void)state;
	struct bed *b = start();

	server_receive(&b->server);
	stop(b); /* otherwise this hangs for the time of three tries */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resolver_is_asked_again_before_its_answer_ends),
		cmocka_unit_test(a_resolver_that_fails_is_asked_less_and_less_often),
		cmocka_unit_test(the_query_is_a_simple_one),
		cmocka_unit_test(what_a_resolver_tells_counts_or_is_refused),
		cmocka_unit_test(an_answer_that_is_none_is_asked_for_again),
		cmocka_unit_test(a_truncated_answer_is_fetched_over_tcp),
		cmocka_unit_test(the_keeper_stops_while_it_waits),
	};
	if (!getenv("TEST_LOG"))
		assert_non_null(freopen("/dev/null", "w", stderr)); /* hide the log */
	return cmocka_run_group_tests_name("prefix_keeper", tests, NULL, NULL);
}
