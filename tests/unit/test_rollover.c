/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state machine of RFC 5011 alone, driven by what is seen of the keys. test_observation.c has
 * the signed RRsets. */
#include "test.h"

#include "trust/rollover.h"

#define HOUR 3600
#define DAY  86400
#define T0   INT64_C(1750000000)

#define BIT(i) (UINT32_C(1) << (i))

/* A key is its tag here. */
static struct ds ds_of(uint16_t tag)
{
	return (struct ds){ .tag = tag, .algorithm = 8, .digest_type = 2, .digest_len = 32 };
}

/* A trust point with one key for each state, tags from 1 on. */
static struct trust_point point_with(const enum anchor_state *states, unsigned count)
{
	struct trust_point p = { .zone = name_root, .count = count, .seen_s = T0 };

	for (unsigned i = 0; i < count; i++)
		p.keys[i] = (struct anchor_key){ .ds = ds_of((uint16_t)(i + 1)),
			.state = states[i],
			.since_s = T0,
			.seen_s = T0,
			.hold_s = states[i] == ANCHOR_ADD_PENDING ? T0 + ROLLOVER_HOLD_S : 0,
			.signers = states[i] == ANCHOR_ADD_PENDING ? BIT(0) : 0 };
	return p;
}

#define POINT(...)                                                                                 \
	point_with((const enum anchor_state[]){ __VA_ARGS__ },                                     \
	        sizeof((const enum anchor_state[]){ __VA_ARGS__ }) / sizeof(enum anchor_state))

/* The root's times: two days of TTL, three weeks of validity. */
static struct observation seen(uint32_t present, uint32_t signers)
{
	return (struct observation){ .present = present,
		.signers = signers,
		.original_ttl_s = 2 * DAY,
		.left_s = 21 * DAY };
}

static enum anchor_state state_of(struct trust_point *p, uint16_t tag)
{
	struct ds ds = ds_of(tag);
	const struct anchor_key *key = rollover_find(p, &ds);
	return key ? key->state : ANCHOR_START;
}

static struct rollover_report observe(struct trust_point *p, struct observation o, int64_t now_s)
{
	struct rollover_report report;
	rollover_observe(p, &o, now_s, &report);
	return report;
}

/* ---- The table ---- */

static void every_cell_of_the_state_table_is_as_in_the_rfc(void **state)
{
	/* Start, Pending, Valid, Missing, Revoked, X for Removed. By state, for: nothing, NewKey,
	 * KeyPres, KeyRem, AddTime, RemTime, RevBit. */
	static const char letters[] = "SPVMRX";
	static const char *const want[ANCHOR_STATES] = {
		[ANCHOR_START] = "SPSSSSS",
		[ANCHOR_ADD_PENDING] = "PPPSVPR",
		[ANCHOR_VALID] = "VVVMVVR",
		[ANCHOR_MISSING] = "MMVMMMR",
		[ANCHOR_REVOKED] = "RRRRRXR",
		[ANCHOR_REMOVED] = "XXXXXXX",
	};

	(void)state;
	for (unsigned s = 0; s < ANCHOR_STATES; s++) {
		for (unsigned e = 0; e < ANCHOR_EVENTS; e++) {
			if (letters[anchor_next(s, e)] != want[s][e])
				fail_msg("%s, event %u: %s", anchor_state_text(s), e,
				        anchor_state_text(anchor_next(s, e)));
		}
	}
}

