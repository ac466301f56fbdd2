/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The times in key files: which keys are published, which ZSK signs, and what of a new set would
 * break a zone. */
#include "test.h"

#include "daemon/zone_succession.h"
#include "keys/succession.h"

#define NOW      1750000000
#define KEYS_MAX 4

static void times_say_what_a_key_does(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		int64_t now_s;
		bool is_published, is_active, is_synced;
	} rows[] = {
		{ "no times at all: a key of old", "Private-key-format: v1.2\n", NOW, true, true,
		        true },
		{ "dnssec-keygen -G: only made", "Created: 20250101000000\n", NOW, false, false,
		        false },
		{ "published, not active", "Created: 20250101000000\nPublish: 20250101000000\n",
		        NOW, true, false, true },
		{ "published in the future",
		        "; Publish: 20260101000000 (Thu Jan  1 00:00:00 2026)\n", NOW, false, false,
		        false },
		{ "active", "Publish: 20250101000000\nActivate: 20250101000000\n", NOW, true, true,
		        true },
		{ "active is published", "Activate: 20250101000000\n", NOW, true, true, true },
		{ "inactive", "Activate: 20250101000000\nInactive: 20250201000000\n", NOW, true,
		        false, true },
		{ "deleted", "Activate: 20250101000000\nDelete: 20250201000000\n", NOW, false,
		        false, false },
		{ "to be deleted", "Activate: 20250101000000\nDelete: 20260201000000\n", NOW, true,
		        true, true },
		{ "CDS later", "Activate: 20250101000000\nSyncPublish: 20260201000000\n", NOW, true,
		        true, false },
		{ "CDS ended", "Activate: 20250101000000\nSyncDelete: 20250201000000\n", NOW, true,
		        true, false },
		{ "the second before", "Publish: 20250615150640\n", NOW - 1, false, false, false },
		{ "the second itself", "Publish: 20250615150640\r\n", NOW, true, false, true },
		{ "1970 is a time", "Publish: 19700101000000\nActivate: 19700101000000\n", NOW,
		        true, true, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct key_times t;
		struct complaint error;
		assert_row(rows[i].why, key_times_read(&t, rows[i].text, "file", &error));
		assert_row(
		        rows[i].why, key_is_published(&t, rows[i].now_s) == rows[i].is_published);
		assert_row(rows[i].why, key_is_active(&t, rows[i].now_s) == rows[i].is_active);
		assert_row(rows[i].why, key_is_synced(&t, rows[i].now_s) == rows[i].is_synced);
	}
}

static void a_malformed_time_is_named_with_its_line(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"a\nPublish: 2025\n",
		"a\nActivate:\n",
		"a\nInactive: 20251301000000\n",
		"a\n; Delete: 202506151506400\n",
		"a\nRevoke: now\n",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct key_times t;
		struct complaint error;
		assert_row(rows[i], !key_times_read(&t, rows[i], "file", &error));
		assert_row(error.text, strncmp(error.text, "file:2: ", 8) == 0);
	}
}

/* A key: when it becomes active, inactive, and is deleted, in hours from NOW; 0 for never. */
struct when {
	int activate_h, inactive_h, delete_h;
};

#define NONE                                                                                       \
	{                                                                                          \
		99, 0, 0                                                                           \
	} /* no such key */
#define UNTIMED                                                                                    \
	{                                                                                          \
		98, 0, 0                                                                           \
	}
#define NEVER                                                                                      \
	{                                                                                          \
		97, 0, 0                                                                           \
	}
#define IN_HOURS(h) ((h) ? NOW + (int64_t)(h)*3600 : 0)

