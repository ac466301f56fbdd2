/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A judgement that runs out of memory, at any point, refuses: it lets no record pass that it would
 * otherwise refuse, and no incomplete message. It does the same if OpenSSL or libsodium fail. */
#include "judge.h"

#include <openssl/evp.h>
#include <errno.h>
#include <unistd.h>

#include "config/config.h"
#include "config/trust_anchors.h"
#include "responses.h"
#include "trust/observation.h"
#include "trust/renewal.h"
#include "trust/trustpoints.h"

/* ---- What may fail ---- */

/* The linker replaces the functions without `__wrap_` by these (Makefile). */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
int __real_sodium_init(void);
int __wrap_sodium_init(void);
int __real_EVP_DigestInit_ex2(EVP_MD_CTX *, const EVP_MD *, const OSSL_PARAM *);
int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX *, const EVP_MD *, const OSSL_PARAM *);

static unsigned calls_left; /* until one fails; 0: none does */

static bool fails(void)
{
	return calls_left > 0 && --calls_left == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

int __wrap_sodium_init(void)
{
	return fails() ? -1 : __real_sodium_init();
}

int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *md, const OSSL_PARAM *params)
{
	return fails() ? 0 : __real_EVP_DigestInit_ex2(ctx, md, params);
}

/* True if the call that should fail did. */
static bool has_failed(void)
{
	bool has = calls_left == 0;
	calls_left = 0;
	return has;
}

/* ---- The arena ---- */

#define STEP 16 /* what the arena aligns to, so that each piece that is taken fails once */

static const unsigned ways[] = { ASK_PLAIN, ASK_DO, ASK_DO | ASK_NO_RD };

struct whole {
	enum gate_verdict verdict;
	size_t len, needed;
	uint8_t octets[65535];
};

/* Judges the response in j->response, with an arena of this capacity. */
static void judge_with(struct judge *j, const struct client_query *asked, size_t capacity)
{
	size_t whole = j->gate.arena.capacity;

	j->gate.arena.capacity = capacity;
	judge_octets(j, asked, msg_span(&j->response));
	j->gate.arena.capacity = whole;
}

/* Judges with enough memory, and everything known. Returns true if the response may pass. */
static bool judge_whole_response(
        struct judge *j, const struct response *r, unsigned how, struct whole *w)
{
	judge_text(j, r->question, r->rcode, r->records, how);
	w->verdict = j->result.verdict;
	w->len = 0;
	if (w->verdict == GATE_REWRITE) {
		w->len = j->result.octets.len;
		memcpy(w->octets, j->result.octets.base, w->len);
	}
	return j->result.outcome.status <= STATUS_INSECURE;
}

static bool is_whole(const struct judge *j, const struct whole *w)
{
	return j->result.verdict == w->verdict &&
	       (w->verdict != GATE_REWRITE ||
	               span_equal(j->result.octets, span_of(w->octets, w->len)));
}

/* Returns the largest capacity that was too small. */
static size_t starve(struct judge *j, const struct response *r, unsigned how, const struct whole *w)
{
	struct client_query asked = judge_asked(r->question, how);
	size_t capacity = 0, enough = 0;

	/* The message cache takes memory last, so go on for a while after it is enough. */
	for (; enough < 4096; capacity += STEP) {
		gate_forget(&j->gate);
		judge_with(j, &asked, capacity);
		bool refused = j->result.verdict == GATE_SERVFAIL || j->result.verdict == GATE_DROP;
		if (!refused)
			assert_row(r->question, is_whole(j, w));
		enough = refused ? 0 : enough + STEP;
	}
	return capacity - enough;
}

static void a_judgement_without_memory_refuses(void **state)
{
	(void)state;
	static struct whole w;
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(responses) * COUNT(ways); i++) {
		const struct response *r = &responses[i / COUNT(ways)];
		unsigned how = ways[i % COUNT(ways)];
		if (judge_whole_response(j, r, how, &w))
			assert_row(r->question, starve(j, r, how, &w) > 0);
	}
	judge_free(j);
}

