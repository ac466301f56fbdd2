/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TTLs, the times of signatures, and how long the signer remembers. */
#include "legacy.h"

#include <errno.h>

#include "dnssec/rrsig.h"

#define AA  FLAG_AA
#define WWW "www.example.test A"

/* Has the server answer a question for A with this TTL. */
static void answer(struct legacy *l, const char *owner, uint32_t ttl_s)
{
	char question[300];
	struct rd rd = rd_a("192.0.2.1");

	snprintf(question, sizeof(question), "%s A", owner);
	legacy_ask(l, question, ASK_DO);
	legacy_write(l, AA, "");
	msg_rrset(&l->judge->response, owner, TYPE_A, ttl_s, &rd, 1);
	legacy_respond_octets(l, msg_span(&l->judge->response));
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
}

/* Returns the first RRSIG of the answer, and its TTL. */
static struct rrsig rrsig_sent(const struct legacy *l, uint32_t *ttl_s)
{
	const struct message *m = legacy_delivered(l);
	struct rrsig sig;

	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type != TYPE_RRSIG)
			continue;
		assert_true(rrsig_read(m, &m->rrs[i], &sig));
		*ttl_s = m->rrs[i].ttl_s;
		return sig;
	}
	fail();
	return sig;
}

/* If the server is a cache that counts down, the signature stays valid. */
static void the_original_ttl_is_the_highest_seen(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t ttl_s, original_s, wire_s;
		unsigned made;
	} rows[] = {
		{ "the first", 200, 200, 200, 1 },
		{ "a lower one", 100, 200, 100, 0 },
		{ "zero", 0, 200, 0, 0 },
		{ "a higher one", 300, 300, 300, 1 },
		{ "a lower one again", 299, 300, 299, 0 },
		{ "above max_ttl of the zone", 1000000, SIGN_MAX_TTL_S, SIGN_MAX_TTL_S, 1 },
		{ "above it again", 500000, SIGN_MAX_TTL_S, SIGN_MAX_TTL_S, 0 },
		{ "the top bit set, which means 0 (RFC 2181, 8)", 0x80000001, SIGN_MAX_TTL_S, 0,
		        0 },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t ttl_s;
		answer(l, "www.example.test", rows[i].ttl_s);
		struct rrsig sig = rrsig_sent(l, &ttl_s);
		assert_row(rows[i].why, sig.original_ttl_s == rows[i].original_s);
		assert_row(rows[i].why, ttl_s == rows[i].wire_s);
		assert_row(rows[i].why, legacy_delivered(l)->rrs[0].ttl_s == rows[i].wire_s);
		assert_row(rows[i].why, l->result.made == rows[i].made);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_free(l);
}

/* RFC 9077, 3: the lower of the SOA's TTL and its minimum, which is 300 in this world. */
static void the_ttl_of_an_nsec_is_that_of_the_denial(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t ttl_s, nsec_s, original_s;
	} rows[] = {
		{ "the minimum is lower", 3600, 300, 300 },
		{ "the SOA counts down", 200, 200, 300 },
		{ "the SOA has counted down to 0", 0, 0, 300 },
	};
	struct legacy *l = legacy_new();
	struct rd soa = rd_soa("ns.example.test", "ns.example.test", 1, 300);

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, WWW, ASK_DO);
		legacy_write(l, AA | RCODE_NXDOMAIN, "");
		msg_section(&l->judge->response, SECTION_AUTHORITY);
		msg_rrset(&l->judge->response, "example.test", TYPE_SOA, rows[i].ttl_s, &soa, 1);
		legacy_respond_octets(l, msg_span(&l->judge->response));
		const struct message *m = legacy_delivered(l);
		struct rrsig sig;
		assert_int_equal(m->rr_count, 4);
		assert_row(rows[i].why, m->rrs[2].ttl_s == rows[i].nsec_s);
		assert_row(rows[i].why, m->rrs[3].ttl_s == rows[i].nsec_s);
		assert_true(rrsig_read(m, &m->rrs[3], &sig));
		assert_row(rows[i].why, sig.original_ttl_s == rows[i].original_s);
		assert_row(rows[i].why, l->result.made == (i == 0 ? 2 : 0));
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_free(l);
}

/* For each hour of three weeks: a signature has begun, is valid for at least a day plus the longest
 * TTL, and is replaced after five days. Two signers use the same times. */