/* Key 1 is valid and signs where the row says so; key 2 is in the state `from`. */
static void an_rrset_changes_the_states_of_keys(void **state)
{
	static const struct {
		const char *why;
		enum anchor_state from;
		bool present, marked, revoked, is_signed;
		int64_t after_s;
		enum anchor_state to;
	} rows[] = {
		{ "pending, there, 30 days less a second", ANCHOR_ADD_PENDING, true, false, false,
		        true, 30 * DAY - 1, ANCHOR_ADD_PENDING },
		{ "pending, there, 30 days", ANCHOR_ADD_PENDING, true, false, false, true, 30 * DAY,
		        ANCHOR_VALID },
		{ "pending, there, 30 days, but without a trusted signature", ANCHOR_ADD_PENDING,
		        true, false, false, false, 30 * DAY, ANCHOR_ADD_PENDING },
		{ "pending, gone", ANCHOR_ADD_PENDING, false, false, false, true, DAY,
		        ANCHOR_START },
		{ "pending, gone after its time", ANCHOR_ADD_PENDING, false, false, false, true,
		        31 * DAY, ANCHOR_START },
		{ "pending, gone, but without a trusted signature", ANCHOR_ADD_PENDING, false,
		        false, false, false, DAY, ANCHOR_ADD_PENDING },
		{ "pending, marked, not by itself", ANCHOR_ADD_PENDING, false, true, false, true,
		        DAY, ANCHOR_START },
		{ "pending, revoked", ANCHOR_ADD_PENDING, false, true, true, true, DAY,
		        ANCHOR_REVOKED },
		{ "valid, there", ANCHOR_VALID, true, false, false, true, DAY, ANCHOR_VALID },
		{ "valid, gone", ANCHOR_VALID, false, false, false, true, DAY, ANCHOR_MISSING },
		{ "valid, gone, but without a trusted signature", ANCHOR_VALID, false, false, false,
		        false, DAY, ANCHOR_VALID },
		{ "valid, marked, not by itself", ANCHOR_VALID, false, true, false, true, DAY,
		        ANCHOR_MISSING },
		{ "valid, revoked", ANCHOR_VALID, false, true, true, true, DAY, ANCHOR_REVOKED },
		{ "valid, revoked, and no other key signed", ANCHOR_VALID, false, true, true, false,
		        DAY, ANCHOR_REVOKED },
		{ "valid, there with the bit and without", ANCHOR_VALID, true, true, true, true,
		        DAY, ANCHOR_REVOKED },
		{ "missing, there", ANCHOR_MISSING, true, false, false, true, DAY, ANCHOR_VALID },
		{ "missing, there, but without a trusted signature", ANCHOR_MISSING, true, false,
		        false, false, DAY, ANCHOR_MISSING },
		{ "missing for years", ANCHOR_MISSING, false, false, false, true, 1000 * DAY,
		        ANCHOR_MISSING },
		{ "missing, revoked", ANCHOR_MISSING, false, true, true, true, DAY,
		        ANCHOR_REVOKED },
		{ "revoked, without the bit again", ANCHOR_REVOKED, true, false, false, true,
		        31 * DAY, ANCHOR_REVOKED },
		{ "revoked, gone for 30 days less a second", ANCHOR_REVOKED, false, false, false,
		        true, 30 * DAY - 1, ANCHOR_REVOKED },
		{ "revoked, gone for 30 days", ANCHOR_REVOKED, false, false, false, true, 30 * DAY,
		        ANCHOR_REMOVED },
		{ "revoked, still there with the bit", ANCHOR_REVOKED, false, true, true, true,
		        60 * DAY, ANCHOR_REVOKED },
		{ "revoked, gone, but without a trusted signature", ANCHOR_REVOKED, false, false,
		        false, false, 60 * DAY, ANCHOR_REVOKED },
		{ "removed, back", ANCHOR_REMOVED, true, false, false, true, 60 * DAY,
		        ANCHOR_REMOVED },
		{ "removed, back with the bit", ANCHOR_REMOVED, false, true, true, true, 60 * DAY,
		        ANCHOR_REMOVED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trust_point p = POINT(ANCHOR_VALID, rows[i].from);
		struct observation o = seen(BIT(0), rows[i].is_signed ? BIT(0) : 0);

		o.present |= rows[i].present ? BIT(1) : 0;
		o.marked |= rows[i].marked ? BIT(1) : 0;
		o.revoked |= rows[i].revoked ? BIT(1) : 0;
		struct rollover_report report = observe(&p, o, T0 + rows[i].after_s);
		if (state_of(&p, 2) != rows[i].to)
			fail_msg("%s: %s", rows[i].why, anchor_state_text(state_of(&p, 2)));
		assert_row(rows[i].why, state_of(&p, 1) == ANCHOR_VALID);
		assert_row(rows[i].why, report.is_valid == rows[i].is_signed);
		assert_row(rows[i].why, report.count == (rows[i].from != rows[i].to));
		assert_row(rows[i].why,
		        report.trust_changed ==
		                (anchor_is_trusted(rows[i].from) != anchor_is_trusted(rows[i].to)));
	}
}

/* ---- New keys ---- */

static struct observation with_new_key(struct observation o, uint16_t tag)
{
	o.new_keys[o.new_count++] = ds_of(tag);
	return o;
}

static void a_new_key_waits_thirty_days_or_a_longer_ttl(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);
	struct observation o = with_new_key(seen(BIT(0), BIT(0)), 7);

	(void)state;
	observe(&p, o, T0);
	assert_int_equal(state_of(&p, 7), ANCHOR_ADD_PENDING);
	assert_int_equal(p.keys[1].hold_s, T0 + 30 * DAY);

	p = POINT(ANCHOR_VALID);
	o.original_ttl_s = 45 * DAY;
	observe(&p, o, T0);
	assert_int_equal(p.keys[1].hold_s, T0 + 45 * DAY);
	observe(&p, seen(BIT(0) | BIT(1), BIT(0)), T0 + 44 * DAY);
	assert_int_equal(state_of(&p, 7), ANCHOR_ADD_PENDING);
	observe(&p, seen(BIT(0) | BIT(1), BIT(0)), T0 + 45 * DAY);
	assert_int_equal(state_of(&p, 7), ANCHOR_VALID);
}

