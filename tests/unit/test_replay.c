/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An attacker keeps signed records from before a delegation and answers a fetch with them. They do
 * not hide the zone that was delegated since, neither live nor in a capture. */
#include "judge.h"

#include "inspect/audit.h"

static const char *const chain[] = { ". DNSKEY", "test DS", "test DNSKEY", "example.test DS",
	"example.test DNSKEY" };

#define OLD_ADDRESS "+ www.sub.example.test A 192.0.2.66 | example.test"
#define OLD_BESIDE  "+ www.unsigned.example.test A 192.0.2.66 | example.test"
#define HONEST      "www.sub.example.test A 192.0.2.1 | sub.example.test"

static enum cut cut_of(struct judge *j, const char *text)
{
	const struct fact *fact = judge_fact(j, text);
	return fact ? fact->cut : CUT_UNKNOWN;
}

/* Returns a judge that knows the chain down to the zone above the wanted DS. */
static struct judge *judge_who_wants(const char *question)
{
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(chain) && strcmp(chain[i], question) != 0; i++) {
		struct want want = judge_want(chain[i]);
		judge_feed(j, &want);
	}
	return j;
}

static void the_next_answer_finds_a_zone_hidden_by_a_replay(void **state)
{
	(void)state;
	static const struct {
		const char *why, *wanted;
		unsigned old_rcode;
		const char *old, *question;
		unsigned rcode;
		const char *records;
		enum status status;
	} rows[] = {
		{ "a record below it", "sub.example.test DS", 0, OLD_ADDRESS,
		        "www.sub.example.test A", 0, HONEST, STATUS_SECURE },
		{ "a record at the name", "sub.example.test DS", 0,
		        "sub.example.test A 192.0.2.66 | example.test", "sub.example.test A", 0,
		        "sub.example.test A 192.0.2.1 | sub.example.test", STATUS_SECURE },
		{ "an alias at the name", "sub.example.test DS", 0,
		        "sub.example.test CNAME www.example.test | example.test",
		        "www.sub.example.test A", 0, HONEST, STATUS_SECURE },
		{ "a DNAME above", "sub.example.test DS", 0,
		        "example.test DNAME other.test | example.test", "www.sub.example.test A", 0,
		        HONEST, STATUS_SECURE },
		{ "a denial of its DS", "sub.example.test DS", 0,
		        "> sub.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        "www.sub.example.test A", 0, HONEST, STATUS_SECURE },
		{ "a denial of its name", "sub.example.test DS", 3,
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        "www.sub.example.test A", 0, HONEST, STATUS_SECURE },
		{ "a record below the zone above", "example.test DS", 0,
		        "+ www.example.test A 192.0.2.66 | test", "www.sub.example.test A", 0,
		        HONEST, STATUS_SECURE },
		{ "a denial that spans both", "example.test DS", 0,
		        "> example.test NSEC a.sub.example.test A RRSIG NSEC | test",
		        "www.sub.example.test A", 0, HONEST, STATUS_SECURE },
		{ "a record at the name, and a type is denied", "sub.example.test DS", 0,
		        OLD_ADDRESS, "www.sub.example.test MX", 0,
		        "> sub.example.test SOA | sub.example.test\n> www.sub.example.test NSEC "
		        "sub.example.test A RRSIG NSEC | sub.example.test",
		        STATUS_SECURE },
		{ "an unsigned zone", "unsigned.example.test DS", 0, OLD_BESIDE,
		        "www.unsigned.example.test A", 0, "www.unsigned.example.test A 192.0.2.1",
		        STATUS_INSECURE },
		{ "an unsigned zone, and a name is denied", "unsigned.example.test DS", 0,
		        OLD_BESIDE, "x.unsigned.example.test A", 3, "> unsigned.example.test SOA",
		        STATUS_INSECURE },
		{ "an unsigned zone, and the response does not mention it",
		        "unsigned.example.test DS", 0, OLD_BESIDE, "x.unsigned.example.test A", 0,
		        "", STATUS_INSECURE },
		{ "an unsigned zone, and its DS is asked for", "unsigned.example.test DS", 0,
		        OLD_BESIDE, "www.unsigned.example.test DS", 0, "", STATUS_INSECURE },
		{ "an unsigned zone that a denial above spans", "example.test DS", 0,
		        "> example.test NSEC a.unsigned.example.test A RRSIG NSEC | test",
		        "www.unsigned.example.test A", 0, "www.unsigned.example.test A 192.0.2.1",
		        STATUS_INSECURE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_who_wants(rows[i].wanted);
		char name[256];
		sscanf(rows[i].wanted, "%255s", name);
		assert_row(rows[i].why, judge_learn(j, rows[i].wanted, rows[i].old_rcode,
		                                rows[i].old, true) == LEARNED);
		assert_row(
		        rows[i].why, cut_of(j, name) == CUT_NONE || cut_of(j, name) == CUT_NO_NAME);
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, ASK_DO);
		assert_row(rows[i].why, j->result.outcome.status == rows[i].status);
		judge_free(j);
	}
}

static enum gate_verdict judge_once(struct judge *j, const struct client_query *asked)
{
	struct writer out = writer_over(j->out, sizeof(j->out));

	gate_judge(&j->gate, asked, msg_span(&j->fetched), j->now, &out, &j->result);
	return j->result.verdict;
}

/* The attacker and the clients go on: the DS is asked for at intervals, not each time, and each
 * response that arrives meanwhile waits for the same fetch. */
static void a_doubted_name_is_asked_for_at_intervals(void **state)
{
	(void)state;
	struct want want = judge_want("sub.example.test DS");
	struct judge *j = judge_who_wants("sub.example.test DS");
	struct client_query asked = judge_asked("sub.example.test A", ASK_DO);

	judge_begin(j, "sub.example.test A", 0);
	judge_write(j, "sub.example.test A 192.0.2.1 | sub.example.test");
	j->fetched = j->response;
	assert_int_equal(judge_learn(j, "sub.example.test DS", 0, OLD_ADDRESS, true), LEARNED);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned n = 0; n < 3; n++) {
			assert_int_equal(judge_once(j, &asked), GATE_WANT);
			assert_true(want_equal(&j->result.want, &want));
		}
		/* while other servers can be asked, an old record is not enough */
		assert_int_equal(
		        judge_learn(j, "sub.example.test DS", 0, OLD_ADDRESS, false), LEARN_OTHER);
		assert_int_equal(judge_once(j, &asked), GATE_WANT);
		if (round == 1)
			gate_learn_failure(&j->gate, &want, REASON_FETCH_FAILED, j->now);
		else
			assert_int_equal(
			        judge_learn(j, "sub.example.test DS", 0, OLD_ADDRESS, true),
			        LEARNED);
		for (int64_t s = 0; s < LIMIT_DOUBT_S; s++, j->now++) {
			assert_int_equal(judge_once(j, &asked), GATE_SERVFAIL);
			assert_int_equal(cut_of(j, "sub.example.test"), CUT_NONE);
		}
	}
	j->now -= 2 * LIMIT_DOUBT_S + 1; /* a clock that goes back silences nobody */
	assert_int_equal(judge_once(j, &asked), GATE_WANT);
	judge_free(j);
}