static void signatures_are_replaced_in_time_and_by_all_signers_at_once(void **state)
{
	(void)state;
	static const char *const owners[] = { "a.example.test", "b.example.test",
		"c.example.test" };
	struct legacy *l = legacy_new(), *other = legacy_new();
	unsigned made = 0, together = 0;
	uint32_t ends[COUNT(owners)] = { 0 };

	for (unsigned hour = 0; hour < 21 * 24; hour++) {
		unsigned changed = 0;
		l->now_s = other->now_s = NOW + 3600 * (int64_t)hour;
		for (size_t i = 0; i < COUNT(owners); i++) {
			uint32_t ttl_s;
			answer(l, owners[i], 300);
			answer(other, owners[i], 300);
			struct rrsig sig = rrsig_sent(l, &ttl_s), alike = rrsig_sent(other, &ttl_s);
			int64_t left_s = sig.expiration - l->now_s;
			assert_in_range(l->now_s - sig.inception, 3600, SIGN_LIFE_S);
			assert_in_range(left_s, SIGN_MAX_TTL_S + DAY, SIGN_LIFE_S);
			assert_int_equal(sig.inception, alike.inception);
			assert_int_equal(sig.expiration, alike.expiration);
			changed += sig.expiration != ends[i];
			ends[i] = sig.expiration;
			made += l->result.made;
		}
		together += hour > 0 && changed == COUNT(owners);
	}
	assert_in_range(made, 3 * 5, 3 * 6);
	assert_int_equal(together, 0); /* not all in one hour */
	legacy_free(l);
	legacy_free(other);
}

/* RRsets that a client asks for in the last hour of a period are signed for the next period while
 * the worker is idle. So no client waits for it. */
static void rrsets_in_use_are_signed_ahead(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	unsigned renewed = 0, made = 0, found = 0;

	for (unsigned minute = 0; minute < 6 * 24 * 60; minute += 20) {
		uint32_t ttl_s;
		l->now_s = NOW + 60 * (int64_t)minute;
		answer(l, "www.example.test", 300);
		made += l->result.made;
		found += l->result.found;
		unsigned now = signer_renew(l->signer, 10);
		assert_int_equal(signer_renew(l->signer, 10), 0);
		renewed += now;
		struct rrsig sig = rrsig_sent(l, &ttl_s);
		if (now > 0)
			assert_in_range(sig.expiration - SIGN_LIFE_S + 5 * DAY - l->now_s, 1, 3600);
		l->judge->now = l->now_s;
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	assert_int_equal(made, 1);
	assert_in_range(renewed, 1, 2);
	assert_true(found > 400);
	legacy_free(l);
}

/* Each name has one term in five days. What a client had made first is not made again. */
static void a_renewal_is_made_once_and_a_new_policy_drops_it(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	unsigned total = 0, made;

	for (unsigned hour = 0; hour < 5 * 24; hour++) {
		l->now_s = NOW + 3600 * (int64_t)hour;
		for (unsigned i = 0; i < 300; i++) {
			char name[64];
			snprintf(name, sizeof(name), "n%u.example.test", i);
			answer(l, name, 300);
		}
		while ((made = signer_renew(l->signer, 7)) > 0) {
			assert_in_range(made, 1, 7);
			total += made;
		}
	}
	assert_in_range(total, 200, 300);
	l->now_s += 3600;
	for (unsigned i = 0; i < 300; i++) {
		char name[64];
		snprintf(name, sizeof(name), "n%u.example.test", i);
		answer(l, name, 300);
	}
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
	assert_int_equal(signer_renew(l->signer, 7), 0);
	legacy_free(l);
}

static void a_set_is_signed_once(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned made;
	} rows[] = {
		{ "new", "www.example.test A 192.0.2.1 192.0.2.2", 1 },
		{ "the same", "www.example.test A 192.0.2.1 192.0.2.2", 0 },
		{ "in another order", "www.example.test A 192.0.2.2 192.0.2.1", 0 },
		{ "one record twice", "www.example.test A 192.0.2.2 192.0.2.1 192.0.2.2", 0 },
		{ "one record less", "www.example.test A 192.0.2.2", 1 },
		{ "the first set again", "www.example.test A 192.0.2.1 192.0.2.2", 0 },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, i % 2 ? WWW : "WWW.example.test A", ASK_DO);
		legacy_respond(l, AA, rows[i].records);
		assert_row(rows[i].why, l->result.made == rows[i].made);
		assert_row(rows[i].why, l->result.found + l->result.made == 1);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_free(l);
}