static void time_alone_adds_nothing(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID, ANCHOR_ADD_PENDING);

	(void)state;
	for (int day = 1; day < 100; day++)
		rollover_failed(&p, T0 + day * DAY);
	assert_int_equal(rollover_trusted(&p), BIT(0));
}

static void a_pending_key_that_was_missing_once_starts_over(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID, ANCHOR_ADD_PENDING);

	(void)state;
	observe(&p, seen(BIT(0), BIT(0)), T0 + 29 * DAY);
	assert_int_equal(p.count, 1);
	observe(&p, with_new_key(seen(BIT(0), BIT(0)), 2), T0 + 30 * DAY);
	assert_int_equal(state_of(&p, 2), ANCHOR_ADD_PENDING);
	observe(&p, seen(BIT(0) | BIT(1), BIT(0)), T0 + 60 * DAY - 1);
	assert_int_equal(state_of(&p, 2), ANCHOR_ADD_PENDING);
	observe(&p, seen(BIT(0) | BIT(1), BIT(0)), T0 + 60 * DAY);
	assert_int_equal(state_of(&p, 2), ANCHOR_VALID);
}

/* RFC 5011, 2.2: key 3 was signed for by key 1 alone; key 4 by both. */
static void a_pending_key_needs_one_of_its_signers(void **state)
{
	struct trust_point p =
	        POINT(ANCHOR_VALID, ANCHOR_VALID, ANCHOR_ADD_PENDING, ANCHOR_ADD_PENDING);
	struct observation o = seen(BIT(1) | BIT(2) | BIT(3), BIT(1));

	(void)state;
	p.keys[3].signers = BIT(0) | BIT(1);
	o.marked = o.revoked = BIT(0);
	observe(&p, o, T0 + 29 * DAY);
	assert_int_equal(state_of(&p, 1), ANCHOR_REVOKED);
	assert_int_equal(p.keys[2].hold_s, T0 + 59 * DAY);
	assert_int_equal(p.keys[2].signers, BIT(1));
	assert_int_equal(p.keys[3].hold_s, T0 + 30 * DAY);
	observe(&p, seen(BIT(1) | BIT(2) | BIT(3), BIT(1)), T0 + 30 * DAY);
	assert_int_equal(state_of(&p, 3), ANCHOR_ADD_PENDING);
	assert_int_equal(state_of(&p, 4), ANCHOR_VALID);
}

static void signers_stay_known_if_a_key_is_forgotten(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID, ANCHOR_ADD_PENDING, ANCHOR_ADD_PENDING,
	        ANCHOR_VALID, ANCHOR_ADD_PENDING);

	(void)state;
	p.keys[4].signers = BIT(3);
	observe(&p, seen(BIT(0) | BIT(2) | BIT(3) | BIT(4), BIT(0)), T0 + DAY);
	assert_int_equal(p.count, 4);
	assert_int_equal(p.keys[1].signers, BIT(0));
	assert_int_equal(p.keys[3].signers, BIT(2));
	assert_int_equal(p.keys[2].ds.tag, 4);
}

