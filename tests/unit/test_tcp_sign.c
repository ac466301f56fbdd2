/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fate of each message on a connection where the worker signs. */
#include "relayed.h"
#include "signtrade.h"

#include "worker/tcp_sign.h"

#define ID     0x1234
#define WWW    "www.example.test"
#define ANSWER WWW " A 192.0.2.1"

struct bed {
	struct signtrade s;
	struct relayed_bed relayed;
	struct connection *c;
	uint8_t sent[512]; /* what went on to the server last */
	size_t sent_len;
};

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	signtrade_open(&b->s);
	relayed_open(&b->relayed, &tcp_sign_trade, &b->s.trade, &b->s.turn, &b->s.stats);
	b->c = b->relayed.c;
	b->c->client_address = sockaddr_of(span_of("\300\0\2\7", 4), 4000, 0);
	b->c->server_address = b->s.server;
	return b;
}

static void bed_free(struct bed *b)
{
	relayed_close(&b->relayed);
	signtrade_close(&b->s);
	free(b);
}

/* Asks, and keeps what goes on to the server. */
static void ask_octets(struct bed *b, struct span query)
{
	tcp_sign_trade.query(&b->s.trade, b->c, query);
	struct span sent = take_queued(&b->c->server);
	assert_true(sent.len <= sizeof(b->sent));
	memcpy(b->sent, sent.base, sent.len);
	b->sent_len = sent.len;
}

static void ask(struct bed *b, uint16_t id)
{
	ask_octets(b, signtrade_query(&b->s, id, FLAG_RD, WWW, TYPE_A, WITH_DO));
	assert_true(b->sent_len > 0);
}

static struct span sent_of(const struct bed *b)
{
	return span_of(b->sent, b->sent_len);
}

static void respond(struct bed *b, uint16_t flags, const char *records)
{
	tcp_sign_trade.response(
	        &b->s.trade, b->c, signtrade_response(&b->s, sent_of(b), flags, records));
}

static unsigned rcode_of(struct span message)
{
	assert_true(message.len >= DNS_HEADER_SIZE);
	return message.base[3] & RCODE_MASK;
}

/* ---- Queries ---- */

static void a_query_goes_on_or_ends_the_connection(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		uint16_t flags, type;
		unsigned extra;
		bool is_paused, is_elsewhere;
		enum { CHANGED, AS_IT_CAME, BROKEN } fate;
		bool is_awaited, is_transfer;
		size_t counter;
	} rows[] = {
		{ "with DO, in our zone", WWW, FLAG_RD, TYPE_A, WITH_DO, false, false, CHANGED,
		        true, false, COUNTER(sign_queries_asked) },
		{ "without DO", WWW, FLAG_RD, TYPE_A, 0, false, false, AS_IT_CAME, false, false,
		        COUNTER(sign_queries_plain) },
		{ "in another zone", "www.example.net", FLAG_RD, TYPE_A, WITH_DO, false, false,
		        AS_IT_CAME, false, false, COUNTER(sign_queries_outside) },
		{ "to another server", WWW, FLAG_RD, TYPE_A, WITH_DO, false, true, AS_IT_CAME,
		        false, false, COUNTER(sign_queries_elsewhere) },
		{ "TSIG", WWW, FLAG_RD, TYPE_A, WITH_TSIG, false, false, AS_IT_CAME, false, false,
		        COUNTER(sign_queries_tsig) },
		{ "a transfer of another zone", "www.example.net", 0, TYPE_AXFR, 0, false, false,
		        AS_IT_CAME, false, true, COUNTER(transfers) },
		{ "a transfer of ours, to no secondary: it will be refused", "example.test", 0,
		        TYPE_AXFR, 0, false, false, CHANGED, true, false,
		        COUNTER(sign_queries_asked) },
		{ "in a pause", WWW, FLAG_RD, TYPE_A, WITH_DO, true, false, AS_IT_CAME, false,
		        false, COUNTER(queries_paused) },
		{ "a response", WWW, FLAG_QR, TYPE_A, WITH_DO, false, false, BROKEN, false, false,
		        COUNTER(queries_malformed) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->s.turn.is_paused = rows[i].is_paused;
		if (rows[i].is_elsewhere)
			b->c->server_address = sockaddr_of(span_of("\300\0\2\66", 4), 53, 0);
		struct span query = signtrade_query(
		        &b->s, ID, rows[i].flags, rows[i].name, rows[i].type, rows[i].extra);
		ask_octets(b, query);
		assert_row(rows[i].why, b->c->is_broken == (rows[i].fate == BROKEN));
		assert_row(rows[i].why, (b->sent_len > 0) == (rows[i].fate != BROKEN));
		assert_row(rows[i].why, b->c->question_count == (rows[i].fate != BROKEN));
		if (rows[i].fate != BROKEN) {
			assert_row(rows[i].why,
			        span_equal(sent_of(b), query) == (rows[i].fate == AS_IT_CAME));
			assert_row(rows[i].why, b->c->first->is_transfer == rows[i].is_transfer);
		}
		assert_row(rows[i].why, (b->relayed.relay.oldest != NULL) == rows[i].is_awaited);
		assert_row(rows[i].why, signtrade_count(&b->s, rows[i].counter) == 1);
		bed_free(b);
	}
}

