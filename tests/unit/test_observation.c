/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed DNSKEY RRsets, day by day, as a resolver that follows RFC 5011 sees them. Among them are
 * the root's own rollovers, with test keys in place of the root's. */
#include "test.h"
#include "zone.h"

#include <time.h>

#include "base/writer.h"
#include "trust/observation.h"

#define DAY      86400
#define ROOT_TTL (2 * DAY)

enum { OLD, NEW, ZONE_KEY, STRANGER, OLD_REVOKED, NEW_REVOKED, KEYS };

struct sim {
	struct crypto *crypto;
	struct arena arena;
	struct rr *rrs;
	struct testkey *keys[KEYS];
	struct trust_point point;
	struct observation seen; /* last */
	struct rollover_report report;
	struct msgbuild message;
};

static struct ds ds_of(const struct testkey *k, uint8_t digest_type)
{
	struct rd rd = rd_ds(k, digest_type);
	struct ds ds;
	assert_true(ds_read(span_of(rd.octets, rd.len), &ds));
	return ds;
}

static void trust(struct sim *s, int key, uint8_t digest_type)
{
	struct ds ds = ds_of(s->keys[key], digest_type);
	struct anchor_key *k = rollover_add(&s->point, &ds, true);
	assert_non_null(k);
	k->state = ANCHOR_VALID;
}

static int set_up(void **state)
{
	struct sim *s = calloc(1, sizeof(*s));

	s->crypto = crypto_new();
	assert_int_equal(arena_init(&s->arena, 1 << 20), 0);
	s->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*s->rrs));
	s->keys[OLD] = testkey_seeded(ALGORITHM_ED25519, 257, ".", "old");
	s->keys[NEW] = testkey_seeded(ALGORITHM_ED25519, 257, ".", "new");
	s->keys[ZONE_KEY] = testkey_seeded(ALGORITHM_ED25519, 256, ".", "zone");
	s->keys[STRANGER] = testkey_seeded(ALGORITHM_ED25519, 257, ".", "stranger");
	s->keys[OLD_REVOKED] = testkey_revoked(s->keys[OLD]);
	s->keys[NEW_REVOKED] = testkey_revoked(s->keys[NEW]);
	s->point = (struct trust_point){ .zone = name_root };
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct sim *s = *state;

	for (unsigned i = 0; i < KEYS; i++)
		testkey_free(s->keys[i]);
	arena_fini(&s->arena);
	crypto_free(s->crypto);
	free(s->rrs);
	free(s);
	return 0;
}

/* Keys as a set of bits. */
#define K(i) (1u << (i))

/* Writes the answer that has these keys, signed by these. */
static void write_answer(struct sim *s, unsigned published, unsigned signers, int64_t now_s,
        const struct signing *how)
{
	struct signing honest = { .inception = (uint32_t)(now_s - 5 * DAY),
		.expiration = (uint32_t)(now_s + 16 * DAY) };
	struct rd rds[KEYS];
	size_t count = 0;

	for (unsigned i = 0; i < KEYS; i++) {
		if (published & K(i))
			rds[count++] = rd_dnskey(s->keys[i]);
	}
	msg_begin(&s->message, 1, FLAG_QR, ".", TYPE_DNSKEY);
	msg_rrset(&s->message, ".", TYPE_DNSKEY, ROOT_TTL, rds, count);
	for (unsigned i = 0; i < KEYS; i++) {
		if (signers & K(i))
			msg_rr(&s->message, ".", TYPE_RRSIG, ROOT_TTL,
			        rd_rrsig(s->keys[i], ".", TYPE_DNSKEY, ROOT_TTL, rds, count,
			                how ? how : &honest));
	}
}

static bool read_answer(struct sim *s, int64_t now_s)
{
	struct message m;
	return message_parse(&m, msg_span(&s->message), s->rrs, MESSAGE_RRS_MAX) &&
	       observation_read(&s->seen, s->crypto, &s->arena, &m, &s->point, now_s);
}

static void look(struct sim *s, unsigned published, unsigned signers, int64_t now_s)
{
	write_answer(s, published, signers, now_s, NULL);
	assert_true(read_answer(s, now_s));
	rollover_observe(&s->point, &s->seen, now_s, &s->report);
}

static enum anchor_state state_of(struct sim *s, int key)
{
	struct ds ds = ds_of(s->keys[key], DIGEST_SHA256);
	const struct anchor_key *k = rollover_find(&s->point, &ds);
	return k ? k->state : ANCHOR_START;
}

static int64_t at(const char *date)
{
	struct tm tm = { 0 };
	assert_non_null(strptime(date, "%Y-%m-%d", &tm));
	return timegm(&tm);
}

/* ---- Stories ---- */

