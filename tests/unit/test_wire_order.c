/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome does not depend on the order of records in a message, not even where a limit applies:
 * an attacker on the path, or a server that rotates its answers, may send them in any order. */
#include "judge.h"

#include "gate/recall.h"
#include "responses.h"
#include "shuffled.h"

#define MOST 80

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

/* RDATAs of one type at one owner. */
struct records {
	unsigned count;
	struct rd rds[MOST];
};

static void shuffle(struct records *r)
{
	static struct rd other;

	for (unsigned i = r->count; i > 1; i--) {
		unsigned at = draw(i);
		other = r->rds[i - 1];
		r->rds[i - 1] = r->rds[at];
		r->rds[at] = other;
	}
}

/* One delegation, its keys and an answer. */
struct story {
	struct records ds, keys, signatures;
};

/* Adds a DS of the key, changed so that it refers to no key. */
static void add_ds(struct records *r, const struct testkey *k, unsigned n)
{
	struct rd rd = rd_ds(k, DIGEST_SHA256);

	if (draw(2))
		put_u16(rd.octets, (uint16_t)(testkey_tag(k) + n)); /* else the tag is the key's */
	rd.octets[4 + n % 32]++;
	r->rds[r->count++] = rd;
}

/* Adds a key: another one, or one with the same tag, because two octets are swapped. */
static void add_key(struct records *r, const struct testkey *k, unsigned n)
{
	struct rd rd = rd_dnskey(k);
	uint8_t octet = rd.octets[4 + n % 30];

	rd.octets[4 + n % 30] = rd.octets[6 + n % 30];
	rd.octets[6 + n % 30] = draw(12) ? (uint8_t)(octet + n + 1) : octet;
	r->rds[r->count++] = rd;
}

static void add_signature(
        struct records *r, const struct testkey *k, unsigned n, const char *signer)
{
	const struct rd a = rd_a("192.0.2.1");
	struct signing how = valid;

	how.original_ttl = TTL + draw(3);
	how.signer = signer;
	struct rd rd = rd_rrsig(k, "www.a.b.c.example.test", TYPE_A, TTL, &a, 1, &how);
	rd.octets[rd.len - 1 - n % 60]++;
	r->rds[r->count++] = rd;
}

static void tell(struct story *s, struct judge *j)
{
	static const unsigned ds[] = { 0, 3, 8, LIMIT_DS - 1, LIMIT_DS, 30 };
	static const unsigned keys[] = { 0, 1, 2, 31, LIMIT_KEYS - 1, LIMIT_KEYS, 70 };
	static const unsigned signatures[] = { 0, 1, 2, 5, 20 };
	static const char *const signers[] = { "example.test", "test", "c.example.test",
		"b.c.example.test", "a.b.c.example.test", "www.a.b.c.example.test" };
	const struct testkey *k = judge_key(j, "example.test");
	const struct rd a = rd_a("192.0.2.1");

	memset(s, 0, sizeof(*s));
	for (unsigned n = ds[draw(COUNT(ds))]; n > 0; n--)
		add_ds(&s->ds, k, n);
	s->ds.rds[s->ds.count++] = rd_ds(k, DIGEST_SHA256);
	for (unsigned n = keys[draw(COUNT(keys))]; n > 0; n--)
		add_key(&s->keys, k, n);
	s->keys.rds[s->keys.count++] = rd_dnskey(k);
	for (unsigned n = signatures[draw(COUNT(signatures))]; n > 0; n--)
		add_signature(
		        &s->signatures, k, n, draw(2) ? signers[0] : signers[draw(COUNT(signers))]);
	s->signatures.rds[s->signatures.count++] =
	        rd_rrsig(k, "www.a.b.c.example.test", TYPE_A, TTL, &a, 1, &valid);
}

static void learn(struct judge *j, const char *question, const char *owner, uint16_t type,
        const struct records *r, const char *signer)
{
	struct want want = judge_want(question);

	judge_begin(j, question, 0);
	msg_signed(&j->response, judge_key(j, signer), owner, type, TTL, r->rds, r->count, &valid);
	gate_learn(&j->gate, &want, msg_span(&j->response), j->now, true);
}

/* Judges the story with its records in a new order. */
static struct outcome outcome_in_some_order(struct judge *j, struct story *s)
{
	static const char *const above[] = { ". DNSKEY", "test DS", "test DNSKEY" };
	struct client_query asked = judge_asked("www.a.b.c.example.test A", ASK_DO | ASK_LARGE);