static void what_the_policy_knows_is_answered_without_the_server(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		uint16_t type;
		unsigned extra;
		bool is_paused, is_elsewhere, is_at_once;
	} rows[] = {
		{ "DNSKEY", "example.test", TYPE_DNSKEY, WITH_DO, false, false, true },
		{ "in a pause", "example.test", TYPE_DNSKEY, WITH_DO, true, false, false },
		{ "to another server", "example.test", TYPE_DNSKEY, WITH_DO, false, true, false },
		{ "with TSIG", "example.test", TYPE_DNSKEY, WITH_TSIG, false, false, false },
		{ "in another zone", "example.net", TYPE_DNSKEY, WITH_DO, false, false, false },
		{ "not at the apex", WWW, TYPE_DNSKEY, WITH_DO, false, false, false },
		{ "another type", "example.test", TYPE_A, WITH_DO, false, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->s.turn.is_paused = rows[i].is_paused;
		if (rows[i].is_elsewhere)
			b->c->server_address = sockaddr_of(span_of("\300\0\2\66", 4), 53, 0);
		struct span query = signtrade_query(
		        &b->s, ID, FLAG_RD, rows[i].name, rows[i].type, rows[i].extra);
		assert_row(rows[i].why,
		        tcp_sign_trade.at_once(&b->s.trade, b->c, query) == rows[i].is_at_once);
		assert_row(rows[i].why, b->s.stats.queries == rows[i].is_at_once);
		assert_row(rows[i].why,
		        is_signed_answer(take_queued(&b->c->client)) == rows[i].is_at_once);
		ask_octets(b, query);
		assert_row(rows[i].why, (b->sent_len == 0) == rows[i].is_at_once);
		assert_row(rows[i].why, b->c->question_count == !rows[i].is_at_once);
		assert_row(rows[i].why,
		        b->s.stats.sign_queries_at_once == (rows[i].is_at_once ? 2 : 0));
		assert_row(rows[i].why, b->s.stats.sign_apex == (rows[i].is_at_once ? 2 : 0));
		bed_free(b);
	}
}

/* ---- Responses ---- */

