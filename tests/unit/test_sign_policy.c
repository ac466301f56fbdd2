/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "sign/sign_policy.h"

static struct name name_of(const char *text)
{
	struct name n;
	assert_true(name_from_text(text, &n));
	return n;
}

static void the_longest_apex_is_the_zone(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name, *zone;
	} rows[] = {
		{ "the apex", "example.org", "example.org" },
		{ "below it", "a.b.example.org", "example.org" },
		{ "in a child zone", "www.sub.example.org", "sub.example.org" },
		{ "the apex of the child zone", "sub.example.org", "sub.example.org" },
		{ "a name whose last octets are those of the zone", "badexample.org", NULL },
		{ "above", "org", NULL },
		{ "the root", ".", NULL },
		{ "another", "www.example.net", "example.net" },
	};
	struct sign_zone zones[] = { { .apex = name_of("sub.example.org") },
		{ .apex = name_of("example.net") }, { .apex = name_of("example.org") } };
	const struct sign_policy policy = { .zones = zones, .zone_count = COUNT(zones) };

	assert_int_equal(sign_policy_sort(zones, COUNT(zones)), -1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_of(rows[i].name);
		const struct sign_zone *zone = sign_policy_zone(&policy, &name);
		assert_row(rows[i].why, !zone == !rows[i].zone);
		if (!zone)
			continue;
		struct name want = name_of(rows[i].zone);
		assert_row(rows[i].why, name_equal(&zone->apex, &want));
	}
}

static void a_server_speaks_for_its_zones_only(void **state)
{
	(void)state;
	static const struct network first = { { 192, 0, 2, 1 }, 4, 32 },
	                            second = { { 192, 0, 2, 2 }, 4, 32 };
	static const struct {
		const char *why, *name;
		uint8_t server; /* the last octet */
		const char *zone;
	} rows[] = {
		{ "its own zone", "www.example.org", 1, "example.org" },
		{ "the child zone of another server: part of the parent zone",
		        "www.sub.example.org", 1, "example.org" },
		{ "the child's server, for the child zone", "www.sub.example.org", 2,
		        "sub.example.org" },
		{ "the child's server, for the parent zone", "www.example.org", 2, NULL },
		{ "a server of no zone", "www.example.org", 3, NULL },
		{ "a zone without a list of servers", "www.example.net", 3, "example.net" },
	};
	struct sign_zone zones[] = {
		{ .apex = name_of("sub.example.org"), .servers = &second, .server_count = 1 },
		{ .apex = name_of("example.net") },
		{ .apex = name_of("example.org"), .servers = &first, .server_count = 1 }
	};
	const struct sign_policy policy = { .zones = zones, .zone_count = COUNT(zones) };

	assert_int_equal(sign_policy_sort(zones, COUNT(zones)), -1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const uint8_t server[] = { 192, 0, 2, rows[i].server };
		struct name name = name_of(rows[i].name);
		const struct sign_zone *zone =
		        sign_policy_zone_at(&policy, &name, span_of(server, sizeof(server)));
		assert_row(rows[i].why, !zone == !rows[i].zone);
		if (!zone)
			continue;
		struct name want = name_of(rows[i].zone);
		assert_row(rows[i].why, name_equal(&zone->apex, &want));
	}
}

static void an_apex_that_occurs_twice_is_found(void **state)
{
	(void)state;
	struct sign_zone zones[] = { { .apex = name_of("a.test") }, { .apex = name_of("b.test") },
		{ .apex = name_of("A.test") } };

	assert_int_equal(sign_policy_sort(zones, COUNT(zones)), 1);
	assert_true(name_equal(&zones[0].apex, &zones[1].apex));
}