static unsigned make_keys(struct keypair keys[static KEYS_MAX], const struct when *when)
{
	static struct signkey *const present = (struct signkey *)(uintptr_t)1;
	unsigned count = 0;

	memset(keys, 0, KEYS_MAX * sizeof(*keys));
	for (; count < 3 && when[count].activate_h != 99; count++) {
		struct keypair *k = &keys[count];
		k->flags = KEYPAIR_ZSK;
		k->key = present;
		k->tag = (uint16_t)count;
		if (when[count].activate_h == 98)
			continue;
		k->times.is_timed = true;
		k->times.activate_s =
		        when[count].activate_h == 97 ? 0 : IN_HOURS(when[count].activate_h);
		k->times.inactive_s = IN_HOURS(when[count].inactive_h);
		k->times.delete_s = IN_HOURS(when[count].delete_h);
	}
	return count;
}

static void times_choose_the_zsk(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct when keys[3];
		int now, next, from_h, ambiguous;
	} rows[] = {
		{ "one", { { -9, 0, 0 }, NONE }, 0, -1, 0, -1 },
		{ "one without times", { UNTIMED, NONE }, 0, -1, 0, -1 },
		{ "one that is inactive still signs", { { -9, -1, 0 }, NONE }, 0, -1, 0, -1 },
		{ "one that is not active yet signs", { { 5, 0, 0 }, NONE }, 0, -1, 0, -1 },
		{ "two without times", { UNTIMED, UNTIMED, NONE }, -1, -1, 0, 1 },
		{ "two from the same second", { { -9, 0, 0 }, { -9, 0, 0 }, NONE }, -1, -1, 0, 1 },
		{ "a later one takes over", { { -9, 0, 0 }, { 2, 0, 0 }, NONE }, 0, 1, 2, -1 },
		{ "a later one has taken over", { { -9, 0, 0 }, { -2, 0, 0 }, NONE }, 0, 1, -2,
		        -1 },
		{ "the order of keys does not matter", { { -2, 0, 0 }, { -9, 0, 0 }, NONE }, 1, 0,
		        -2, -1 },
		{ "from one without times", { UNTIMED, { 2, 0, 0 }, NONE }, 0, 1, 2, -1 },
		{ "a gap between two is bridged", { { -9, -1, 0 }, { 2, 0, 0 }, NONE }, 0, 1, 2,
		        -1 },
		{ "a stand-by key does not sign", { { -9, 0, 0 }, NEVER, NONE }, 0, -1, 0, -1 },
		{ "the first of two to come", { { -9, 0, 0 }, { 5, 0, 0 }, { 2, 0, 0 } }, 0, 2, 2,
		        -1 },
		{ "a deleted one is the last choice", { { -9, -8, -7 }, { 5, 0, 0 }, NONE }, 1, -1,
		        0, -1 },
	};
	struct keypair keys[KEYS_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		int ambiguous;
		unsigned count = make_keys(keys, rows[i].keys);
		struct succession s = succession_choose(keys, count, NOW, &ambiguous);
		assert_row(rows[i].why, s.now == rows[i].now);
		assert_row(rows[i].why, s.next == rows[i].next);
		assert_row(rows[i].why, ambiguous == rows[i].ambiguous);
		if (s.next >= 0)
			assert_row(rows[i].why, s.next_from_s == NOW + rows[i].from_h * 3600);
	}
}

static void keys_that_cannot_sign_are_not_chosen(void **state)
{
	(void)state;
	static const struct when when[] = { { -9, 0, 0 }, { -2, 0, 0 }, { -1, 0, 0 } };
	struct keypair keys[KEYS_MAX];

	make_keys(keys, when);
	keys[1].key = NULL;
	keys[2].flags = KEYPAIR_KSK;
	assert_int_equal(succession_choose(keys, 3, NOW, NULL).now, 0);
	assert_int_equal(succession_choose(keys, 3, NOW, NULL).next, -1);
	keys[0].key = NULL;
	assert_int_equal(succession_choose(keys, 3, NOW, NULL).now, -1);
}

#define LASTING 2 /* signatures of the DNSKEY RRset: one of each algorithm */