/* With small tables, signatures of denials replace each other, but not signatures of records. */
static void a_flood_of_denials_leaves_the_signatures_of_records(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	const struct signer_limits few = { 4, 4, 4, 4, 4, 4, 4, 4 };
	struct signer *given = l->signer;

	l->signer = signer_new(l->judge->crypto, &l->policy, &few);
	legacy_ask(l, WWW, ASK_DO);
	legacy_respond(l, AA, "www.example.test A 192.0.2.1");
	for (unsigned i = 0; i < 40; i++) {
		char question[64];
		snprintf(question, sizeof(question), "n%u.example.test A", i);
		legacy_ask(l, question, ASK_DO);
		legacy_respond(l, AA | RCODE_NXDOMAIN, "> example.test SOA");
		assert_int_equal(l->result.made, i == 0 ? 2 : 1);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_ask(l, WWW, ASK_DO);
	legacy_respond(l, AA, "www.example.test A 192.0.2.1");
	assert_int_equal(l->result.made, 0);
	for (unsigned i = 0; i < 40; i++) {
		char name[64];
		snprintf(name, sizeof(name), "x.y%u.example.test", i);
		l->client[2] = (uint8_t)i;
		answer(l, name, 300);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	signer_free(l->signer);
	l->signer = given;
	legacy_free(l);
}

/* RFC 8020: a name with names below it exists, even if the server denies it. */
static void a_name_with_names_below_is_not_denied(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		int64_t later_s;
		enum sign_outcome outcome;
	} rows[] = {
		{ "two labels above a name that was seen", "b.example.test A", 0,
		        SIGN_OUTCOME_NODATA },
		{ "one label above it", "c.b.example.test A", 0, SIGN_OUTCOME_NODATA },
		{ "ANY", "b.example.test ANY", 0, SIGN_OUTCOME_ANSWER },
		{ "a name beside them", "d.b.example.test A", 0, SIGN_OUTCOME_NXDOMAIN },
		{ "a name below it", "x.a.c.b.example.test A", 0, SIGN_OUTCOME_NXDOMAIN },
		{ "a day later", "b.example.test A", DAY, SIGN_OUTCOME_NXDOMAIN },
	};
	struct legacy *l = legacy_new();

	legacy_ask(l, "b.example.test A", ASK_DO);
	legacy_respond(l, AA | RCODE_NXDOMAIN, "> example.test SOA");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NXDOMAIN);
	answer(l, "a.c.b.example.test", 300);
	for (size_t i = 0; i < COUNT(rows); i++) {
		l->now_s = NOW + rows[i].later_s;
		l->judge->now = l->now_s;
		legacy_ask(l, rows[i].question, ASK_DO | ASK_CO);
		legacy_respond(l, AA | RCODE_NXDOMAIN, "> example.test SOA");
		assert_row(rows[i].why, l->result.outcome == rows[i].outcome);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	}
	legacy_free(l);
}

/* Signatures of keys that stay are still used, and the learned SOA is still known. */
static void a_new_policy_keeps_what_is_still_valid(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct sign_zone zones[LEGACY_ZONES];
	struct sign_policy other = l->policy;

	memcpy(zones, l->zones, sizeof(zones));
	other.zones = zones;
	answer(l, "www.example.test", 300);
	assert_int_equal(l->result.made, 1);
	legacy_ask(l, "www.example.test AAAA", ASK_DO);
	legacy_respond(l, AA, "> example.test SOA");
	assert_int_equal(signer_set_policy(l->signer, &other), 0);
	answer(l, "www.example.test", 300);
	assert_int_equal(l->result.made, 0);
	legacy_ask(l, "www.example.test DS", ASK_DO);
	assert_int_equal(l->asked.sent_type, TYPE_NS); /* the SOA is known */

	/* An RSA key, whose signatures are longer than the entries of the table. */
	struct signkey *key = signkey_generate(ALGORITHM_RSASHA256);
	const struct sign_period period = { .key_count = 1, .keys = { { key, 1 } } };
	for (unsigned i = 0; i < LEGACY_ZONES; i++)
		zones[i].periods = (struct sign_periods){ 1, &period };
	l->policy.zones = zones;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
	answer(l, "www.example.test", 300);
	assert_int_equal(l->result.made, 1);
	answer(l, "www.example.test", 300);
	assert_int_equal(l->result.made, 0);
	l->policy.zones = l->zones;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
	answer(l, "www.example.test", 300);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	signkey_free(key);
	struct sign_policy impossible = l->policy;
	impossible.life_s = SIGN_MAX_TTL_S;
	assert_int_equal(signer_set_policy(l->signer, &impossible), -EINVAL);
	answer(l, "www.example.test", 300);
	assert_int_equal(l->result.made, 0);
	legacy_free(l);
}

