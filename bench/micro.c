/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judgement costs without any packet: the gate is given prepared responses, its keys
 * known, and stands beside OpenSSL's bare verification with a key of the same kind.
 *
 *	micro COUNT ANCHORS RESPONSES QUERIES
 *	micro -w COUNT ANCHORS RESPONSES QUERIES
 *
 * COUNT responses, or as many as there are, are judged in each of ROUNDS rounds, in which all that
 * is compared takes turns. Cold: all signatures were forgotten before. Warm: each was found good
 * before. Prints one JSON object: CPU microseconds a response, medians of the rounds, and what a
 * warm judgement takes from the heap and from the kernel.
 *
 * With -w nothing is timed: it makes ready, calls judge_counted() once, which judges COUNT warm
 * responses and rewrites them, and prints nothing. For tools that count instructions in there. */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "allocations.h"
#include "gate/gate.h"
#include "gate/query.h"
#include "prepared.h"

#define ROUNDS        9
#define RRSIG_ALGO_AT 2  /* in the RDATA */
#define SIGNATURES    64 /* of ours: what is verified again and again, the processor learns */

/* DO and plain: the client sets DO, or does not and has the answer rewritten. */
enum measure { PARSE, VERIFY, COLD_DO, COLD_PLAIN, WARM_DO, WARM_PLAIN, MEASURES };

/* What takes too little time is done more often. */
static const struct {
	const char *name;
	unsigned times;
} measures[MEASURES] = {
	[PARSE] = { "parse_us", 64 },
	[VERIFY] = { "verify_us", 1 },
	[COLD_DO] = { "cold_do_us", 1 },
	[COLD_PLAIN] = { "cold_plain_us", 1 },
	[WARM_DO] = { "warm_do_us", 16 },
	[WARM_PLAIN] = { "warm_plain_us", 16 },
};

struct bench {
	struct prepared responses, queries;
	const struct span *judged; /* the responses to `queries`, in the same order */
	struct asked *asked;
	struct gate gate;
	struct store store;
	struct policy policy;
	int64_t now_s;
	unsigned count;
	unsigned verifications; /* that the last judgement cost */
};

/* A key of our own, and what it signed. */
struct bare {
	EVP_PKEY_CTX *hashed; /* NULL for algorithms that take the message */
	EVP_PKEY *key;
	EVP_MD_CTX *message;
	size_t data_len;
	struct {
		uint8_t data[128], signature[512];
		size_t signature_len;
	} signed_[SIGNATURES];
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
	b->verifications = result.verifications;
}

/* Judges all that will be judged warm. */
static void warm_up(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++)
		judge_one(b, i, true);
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
	if (!b->gate.crypto || store_init(&b->store, a, 1024) != 0 || gate_init(&b->gate, 0) != 0)
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

static void bare_sign(struct bare *b, unsigned i)
{
	uint8_t *signature = b->signed_[i].signature;
	size_t *len = &b->signed_[i].signature_len;

	*len = sizeof(b->signed_[i].signature);
	memset(b->signed_[i].data, (int)i, b->data_len);
	if (b->hashed) {
		EVP_PKEY_sign(b->hashed, signature, len, b->signed_[i].data, b->data_len);
		return;
	}
	EVP_DigestSignInit(b->message, NULL, NULL, NULL, b->key);
	EVP_DigestSign(b->message, signature, len, b->signed_[i].data, b->data_len);
	EVP_MD_CTX_reset(b->message);
}

static void bare_set_up(struct bare *b, uint8_t algorithm)
{
	bool is_hashed = algorithm != ALGORITHM_ED25519;

	b->key = key_like(algorithm);
	b->message = EVP_MD_CTX_new();
	b->data_len = is_hashed ? 32 : sizeof(b->signed_[0].data);
	if (!b->key || !b->message)
		die("no key of this algorithm can be made");
	if (is_hashed) {
		b->hashed = EVP_PKEY_CTX_new(b->key, NULL);
		EVP_PKEY_sign_init(b->hashed);
		EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
	}
	for (unsigned i = 0; i < SIGNATURES; i++)
		bare_sign(b, i);
	if (is_hashed) {
		EVP_PKEY_verify_init(b->hashed);
		EVP_PKEY_CTX_set_signature_md(b->hashed, EVP_sha256());
	}
}

