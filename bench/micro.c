/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judgement costs without any packet: the gate is given prepared responses, its keys
 * known, and stands beside OpenSSL's bare verification with a key of the same kind.
 *
 *	micro [-w|-c] [-t SECONDS] [-z ZONES] COUNT ANCHORS RESPONSES QUERIES
 *
 * COUNT responses, or as many as there are, are judged in each of ROUNDS rounds, in which all that
 * is compared takes turns. Cold: all signatures were forgotten before. Warm: each was found good
 * before. Cached: the message cache knows the response; it is copied, since it is changed in place,
 * parsed, found and rewritten. Prints one JSON object: CPU microseconds a response, medians of the
 * rounds, and what one takes from the heap and from the kernel.
 *
 * With -w or -c nothing is timed: it makes ready, calls counted() once, which treats COUNT warm or
 * cached responses and rewrites them, and prints nothing. For tools that count instructions in
 * there. -t says what time it is, in seconds since 1970, for signatures that were made long ago; -z
 * how many zones more are known, which nobody asks for. */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"
#include "bare.h"
#include "gate/gate.h"
#include "gate/query.h"
#include "gate/recall.h"
#include "path/flow.h"
#include "prepared.h"

#define ROUNDS        9
#define RRSIG_ALGO_AT 2    /* in the RDATA */
#define MESSAGES      4096 /* of COUNT, at most */

/* So many that what one takes is exact to the octet. */
#define MEASURED_ENTRIES 100000

/* DO and plain: the client sets DO, or does not and has the answer rewritten. */
enum measure {
	PARSE,
	VERIFY,
	COLD_DO,
	COLD_PLAIN,
	WARM_DO,
	WARM_PLAIN,
	CACHED_DO,
	CACHED_PLAIN,
	MEASURES
};

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
	[CACHED_DO] = { "cached_do_us", 64 },
	[CACHED_PLAIN] = { "cached_plain_us", 64 },
};

struct bench {
	struct prepared responses, queries;
	const struct span *judged; /* the responses to `queries`, in the same order */
	struct asked *asked;
	struct gate gate;    /* without a message cache */
	struct gate recalls; /* with one */
	struct store store;
	struct policy policy;
	int64_t now_s;
	unsigned count, zones;
	long zones_resident;    /* octets that knowing them took */
	unsigned verifications; /* that the last judgement cost */
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

static struct asked asked_of(const struct bench *b, unsigned i, bool dnssec_ok)
{
	struct asked asked = b->asked[i];

	asked.dnssec_ok = asked.has_edns = dnssec_ok;
	return asked;
}

static void judge_by(struct bench *b, struct gate *gate, unsigned i, bool dnssec_ok)
{
	static uint8_t octets[UINT16_MAX];
	struct asked asked = asked_of(b, i, dnssec_ok);
	struct gate_result result;

	do {
		struct writer out = writer_over(octets, sizeof(octets));
		gate_judge(gate, &asked, b->judged[i], b->now_s, &out, &result);
		if (result.verdict == GATE_WANT)
			learn(b, &result.want);
	} while (result.verdict == GATE_WANT);
	if (result.outcome.status != STATUS_SECURE)
		die("a genuine answer is not Secure");
	b->verifications = result.verifications;
}

static void judge_one(struct bench *b, unsigned i, bool dnssec_ok)
{
	judge_by(b, &b->gate, i, dnssec_ok);
}

static void recall_one(struct bench *b, unsigned i, bool dnssec_ok)
{
	static uint8_t octets[UINT16_MAX];
	struct asked asked = asked_of(b, i, dnssec_ok);
	struct gate_result result;
	struct message m;

	memcpy(octets, b->judged[i].base, b->judged[i].len);
	parse(b, span_of(octets, b->judged[i].len), &m);
	if (!gate_recall(&b->recalls, &asked, &m, octets, b->now_s, &result))
		die("what was judged is not in the message cache");
}

/* Judges all that will be judged warm. */
static void warm_up(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++)
		judge_one(b, i, true);
}

/* The same for what will be found in the message cache. */
static void fill_cache(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		judge_by(b, &b->recalls, i, true);
		judge_by(b, &b->recalls, i, false);
	}
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
	b->recalls = b->gate;
	if (!b->gate.crypto || store_init(&b->store, a, 1024 + b->zones) != 0 ||
	        gate_init(&b->gate, 0) != 0 || gate_init(&b->recalls, 2 * MESSAGES) != 0)
		die("no memory");
	find_judged(b);
	read_queries(b);
}

