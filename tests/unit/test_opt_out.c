/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Empty names above delegations in an NSEC3 opt-out span. They have no NSEC3 (RFC 5155, 7.1), and
 * NSD answers for their DS without the span that covers them. */
#include "judge.h"

#define APEX     "> =example.test NSEC3 optout NS SOA RRSIG | example.test\n"
#define SPAN     "> ~prov.example.test NSEC3 optout NS | example.test\n"
#define REFERRAL "> school.prov.example.test NS ns.school.prov.example.test\n"
#define FORGERY  "www.school.prov.example.test A 192.0.2.66"

/* What servers answer for the DS of the two names. */
struct ds_answers {
	const char *middle, *below;
};

/* The world does not know these names; it would deny them by NSEC. */
static bool is_further_below(const struct want *want)
{
	struct want middle = judge_want("prov.example.test DS");

	return want->type == TYPE_DS && name_within(&want->name, &middle.name);
}

/* Judges `records`, a response about www.school.prov.example.test, and counts in `middle` and
 * `below` how often each DS was fetched. Every fetch gets one answer. */
static void judge_with(struct judge *j, const char *question, const char *records, unsigned how,
        const struct ds_answers *answers, unsigned fetched[2])
{
	static const char *const asked_for[] = { "prov.example.test DS",
		"school.prov.example.test DS" };
	struct client_query asked = judge_asked(question, how);
	static uint8_t response[65535];

	judge_begin(j, question, 0);
	judge_write(j, records);
	struct span octets = msg_span(&j->response);
	memcpy(response, octets.base, octets.len);
	octets.base = response;
	fetched[0] = fetched[1] = 0;
	for (unsigned fetches = 0; fetches < LIMIT_FETCHES; fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, &asked, octets, j->now, &out, &j->result);
		if (j->result.verdict != GATE_WANT)
			return;
		struct want middle = judge_want(asked_for[0]), below = judge_want(asked_for[1]);
		bool is_middle = want_equal(&j->result.want, &middle);
		if (is_middle || want_equal(&j->result.want, &below)) {
			fetched[!is_middle]++;
			judge_learn(j, asked_for[!is_middle], 0,
			        is_middle ? answers->middle : answers->below, true);
		} else if (is_further_below(&j->result.want)) {
			char text[NAME_TEXT_SIZE + 3];
			name_text(&j->result.want.name, text);
			judge_learn(j, strcat(text, " DS"), 0, APEX, true);
		} else {
			struct want want = j->result.want;
			judge_feed(j, &want);
		}
	}
	fail_msg("the judgement never ends");
}

static void the_answer_for_a_name_below_proves_what_the_middle_one_left_open(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct ds_answers answers;
		enum status status;
		enum reason reason;
		unsigned below; /* fetches of the DS of the name below */
	} rows[] = {
		{ "as NSD answers", { APEX, APEX SPAN }, STATUS_INSECURE, REASON_OPT_OUT, 1 },
		{ "the middle answer holds the proof itself", { APEX SPAN, "" }, STATUS_INSECURE,
		        REASON_OPT_OUT, 0 },
		{ "the name below has a signed DS: its zone is signed, and this is not",
		        { APEX, "school.prov.example.test DS sub.example.test | example.test" },
		        STATUS_BOGUS, REASON_DNSKEY_MISSING, 1 },
		{ "an attacker leaves the proof out of both", { APEX, APEX }, STATUS_BOGUS,
		        REASON_DS_NOT_COVERED, 1 },
		{ "no proof at all: nothing is asked below", { SOA_EXAMPLE, APEX SPAN },
		        STATUS_BOGUS, REASON_DS_UNPROVED, 0 },
		{ "a span without opt-out",
		        { APEX, APEX "> ~prov.example.test NSEC3 NS | example.test" }, STATUS_BOGUS,
		        REASON_DS_NOT_COVERED, 1 },
		{ "no closest encloser", { APEX, SPAN }, STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "the span is not signed", { APEX, APEX "> ~prov.example.test NSEC3 optout NS" },
		        STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "the span is signed by the zone above",
		        { APEX, "> =example.test NSEC3 optout NS SOA RRSIG | test\n"
		                "> ~prov.example.test NSEC3 optout NS | test" },
		        STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "a span over the name below only: the middle name may be a signed zone",
		        { APEX, APEX "> ~school.prov.example.test NSEC3 optout NS | example.test" },
		        STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		unsigned fetched[2];
		judge_with(j, "www.school.prov.example.test A", FORGERY, ASK_DO, &rows[i].answers,
		        fetched);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		assert_row(rows[i].why, fetched[0] == 1);
		assert_row(rows[i].why, fetched[1] == rows[i].below);
		judge_free(j);
	}
}