/* Valid for a week. */
static struct presigned_rrsig lasting[LASTING] = {
	{ NOW - 86400, NOW + 7 * 86400, 1, 0, { (const uint8_t *)"\0\60\15", 3 } },
	{ NOW - 86400, NOW + 7 * 86400, 2, 0, { (const uint8_t *)"\0\60\17", 3 } },
};

/* Two periods in which one key signs and then the other, which was planned to begin. DNSKEY records
 * of `shown` keys. */
static void fill_succession(struct sign_period periods[static 2], const struct signkey *old,
        const struct signkey *new, struct span *shown, unsigned count)
{
	const struct presigned dnskey = { .count = count,
		.ttl_s = 3600,
		.rdatas = shown,
		.rrsig_count = LASTING,
		.rrsigs = lasting };

	periods[0] =
	        (struct sign_period){ .key_count = 1, .keys = { { old, 1 } }, .dnskey = dnskey };
	periods[1] = (struct sign_period){
		.from_s = NOW - 100, .key_count = 1, .keys = { { new, 2 } }, .dnskey = dnskey
	};
}

/* The file may be loaded long after it was made. Resolvers that have the DNSKEY set of the former
 * policy do not know the new key until its TTL is over, whatever the key's own time says. */
static void a_key_that_was_not_shown_yet_does_not_take_over(void **state)
{
	(void)state;
	struct signkey *old = signkey_generate(ALGORITHM_ED25519);
	struct signkey *new = signkey_generate(ALGORITHM_ED25519);
	struct name zone;
	struct keypair pairs[2];

	assert_true(name_from_text("example.test", &zone));
	keypair_init(&pairs[0], &zone, KEYPAIR_ZSK, old);
	keypair_init(&pairs[1], &zone, KEYPAIR_ZSK, new);
	struct span shown[] = { keypair_rdata(&pairs[0]), keypair_rdata(&pairs[1]) };
	struct sign_period former[2], fresh[2], again[2];
	fill_succession(former, old, new, shown, 1);
	fill_succession(fresh, old, new, shown, 2);
	fill_succession(again, old, new, shown, 2);
	const struct sign_periods first = { 1, former }, second = { 2, fresh };
	const struct succession_time now = { NOW, SUCCESSION_SPREAD_S },
	                             later = { NOW + 60, SUCCESSION_SPREAD_S };
	zone_succession_hold(fresh, 2, &first, &now);
	assert_ptr_equal(sign_period_at(&second, NOW)->keys[0].key, old);
	assert_ptr_equal(
	        sign_period_at(&second, NOW + 3600 + SUCCESSION_SPREAD_S - 1)->keys[0].key, old);
	assert_ptr_equal(
	        sign_period_at(&second, NOW + 3600 + SUCCESSION_SPREAD_S)->keys[0].key, new);

	/* It is held over further reloads, though its record is shown by now. */
	zone_succession_hold(again, 2, &second, &later);
	assert_int_equal(again[1].from_s, fresh[1].from_s);

	/* The operator may set an earlier time of a key that is not held, once it was shown for
	 * long enough. */
	fresh[1].held_s = 0;
	fill_succession(again, old, new, shown, 2);
	zone_succession_hold(again, 2, &second, &later);
	assert_int_equal(again[1].from_s, NOW - 100);
	keypair_fini(&pairs[0]);
	keypair_fini(&pairs[1]);
}

/* ---- Reloads in the middle of a roll ---- */

enum { K0 = 1, K1 = 2, K2 = 4, K15 = 8, POOL = 4, PERIODS = 4 }; /* K15 is of another algorithm */

struct row_period {
	int from_s; /* after NOW */
	unsigned signers, shown;
};

struct pool {
	struct keypair pairs[POOL];
	struct span rdatas[2][PERIODS][POOL]; /* of the former periods, and of the fresh ones */
};

static void pool_init(struct pool *pool)
{
	struct name zone;

	assert_true(name_from_text("example.test", &zone));
	for (unsigned i = 0; i < POOL; i++)
		keypair_init(&pool->pairs[i], &zone, KEYPAIR_ZSK,
		        signkey_generate(i < 3 ? ALGORITHM_ECDSAP256 : ALGORITHM_ED25519));
}

