/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which prefixes of NAT64s count that the network tells, and for how long. */
#include "test.h"

#include "config/network_text.h"
#include "trust/found_prefixes.h"

static struct network network_of(const char *text)
{
	struct network network;

	assert_true(network_read(text, &network));
	return network;
}

static void only_a_prefix_that_nobody_far_away_can_have_counts(void **state)
{
	(void)state;
	static const char *const on_link[] = { "fd53:3::/64", "fd00:1:2::/48", "fd99::/128" };
	static const struct {
		const char *why, *prefix;
		enum prefix_use use;
	} rows[] = {
		{ "of the site", "fd64::/96", PREFIX_COUNTS },
		{ "the other half of fc00::/7", "fc00:64::/96", PREFIX_COUNTS },
		{ "of the site, short", "fd64:1::/32", PREFIX_COUNTS },
		{ "for translation inside a network", "64:ff9b:1::/48", PREFIX_COUNTS },
		{ "in it", "64:ff9b:1:fffe::/96", PREFIX_COUNTS },

		{ "documentation", "2001:db8:64::/96", PREFIX_GLOBAL },
		{ "an attacker's own", "2a00:1:2:3::/64", PREFIX_GLOBAL },
		{ "the well-known one, which the operator left out", "64:ff9b::/96",
		        PREFIX_GLOBAL },
		{ "beside the one for translation", "64:ff9b:2::/48", PREFIX_GLOBAL },
		{ "around the one for translation", "64:ff9b::/32", PREFIX_GLOBAL },
		{ "just below fc00::/7", "fbff:ffff::/32", PREFIX_GLOBAL },
		{ "just above fc00::/7", "fe00::/32", PREFIX_GLOBAL },
		{ "link-local", "fe80::/64", PREFIX_GLOBAL },
		{ "multicast", "ff02::/96", PREFIX_GLOBAL },
		{ "addresses of IPv4", "::/96", PREFIX_GLOBAL },

		{ "the network of a link", "fd53:3::/64", PREFIX_ON_LINK },
		{ "in the network of a link", "fd53:3::/96", PREFIX_ON_LINK },
		{ "around the network of a link", "fd53:3::/32", PREFIX_ON_LINK },
		{ "beside the network of a link", "fd53:3:0:1::/64", PREFIX_COUNTS },
		{ "in a link of 48 bits", "fd00:1:2:64::/96", PREFIX_ON_LINK },
		{ "around an address of this machine", "fd99::/64", PREFIX_ON_LINK },
	};
	struct network links[COUNT(on_link)], all = { .len = 16 };

	for (size_t i = 0; i < COUNT(on_link); i++)
		links[i] = network_of(on_link[i]);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct network prefix = network_of(rows[i].prefix);
		assert_row(rows[i].why, prefix_use_of(&prefix, links, COUNT(links)) == rows[i].use);
		assert_row(rows[i].why, prefix_use_of(&prefix, &all, 1) != PREFIX_COUNTS);
	}
}

static const struct prefix_origin resolver = { PREFIX_OF_RESOLVER, 0 };
static const struct prefix_origin another = { PREFIX_OF_RESOLVER, 1 };
static const struct prefix_origin router = { PREFIX_OF_ROUTER, 0 };

static struct found_prefix told(unsigned number, struct prefix_origin origin, uint64_t until_ms)
{
	struct found_prefix p = { .origin = origin, .until_ms = until_ms };

	p.network = (struct network){ { 0xfd, 0, 0, (uint8_t)number }, 16, 96 };
	return p;
}

static enum prefix_news take(struct found_prefixes *f, struct found_prefix p)
{
	return found_prefixes_take(f, &p);
}

static unsigned count_ended(struct found_prefixes *f, uint64_t now_ms)
{
	struct found_prefix ended;
	unsigned count = 0;

	while (found_prefixes_remove_ended(f, now_ms, &ended))
		count++;
	return count;
}

static void a_prefix_holds_until_its_time_unless_it_is_told_again(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };
	struct found_prefix ended;

	assert_true(found_prefixes_first_end_ms(&f) == UINT64_MAX);
	assert_int_equal(take(&f, told(1, resolver, 1000)), PREFIX_NEW);
	assert_int_equal(take(&f, told(2, resolver, 500)), PREFIX_NEW);
	assert_int_equal(found_prefixes_first_end_ms(&f), 500);
	assert_int_equal(count_ended(&f, 499), 0);
	assert_int_equal(take(&f, told(2, resolver, 2000)), PREFIX_KNOWN);
	assert_int_equal(count_ended(&f, 999), 0);
	assert_true(found_prefixes_remove_ended(&f, 1000, &ended));
	assert_int_equal(ended.network.octets[3], 1);
	assert_int_equal(count_ended(&f, 1999), 0);
	assert_int_equal(count_ended(&f, 2000), 1);
	assert_int_equal(f.count, 0);
}

