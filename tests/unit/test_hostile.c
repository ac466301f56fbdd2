/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile responses. Whatever an attacker does to a response, only true records are delivered, and
 * the work stays within the limits. */
#include "judge.h"
#include "responses.h"

#include "wire/rdata.h"

#include <time.h>

/* ---- What is delivered ---- */

/* A record without its TTL, with names in lower case and uncompressed. */
struct fact_of {
	struct name owner;
	uint16_t type;
	size_t len;
	uint8_t rdata[1024];
};

static void read_fact(const struct message *m, const struct rr *rr, struct fact_of *f)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;
	struct writer w = writer_over(f->rdata, sizeof(f->rdata));

	memset(f, 0, sizeof(*f));
	assert_true(message_owner(m, rr, &f->owner));
	f->type = rr->type;
	while (rdata_walk_next(&walk, &part)) {
		struct cursor c = cursor_at(m->octets, part.at);
		struct name name;
		if (part.is_name)
			name_read(&c, &name);
		writer_put(&w, part.is_name ? name_span(&name) : part.octets);
	}
	assert_true(rdata_walk_done(&walk) && !w.full);
	f->len = w.len;
}

static bool same_fact(const struct fact_of *a, const struct fact_of *b)
{
	return name_equal(&a->owner, &b->owner) && a->type == b->type &&
	       span_equal(span_of(a->rdata, a->len), span_of(b->rdata, b->len));
}

/* The truth: everything in the genuine response. */
static struct {
	unsigned rcode, count, answers;
	struct fact_of facts[64];
} truth;

static bool is_signature(const struct rr *rr)
{
	return rr->type == TYPE_RRSIG;
}

static void learn_truth(struct span octets)
{
	static struct rr rrs[64];
	struct message m;

	assert_true(message_parse(&m, octets, rrs, COUNT(rrs)));
	truth.rcode = message_rcode(&m);
	truth.count = truth.answers = 0;
	for (unsigned i = 0; i < m.rr_count; i++) {
		if (is_signature(&rrs[i]))
			continue;
		truth.answers += rrs[i].section == SECTION_ANSWER;
		read_fact(&m, &rrs[i], &truth.facts[truth.count++]);
	}
}

static bool is_true(const struct fact_of *f)
{
	for (unsigned i = 0; i < truth.count; i++) {
		if (same_fact(&truth.facts[i], f))
			return true;
	}
	return false;
}

/* Judges `octets` in memory that ends where they end. Asserts that only the truth is delivered: no
 * other record, whatever the status, and no other answer as Secure. */
static void check_truth(struct judge *j, const struct client_query *asked, struct span octets)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	uint8_t *exact = malloc(octets.len ? octets.len : 1);
	struct message m;

	memcpy(exact, octets.base, octets.len);
	bool parsed = message_parse(&m, span_of(exact, octets.len), rrs, COUNT(rrs));
	if (!parsed || gate_matches(&m, asked)) { /* others are dropped before */
		judge_alone(j, asked, span_of(exact, octets.len));
		if (j->result.verdict == GATE_DROP)
			assert_false(parsed);
		if (j->result.verdict <= GATE_REWRITE) {
			const struct message *sent = judge_delivered(j, span_of(exact, octets.len));
			unsigned answers = 0;
			for (unsigned i = 0; i < sent->rr_count; i++) {
				struct fact_of f;
				if (is_signature(&sent->rrs[i]))
					continue;
				answers += sent->rrs[i].section == SECTION_ANSWER;
				read_fact(sent, &sent->rrs[i], &f);
				assert_true(is_true(&f));
			}
			if (j->result.outcome.status == STATUS_SECURE) {
				assert_int_equal(message_rcode(sent), truth.rcode);
				assert_int_equal(answers, truth.answers);
			}
		}
	}
	free(exact);
}

/* Begins with the genuine response, and with everything in the store that judging it needs. */
static struct client_query begin_base(struct judge *j, const struct response *base)
{
	struct client_query asked = judge_asked(base->question, ASK_DO);

	store_flush(&j->store);
	judge_text(j, base->question, base->rcode, base->records, ASK_DO);
	assert_judged(j, base->question, STATUS_SECURE, REASON_NONE);
	learn_truth(msg_span(&j->response));
	check_truth(j, &asked, msg_span(&j->response));
	assert_int_equal(j->result.outcome.status, STATUS_SECURE);
	return asked;
}

static void a_response_cut_anywhere_is_dropped(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	for (size_t i = 0; i < SECURE_RESPONSES; i++) {
		struct client_query asked = begin_base(j, &responses[i]);
		for (size_t len = 0; len < j->response.len; len++) {
			check_truth(j, &asked, span_of(j->response.octets, len));
			assert_int_equal(j->result.verdict, GATE_DROP);
		}
	}
	judge_free(j);
}