static void pool_fini(struct pool *pool)
{
	for (unsigned i = 0; i < POOL; i++)
		keypair_fini(&pool->pairs[i]);
}

static unsigned pool_fill(
        struct pool *pool, unsigned which, struct sign_period *made, const struct row_period *rows)
{
	unsigned count = 0;

	for (; count < PERIODS && rows[count].shown; count++) {
		struct sign_period *p = &made[count];
		struct span *rdatas = pool->rdatas[which][count];
		*p = (struct sign_period){ .from_s = NOW + rows[count].from_s,
			.dnskey = { .ttl_s = 3600,
			        .rdatas = rdatas,
			        .rrsig_count = LASTING,
			        .rrsigs = lasting } };
		for (unsigned i = 0; i < POOL; i++) {
			struct keypair *pair = &pool->pairs[i];
			if (rows[count].signers & 1u << i)
				p->keys[p->key_count++] = (struct sign_key){ pair->key, pair->tag };
			if (rows[count].shown & 1u << i)
				rdatas[p->dnskey.count++] = keypair_rdata(pair);
		}
	}
	return count;
}

static void a_reload_in_a_roll_puts_off_only_what_would_break(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct row_period former[PERIODS], fresh[PERIODS];
		int begins_s[PERIODS]; /* of the fresh ones, after NOW */
	} rows[] = {
		{ "two rolls long past, and only the last key is shown",
		        { { -400, K0, K0 | K1 }, { -300, K1, K0 | K1 }, { -200, K2, K1 | K2 },
		                { -100, K2, K2 } },
		        { { -400, K0, K0 | K1 }, { -300, K1, K0 | K1 }, { -200, K2, K1 | K2 },
		                { -100, K2, K2 } },
		        { -400, -300, -200, -100 } },
		{ "nor does a past period that is new come back", { { -400, K2, K2 } },
		        { { -400, K0, K0 | K1 }, { -300, K1, K0 | K1 }, { -200, K2, K2 } },
		        { -400, -300, -200 } },
		{ "two algorithms sign, and soon the DNSKEY of the second comes",
		        { { -9000, K0, K0 }, { -5000, K0 | K15, K0 }, { 600, K0 | K15, K0 | K15 } },
		        { { -9000, K0, K0 }, { -5000, K0 | K15, K0 }, { 600, K0 | K15, K0 | K15 } },
		        { -9000, -5000, 600 } },
		{ "it came, and then the CDS changes",
		        { { -5000, K0 | K15, K0 }, { -200, K0 | K15, K0 | K15 },
		                { -100, K0 | K15, K0 | K15 } },
		        { { -5000, K0 | K15, K0 }, { -200, K0 | K15, K0 | K15 },
		                { -100, K0 | K15, K0 | K15 } },
		        { -5000, -200, -100 } },
		{ "but alone it waits for the TTL",
		        { { -5000, K0 | K15, K0 }, { -200, K0 | K15, K0 | K15 } },
		        { { -5000, K0 | K15, K0 }, { -200, K0 | K15, K0 | K15 },
		                { 600, K15, K0 | K15 } },
		        { -5000, -200, 3400 } },
		{ "the first period of the new key is over when it is loaded",
		        { { -9000, K0, K0 } },
		        { { -9000, K0, K0 }, { -60, K1, K0 | K1 }, { -20, K1, K0 | K1 } },
		        { -9000, -60,
		                -20 } }, /* the one before lacks the key, so a wait is no help */
		{ "and the one before shows the key", { { -9000, K0, K0 } },
		        { { -9000, K0, K0 | K1 }, { -60, K1, K0 | K1 }, { -20, K1, K0 | K1 } },
		        { -9000, 3600, 3640 } },
		{ "a key that signs is not taken back",
		        { { -5000, K0, K0 }, { -200, K1, K0 | K1 } },
		        { { -9000, K0, K0 | K1 }, { -150, K1, K0 | K1 } }, { -9000, -150 } },
		{ "all that follows stays in order", { { -9000, K0, K0 } },
		        { { -9000, K0, K0 | K1 }, { -60, K1, K0 | K1 }, { 100, K1, K1 },
		                { 200, K1, K1 } },
		        { -9000, 3600, 3760, 3860 } },
	};
	static const struct succession_time now = { NOW, 0 };
	struct pool pool;

	pool_init(&pool);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sign_period former[PERIODS], fresh[PERIODS];
		const struct sign_periods before = { pool_fill(&pool, 0, former, rows[i].former),
			former };
		unsigned count = pool_fill(&pool, 1, fresh, rows[i].fresh);
		zone_succession_hold(fresh, count, &before, &now);
		for (unsigned k = 0; k < count; k++)
			assert_row(rows[i].why, fresh[k].from_s == NOW + rows[i].begins_s[k]);
	}
	pool_fini(&pool);
}

