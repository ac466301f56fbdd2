/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cost of signing without packets: the signer gets prepared responses of a server that does
 * not sign. It is compared with OpenSSL's bare signing with a key of equal kind.
 *
 *	microsign [-n|-k|-f] [-t SECONDS] COUNT ALGORITHM RESPONSES QUERIES
 *
 * COUNT responses (fewer if there are not as many) are signed in each of MEASURE_ROUNDS rounds, in
 * which all measures take turns. New: no signature is remembered. Kept: each is. Found: the whole
 * answer is. Prints one JSON object: CPU microseconds a response, medians of the rounds, and the
 * allocations and system calls of a response that is found.
 *
 * With -n, -k or -f nothing is timed: it prepares, calls counted() once, which signs COUNT
 * responses with new signatures, or kept ones, or finds the answers, and prints nothing. This is
 * for tools that count instructions in counted(). -t gives the time, in seconds since 1970. */
#include "answers.h"
#include "bare.h"
#include "measure.h"
#include "sign/sign_query.h"
#include "sign/sign_response.h"
#include "sign/signer.h"

#define NOW_MS   1000
#define MESSAGES 65536

struct bench {
	struct prepared responses, queries;
	const struct span *unsigned_; /* the responses to `queries`, in the same order */
	struct signer_query *asked;
	struct bare bare;
	struct sign_zone zone;
	struct sign_period period;
	struct sign_policy policy;
	struct signer *remembers, *keeps, *forgets; /* answers; signatures; one of each */
	uint8_t algorithm;
	unsigned count;
	int64_t now_s;
	size_t octets; /* of a signed response */
};

static struct sign_peers peers(void)
{
	static const uint8_t client[] = { 192, 0, 2, 1 }, server[] = { 192, 0, 2, 53 };
	return (struct sign_peers){ span_of(client, 4), span_of(server, 4) };
}

static void ask_one(void *context, unsigned i)
{
	struct bench *b = context;
	uint8_t octets[SIGN_QUERY_MAX];
	struct writer out = writer_over(octets, sizeof(octets));
	const struct sign_peers who = peers();
	const struct sign_context where = { &who, false, b->now_s, NOW_MS };
	struct message query;

	answers_parse(b->queries.messages[i], &query);
	if (sign_query(b->remembers, &query, &where, &b->asked[i], &out) != SIGN_QUERY_ASKED)
		die("a prepared query is not one that is signed");
}

static struct sign_result sign_by(struct bench *b, struct signer *signer, unsigned i)
{
	static uint8_t octets[UINT16_MAX];
	struct writer out = writer_over(octets, sizeof(octets));
	const struct sign_peers who = peers();
	const struct sign_context where = { &who, false, b->now_s, NOW_MS };
	struct sign_result result;
	struct message response;

	answers_parse(b->unsigned_[i], &response);
	sign_response(signer, &b->asked[i], &where, &response, &out, &result);
	if (result.verdict != SIGN_VERDICT_REWRITE || result.outcome != SIGN_OUTCOME_ANSWER)
		die("a prepared response is not signed");
	return result;
}

static void new_one(void *context, unsigned i)
{
	struct bench *b = context;

	if (sign_by(b, b->forgets, i).made != 1)
		die("there was a signature already");
}

static void found_one(void *context, unsigned i)
{
	struct bench *b = context;

	if (!sign_by(b, b->remembers, i).is_recalled)
		die("an answer was forgotten");
}

static void kept_one(void *context, unsigned i)
{
	struct bench *b = context;

	if (sign_by(b, b->keeps, i).found != 1)
		die("a signature was forgotten");
}

static void bare_one(void *context, unsigned i)
{
	struct bench *b = context;

	bare_sign(&b->bare, i % SIGNATURES);
}

static const struct measure measures[] = {
	{ "sign", bare_one, 1, NULL, NULL },
	{ "new", new_one, 1, NULL, NULL },
	{ "kept", kept_one, 16, NULL, NULL },
	{ "found", found_one, 16, NULL, NULL },
	{ "query", ask_one, 16, NULL, NULL },
	{ NULL, NULL, 0, NULL, NULL },
};