struct chapter {
	const char *from; /* the day */
	unsigned published, signers;
};

struct expectation {
	const char *day;
	enum anchor_state old, new;
};

/* Looks once a day, until the last day in the table. */
static void tell(struct sim *s, const struct chapter *chapter, const struct expectation *expected,
        size_t expected_count)
{
	int64_t now_s = at(chapter->from);

	for (size_t i = 0; i < expected_count; now_s += DAY) {
		while (chapter[1].from && at(chapter[1].from) <= now_s)
			chapter++;
		look(s, chapter->published | K(ZONE_KEY), chapter->signers, now_s);
		assert_true(s->report.is_valid);
		if (now_s < at(expected[i].day))
			continue;
		if (state_of(s, OLD) != expected[i].old || state_of(s, NEW) != expected[i].new)
			fail_msg("%s: old %s, new %s", expected[i].day,
			        anchor_state_text(state_of(s, OLD)),
			        anchor_state_text(state_of(s, NEW)));
		i++;
	}
}

/* KSK-2010 (19036) and KSK-2017 (20326). The change of the signer was put off by a year. */
static void the_roots_rollover_of_2017_and_2018(void **state)
{
	static const struct chapter chapters[] = {
		{ "2017-06-01", K(OLD), K(OLD) },
		{ "2017-07-11", K(OLD) | K(NEW), K(OLD) },
		{ "2018-10-11", K(OLD) | K(NEW), K(NEW) },
		{ "2019-01-11", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED) | K(NEW) },
		{ "2019-03-22", K(NEW), K(NEW) },
		{ NULL, 0, 0 },
	};
	static const struct expectation expected[] = {
		{ "2017-07-10", ANCHOR_VALID, ANCHOR_START },
		{ "2017-07-11", ANCHOR_VALID, ANCHOR_ADD_PENDING },
		{ "2017-08-09", ANCHOR_VALID, ANCHOR_ADD_PENDING },
		{ "2017-08-10", ANCHOR_VALID, ANCHOR_VALID },
		{ "2018-10-11", ANCHOR_VALID, ANCHOR_VALID },
		{ "2019-01-10", ANCHOR_VALID, ANCHOR_VALID },
		{ "2019-01-11", ANCHOR_REVOKED, ANCHOR_VALID },
		{ "2019-04-19", ANCHOR_REVOKED, ANCHOR_VALID },
		{ "2019-04-20", ANCHOR_REMOVED, ANCHOR_VALID },
		{ "2020-01-01", ANCHOR_REMOVED, ANCHOR_VALID },
	};
	struct sim *s = *state;

	trust(s, OLD, DIGEST_SHA256);
	tell(s, chapters, expected, COUNT(expected));
}

/* KSK-2017 and KSK-2024 (38696). What comes after the change of the signer in October 2026 is
 * assumed to take as long as the time before. The old key was configured with two digests. */
static void the_roots_rollover_of_2025_to_2027(void **state)
{
	static const struct chapter chapters[] = {
		{ "2024-12-01", K(OLD), K(OLD) },
		{ "2025-01-11", K(OLD) | K(NEW), K(OLD) },
		{ "2026-10-11", K(OLD) | K(NEW), K(NEW) },
		{ "2027-01-11", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED) | K(NEW) },
		{ "2027-03-22", K(NEW), K(NEW) },
		{ NULL, 0, 0 },
	};
	static const struct expectation expected[] = {
		{ "2025-02-09", ANCHOR_VALID, ANCHOR_ADD_PENDING },
		{ "2025-02-10", ANCHOR_VALID, ANCHOR_VALID },
		{ "2026-10-12", ANCHOR_VALID, ANCHOR_VALID },
		{ "2027-01-11", ANCHOR_REVOKED, ANCHOR_VALID },
		{ "2027-05-01", ANCHOR_REMOVED, ANCHOR_VALID },
	};
	struct sim *s = *state;

	trust(s, OLD, DIGEST_SHA384);
	trust(s, OLD, DIGEST_SHA256);
	tell(s, chapters, expected, COUNT(expected));
	assert_int_equal(s->point.keys[0].state, ANCHOR_REMOVED);
	assert_int_equal(__builtin_popcount(rollover_trusted(&s->point)), 1);
}

/* sealgate was off from before the new key appeared until after the old one was gone. */
static void a_rollover_missed_while_off_adds_no_trust(void **state)
{
	struct sim *s = *state;

	trust(s, OLD, DIGEST_SHA256);
	look(s, K(OLD), K(OLD), at("2017-07-01"));
	look(s, K(NEW), K(NEW), at("2019-04-01"));
	assert_false(s->report.is_valid);
	assert_int_equal(state_of(s, OLD), ANCHOR_VALID);
	assert_int_equal(state_of(s, NEW), ANCHOR_START);
}