static void a_response_with_any_bit_flipped_tells_the_truth_or_is_refused(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	for (size_t i = 0; i < SECURE_RESPONSES; i++) {
		struct client_query asked = begin_base(j, &responses[i]);
		for (size_t bit = 0; bit < j->response.len * 8; bit++) {
			j->response.octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
			check_truth(j, &asked, msg_span(&j->response));
			j->response.octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	judge_free(j);
}

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

static void a_response_with_octets_changed_at_random_tells_the_truth(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	static struct msgbuild genuine;

	seed = 1;
	for (size_t i = 0; i < SECURE_RESPONSES; i++) {
		struct client_query asked = begin_base(j, &responses[i]);
		genuine = j->response;
		for (unsigned trial = 0; trial < 1000; trial++) {
			for (unsigned n = 1 + draw(4); n > 0; n--)
				j->response.octets[draw((uint32_t)genuine.len)] =
				        (uint8_t)draw(256);
			check_truth(j, &asked, msg_span(&j->response));
			j->response = genuine;
		}
	}
	judge_free(j);
}

static void another_rcode_is_never_delivered_as_secure(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	for (size_t i = 0; i < SECURE_RESPONSES; i++) {
		struct client_query asked = begin_base(j, &responses[i]);
		for (unsigned rcode = 0; rcode < 16; rcode++) {
			j->response.octets[3] = (uint8_t)((j->response.octets[3] & 0xf0) | rcode);
			check_truth(j, &asked, msg_span(&j->response));
			/* NOERROR becomes the NXDOMAIN that is proved */
			bool is_mended = rcode == RCODE_NOERROR && truth.rcode == RCODE_NXDOMAIN;
			assert_int_equal(j->result.outcome.status == STATUS_SECURE,
			        rcode == truth.rcode || is_mended);
		}
	}
	judge_free(j);
}

/* ---- Records taken out, doubled, moved ---- */

struct slice {
	struct span octets;
	unsigned section;
};

/* The records of the response as octets; owners point only to the question. */
static unsigned slices_of(struct judge *j, struct slice *slices, unsigned most)
{
	static struct rr rrs[64];
	struct message m;

	assert_true(message_parse(&m, msg_span(&j->response), rrs, COUNT(rrs)));
	assert_in_range(m.rr_count, 0, most);
	for (unsigned i = 0; i < m.rr_count; i++) {
		size_t end = rrs[i].rdata_at + (size_t)rrs[i].rdata_len;
		slices[i].octets = span_of(m.octets.base + rrs[i].owner_at, end - rrs[i].owner_at);
		slices[i].section = rrs[i].section;
	}
	return m.rr_count;
}

static struct span join(struct msgbuild *b, const struct judge *j, const struct client_query *asked,
        const struct slice *slices, unsigned count)
{
	struct writer w = writer_over(b->octets, sizeof(b->octets));
	uint16_t counts[3] = { 0 };

	writer_put(&w, span_of(j->response.octets, DNS_HEADER_SIZE));
	writer_put(&w, span_of(asked->question, asked->question_len));
	for (unsigned section = 0; section < 3; section++) {
		for (unsigned i = 0; i < count; i++) {
			if (slices[i].section != section)
				continue;
			writer_put(&w, slices[i].octets);
			counts[section]++;
		}
	}
	for (unsigned section = 0; section < 3; section++)
		writer_patch_u16(&w, 6 + 2 * section, counts[section]);
	assert_false(w.full);
	return writer_span(&w);
}

static void records_left_out_duplicated_or_moved_prove_nothing_false(void **state)
{
	(void)state;
	static struct msgbuild b;
	struct judge *j = judge_new();
	struct slice slices[64], changed[64];

	for (size_t i = 0; i < SECURE_RESPONSES; i++) {
		struct client_query asked = begin_base(j, &responses[i]);
		unsigned count = slices_of(j, slices, 32);
		for (unsigned n = 0; n < count; n++) {
			memcpy(changed, slices, sizeof(slices));
			changed[n] = changed[count - 1];
			check_truth(j, &asked, join(&b, j, &asked, changed, count - 1));
			memcpy(changed, slices, sizeof(slices));
			changed[count] = changed[n];
			for (unsigned section = 0; section < 3; section++) {
				changed[count].section = section;
				struct span octets = join(&b, j, &asked, changed, count + 1);
				/* A duplicate record counts twice. */
				judge_alone(j, &asked, octets);
				changed[n].section = section;
				check_truth(j, &asked, join(&b, j, &asked, changed, count));
				changed[n].section = slices[n].section;
			}
		}
	}
	judge_free(j);
}

/* ---- Genuine records in the wrong place ---- */

/* A small zone in full. */
static const char *const zone_by_nsec[] = {
	"example.test SOA | example.test",
	"www.example.test A 192.0.2.1 | example.test",
	"a.example.test CNAME www.example.test | example.test",
	"d.example.test DNAME www.example.test | example.test",
	"y.d.example.test CNAME y.www.example.test",
	"q.w.example.test A 192.0.2.3 | example.test labels=3",
	"www.w.example.test A 192.0.2.3 | example.test labels=3",
	"*.w.example.test A 192.0.2.3 | example.test",
	"sub.example.test SOA | sub.example.test",
	"sub.example.test NSEC sub.example.test NS SOA RRSIG NSEC DNSKEY | sub.example.test",
	"test NSEC example.test NS SOA RRSIG NSEC DNSKEY | test",
	"example.test NSEC test NS DS RRSIG NSEC | test",
	"example.test NSEC a.example.test NS SOA RRSIG NSEC DNSKEY | example.test",
	"a.example.test NSEC d.example.test CNAME RRSIG NSEC | example.test",
	"d.example.test NSEC sub.example.test DNAME RRSIG NSEC | example.test",
	"sub.example.test NSEC unsigned.example.test NS DS RRSIG NSEC | example.test",
	"unsigned.example.test NSEC *.w.example.test NS RRSIG NSEC | example.test",
	"*.w.example.test NSEC www.example.test A RRSIG NSEC | example.test",
	"www.example.test NSEC example.test A RRSIG NSEC | example.test",
};

/* The zone's sets other than its NSEC chain, and sets of its parent and its child. */
#define ZONE_SETS 12

/* The zone's names for NSEC3, with one empty non-terminal. */
static const struct hashed {
	const char *name, *types;
} zone_by_nsec3[] = {
	{ "example.test", "NS SOA RRSIG DNSKEY" },
	{ "a.example.test", "CNAME RRSIG" },
	{ "d.example.test", "DNAME RRSIG" },
	{ "sub.example.test", "NS DS RRSIG" },
	{ "unsigned.example.test", "NS" },
	{ "w.example.test", "" },
	{ "*.w.example.test", "A RRSIG" },
	{ "www.example.test", "A RRSIG" },
};

static int compare_hashes(const void *a, const void *b)
{
	static const struct nsec3_params p = { 0 };
	struct testhash x = testhash_of(((const struct hashed *)a)->name, &p);
	struct testhash y = testhash_of(((const struct hashed *)b)->name, &p);
	return memcmp(x.octets, y.octets, sizeof(x.octets));
}

/* Writes the NSEC3 chain after the other sets of the zone. */
static void chain_by_hash(const char *sets[], char texts[][200])
{
	struct hashed names[COUNT(zone_by_nsec3)];

	memcpy(sets, zone_by_nsec, ZONE_SETS * sizeof(sets[0]));
	memcpy(names, zone_by_nsec3, sizeof(names));
	qsort(names, COUNT(names), sizeof(names[0]), compare_hashes);
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(texts[i], sizeof(texts[i]), "=%s NSEC3 next=%s %s | example.test",
		        names[i].name, names[(i + 1) % COUNT(names)].name, names[i].types);
		sets[ZONE_SETS + i] = texts[i];
	}
}

/* The answers that may be Secure. */
static const struct {
	const char *question;
	unsigned rcode;
	const char *answer;
} truths[] = {
	{ "www.example.test A", 0, "www.example.test/A" },
	{ "www.example.test MX", 0, "" },
	{ "x.example.test A", 3, "" },
	{ "a.example.test A", 0, "a.example.test/CNAME www.example.test/A" },
	{ "q.w.example.test A", 0, "q.w.example.test/A" },
	{ "w.example.test A", 0, "" },
	{ "q.w.example.test MX", 0, "" },
	{ "*.w.example.test A", 0, "*.w.example.test/A" },
	{ "d.example.test A", 0, "" },
	{ "y.d.example.test A", 3, "d.example.test/DNAME y.d.example.test/CNAME" },
	{ "sub.example.test A", 0, "" },
	{ "www.sub.example.test A", 3, "" },
	{ "example.test A", 0, "" },
	{ "unsigned.example.test DS", 0, "" },
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns the answer section's records without signatures, in alphabetical order, each once. */
static const char *answer_of(const struct message *m)
{
	static char sorted[2048];
	char *list = strdup(judge_list(m)), *rest = list, *words[256];
	size_t count = 0, len = 0;

	for (char *word; (word = strtok_r(rest, " ", &rest)) && *word != '>' && *word != '+';) {
		if (!strstr(word, "/RRSIG") && !strstr(word, "/NSEC"))
			words[count++] = word;
	}
	qsort(words, count, sizeof(words[0]), compare_texts);
	sorted[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(words[i], words[i - 1]) != 0)
			len += (size_t)sprintf(sorted + len, "%s%s", len ? " " : "", words[i]);
	}
	free(list);
	return sorted;
}

static bool is_answer_to(const char *question, unsigned rcode, const char *answer)
{
	for (size_t i = 0; i < COUNT(truths); i++) {
		if (strcmp(truths[i].question, question) != 0)
			continue;
		return rcode == truths[i].rcode && strcmp(answer, truths[i].answer) == 0;
	}
	return false;
}

/* Answers a question with randomly chosen sets of the zone, and compares a Secure result with the
 * truth. Returns true if it was Secure. (The client does not set DO: one that does also gets the
 * sets that answer another question.) */
static bool mix(struct judge *j, const char *const *sets, size_t count, const char *question)
{
	static const unsigned rcodes[] = { 0, 0, 3, 3, 6 };
	char text[8192] = "";
	unsigned most = 1 + draw(6);
	unsigned rcode = rcodes[draw(COUNT(rcodes))];
	unsigned in_answer = draw(most + 1);

	for (unsigned n = 0; n < most; n++) {
		strcat(text, n >= in_answer ? "> " : "");
		strcat(text, sets[draw((uint32_t)count)]);
		strcat(text, "\n");
	}
	judge_text(j, question, rcode, text, ASK_LARGE);
	if (j->result.outcome.status != STATUS_SECURE)
		return false;
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	const char *answer = answer_of(sent);
	if (!is_answer_to(question, message_rcode(sent), answer))
		fail_msg("%s: rcode %u, \"%s\" was Secure by:\n%s", question, rcode, answer, text);
	return true;
}

static void mixed_genuine_records_prove_only_the_truth(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	unsigned secure = 0;

	const char *by_hash[ZONE_SETS + COUNT(zone_by_nsec3)];
	char texts[COUNT(zone_by_nsec3)][200];
	unsigned secure_by_hash = 0;

	chain_by_hash(by_hash, texts);
	seed = 7;
	for (unsigned trial = 0; trial < 10000; trial++) {
		const char *question = truths[draw(COUNT(truths))].question;
		secure += mix(j, zone_by_nsec, COUNT(zone_by_nsec), question);
		secure_by_hash += mix(j, by_hash, COUNT(by_hash), question);
	}
	print_message("# %u and %u of 10000 mixtures were Secure\n", secure, secure_by_hash);
	assert_in_range(secure, 100, 5000); /* else the test tests nothing */
	assert_in_range(secure_by_hash, 100, 5000);
	judge_free(j);
}

/* ---- The order of records ---- */

#define LINES 8

/* Writes a set as an attacker may have changed it: with a bad or expired signature, without its
 * signature, or with an NSEC3 of other parameters. */
static void change_set(char *line, size_t size, const char *set)
{
	static const char *const endings[] = { " spoilt", " expired", " | test",
		" | example.test" };
	const char *types = strstr(set, " NSEC3 ");
	const char *bar = strchr(set, '|');
	unsigned how = draw(8);

	if (types && draw(2)) {
		size_t before = (size_t)(types - set) + strlen(" NSEC3 ");
		snprintf(line, size, "%.*s%s %s", (int)before, set,
		        draw(4) ? "iterations=51" : "iterations=52", set + before);
	} else if (bar && how < 4) {
		snprintf(line, size, "%s%s", set, endings[how]);
	} else if (bar && how == 4) {
		snprintf(line, size, "%.*s", (int)(bar - set), set);
	} else {
		snprintf(line, size, "%s", set);
	}
}

static void shuffle(const char *lines[], unsigned count)
{
	for (unsigned i = count; i > 1; i--) {
		unsigned other = draw(i);
		const char *line = lines[i - 1];
		lines[i - 1] = lines[other];
		lines[other] = line;
	}
}

/* Judges the lines in this order, the first `in_answer` of them in the answer section, with an
 * empty store. */
static struct outcome judge_lines(struct judge *j, const char *question, unsigned rcode,
        const char *const answer[], unsigned in_answer, const char *const authority[],
        unsigned in_authority, char *text)
{
	size_t len = 0;

	for (unsigned i = 0; i < in_answer; i++)
		len += (size_t)sprintf(text + len, "%s\n", answer[i]);
	for (unsigned i = 0; i < in_authority; i++)
		len += (size_t)sprintf(text + len, "> %s\n", authority[i]);
	text[len] = '\0';
	store_flush(&j->store);
	crypto_forget(j->crypto);
	judge_text(j, question, rcode, text, ASK_DO | ASK_LARGE);
	return j->result.outcome;
}

/* Answers a question with randomly chosen sets, unchanged or changed, in several orders. Returns
 * true if the answer passed. */
static bool reorder(struct judge *j, const char *const *sets, size_t count, const char *question)
{
	static char lines[LINES][400], first_text[LINES * 420], text[LINES * 420];
	const char *answer[LINES], *authority[LINES];
	unsigned rcode = draw(2) ? 3 : 0, most = 1 + draw(LINES), in_answer = 0, in_authority = 0;

	for (unsigned n = 0; n < most; n++) {
		change_set(lines[n], sizeof(lines[n]), sets[draw((uint32_t)count)]);
		if (draw(2))
			answer[in_answer++] = lines[n];
		else
			authority[in_authority++] = lines[n];
	}
	struct outcome first = judge_lines(
	        j, question, rcode, answer, in_answer, authority, in_authority, first_text);
	for (unsigned trial = 0; trial < 4; trial++) {
		shuffle(answer, in_answer);
		shuffle(authority, in_authority);
		struct outcome o = judge_lines(
		        j, question, rcode, answer, in_answer, authority, in_authority, text);
		if (o.status != first.status)
			fail_msg("%s, rcode %u: %s (%s) by\n%sbut %s (%s) by\n%s", question, rcode,
			        status_text(first.status), reason_word(first.reason), first_text,
			        status_text(o.status), reason_word(o.reason), text);
	}
	return first.status <= STATUS_INSECURE;
}

static void the_order_of_the_records_does_not_matter(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *by_hash[ZONE_SETS + COUNT(zone_by_nsec3)];
	char texts[COUNT(zone_by_nsec3)][200];
	unsigned passed = 0;

	chain_by_hash(by_hash, texts);
	seed = 3;
	for (unsigned trial = 0; trial < 200; trial++) {
		const char *question = truths[draw(COUNT(truths))].question;
		passed += reorder(j, zone_by_nsec, COUNT(zone_by_nsec), question);
		passed += reorder(j, by_hash, COUNT(by_hash), question);
	}
	print_message("# %u of 400 were let through\n", passed);
	assert_in_range(passed, 20, 300);
	judge_free(j);
}

/* ---- What it costs ---- */

static double elapsed_ms(const struct timespec *since)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - since->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - since->tv_nsec) / 1e6;
}