	shuffle(&s->ds);
	shuffle(&s->keys);
	shuffle(&s->signatures);
	store_flush(&j->store);
	gate_forget(&j->gate);
	crypto_forget(j->crypto);
	for (size_t i = 0; i < COUNT(above); i++) {
		struct want want = judge_want(above[i]);
		judge_feed(j, &want);
	}
	learn(j, "example.test DS", "example.test", TYPE_DS, &s->ds, "test");
	learn(j, "example.test DNSKEY", "example.test", TYPE_DNSKEY, &s->keys, "example.test");
	judge_begin(j, "www.a.b.c.example.test A", 0);
	msg_rr(&j->response, "www.a.b.c.example.test", TYPE_A, TTL, rd_a("192.0.2.1"));
	for (unsigned i = 0; i < s->signatures.count; i++)
		msg_rr(&j->response, "www.a.b.c.example.test", TYPE_RRSIG, TTL,
		        s->signatures.rds[i]);
	judge_octets(j, &asked, msg_span(&j->response));
	return j->result.outcome;
}

static void limits_do_not_make_the_outcome_hang_on_the_order(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	static struct story s;
	unsigned of_reason[REASON_COUNT] = { 0 };

	seed = 3;
	for (unsigned trial = 0; trial < 200; trial++) {
		tell(&s, j);
		struct outcome first = outcome_in_some_order(j, &s);
		of_reason[first.reason]++;
		for (unsigned again = 0; again < 3; again++) {
			struct outcome other = outcome_in_some_order(j, &s);
			if (other.status != first.status || other.reason != first.reason)
				fail_msg("trial %u, %u DS, %u keys, %u signatures: %s, then %s",
				        trial, s.ds.count, s.keys.count, s.signatures.count,
				        reason_word(first.reason), reason_word(other.reason));
		}
	}
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (of_reason[r])
			print_message("# %s: %u\n", reason_word(r), of_reason[r]);
	}
	/* else the test tests nothing */
	assert_in_range(of_reason[REASON_NONE], 20, 180);
	assert_in_range(of_reason[REASON_TOO_MANY_DS], 3, 180);
	assert_in_range(of_reason[REASON_TOO_MANY_KEYS], 3, 180);
	assert_in_range(of_reason[REASON_KEY_TAGS], 3, 180);
	assert_in_range(of_reason[REASON_BUDGET], 3, 180);
	judge_free(j);
}

/* ---- Whole responses ---- */

#define GOOD_DENIAL                                                                                \
	"> www.example.test NSEC example.test A RRSIG NSEC | example.test\n"                       \
	"> example.test NSEC a.example.test NS SOA RRSIG NSEC | example.test\n"

#define GOOD_DENIAL_BY_HASH                                                                        \
	"> =example.test NSEC3 NS SOA RRSIG | example.test\n"                                      \
	"> ~x.example.test NSEC3 A RRSIG | example.test\n"                                         \
	"> ~*.example.test NSEC3 A RRSIG | example.test\n"

/* Writes `count` RRsets of a denial, each with this signature. An NSEC3 is of no name that may be a
 * zone cut, so nothing is fetched for it. */
static void write_many(struct judge *j, uint16_t type, const char *signature, unsigned count)
{
	char text[300];

	for (unsigned i = 0; i < count; i++) {
		if (type == TYPE_NSEC)
			snprintf(text, sizeof(text),
			        "> y%u.example.test NSEC z%u.example.test A RRSIG NSEC %s", i, i,
			        signature);
		else
			snprintf(text, sizeof(text), "> ~y%u.example.test NSEC3 A RRSIG %s", i,
			        signature);
		judge_write(j, text);
	}
}

/* Judges what is in j->response in its own order and in others. All must have the same outcome, for
 * the same reason. Returns the first. */
static struct outcome outcome_in_any_order(
        struct judge *j, const char *question, const char *why, unsigned trials)
{
	static uint8_t first[UINT16_MAX], other[SHUFFLED_MAX];
	struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
	size_t len = j->response.len;
	struct outcome outcome = { 0 };

	memcpy(first, j->response.octets, len);
	for (unsigned trial = 0; trial <= trials; trial++) {
		struct span octets = span_of(first, len);
		store_flush(&j->store);
		gate_forget(&j->gate);
		crypto_forget(j->crypto);
		judge_octets(j, &asked, trial ? shuffled(octets, &seed, other) : octets);
		if (trial == 0)
			outcome = j->result.outcome;
		if (j->result.outcome.status != outcome.status ||
		        j->result.outcome.reason != outcome.reason)
			fail_msg("%s: %s (%s), in another order %s (%s)", why,
			        status_text(outcome.status), reason_word(outcome.reason),
			        status_text(j->result.outcome.status),
			        reason_word(j->result.outcome.reason));
	}
	return outcome;
}

