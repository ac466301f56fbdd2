/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One lost packet rings no alarm, a zone that validators refuse rings it at once, and a server that
 * is dead rings another one, later. */
#include "test.h"

#include "base/sockaddr.h"
#include "keeper/self_check_state.h"

#define NOW 1750000000

static struct self_check_finding finding(enum look_fault fault, enum reason reason, uint8_t host)
{
	const uint8_t octets[4] = { 192, 0, 2, host };
	struct self_check_finding f = { .fault = fault,
		.question = SELF_CHECK_SOA,
		.outcome = outcome_of(STATUS_BOGUS, reason),
		.rcode = fault == LOOK_ERROR ? RCODE_SERVFAIL : 0 };

	f.server.address = sockaddr_of(span_of(octets, 4), 53, 0);
	assert_true(name_from_text("ns1.example.org", &f.server.name));
	return f;
}

/* A check, as a letter: g good, l a packet is lost, s silent at another address, e an error, B
 * Bogus twice, b Bogus once, E Bogus twice for another reason, n nothing could be judged. */
static struct self_check_result result_of(char letter)
{
	struct self_check_result r = { .is_done = letter != 'n', .checked = 2 };

	if (letter == 'g' || letter == 'n')
		return r;
	r.failed = 1;
	r.is_confirmed = letter == 'B' || letter == 'E';
	if (letter == 'l' || letter == 's')
		r.worst = finding(LOOK_SILENT, REASON_NONE, letter == 'l' ? 1 : 2);
	else if (letter == 'e')
		r.worst = finding(LOOK_ERROR, REASON_NONE, 1);
	else
		r.worst = finding(LOOK_UNPROVED,
		        letter == 'E' ? REASON_RRSIG_EXPIRED : REASON_RRSIG_MISSING, 1);
	return r;
}

static void the_alarm_rings_when_it_must(void **state)
{
	static const struct {
		const char *why, *checks, *rings, *told; /* a letter for each check; - is no */
	} rows[] = {
		{ "all is well", "ggg", "---", "---" },
		{ "a lost packet", "glggllg", "-------", "-------" },
		{ "errors, three in a row", "eeeg", "--!-", "--tt" },
		{ "silence is no wrong answer", "llllllg", "-------", "-------" },
		{ "errors with silence between them", "eelee", "-----", "-----" },
		{ "Bogus twice", "gBg", "-!-", "-tt" },
		{ "Bogus once, and then good", "gbg", "---", "---" },
		{ "Bogus once is a lost one", "bbb", "--!", "--t" },
		{ "it rings until all is well", "Bllg", "!!!-", "tt-t" },
		{ "or until the server was taken away", "Blllg", "!!!--", "tt-tt" },
		{ "told once", "BBBg", "!!!-", "t--t" },
		{ "told again if the fault is another", "BEEg", "!!!-", "tt-t" },
		{ "what could not be judged changes nothing", "nenennenBnng", "------!!!!!-",
		        "------t-t--t" },
		{ "rings anew", "BgB", "!-!", "ttt" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct self_check_state s = { .is_failing = false };
		for (unsigned n = 0; rows[i].checks[n]; n++) {
			const struct self_check_result r = result_of(rows[i].checks[n]);
			bool told = self_check_state_take(&s, &r, NOW + 60 * n);
			assert_row(rows[i].why, told == (rows[i].told[n] == 't'));
			assert_row(rows[i].why, s.is_failing == (rows[i].rings[n] == '!'));
		}
	}
}

/* Resolvers ask another address, so no validator fails; but keys cannot change before all show
 * it. */
static void a_server_that_is_dead_is_told_after_a_while(void **state)
{
	struct self_check_state s = { .is_failing = false };
	struct self_check_result silent = result_of('l'), good = result_of('g');
	const int64_t most_s = SELF_CHECK_SILENT_S;

	(void)state;
	silent.worst.fault = LOOK_REFUSED;
	for (int64_t at_s = 0; at_s < most_s; at_s += 60)
		assert_false(self_check_state_take(&s, &silent, NOW + at_s));
	assert_true(self_check_state_take(&s, &silent, NOW + most_s));
	assert_true(s.is_silent && !s.is_failing);
	assert_false(self_check_state_take(&s, &silent, NOW + most_s + 60));
	assert_true(self_check_state_take(&s, &good, NOW + most_s + 120));
	assert_false(s.is_silent);
	assert_false(self_check_state_take(&s, &silent, NOW + most_s + 180));
	assert_false(s.is_silent);
}

static void a_person_is_told_where_and_what_and_since_when(void **state)
{
	struct self_check_state s = { .is_failing = false };
	struct self_check_result good = result_of('g'), bad = result_of('E');
	struct complaint told;

	(void)state;
	self_check_state_tell(&s, &told);
	assert_string_equal(told.text, "no self-check was done yet");
	self_check_state_take(&s, &good, NOW);
	self_check_state_tell(&s, &told);
	assert_string_equal(told.text, "2 addresses serve what validators accept");
	self_check_state_take(&s, &bad, NOW);
	self_check_state_take(&s, &bad, NOW + 60);
	self_check_state_tell(&s, &told);
	assert_string_equal(told.text,
	        "192.0.2.1: SOA: bogus: the signature has expired (EDE 7); since "
	        "20250615150640; at 1 of 2 addresses; 192.0.2.1 is of ns1.example.org.");
	bad.worst.key_tag = 4711;
	bad.worst.is_by_other = true;
	bad.worst.other = finding(LOOK_SEEN, REASON_NONE, 2).server;
	self_check_state_take(&s, &bad, NOW + 120);
	self_check_state_tell(&s, &told);
	assert_string_equal(told.text,
	        "192.0.2.1: SOA, judged by the DNSKEY records of 192.0.2.2"
	        ": bogus: the signature has expired (EDE 7), judged from the KSK "
	        "4711 down; since 20250615150640; at 1 of 2 addresses; 192.0.2.1 is of "
	        "ns1.example.org.");
	bad.worst = finding(LOOK_ERROR, REASON_NONE, 1);
	self_check_state_take(&s, &bad, NOW + 180);
	self_check_state_tell(&s, &told);
	assert_string_equal(told.text,
	        "192.0.2.1: SOA: it answers with an error, SERVFAIL; since "
	        "20250615150640; at 1 of 2 addresses; 192.0.2.1 is of ns1.example.org.");
}

/* A complaint has room for 600 characters; what is cut must be the end. */
static void long_names_leave_the_address_and_the_fault_in_the_text(void **state)
{
	struct self_check_state s = { .is_failing = false };
	struct self_check_result bad = result_of('E');
	struct name *n = &bad.worst.server.name;
	struct complaint told;

	(void)state;
	*n = name_root;
	while (name_prepend(n, span_of("\1\1\1\1\1\1\1\1\1\1\1\1\1\1", 14), n))
		;
	bad.worst.is_by_other = true;
	bad.worst.other = bad.worst.server;
	self_check_state_take(&s, &bad, NOW);
	self_check_state_tell(&s, &told);
	assert_non_null(strstr(told.text, "192.0.2.1: SOA"));
	assert_non_null(strstr(told.text, "the signature has expired"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alarm_rings_when_it_must),
		cmocka_unit_test(a_server_that_is_dead_is_told_after_a_while),
		cmocka_unit_test(a_person_is_told_where_and_what_and_since_when),
		cmocka_unit_test(long_names_leave_the_address_and_the_fault_in_the_text),
	};
	return cmocka_run_group_tests_name("self_check_state", tests, NULL, NULL);
}
