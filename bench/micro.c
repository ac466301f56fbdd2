/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judgement costs without any packet: the gate is given prepared responses, its keys
 *known, and stands beside OpenSSL's bare verification with a key of the same kind.
 *
 *	micro COUNT ANCHORS RESPONSES QUERIES
 *
 * COUNT responses are judged in each of ROUNDS rounds, in which all that is compared takes turns.
 * Prints one JSON object: CPU microseconds a response, medians of the rounds. */
#include <time.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "gate/gate.h"
#include "gate/query.h"
#include "prepared.h"

#define ROUNDS        9
#define RRSIG_ALGO_AT 2 /* in the RDATA */

enum measure { PARSE, VERIFY, JUDGE, REWRITE, MEASURES };

struct bench {
	struct prepared responses, queries;
	const struct span *judged; /* the responses to `queries`, in the same order */
	struct asked *asked;
	struct gate gate;
	struct store store;
	struct policy policy;
	int64_t now_s;
	unsigned count;
};

/* A key of our own, and what it signed. */
struct bare {
	EVP_PKEY_CTX *hashed; /* NULL for algorithms that take the message */
	EVP_PKEY *key;
	EVP_MD_CTX *message;
	uint8_t data[128], signature[512];
	size_t data_len, signature_len;
};

static void die(const char *what)
{
	fprintf(stderr, "micro: %s\n", what);
	exit(EXIT_FAILURE);
}

static void parse(struct bench *b, struct span octets, struct message *m)
{
	if (!message_parse(m, octets, b->gate.rrs, MESSAGE_RRS_MAX))
		die("a prepared message is malformed");
}

/* Returns where the answers to `queries` begin; they stand in the order of the queries. */
static void find_judged(struct bench *b)
{
	struct message query, response;
	unsigned first = 0;

	parse(b, b->queries.messages[0], &query);
	do {
		if (first + b->queries.count > b->responses.count)
			die("the responses to the queries are not there");
		parse(b, b->responses.messages[first++], &response);
	} while (!span_equal(query.question, response.question) || !response.edns.dnssec_ok);
	b->judged = b->responses.messages + first - 1;
}

static void read_queries(struct bench *b)
{
	struct message m;

	b->asked = calloc(b->queries.count, sizeof(*b->asked));
	if (!b->asked)
		die("no memory");
	for (unsigned i = 0; i < b->queries.count; i++) {
		parse(b, b->queries.messages[i], &m);
		if (query_read(&m, &b->policy, &b->asked[i]) != QUERY_JUDGED)
			die("a prepared query is not one that is judged");
	}
}

/* Plays the fetcher. */
static void learn(struct bench *b, const struct want *want)
{
	for (unsigned i = 0; i < b->responses.count; i++) {
		struct message m;
		parse(b, b->responses.messages[i], &m);
		if (m.qtype == want->type && name_equal(&m.qname, &want->name)) {
			gate_learn(&b->gate, want, m.octets, b->now_s, true);
			return;
		}
	}
	die("the gate wants what was not prepared");
}

static void judge_one(struct bench *b, unsigned i, bool dnssec_ok)
{
	static uint8_t octets[UINT16_MAX];
	struct asked asked = b->asked[i];
	struct gate_result result;

	asked.dnssec_ok = asked.has_edns = dnssec_ok;
	do {
		struct writer out = writer_over(octets, sizeof(octets));
		gate_judge(&b->gate, &asked, b->judged[i], b->now_s, &out, &result);
		if (result.verdict == GATE_WANT)
			learn(b, &result.want);
	} while (result.verdict == GATE_WANT);
	if (result.outcome.status != STATUS_SECURE)
		die("a genuine answer is not Secure");
}

static void set_up(struct bench *b, const char *anchors, const char *responses, const char *queries)
{
	char error[300];

	if (!prepared_load(&b->responses, responses) || !prepared_load(&b->queries, queries))
		exit(EXIT_FAILURE);
	struct anchors *a = anchors_load(anchors, error, sizeof(error));
	if (!a)
		die(error);
	b->gate = (struct gate){ .crypto = crypto_new(), .store = &b->store, .policy = &b->policy };
	if (!b->gate.crypto || store_init(&b->store, a, 1024) != 0 || gate_init(&b->gate) != 0)
		die("no memory");
	b->now_s = (int64_t)time(NULL);
	find_judged(b);
	read_queries(b);
}