/* One failure must not cost a second one: the middle name is open, not broken. */
static void the_proof_is_found_after_the_middle_name_failed(void **state)
{
	(void)state;
	const struct ds_answers none = { APEX, APEX }, good = { APEX, APEX SPAN };
	struct judge *j = judge_new();
	unsigned fetched[2];

	judge_with(j, "www.prov.example.test A", "www.prov.example.test A 192.0.2.1", ASK_DO, &none,
	        fetched);
	assert_judged(j, "the middle name itself", STATUS_BOGUS, REASON_DS_NOT_COVERED);
	judge_with(j, "www.school.prov.example.test A", FORGERY, ASK_DO, &good, fetched);
	assert_judged(j, "a name below", STATUS_INSECURE, REASON_OPT_OUT);
	assert_int_equal(fetched[0], 0);
	assert_int_equal(fetched[1], 1);
	judge_free(j);
}

static void a_response_proves_the_cut_that_it_needs(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		unsigned how;
		enum status status;
		enum reason reason;
		unsigned middle;
	} rows[] = {
		{ "a referral with the whole proof", "www.school.prov.example.test A",
		        REFERRAL APEX SPAN, ASK_DO | ASK_NO_RD, STATUS_INSECURE, REASON_NOT_ANSWER,
		        0 },
		{ "a denial of the DS", "school.prov.example.test DS", APEX SPAN, ASK_DO,
		        STATUS_INSECURE, REASON_OPT_OUT, 0 },
		{ "a referral without the span", "www.school.prov.example.test A", REFERRAL APEX,
		        ASK_DO | ASK_NO_RD, STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "a referral with a spoilt span", "www.school.prov.example.test A",
		        REFERRAL APEX "> ~prov.example.test NSEC3 optout NS | example.test spoilt",
		        ASK_DO | ASK_NO_RD, STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "an unsigned answer beside iterations over the limit",
		        "www.school.prov.example.test A",
		        FORGERY
		        "\n> =example.test NSEC3 optout iterations=51 NS SOA | example.test",
		        ASK_DO, STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
		{ "an old denial of a delegation: a zone may be there now",
		        "www.school.prov.example.test A",
		        FORGERY "\n> =prov.example.test NSEC3 optout A RRSIG | example.test",
		        ASK_DO, STATUS_BOGUS, REASON_DS_NOT_COVERED, 1 },
	};
	const struct ds_answers answers = { APEX, APEX };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		unsigned fetched[2];
		judge_with(j, rows[i].question, rows[i].records, rows[i].how, &answers, fetched);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		assert_row(rows[i].why, fetched[0] == rows[i].middle);
		judge_free(j);
	}
}

/* NSD leaves the span out for a client, too. */
static void a_denial_of_the_middle_ds_passes_once_the_proof_is_known(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		struct ds_answers answers;
		enum status status;
		enum reason reason;
	} rows[] = {
		{ "the proof was learned", "prov.example.test DS", APEX, { APEX SPAN, "" },
		        STATUS_INSECURE, REASON_OPT_OUT },
		{ "it was not", "prov.example.test DS", APEX, { APEX, "" }, STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "there is a DS, which the response denies", "prov.example.test DS", APEX,
		        { "prov.example.test DS sub.example.test | example.test", "" },
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "only its DS is known not to exist", "prov.example.test A", APEX,
		        { APEX SPAN, "" }, STATUS_INSECURE, REASON_OPT_OUT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		unsigned fetched[2];
		judge_with(j, rows[i].question, rows[i].records, ASK_DO, &rows[i].answers, fetched);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_for_a_name_below_proves_what_the_middle_one_left_open),
		cmocka_unit_test(the_proof_is_found_after_the_middle_name_failed),
		cmocka_unit_test(a_response_proves_the_cut_that_it_needs),
		cmocka_unit_test(a_denial_of_the_middle_ds_passes_once_the_proof_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