static void secondaries_are_networks(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t address[4];
		bool is_secondary;
	} rows[] = {
		{ "the first address", { 192, 0, 2, 64 }, true },
		{ "the last address", { 192, 0, 2, 127 }, true },
		{ "one before the network", { 192, 0, 2, 63 }, false },
		{ "one after the network", { 192, 0, 2, 128 }, false },
		{ "elsewhere", { 198, 0, 2, 64 }, false },
	};
	static const struct network networks[] = {
		{ .octets = { 0x20, 0x01 }, .len = 16, .prefix = 128 },
		{ .octets = { 192, 0, 2, 64 }, .len = 4, .prefix = 26 },
	};
	const struct sign_policy policy = { .secondaries = networks,
		.secondary_count = COUNT(networks) };

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].why,
		        sign_policy_is_secondary(&policy, span_of(rows[i].address, 4)) ==
		                rows[i].is_secondary);
}

/* A cache may keep a record from the last second of a period for another max_ttl. */
static void a_signature_outlasts_cached_records(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t life_s, max_ttl_s, term_s;
	} rows[] = {
		{ "a quarter is left", 864000, 86400, 648000 },
		{ "a day and the longest TTL are left", 604800, 86400, 432000 },
		{ "a TTL of a week", 604800, 604800, 0 },
		{ "a TTL of a week, and a lifetime of two", 1209600, 604800, 518400 },
		{ "a TTL with the top bit set (RFC 2181, 8)", 1209600, UINT32_MAX - 5, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sign_zone zone = { .max_ttl_s = rows[i].max_ttl_s };
		const struct sign_policy policy = {
			.zones = &zone, .zone_count = 1, .life_s = rows[i].life_s
		};
		assert_row(rows[i].why, sign_policy_term(&policy) == rows[i].term_s);
		assert_row(rows[i].why, !sign_policy_check(&policy) == (rows[i].term_s > 0));
	}
}

static void the_latest_valid_signature_of_each_key_is_sent(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t now_s;
		unsigned count;
		unsigned index[2];
	} rows[] = {
		{ "before the first", 99, 0, { 0 } },
		{ "the first second of the first", 100, 1, { 0 } },
		{ "the last second before another of the same key", 199, 2, { 0, 2 } },
		{ "two of one key: the later one", 200, 2, { 1, 2 } },
		{ "after the last one of a key", 351, 1, { 2 } },
		{ "after all", 501, 0, { 0 } },
	};
	struct presigned_rrsig rrsigs[] = { { .inception = 100, .expiration = 300, .tag = 1 },
		{ .inception = 200, .expiration = 350, .tag = 1 },
		{ .inception = 150, .expiration = 500, .tag = 2 } };
	const struct presigned p = { .rrsig_count = COUNT(rrsigs), .rrsigs = rrsigs };

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct presigned_rrsig *chosen[LIMIT_DS];
		unsigned count = presigned_choose(&p, rows[i].now_s, chosen);
		assert_row(rows[i].why, count == rows[i].count);
		for (unsigned k = 0; k < count; k++)
			assert_row(rows[i].why, chosen[k] == &p.rrsigs[rows[i].index[k]]);
	}
}

static void two_keys_with_one_tag_and_two_algorithms_both_sign(void **state)
{
	(void)state;
	static const uint8_t octets[] = { 0, 48, ALGORITHM_RSASHA256, 0, 48, ALGORITHM_ECDSAP256 };
	struct presigned_rrsig rrsigs[] = {
		{ .inception = 100, .expiration = 300, .tag = 1, .rdata = span_of(octets, 3) },
		{ .inception = 100, .expiration = 300, .tag = 1, .rdata = span_of(octets + 3, 3) },
	};
	const struct presigned p = { .rrsig_count = COUNT(rrsigs), .rrsigs = rrsigs };
	const struct presigned_rrsig *chosen[LIMIT_DS];

	assert_int_equal(presigned_choose(&p, 200, chosen), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_apex_is_the_zone),
		cmocka_unit_test(a_server_speaks_for_its_zones_only),
		cmocka_unit_test(an_apex_that_occurs_twice_is_found),
		cmocka_unit_test(secondaries_are_networks),
		cmocka_unit_test(a_signature_outlasts_cached_records),
		cmocka_unit_test(the_latest_valid_signature_of_each_key_is_sent),
		cmocka_unit_test(two_keys_with_one_tag_and_two_algorithms_both_sign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
