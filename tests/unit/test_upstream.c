/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "fetch/upstream.h"

static struct sockaddr_storage server(uint32_t number)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;

	in->sin_family = AF_INET;
	in->sin_port = htons(53);
	in->sin_addr.s_addr = htonl(number);
	return address;
}

static struct upstream *get(struct upstreams *u, uint32_t number)
{
	struct sockaddr_storage address = server(number);
	bool evicted;
	struct upstream *up = upstreams_get(u, &address, &evicted);

	assert_non_null(up);
	return up;
}

static void a_server_is_known_by_its_address(void **state)
{
	struct upstreams u;
	struct sockaddr_storage link_local = { 0 }, same;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&link_local;
	bool evicted;

	(void)state;
	assert_int_equal(upstreams_init(&u), 0);
	upstream_note_signature(get(&u, 1));
	assert_true(get(&u, 1)->signs);
	assert_false(get(&u, 2)->signs);
	assert_true(get(&u, 1)->signs);

	in6->sin6_family = AF_INET6;
	inet_pton(AF_INET6, "fe80::1", &in6->sin6_addr);
	same = link_local;
	in6->sin6_scope_id = 7;
	upstream_note_signature(upstreams_get(&u, &link_local, &evicted));
	assert_true(upstreams_get(&u, &same, &evicted)->signs);
	upstreams_fini(&u);
}

static void the_least_recently_used_server_is_replaced(void **state)
{
	struct upstreams u;
	struct sockaddr_storage address = server(UPSTREAMS_MAX + 1);
	bool evicted;

	(void)state;
	assert_int_equal(upstreams_init(&u), 0);
	for (uint32_t i = 1; i <= UPSTREAMS_MAX; i++)
		upstream_note_signature(get(&u, i));
	get(&u, 1);
	upstreams_get(&u, &address, &evicted);
	assert_true(evicted);
	assert_true(get(&u, 1)->signs);
	assert_false(get(&u, 2)->signs);
	upstreams_fini(&u);
}

static void knowledge_of_edns_expires(void **state)
{
	struct upstream up = { 0 };

	(void)state;
	assert_false(upstream_is_plain(&up, 1000));
	assert_false(upstream_is_stale(&up, 1000));

	/* a server that answers by an error may be tried again: no query is lost */
	upstream_note_edns(&up, EDNS_REFUSED, 1000);
	assert_true(upstream_is_plain(&up, 1000 + UPSTREAM_DOUBT_MS - 1));
	assert_false(upstream_is_stale(&up, 1000 + UPSTREAM_DOUBT_MS - 1));
	assert_false(upstream_is_plain(&up, 1000 + UPSTREAM_DOUBT_MS));
	assert_true(upstream_is_stale(&up, 1000 + UPSTREAM_DOUBT_MS));

	/* a server that drops EDNS would lose a query, so it counts as such until it was probed */
	upstream_note_edns(&up, EDNS_DROPPED, 1000 + UPSTREAM_DOUBT_MS);
	assert_true(upstream_is_plain(&up, 1000 + UPSTREAM_EDNS_MS));
	assert_true(upstream_is_stale(&up, 1000 + UPSTREAM_EDNS_MS));
	upstream_note_edns(&up, EDNS_TAKEN, 2000 + UPSTREAM_EDNS_MS);
	assert_false(upstream_is_plain(&up, 3000 + UPSTREAM_EDNS_MS));
	assert_false(upstream_is_stale(&up, 2000 + 2 * UPSTREAM_EDNS_MS));
}

/* An attacker who forges one error has the server's signed names refused for a moment. An attacker
 * who goes on has them refused for at most a minute after the last error. */
