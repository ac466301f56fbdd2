/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that are no proof of a zone cut, and denials without the zone's SOA: what the signer
 * asks the server before it answers. */
#include "legacy.h"

#include "dnssec/bitmap.h"
#include "dnssec/nsec.h"
#include "sign/sign_doubt.h"
#include "sign/sign_memory.h"

#define AA    FLAG_AA
#define NX    (FLAG_AA | RCODE_NXDOMAIN)
#define SUB   "lb.example.test"
#define PROBE SIGN_PROBE_LABEL "." SUB
#define SOA   "> example.test SOA"
#define TURNS 6

/* A question that the server gets, and its response. */
struct turn {
	const char *question;
	uint16_t flags;
	const char *records;
};

/* A question over TCP, what the server is asked for it, and the answer. */
struct story {
	const char *why, *question;
	struct turn turns[TURNS];
	enum sign_outcome outcome;
	enum status status; /* of the answer, as a validator judges it */
};

static bool server_was_asked(const struct legacy *l, const char *question)
{
	static struct rr rrs[8];
	char text[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], seen[NAME_TEXT_SIZE + TYPE_TEXT_SIZE];
	struct message sent;

	assert_true(message_parse(&sent, span_of(l->sent, l->sent_len), rrs, COUNT(rrs)));
	snprintf(seen, sizeof(seen), "%s %s", name_text(&sent.qname, text),
	        type_text(sent.qtype, type));
	char *dot = strstr(seen, ". ");
	memmove(dot, dot + 1, strlen(dot)); /* the notation of the tests has no last dot */
	if (strcmp(seen, question) != 0)
		print_error("asked %s, not %s\n", seen, question);
	return strcmp(seen, question) == 0;
}

static void tell(struct legacy *l, const struct story *story)
{
	legacy_ask(l, story->question, ASK_DO | ASK_STREAM);
	for (const struct turn *turn = story->turns; turn < story->turns + TURNS && turn->question;
	        turn++) {
		assert_row(story->why, server_was_asked(l, turn->question));
		legacy_respond(l, turn->flags, turn->records);
		bool is_last = turn + 1 == story->turns + TURNS || !turn[1].question;
		assert_row(story->why, (l->result.verdict == SIGN_VERDICT_ASK) != is_last);
	}
	if (l->result.outcome != story->outcome)
		fail_msg("%s: %s", story->why, sign_outcome_word(l->result.outcome));
	if (!l->result.is_servfail && story->outcome != SIGN_OUTCOME_BELOW_CUT)
		assert_row(story->why, legacy_judged(l).status == story->status);
}

/* True if the NSEC of the answer has the type NS: an insecure delegation. */
static bool nsec_has_ns(const struct legacy *l)
{
	const struct message *m = legacy_delivered(l);
	struct nsec nsec;

	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == TYPE_NSEC)
			return nsec_read(m, &m->rrs[i], &nsec) && bitmap_has(nsec.bitmap, TYPE_NS);
	}
	fail();
	return false;
}

static void learn_soa(struct legacy *l)
{
	legacy_ask(l, "example.test SOA", ASK_DO);
	legacy_respond(l, AA, "example.test SOA");
}

static const char lb_ns[] = SUB " NS ns.other.test", probe_ns[] = PROBE " NS ns.other.test";