static const struct measure new = { "new", new_one, 1, NULL, NULL },
                            kept = { "kept", kept_one, 1, NULL, NULL },
                            found = { "found", found_one, 1, NULL, NULL };

/* The zone is the parent of the names. */
static void read_zone(struct bench *b)
{
	struct message query;

	answers_parse(b->queries.messages[0], &query);
	struct span name = span_of(query.question.base, query.question.len - 4);
	struct cursor c =
	        cursor_over(span_of(name.base + name.base[0] + 1, name.len - name.base[0] - 1u));
	name_read_plain(&c, &b->zone.apex);
	if (c.bad)
		die("a prepared query has no zone");
}

static void set_up(struct bench *b, const char *responses, const char *queries)
{
	static const struct signer_limits all = { .messages = MESSAGES },
	                                  one = { .signatures = 1, .messages = 1 };
	struct crypto *crypto = crypto_new();

	if (!prepared_load(&b->responses, responses) || !prepared_load(&b->queries, queries))
		exit(EXIT_FAILURE);
	b->unsigned_ = answers_find(&b->responses, &b->queries, false);
	if (!b->unsigned_)
		die("the file lacks the responses to the queries");
	if (b->count > b->queries.count)
		b->count = b->queries.count;
	b->asked = calloc(b->count, sizeof(*b->asked));
	read_zone(b);
	b->period = (struct sign_period){ .key_count = 1,
		.keys = { { .key = signkey_generate(b->algorithm) } } };
	b->zone.periods = (struct sign_periods){ 1, &b->period };
	b->zone.max_ttl_s = SIGN_MAX_TTL_S;
	b->policy =
	        (struct sign_policy){ .zones = &b->zone, .zone_count = 1, .life_s = SIGN_LIFE_S };
	if (!crypto || !b->asked || !b->period.keys[0].key || !bare_set_up(&b->bare, b->algorithm))
		die("no key of this algorithm can be made");
	bare_to_sign(&b->bare);
	b->remembers = signer_new(crypto, &b->policy, &all);
	b->keeps = signer_new(crypto, &b->policy, NULL);
	b->forgets = signer_new(crypto, &b->policy, &one);
	if (!b->remembers || !b->keeps || !b->forgets)
		die("no memory");
}

/* All signers have seen all names and TTLs. An answer is remembered once its signature is found. */
static void warm_up(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		ask_one(b, i);
		sign_by(b, b->forgets, i);
		sign_by(b, b->keeps, i);
		sign_by(b, b->remembers, i);
		b->octets = sign_by(b, b->remembers, i).octets.len;
	}
}

static bool read_options(struct bench *b, int argc, char **argv, char *counting)
{
	int letter;

	b->now_s = (int64_t)time(NULL);
	while ((letter = getopt(argc, argv, "nkft:")) != -1) {
		if (letter != 't' && letter != '?')
			*counting = (char)letter;
		else if (letter == 't')
			b->now_s = strtoll(optarg, NULL, 10);
		else
			return false;
	}
	if (argc - optind != 4)
		return false;
	b->count = (unsigned)atoi(argv[optind]);
	b->algorithm = (uint8_t)atoi(argv[optind + 1]);
	return b->count > 1; /* with one response the signature would be remembered */
}

int main(int argc, char **argv)
{
	static struct bench b;
	char counting = '\0';

	if (!read_options(&b, argc, argv, &counting)) {
		fputs("usage: microsign [-n|-k|-f] [-t SECONDS] COUNT ALGORITHM RESPONSES "
		      "QUERIES\n",
		        stderr);
		return 2;
	}
	set_up(&b, argv[optind + 2], argv[optind + 3]);
	warm_up(&b);
	const struct measuring m = { measures, &b, b.count };
	if (counting) {
		counted(&m, counting == 'n' ? &new : counting == 'k' ? &kept : &found);
		return EXIT_SUCCESS;
	}
	printf("{\"octets\": %zu, \"unsigned_octets\": %zu, ", b.octets, b.unsigned_[0].len);
	print_medians(&m);
	print_needs(&m, "found", &found);
	puts("}");
	return EXIT_SUCCESS;
}