static void a_server_counts_as_without_edns_for_at_most_a_minute(void **state)
{
	struct upstream up = { 0 };
	uint64_t now_ms = 1000, believed_ms = UPSTREAM_DOUBT_MS;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		upstream_note_edns(&up, EDNS_REFUSED, now_ms);
		/* errors that were in flight do not extend the time */
		upstream_note_edns(&up, EDNS_REFUSED, now_ms + 1);
		upstream_note_edns(&up, EDNS_DROPPED, now_ms + believed_ms - 1);
		assert_int_equal(up.edns_until_ms, now_ms + believed_ms);
		now_ms += believed_ms;
		believed_ms =
		        2 * believed_ms < UPSTREAM_PLAIN_MS ? 2 * believed_ms : UPSTREAM_PLAIN_MS;
	}
	assert_int_equal(up.plain_ms, UPSTREAM_PLAIN_MS);
	upstream_note_edns(&up, EDNS_TAKEN, now_ms);
	now_ms += UPSTREAM_EDNS_MS;
	upstream_note_edns(&up, EDNS_REFUSED, now_ms);
	assert_int_equal(up.edns_until_ms, now_ms + UPSTREAM_DOUBT_MS);
}

/* Otherwise one forged error would remove the signatures of ten minutes. */
static void an_error_of_a_server_that_takes_edns_is_ignored(void **state)
{
	struct upstream up = { 0 };

	(void)state;
	upstream_note_edns(&up, EDNS_TAKEN, 1000);
	upstream_note_edns(&up, EDNS_REFUSED, 2000);
	assert_false(upstream_is_plain(&up, 2000));
	/* but the server may change some day */
	upstream_note_edns(&up, EDNS_REFUSED, 1000 + UPSTREAM_EDNS_MS);
	assert_true(upstream_is_plain(&up, 1000 + UPSTREAM_EDNS_MS));
}

/* Has answers lack signatures, one every `every_ms`; returns when the last came. */
static uint64_t lack(struct upstream *up, unsigned count, uint64_t from_ms, uint64_t every_ms)
{
	for (unsigned i = 0; i < count; i++)
		upstream_note_lacking(up,
		        (struct lacking_response){ .name = i, .is_silent = i % 2 },
		        from_ms + i * every_ms);
	return from_ms + (count - 1) * every_ms;
}

static void three_responses_without_signatures_show_stripping(void **state)
{
	struct upstream up = { 0 };

	(void)state;
	lack(&up, UPSTREAM_LACKING - 1, 1000, 1);
	assert_false(upstream_strips(&up));
	lack(&up, 1, 1100, 1);
	assert_true(upstream_strips(&up));
	assert_true(upstream_lacks_signature(&up));
	upstream_note_signature(&up);
	assert_false(upstream_strips(&up));
	assert_false(upstream_lacks_signature(&up));
}

