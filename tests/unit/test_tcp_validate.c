/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fate of each message on a connection where the worker validates. */
#include "relayed.h"
#include "validating.h"

#include "dnssec/limits.h"
#include "worker/tcp_validate.h"

#define ID     0x1234
#define WWW    "www.example.test A"
#define GOOD   "www.example.test A 192.0.2.1 | example.test"
#define FORGED "www.example.test A 192.0.2.66 | example.test spoilt"

struct bed {
	struct validating *v;
	struct park park;
	struct tcp_validator validator;
	struct relayed_bed relayed;
	struct connection *c;
	struct msgbuild query;
};

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(false);
	assert_int_equal(park_init(&b->park, 4, 3000), 0);
	b->validator = (struct tcp_validator){ .config = &b->v->config,
		.turn = &b->v->turn,
		.stats = &b->v->stats,
		.intake = &b->v->intake,
		.oddities = &b->v->oddities,
		.arrivals = &b->v->arrivals,
		.park = &b->park };
	assert_int_equal(tcp_validate_init(&b->validator), 0);
	relayed_open(&b->relayed, &tcp_validate_trade, &b->validator, &b->v->turn, &b->v->stats);
	b->c = b->relayed.c;
	return b;
}

static void bed_free(struct bed *b)
{
	relayed_close(&b->relayed);
	tcp_validate_fini(&b->validator);
	park_fini(&b->park);
	validating_free(b->v);
	free(b);
}

static void ask_octets(struct bed *b, struct span octets)
{
	tcp_validate_trade.query(&b->validator, b->c, octets);
}

static void respond_octets(struct bed *b, struct span octets)
{
	tcp_validate_trade.response(&b->validator, b->c, octets);
}

/* ---- Queries ---- */

enum { OPT_DO = 1, TSIG = 2 };

static struct span write_query(
        struct bed *b, uint16_t id, uint16_t flags, uint16_t type, unsigned extra)
{
	msg_begin(&b->query, id, flags, "www.example.test", type);
	msg_section(&b->query, SECTION_ADDITIONAL);
	if (extra & OPT_DO)
		msg_opt(&b->query, QUERY_UDP_SIZE, true);
	if (extra & TSIG)
		msg_rr(&b->query, ".", TYPE_TSIG, 0, rd_raw(span_of("\0\0\0\0", 4)));
	return msg_span(&b->query);
}

static void ask(struct bed *b, uint16_t flags, uint16_t type)
{
	ask_octets(b, write_query(b, ID, flags, type, OPT_DO));
	assert_false(is_silent(&b->c->server));
	assert_int_equal(b->c->question_count, 1);
}

enum { PAUSED = 1, CD_PASSES = 2, TRANSFERS_REFUSED = 4 };