static void a_zone_cut_needs_more_than_a_slip(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "the owner of the SOA is wrong", SUB " AAAA",
		        { { SUB " AAAA", AA, "> " SUB " SOA" }, { SUB " NS", AA, "> " SUB " SOA" },
		                { SUB " AAAA", AA, "> " SUB " SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "the same for a name that is missing", "x." SUB " A",
		        { { "x." SUB " A", NX, "> " SUB " SOA" }, { SUB " NS", AA, SOA },
		                { "x." SUB " A", NX, "> " SUB " SOA" } },
		        SIGN_OUTCOME_NXDOMAIN, STATUS_SECURE },
		{ "the server refuses NS", SUB " AAAA",
		        { { SUB " AAAA", AA, "> " SUB " SOA" }, { SUB " NS", RCODE_REFUSED, "" },
		                { SUB " AAAA", AA, "> " SUB " SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "a child zone on the same server", "www." SUB " AAAA",
		        { { "www." SUB " AAAA", AA, "> " SUB " SOA" }, { SUB " NS", AA, lb_ns },
		                { PROBE " NS", NX, "> " SUB " SOA" },
		                { "www." SUB " AAAA", AA, "> " SUB " SOA" } },
		        SIGN_OUTCOME_BELOW_CUT, STATUS_BOGUS },
		{ "the server of the parent refers to the child", "www." SUB " A",
		        { { "www." SUB " A", AA,
		                  "www." SUB " A 192.0.2.1\n> " SUB " NS ns.other.test" },
		                { SUB " NS", 0, "> " SUB " NS ns.other.test" },
		                { "www." SUB " A", AA, "www." SUB " A 192.0.2.1" } },
		        SIGN_OUTCOME_BELOW_CUT, STATUS_BOGUS },
		{ "NS beside an answer, and nowhere else", SUB " A",
		        { { SUB " A", AA, SUB " A 192.0.2.1\n> " SUB " NS ns.other.test" },
		                { SUB " NS", AA, SOA },
		                { SUB " A", AA, SUB " A 192.0.2.1\n> " SUB " NS ns.other.test" } },
		        SIGN_OUTCOME_ANSWER, STATUS_SECURE },
		{ "a server that has NS for every name", SUB " NS",
		        { { SUB " NS", AA, lb_ns }, { PROBE " NS", AA, probe_ns },
		                { SUB " NS", AA, lb_ns } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "the probe gets an error", SUB " NS",
		        { { SUB " NS", AA, lb_ns }, { PROBE " NS", RCODE_SERVFAIL, "" },
		                { SUB " NS", AA, lb_ns } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "NS of a wildcard's alias are not those of the probe's name", SUB " NS",
		        { { SUB " NS", AA, lb_ns },
		                { PROBE " NS", AA,
		                        PROBE " CNAME " SUB "\n" SUB " NS ns.other.test" },
		                { SUB " SOA", AA, SUB " SOA" }, { SUB " NS", AA, lb_ns } },
		        SIGN_OUTCOME_BELOW_CUT, STATUS_BOGUS },
		{ "the same at a server that has NS for every name", SUB " NS",
		        { { SUB " NS", AA, lb_ns },
		                { PROBE " NS", AA,
		                        PROBE " CNAME " SUB "\n" SUB " NS ns.other.test" },
		                { SUB " SOA", AA, SOA }, { SUB " NS", AA, lb_ns } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "a denial with both SOA and NS of the question's name is no referral",
		        SUB " AAAA",
		        { { SUB " AAAA", AA, "> " SUB " SOA\n> " SUB " NS ns.other.test" },
		                { SUB " NS", AA, SOA },
		                { SUB " AAAA", AA, "> " SUB " SOA\n> " SUB " NS ns.other.test" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "NS in place of an SOA, with AA", SUB " AAAA",
		        { { SUB " AAAA", AA, "> " SUB " NS ns.other.test" },
		                { SUB " NS", AA, "> " SUB " NS ns.other.test" },
		                { PROBE " NS", AA, "> " PROBE " NS ns.other.test" },
		                { SUB " AAAA", AA, "> " SUB " NS ns.other.test" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "a referral with AA, which it should not have", "www." SUB " A",
		        { { "www." SUB " A", AA, "> " SUB " NS ns.other.test" },
		                { SUB " NS", AA, "> " SUB " NS ns.other.test" },
		                { PROBE " NS", AA, "> " SUB " NS ns.other.test" },
		                { "www." SUB " A", AA, "> " SUB " NS ns.other.test" } },
		        SIGN_OUTCOME_REFERRAL, STATUS_INSECURE },
		{ "an SOA for every name", SUB " SOA",
		        { { SUB " SOA", AA, SUB " SOA" }, { SUB " NS", AA, SOA },
		                { SUB " SOA", AA, SUB " SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
	};

	for (size_t i = 0; i < COUNT(stories); i++) {
		struct legacy *l = legacy_new();
		learn_soa(l);
		tell(l, &stories[i]);
		legacy_free(l);
	}
}

/* A story, and whether the NSEC at its end has the type NS. */
struct story_of_ns {
	struct story story;
	bool has_ns;
};

static void tell_each_of_ns(const struct story_of_ns rows[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct legacy *l = legacy_new();
		learn_soa(l);
		tell(l, &rows[i].story);
		assert_row(rows[i].story.why, nsec_has_ns(l) == rows[i].has_ns);
		legacy_free(l);
	}
}

/* A false NS bit would let anybody forge the name and all below it. A missing one makes the child
 * Bogus. */
static void only_a_cut_gets_the_ns_bit(void **state)
{
	(void)state;
	static const struct story_of_ns rows[] = {
		{ { "a server that has NS for every name", SUB " DS",
		          { { SUB " NS", AA, lb_ns }, { PROBE " NS", AA, probe_ns },
		                  { SUB " NS", AA, lb_ns } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        false },
		{ { "a delegation", SUB " DS",
		          { { SUB " NS", AA, lb_ns }, { PROBE " NS", NX, "> " SUB " SOA" },
		                  { SUB " NS", AA, lb_ns } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        true },
		{ { "a referral", SUB " DS", { { SUB " NS", 0, "> " SUB " NS ns.other.test" } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        true },
	};

	tell_each_of_ns(rows, COUNT(rows));
}

/* Some servers have errors for NS and SOA inside a zone. Such an error in place of DS takes the
 * name down. */
static void an_error_for_ns_or_soa_is_no_error_for_what_the_client_asked(void **state)
{
	(void)state;
	static const struct turn refused = { SUB " NS", RCODE_REFUSED, "" };
	static const char address[] = SUB " A 192.0.2.1";
	static const struct story_of_ns rows[] = {
		{ { "a name that is there", SUB " DS", { refused, { SUB " A", AA, address } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        false },
		{ { "SERVFAIL", SUB " DS",
		          { { SUB " NS", RCODE_SERVFAIL, "" }, { SUB " A", AA, address } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        false },
		{ { "a name that is not", SUB " DS", { refused, { SUB " A", NX, SOA } },
		          SIGN_OUTCOME_NXDOMAIN, STATUS_SECURE },
		        false },
		{ { "neither NS nor SOA", SUB " DS",
		          { { SUB " NS", AA, "" }, { SUB " A", AA, address } }, SIGN_OUTCOME_NODATA,
		          STATUS_SECURE },
		        false },
		{ { "a delegation is one still", SUB " DS",
		          { refused, { SUB " A", 0, "> " SUB " NS ns.other.test" } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        true },
		{ { "NSEC", SUB " NSEC",
		          { { SUB " SOA", RCODE_NOTIMP, "" }, { SUB " A", AA, address } },
		          SIGN_OUTCOME_ANSWER, STATUS_SECURE },
		        false },
		{ { "NSEC3PARAM", SUB " NSEC3PARAM",
		          { { SUB " SOA", RCODE_REFUSED, "" }, { SUB " A", AA, address } },
		          SIGN_OUTCOME_NODATA, STATUS_SECURE },
		        false },
	};

	tell_each_of_ns(rows, COUNT(rows));
}

/* A denial then could deny what is there. */
static void a_server_that_says_nothing_has_nothing_denied(void **state)
{
	(void)state;
	static const struct {
		uint16_t flags[2];
		enum sign_outcome outcome;
	} rows[] = {
		{ { RCODE_SERVFAIL, RCODE_SERVFAIL }, SIGN_OUTCOME_ERROR },
		{ { RCODE_REFUSED, AA }, SIGN_OUTCOME_NO_SOA },
		{ { AA, RCODE_REFUSED }, SIGN_OUTCOME_ERROR },
		{ { AA, AA }, SIGN_OUTCOME_NO_SOA },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		learn_soa(l);
		legacy_ask(l, SUB " DS", ASK_DO | ASK_STREAM);
		assert_true(server_was_asked(l, SUB " NS"));
		legacy_respond(l, rows[i].flags[0], "");
		assert_true(server_was_asked(l, SUB " A"));
		legacy_respond(l, rows[i].flags[1], "");
		assert_int_equal(l->result.outcome, rows[i].outcome);
		assert_int_equal(legacy_delivered(l)->rr_count, 0);
		legacy_free(l);
	}
}

/* By UDP, too: after TC=1, or after silence, the next question goes to A at once. */
static void a_server_without_ns_is_not_asked_for_them_again(void **state)
{
	(void)state;

	for (unsigned is_silent = 0; is_silent < 2; is_silent++) {
		struct legacy *l = legacy_new();
		const struct sign_peers peers = legacy_peers(l);
		const struct sign_context context = legacy_context(l, &peers);
		learn_soa(l);
		legacy_ask(l, SUB " DS", ASK_DO);
		assert_true(server_was_asked(l, SUB " NS"));
		if (is_silent) {
			sign_unanswered(l->signer, &l->asked, &context);
		} else {
			legacy_respond(l, RCODE_REFUSED, "");
			assert_int_equal(l->result.outcome, SIGN_OUTCOME_LEARNING);
		}
		legacy_ask(l, SUB " DS", ASK_DO);
		assert_true(server_was_asked(l, SUB " A"));
		legacy_respond(l, AA, SUB " A 192.0.2.1");
		assert_int_equal(l->result.outcome, SIGN_OUTCOME_NODATA);
		assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
		l->now_s += 3601;
		legacy_ask(l, SUB " DS", ASK_DO);
		assert_true(server_was_asked(l, SUB " NS"));
		legacy_free(l);
	}
}

/* After a reload the cuts that were learned before do not count. */
static void learn_cuts_can_be_switched_off_later(void **state)
{
	(void)state;
	static const struct story cut = { "a cut", "www." SUB " A",
		{ { "www." SUB " A", 0, "> " SUB " NS ns.other.test" } }, SIGN_OUTCOME_REFERRAL,
		STATUS_INSECURE };
	static const char open[] = "x.lb2.example.test A";
	struct legacy *l = legacy_new();

	learn_soa(l);
	tell(l, &cut);
	legacy_ask(l, open, ASK_DO);
	legacy_respond(l, NX, "> lb2.example.test SOA");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_LEARNING);
	legacy_zone(l, "example.test")->ignores_cuts = true;
	legacy_ask(l, open, ASK_DO);
	assert_true(server_was_asked(l, open));
	legacy_ask(l, SUB " DS", ASK_DO | ASK_STREAM);
	legacy_respond(l, AA, SOA);
	assert_false(nsec_has_ns(l));
	legacy_free(l);
}

/* A server that drops such questions must not take the zone down: each question waits for the last
 * one's end. */
static void silence_ends_a_question_of_the_signers_own(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		uint16_t flags;
		const char *records, *sent;
	} rows[] = {
		{ "the SOA", "no.example.test A", NX, "", "example.test SOA" },
		{ "NS", SUB " AAAA", AA, "> " SUB " SOA", SUB " NS" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		const struct sign_peers peers = legacy_peers(l);
		const struct sign_context context = legacy_context(l, &peers);
		legacy_ask(l, rows[i].question, ASK_DO);
		legacy_respond(l, rows[i].flags, rows[i].records);
		assert_row(rows[i].why, l->result.outcome == SIGN_OUTCOME_LEARNING);
		legacy_ask(l, rows[i].question, ASK_DO);
		assert_row(rows[i].why, server_was_asked(l, rows[i].sent));
		sign_unanswered(l->signer, &l->asked, &context);
		legacy_ask(l, "www.example.test A", ASK_DO);
		assert_row(rows[i].why, server_was_asked(l, "www.example.test A"));
		legacy_ask(l, rows[i].question, ASK_DO);
		assert_row(rows[i].why, server_was_asked(l, rows[i].question));
		legacy_free(l);
	}
}

static void denials_without_the_zones_soa_get_the_learned_one(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "NXDOMAIN, and the SOA is not known yet", "no.example.test A",
		        { { "no.example.test A", NX, "" },
		                { "example.test SOA", AA, "example.test SOA" },
		                { "no.example.test A", NX, "" } },
		        SIGN_OUTCOME_NXDOMAIN, STATUS_SECURE },
		{ "the SOA of the parent", "www.example.test AAAA",
		        { { "www.example.test AAAA", AA, "> test SOA" },
		                { "example.test SOA", AA, "example.test SOA" },
		                { "www.example.test AAAA", AA, "> test SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "the SOA in the answer section", "www.example.test AAAA",
		        { { "www.example.test AAAA", AA, "example.test SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "the server does not give the SOA", "no.example.test A",
		        { { "no.example.test A", NX, "" },
		                { "example.test SOA", RCODE_REFUSED, "" },
		                { "no.example.test A", NX, "" } },
		        SIGN_OUTCOME_NO_SOA, STATUS_BOGUS },
		{ "an empty answer may be an outage", "www.example.test AAAA",
		        { { "www.example.test AAAA", AA, "" } }, SIGN_OUTCOME_NO_SOA,
		        STATUS_BOGUS },
	};

	for (size_t i = 0; i < COUNT(stories); i++) {
		struct legacy *l = legacy_new();
		tell(l, &stories[i]);
		legacy_free(l);
	}
}

/* The operator knows the server. Only an authoritative answer counts: a cache may be empty for
 * other reasons. */
static void an_empty_answer_is_a_denial_if_the_operator_says_so(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "authoritative", "www.example.test CAA", { { "www.example.test CAA", AA, "" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "not authoritative", "www.example.test CAA",
		        { { "www.example.test CAA", 0, "" } }, SIGN_OUTCOME_NO_SOA, STATUS_BOGUS },
		{ "an answer to another question", "www.example.test CAA",
		        { { "www.example.test CAA", AA, "ftp.example.test A 192.0.2.1" } },
		        SIGN_OUTCOME_NO_SOA, STATUS_BOGUS },
	};

	for (size_t i = 0; i < COUNT(stories); i++) {
		struct legacy *l = legacy_new();
		legacy_zone(l, "example.test")->empty_is_nodata = true;
		learn_soa(l);
		tell(l, &stories[i]);
		legacy_free(l);
	}
}

static void no_cut_is_learned_if_the_operator_says_so(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "an SOA", "www." SUB " AAAA", { { "www." SUB " AAAA", AA, "> " SUB " SOA" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
		{ "a referral is still one", "www." SUB " A",
		        { { "www." SUB " A", 0, "> " SUB " NS ns.other.test" } },
		        SIGN_OUTCOME_REFERRAL, STATUS_INSECURE },
		{ "but it teaches the signer nothing; it has taught the validator", "www." SUB " A",
		        { { "www." SUB " A", AA, "www." SUB " A 192.0.2.1" } }, SIGN_OUTCOME_ANSWER,
		        STATUS_INSECURE },
		{ "NS at a name", "www.example.test NS",
		        { { "www.example.test NS", AA, "www.example.test NS ns.other.test" } },
		        SIGN_OUTCOME_NODATA, STATUS_SECURE },
	};
	struct legacy *l = legacy_new();

	legacy_zone(l, "example.test")->ignores_cuts = true;
	learn_soa(l);
	for (size_t i = 0; i < COUNT(stories); i++)
		tell(l, &stories[i]);
	legacy_free(l);
}

/* Counts the cut that it is told, and no other. */
static void count_cut(void *count, const struct name *cut, int64_t until_s)
{
	char text[NAME_TEXT_SIZE];

	assert_string_equal(name_text(cut, text), SUB ".");
	assert_true(until_s > 0);
	++*(unsigned *)count;
}

static unsigned told_cuts(const struct legacy *l, int64_t now_s)
{
	unsigned count = 0;

	signer_each_cut(l->signer, now_s, count_cut, &count);
	return count;
}

/* A wrong cut must not last for a day, and an operator must see which there are. */
static void a_flush_forgets_what_servers_showed(void **state)
{
	(void)state;
	static const struct story cut = { "a cut", "www." SUB " A",
		{ { "www." SUB " A", 0, "> " SUB " NS ns.other.test" } }, SIGN_OUTCOME_REFERRAL,
		STATUS_INSECURE };
	static const struct turn answer = { "www." SUB " A", AA, "www." SUB " A 192.0.2.1" };
	struct legacy *l = legacy_new();

	learn_soa(l);
	assert_int_equal(told_cuts(l, l->now_s), 0);
	tell(l, &cut);
	assert_int_equal(told_cuts(l, l->now_s), 1);
	assert_int_equal(told_cuts(l, l->now_s + 86400), 0);
	legacy_ask(l, answer.question, ASK_DO);
	legacy_respond(l, answer.flags, answer.records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_BELOW_CUT);
	signer_forget(l->signer);
	assert_int_equal(told_cuts(l, l->now_s), 0);
	legacy_ask(l, answer.question, ASK_DO);
	legacy_respond(l, answer.flags, answer.records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
	legacy_free(l);
}

/* Over UDP each question of the signer's own takes the place of one of a client's. */
static void over_udp_clients_come_again(void **state)
{
	(void)state;
	static const struct {
		const char *question, *sent;
		uint16_t flags;
		const char *records;
		enum sign_outcome outcome;
	} rows[] = {
		{ "x." SUB " A", "x." SUB " A", NX, "> " SUB " SOA", SIGN_OUTCOME_LEARNING },
		{ "www.example.test A", "www.example.test A", AA, "www.example.test A 192.0.2.1",
		        SIGN_OUTCOME_ANSWER },
		{ "y." SUB " A", SUB " NS", AA, lb_ns, SIGN_OUTCOME_LEARNING },
		{ "z." SUB " A", PROBE " NS", AA, probe_ns, SIGN_OUTCOME_LEARNING },
		{ "x." SUB " A", "x." SUB " A", NX, "> " SUB " SOA", SIGN_OUTCOME_NXDOMAIN },
	};
	struct legacy *l = legacy_new();

	learn_soa(l);
	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, ASK_DO);
		assert_row(rows[i].question, server_was_asked(l, rows[i].sent));
		legacy_respond(l, rows[i].flags, rows[i].records);
		assert_row(rows[i].question, l->result.outcome == rows[i].outcome);
		assert_row(rows[i].question, !(legacy_delivered(l)->flags & FLAG_TC) ==
		                                     (rows[i].outcome != SIGN_OUTCOME_LEARNING));
	}
	legacy_free(l);
}

/* The label of the probe must find room. */
static void a_name_too_long_for_a_probe_is_no_cut(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	char label[64], question[300], records[320];

	memset(label, 'a', 63);
	label[63] = '\0';
	snprintf(question, sizeof(question), "%s.%s.%s.%.40s.example.test NS", label, label, label,
	        label);
	snprintf(records, sizeof(records), "%s ns.other.test", question);
	learn_soa(l);
	legacy_ask(l, question, ASK_DO | ASK_STREAM);
	legacy_respond(l, AA, records);
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_NODATA);
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	legacy_free(l);
}

/* An attacker may use up the server's rate limit, so that it does not answer for the NS. If that
 * hid a child zone on the same server, the child would be signed as a part of this zone, and be
 * Bogus as soon as the cut is seen again. */
static void one_lost_response_hides_no_cut(void **state)
{
	(void)state;
	static const struct story child = { "a child on the same server", SUB " DS",
		{ { SUB " A", AA, "> " SUB " SOA" }, { SUB " NS", AA, lb_ns },
		        { PROBE " NS", NX, "> " SUB " SOA" }, { SUB " A", AA, "> " SUB " SOA" } },
		SIGN_OUTCOME_NODATA, STATUS_SECURE };

	for (unsigned is_silent = 0; is_silent < 2; is_silent++) {
		struct legacy *l = legacy_new();
		const struct sign_peers peers = legacy_peers(l);
		const struct sign_context context = legacy_context(l, &peers);
		learn_soa(l);
		legacy_ask(l, SUB " DS", ASK_DO);
		if (is_silent)
			sign_unanswered(l->signer, &l->asked, &context);
		else
			legacy_respond(l, RCODE_SERVFAIL, "");
		tell(l, &child);
		assert_true(nsec_has_ns(l));
		legacy_ask(l, SUB " NS", ASK_DO);
		legacy_respond(l, AA, lb_ns);
		assert_int_equal(l->result.outcome, SIGN_OUTCOME_BELOW_CUT);
		legacy_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_cut_needs_more_than_a_slip),
		cmocka_unit_test(only_a_cut_gets_the_ns_bit),
		cmocka_unit_test(an_error_for_ns_or_soa_is_no_error_for_what_the_client_asked),
		cmocka_unit_test(a_server_that_says_nothing_has_nothing_denied),
		cmocka_unit_test(a_server_without_ns_is_not_asked_for_them_again),
		cmocka_unit_test(one_lost_response_hides_no_cut),
		cmocka_unit_test(learn_cuts_can_be_switched_off_later),
		cmocka_unit_test(silence_ends_a_question_of_the_signers_own),
		cmocka_unit_test(denials_without_the_zones_soa_get_the_learned_one),
		cmocka_unit_test(an_empty_answer_is_a_denial_if_the_operator_says_so),
		cmocka_unit_test(no_cut_is_learned_if_the_operator_says_so),
		cmocka_unit_test(a_flush_forgets_what_servers_showed),
		cmocka_unit_test(over_udp_clients_come_again),
		cmocka_unit_test(a_name_too_long_for_a_probe_is_no_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