/* Judges the response twice, the second time with all keys known, and prints the time. */
static void measure(struct judge *j, const char *what, const struct client_query *asked)
{
	struct timespec start;

	judge_octets(j, asked, msg_span(&j->response)); /* the keys are known from here on, */
	crypto_forget(j->crypto);                       /* but no signature */
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	judge_octets(j, asked, msg_span(&j->response));
	print_message("# %s, %zu octets: %.1f ms, work %u, %s, %s\n", what, j->response.len,
	        elapsed_ms(&start), j->result.work, status_text(j->result.outcome.status),
	        reason_word(j->result.outcome.reason));
	assert_in_range(j->result.work, 0, LIMIT_WORK);
}

/* A chain of signed CNAMEs, followed by signed records that are not needed. */
static void the_verifications_for_one_response_are_limited(void **state)
{
	(void)state;
	static const struct {
		const char *zone;
	} zones[] = { { "rsasha256.test" }, { "p256.test" }, { "p384.test" }, { "ed448.test" } };
	struct judge *j = judge_new();

	for (size_t z = 0; z < COUNT(zones); z++) {
		char question[100], text[200];
		snprintf(question, sizeof(question), "n0.%s A", zones[z].zone);
		struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
		judge_begin(j, question, 0);
		for (unsigned i = 0; i < LIMIT_CNAMES; i++) {
			snprintf(text, sizeof(text), "n%u.%s CNAME n%u.%s | %s", i, zones[z].zone,
			        i + 1, zones[z].zone, zones[z].zone);
			judge_write(j, text);
		}
		snprintf(text, sizeof(text), "n%u.%s A 192.0.2.1 | %s", LIMIT_CNAMES, zones[z].zone,
		        zones[z].zone);
		judge_write(j, text);
		for (unsigned i = 0; i < 40; i++) {
			snprintf(text, sizeof(text), "> x%u.%s A 192.0.2.1 | %s spoilt", i,
			        zones[z].zone, zones[z].zone);
			judge_write(j, text);
		}
		measure(j, zones[z].zone, &asked);
		assert_judged(j, zones[z].zone, STATUS_SECURE, REASON_NONE);
		assert_int_equal(judge_delivered(j, msg_span(&j->response))->rr_count,
		        2 * (LIMIT_CNAMES + 1));
	}
	judge_free(j);
}