static void a_query_goes_on_is_refused_or_ends_the_connection(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags, type;
		unsigned extra, given;
		enum { GOES_ON, GETS_DO, REFUSED, BROKEN } fate;
		unsigned questions;
		size_t counter;
	} rows[] = {
		{ "without EDNS", FLAG_RD, TYPE_A, 0, 0, GETS_DO, 1, COUNTER(queries_judged) },
		{ "with DO", FLAG_RD, TYPE_A, OPT_DO, 0, GOES_ON, 1, COUNTER(queries_judged) },
		{ "CD, which is not allowed", FLAG_CD, TYPE_A, 0, 0, GETS_DO, 1,
		        COUNTER(queries_judged) },
		{ "CD, which is allowed", FLAG_CD, TYPE_A, 0, CD_PASSES, GOES_ON, 1,
		        COUNTER(queries_cd) },
		{ "TSIG", 0, TYPE_A, TSIG, 0, GOES_ON, 1, COUNTER(queries_signed) },
		{ "UPDATE", 5 << OPCODE_SHIFT, TYPE_SOA, 0, 0, GOES_ON, 1,
		        COUNTER(queries_opcode) },
		{ "AXFR", 0, TYPE_AXFR, 0, 0, GOES_ON, 1, COUNTER(transfers) },
		{ "IXFR with TSIG", 0, TYPE_IXFR, TSIG, 0, GOES_ON, 1, COUNTER(transfers) },
		{ "AXFR, which is refused", FLAG_RD, TYPE_AXFR, 0, TRANSFERS_REFUSED, REFUSED, 0,
		        COUNTER(transfers_refused) },
		{ "a response", FLAG_QR, TYPE_A, 0, 0, BROKEN, 0, COUNTER(queries_malformed) },
		{ "a response for AXFR", FLAG_QR, TYPE_AXFR, 0, 0, BROKEN, 0,
		        COUNTER(queries_malformed) },
		{ "in a pause", FLAG_RD, TYPE_A, 0, PAUSED, GOES_ON, 1, COUNTER(queries_paused) },
		{ "a response, in a pause", FLAG_QR, TYPE_A, 0, PAUSED, GOES_ON, 0,
		        COUNTER(queries_paused) },
		{ "AXFR, which is refused, in a pause", 0, TYPE_AXFR, 0, PAUSED | TRANSFERS_REFUSED,
		        REFUSED, 0, COUNTER(transfers_refused) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->v->turn.is_paused = rows[i].given & PAUSED;
		b->v->policy.passes_cd = rows[i].given & CD_PASSES;
		b->v->config.tcp.refuses_transfers = rows[i].given & TRANSFERS_REFUSED;
		struct span query = write_query(b, ID, rows[i].flags, rows[i].type, rows[i].extra);
		ask_octets(b, query);
		struct span sent = take_queued(&b->c->server), refusal = take_queued(&b->c->client);
		assert_row(rows[i].why, b->c->is_broken == (rows[i].fate == BROKEN));
		assert_row(rows[i].why, (sent.len > 0) == (rows[i].fate <= GETS_DO));
		if (rows[i].fate <= GETS_DO)
			assert_row(
			        rows[i].why, span_equal(sent, query) == (rows[i].fate == GOES_ON));
		assert_row(rows[i].why, (refusal.len > 0) == (rows[i].fate == REFUSED));
		if (rows[i].fate == REFUSED) {
			assert_row(rows[i].why, get_u16(refusal.base) == ID);
			assert_row(rows[i].why, (get_u16(refusal.base + 2) & ~FLAG_RD) ==
			                                (FLAG_QR | RCODE_REFUSED));
		}
		assert_row(rows[i].why, b->c->question_count == rows[i].questions);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, b->v->stats.queries == 1);
		bed_free(b);
	}
}

static void a_cut_query_ends_the_connection(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct span query = write_query(b, ID, FLAG_RD, TYPE_A, OPT_DO);

	for (size_t len = 0; len < query.len; len++) {
		b->c->is_broken = false;
		ask_octets(b, span_of(query.base, len));
		assert_true(b->c->is_broken && is_silent(&b->c->server));
	}
	bed_free(b);
}

/* RFC 9619, 4. The connection stays open for the client's other questions. */
static void several_questions_in_one_query_get_formerr(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	static const uint8_t again[] = { 0xc0, 0x0c, 0, TYPE_A, 0, CLASS_IN };
	static const uint8_t answer[] = { ID >> 8, ID & 0xff, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0 };

	write_query(b, ID, FLAG_RD, TYPE_A, 0);
	b->query.octets[5] = 2;
	memcpy(b->query.octets + b->query.len, again, sizeof(again));
	b->query.len += sizeof(again);
	ask_octets(b, msg_span(&b->query));
	struct span refusal = take_queued(&b->c->client);
	assert_true(span_equal(refusal, span_of(answer, sizeof(answer))));
	assert_true(is_silent(&b->c->server));
	assert_false(b->c->is_broken);
	assert_int_equal(b->c->question_count, 0);
	assert_int_equal(b->v->stats.queries_questions, 1);
	bed_free(b);
}

/* A resolver that iterates may ask for an SOA over TCP, and this worker has seen nothing else of
 * it. It must not count as a secondary, which would have a forged SOA pass. */
static void over_tcp_only_a_worker_without_peers_knows_a_secondary(void **state)
{
	(void)state;
	static const bool has_peers[] = { false, true };

	for (size_t i = 0; i < COUNT(has_peers); i++) {
		struct bed *b = bed_new();
		b->v->config.has_peers = has_peers[i];
		ask(b, 0, TYPE_SOA);
		assert_int_equal(b->c->first->asked.precedes_transfer, !has_peers[i]);
		bed_free(b);
	}
}