static void bare_verify(struct bare *b, unsigned i)
{
	const uint8_t *data = b->signed_[i].data, *signature = b->signed_[i].signature;
	size_t len = b->signed_[i].signature_len;
	int ok;

	if (b->hashed) {
		ok = EVP_PKEY_verify(b->hashed, signature, len, data, b->data_len);
	} else {
		EVP_DigestVerifyInit(b->message, NULL, NULL, NULL, b->key);
		ok = EVP_DigestVerify(b->message, signature, len, data, b->data_len);
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
		bare_verify(bare, i % SIGNATURES);
		break;
	case COLD_DO:
	case COLD_PLAIN:
		crypto_forget(b->gate.crypto);
		judge_one(b, i, what == COLD_DO);
		break;
	default:
		judge_one(b, i, what == WARM_DO);
		break;
	}
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* CPU microseconds for each. */
static double time_round(struct bench *b, struct bare *bare, enum measure what)
{
	unsigned times = b->count * measures[what].times;
	double begin_us;

	if (what == WARM_DO || what == WARM_PLAIN)
		warm_up(b);
	begin_us = cpu_us();
	for (unsigned i = 0; i < times; i++)
		do_one(b, bare, what, i % b->count);
	return (cpu_us() - begin_us) / times;
}

/* What it costs to forget the signature of one response, which is no part of a judgement. */
static double time_forgetting(struct bench *b)
{
	double begin_us;

	warm_up(b);
	begin_us = cpu_us();
	crypto_forget(b->gate.crypto);
	return (cpu_us() - begin_us) / b->count;
}

static void judge_warm(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++)
		judge_one(b, i, false);
}

/* A function of its own whatever the compiler thinks: valgrind is told its name. */
static void __attribute__((noinline, noclone)) judge_counted(struct bench *b)
{
	judge_warm(b);
}

static double allocations_per_warm(struct bench *b)
{
	uint64_t before = allocations;

	judge_warm(b);
	return (double)(allocations - before) / b->count;
}

/* A child judges where a system call is death. */
static bool warm_makes_system_calls(struct bench *b)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		judge_warm(b);
		syscall(SYS_exit, EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("cannot fork");
	return !WIFEXITED(status);
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

static void print_medians(struct bench *b, struct bare *bare)
{
	static double us[MEASURES][ROUNDS], forget_us[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int what = 0; what < MEASURES; what++)
			us[what][round] = time_round(b, bare, (enum measure)what);
		forget_us[round] = time_forgetting(b);
	}
	qsort(forget_us, ROUNDS, sizeof(forget_us[0]), order);
	for (int what = 0; what < MEASURES; what++) {
		bool is_cold = what == COLD_DO || what == COLD_PLAIN;
		qsort(us[what], ROUNDS, sizeof(us[what][0]), order);
		printf("\"%s\": %.3f, ", measures[what].name,
		        us[what][ROUNDS / 2] - (is_cold ? forget_us[ROUNDS / 2] : 0));
	}
}

int main(int argc, char **argv)
{
	static struct bench b;
	static struct bare bare;
	bool counts = argc == 6 && strcmp(argv[1], "-w") == 0;

	argv += counts;
	if (argc - counts != 5 || (b.count = (unsigned)atoi(argv[1])) == 0) {
		fputs("usage: micro [-w] COUNT ANCHORS RESPONSES QUERIES\n", stderr);
		return 2;
	}
	set_up(&b, argv[2], argv[3], argv[4]);
	if (b.count > b.queries.count)
		b.count = b.queries.count;
	judge_one(&b, 0, true); /* learns the keys */
	if (counts) {
		warm_up(&b);
		judge_counted(&b);
		return EXIT_SUCCESS;
	}
	bare_set_up(&bare, algorithm_of(&b));
	crypto_forget(b.gate.crypto);
	judge_one(&b, 0, true);
	printf("{\"octets\": %zu, \"signatures\": %u, ", b.judged[0].len, b.verifications);
	print_medians(&b, &bare);
	warm_up(&b);
	printf("\"allocations\": %g, ", allocations_per_warm(&b));
	fflush(stdout); /* or the child would have it too */
	printf("\"system_calls\": %s}\n", warm_makes_system_calls(&b) ? "true" : "false");
	return EXIT_SUCCESS;
}