#define P384_WORK 10

/* ANY at a rich apex: what holds is limited by its work alone. */
static void as_many_signatures_hold_as_the_work_allows(void **state)
{
	(void)state;
	static const struct {
		const char *zone;
		unsigned sets;
		enum status status;
	} rows[] = {
		{ "rsasha256.test", LIMIT_JUDGED, STATUS_SECURE },
		{ "p256.test", LIMIT_JUDGED, STATUS_SECURE },
		{ "example.test", LIMIT_JUDGED, STATUS_SECURE },
		{ "ed448.test", LIMIT_JUDGED, STATUS_SECURE },
		{ "p256.test", LIMIT_JUDGED + 1, STATUS_BOGUS },
		{ "p384.test", LIMIT_WORK / P384_WORK, STATUS_SECURE },
		{ "p384.test", LIMIT_WORK / P384_WORK + 1, STATUS_BOGUS },
		{ "p384.test", LIMIT_JUDGED, STATUS_BOGUS },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct testkey *k = judge_key(j, rows[i].zone);
		char what[100], question[100];
		snprintf(question, sizeof(question), "%s ANY", rows[i].zone);
		snprintf(what, sizeof(what), "%s, %u good sets", rows[i].zone, rows[i].sets);
		struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
		judge_begin(j, question, 0);
		for (unsigned n = 0; n < rows[i].sets; n++)
			msg_signed(&j->response, k, rows[i].zone, (uint16_t)(1000 + n), TTL,
			        RRSET(rd_a("192.0.2.1")), &valid);
		measure(j, what, &asked);
		assert_judged(j, what, rows[i].status,
		        rows[i].status == STATUS_SECURE ? REASON_NONE : REASON_BUDGET);
	}
	judge_free(j);
}

