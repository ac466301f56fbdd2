/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome does not depend on the order of records in a message, not even where a limit applies: an
 * attacker on the path, or a server that rotates its answers, may send them in any order. */
#include "judge.h"

#include "gate/recall.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_do_not_make_the_outcome_hang_on_the_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
