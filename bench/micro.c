/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cost of a judgement without packets: the gate, which knows the keys, gets prepared
 * responses. It is compared with OpenSSL's bare verification with a key of equal kind.
 *
 *	micro [-w|-c] [-t SECONDS] [-z ZONES] COUNT ANCHORS RESPONSES QUERIES
 *
 * COUNT responses (fewer if there are not as many) are judged in each of MEASURE_ROUNDS rounds, in
 * which all measures take turns. Cold: all signatures were forgotten before. Warm: each was found
 * good before. Cached: the message cache knows the response; it is copied (because it is changed
 * in place), parsed, found and rewritten. Prints one JSON object: CPU microseconds a response,
 * medians of the rounds, and the allocations and system calls of one response.
 *
 * With -w or -c nothing is timed: it prepares, calls counted() once, which treats COUNT warm or
 * cached responses and rewrites them, and prints nothing. This is for tools that count
 * instructions in counted(). -t gives the time, in seconds since 1970, for signatures that were
 * made long ago; -z the number of further known zones, which no query asks for. */
#include "answers.h"
#include "bare.h"
#include "base/complaint.h"
#include "config/config.h"
#include "config/trust_anchors.h"
#include "flow/flow.h"
#include "gate/gate.h"
#include "gate/query.h"
#include "gate/recall.h"
#include "measure.h"

#define RRSIG_ALGO_AT 2    /* in the RDATA */
#define MESSAGES      4096 /* of COUNT, at most */

/* So many that the memory of one is exact to the octet. */
#define MEASURED_ENTRIES 100000

struct bench {
	struct prepared responses, queries;
	const struct span *judged; /* the responses to `queries`, in the same order */
	struct client_query *asked;
	struct bare bare;    /* the comparison */
	struct gate gate;    /* without a message cache */
	struct gate recalls; /* with one */
	struct store store;
	struct policy policy;
	int64_t now_s;
	unsigned count, zones;
	long zones_resident; /* octets of memory for the further zones */
};

static void read_queries(struct bench *b)
{
	struct message m;

	b->asked = calloc(b->queries.count, sizeof(*b->asked));
	if (!b->asked)
		die("no memory");
	for (unsigned i = 0; i < b->queries.count; i++) {
		answers_parse(b->queries.messages[i], &m);
		const struct query_ends ends = { span_of("\300\0\2\7", 4),
			span_of("\300\0\2\65", 4) };
		if (query_read(&m, &b->policy, &ends, &b->asked[i]) != QUERY_JUDGED)
			die("a prepared query is not one that is judged");
	}
}

/* Plays the fetcher. */
static void learn(struct bench *b, const struct want *want)
{
	for (unsigned i = 0; i < b->responses.count; i++) {
		struct message m;
		answers_parse(b->responses.messages[i], &m);
		if (m.qtype == want->type && name_equal(&m.qname, &want->name)) {
			gate_learn(&b->gate, want, m.octets, b->now_s, true);
			return;
		}
	}
	die("the gate needs a key that was not prepared");
}

static struct client_query asked_of(const struct bench *b, unsigned i, bool dnssec_ok)
{
	struct client_query asked = b->asked[i];

	asked.dnssec_ok = asked.has_edns = dnssec_ok;
	return asked;
}

static void judge_by(struct bench *b, struct gate *gate, unsigned i, bool dnssec_ok)
{
	static uint8_t octets[UINT16_MAX];
	struct client_query asked = asked_of(b, i, dnssec_ok);
	struct gate_result result;

	do {
		struct writer out = writer_over(octets, sizeof(octets));
		gate_judge(gate, &asked, b->judged[i], b->now_s, &out, &result);
		if (result.verdict == GATE_WANT)
			learn(b, &result.want);
	} while (result.verdict == GATE_WANT);
	if (result.outcome.status != STATUS_SECURE)
		die("a genuine answer is not Secure");
}

static void judge_one(struct bench *b, unsigned i, bool dnssec_ok)
{
	judge_by(b, &b->gate, i, dnssec_ok);
}

static void recall_one(struct bench *b, unsigned i, bool dnssec_ok)
{
	static uint8_t octets[UINT16_MAX];
	struct client_query asked = asked_of(b, i, dnssec_ok);
	struct gate_result result;
	struct message m;

	memcpy(octets, b->judged[i].base, b->judged[i].len);
	answers_parse(span_of(octets, b->judged[i].len), &m);
	if (!gate_recall(&b->recalls, &asked, &m, octets, b->now_s, &result))
		die("a judged response is not in the message cache");
}

/* Judges all responses that will be judged warm. */
static void warm_up(void *context)
{
	struct bench *b = context;

	for (unsigned i = 0; i < b->count; i++)
		judge_one(b, i, true);
}

/* The same for responses that will be found in the message cache. */
static void fill_cache(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		judge_by(b, &b->recalls, i, true);
		judge_by(b, &b->recalls, i, false);
	}
}