/* An attacker's zone answers ANY with records from a wildcard, each of which costs a hash, and with
 * a chain of CNAMEs through unsigned zones, which the response itself proves to be unsigned. Each
 * zone that is learned begins the judgement anew. */
static void the_hashes_for_one_response_are_limited(void **state)
{
	(void)state;
	enum { ITERATIONS = LIMIT_NSEC3_ITERATIONS, SETS = LIMIT_NSEC3_HASHES - 8 };
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("x.example.test ANY", ASK_DO | ASK_LARGE);
	struct writer out;
	unsigned with_signatures = 0;
	char text[200];
	static uint8_t response[UINT16_MAX];

	judge_begin(j, "x.example.test ANY", RCODE_NXDOMAIN);
	for (unsigned i = 0; i < SETS; i++) {
		snprintf(text, sizeof(text), "x.example.test TYPE%u #0102 | example.test labels=2",
		        900 + i);
		judge_write(j, text);
	}
	judge_write(j, "x.example.test CNAME a.u0.test | example.test labels=2");
	for (unsigned i = 0; i <= LIMIT_LESSONS; i++) {
		snprintf(text, sizeof(text), "a.u%u.test CNAME a.u%u.test", i, i + 1);
		judge_write(j, text);
	}
	snprintf(text, sizeof(text), "> ~x.example.test NSEC3 iterations=%u | example.test",
	        ITERATIONS);
	judge_write(j, text);
	snprintf(text, sizeof(text), "> =test NSEC3 NS SOA iterations=%u | test", ITERATIONS);
	judge_write(j, text);
	for (unsigned i = 0; i <= LIMIT_LESSONS; i++) {
		snprintf(text, sizeof(text), "> ~u%u.test NSEC3 optout iterations=%u | test", i,
		        ITERATIONS);
		judge_write(j, text);
	}
	const struct span whole = msg_span(&j->response);
	memcpy(response, whole.base, whole.len);
	for (unsigned round = 0; round < 2; round++) {
		store_flush(&j->store);
		judge_text(j, "www.example.test A", RCODE_NOERROR,
		        "www.example.test A 192.0.2.1 | example.test", ASK_DO); /* the keys */
		out = writer_over(j->out, sizeof(j->out));
		gate_judge(
		        &j->gate, &asked, span_of(response, whole.len), j->now, &out, &j->result);
		assert_int_equal(j->result.verdict, GATE_WANT);
		assert_int_equal(judge_fact(j, "u0.test")->cut, CUT_INSECURE);
		assert_null(judge_fact(j, "u4.test"));
		with_signatures = round == 0 ? j->result.work : with_signatures;
	}
	/* in the second round every signature is remembered: the hashes alone are left */
	print_message("# work of the hashes: %u of %u\n", j->result.work, with_signatures);
	assert_in_range(j->result.work, 2 * SETS * ITERATIONS / LIMIT_NSEC3_ROUNDS,
	        LIMIT_NSEC3_HASHES_ALL * (ITERATIONS + 1) / LIMIT_NSEC3_ROUNDS);
	judge_free(j);
}