/* ---- Responses ---- */

static struct span write_response(struct bed *b, uint16_t flags, const char *records)
{
	validating_write(b->v, WWW, flags, records, true);
	return msg_span(&b->v->judge->response);
}

/* Answers what waits on the connection. */
static void feed(struct bed *b)
{
	struct parked *parked;

	for (unsigned i = 0; i < LIMIT_FETCHES && (parked = park_oldest(&b->park)); i++) {
		validating_feed(b->v);
		tcp_validate_resume(&b->validator, parked, true);
	}
	assert_int_equal(b->c->parked_count, 0);
}

static void only_what_was_asked_for_is_answered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t at; /* of an octet of the message that is changed */
		uint8_t change;
		bool is_paused;
		enum { ANSWERS, PASSES, GOES_NOWHERE, BREAKS } fate;
		size_t counter;
	} rows[] = {
		{ "the answer", 2, 0, false, ANSWERS, COUNTER(responses) },
		{ "another id", 1, 1, false, GOES_NOWHERE, COUNTER(responses_unsolicited) },
		{ "another question", 14, 1, false, GOES_NOWHERE, COUNTER(responses_unsolicited) },
		{ "another letter case", 13, 0x20, false, ANSWERS, COUNTER(responses_letters) },
		{ "no response", 2, 0x80, false, GOES_NOWHERE, COUNTER(responses_unsolicited) },
		{ "more records than there are", 7, 0x40, false, BREAKS,
		        COUNTER(responses_malformed) },
		{ "another id, in a pause", 1, 1, true, PASSES, COUNTER(responses) },
		{ "more records than there are, in a pause", 7, 0x40, true, PASSES,
		        COUNTER(responses) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b, FLAG_RD, TYPE_A);
		b->v->turn.is_paused = rows[i].is_paused;
		struct span octets = write_response(b, 0, GOOD);
		b->v->judge->response.octets[rows[i].at] ^= rows[i].change;
		respond_octets(b, octets);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		feed(b);
		bool is_answered = !is_silent(&b->c->client);
		assert_row(rows[i].why, is_answered == (rows[i].fate <= PASSES));
		assert_row(rows[i].why, b->c->is_broken == (rows[i].fate == BREAKS));
		assert_row(rows[i].why, b->c->question_count == (rows[i].fate != ANSWERS));
		if (rows[i].fate == PASSES)
			assert_row(rows[i].why, validating_passed_once(b->v, EXEMPT_PAUSE));
		bed_free(b);
	}
}

/* Nobody else answers on a connection, so the server has shown its habit at once. */
static void a_client_gets_its_own_letters_back_and_the_server_is_known_for_it(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, FLAG_RD, TYPE_A);
	struct span octets = write_response(b, 0, GOOD);
	b->v->judge->response.octets[13] ^= 0x20;
	respond_octets(b, octets);
	feed(b);
	struct span answer = take_queued(&b->c->client);
	assert_true(answer.len > 14);
	assert_int_equal(answer.base[13], 'w');
	assert_true(server_fallback_changes_letters(&b->v->fallback, &b->c->server_address));
	bed_free(b);
}

static void a_response_is_judged_and_never_held_back(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		const char *records;
		enum clock_state clock;
		unsigned rcode;
		size_t counter;
	} rows[] = {
		{ "Secure", 0, GOOD, CLOCK_SET, 0, COUNTER(status_secure) },
		{ "forged", 0, FORGED, CLOCK_SET, RCODE_SERVFAIL, COUNTER(status_bogus) },
		{ "an error", RCODE_REFUSED, "", CLOCK_SET, RCODE_REFUSED,
		        COUNTER(responses_accepted) },
		{ "cut, which none should be over TCP", FLAG_TC, "", CLOCK_SET, 0,
		        COUNTER(responses_accepted) },
		{ "the clock is not set", 0, GOOD, CLOCK_NOT_SET, RCODE_SERVFAIL,
		        COUNTER(responses_clockless) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->v->turn.clock = rows[i].clock;
		ask(b, FLAG_RD, TYPE_A);
		respond_octets(b, write_response(b, rows[i].flags, rows[i].records));
		feed(b);
		struct span delivered = take_queued(&b->c->client);
		assert_row(rows[i].why, delivered.len > 0);
		assert_row(rows[i].why, (delivered.base[3] & RCODE_MASK) == rows[i].rcode);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, b->c->question_count == 0 && !b->c->is_broken);
		assert_row(rows[i].why, b->v->reasked == REASK_NOT);
		bed_free(b);
	}
}