static void a_server_that_sent_signatures_counts_as_stripping_later(void **state)
{
	enum { MANY = UPSTREAM_LACKING_NOW, LONG = UPSTREAM_LACKING_NOW_MS };
	static const struct {
		const char *why;
		unsigned before, count; /* lacking answers; a signature comes in between */
		uint64_t every_ms;
		bool strips;
	} rows[] = {
		{ "a burst, as a spoofer sends it", 0, 100 * MANY, 0, false },
		{ "a few over a long time", 0, MANY - 1, LONG, false },
		{ "many, but not for long", 0, MANY, LONG / MANY, false },
		{ "many over a long time", 0, MANY, LONG / (MANY - 1) + 1, true },
		{ "more of them, slowly enough in the end", 0, 2 * MANY, LONG / MANY, true },
		{ "a signature in between", MANY - 1, MANY - 1, LONG, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct upstream up = { 0 };
		uint64_t now_ms = 1000;

		upstream_note_signature(&up);
		if (rows[i].before > 0)
			now_ms = lack(&up, rows[i].before, now_ms, rows[i].every_ms);
		upstream_note_signature(&up);
		now_ms = lack(&up, rows[i].count, now_ms, rows[i].every_ms);
		assert_row(rows[i].why, upstream_strips(&up) == rows[i].strips);
		upstream_note_signature(&up);
		assert_row(rows[i].why, up.signs && !upstream_strips(&up));
	}
}

/* Otherwise a client that does not give up has its server accused. */
static void a_name_that_is_asked_again_at_once_counts_once(void **state)
{
	struct upstream up = { 0 };
	const struct lacking_response response = { .name = 7 };
	uint64_t now_ms = 1000;

	(void)state;
	upstream_note_lacking(&up, response, now_ms);
	upstream_note_lacking(&up, response, now_ms += UPSTREAM_RETRY_MS - 1);
	assert_int_equal(up.lacking, 1);
	/* if nothing else is asked of a server, one name shows it in the end */
	upstream_note_lacking(&up, response, now_ms += UPSTREAM_RETRY_MS);
	upstream_note_lacking(&up, response, now_ms += UPSTREAM_RETRY_MS);
	assert_true(upstream_strips(&up));
}

static void responses_that_say_nothing_show_blocking(void **state)
{
	static const struct {
		const char *why;
		unsigned silent, telling;
		bool had_signature, strips, blocks;
	} rows[] = {
		{ "some names are blocked", UPSTREAM_LACKING, 0, false, false, true },
		{ "many names are blocked by a server that signs others", 100, 0, true, false,
		        true },
		{ "too few to say", UPSTREAM_LACKING - 1, 0, false, false, false },
		{ "one answer has an address", UPSTREAM_LACKING - 1, 1, false, true, false },
		{ "many are blocked, then one has an address", 100, 1, true, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct upstream up = { 0 };
		unsigned all = rows[i].silent + rows[i].telling;

		if (rows[i].had_signature)
			upstream_note_signature(&up);
		for (unsigned n = 0; n < all; n++) {
			struct lacking_response response = { n, n < rows[i].silent };
			upstream_note_lacking(&up, response, 1000 + n * 1000ull);
		}
		assert_row(rows[i].why, upstream_strips(&up) == rows[i].strips);
		assert_row(rows[i].why, upstream_blocks(&up) == rows[i].blocks);
	}
}

/* The error is the attacker's, and the good answer the server's: for a minute clients' cookies are
 * left out. Of a server that has just taken them, not even that is believed. */
static void options_are_left_out_for_a_minute_at_most(void **state)
{
	struct upstream up = { 0 };

	(void)state;
	assert_false(upstream_is_bare(&up, 1000));
	upstream_note_options(&up, false, 1000);
	assert_true(upstream_is_bare(&up, 1000 + UPSTREAM_BARE_MS - 1));
	assert_false(upstream_is_bare(&up, 1000 + UPSTREAM_BARE_MS));
	assert_false(upstream_is_plain(&up, 1000));

	upstream_note_options(&up, true, 100000);
	upstream_note_options(&up, false, 100000 + UPSTREAM_EDNS_MS - 1);
	assert_false(upstream_is_bare(&up, 100000 + UPSTREAM_EDNS_MS - 1));
	upstream_note_options(&up, false, 100000 + UPSTREAM_EDNS_MS);
	assert_true(upstream_is_bare(&up, 100000 + UPSTREAM_EDNS_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_known_by_its_address),
		cmocka_unit_test(the_least_recently_used_server_is_replaced),
		cmocka_unit_test(knowledge_of_edns_expires),
		cmocka_unit_test(a_server_counts_as_without_edns_for_at_most_a_minute),
		cmocka_unit_test(an_error_of_a_server_that_takes_edns_is_ignored),
		cmocka_unit_test(three_responses_without_signatures_show_stripping),
		cmocka_unit_test(a_server_that_sent_signatures_counts_as_stripping_later),
		cmocka_unit_test(options_are_left_out_for_a_minute_at_most),
		cmocka_unit_test(a_name_that_is_asked_again_at_once_counts_once),
		cmocka_unit_test(responses_that_say_nothing_show_blocking),
	};
	return cmocka_run_group_tests_name("upstream", tests, NULL, NULL);
}