/* Sets of the same name and signer, each with one signature that fails. */
static void signatures_that_fail_are_limited_in_number(void **state)
{
	(void)state;
	struct signing how = valid;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.p384.test A", ASK_DO | ASK_LARGE);

	how.is_spoilt = true;
	judge_begin(j, "www.p384.test A", 0);
	judge_write(j, "www.p384.test A 192.0.2.1 | p384.test");
	for (unsigned n = 0; n < LIMIT_JUDGED; n++)
		msg_signed(&j->response, judge_key(j, "p384.test"), "www.p384.test",
		        (uint16_t)(1000 + n), TTL, RRSET(rd_a("192.0.2.1")), &how);
	measure(j, "64 bad sets", &asked);
	assert_judged(j, "64 bad sets", STATUS_SECURE, REASON_NONE);
	assert_int_equal(j->result.work, (LIMIT_FAILURES + 1) * P384_WORK);
	judge_free(j);
}

static void bad_signatures_over_one_set_cost_little(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.p384.test A", ASK_DO | ASK_LARGE);
	struct rd a = rd_a("192.0.2.1");
	struct signing how = valid;

	how.is_spoilt = true;
	judge_begin(j, "www.p384.test A", 0);
	msg_rr(&j->response, "www.p384.test", TYPE_A, TTL, a);
	struct rd sig =
	        rd_rrsig(judge_key(j, "p384.test"), "www.p384.test", TYPE_A, TTL, &a, 1, &how);
	for (unsigned i = 0; i < 450; i++) {
		put_u16(sig.octets + sig.len - 2, (uint16_t)i);
		msg_rr(&j->response, "www.p384.test", TYPE_RRSIG, TTL, sig);
	}
	measure(j, "450 bad RRSIGs", &asked);
	assert_judged(j, "450 bad RRSIGs", STATUS_BOGUS, REASON_BUDGET);
	assert_in_range(j->result.work, 0, LIMIT_FAILURES_PER_SET * P384_WORK);
	judge_free(j);
}