static void only_what_was_asked_for_is_signed(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned extra; /* of the query */
		size_t at;      /* of an octet of the response that is changed */
		uint8_t change;
		enum { SIGNED, PASSES, GOES_NOWHERE, BREAKS } fate;
		size_t counter;
	} rows[] = {
		{ "the answer", WITH_DO, 2, 0, SIGNED, COUNTER(sign_answers) },
		{ "in another letter case", WITH_DO, 13, 0x20, SIGNED, COUNTER(sign_answers) },
		{ "to a query that passed", 0, 2, 0, PASSES, COUNTER(sign_untouched) },
		{ "another id", WITH_DO, 1, 1, GOES_NOWHERE, COUNTER(responses_unsolicited) },
		{ "another question", WITH_DO, 14, 1, GOES_NOWHERE,
		        COUNTER(responses_unsolicited) },
		{ "no response", WITH_DO, 2, 0x80, GOES_NOWHERE, COUNTER(responses_unsolicited) },
		{ "another id, to a query that passed", 0, 1, 1, GOES_NOWHERE,
		        COUNTER(responses_unsolicited) },
		{ "more records than there are", WITH_DO, 7, 0x40, BREAKS,
		        COUNTER(responses_malformed) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask_octets(b, signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, rows[i].extra));
		struct span octets = signtrade_response(&b->s, sent_of(b), 0, ANSWER);
		b->s.legacy->judge->response.octets[rows[i].at] ^= rows[i].change;
		tcp_sign_trade.response(&b->s.trade, b->c, octets);
		struct span delivered = take_queued(&b->c->client);
		assert_row(rows[i].why, (delivered.len > 0) == (rows[i].fate <= PASSES));
		if (rows[i].fate <= PASSES)
			assert_row(rows[i].why,
			        is_signed_answer(delivered) == (rows[i].fate == SIGNED));
		assert_row(rows[i].why, b->c->is_broken == (rows[i].fate == BREAKS));
		assert_row(rows[i].why, b->c->question_count == (rows[i].fate > PASSES));
		assert_row(rows[i].why, signtrade_count(&b->s, rows[i].counter) == 1);
		assert_row(rows[i].why, b->s.stats.responses == 1);
		bed_free(b);
	}
}

static void messages_of_a_transfer_pass(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct span query = signtrade_query(&b->s, ID, 0, "www.example.net", TYPE_AXFR, 0);

	ask_octets(b, query);
	for (unsigned i = 0; i < 3; i++) {
		respond(b, 0, "www.example.net A 192.0.2.1");
		assert_false(is_silent(&b->c->client));
	}
	assert_int_equal(b->s.stats.passed[EXEMPT_TRANSFER], 3);
	assert_int_equal(b->c->question_count, 1);
	bed_free(b);
}

/* ---- Servers that close after a response ---- */

static bool ask_anew(struct bed *b)
{
	return tcp_sign_trade.ask_anew(&b->s.trade, b->c);
}

static void what_is_open_is_asked_again(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	assert_false(ask_anew(b));
	ask_octets(b, signtrade_query(&b->s, ID, 0, WWW, TYPE_A, 0)); /* passes, and is not kept */
	ask_octets(b, signtrade_query(&b->s, ID, 0, "www.example.net", TYPE_AXFR, 0));
	assert_false(ask_anew(b));
	assert_true(is_silent(&b->c->server));
	ask(b, ID + 1);
	ask(b, ID + 2);
	assert_true(ask_anew(b));
	assert_int_equal(get_u16(take_queued(&b->c->server).base), ID + 1);
	assert_true(span_equal(take_queued(&b->c->server), sent_of(b)));
	assert_true(is_silent(&b->c->server));
	respond(b, FLAG_AA, ANSWER);
	assert_true(is_signed_answer(take_queued(&b->c->client)));
	assert_true(ask_anew(b)); /* the other one */
	bed_free(b);
}

static void by_udp_it_is_asked_again_under_another_id(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, ID);
	b->c->server.is_datagram = true;
	assert_true(ask_anew(b));
	uint16_t id = b->c->first->datagram_id;
	assert_int_equal(get_u16(take_queued(&b->c->server).base), id);
	bed_free(b);
}

/* ---- Servers that take no TCP ---- */

/* Has the datagram with this id come, which answers what was sent last. */
static void respond_by_udp(struct bed *b, uint16_t id)
{
	uint8_t octets[512];
	struct span response = signtrade_response(&b->s, sent_of(b), 0, ANSWER);

	assert_true(response.len <= sizeof(octets));
	memcpy(octets, response.base, response.len);
	put_u16(octets, id);
	tcp_sign_trade.datagram(&b->s.trade, b->c, octets, response.len);
}

