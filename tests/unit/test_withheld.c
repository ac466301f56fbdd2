/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS64 that makes AAAA records up only if a query has no DO. */
#include "standin.h"
#include "validating.h"

#include "gate/synthesis.h"

#define QUESTION "www.example.test AAAA"
#define DENIAL   SOA_EXAMPLE "> www.example.test NSEC z.example.test A RRSIG NSEC | example.test"
#define A_RECORD "www.example.test A 192.0.2.1 | example.test"
#define MADE_UP  "www.example.test AAAA 64:ff9b::192.0.2.1"

struct bed {
	struct standin s; /* comes first: the carrier is given its arrival */
	struct validating *v;
	struct client_query asked;
	uint8_t octets[65535];
};

static const struct network well_known = {
	.octets = { 0x00, 0x64, 0xff, 0x9b }, .len = 16, .prefix = 96
};

static bool is_delivered(const struct bed *b)
{
	assert_true(b->s.fate != DROPPED && b->s.ends <= 1);
	return b->s.ends == 1;
}

/* The records that were delivered, or the RCODE. */
static const char *delivered(const struct bed *b)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	static char text[256];
	struct message m;

	assert_true(message_parse(
	        &m, span_of(b->s.delivered, b->s.delivered_len), rrs, MESSAGE_RRS_MAX));
	if (message_rcode(&m) == RCODE_NOERROR)
		snprintf(text, sizeof(text), "%s", judge_list(&m));
	else
		snprintf(text, sizeof(text), "RCODE %u", message_rcode(&m));
	return text;
}

static struct bed *bed_new(unsigned prefixes, unsigned how)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(true);
	b->v->policy.dns64 = &well_known;
	b->v->policy.dns64_count = prefixes;
	if (prefixes > 0)
		assert_int_equal(synthesis_init(&b->v->gates.gate.synthesis), 0);
	b->s.holds_nothing_back = true;
	b->asked = judge_asked(QUESTION, how);
	b->s.arrival = (struct arrival){
		.carrier = &stand_in, .asked = &b->asked, .client = span_of("\300\0\2\7", 4)
	};
	b->s.arrival.server.ss_family = AF_INET;
	return b;
}

static void bed_free(struct bed *b)
{
	free(b->s.parked.denial);
	free(b->s.parked.whole);
	validating_free(b->v);
	free(b);
}

/* Fetches what is wanted: the A record as well as keys. */
static void feed(struct bed *b)
{
	struct validating *v = b->v;

	for (unsigned fetched = 0; !is_delivered(b) && v->fetched > fetched; fetched++) {
		if (v->want.type == TYPE_A) {
			judge_begin(v->judge, "www.example.test A", 0);
			judge_write(v->judge, A_RECORD);
			assert_int_equal(gate_learn(&v->gates.gate, &v->want,
			                         msg_span(&v->judge->response), NOW, true),
			        LEARNED);
		} else {
			validating_feed(v);
		}
		arrival_again(&v->arrivals, &b->s.arrival, true);
	}
}

/* A response to the query with DO arrives, and what it lacks is fetched. */
static void take(struct bed *b, const char *records)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	static uint8_t octets[65535];
	struct message response;
	struct span span;

	validating_write(b->v, QUESTION, 0, records, true);
	span = msg_span(&b->v->judge->response);
	memcpy(octets, span.base, span.len);
	memcpy(b->octets, span.base, span.len);
	free(b->s.parked.denial);
	free(b->s.parked.whole);
	b->s.parked = (struct parked){ 0 };
	b->s.arrival.message = span_of(octets, span.len);
	b->s.arrival.parked = NULL;
	b->s.arrival.instead = span_of(NULL, 0);
	b->s.arrival.is_changed = false;
	b->s.ends = b->s.asked_by = 0;
	b->v->fetched = 0;
	b->v->reasked = REASK_NOT;
	assert_true(message_parse(&response, b->s.arrival.message, rrs, MESSAGE_RRS_MAX));
	arrival_take(&b->v->arrivals, &b->s.arrival, &response, b->octets);
	feed(b);
}