/* ---- What counts ---- */

static void a_key_counts_as_revoked_only_if_it_says_so_itself(void **state)
{
	static const struct {
		const char *why;
		unsigned published, signers;
		bool spoilt, expired;
		enum anchor_state old;
	} rows[] = {
		{ "signed by itself and another", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED) | K(NEW),
		        false, false, ANCHOR_REVOKED },
		{ "signed by itself alone", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED), false, false,
		        ANCHOR_REVOKED },
		{ "alone in the RRset", K(OLD_REVOKED), K(OLD_REVOKED), false, false,
		        ANCHOR_REVOKED },
		{ "signed by another alone", K(OLD_REVOKED) | K(NEW), K(NEW), false, false,
		        ANCHOR_MISSING },
		{ "signed by itself under the tag without the bit", K(OLD_REVOKED) | K(NEW),
		        K(OLD) | K(NEW), false, false, ANCHOR_MISSING },
		{ "a malformed signature", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED), true, false,
		        ANCHOR_VALID },
		{ "a signature that has expired", K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED), false,
		        true, ANCHOR_VALID },
		{ "signed by the stranger", K(OLD_REVOKED) | K(STRANGER), K(STRANGER), false, false,
		        ANCHOR_VALID },
		{ "there with the bit and without", K(OLD) | K(OLD_REVOKED) | K(NEW),
		        K(OLD) | K(OLD_REVOKED) | K(NEW), false, false, ANCHOR_REVOKED },
	};
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signing how = { .inception = (uint32_t)(now_s - 20 * DAY),
			.expiration = (uint32_t)(now_s + (rows[i].expired ? -3 : 3) * DAY),
			.is_spoilt = rows[i].spoilt };

		s->point = (struct trust_point){ .zone = name_root };
		trust(s, OLD, DIGEST_SHA256);
		trust(s, NEW, DIGEST_SHA256);
		write_answer(s, rows[i].published, rows[i].signers, now_s, &how);
		assert_row(rows[i].why, read_answer(s, now_s));
		rollover_observe(&s->point, &s->seen, now_s, &s->report);
		if (state_of(s, OLD) != rows[i].old)
			fail_msg("%s: %s", rows[i].why, anchor_state_text(state_of(s, OLD)));
		assert_row(rows[i].why, anchor_is_trusted(state_of(s, NEW)));
	}
	assert_int_not_equal(testkey_tag(s->keys[OLD]), testkey_tag(s->keys[OLD_REVOKED]));
}

static void only_keys_that_could_be_anchors_are_new(void **state)
{
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");

	trust(s, OLD, DIGEST_SHA256);
	look(s, K(OLD) | K(ZONE_KEY) | K(STRANGER) | K(NEW_REVOKED), K(OLD) | K(NEW_REVOKED),
	        now_s);
	assert_int_equal(s->seen.new_count, 1);
	assert_int_equal(state_of(s, STRANGER), ANCHOR_ADD_PENDING);
	assert_int_equal(s->point.count, 2);
}

static void the_smallest_signed_times_are_kept(void **state)
{
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");
	struct signing how = { .inception = (uint32_t)(now_s - DAY),
		.expiration = (uint32_t)(now_s + 9 * DAY),
		.original_ttl = 7 * DAY };

	trust(s, OLD, DIGEST_SHA256);
	write_answer(s, K(OLD), K(OLD), now_s, &how);
	assert_true(read_answer(s, now_s));
	assert_int_equal(s->seen.original_ttl_s, 7 * DAY);
	assert_int_equal(s->seen.left_s, 9 * DAY);
}

static void an_unusable_response_shows_nothing(void **state)
{
	static const struct {
		const char *why;
		uint16_t flags;
		const char *owner;
	} rows[] = {
		{ "no response", 0, "." },
		{ "cut", FLAG_QR | FLAG_TC, "." },
		{ "a failure", FLAG_QR | RCODE_SERVFAIL, "." },
		{ "no such name", FLAG_QR | RCODE_NXDOMAIN, "." },
		{ "keys of another zone", FLAG_QR, "test" },
	};
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");
	struct signing how = { .inception = (uint32_t)(now_s - DAY),
		.expiration = (uint32_t)(now_s + DAY) };

	trust(s, OLD, DIGEST_SHA256);
	for (size_t i = 0; i < COUNT(rows); i++) {
		msg_begin(&s->message, 1, rows[i].flags, ".", TYPE_DNSKEY);
		msg_signed(&s->message, s->keys[OLD], rows[i].owner, TYPE_DNSKEY, ROOT_TTL,
		        RRSET(rd_dnskey(s->keys[OLD])), &how);
		assert_row(rows[i].why, !read_answer(s, now_s));
	}
	msg_begin(&s->message, 1, FLAG_QR, ".", TYPE_DNSKEY);
	assert_false(read_answer(s, now_s));
	/* a malformed owner */
	write_answer(s, K(OLD), K(OLD), now_s, NULL);
	assert_true(read_answer(s, now_s));
	size_t at = s->message.len;
	msg_rr(&s->message, "ab", TYPE_TXT, 0, rd_txt("c"));
	s->message.octets[at] = 1;
	put_u16(s->message.octets + at + 2, (uint16_t)(0xc000 | at)); /* into itself */
	struct message m;
	assert_true(message_parse(&m, msg_span(&s->message), s->rrs, MESSAGE_RRS_MAX));
	assert_false(read_answer(s, now_s));
}