static EVP_PKEY *key_like(uint8_t algorithm)
{
	switch (algorithm) {
	case ALGORITHM_ECDSAP256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case ALGORITHM_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case ALGORITHM_RSASHA256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	default:
		return NULL;
	}
}

static void bare_set_up(struct bare *b, uint8_t algorithm)
{
	bool is_hashed = algorithm != ALGORITHM_ED25519;

	b->key = key_like(algorithm);
	b->message = EVP_MD_CTX_new();
	b->data_len = is_hashed ? 32 : sizeof(b->data);
	b->signature_len = sizeof(b->signature);
	if (!b->key || !b->message)
		die("no key of this algorithm can be made");
	if (!is_hashed) {
		EVP_DigestSignInit(b->message, NULL, NULL, NULL, b->key);
		EVP_DigestSign(b->message, b->signature, &b->signature_len, b->data, b->data_len);
		EVP_MD_CTX_reset(b->message);
		return;
	}
	b->hashed = EVP_PKEY_CTX_new(b->key, NULL);
	EVP_PKEY_sign_init(b->hashed);
	EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
	EVP_PKEY_sign(b->hashed, b->signature, &b->signature_len, b->data, b->data_len);
	EVP_PKEY_verify_init(b->hashed);
	EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
}

static void bare_verify(struct bare *b)
{
	int ok;

	if (b->hashed) {
		ok = EVP_PKEY_verify(
		        b->hashed, b->signature, b->signature_len, b->data, b->data_len);
	} else {
		EVP_DigestVerifyInit(b->message, NULL, NULL, NULL, b->key);
		ok = EVP_DigestVerify(
		        b->message, b->signature, b->signature_len, b->data, b->data_len);
		EVP_MD_CTX_reset(b->message);
	}
	if (ok != 1)
		die("OpenSSL does not verify what it signed");
}

static void do_one(struct bench *b, struct bare *bare, enum measure what, unsigned i)
{
	struct message m;

	switch (what) {
	case PARSE:
		parse(b, b->judged[i], &m);
		break;
	case VERIFY:
		bare_verify(bare);
		break;
	case JUDGE:
		judge_one(b, i, true);
		break;
	default:
		judge_one(b, i, false);
		break;
	}
}

/* CPU microseconds for each of b->count, or of many times more where one takes too little. */
static double time_round(struct bench *b, struct bare *bare, enum measure what)
{
	unsigned times = what == PARSE ? b->count * 64 : b->count;
	struct timespec begin, end;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (unsigned i = 0; i < times; i++)
		do_one(b, bare, what, i % b->queries.count);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
	       1e3 / times;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static uint8_t algorithm_of(struct bench *b)
{
	struct message m;

	parse(b, b->judged[0], &m);
	for (unsigned i = 0; i < m.rr_count; i++) {
		if (m.rrs[i].type == TYPE_RRSIG)
			return message_rdata(&m, &m.rrs[i]).base[RRSIG_ALGO_AT];
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const names[MEASURES] = { "parse_us", "verify_us", "judge_us",
		"rewrite_us" };
	static double us[MEASURES][ROUNDS];
	static struct bench b;
	static struct bare bare;

	if (argc != 5 || (b.count = (unsigned)atoi(argv[1])) == 0) {
		fputs("usage: micro COUNT ANCHORS RESPONSES QUERIES\n", stderr);
		return 2;
	}
	set_up(&b, argv[2], argv[3], argv[4]);
	bare_set_up(&bare, algorithm_of(&b));
	judge_one(&b, 0, true); /* learns the keys */
	for (int round = 0; round < ROUNDS; round++) {
		for (int what = 0; what < MEASURES; what++)
			us[what][round] = time_round(&b, &bare, (enum measure)what);
	}
	for (int what = 0; what < MEASURES; what++) {
		qsort(us[what], ROUNDS, sizeof(us[what][0]), order);
		printf("%s\"%s\": %.3f", what ? ", " : "{", names[what], us[what][ROUNDS / 2]);
	}
	puts("}");
	return EXIT_SUCCESS;
}
