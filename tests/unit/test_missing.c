/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often it is logged that a DS or DNSKEY is missing. */
#include "test.h"

#include <errno.h>

#include "base/log.h"
#include "base/sockaddr.h"
#include "worker/missing.h"

static struct fetch fetch_from(uint8_t server)
{
	const uint8_t octets[] = { 192, 0, 2, server };
	struct fetch fetch = { .want = { .type = TYPE_DNSKEY }, .error = -EMFILE };

	assert_true(name_from_text("test.", &fetch.want.name));
	fetch.asked = sockaddr_of(span_of(octets, sizeof(octets)), 53, 0);
	return fetch;
}

/* Otherwise the log grows with each question of a client. */
static void a_server_is_named_once_a_minute(void **state)
{
	(void)state;
	struct turn turn = { .now_ms = 1000 };
	struct missing missing;
	struct fetch fetch = fetch_from(1);

	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(missing_init(&missing, &turn, 10000, 10000), 0);
	for (unsigned kind = 0; kind < MISSING_KINDS; kind++) {
		assert_true(missing_log(&missing, kind, &fetch));
		assert_false(missing_log(&missing, kind, &fetch));
	}
	turn.now_ms += MISSING_QUIET_MS - 1;
	for (unsigned kind = 0; kind < MISSING_KINDS; kind++)
		assert_false(missing_log(&missing, kind, &fetch));
	turn.now_ms++;
	for (unsigned kind = 0; kind < MISSING_KINDS; kind++)
		assert_true(missing_log(&missing, kind, &fetch));
}

static void other_servers_are_named_too_but_sockets_belong_to_none(void **state)
{
	(void)state;
	struct turn turn = { .now_ms = 1000 };
	struct missing missing;
	unsigned failed = 0, sockets = 0;

	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(missing_init(&missing, &turn, 10000, 10000), 0);
	for (unsigned server = 0; server < 255; server++) {
		struct fetch fetch = fetch_from((uint8_t)server);
		failed += missing_log(&missing, MISSING_FAILED, &fetch);
		sockets += missing_log(&missing, MISSING_SOCKET, &fetch);
	}
	assert_in_range(failed, MISSING_SERVERS / 2, MISSING_SERVERS); /* some share a place */
	assert_int_equal(sockets, 1);
}

/* Otherwise the operator raises a key, and nothing changes. */
static void all_keys_that_limit_the_wait_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t park_ms, flow_timeout_ms;
		const char *keys;
	} rows[] = {
		{ "the question is remembered for longer", 10000, 10001, "park_ms (now 10000)" },
		{ "by default", 10000, 10000,
		        "park_ms (now 10000) and flow_timeout_ms (now 10000)" },
		{ "the question is forgotten before", 20000, 10000,
		        "park_ms (now 20000) and flow_timeout_ms (now 10000)" },
		{ "the longest text", UINT32_MAX, UINT32_MAX,
		        "park_ms (now 4294967295) and flow_timeout_ms (now 4294967295)" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct turn turn = { 0 };
		struct missing missing;
		char text[MISSING_KEYS_SIZE];

		assert_int_equal(
		        missing_init(&missing, &turn, rows[i].park_ms, rows[i].flow_timeout_ms), 0);
		assert_row(rows[i].why, strcmp(missing_keys(&missing, text), rows[i].keys) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_named_once_a_minute),
		cmocka_unit_test(all_keys_that_limit_the_wait_are_named),
		cmocka_unit_test(other_servers_are_named_too_but_sockets_belong_to_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