/* LIMIT_KEYS is what a validator keeps of a zone. */
static void only_keys_within_the_limit_count(void **state)
{
	static const struct {
		const char *why, *rdata; /* of one more record, beside the trusted key */
		unsigned copies;
		bool is_read;
	} rows[] = {
		{ "a record that is cut", "0101 03", 1, true },
		{ "a key of another protocol", "0101 02 0f 00", 1, true },
		{ "a key without the zone bit", "0001 03 0f 00", 1, true },
		{ "as many as allowed", "0101 02 0f 00", LIMIT_KEYS - 1, true },
		{ "one more", "0101 02 0f 00", LIMIT_KEYS, false },
	};
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");
	struct signing how = { .inception = (uint32_t)(now_s - DAY),
		.expiration = (uint32_t)(now_s + DAY) };

	trust(s, OLD, DIGEST_SHA256);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].rdata, &len);
		static struct rd rds[LIMIT_KEYS + 1];
		rds[0] = rd_dnskey(s->keys[OLD]);
		for (unsigned n = 1; n <= rows[i].copies; n++) {
			rds[n] = rd_raw(span_of(octets, len));
			if (rows[i].copies > 1) /* all are different */
				rds[n].octets[len - 1] = (uint8_t)n;
		}
		msg_begin(&s->message, 1, FLAG_QR, ".", TYPE_DNSKEY);
		msg_signed(&s->message, s->keys[OLD], ".", TYPE_DNSKEY, ROOT_TTL, rds,
		        rows[i].copies + 1, &how);
		assert_row(rows[i].why, read_answer(s, now_s) == rows[i].is_read);
		assert_row(rows[i].why, s->seen.signers == (rows[i].is_read ? 1 : 0));
		assert_row(rows[i].why, s->seen.new_count == 0);
		free(octets);
	}
}

/* Each octet of a good answer that adds a key and revokes one, one after the other wrong; each cut.
 */
static void no_flipped_bit_and_no_cut_adds_a_key(void **state)
{
	struct sim *s = *state;
	int64_t now_s = at("2026-01-01");
	struct trust_point before;
	struct msgbuild whole;
	unsigned harmless = 0;

	trust(s, OLD, DIGEST_SHA256);
	before = s->point;
	write_answer(s, K(OLD) | K(NEW), K(OLD), now_s, NULL);
	whole = s->message;
	for (size_t i = 0; i < whole.len; i++) {
		s->message = whole;
		s->message.len = i;
		assert_false(read_answer(s, now_s));
	}
	for (size_t i = 0; i < whole.len * 8; i++) {
		s->message = whole;
		s->message.octets[i / 8] ^= (uint8_t)(1 << i % 8);
		s->point = before;
		if (!read_answer(s, now_s))
			continue;
		rollover_observe(&s->point, &s->seen, now_s, &s->report);
		assert_int_equal(rollover_trusted(&s->point), 1);
		/* the header, the TTLs, and letters of no name here are not signed */
		harmless += s->report.is_valid;
		if (s->point.count > 1)
			assert_int_equal(state_of(s, NEW), ANCHOR_ADD_PENDING);
	}
	assert_in_range(harmless, 1, 400);
}

int main(void)
{
#define SIMULATED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SIMULATED(the_roots_rollover_of_2017_and_2018),
		SIMULATED(the_roots_rollover_of_2025_to_2027),
		SIMULATED(a_rollover_missed_while_off_adds_no_trust),
		SIMULATED(a_key_counts_as_revoked_only_if_it_says_so_itself),
		SIMULATED(only_keys_that_could_be_anchors_are_new),
		SIMULATED(the_smallest_signed_times_are_kept),
		SIMULATED(an_unusable_response_shows_nothing),
		SIMULATED(only_keys_within_the_limit_count),
		SIMULATED(no_flipped_bit_and_no_cut_adds_a_key),
	};
	return cmocka_run_group_tests_name("observation", tests, NULL, NULL);
}