static void by_udp_only_our_own_id_is_answered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned extra;
		uint16_t wrong; /* added to the id */
		bool is_answered, is_signed;
	} rows[] = {
		{ "signed", WITH_DO, 0, true, true },
		{ "passed", 0, 0, true, false },
		{ "another id", WITH_DO, 1, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->c->server.is_datagram = true;
		struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, rows[i].extra);
		ask_octets(b, query);
		uint16_t id = get_u16(b->sent);
		assert_row(rows[i].why, id == b->c->first->datagram_id);
		if (rows[i].extra == 0) /* it goes on unchanged but for its id */
			assert_row(rows[i].why,
			        b->sent_len == query.len &&
			                memcmp(b->sent + 2, query.base + 2, query.len - 2) == 0);
		respond_by_udp(b, (uint16_t)(id + rows[i].wrong));
		struct span delivered = take_queued(&b->c->client);
		assert_row(rows[i].why, (delivered.len > 0) == rows[i].is_answered);
		if (rows[i].is_answered) {
			assert_row(rows[i].why, get_u16(delivered.base) == ID);
			assert_row(rows[i].why, is_signed_answer(delivered) == rows[i].is_signed);
		}
		assert_row(rows[i].why, b->s.stats.responses_unsolicited == !rows[i].is_answered);
		bed_free(b);
	}
}

static void ids_by_udp_are_drawn(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	unsigned same = 0;

	b->c->server.is_datagram = true;
	for (unsigned i = 0; i < 16; i++) {
		ask(b, ID);
		same += get_u16(b->sent) == ID;
	}
	assert_true(same < 8);
	bed_free(b);
}

static void a_cut_datagram_goes_nowhere(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	uint8_t octets[1] = { 0 };

	ask(b, ID); /* by TCP: its datagram id is 0 */
	tcp_sign_trade.datagram(&b->s.trade, b->c, octets, 0);
	tcp_sign_trade.datagram(&b->s.trade, b->c, octets, 1);
	assert_int_equal(b->s.stats.responses_unsolicited, 2);
	assert_true(is_silent(&b->c->client) && !b->c->is_broken);
	bed_free(b);
}

/* ---- Servers that are silent ---- */

static struct connection *answer_due(struct bed *b)
{
	return tcp_sign_trade.answer_due(&b->s.trade, &b->relayed.relay);
}

static void a_silent_server_is_answered_for_in_time(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, ID);
	b->s.turn.now_ms += 1000;
	ask(b, ID + 1);
	b->s.turn.now_ms += QUESTION_ANSWER_MS - 1001;
	assert_null(answer_due(b));
	assert_true(is_silent(&b->c->client));
	b->s.turn.now_ms++;
	assert_ptr_equal(answer_due(b), b->c);
	struct span delivered = take_queued(&b->c->client);
	assert_int_equal(get_u16(delivered.base), ID);
	assert_int_equal(rcode_of(delivered), RCODE_SERVFAIL);
	assert_null(answer_due(b));
	assert_int_equal(b->s.stats.sign_silent, 1);
	assert_int_equal(b->c->question_count, 1);
	bed_free(b);
}

static void a_question_that_was_answered_is_not_due(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b, ID);
	respond(b, 0, ANSWER);
	assert_false(is_silent(&b->c->client));
	b->s.turn.now_ms += QUESTION_ANSWER_MS;
	assert_null(answer_due(b));
	/* and an answer that comes after the SERVFAIL goes nowhere */
	ask(b, ID);
	b->s.turn.now_ms += QUESTION_ANSWER_MS;
	assert_ptr_equal(answer_due(b), b->c);
	assert_false(is_silent(&b->c->client));
	respond(b, 0, ANSWER);
	assert_true(is_silent(&b->c->client));
	assert_int_equal(b->s.stats.responses_unsolicited, 1);
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_goes_on_or_ends_the_connection),
		cmocka_unit_test(what_the_policy_knows_is_answered_without_the_server),
		cmocka_unit_test(only_what_was_asked_for_is_signed),
		cmocka_unit_test(messages_of_a_transfer_pass),
		cmocka_unit_test(what_is_open_is_asked_again),
		cmocka_unit_test(by_udp_it_is_asked_again_under_another_id),
		cmocka_unit_test(by_udp_only_our_own_id_is_answered),
		cmocka_unit_test(ids_by_udp_are_drawn),
		cmocka_unit_test(a_cut_datagram_goes_nowhere),
		cmocka_unit_test(a_silent_server_is_answered_for_in_time),
		cmocka_unit_test(a_question_that_was_answered_is_not_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