/* A failure must not teach anything wrong either: no keys are better than wrong keys. */
static void a_response_not_learned_for_lack_of_memory_is_retried(void **state)
{
	(void)state;
	static const struct want wants[] = {
		{ .name = { 1, 0, { 0 } }, .type = TYPE_DNSKEY },
		{ .name = { 6, 1, "\4test" }, .type = TYPE_DS },
	};
	struct judge *j = judge_new();
	size_t whole = j->gate.arena.capacity;

	for (size_t i = 0; i < COUNT(wants); i++) {
		enum learned learned = LEARN_RETRY;
		size_t capacity = 0;
		assert_true(judge_answer_want(j, &wants[i]));
		for (; learned == LEARN_RETRY; capacity += STEP) {
			assert_true(capacity < whole);
			j->gate.arena.capacity = capacity;
			learned = gate_learn(
			        &j->gate, &wants[i], msg_span(&j->fetched), j->now, false);
			const struct fact *fact = store_find(&j->store, &wants[i].name, j->now);
			if (learned == LEARN_RETRY)
				assert_true(!fact || (!fact->keys && fact->cut == CUT_UNKNOWN));
			else
				assert_non_null(fact);
		}
		j->gate.arena.capacity = whole;
		assert_true(capacity > STEP);
	}
	judge_free(j);
}

/* A response names an unknown key, so the zone's DS is fetched once more, and there is no memory
 * for what that finds. */
static void a_renewal_without_memory_leaves_the_known_keys(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const struct ds_set other = { .count = 1, .inception = UINT32_MAX, .ds = { { .tag = 1 } } };
	struct name zone;
	bool failed = true;

	assert_true(name_from_text("example.test", &zone));
	judge_text(j, "www.example.test A", RCODE_NOERROR,
	        "www.example.test A 192.0.2.1 | example.test", ASK_DO);
	assert_judged(j, "before", STATUS_SECURE, REASON_NONE);
	for (unsigned nth = 1; failed; nth++) {
		struct want want;
		j->now += LIMIT_RENEWAL_S;
		calls_left = nth;
		if (renewal_next(&j->store, &zone, RENEWAL_REKEYED, false, j->now, &want))
			store_put_cut(&j->store, &zone,
			        &(struct cut_state){
			                CUT_SECURE, { STATUS_SECURE, REASON_NONE }, &other },
			        j->now, TTL);
		failed = has_failed();
		assert_int_equal(renewal_ds(&j->store, &zone, j->now) == NULL, failed);
		store_put_keys(&j->store, &zone, NULL, outcome_of(STATUS_BOGUS, REASON_DS_NO_MATCH),
		        j->now, TTL);
		assert_non_null(judge_fact(j, "example.test")->keys);
		assert_true(nth > 2 || failed);
	}
	judge_free(j);
}

/* It forgets by a new key. */
static void a_message_cache_that_gets_no_key_is_emptied(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "www.example.test A", RCODE_NOERROR,
	        "www.example.test A 192.0.2.1 | example.test", ASK_DO);
	assert_judged(j, "before", STATUS_SECURE, REASON_NONE);
	assert_true(j->gate.recall.messages.used > 0);
	calls_left = 1;
	gate_forget(&j->gate);
	assert_true(has_failed());
	assert_int_equal(j->gate.recall.messages.used, 0);
	judge_free(j);
}

/* ---- Everything else ---- */

static void a_failed_start_is_reported_and_frees_its_memory(void **state)
{
	(void)state;
	bool failed = true;

	for (unsigned nth = 1; failed; nth++) {
		struct gate gate = { 0 };
		calls_left = nth;
		int error = gate_init(&gate, 4);
		failed = has_failed();
		assert_int_equal(error < 0, failed);
		assert_int_equal(gate.rrs != NULL, !failed);
		if (!failed)
			gate_fini(&gate);
	}
	failed = true;
	for (unsigned nth = 1; failed; nth++) {
		struct store store = { 0 };
		calls_left = nth;
		int error = store_init(&store, NULL, 4);
		failed = has_failed();
		assert_int_equal(error < 0, failed);
		store_fini(&store);
	}
}