/* An attacker on the path adds what reaches a limit, or a server rotates its records. */
static void a_response_has_the_same_outcome_in_any_order_of_its_records(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
		const char *many; /* the signature of `count` more RRsets of a denial, or NULL */
		unsigned count;
		uint16_t type;
	} rows[] = {
		{ "signatures that fail, before the proof or after it", "x.example.test A", 3,
		        GOOD_DENIAL, "| example.test spoilt", LIMIT_FAILURES + 4, TYPE_NSEC },
		{ "more RRsets than are judged", "x.example.test A", 3, GOOD_DENIAL_BY_HASH,
		        "| example.test expired", LIMIT_JUDGED + 4, TYPE_NSEC3 },
		{ "more RRsets than may be in a response", "x.example.test A", 3, GOOD_DENIAL, "",
		        LIMIT_RRSETS, TYPE_NSEC3 },
		{ "more NSEC records than are used", "x.example.test A", 3, GOOD_DENIAL,
		        "| example.test", LIMIT_NSEC_RECORDS, TYPE_NSEC },
		{ "a CNAME and a DNAME above it", "y.d.example.test A", 0,
		        "d.example.test DNAME e.other.test | example.test\n"
		        "y.d.example.test CNAME y.e.other.test | example.test\n"
		        "y.e.other.test A 192.0.2.1 | other.test",
		        NULL, 0, 0 },
		{ "two DNAMEs", "y.d.e.example.test A", 0,
		        "e.example.test DNAME f.other.test | example.test\n"
		        "d.e.example.test DNAME g.other.test | example.test\n"
		        "y.d.e.example.test CNAME y.g.other.test\n"
		        "y.g.other.test A 192.0.2.1 | other.test",
		        NULL, 0, 0 },
		{ "ANY, with one set that fails", "www.example.test ANY", 0,
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "www.example.test TXT a | example.test spoilt\n"
		        "www.example.test AAAA 2001:db8::1 | example.test expired",
		        NULL, 0, 0 },
		{ "signers of several zones", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | test | example.test expired | other.test "
		        "signer=example.test",
		        NULL, 0, 0 },
	};
	struct judge *j = judge_new();

	seed = 11;
	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_begin(j, rows[i].question, rows[i].rcode);
		judge_write(j, rows[i].records);
		if (rows[i].many)
			write_many(j, rows[i].type, rows[i].many, rows[i].count);
		struct outcome o = outcome_in_any_order(j, rows[i].question, rows[i].why, 12);
		print_message("# %s: %s (%s)\n", rows[i].why, status_text(o.status),
		        reason_word(o.reason));
	}
	for (size_t i = 0; i < COUNT(responses); i++) {
		judge_begin(j, responses[i].question, responses[i].rcode);
		judge_write(j, responses[i].records);
		struct outcome o =
		        outcome_in_any_order(j, responses[i].question, responses[i].question, 30);
		assert_row(responses[i].question, o.status <= STATUS_INSECURE);
	}
	judge_free(j);
}

/* A zone made two NSEC records for one name, where there may be one. */
static void of_two_records_at_one_name_neither_denies(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const struct rd both[] = { rd_nsec("x.example.test", TYPES(TYPE_TXT, TYPE_RRSIG)),
		rd_nsec("x.example.test", TYPES(TYPE_A, TYPE_RRSIG)) };

	seed = 5;
	judge_begin(j, "www.example.test A", 0);
	msg_section(&j->response, SECTION_AUTHORITY);
	msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_NSEC, TTL,
	        both, 2, &valid);
	assert_int_equal(outcome_in_any_order(j, "www.example.test A", "two records", 8).status,
	        STATUS_BOGUS);
	judge_begin(j, "www.example.test A", 0);
	msg_section(&j->response, SECTION_AUTHORITY);
	msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_NSEC, TTL,
	        both, 1, &valid);
	msg_rr(&j->response, "www.example.test", TYPE_NSEC, TTL, both[0]);
	assert_int_equal(
	        outcome_in_any_order(j, "www.example.test A", "twice", 8).status, STATUS_SECURE);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_do_not_make_the_outcome_hang_on_the_order),
		cmocka_unit_test(of_two_records_at_one_name_neither_denies),
		cmocka_unit_test(a_response_has_the_same_outcome_in_any_order_of_its_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