/* Signers in many zones: no more of them are followed than the limit. */
static void bad_signatures_by_many_signers_cost_little(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *question = "a.b.c.d.e.f.g.h.example.test A";
	struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
	struct rd a = rd_a("192.0.2.1");
	const char *owner = "a.b.c.d.e.f.g.h.example.test", *signer = owner;

	judge_begin(j, question, 0);
	msg_rr(&j->response, owner, TYPE_A, TTL, a);
	while (signer) {
		struct signing how = valid;
		how.signer = signer;
		msg_rr(&j->response, owner, TYPE_RRSIG, TTL,
		        rd_rrsig(judge_key(j, "example.test"), owner, TYPE_A, TTL, &a, 1, &how));
		signer = strchr(signer, '.') ? strchr(signer, '.') + 1 : NULL;
	}
	judge_octets(j, &asked, msg_span(&j->response));
	assert_in_range(j->fetches, 0, LIMIT_FETCHES);
	assert_int_not_equal(j->result.outcome.status, STATUS_SECURE);
	judge_free(j);
}

/* An RRset of as many records as fit into a message, under the longest name. */
static void a_giant_rrset_is_hashed_only_as_often_as_checks_may_fail(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	static const char *const zones[] = { "p384.test", "ed448.test", "example.test" };

	for (size_t z = 0; z < COUNT(zones); z++) {
		char owner[256] = "", question[300];
		while (strlen(owner) + 62 + strlen(zones[z]) < 253)
			strcat(owner,
			        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.");
		strcat(owner, zones[z]);
		snprintf(question, sizeof(question), "%s TXT", owner);
		struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
		judge_begin(j, question, 0);
		for (unsigned i = 0; i < 3800; i++) {
			char text[8];
			snprintf(text, sizeof(text), "%03x", i);
			msg_rr(&j->response, owner, TYPE_TXT, TTL, rd_txt(text));
		}
		for (unsigned i = 0; i < 3; i++) {
			struct rd one = rd_txt(i == 0 ? "x" : i == 1 ? "y" : "z");
			struct rd sig = rd_rrsig(
			        judge_key(j, zones[z]), owner, TYPE_TXT, TTL, &one, 1, &valid);
			msg_rr(&j->response, owner, TYPE_RRSIG, TTL, sig);
		}
		measure(j, zones[z], &asked);
		assert_judged(j, zones[z], STATUS_BOGUS, REASON_BUDGET);
	}
	judge_free(j);
}

static void an_rrset_of_a_thousand_records_is_still_secure(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO | ASK_LARGE);
	enum { MANY = 1000 };
	struct rd *rds = calloc(MANY, sizeof(*rds));

	for (unsigned i = 0; i < MANY; i++) {
		char address[32];
		snprintf(address, sizeof(address), "10.%u.%u.1", i * 7919 % 256, i / 256);
		rds[i] = rd_a(address);
	}
	judge_begin(j, "www.example.test A", 0);
	msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_A, TTL, rds,
	        MANY, &valid);
	measure(j, "1000 addresses", &asked);
	assert_judged(j, "1000 addresses", STATUS_SECURE, REASON_NONE);
	assert_int_equal(judge_delivered(j, msg_span(&j->response))->rr_count, MANY + 1);
	asked = judge_asked("www.example.test A", ASK_PLAIN);
	judge_octets(j, &asked, msg_span(&j->response));
	assert_true(judge_delivered(j, msg_span(&j->response))->flags & FLAG_TC);
	free(rds);
	judge_free(j);
}