static void anchors_are_loaded_completely_or_not_at_all(void **state)
{
	(void)state;
	char path[] = "/tmp/sealgate-anchor-XXXXXX";
	struct complaint error;
	FILE *file = fdopen(mkstemp(path), "w");
	bool failed = true;

	fputs(". DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", file);
	fclose(file);
	for (unsigned nth = 1; failed; nth++) {
		error.text[0] = '\0';
		calls_left = nth;
		struct anchors *a = trust_anchors_load(path, &error);
		failed = has_failed();
		assert_int_equal(a == NULL, failed);
		if (failed)
			assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
		else
			assert_int_equal(anchors_count(a), 1);
		anchors_free(a);
	}
	unlink(path);
}

static void a_configuration_is_loaded_whole_or_not_at_all(void **state)
{
	(void)state;
	char path[] = "/tmp/sealgate-config-XXXXXX";
	struct complaint error;
	struct config c;
	FILE *file = fdopen(mkstemp(path), "w");
	bool failed = true;

	fputs("resolver = [ \"192.0.2.1\" ]; negative_trust_anchors = [ \"broken.example\" ];\n"
	      "sign = { servers = [ \"192.0.2.53\" ]; zones = ( { name = \"example.org\";\n"
	      "keys = \"/keys\"; cuts = ( { name = \"a.example.org\"; ds = [ ]; } );\n"
	      "servers = [ \"192.0.2.53\" ]; } ); };\n",
	        file);
	fclose(file);
	for (unsigned nth = 1; failed; nth++) {
		calls_left = nth;
		int result = config_load(&c, path, NULL, &error);
		failed = has_failed();
		assert_int_equal(result, failed ? -EINVAL : 0);
		if (failed)
			assert_non_null(strstr(error.text, "no memory"));
		assert_int_equal(c.sign_zones.count, !failed);
		config_fini(&c);
	}
	unlink(path);
}

/* Lets each call of a judgement fail in turn. Forgets verified signatures, so that they are
 * computed again. Records beside the answer may be left out. */
static void a_failing_digest_never_improves_a_judgement(void **state)
{
	(void)state;
	static struct whole w;
	struct judge *j = judge_new();
	unsigned hurt = 0;

	for (size_t i = 0; i < COUNT(responses); i++) {
		const struct response *r = &responses[i];
		struct client_query asked = judge_asked(r->question, ASK_DO);
		bool failed = judge_whole_response(j, r, ASK_DO, &w);
		enum status status = j->result.outcome.status;
		for (unsigned nth = 1; failed; nth++) {
			crypto_forget(j->crypto);
			gate_forget(&j->gate);
			calls_left = nth;
			judge_alone(j, &asked, msg_span(&j->response));
			failed = has_failed();
			bool refused = j->result.verdict == GATE_SERVFAIL;
			hurt += refused;
			assert_row(r->question, failed || is_whole(j, &w));
			assert_row(r->question, refused || j->result.outcome.status == status);
		}
	}
	assert_true(hurt > 0);
	judge_free(j);
}