/* Over UDP this client would get an answer of 1600 octets cut. */
static void any_answer_fits(void **state)
{
	(void)state;
	static char records[4000];
	struct bed *b = bed_new();

	strcpy(records, "www.example.test TXT #");
	for (unsigned i = 0; i < 8; i++) {
		strcat(records, "c7");
		for (unsigned n = 0; n < 199; n++)
			strcat(records, "61");
	}
	strcat(records, " | example.test");
	ask_octets(b, write_query(b, ID, FLAG_RD, TYPE_TXT, 0));
	validating_write(b->v, "www.example.test TXT", 0, records, true);
	respond_octets(b, msg_span(&b->v->judge->response));
	feed(b);
	struct span delivered = take_queued(&b->c->client);
	assert_true(delivered.len > 1600);
	assert_int_equal(get_u16(delivered.base + 2) & FLAG_TC, 0);
	bed_free(b);
}

/* A second response must not take the place of the one that waits. */
static void a_question_whose_response_waits_takes_no_other(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, FLAG_RD, TYPE_A);
	respond_octets(b, write_response(b, 0, GOOD));
	assert_int_equal(b->c->parked_count, 1);
	respond_octets(b, write_response(b, 0, FORGED));
	assert_int_equal(b->v->stats.responses_unsolicited, 1);
	feed(b);
	assert_int_equal(b->v->stats.status_secure, 1);
	assert_false(is_silent(&b->c->client));
	assert_true(is_silent(&b->c->client));
	bed_free(b);
}

static void a_response_that_cannot_wait_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_full; /* no room to wait; otherwise no keys in time */
		size_t counter;
	} rows[] = {
		{ "no room", true, COUNTER(parked_full) },
		{ "no keys in time", false, COUNTER(parked_timeouts) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		if (rows[i].is_full) {
			struct client_query other = judge_asked(WWW, ASK_DO);
			park_fini(&b->park);
			assert_int_equal(park_init(&b->park, 1, 3000), 0);
			assert_non_null(park_message(&b->park, &b->c->client_address, NULL, &other,
			        span_of("x", 1), START_MS));
		}
		ask(b, FLAG_RD, TYPE_A);
		respond_octets(b, write_response(b, 0, GOOD));
		if (!rows[i].is_full)
			tcp_validate_resume(&b->validator, park_oldest(&b->park), false);
		struct span delivered = take_queued(&b->c->client);
		assert_row(rows[i].why, delivered.len > 0);
		assert_row(rows[i].why, (delivered.base[3] & RCODE_MASK) == RCODE_SERVFAIL);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, b->c->parked_count == 0 && b->c->question_count == 0);
		bed_free(b);
	}
}

/* The client did not send EDNS, so the server is asked again while its answer waits. */
static void a_rejection_of_edns_waits_while_the_server_is_asked_again(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask_octets(b, write_query(b, ID, FLAG_RD, TYPE_A, 0));
	validating_write(b->v, WWW, RCODE_FORMERR, "", false);
	respond_octets(b, msg_span(&b->v->judge->response));
	assert_int_equal(b->v->reasked, REASK_PLAINLY);
	assert_int_equal(b->c->parked_count, 1);
	assert_true(is_silent(&b->c->client));
	bed_free(b);
}

static void only_exempt_responses_pass_unjudged(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		unsigned extra;
		bool cd_passes, passes;
		enum exemption exemption;
	} rows[] = {
		{ "CD, which is allowed", FLAG_CD, OPT_DO, true, true, EXEMPT_CD },
		{ "CD, which is not", FLAG_CD, OPT_DO, false, false, EXEMPT_CD },
		{ "TSIG, and a response without", 0, TSIG, false, false, EXEMPT_TSIG },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->v->policy.passes_cd = rows[i].cd_passes;
		ask_octets(b, write_query(b, ID, rows[i].flags, TYPE_A, rows[i].extra));
		respond_octets(b, write_response(b, 0, FORGED));
		feed(b);
		struct span delivered = take_queued(&b->c->client);
		assert_row(rows[i].why, delivered.len > 0);
		bool is_servfail = (delivered.base[3] & RCODE_MASK) == RCODE_SERVFAIL;
		assert_row(rows[i].why, is_servfail == !rows[i].passes);
		assert_row(rows[i].why, b->v->stats.passed[rows[i].exemption] == rows[i].passes);
		bed_free(b);
	}
}