/* ---- Signatures that do not count ---- */

static void an_rrset_without_a_trusted_signature_changes_nothing(void **state)
{
	static const enum anchor_state untrusted[] = { ANCHOR_ADD_PENDING, ANCHOR_REVOKED,
		ANCHOR_REMOVED };

	(void)state;
	for (size_t i = 0; i < COUNT(untrusted); i++) {
		struct trust_point p = POINT(ANCHOR_VALID, untrusted[i]), before = p;
		struct observation o = with_new_key(seen(BIT(1), BIT(1)), 9);

		struct rollover_report report = observe(&p, o, T0 + 40 * DAY);
		before.next_s = p.next_s;
		assert_row(anchor_state_text(untrusted[i]), !report.is_valid);
		assert_memory_equal(&p, &before, sizeof(p));
	}
}

static void a_key_revoked_in_an_rrset_does_not_sign_for_it(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);
	struct observation o = with_new_key(seen(BIT(0), BIT(0)), 9);

	(void)state;
	o.marked = o.revoked = BIT(0);
	struct rollover_report report = observe(&p, o, T0 + DAY);
	assert_false(report.is_valid);
	assert_true(report.trust_changed);
	assert_int_equal(rollover_trusted(&p), 0);
	assert_int_equal(p.count, 1);
}

/* ---- Bounds ---- */

static void the_number_of_followed_keys_is_limited(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);
	uint16_t tag = 100;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct observation o = seen(UINT32_MAX, BIT(0));
		while (o.new_count < LIMIT_KEYS)
			o.new_keys[o.new_count++] = ds_of(tag++);
		observe(&p, o, T0 + round * DAY);
		assert_in_range(p.count, 1, TRUST_POINT_KEYS - LIMIT_ANCHOR_KEYS);
	}
	observe(&p, seen(UINT32_MAX, BIT(0)), T0 + 100 * DAY);
	assert_int_equal(__builtin_popcount(rollover_trusted(&p)), LIMIT_ANCHOR_KEYS);
	/* Configured keys always get a place. */
	for (uint16_t i = 0; i < LIMIT_ANCHOR_KEYS; i++) {
		struct ds ds = ds_of(i + 1000);
		assert_non_null(rollover_add(&p, &ds, true));
	}
	/* But not more of them than there are places. */
	for (unsigned i = 0; i < p.count; i++)
		p.keys[i].is_configured = true;
	for (uint16_t i = 0; p.count < TRUST_POINT_KEYS; i++) {
		struct ds ds = ds_of(i + 2000);
		assert_non_null(rollover_add(&p, &ds, true));
	}
	struct ds one_more = ds_of(3000);
	assert_null(rollover_add(&p, &one_more, true));
	assert_int_equal(p.count, TRUST_POINT_KEYS);
}

static void a_duplicate_key_counts_once(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);
	struct observation o = seen(BIT(0), BIT(0));

	(void)state;
	o.new_keys[o.new_count++] = ds_of(100);
	o.new_keys[o.new_count++] = ds_of(100);
	observe(&p, o, T0);
	assert_int_equal(p.count, 2);
	assert_int_equal(state_of(&p, 100), ANCHOR_ADD_PENDING);
}

/* A year of keys that are replaced each 60 days and revoked: removed ones make room. */
static void rollovers_go_on_for_a_long_time(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);
	uint16_t current = 1;
	int64_t now_s = T0;

	(void)state;
	for (uint16_t next = 2; next < 200; next++) {
		struct ds ds = ds_of(current);
		unsigned at = (unsigned)(rollover_find(&p, &ds) - p.keys);
		observe(&p, with_new_key(seen(BIT(at), BIT(at)), next), now_s);
		at = (unsigned)(rollover_find(&p, &ds) - p.keys);
		ds = ds_of(next);
		unsigned new_at = (unsigned)(rollover_find(&p, &ds) - p.keys);
		observe(&p, seen(BIT(at) | BIT(new_at), BIT(at)), now_s += 30 * DAY);
		assert_int_equal(state_of(&p, next), ANCHOR_VALID);
		struct observation o = seen(BIT(new_at), BIT(new_at));
		o.marked = o.revoked = BIT(at);
		observe(&p, o, now_s += DAY);
		assert_int_equal(state_of(&p, current), ANCHOR_REVOKED);
		observe(&p, seen(BIT(new_at), BIT(new_at)), now_s += 30 * DAY);
		assert_int_equal(__builtin_popcount(rollover_trusted(&p)), 1);
		current = next;
	}
}