static void an_origin_takes_back_only_what_it_told(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };
	struct network second = told(2, router, 0).network;

	take(&f, told(1, resolver, 1000));
	take(&f, told(1, another, 1000));
	take(&f, told(1, router, 1000));
	take(&f, told(2, router, 1000));
	assert_int_equal(f.count, 4);
	found_prefixes_end(&f, &resolver, NULL);
	assert_int_equal(count_ended(&f, 1), 1);
	found_prefixes_end(&f, &resolver, &second);
	assert_int_equal(count_ended(&f, 1), 0);
	found_prefixes_end(&f, &router, &second);
	assert_int_equal(count_ended(&f, 1), 1);
	found_prefixes_end(&f, &router, NULL);
	assert_int_equal(count_ended(&f, 1), 1);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].origin.index, another.index);
}

/* The resolver tells some again: they never end in between. */
static void what_is_told_again_at_once_goes_on(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };

	take(&f, told(1, resolver, 1000));
	take(&f, told(2, resolver, 1000));
	found_prefixes_end(&f, &resolver, NULL);
	assert_int_equal(take(&f, told(1, resolver, 5000)), PREFIX_KNOWN);
	assert_int_equal(count_ended(&f, 900), 1);
	assert_int_equal(f.items[0].until_ms, 5000);
}

/* An address of this machine may come or go while the prefix is told. */
static void a_prefix_whose_use_changes_is_news(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };
	struct found_prefix p = told(1, resolver, 1000);

	assert_int_equal(take(&f, p), PREFIX_NEW);
	p.use = PREFIX_ON_LINK;
	assert_int_equal(take(&f, p), PREFIX_NEW);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].use, PREFIX_ON_LINK);
	assert_int_equal(take(&f, p), PREFIX_KNOWN);
}

/* A machine on a link can advertise as many as it likes. */
static void an_origin_has_its_share_of_the_room(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };
	struct found_prefix refused = told(9, router, 1000);

	for (unsigned i = 0; i < FOUND_PREFIXES_OF_ORIGIN; i++)
		assert_int_equal(take(&f, told(i, router, 1000)), PREFIX_NEW);
	assert_int_equal(take(&f, told(100, router, 1000)), PREFIX_NO_ROOM);
	assert_int_equal(take(&f, told(0, router, 2000)), PREFIX_KNOWN);
	assert_int_equal(take(&f, told(100, resolver, 1000)), PREFIX_NEW);
	assert_int_equal(f.count, FOUND_PREFIXES_OF_ORIGIN + 1);

	/* one that counts replaces one that does not, and only one of its own origin */
	refused.use = PREFIX_GLOBAL;
	assert_int_equal(take(&f, refused), PREFIX_NO_ROOM);
	f.items[1].use = PREFIX_GLOBAL;
	assert_int_equal(take(&f, refused), PREFIX_NO_ROOM);
	assert_int_equal(take(&f, told(100, router, 1000)), PREFIX_NEW);
	assert_int_equal(f.items[1].network.octets[3], 100);
	assert_int_equal(take(&f, told(101, router, 1000)), PREFIX_NO_ROOM);
	f.items[FOUND_PREFIXES_OF_ORIGIN].use = PREFIX_GLOBAL; /* of the resolver */
	assert_int_equal(take(&f, told(101, router, 1000)), PREFIX_NO_ROOM);
}

static void a_full_table_takes_no_more(void **state)
{
	(void)state;
	struct found_prefixes f = { 0 };

	for (unsigned i = 0; i < FOUND_PREFIXES_MAX; i++)
		assert_int_equal(
		        take(&f, told(i, (struct prefix_origin){ PREFIX_OF_ROUTER, i }, 1000)),
		        PREFIX_NEW);
	assert_int_equal(take(&f, told(1, resolver, 1000)), PREFIX_NO_ROOM);
	assert_int_equal(f.count, FOUND_PREFIXES_MAX);
	assert_int_equal(count_ended(&f, 1000), FOUND_PREFIXES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_prefix_that_nobody_far_away_can_have_counts),
		cmocka_unit_test(a_prefix_holds_until_its_time_unless_it_is_told_again),
		cmocka_unit_test(an_origin_takes_back_only_what_it_told),
		cmocka_unit_test(what_is_told_again_at_once_goes_on),
		cmocka_unit_test(a_prefix_whose_use_changes_is_news),
		cmocka_unit_test(an_origin_has_its_share_of_the_room),
		cmocka_unit_test(a_full_table_takes_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