/* A forged answer without a signature makes a name be asked for again only if the name is known
 * from a hint alone. */
static void a_forged_answer_does_not_put_a_proof_in_doubt(void **state)
{
	(void)state;
	struct judge *j = judge_who_wants("");
	struct want want = judge_want("www.example.test DS");

	judge_feed(j, &want); /* it is denied */
	judge_text(j, "www.example.test A", 0, "www.example.test A 192.0.2.66", ASK_DO);
	assert_judged(j, "forged", STATUS_BOGUS, REASON_RRSIG_MISSING);
	assert_int_equal(j->fetches, 0);
	assert_int_equal(judge_learn(j, "x.example.test DS", 0,
	                         "x.example.test A 192.0.2.1 | example.test", false),
	        LEARNED);
	judge_text(j, "x.example.test A", 0, "x.example.test A 192.0.2.66", ASK_DO);
	assert_judged(j, "forged", STATUS_BOGUS, REASON_RRSIG_MISSING);
	assert_int_equal(j->fetches, 1);
	judge_text(j, "x.example.test A", 0, "x.example.test A 192.0.2.66", ASK_DO);
	assert_int_equal(j->fetches, 0);
	judge_free(j);
}

static void a_replay_replaces_no_delegation(void **state)
{
	(void)state;
	static const struct {
		const char *why, *wanted, *records;
	} rows[] = {
		{ "a record below it", "sub.example.test DS", OLD_ADDRESS },
		{ "an alias", "sub.example.test DS",
		        "sub.example.test CNAME www.example.test | example.test" },
		{ "a denial above that spans it", "example.test DS",
		        "> example.test NSEC a.sub.example.test A RRSIG NSEC | test" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_who_wants("");
		struct want want = judge_want("sub.example.test DS");
		judge_feed(j, &want);
		assert_row(rows[i].why, cut_of(j, "sub.example.test") == CUT_SECURE);
		judge_learn(j, rows[i].wanted, 0, rows[i].records, true);
		assert_row(rows[i].why, cut_of(j, "sub.example.test") == CUT_SECURE);
		judge_free(j);
	}
}

static void a_denial_outweighs_the_rest_of_the_message(void **state)
{
	(void)state;
	struct judge *j = judge_who_wants("");

	assert_int_equal(judge_learn(j, "unsigned.example.test DS", 0,
	                         "> unsigned.example.test NSEC x.example.test NS RRSIG NSEC | "
	                         "example.test\n" OLD_BESIDE,
	                         false),
	        LEARNED);
	assert_int_equal(cut_of(j, "unsigned.example.test"), CUT_INSECURE);
	judge_free(j);
}

static void a_hint_is_forgotten_in_seconds(void **state)
{
	(void)state;
	struct judge *j = judge_who_wants("");

	judge_learn(j, "sub.example.test DS", 0, OLD_ADDRESS, false);
	assert_int_equal(judge_fact(j, "sub.example.test")->cut_expires_s, NOW + LIMIT_HINT_S);
	judge_learn(j, "x.example.test DS", 0,
	        "> x.example.test NSEC y.example.test A RRSIG NSEC | example.test", false);
	assert_int_equal(judge_fact(j, "x.example.test")->cut_expires_s, NOW + TTL);
	judge_free(j);
}

/* Any client that asks without RD may get a referral, and the gate learns what it proves. */
static void a_referral_teaches_only_an_unknown_delegation(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_known;
		const char *records;
		enum status status;
		enum cut cut;
	} rows[] = {
		{ "a DS", false, "> sub.example.test DS sub.example.test | example.test",
		        STATUS_INSECURE, CUT_SECURE },
		{ "a name that was not a zone cut", false,
		        "> sub.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, CUT_UNKNOWN },
		{ "a name that did not exist", false,
		        "> example.test NSEC x.example.test SOA NS RRSIG NSEC | example.test",
		        STATUS_BOGUS, CUT_UNKNOWN },
		{ "a record of the zone above", false, OLD_ADDRESS, STATUS_BOGUS, CUT_UNKNOWN },
		{ "a delegation from before it was signed", true,
		        "> sub.example.test NSEC x.example.test NS RRSIG NSEC | example.test",
		        STATUS_INSECURE, CUT_SECURE },
		{ "a DS from before a rollover", true,
		        "> sub.example.test DS other.test | example.test", STATUS_INSECURE,
		        CUT_SECURE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_who_wants("");
		struct want ds = judge_want("sub.example.test DS");
		struct want keys = judge_want("sub.example.test DNSKEY");
		char records[512] = "> sub.example.test NS ns.sub.example.test\n";
		if (rows[i].is_known) {
			judge_feed(j, &ds);
			judge_feed(j, &keys);
		}
		strcat(records, rows[i].records);
		judge_text(j, "www.sub.example.test A", 0, records, ASK_DO | ASK_NO_RD);
		assert_row(rows[i].why, j->result.outcome.status == rows[i].status);
		assert_row(rows[i].why, cut_of(j, "sub.example.test") == rows[i].cut);
		assert_row(rows[i].why,
		        !rows[i].is_known || judge_fact(j, "sub.example.test")->keys != NULL);
		judge_free(j);
	}
}

/* A referral finds the hidden zone, too. */
static void a_referral_below_a_hidden_zone_finds_it(void **state)
{
	(void)state;
	struct judge *j = judge_who_wants("example.test DS");

	assert_int_equal(judge_learn(j, "example.test DS", 0,
	                         "+ www.example.test A 192.0.2.66 | test", true),
	        LEARNED);
	judge_text(j, "www.sub.example.test A", 0,
	        "> sub.example.test NS ns.sub.example.test\n"
	        "> sub.example.test DS sub.example.test | example.test",
	        ASK_DO | ASK_NO_RD);
	assert_judged(j, "a referral", STATUS_INSECURE, REASON_NOT_ANSWER);
	assert_int_equal(cut_of(j, "example.test"), CUT_SECURE);
	judge_free(j);
}

/* ---- In a capture ---- */

static struct captured_message message_of(struct span message)
{
	static const uint8_t server[4] = { 192, 0, 2, 53 }, client[4] = { 192, 0, 2, 1 };

	return (struct captured_message){ .at = { .packet = 1, .time_s = NOW },
		.version = 4,
		.source = span_of(server, 4),
		.destination = span_of(client, 4),
		.source_port = 53,
		.destination_port = 4000,
		.message = message };
}

static void collect(struct audit *a, struct span message)
{
	struct captured_message s = message_of(message);
	assert_int_equal(audit_collect(a, &s), 0);
}

static void collect_link(struct audit *a, struct judge *j, const char *question)
{
	struct want want = judge_want(question);

	assert_true(judge_answer_want(j, &want));
	collect(a, msg_span(&j->fetched));
}

static void collect_links(struct audit *a, struct judge *j)
{
	collect_link(a, j, "unsigned.example.test DS");
	collect_link(a, j, "sub.example.test DS");
	collect_link(a, j, "sub.example.test DNSKEY");
}

static void collect_replay(struct audit *a, struct judge *j)
{
	judge_begin(j, "www.example.test A", 0);
	judge_write(j, OLD_ADDRESS "\n" OLD_BESIDE);
	collect(a, msg_span(&j->response));
}

static enum status audit(
        struct audit *a, struct judge *j, const char *question, const char *records)
{
	struct audited_response response;

	judge_begin(j, question, 0);
	judge_write(j, records);
	struct captured_message s = message_of(msg_span(&j->response));
	assert_true(audit_message(a, &s, &response));
	return response.result.outcome.status;
}

static void audit_answers(struct audit *a, struct judge *j)
{
	char question[64], records[128];

	for (unsigned i = 0; i < 20; i++) {
		snprintf(question, sizeof(question), "h%u.sub.example.test A", i);
		snprintf(records, sizeof(records),
		        "h%u.sub.example.test A 192.0.2.1 | sub.example.test", i);
		assert_row(question, audit(a, j, question, records) == STATUS_SECURE);
		snprintf(question, sizeof(question), "h%u.unsigned.example.test A", i);
		snprintf(records, sizeof(records), "h%u.unsigned.example.test A 192.0.2.1", i);
		assert_row(question, audit(a, j, question, records) == STATUS_INSECURE);
	}
}

static void one_replayed_record_in_a_capture_spoils_no_answer(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const struct audit_options options = { .anchors = j->anchors,
		.policy = &j->policy,
		.time_s = AUDIT_TIME_OF_PACKET,
		.material_max = 1000 };

	for (unsigned is_behind = 0; is_behind < 2; is_behind++) {
		struct audit *a = audit_new(&options);
		assert_non_null(a);
		for (size_t i = 0; i < COUNT(chain); i++)
			collect_link(a, j, chain[i]);
		if (!is_behind)
			collect_replay(a, j);
		collect_links(a, j);
		if (is_behind)
			collect_replay(a, j);
		audit_answers(a, j);
		audit_free(a);
	}
	judge_free(j);
}

/* A DS from before the zone changed its keys is signed as well as the present DS. */
static void an_old_ds_is_asked_for_again_if_no_key_matches_it(void **state)
{
	(void)state;
	struct judge *j = judge_who_wants("sub.example.test DS");
	struct want ds = judge_want("sub.example.test DS");
	struct want keys = judge_want("sub.example.test DNSKEY");
	struct client_query asked = judge_asked("www.sub.example.test A", ASK_DO);

	judge_learn(j, "sub.example.test DS", 0, "sub.example.test DS test | example.test", false);
	assert_int_equal(judge_fact(j, "sub.example.test")->cut, CUT_SECURE);
	assert_true(judge_answer_want(j, &keys));
	assert_int_equal(gate_learn(&j->gate, &keys, msg_span(&j->fetched), j->now, true), LEARNED);
	assert_null(judge_fact(j, "sub.example.test")->keys);

	judge_begin(j, "www.sub.example.test A", 0);
	judge_write(j, HONEST);
	assert_int_equal(judge_once(j, &asked), GATE_WANT);
	assert_true(want_equal(&j->result.want, &ds));
	judge_begin(j, "www.sub.example.test A", 0);
	judge_write(j, HONEST);
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "the DS of now", STATUS_SECURE, REASON_NONE);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_ds_is_asked_for_again_if_no_key_matches_it),
		cmocka_unit_test(the_next_answer_finds_a_zone_hidden_by_a_replay),
		cmocka_unit_test(a_doubted_name_is_asked_for_at_intervals),
		cmocka_unit_test(a_forged_answer_does_not_put_a_proof_in_doubt),
		cmocka_unit_test(a_replay_replaces_no_delegation),
		cmocka_unit_test(a_denial_outweighs_the_rest_of_the_message),
		cmocka_unit_test(a_hint_is_forgotten_in_seconds),
		cmocka_unit_test(a_referral_teaches_only_an_unknown_delegation),
		cmocka_unit_test(a_referral_below_a_hidden_zone_finds_it),
		cmocka_unit_test(one_replayed_record_in_a_capture_spoils_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
