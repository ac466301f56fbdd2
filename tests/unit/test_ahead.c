/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guesses of the wants that follow. */
#include "judge.h"

#include "gate/ahead.h"
#include "trust/nta.h"

static struct want want_from(const char *text)
{
	char name[NAME_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	struct want want = { .type = strcmp(slash, "/DS") == 0 ? TYPE_DS : TYPE_DNSKEY };

	snprintf(name, sizeof(name), "%.*s", (int)(slash - text), text);
	assert_true(name_from_text(name, &want.name));
	return want;
}

/* Guesses for the response in j->response, and writes each guess as "name/TYPE ". */
static const char *guessed(struct judge *j, const char *want_text)
{
	static char text[2048];
	struct want want = want_from(want_text);
	struct ahead ahead;
	size_t len = 0;

	gate_look_ahead(&j->gate, msg_span(&j->response), &want, j->now, &ahead);
	text[0] = '\0';
	for (unsigned i = 0; i < ahead.count; i++) {
		char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s/%s ",
		        name_text(&ahead.wants[i].name, name),
		        type_text(ahead.wants[i].type, type));
	}
	return text;
}

/* Teaches the gate these, separated by spaces. */
static void know(struct judge *j, const char *wants)
{
	char copy[256], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", wants);
	while ((word = strsep(&rest, " ")) && *word) {
		struct want want = want_from(word);
		judge_feed(j, &want);
	}
}

#define ROOT   "./DNSKEY "
#define TEST   "test./DS test./DNSKEY "
#define KNOWN  ROOT TEST
#define SIGNED "www.example.test A 192.0.2.1 | example.test"
#define BARE   "www.unsigned.test A 192.0.2.1"