/* The query without DO is answered; or with NULL, it is not. */
static void answer(struct bed *b, const char *records)
{
	b->s.parked.reasked |= REASK_MADE;
	if (records) {
		validating_write(b->v, QUESTION, 0, records, false);
		struct span span = msg_span(&b->v->judge->response);
		b->s.parked.whole = malloc(span.len);
		memcpy(b->s.parked.whole, span.base, span.len);
		b->s.parked.whole_len = span.len;
		b->s.arrival.message = span_of(b->s.parked.whole, span.len);
	}
	b->v->fetched = 0;
	arrival_again(&b->v->arrivals, &b->s.arrival, true);
	feed(b);
}

static void what_is_made_up_without_do_is_judged_with_the_denial(void **state)
{
	(void)state;
	static const struct {
		const char *why, *answer, *delivered;
	} rows[] = {
		{ "made up", MADE_UP, "www.example.test/AAAA" },
		{ "an address that the name does not have",
		        "www.example.test AAAA 64:ff9b::198.51.100.66", "> example.test/SOA" },
		{ "outside of the prefix: the denial is what is proved",
		        "www.example.test AAAA 2001:db8::1", "> example.test/SOA" },
		{ "one of two outside of it", MADE_UP " 2001:db8::1", "> example.test/SOA" },
		{ "denied again", "> example.test SOA", "> example.test/SOA" },
		{ "no answer", NULL, "> example.test/SOA" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(1, ASK_PLAIN);
		take(b, DENIAL);
		assert_row(rows[i].why, !is_delivered(b) && b->v->reasked == REASK_MADE);
		answer(b, rows[i].answer);
		assert_row(rows[i].why, is_delivered(b));
		if (strcmp(delivered(b), rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, delivered(b));
		bed_free(b);
	}
}

static void only_a_proved_denial_to_a_client_without_do_is_asked_again(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned prefixes, how;
		const char *records;
	} rows[] = {
		{ "no prefix", 0, ASK_PLAIN, DENIAL },
		{ "the client set DO", 1, ASK_DO, DENIAL },
		{ "the client does not ask for recursion", 1, ASK_NO_RD, DENIAL },
		{ "there is an AAAA record", 1, ASK_PLAIN,
		        "www.example.test AAAA 2001:db8::1 | example.test" },
		{ "the denial is unproved", 1, ASK_PLAIN, SOA_EXAMPLE },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(rows[i].prefixes, rows[i].how);
		take(b, rows[i].records);
		assert_row(rows[i].why, b->v->reasked != REASK_MADE);
		bed_free(b);
	}
}

static void without_room_the_denial_is_delivered(void **state)
{
	(void)state;
	struct bed *b = bed_new(1, ASK_PLAIN);

	take(b, DENIAL);
	answer(b, NULL);
	b->s.has_no_room = true;
	take(b, DENIAL);
	assert_true(is_delivered(b));
	assert_string_equal(delivered(b), "> example.test/SOA");
	bed_free(b);
}

/* A denial that was judged before must not be recalled while the server may withhold something. */
static void a_server_that_makes_nothing_up_is_not_asked_for_it_each_time(void **state)
{
	(void)state;
	struct bed *b = bed_new(1, ASK_PLAIN);

	for (unsigned i = 0; i < UPSTREAM_MADE_TRIES; i++) {
		take(b, DENIAL);
		assert_false(is_delivered(b));
		answer(b, "> example.test SOA");
	}
	take(b, DENIAL);
	assert_true(is_delivered(b));
	b->v->turn.now_ms += UPSTREAM_MADE_MS;
	take(b, DENIAL);
	assert_false(is_delivered(b));
	answer(b, MADE_UP);
	assert_string_equal(delivered(b), "www.example.test/AAAA");
	for (unsigned i = 0; i <= UPSTREAM_MADE_TRIES; i++) {
		take(b, DENIAL);
		assert_false(is_delivered(b));
		answer(b, NULL);
	}
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_up_without_do_is_judged_with_the_denial),
		cmocka_unit_test(only_a_proved_denial_to_a_client_without_do_is_asked_again),
		cmocka_unit_test(without_room_the_denial_is_delivered),
		cmocka_unit_test(a_server_that_makes_nothing_up_is_not_asked_for_it_each_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
