/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS64 that makes AAAA records up only if a query has no DO. The carrier is a stand-in that notes
 * what it delivers. */
#include "validating.h"

#include "gate/synthesis.h"

#define QUESTION "www.example.test AAAA"
#define DENIAL   SOA_EXAMPLE "> www.example.test NSEC z.example.test A RRSIG NSEC | example.test"
#define A_RECORD "www.example.test A 192.0.2.1 | example.test"
#define MADE_UP  "www.example.test AAAA 64:ff9b::192.0.2.1"

struct bed {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct validating *v;
	struct client_query asked;
	struct parked parked;
	bool has_no_room;
	bool is_delivered;
	char delivered[256]; /* the records, or the RCODE */
	uint8_t octets[65535];
};

static const struct network well_known = {
	.octets = { 0x00, 0x64, 0xff, 0x9b }, .len = 16, .prefix = 96
};

static void note_delivery(struct arrival *a, struct span octets)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct bed *b = (struct bed *)a;
	struct message m;

	assert_true(message_parse(&m, octets, rrs, MESSAGE_RRS_MAX));
	assert_false(b->is_delivered);
	b->is_delivered = true;
	if (message_rcode(&m) == RCODE_NOERROR)
		snprintf(b->delivered, sizeof(b->delivered), "%s", judge_list(&m));
	else
		snprintf(b->delivered, sizeof(b->delivered), "RCODE %u", message_rcode(&m));
}

static void note_drop(struct arrival *a)
{
	(void)a;
	fail();
}

static bool hold_nothing_back(struct arrival *a, bool is_error)
{
	(void)a;
	(void)is_error;
	return false;
}

static bool note_parking(struct arrival *a)
{
	struct bed *b = (struct bed *)a;

	if (b->has_no_room)
		return false;
	a->parked = &b->parked;
	return true;
}

static bool may_always_ask(struct arrival *a, enum reask_how how)
{
	return !(a->parked && (a->parked->reasked & how));
}

static const struct carrier stand_in = { note_delivery, note_drop, hold_nothing_back, note_parking,
	may_always_ask, NULL };

static struct bed *bed_new(unsigned prefixes, unsigned how)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(true);
	b->v->policy.dns64 = &well_known;
	b->v->policy.dns64_count = prefixes;
	if (prefixes > 0)
		assert_int_equal(synthesis_init(&b->v->gates.gate.synthesis), 0);
	b->asked = judge_asked(QUESTION, how);
	b->arrival = (struct arrival){
		.carrier = &stand_in, .asked = &b->asked, .client = span_of("\300\0\2\7", 4)
	};
	b->arrival.server.ss_family = AF_INET;
	return b;
}

static void bed_free(struct bed *b)
{
	free(b->parked.denial);
	free(b->parked.whole);
	validating_free(b->v);
	free(b);
}

/* Fetches what is wanted: the A record as well as keys. */
static void feed(struct bed *b)
{
	struct validating *v = b->v;

	for (unsigned fetched = 0; !b->is_delivered && v->fetched > fetched; fetched++) {
		if (v->want.type == TYPE_A) {
			judge_begin(v->judge, "www.example.test A", 0);
			judge_write(v->judge, A_RECORD);
			assert_int_equal(gate_learn(&v->gates.gate, &v->want,
			                         msg_span(&v->judge->response), NOW, true),
			        LEARNED);
		} else {
			validating_feed(v);
		}
		arrival_again(&v->arrivals, &b->arrival, true);
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
	free(b->parked.denial);
	free(b->parked.whole);
	b->parked = (struct parked){ 0 };
	b->arrival.message = span_of(octets, span.len);
	b->arrival.parked = NULL;
	b->arrival.instead = span_of(NULL, 0);
	b->arrival.is_changed = b->is_delivered = false;
	b->v->fetched = 0;
	b->v->reasked = REASK_NOT;
	assert_true(message_parse(&response, b->arrival.message, rrs, MESSAGE_RRS_MAX));
	arrival_take(&b->v->arrivals, &b->arrival, &response, b->octets);
	feed(b);
}

/* The query without DO is answered; or with NULL, it is not. */
static void answer(struct bed *b, const char *records)
{
	b->parked.reasked |= REASK_MADE;
	if (records) {
		validating_write(b->v, QUESTION, 0, records, false);
		struct span span = msg_span(&b->v->judge->response);
		b->parked.whole = malloc(span.len);
		memcpy(b->parked.whole, span.base, span.len);
		b->parked.whole_len = span.len;
		b->arrival.message = span_of(b->parked.whole, span.len);
	}
	b->v->fetched = 0;
	arrival_again(&b->v->arrivals, &b->arrival, true);
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
		assert_row(rows[i].why, !b->is_delivered && b->v->reasked == REASK_MADE);
		answer(b, rows[i].answer);
		assert_row(rows[i].why, b->is_delivered);
		if (strcmp(b->delivered, rows[i].delivered) != 0)
			fail_msg("%s: %s", rows[i].why, b->delivered);
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
	b->has_no_room = true;
	take(b, DENIAL);
	assert_true(b->is_delivered);
	assert_string_equal(b->delivered, "> example.test/SOA");
	bed_free(b);
}

/* A denial that was judged before must not be recalled while the server may withhold something. */
static void a_server_that_makes_nothing_up_is_not_asked_for_it_each_time(void **state)
{
	(void)state;
	struct bed *b = bed_new(1, ASK_PLAIN);

	for (unsigned i = 0; i < UPSTREAM_MADE_TRIES; i++) {
		take(b, DENIAL);
		assert_false(b->is_delivered);
		answer(b, "> example.test SOA");
	}
	take(b, DENIAL);
	assert_true(b->is_delivered);
	b->v->turn.now_ms += UPSTREAM_MADE_MS;
	take(b, DENIAL);
	assert_false(b->is_delivered);
	answer(b, MADE_UP);
	assert_string_equal(b->delivered, "www.example.test/AAAA");
	for (unsigned i = 0; i <= UPSTREAM_MADE_TRIES; i++) {
		take(b, DENIAL);
		assert_false(b->is_delivered);
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