static void thousands_of_single_record_sets_are_refused(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO | ASK_LARGE);

	for (unsigned sets = LIMIT_RRSETS - 1; sets <= 4000; sets += 4000 - LIMIT_RRSETS + 1) {
		judge_begin(j, "www.example.test A", 0);
		judge_write(j, "www.example.test A 192.0.2.1 | example.test");
		msg_section(&j->response, SECTION_ADDITIONAL);
		for (unsigned i = 0; i < sets; i++)
			msg_rr(&j->response, "www.example.test", (uint16_t)(1000 + i), TTL,
			        rd_raw(span_of("", 0)));
		measure(j, "many sets", &asked);
		if (sets < LIMIT_RRSETS)
			assert_judged(j, "255 sets", STATUS_SECURE, REASON_NONE);
		else
			assert_judged(j, "4000 sets", STATUS_BOGUS, REASON_TOO_MANY_RRSETS);
	}
	judge_free(j);
}

/* Each owner is a label and a pointer to the owner before, so names are read again and again. */
static void a_compression_bomb_costs_limited_time(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO | ASK_LARGE);

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.1 | example.test");
	struct msgbuild *b = &j->response;
	struct writer w = writer_over(b->octets, sizeof(b->octets));
	w.len = b->len;
	size_t last = DNS_HEADER_SIZE;
	unsigned count = 0;
	while (w.len < 16000) {
		size_t at = w.len;
		writer_u16(&w, 0x0161); /* the label "a" */
		writer_u16(&w, (uint16_t)(0xc000 | last));
		writer_u16(&w, TYPE_A);
		writer_u16(&w, CLASS_IN);
		writer_u32(&w, TTL);
		writer_u16(&w, 0);
		last = count % 110 == 109 ? DNS_HEADER_SIZE : at;
		count++;
	}
	/* then all owners point to the deepest name */
	while (w.len < 65000) {
		writer_u16(&w, (uint16_t)(0xc000 | last));
		writer_u16(&w, TYPE_A);
		writer_u16(&w, CLASS_IN);
		writer_u32(&w, TTL);
		writer_u16(&w, 0);
		count++;
	}
	b->len = w.len;
	put_u16(b->octets + 6, (uint16_t)(count + 2));
	measure(j, "a chain of pointers", &asked);
	judge_free(j);
}

static void nsec3_records_cannot_cause_more_hashes_than_the_limit(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *question = "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z."
	                       "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z."
	                       "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g."
	                       "example.test A";
	struct name none;

	/* No name exists there, so no other query is needed for it. */
	assert_true(name_from_text("g.example.test", &none));
	store_put_cut(&j->store, &none, &(struct cut_state){ .cut = CUT_NO_NAME }, NOW, TTL);
	judge_text(j, question, 3,
	        "> ~1.example.test NSEC3 iterations=50 salt=255 A | example.test\n"
	        "> ~2.example.test NSEC3 iterations=50 salt=255 A | example.test\n"
	        "> ~3.example.test NSEC3 iterations=50 salt=255 A | example.test",
	        ASK_DO | ASK_LARGE);
	struct client_query asked = judge_asked(question, ASK_DO | ASK_LARGE);
	measure(j, "85 labels, 50 iterations, salt of 255", &asked);
	assert_judged(j, "hashes", STATUS_BOGUS, REASON_BUDGET);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_cut_anywhere_is_dropped),
		cmocka_unit_test(a_response_with_any_bit_flipped_tells_the_truth_or_is_refused),
		cmocka_unit_test(a_response_with_octets_changed_at_random_tells_the_truth),
		cmocka_unit_test(another_rcode_is_never_delivered_as_secure),
		cmocka_unit_test(records_left_out_duplicated_or_moved_prove_nothing_false),
		cmocka_unit_test(the_order_of_the_records_does_not_matter),
		cmocka_unit_test(mixed_genuine_records_prove_only_the_truth),
		cmocka_unit_test(the_verifications_for_one_response_are_limited),
		cmocka_unit_test(as_many_signatures_hold_as_the_work_allows),
		cmocka_unit_test(the_hashes_for_one_response_are_limited),
		cmocka_unit_test(signatures_that_fail_are_limited_in_number),
		cmocka_unit_test(bad_signatures_over_one_set_cost_little),
		cmocka_unit_test(bad_signatures_by_many_signers_cost_little),
		cmocka_unit_test(a_giant_rrset_is_hashed_only_as_often_as_checks_may_fail),
		cmocka_unit_test(an_rrset_of_a_thousand_records_is_still_secure),
		cmocka_unit_test(thousands_of_single_record_sets_are_refused),
		cmocka_unit_test(a_compression_bomb_costs_limited_time),
		cmocka_unit_test(nsec3_records_cannot_cause_more_hashes_than_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