/* The clock was a year ahead when a key was put off. The key waits for the TTL, not for a year. */
static void a_clock_that_was_ahead_puts_off_no_key_for_a_year(void **state)
{
	(void)state;
	static const struct row_period old[PERIODS] = { { -9000, K0, K0 } },
	                               new[PERIODS] = { { -9000, K0, K0 | K1 },
		                               { -60, K1, K0 | K1 }, { 100, K1, K1 } };
	static const struct succession_time ahead = { NOW + 365 * 86400, 0 },
	                                    right = { NOW + 50, 0 };
	struct presigned_rrsig long_lasting[LASTING] = { lasting[0], lasting[1] };
	struct sign_period former[PERIODS], held[PERIODS], again[PERIODS];
	struct pool pool;

	for (unsigned i = 0; i < LASTING; i++)
		long_lasting[i].expiration = NOW + 400 * 86400;
	pool_init(&pool);
	const struct sign_periods before = { pool_fill(&pool, 0, former, old), former };
	const struct sign_periods wrong = { pool_fill(&pool, 1, held, new), held };
	for (unsigned i = 0; i < wrong.count; i++)
		held[i].dnskey.rrsigs = long_lasting;
	zone_succession_hold(held, wrong.count, &before, &ahead);
	assert_int_equal(held[1].from_s, ahead.now_s + 3600);

	for (unsigned is_same_file = 0; is_same_file < 2; is_same_file++) {
		pool_fill(&pool, 1, again, new);
		if (is_same_file)
			zone_succession_keep(again, wrong.count, &wrong, right.now_s);
		else
			zone_succession_hold(again, wrong.count, &wrong, &right);
		assert_int_equal(again[1].from_s, right.now_s + 3600);
		assert_int_equal(again[2].from_s, right.now_s + 3760);

		/* And then it stays. */
		struct sign_period last[PERIODS];
		const struct sign_periods mended = { wrong.count, again };
		pool_fill(&pool, 1, last, new);
		zone_succession_keep(last, wrong.count, &mended, right.now_s + 70);
		assert_int_equal(last[1].from_s, right.now_s + 3600);
		zone_succession_keep(last, wrong.count, &mended, right.now_s + 7200);
		assert_int_equal(last[1].from_s, right.now_s + 3600);
	}
	pool_fini(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_say_what_a_key_does),
		cmocka_unit_test(a_malformed_time_is_named_with_its_line),
		cmocka_unit_test(times_choose_the_zsk),
		cmocka_unit_test(keys_that_cannot_sign_are_not_chosen),
		cmocka_unit_test(a_key_that_was_not_shown_yet_does_not_take_over),
		cmocka_unit_test(a_reload_in_a_roll_puts_off_only_what_would_break),
		cmocka_unit_test(a_clock_that_was_ahead_puts_off_no_key_for_a_year),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