static void the_chain_is_guessed_from_the_signers(void **state)
{
	(void)state;
	static const struct {
		const char *why, *known, *question, *records, *want, *guesses;
	} rows[] = {
		{ "nothing is known: all at once", "", "www.example.test A", SIGNED, "./DNSKEY",
		        "example.test./DS example.test./DNSKEY " TEST },
		{ "the keys follow the DS", KNOWN, "www.example.test A", SIGNED, "example.test./DS",
		        "example.test./DNSKEY " },
		{ "nothing follows", KNOWN "example.test./DS", "www.example.test A", SIGNED,
		        "example.test./DNSKEY", "" },
		{ "the signer of a denial counts", KNOWN, "nowhere.example.test A",
		        "> example.test SOA | example.test", "example.test./DS",
		        "example.test./DNSKEY " },
		{ "a signer in the additional section does not", KNOWN, "www.unsigned.test A",
		        BARE "\n+ ns.example.test A 192.0.2.3 | example.test", "unsigned.test./DS",
		        "" },
		{ "each zone of a chain of aliases", KNOWN, "www.example.test A",
		        "www.example.test CNAME www.other.test | example.test\n"
		        "www.other.test A 192.0.2.1 | other.test",
		        "example.test./DS",
		        "example.test./DNSKEY other.test./DS other.test./DNSKEY " },
		{ "a signer that is not above the owner is none", KNOWN, "www.unsigned.test A",
		        "www.unsigned.test A 192.0.2.1 | example.test", "unsigned.test./DS", "" },
		{ "an unsigned zone: from the question, while nothing is known", "",
		        "www.unsigned.test A", BARE, "./DNSKEY", TEST "unsigned.test./DS " },
		{ "and no further than to the parent of the name", "", "a.b.unsigned.test A",
		        "a.b.unsigned.test A 192.0.2.1", "./DNSKEY",
		        TEST "unsigned.test./DS unsigned.test./DNSKEY b.unsigned.test./DS " },
		{ "a known top-level domain: the DS alone is asked for", KNOWN,
		        "www.unsigned.test A", BARE, "unsigned.test./DS", "" },
		{ "a signed zone without signatures: a zone may begin below",
		        KNOWN "example.test./DS", "www.plain.example.test A",
		        "www.plain.example.test A 192.0.2.1", "example.test./DNSKEY",
		        "plain.example.test./DS " },
		{ "a name of two labels may be a zone itself", "", "unsigned.test A",
		        "unsigned.test A 192.0.2.1", "./DNSKEY", TEST "unsigned.test./DS " },
		{ "below a name that begins no zone, one may begin",
		        KNOWN "example.test./DS example.test./DNSKEY www.example.test./DS",
		        "c.b.www.example.test A", "c.b.www.example.test A 192.0.2.1", "./DNSKEY",
		        "b.www.example.test./DS " },
		{ "no zone begins below the name that was asked for", KNOWN "example.test./DS",
		        "example.test A", "example.test A 192.0.2.1", "example.test./DNSKEY", "" },
		{ "a want that is not above the question tells nothing", KNOWN,
		        "www.unsigned.test A", BARE, "other.test./DS", "" },
		{ "the root signed", "", "nowhere A", "> . SOA | .", "test./DS", ROOT },
		{ "a zone that signed and is known to be unsigned", KNOWN "ds-algorithm.test./DS",
		        "www.ds-algorithm.test A",
		        "www.ds-algorithm.test A 192.0.2.1 | ds-algorithm.test", "./DNSKEY", "" },
		{ "a malformed signature has no signer", KNOWN, "www.unsigned.test A",
		        BARE "\nwww.unsigned.test RRSIG #0102", "unsigned.test./DS", "" },
		{ "a record of another type in the additional section", KNOWN, "www.example.test A",
		        SIGNED "\n+ ns.example.test A 192.0.2.3", "example.test./DS",
		        "example.test./DNSKEY " },
		{ "of many signers the first four count",
		        KNOWN "example.test./DS example.test./DNSKEY", "f.e.d.c.b.a.example.test A",
		        "-f.e.d.c.b.a.example.test A 192.0.2.1 | example.test "
		        "signer=e.d.c.b.a.example.test "
		        "| example.test signer=d.c.b.a.example.test | example.test "
		        "signer=c.b.a.example.test | example.test signer=b.a.example.test | "
		        "example.test "
		        "signer=a.example.test",
		        "./DNSKEY",
		        "e.d.c.b.a.example.test./DS e.d.c.b.a.example.test./DNSKEY "
		        "a.example.test./DS "
		        "a.example.test./DNSKEY b.a.example.test./DS b.a.example.test./DNSKEY "
		        "c.b.a.example.test./DS c.b.a.example.test./DNSKEY "
		        "d.c.b.a.example.test./DS "
		        "d.c.b.a.example.test./DNSKEY " },
		{ "no link follows below an unsigned zone", KNOWN "unsigned.test./DS",
		        "www.unsigned.test A", BARE, "./DNSKEY", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		know(j, rows[i].known);
		judge_begin(j, rows[i].question, 0);
		judge_write(j, rows[i].records);
		const char *guesses = guessed(j, rows[i].want);
		if (strcmp(guesses, rows[i].guesses) != 0)
			fail_msg("%s: guessed %s", rows[i].why, guesses);
		judge_free(j);
	}
}

/* An attacker who forges a response must not have sealgate ask without end. */
static void the_guesses_have_a_bound(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct want want = want_from("./DNSKEY");
	struct ahead ahead;

	judge_begin(j, "a." IP6_ZONE " A", 0);
	judge_write(j, "a." IP6_ZONE " A 192.0.2.1");
	gate_look_ahead(&j->gate, msg_span(&j->response), &want, j->now, &ahead);
	assert_int_equal(ahead.count, LIMIT_AHEAD);
	know(j, ROOT);
	want = want_from("test./DS"); /* then the limit lies between a DS and its DNSKEY */
	gate_look_ahead(&j->gate, msg_span(&j->response), &want, j->now, &ahead);
	assert_int_equal(ahead.count, LIMIT_AHEAD);
	assert_int_equal(ahead.wants[LIMIT_AHEAD - 1].type, TYPE_DS);
	for (size_t len = 0; len < msg_span(&j->response).len; len++) {
		gate_look_ahead(&j->gate, span_of(j->response.octets, len), &want, j->now, &ahead);
		assert_int_equal(ahead.count, 0);
	}
	judge_free(j);
}

/* Nothing below is judged by keys, so none is asked for. */
static void nothing_is_guessed_below_a_negative_trust_anchor(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct nta_list ntas = { .count = 1, .items = { { .expires_s = NTA_FOREVER } } };

	assert_true(name_from_text("unsigned.test", &ntas.items[0].zone));
	j->gate.store->ntas = &ntas;
	judge_begin(j, "a.www.unsigned.test A", 0);
	judge_write(j, "a.www.unsigned.test A 192.0.2.1");
	assert_string_equal(guessed(j, "./DNSKEY"), "");
	j->gate.store->ntas = NULL;
	assert_string_not_equal(guessed(j, "./DNSKEY"), "");
	judge_free(j);
}

static void nothing_is_guessed_without_a_trust_anchor_above(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const struct anchors *all = j->gate.store->anchors;
	struct anchors *other = judge_anchors(j, "example");

	j->gate.store->anchors = other;
	judge_begin(j, "a.www.unsigned.test A", 0);
	judge_write(j, "a.www.unsigned.test A 192.0.2.1");
	assert_string_equal(guessed(j, "./DNSKEY"), "");
	j->gate.store->anchors = all;
	anchors_free(other);
	judge_free(j);
}

static void a_message_without_one_question_tells_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t octets[29];
		size_t len;
	} rows[] = {
		{ "no question", { 0, 0, 0x80 }, 12 },
		{ "two questions",
		        { 0, 0, 0x80, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1, 1, 'b', 0,
		                0, 1, 0, 1 },
		        26 },
	};
	struct judge *j = judge_new();
	struct want want = want_from("./DNSKEY");
	struct ahead ahead;

	for (size_t i = 0; i < COUNT(rows); i++) {
		gate_look_ahead(
		        &j->gate, span_of(rows[i].octets, rows[i].len), &want, j->now, &ahead);
		assert_row(rows[i].why, ahead.count == 0);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chain_is_guessed_from_the_signers),
		cmocka_unit_test(the_guesses_have_a_bound),
		cmocka_unit_test(nothing_is_guessed_below_a_negative_trust_anchor),
		cmocka_unit_test(nothing_is_guessed_without_a_trust_anchor_above),
		cmocka_unit_test(a_message_without_one_question_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