static void keys_without_a_valid_signature_are_servfail(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t now_s;
		enum sign_outcome outcome;
	} rows[] = {
		{ "in its validity", NOW, SIGN_OUTCOME_APEX },
		{ "in its last second", NOW + 5 * DAY, SIGN_OUTCOME_APEX },
		{ "after its validity", NOW + 5 * DAY + 1, SIGN_OUTCOME_KEYS },
		{ "before its validity", NOW - 5 * DAY - 1, SIGN_OUTCOME_KEYS },
	};
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		l->now_s = rows[i].now_s;
		legacy_ask(l, "example.test DNSKEY", ASK_DO);
		legacy_respond(l, AA, "example.test SOA");
		assert_row(rows[i].why, l->result.outcome == rows[i].outcome);
		assert_row(rows[i].why,
		        l->result.is_servfail == (rows[i].outcome == SIGN_OUTCOME_KEYS));
	}
	legacy_free(l);
}

/* Validators would reject signatures of a wrong time. Answers without signatures go on. */
static void while_the_clock_is_not_set_nothing_is_signed(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		uint16_t flags;
		const char *records;
		enum sign_outcome doubted, believed;
	} rows[] = {
		{ "an answer", WWW, AA, "www.example.test A 192.0.2.1", SIGN_OUTCOME_CLOCK,
		        SIGN_OUTCOME_ANSWER },
		{ "a denial", "no.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA",
		        SIGN_OUTCOME_CLOCK, SIGN_OUTCOME_NXDOMAIN },
		{ "a referral", "x.cut.example.test A", 0, "> cut.example.test NS ns.other.test",
		        SIGN_OUTCOME_CLOCK, SIGN_OUTCOME_REFERRAL },
		{ "the DNSKEY set", "example.test DNSKEY", AA, "example.test SOA",
		        SIGN_OUTCOME_CLOCK, SIGN_OUTCOME_APEX },
		{ "an error of the server", WWW, RCODE_REFUSED, "", SIGN_OUTCOME_ERROR,
		        SIGN_OUTCOME_ERROR },
		{ "a child that is not signed", "x.cut.example.test A", AA | RCODE_NXDOMAIN,
		        "> cut.example.test SOA", SIGN_OUTCOME_BELOW_CUT, SIGN_OUTCOME_BELOW_CUT },
	};
	struct legacy *l = legacy_new();

	for (unsigned round = 0; round < 2; round++) {
		signer_believe_clock(l->signer, round > 0);
		for (size_t i = 0; i < COUNT(rows); i++) {
			enum sign_outcome want = round ? rows[i].believed : rows[i].doubted;
			legacy_ask(l, rows[i].question, ASK_DO | ASK_NO_RD);
			legacy_respond(l, rows[i].flags, rows[i].records);
			assert_row(rows[i].why, l->result.outcome == want);
			assert_row(
			        rows[i].why, l->result.is_servfail == (want == SIGN_OUTCOME_CLOCK));
			if (want == SIGN_OUTCOME_CLOCK)
				assert_row(rows[i].why,
				        l->result.made == 0 && legacy_delivered(l)->rr_count == 0);
		}
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_original_ttl_is_the_highest_seen),
		cmocka_unit_test(the_ttl_of_an_nsec_is_that_of_the_denial),
		cmocka_unit_test(signatures_are_replaced_in_time_and_by_all_signers_at_once),
		cmocka_unit_test(rrsets_in_use_are_signed_ahead),
		cmocka_unit_test(a_renewal_is_made_once_and_a_new_policy_drops_it),
		cmocka_unit_test(a_set_is_signed_once),
		cmocka_unit_test(a_flood_of_denials_leaves_the_signatures_of_records),
		cmocka_unit_test(a_name_with_names_below_is_not_denied),
		cmocka_unit_test(a_new_policy_keeps_what_is_still_valid),
		cmocka_unit_test(while_the_clock_is_not_set_nothing_is_signed),
		cmocka_unit_test(keys_without_a_valid_signature_are_servfail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