static void set_up(struct bench *b, const char *anchors, const char *responses, const char *queries)
{
	static struct config defaults; /* a daemon looks for local names, too */
	struct complaint error;

	if (!prepared_load(&b->responses, responses) || !prepared_load(&b->queries, queries))
		exit(EXIT_FAILURE);
	struct anchors *a = trust_anchors_load(anchors, &error);
	if (!a)
		die(error.text);
	b->gate = (struct gate){ .crypto = crypto_new(), .store = &b->store, .policy = &b->policy };
	b->recalls = b->gate;
	if (!b->gate.crypto || store_init(&b->store, a, 1024 + b->zones) != 0 ||
	        gate_init(&b->gate, 0) != 0 || gate_init(&b->recalls, 2 * MESSAGES) != 0)
		die("no memory");
	if (config_defaults(&defaults) != 0)
		die("no memory");
	b->store.local_names = defaults.local_names;
	b->judged = answers_find(&b->responses, &b->queries, true);
	if (!b->judged)
		die("the file lacks the responses to the queries");
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
		store_put_cut(&b->store, &name,
		        &(struct cut_state){ CUT_SECURE, { STATUS_SECURE }, &ds }, b->now_s, 86400);
	}
}

/* A table allocates and touches all its memory when it is made. */
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

/* ---- The measures ---- */

static void parse_one(void *context, unsigned i)
{
	struct bench *b = context;
	struct message m;

	answers_parse(b->judged[i], &m);
}

static void verify_one(void *context, unsigned i)
{
	struct bench *b = context;

	if (!bare_verify(&b->bare, i % SIGNATURES))
		die("OpenSSL does not verify what it signed");
}

/* Forgetting the signature of one response is no part of a judgement; its cost is subtracted. All
 * are forgotten at once. */
static void forget_all(void *context, unsigned i)
{
	struct bench *b = context;

	if (i == 0)
		crypto_forget(b->gate.crypto);
}

/* DO and plain: the client sets DO; or it does not, and the answer is rewritten. */
static void cold_do(void *context, unsigned i)
{
	struct bench *b = context;

	crypto_forget(b->gate.crypto);
	judge_one(b, i, true);
}

static void cold_plain(void *context, unsigned i)
{
	struct bench *b = context;

	crypto_forget(b->gate.crypto);
	judge_one(b, i, false);
}

static void warm_do(void *context, unsigned i)
{
	judge_one(context, i, true);
}

static void warm_plain(void *context, unsigned i)
{
	judge_one(context, i, false);
}

static void cached_do(void *context, unsigned i)
{
	recall_one(context, i, true);
}

static void cached_plain(void *context, unsigned i)
{
	recall_one(context, i, false);
}

static const struct measure measures[] = {
	{ "parse", parse_one, 64, NULL, NULL },
	{ "verify", verify_one, 1, NULL, NULL },
	{ "forget", forget_all, 1, warm_up, NULL },
	{ "cold_do", cold_do, 1, NULL, "forget" },
	{ "cold_plain", cold_plain, 1, NULL, "forget" },
	{ "warm_do", warm_do, 16, warm_up, NULL },
	{ "warm_plain", warm_plain, 16, warm_up, NULL },
	{ "cached_do", cached_do, 64, NULL, NULL },
	{ "cached_plain", cached_plain, 64, NULL, NULL },
	{ NULL, NULL, 0, NULL, NULL },
};

static const struct measure warm = { "warm", warm_plain, 1, NULL, NULL },
                            cached = { "cached", cached_plain, 1, NULL, NULL };

static uint8_t algorithm_of(struct bench *b)
{
	struct message m;

	answers_parse(b->judged[0], &m);
	for (unsigned i = 0; i < m.rr_count; i++) {
		if (m.rrs[i].type == TYPE_RRSIG)
			return message_rdata(&m, &m.rrs[i]).base[RRSIG_ALGO_AT];
	}
	return 0;
}

static unsigned signatures_of(struct bench *b)
{
	struct message m;
	unsigned count = 0;

	answers_parse(b->judged[0], &m);
	for (unsigned i = 0; i < m.rr_count; i++)
		count += m.rrs[i].type == TYPE_RRSIG;
	return count;
}

static void time_all(const struct measuring *m)
{
	struct bench *b = m->context;

	if (!bare_set_up(&b->bare, algorithm_of(b)))
		die("no key of this algorithm can be made");
	crypto_forget(b->gate.crypto);
	judge_one(b, 0, true);
	printf("{\"octets\": %zu, \"signatures\": %u, ", b->judged[0].len, signatures_of(b));
	print_memory(b);
	print_medians(m);
	warm_up(b);
	print_needs(m, "warm", &warm);
	printf(", ");
	print_needs(m, "cached", &cached);
	printf("}\n");
}

static bool read_options(struct bench *b, int argc, char **argv, char *counting)
{
	int letter;

	b->now_s = (int64_t)time(NULL);
	while ((letter = getopt(argc, argv, "wct:z:")) != -1) {
		if (letter == 'w' || letter == 'c')
			*counting = (char)letter;
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
	const struct measuring m = { measures, &b, b.count };
	if (counting)
		counted(&m, counting == 'w' ? &warm : &cached);
	else
		time_all(&m);
	return EXIT_SUCCESS;
}