static void a_response_not_learned_because_a_call_failed_is_retried(void **state)
{
	(void)state;
	static const struct want wants[] = {
		{ .name = { 1, 0, { 0 } }, .type = TYPE_DNSKEY },
		{ .name = { 6, 1, "\4test" }, .type = TYPE_DS },
		{ .name = { 6, 1, "\4test" }, .type = TYPE_DNSKEY },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(wants); i++) {
		bool failed = true;
		assert_true(judge_answer_want(j, &wants[i]));
		for (unsigned nth = 1; failed; nth++) {
			crypto_forget(j->crypto);
			calls_left = nth;
			enum learned learned = gate_learn(
			        &j->gate, &wants[i], msg_span(&j->fetched), j->now, false);
			failed = has_failed();
			if (!failed)
				assert_int_equal(learned, LEARNED);
			const struct fact *fact = store_find(&j->store, &wants[i].name, j->now);
			if (learned == LEARNED && wants[i].type == TYPE_DNSKEY)
				assert_int_equal(fact->keys_outcome.status, STATUS_SECURE);
			else if (learned == LEARNED)
				assert_int_equal(fact->cut, CUT_SECURE);
		}
	}
	judge_free(j);
}

/* Asserts that no key became trusted. */
static void assert_no_more_trust(const struct trust_point *before, const struct observation *o)
{
	struct rollover_report report;
	struct trust_point after = *before;

	rollover_observe(&after, o, NOW, &report);
	assert_true(!(rollover_trusted(&after) & ~rollover_trusted(before)));
	assert_true(after.count <= before->count + 1);
}

/* Half of the observations are of a trusted key, half of a new one. */
static void a_failing_call_never_adds_to_an_observation(void **state)
{
	(void)state;
	static const struct want want = { .name = { 1, 0, { 0 } }, .type = TYPE_DNSKEY };
	struct judge *j = judge_new();
	size_t enough = j->gate.arena.capacity;
	struct message m;

	assert_true(judge_answer_want(j, &want));
	assert_true(message_parse(&m, msg_span(&j->fetched), j->gate.rrs, MESSAGE_RRS_MAX));
	for (unsigned is_new = 0; is_new <= 1; is_new++) {
		struct trust_points *t = calloc(1, sizeof(*t));
		struct observation whole, o;
		bool failed = true;
		trust_points_configure(t, j->anchors, j->now);
		if (is_new)
			t->points[0].count = 0;
		arena_reset(&j->gate.arena, 0);
		assert_true(observation_read(
		        &whole, j->crypto, &j->gate.arena, &m, &t->points[0], j->now));
		assert_int_equal(whole.new_count, is_new);
		assert_int_equal(whole.signers, !is_new);
		for (unsigned nth = 1; failed; nth++) {
			crypto_forget(j->crypto);
			calls_left = nth;
			observation_read(&o, j->crypto, &j->gate.arena, &m, &t->points[0], j->now);
			failed = has_failed();
			assert_true(!(o.present & ~whole.present));
			assert_true(!(o.signers & ~whole.signers));
			assert_no_more_trust(&t->points[0], &o);
		}
		for (size_t capacity = 0; o.signers != whole.signers || capacity < 64 * STEP;
		        capacity += STEP) {
			j->gate.arena.capacity = capacity;
			observation_read(&o, j->crypto, &j->gate.arena, &m, &t->points[0], j->now);
			assert_true(!(o.present & ~whole.present));
			assert_no_more_trust(&t->points[0], &o);
		}
		j->gate.arena.capacity = enough;
		calls_left = 1;
		assert_null(trust_points_anchors(t));
		assert_true(has_failed());
		free(t);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_judgement_without_memory_refuses),
		cmocka_unit_test(a_response_not_learned_for_lack_of_memory_is_retried),
		cmocka_unit_test(a_renewal_without_memory_leaves_the_known_keys),
		cmocka_unit_test(a_message_cache_that_gets_no_key_is_emptied),
		cmocka_unit_test(a_failed_start_is_reported_and_frees_its_memory),
		cmocka_unit_test(anchors_are_loaded_completely_or_not_at_all),
		cmocka_unit_test(a_configuration_is_loaded_whole_or_not_at_all),
		cmocka_unit_test(a_failing_digest_never_improves_a_judgement),
		cmocka_unit_test(a_response_not_learned_because_a_call_failed_is_retried),
		cmocka_unit_test(a_failing_call_never_adds_to_an_observation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