static long resident_octets(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		die("/proc/self/statm cannot be read");
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Secure delegations, as a busy gateway knows them of many TLDs. */
static void know_zones(struct bench *b)
{
	static const struct ds_set ds = {
		.count = 1,
		.ds = { { .algorithm = ALGORITHM_ECDSAP256, .digest_type = 2, .digest_len = 32 } }
	};
	char text[32];
	struct name name;

	for (unsigned i = 0; i < b->zones; i++) {
		snprintf(text, sizeof(text), "zone%u.test.", i);
		if (!name_from_text(text, &name))
			die("a name cannot be read");
		store_put_cut(&b->store, &name, CUT_SECURE, (struct outcome){ STATUS_SECURE }, &ds,
		        b->now_s, 86400);
	}
}

/* All memory of a table is taken, and touched, when it is made. */
static void print_memory(struct bench *b)
{
	struct store store;
	struct gate gate = { 0 };
	struct flow_table flows;
	long at_first = resident_octets(), zones, messages, flow;

	if (store_init(&store, b->store.anchors, MEASURED_ENTRIES) != 0)
		die("no memory");
	zones = resident_octets();
	if (gate_init(&gate, MEASURED_ENTRIES) != 0)
		die("no memory");
	messages = resident_octets();
	if (flow_table_init(&flows, MEASURED_ENTRIES, 1000) != 0)
		die("no memory");
	flow = resident_octets();
	printf("\"plan_octets\": %d, \"zone_octets\": %ld, \"message_octets\": %ld, "
	       "\"flow_octets\": %ld, ",
	        RECALL_PLAN_OCTETS, (zones - at_first) / MEASURED_ENTRIES,
	        (messages - zones) / MEASURED_ENTRIES, (flow - messages) / MEASURED_ENTRIES);
	flow_table_fini(&flows);
	gate_fini(&gate);
	store_fini(&store);
}

static void do_one(struct bench *b, struct bare *bare, enum measure what, unsigned i)
{
	struct message m;

	switch (what) {
	case PARSE:
		parse(b, b->judged[i], &m);
		break;
	case VERIFY:
		if (!bare_verify(bare, i % SIGNATURES))
			die("OpenSSL does not verify what it signed");
		break;
	case COLD_DO:
	case COLD_PLAIN:
		crypto_forget(b->gate.crypto);
		judge_one(b, i, what == COLD_DO);
		break;
	case WARM_DO:
	case WARM_PLAIN:
		judge_one(b, i, what == WARM_DO);
		break;
	default:
		recall_one(b, i, what == CACHED_DO);
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

static void treat_all(struct bench *b, enum measure what)
{
	for (unsigned i = 0; i < b->count; i++)
		do_one(b, NULL, what, i);
}

/* A function of its own whatever the compiler thinks: valgrind is told its name. */
static void __attribute__((noinline, noclone)) counted(struct bench *b, enum measure what)
{
	treat_all(b, what);
}

static double allocations_of_one(struct bench *b, enum measure what)
{
	uint64_t before = allocations;

	treat_all(b, what);
	return (double)(allocations - before) / b->count;
}

/* A child does it where a system call is death. */
static bool makes_system_calls(struct bench *b, enum measure what)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		treat_all(b, what);
		syscall(SYS_exit, EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("cannot fork");
	return !WIFEXITED(status);
}

static void print_needs(struct bench *b, const char *word, enum measure what)
{
	printf("\"%s\": {\"allocations\": %g, ", word, allocations_of_one(b, what));
	fflush(stdout); /* or the child would have it too */
	printf("\"system_calls\": %s}", makes_system_calls(b, what) ? "true" : "false");
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

static void time_all(struct bench *b)
{
	static struct bare bare;

	if (!bare_set_up(&bare, algorithm_of(b)))
		die("no key of this algorithm can be made");
	crypto_forget(b->gate.crypto);
	judge_one(b, 0, true);
	printf("{\"octets\": %zu, \"signatures\": %u, ", b->judged[0].len, b->verifications);
	print_memory(b);
	print_medians(b, &bare);
	warm_up(b);
	print_needs(b, "warm", WARM_PLAIN);
	printf(", ");
	print_needs(b, "cached", CACHED_PLAIN);
	printf("}\n");
}

static bool read_options(struct bench *b, int argc, char **argv, char *counted)
{
	int letter;

	b->now_s = (int64_t)time(NULL);
	while ((letter = getopt(argc, argv, "wct:z:")) != -1) {
		if (letter == 'w' || letter == 'c')
			*counted = (char)letter;
		else if (letter == 't')
			b->now_s = strtoll(optarg, NULL, 10);
		else if (letter == 'z')
			b->zones = (unsigned)atoi(optarg);
		else
			return false;
	}
	if (argc - optind != 4)
		return false;
	b->count = (unsigned)atoi(argv[optind]);
	return b->count > 0;
}

int main(int argc, char **argv)
{
	static struct bench b;
	char counting = '\0';

	if (!read_options(&b, argc, argv, &counting)) {
		fputs("usage: micro [-w|-c] [-t SECONDS] [-z ZONES] COUNT ANCHORS RESPONSES "
		      "QUERIES\n",
		        stderr);
		return 2;
	}
	set_up(&b, argv[optind + 1], argv[optind + 2], argv[optind + 3]);
	if (b.count > b.queries.count)
		b.count = b.queries.count;
	if (b.count > MESSAGES)
		b.count = MESSAGES;
	judge_one(&b, 0, true); /* learns the keys */
	know_zones(&b);
	warm_up(&b);
	fill_cache(&b);
	if (counting)
		counted(&b, counting == 'w' ? WARM_PLAIN : CACHED_PLAIN);
	else
		time_all(&b);
	return EXIT_SUCCESS;
}