/* ---- Transfers ---- */

static void messages_of_a_transfer_pass_and_no_others(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t id, flags, type;
		bool has_question, passes;
		unsigned questions; /* after it */
	} rows[] = {
		{ "the first message", ID, FLAG_QR, TYPE_AXFR, true, true, 1 },
		{ "a further one, without the question", ID, FLAG_QR, TYPE_AXFR, false, true, 1 },
		{ "the last one, which is an error", ID, FLAG_QR | RCODE_REFUSED, TYPE_AXFR, true,
		        true, 0 },
		{ "another id", ID + 1, FLAG_QR, TYPE_AXFR, true, false, 1 },
		{ "another question", ID, FLAG_QR, TYPE_A, true, false, 1 },
		{ "no response", ID, 0, TYPE_AXFR, true, false, 1 },
		{ "another opcode", ID, FLAG_QR | 4 << OPCODE_SHIFT, TYPE_AXFR, true, false, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b, 0, TYPE_AXFR);
		struct span octets = write_query(b, rows[i].id, rows[i].flags, rows[i].type, 0);
		if (!rows[i].has_question) {
			b->query.octets[5] = 0;
			octets.len = DNS_HEADER_SIZE;
		}
		respond_octets(b, octets);
		assert_row(rows[i].why, is_silent(&b->c->client) == !rows[i].passes);
		assert_row(rows[i].why, b->v->stats.passed[EXEMPT_TRANSFER] == rows[i].passes);
		assert_row(rows[i].why, b->c->question_count == rows[i].questions);
		bed_free(b);
	}
}

/* An open transfer takes nothing that answers another question of the connection. */
static void beside_a_transfer_answers_are_judged(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, 0, TYPE_AXFR);
	ask_octets(b, write_query(b, ID, FLAG_RD, TYPE_A, OPT_DO));
	respond_octets(b, write_response(b, 0, FORGED));
	feed(b);
	struct span delivered = take_queued(&b->c->client);
	assert_true(delivered.len > 0);
	assert_int_equal(delivered.base[3] & RCODE_MASK, RCODE_SERVFAIL);
	assert_int_equal(b->v->stats.passed[EXEMPT_TRANSFER], 0);
	bed_free(b);
}

static void of_many_transfers_the_oldest_is_forgotten(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	for (unsigned i = 0; i < 40; i++)
		ask_octets(b, write_query(b, (uint16_t)i, 0, TYPE_AXFR, 0));
	assert_int_equal(b->c->question_count, 32);
	assert_int_equal(b->c->first->asked.id, 8);
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_goes_on_is_refused_or_ends_the_connection),
		cmocka_unit_test(over_tcp_only_a_worker_without_peers_knows_a_secondary),
		cmocka_unit_test(several_questions_in_one_query_get_formerr),
		cmocka_unit_test(a_cut_query_ends_the_connection),
		cmocka_unit_test(only_what_was_asked_for_is_answered),
		cmocka_unit_test(a_client_gets_its_own_letters_back_and_the_server_is_known_for_it),
		cmocka_unit_test(a_response_is_judged_and_never_held_back),
		cmocka_unit_test(any_answer_fits),
		cmocka_unit_test(a_question_whose_response_waits_takes_no_other),
		cmocka_unit_test(a_response_that_cannot_wait_is_refused),
		cmocka_unit_test(a_rejection_of_edns_waits_while_the_server_is_asked_again),
		cmocka_unit_test(only_exempt_responses_pass_unjudged),
		cmocka_unit_test(messages_of_a_transfer_pass_and_no_others),
		cmocka_unit_test(beside_a_transfer_answers_are_judged),
		cmocka_unit_test(of_many_transfers_the_oldest_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