/* ---- When to look: RFC 5011, 2.3 ---- */

static void the_next_query_is_due_as_in_the_rfc(void **state)
{
	static const struct {
		const char *why;
		uint32_t ttl_s, left_s;
		int64_t wait_s, retry_s;
	} rows[] = {
		{ "the root", 2 * DAY, 21 * DAY, DAY, 2 * DAY / 10 },
		{ "a signature about to expire", 2 * DAY, 10 * HOUR, 5 * HOUR, HOUR },
		{ "one that has", 2 * DAY, 0, HOUR, HOUR },
		{ "a short TTL", 60, 21 * DAY, HOUR, HOUR },
		{ "everything long", 90 * DAY, 400 * DAY, 15 * DAY, DAY },
		{ "as long as possible", UINT32_MAX, UINT32_MAX, 15 * DAY, DAY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trust_point p = POINT(ANCHOR_VALID);
		struct observation o = seen(BIT(0), BIT(0));

		o.original_ttl_s = rows[i].ttl_s;
		o.left_s = rows[i].left_s;
		assert_row(rows[i].why, rollover_wait_s(&p, T0) == 0);
		observe(&p, o, T0);
		assert_row(rows[i].why, rollover_wait_s(&p, T0) == rows[i].wait_s);
		assert_row(rows[i].why, rollover_wait_s(&p, T0 + rows[i].wait_s) == 0);
		rollover_failed(&p, T0);
		assert_row(rows[i].why, rollover_wait_s(&p, T0) == rows[i].retry_s);
		o.signers = 0;
		observe(&p, o, T0);
		assert_row(rows[i].why, rollover_wait_s(&p, T0) == rows[i].retry_s);
	}
}

static void a_clock_set_back_does_not_delay_the_next_query(void **state)
{
	struct trust_point p = POINT(ANCHOR_VALID);

	(void)state;
	rollover_failed(&p, T0);
	assert_int_equal(rollover_wait_s(&p, T0 - 365 * DAY), 0);
}

static void a_zone_never_seen_is_tried_each_hour(void **state)
{
	struct trust_point p = { .zone = name_root };

	(void)state;
	rollover_failed(&p, T0);
	assert_int_equal(rollover_wait_s(&p, T0), HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_of_the_state_table_is_as_in_the_rfc),
		cmocka_unit_test(an_rrset_changes_the_states_of_keys),
		cmocka_unit_test(a_new_key_waits_thirty_days_or_a_longer_ttl),
		cmocka_unit_test(time_alone_adds_nothing),
		cmocka_unit_test(a_pending_key_that_was_missing_once_starts_over),
		cmocka_unit_test(a_pending_key_needs_one_of_its_signers),
		cmocka_unit_test(signers_stay_known_if_a_key_is_forgotten),
		cmocka_unit_test(an_rrset_without_a_trusted_signature_changes_nothing),
		cmocka_unit_test(a_key_revoked_in_an_rrset_does_not_sign_for_it),
		cmocka_unit_test(the_number_of_followed_keys_is_limited),
		cmocka_unit_test(a_duplicate_key_counts_once),
		cmocka_unit_test(rollovers_go_on_for_a_long_time),
		cmocka_unit_test(the_next_query_is_due_as_in_the_rfc),
		cmocka_unit_test(a_clock_set_back_does_not_delay_the_next_query),
		cmocka_unit_test(a_zone_never_seen_is_tried_each_hour),
	};
	return cmocka_run_group_tests_name("rollover", tests, NULL, NULL);
}
