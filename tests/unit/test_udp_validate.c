/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which verdict a query or a response over UDP gets where the worker validates. */
#include "udpbed.h"

#include "base/sockaddr.h"
#include "dnssec/limits.h"

#define WWW    "www.example.test A"
#define GOOD   "www.example.test A 192.0.2.1 | example.test"
#define FORGED "www.example.test A 192.0.2.66 | example.test spoilt"

static const struct stats *stats_of(const struct bed *b)
{
	return &b->v->stats;
}

static unsigned flows_of(const struct bed *b)
{
	return b->flows.table.used;
}

/* ---- Queries ---- */

static void ask(struct bed *b)
{
	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	assert_int_equal(flows_of(b), 1);
}

static void reject_edns(struct bed *b)
{
	struct sockaddr_storage address =
	        sockaddr_of(span_of("\306\63\144\65", 4), server.port, 0); /* 198.51.100.53 */
	struct client_query asked = judge_asked(WWW, ASK_PLAIN);
	struct message refusal = { .flags = FLAG_QR | RCODE_FORMERR };

	server_fallback_came(&b->v->fallback, &address, &asked, &refusal);
	assert_true(server_fallback_is_plain(&b->v->fallback, &address));
}

enum { PAUSED = 1, CD_PASSES = 2, TRANSFERS_REFUSED = 4, SERVER_REJECTS_EDNS = 8 };

static void a_query_goes_on_with_do_or_as_it_came_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags, type;
		unsigned extra, given;
		enum told told;
		unsigned flows;
		size_t counter;
	} rows[] = {
		{ "without EDNS", FLAG_RD, TYPE_A, 0, 0, REPLACED, 1, COUNTER(queries_judged) },
		{ "with EDNS and without DO", FLAG_RD, TYPE_A, OPT, 0, REPLACED, 1,
		        COUNTER(queries_judged) },
		{ "with DO and our size", FLAG_RD, TYPE_A, OPT_DO, 0, ACCEPTED, 1,
		        COUNTER(queries_judged) },
		{ "CD, which is not allowed", FLAG_RD | FLAG_CD, TYPE_A, 0, 0, REPLACED, 1,
		        COUNTER(queries_judged) },
		{ "CD, which is allowed", FLAG_RD | FLAG_CD, TYPE_A, 0, CD_PASSES, ACCEPTED, 1,
		        COUNTER(queries_cd) },
		{ "TSIG", FLAG_RD, TYPE_A, TSIG, 0, ACCEPTED, 1, COUNTER(queries_signed) },
		{ "NOTIFY", 4 << OPCODE_SHIFT, TYPE_SOA, 0, 0, ACCEPTED, 1,
		        COUNTER(queries_opcode) },
		{ "IXFR", 0, TYPE_IXFR, 0, 0, ACCEPTED, 1, COUNTER(transfers) },
		{ "IXFR, which is refused", 0, TYPE_IXFR, 0, TRANSFERS_REFUSED, DROPPED, 0,
		        COUNTER(transfers_refused) },
		{ "a response", FLAG_QR, TYPE_A, 0, 0, DROPPED, 0, COUNTER(queries_malformed) },
		{ "the server rejects EDNS", FLAG_RD, TYPE_A, 0, SERVER_REJECTS_EDNS, ACCEPTED, 1,
		        COUNTER(queries_plain) },
		{ "in a pause", FLAG_RD, TYPE_A, 0, PAUSED, ACCEPTED, 1, COUNTER(queries_paused) },
		{ "a response, in a pause", FLAG_QR, TYPE_A, 0, PAUSED, ACCEPTED, 0,
		        COUNTER(queries_paused) },
		{ "IXFR, which is refused, in a pause", 0, TYPE_IXFR, 0, PAUSED | TRANSFERS_REFUSED,
		        DROPPED, 0, COUNTER(transfers_refused) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->v->turn.is_paused = rows[i].given & PAUSED;
		b->v->policy.passes_cd = rows[i].given & CD_PASSES;
		b->v->config.tcp.refuses_transfers = rows[i].given & TRANSFERS_REFUSED;
		if (rows[i].given & SERVER_REJECTS_EDNS)
			reject_edns(b);
		write_query(b, rows[i].flags, rows[i].type, rows[i].extra);
		assert_row(rows[i].why, ask_octets(b, client, msg_span(&b->query)) == rows[i].told);
		assert_row(rows[i].why, flows_of(b) == rows[i].flows);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, stats_of(b)->queries == 1);
		bed_free(b);
	}
}

/* Adds questions like the first one, by pointers to its name. */
static struct span with_questions(struct bed *b, unsigned more, unsigned claimed)
{
	struct msgbuild *q = &b->query;

	write_query(b, FLAG_RD, TYPE_A, 0);
	put_u16(q->octets + 4, (uint16_t)(1 + claimed));
	for (unsigned i = 0; i < more; i++) {
		static const uint8_t again[] = { 0xc0, 0x0c, 0, TYPE_A, 0, CLASS_IN };
		memcpy(q->octets + q->len, again, sizeof(again));
		q->len += sizeof(again);
	}
	return msg_span(q);
}

/* RFC 9619, 4. The server gets the first question, and whatever it answers, forged or not, becomes
 * FORMERR of 12 octets: nobody gains by a forged source address. */
static void the_answer_to_several_questions_is_formerr(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t flags;
		unsigned more, claimed;
		bool is_paused;
		enum told told;
	} rows[] = {
		{ "two", 1, 1, 1, false, REPLACED },
		{ "as many as may be", 1, 63, 63, false, REPLACED },
		{ "more: perhaps no DNS", 1, 64, 64, false, DROPPED },
		{ "fewer than the header says", 1, 1, 2, false, DROPPED },
		{ "octets after them", 1, 2, 1, false, DROPPED },
		{ "a response", 0x81, 1, 1, false, DROPPED },
		{ "another opcode", 0x21, 1, 1, false, DROPPED },
		{ "in a pause it goes on as it came", 1, 1, 1, true, ACCEPTED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct message m;
		b->v->turn.is_paused = rows[i].is_paused;
		with_questions(b, rows[i].more, rows[i].claimed);
		b->query.octets[2] = rows[i].flags;
		assert_row(rows[i].why, ask_octets(b, client, msg_span(&b->query)) == rows[i].told);
		assert_row(
		        rows[i].why, stats_of(b)->queries_questions == (rows[i].told == REPLACED));
		if (rows[i].told == REPLACED) {
			assert_true(message_parse(
			        &m, span_of(b->log.payload, b->log.payload_len), NULL, 0));
			assert_row(rows[i].why, m.id == ID && m.question_count == 1);
			validating_write(b->v, WWW, 0, "www.example.test A 192.0.2.66", true);
			uint64_t id = respond_octets(b, straight, msg_span(&b->v->judge->response));
			assert_row(rows[i].why, verdict_on(&b->log, id) == REPLACED);
			static const uint8_t answer[] = { ID >> 8, ID & 0xff, 0x81, 1, 0, 0, 0, 0,
				0, 0, 0, 0 };
			assert_row(
			        rows[i].why, span_equal(span_of(b->log.payload, b->log.payload_len),
			                             span_of(answer, sizeof(answer))));
			assert_row(rows[i].why, stats_of(b)->responses_formerr == 1);
		}
		bed_free(b);
	}
}

static void only_do_and_the_size_are_added_to_a_query(void **state)
{
	(void)state;
	static struct rr rrs[8];
	struct bed *b = bed_new();
	struct message m;

	write_query(b, FLAG_RD, TYPE_A, 0);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), REPLACED);
	assert_true(
	        message_parse(&m, span_of(b->log.payload, b->log.payload_len), rrs, COUNT(rrs)));
	assert_int_equal(m.id, ID);
	assert_int_equal(m.flags, FLAG_RD);
	assert_true(m.edns.dnssec_ok);
	assert_int_equal(m.edns.udp_size, QUERY_UDP_SIZE);
	assert_memory_equal(m.question.base, b->query.octets + DNS_HEADER_SIZE, m.question.len);
	bed_free(b);
}

static void a_cut_query_goes_nowhere(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	for (size_t len = 0; len < b->query.len; len++)
		assert_int_equal(ask_octets(b, client, span_of(b->query.octets, len)), DROPPED);
	assert_int_equal(flows_of(b), 0);
	bed_free(b);
}

/* Asks `count` queries from as many ports. Returns how many were dropped. */
static unsigned flood(struct bed *b, const char *address, uint32_t in, unsigned count)
{
	unsigned dropped = 0;

	b->in = in;
	for (unsigned i = 0; i < count; i++) {
		struct end_point from = { address, (uint16_t)(5000 + i) };
		b->log.count = 0; /* it has room for few */
		dropped += ask_octets(b, from, msg_span(&b->query)) == DROPPED;
	}
	return dropped;
}

/* Its answer could not pass, so it is not sent on. Here the oldest flows, one of which would be
 * evicted, are of another side. */
static void a_query_that_cannot_be_remembered_goes_nowhere(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	flow_table_fini(&b->flows);
	assert_int_equal(flow_table_init(&b->flows, 256, 5000), 0);
	write_query(b, FLAG_RD, TYPE_A, 0);
	assert_int_equal(flood(b, "192.0.2.9", 9, 130), 0);
	unsigned dropped = flood(b, client.address, INSIDE, 200);
	assert_true(dropped > 0);
	assert_int_equal(stats_of(b)->flows_share, dropped);
	assert_int_equal(flows_of(b), 330 - dropped);
	bed_free(b);
}

/* An attacker sends a copy of a query that asks for less. */
static void a_second_query_with_the_same_id_is_reported(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	b->v->policy.passes_cd = true;
	write_query(b, FLAG_RD | FLAG_CD, TYPE_A, 0);
	ask_octets(b, client, msg_span(&b->query));
	assert_int_equal(stats_of(b)->queries_rival, 1);
	bed_free(b);
}

static void a_query_of_the_shortcut_is_remembered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		size_t cut;
		bool passes_cd, is_unjudged;
		unsigned flows;
	} rows[] = {
		{ "as the kernel sends on", FLAG_RD, 0, false, false, 1 },
		{ "a response", FLAG_QR, 0, false, false, 0 },
		{ "CD, which passes unjudged", FLAG_RD | FLAG_CD, 0, true, false, 0 },
		{ "cut", FLAG_RD, 1, false, false, 0 },
		{ "the server is not to be judged any more", FLAG_RD, 0, false, true, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		static const struct network anywhere = { .len = 4 };
		b->v->policy.passes_cd = rows[i].passes_cd;
		b->v->policy.unjudged = &anywhere;
		b->v->policy.unjudged_count = rows[i].is_unjudged;
		write_query(b, rows[i].flags, TYPE_A, OPT_DO);
		packet_make(&b->packet, 1, client, server, msg_span(&b->query));
		struct span octets = b->packet.queued.octets;
		octets.len -= rows[i].cut;
		udp_validate_sent_on(&b->validator, octets, START_MS, INSIDE);
		assert_row(rows[i].why, flows_of(b) == rows[i].flows);
		assert_row(rows[i].why, stats_of(b)->queries_shortcut == rows[i].flows);
		assert_row(rows[i].why, stats_of(b)->queries_malformed == !rows[i].flows);
		assert_row(rows[i].why, b->log.count == 0);
		bed_free(b);
	}
}

/* ---- Responses ---- */

static uint64_t respond(struct bed *b, uint16_t flags, const char *records)
{
	validating_write(b->v, WWW, flags, records, true);
	return respond_octets(b, straight, msg_span(&b->v->judge->response));
}

/* Answers what the packet waits for, until it has a verdict or waits for its grace. */
static void feed(struct bed *b, uint64_t id)
{
	for (unsigned i = 0; i < LIMIT_FETCHES; i++) {
		struct parked *parked = park_find(&b->park, id);
		if (!parked)
			break;
		validating_feed(b->v);
		udp_validate_resume(&b->validator, parked, true);
	}
}

static bool is_parked(const struct bed *b, uint64_t id)
{
	return park_find(&b->park, id) && verdict_on(&b->log, id) == NONE;
}

static bool is_held_back(const struct bed *b, uint64_t id)
{
	return grace_find(&b->grace, id) && verdict_on(&b->log, id) == NONE;
}

static void end_grace(struct bed *b)
{
	struct parked *parked;

	b->v->turn.now_ms += GRACE_MS;
	for (unsigned i = 0; i < PARKED_MAX && (parked = grace_oldest(&b->grace)); i++)
		udp_validate_resume(&b->validator, parked, true);
	assert_null(grace_oldest(&b->grace));
}

static unsigned rcode_sent(const struct bed *b)
{
	return b->log.payload[3] & RCODE_MASK;
}

static void only_what_was_asked_for_is_answered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct way_back way;
		size_t at; /* of an octet of the message that is changed */
		uint8_t change;
		bool is_known, is_paused;
		size_t counter;
	} rows[] = {
		{ "the answer", STRAIGHT, 2, 0, true, false, COUNTER(responses) },
		{ "another id", STRAIGHT, 1, 1, false, false, COUNTER(responses_unsolicited) },
		{ "another port of the client",
		        { SERVER, { "192.0.2.7", 4001 }, OUTSIDE, INSIDE, 0 }, 2, 0, false, false,
		        COUNTER(responses_unsolicited) },
		{ "another client", { SERVER, { "192.0.2.8", 4000 }, OUTSIDE, INSIDE, 0 }, 2, 0,
		        false, false, COUNTER(responses_unsolicited) },
		{ "another server", { { "198.51.100.54", 53 }, CLIENT, OUTSIDE, INSIDE, 0 }, 2, 0,
		        false, false, COUNTER(responses_unsolicited) },
		{ "another type", STRAIGHT, 31, 1, false, false, COUNTER(responses_unsolicited) },
		{ "no response", STRAIGHT, 2, 0x80, false, false, COUNTER(responses_unsolicited) },
		{ "another opcode", STRAIGHT, 2, 0x20, false, false,
		        COUNTER(responses_unsolicited) },
		{ "from the client's side", { SERVER, CLIENT, INSIDE, INSIDE, 0 }, 2, 0, false,
		        false, COUNTER(responses_strayed) },
		{ "to another side", { SERVER, CLIENT, OUTSIDE, 3, 0 }, 2, 0, false, false,
		        COUNTER(responses_strayed) },
		{ "more records than there are", STRAIGHT, 7, 0x40, false, false,
		        COUNTER(responses_malformed) },
		{ "another id, in a pause", STRAIGHT, 1, 1, false, true, COUNTER(responses) },
		{ "from the client's side, in a pause", { SERVER, CLIENT, INSIDE, INSIDE, 0 }, 2, 0,
		        false, true, COUNTER(responses) },
		{ "more records than there are, in a pause", STRAIGHT, 7, 0x40, false, true,
		        COUNTER(responses) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b);
		b->v->turn.is_paused = rows[i].is_paused;
		validating_write(b->v, WWW, 0, GOOD, true);
		struct span octets = msg_span(&b->v->judge->response);
		b->v->judge->response.octets[rows[i].at] ^= rows[i].change;
		uint64_t id = respond_octets(b, rows[i].way, octets);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		feed(b, id);
		if (rows[i].is_paused) {
			assert_row(rows[i].why, verdict_on(&b->log, id) == ACCEPTED);
			assert_row(rows[i].why, validating_passed_once(b->v, EXEMPT_PAUSE));
		} else if (rows[i].is_known) {
			assert_row(rows[i].why, verdict_on(&b->log, id) == REPLACED);
		} else {
			assert_row(rows[i].why, verdict_on(&b->log, id) == DROPPED);
		}
		/* a stranger ends no question */
		assert_row(rows[i].why, flows_of(b) == !rows[i].is_known);
		bed_free(b);
	}
}

static void a_question_is_answered_once(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	feed(b, respond(b, 0, GOOD));
	assert_int_equal(flows_of(b), 0);
	uint64_t again = respond(b, 0, GOOD);
	assert_int_equal(verdict_on(&b->log, again), DROPPED);
	assert_int_equal(stats_of(b)->responses_unsolicited, 1);
	bed_free(b);
}

/* As the kernel holds it, not a copy, if nothing is left out of it. */
static void an_unchanged_response_is_accepted_as_it_is(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	put_u16(b->query.octets + 2, FLAG_RD | FLAG_CD);
	b->v->policy.passes_cd = true;
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	uint64_t id = respond(b, 0, FORGED);
	assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
	assert_true(validating_passed_once(b->v, EXEMPT_CD));
	bed_free(b);
}

static void a_recalled_response_that_was_changed_is_not_accepted_as_it_came(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	for (unsigned i = 0; i < 2; i++) {
		write_query(b, FLAG_RD, TYPE_A, 0);
		assert_int_equal(ask_octets(b, client, msg_span(&b->query)), REPLACED);
		uint64_t id = respond(b, 0, GOOD);
		feed(b, id);
		assert_int_equal(verdict_on(&b->log, id), REPLACED);
	}
	assert_int_equal(stats_of(b)->responses_recalled, 1);
	bed_free(b);
}

static void a_signed_query_needs_a_signed_response(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query(b, FLAG_RD, TYPE_A, TSIG);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	uint64_t id = respond(b, 0, FORGED);
	feed(b, id);
	assert_true(is_held_back(b, id));
	bed_free(b);
}

/* The kernel notes the time of a query that it sends on, and the worker reads the clock once a
 * turn: so a query and its response may both be younger than the turn. */
static void a_response_never_took_less_than_no_time(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	packet_make(&b->packet, 1, client, server, msg_span(&b->query));
	udp_validate_sent_on(&b->validator, b->packet.queued.octets, START_MS + 3, INSIDE);
	b->next_id++;
	uint64_t id = respond(b, 0, GOOD);
	assert_true(is_parked(b, id));
	assert_int_equal(park_find(&b->park, id)->took_ms, 0);
	bed_free(b);
}

/* ---- Odd messages ---- */

/* A program that reads on after the end must find nothing there. The second response is recalled,
 * the first one waits for keys. */
static void octets_after_the_end_of_a_message_are_cut_off(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	for (unsigned i = 0; i < 2; i++) {
		write_query(b, FLAG_RD, TYPE_A, OPT_DO);
		struct span query = msg_span(&b->query);
		memcpy(b->query.octets + query.len, "hidden", 6);
		assert_int_equal(
		        ask_octets(b, client, span_of(query.base, query.len + 6)), REPLACED);
		assert_int_equal(b->log.payload_len, query.len);
		validating_write(b->v, WWW, 0, GOOD, true);
		struct msgbuild *response = &b->v->judge->response;
		size_t len = response->len;
		memcpy(response->octets + len, "hidden", 6);
		uint64_t id = respond_octets(b, straight, span_of(response->octets, len + 6));
		feed(b, id);
		assert_int_equal(verdict_on(&b->log, id), REPLACED);
		assert_null(memmem(b->log.payload, b->log.payload_len, "hidden", 6));
	}
	assert_int_equal(stats_of(b)->responses_recalled, 1);
	assert_int_equal(stats_of(b)->odd_trailing, 4);
	bed_free(b);
}

/* RFC 6891, 6.1.3. A client of EDNS 0, which may not read the upper bits of the RCODE, must not
 * take a forged BADVERS for an empty answer. */
static void badvers_reaches_a_client_that_sent_another_version(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t version;
		unsigned rcode; /* of the header */
	} rows[] = {
		{ "version 1", 1, RCODE_NOERROR },
		{ "version 0", 0, RCODE_SERVFAIL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		write_query(b, FLAG_RD, TYPE_A, OPT_DO);
		b->query.octets[b->query.len - 5] = rows[i].version;
		ask_octets(b, client, msg_span(&b->query));
		validating_write(b->v, WWW, 0, "www.example.test A 192.0.2.66", true);
		struct msgbuild *response = &b->v->judge->response;
		response->octets[response->len - 6] = 1; /* the upper bits: BADVERS is 16 */
		feed(b, respond_octets(b, straight, msg_span(response)));
		end_grace(b);
		assert_row(rows[i].why, rcode_sent(b) == rows[i].rcode);
		assert_row(rows[i].why,
		        !memmem(b->log.payload, b->log.payload_len, "\300\0\2\102", 4));
		bed_free(b);
	}
}

/* RFC 7873, 5.4. No record passes this way. */
static void a_query_for_a_cookie_is_answered_without_records(void **state)
{
	(void)state;
	static const uint8_t opt[] = { 0, 0, TYPE_OPT, 4, 208, 0, 0, 0, 0, 0, 4, 0, 10, 0, 0 };
	static const uint8_t record[] = { 0, 0, TYPE_A, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 66 };
	struct bed *b = bed_new();
	uint8_t octets[DNS_HEADER_SIZE + sizeof(opt) + sizeof(record)] = { ID >> 8, ID & 0xff };

	octets[11] = 1;
	memcpy(octets + DNS_HEADER_SIZE, opt, sizeof(opt));
	assert_int_equal(
	        ask_octets(b, client, span_of(octets, DNS_HEADER_SIZE + sizeof(opt))), ACCEPTED);
	octets[2] = FLAG_QR >> 8;
	octets[7] = 1;
	memcpy(octets + DNS_HEADER_SIZE, record, sizeof(record));
	memcpy(octets + DNS_HEADER_SIZE + sizeof(record), opt, sizeof(opt));
	uint64_t id = respond_octets(b, straight, span_of(octets, sizeof(octets)));
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(b->log.payload_len, DNS_HEADER_SIZE + sizeof(opt));
	assert_memory_equal(b->log.payload + DNS_HEADER_SIZE, opt, sizeof(opt));
	assert_true(validating_passed_once(b->v, EXEMPT_EMPTY));
	bed_free(b);
}

/* ---- Letters ---- */

/* Has the answer come with a question that begins with `letter`. */
static uint64_t respond_in(struct bed *b, uint8_t letter, const char *records)
{
	validating_write(b->v, WWW, 0, records, true);
	b->v->judge->response.octets[13] = letter;
	return respond_octets(b, straight, msg_span(&b->v->judge->response));
}

/* What the server says to a query of sealgate's own, with the letters of that query put back. */
static void answer_about_letters(struct bed *b, uint64_t id, const char *records, bool has_changed)
{
	struct parked *parked = park_find(&b->park, id);
	const struct msgbuild *response = &b->v->judge->response;

	assert_non_null(parked);
	validating_write(b->v, WWW, 0, records, true);
	parked->reasked |= REASK_LETTERS;
	parked->came_by = REASK_LETTERS;
	parked->has_other_letters = has_changed;
	parked->whole = malloc(response->len);
	assert_non_null(parked->whole);
	memcpy(parked->whole, response->octets, response->len);
	parked->whole_len = response->len;
	parked->whole[13] = b->query.octets[13];
	udp_validate_resume(&b->validator, parked, true);
	feed(b, id);
}

static const struct sockaddr_storage *server_address(void)
{
	static struct sockaddr_storage address;

	address = sockaddr_of(span_of("\306\63\144\65", 4), 53, 0); /* 198.51.100.53 */
	return &address;
}

static void ask_in(struct bed *b, uint8_t letter)
{
	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	b->query.octets[13] = letter;
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
}

/* The first response waits while the server is asked; the next ones do not. */
static void a_client_gets_its_own_letters_from_a_server_that_changes_them(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask_in(b, 'W');
	uint64_t first = respond_in(b, 'w', GOOD);
	assert_true(is_parked(b, first));
	assert_int_equal(b->v->reasked, REASK_LETTERS);
	answer_about_letters(b, first, GOOD, true);
	assert_int_equal(verdict_on(&b->log, first), REPLACED);
	assert_int_equal(b->log.payload[13], 'W');
	b->v->reasked = REASK_NOT;
	for (unsigned i = 0; i < 2; i++) { /* judged, then recalled */
		ask_in(b, 'W');
		uint64_t id = respond_in(b, 'w', GOOD);
		feed(b, id);
		assert_int_equal(verdict_on(&b->log, id), REPLACED);
		assert_int_equal(b->log.payload[13], 'W');
		assert_int_equal(flows_of(b), 0);
	}
	assert_int_equal(b->v->reasked, REASK_NOT);
	assert_int_equal(stats_of(b)->responses_letters, 3);
	bed_free(b);
}

/* An attacker who does not see the query has guessed its port and id, but not its letters: in an
 * unsigned zone that must gain nothing, for the client's letters are all that is left against
 * him. */
static void a_forgery_in_wrong_letters_never_reaches_the_client(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_answered; /* the server answers the query of sealgate's own */
	} rows[] = { { "the server answers", true }, { "the server is silent", false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct nta_list ntas;
		struct name zone;
		struct bed *b = bed_new();
		ntas.count = 0;
		assert_true(name_from_text("example.test", &zone));
		assert_true(nta_add(&ntas, &zone, NTA_FOREVER));
		b->v->gates.store.ntas = &ntas;
		ask_in(b, 'W');
		uint64_t forged = respond_in(b, 'w', "www.example.test A 192.0.2.66");
		assert_row(rows[i].why, is_parked(b, forged));
		/* a second one is not even asked about */
		assert_row(rows[i].why,
		        verdict_on(&b->log, respond_in(b, 'w', "www.example.test A 192.0.2.67")) ==
		                DROPPED);
		if (rows[i].is_answered) {
			answer_about_letters(b, forged, "www.example.test A 192.0.2.1", false);
			assert_row(rows[i].why, verdict_on(&b->log, forged) == REPLACED);
			assert_row(rows[i].why, b->log.payload[b->log.payload_len - 12] == 1 ||
			                                memmem(b->log.payload, b->log.payload_len,
			                                        "\300\0\2\1", 4));
		} else {
			park_find(&b->park, forged)->reasked |= REASK_LETTERS;
			udp_validate_resume(&b->validator, park_find(&b->park, forged), true);
			assert_row(rows[i].why, verdict_on(&b->log, forged) == DROPPED);
			assert_row(rows[i].why, flows_of(b) == 1);
			/* the genuine response still comes */
			uint64_t genuine = respond_in(b, 'W', "www.example.test A 192.0.2.1");
			feed(b, genuine);
			assert_row(rows[i].why, verdict_on(&b->log, genuine) != DROPPED);
		}
		assert_row(rows[i].why,
		        !memmem(b->log.payload, b->log.payload_len, "\300\0\2\102", 4));
		assert_row(rows[i].why,
		        !server_fallback_changes_letters(&b->v->fallback, server_address()));
		assert_row(rows[i].why, /* the second one, and the one of which nothing was said */
		        stats_of(b)->letters_dropped == (rows[i].is_answered ? 1 : 2));
		bed_free(b);
	}
}

/* What the server said may lack signatures, and a resolver may give false ones: then nothing waits
 * for its grace, because the packet that would wait is the doubted one. */
static void a_response_in_wrong_letters_does_not_come_back_after_a_grace(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	b->v->fallback.can_assist = true;
	b->v->arrivals.response_rrs = scratch_rrs_new();
	b->v->arrivals.proof_rrs = scratch_rrs_new();
	ask_in(b, 'W');
	uint64_t doubted = respond_in(b, 'w', GOOD);
	answer_about_letters(b, doubted, "www.example.test A 192.0.2.1", false);
	struct parked *parked = park_find(&b->park, doubted);
	assert_non_null(parked);
	assert_int_equal(b->v->reasked, REASK_SIGNED);
	validating_write(b->v, WWW, 0, "www.example.test A 192.0.2.1 | example.test spoilt", true);
	parked->proof_len = b->v->judge->response.len;
	parked->proof = malloc(parked->proof_len);
	memcpy(parked->proof, b->v->judge->response.octets, parked->proof_len);
	parked->proof[13] = 'W';
	parked->came_by = REASK_SIGNED;
	udp_validate_resume(&b->validator, parked, true);
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, doubted), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	assert_int_equal(b->log.payload[13], 'W');
	bed_free(b);
}

/* As long as a server was known to change letters, forgeries in any letters were taken. */
static void letters_count_again_when_the_server_keeps_them(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	server_fallback_note_letters(&b->v->fallback, server_address(), true);
	ask_in(b, 'w'); /* in lower case: to send them back as they were proves nothing */
	feed(b, respond_in(b, 'w', GOOD));
	assert_true(server_fallback_changes_letters(&b->v->fallback, server_address()));
	ask_in(b, 'W');
	feed(b, respond_in(b, 'W', GOOD));
	assert_false(server_fallback_changes_letters(&b->v->fallback, server_address()));
	ask_in(b, 'W');
	assert_true(is_parked(b, respond_in(b, 'w', GOOD)));
	bed_free(b);
}

/* The client may check letters itself. So a response that passes unjudged passes as it came, and
 * does not end the question: the client may refuse it. */
static void what_is_not_judged_keeps_its_letters(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	b->v->policy.passes_cd = true;
	write_query(b, FLAG_RD | FLAG_CD, TYPE_A, OPT_DO);
	b->query.octets[13] = 'W';
	ask_octets(b, client, msg_span(&b->query));
	for (unsigned n = 0; n < 2; n++) {
		uint64_t id = respond_in(b, 'w', "www.example.test A 192.0.2.66");
		feed(b, id);
		assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
		assert_int_equal(flows_of(b), 1);
	}
	assert_int_equal(b->v->reasked, REASK_NOT);
	bed_free(b);
}

/* A client that signs its queries checks letters itself. The SERVFAIL for a response that it may
 * refuse must not end its question. */
static void a_doubted_response_leaves_the_question_open_after_its_grace(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query(b, FLAG_RD, TYPE_A, TSIG);
	b->query.octets[13] = 'W';
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	uint64_t id = respond_in(b, 'w', FORGED);
	feed(b, id);
	assert_true(is_held_back(b, id));
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	assert_int_equal(flows_of(b), 1);
	bed_free(b);
}

/* ---- Grace ---- */

/* What comes after a forged response that is held back, and what both are told. */
static void a_better_response_wins(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		const char *records;
		enum told first, second;
		bool is_second_held;
		size_t counter;
	} rows[] = {
		{ "the true one", 0, GOOD, DROPPED, REPLACED, false, COUNTER(grace_won) },
		{ "another forged one", 0, "www.example.test A 192.0.2.67 | example.test spoilt",
		        NONE, DROPPED, false, COUNTER(grace_rivals) },
		{ "an error", RCODE_SERVFAIL, "", NONE, DROPPED, false, COUNTER(grace_rivals) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b);
		uint64_t first = respond(b, 0, FORGED);
		feed(b, first);
		assert_row(rows[i].why, is_held_back(b, first));
		uint64_t second = respond(b, rows[i].flags, rows[i].records);
		feed(b, second);
		assert_row(rows[i].why, verdict_on(&b->log, first) == rows[i].first);
		assert_row(rows[i].why, verdict_on(&b->log, second) == rows[i].second);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, b->grace.park.table.used == (rows[i].first == NONE));
		bed_free(b);
	}
}

static void after_its_grace_a_refused_response_is_a_servfail(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		const char *records;
		uint32_t in; /* where it came in; the query came in INSIDE */
		enum told told;
		unsigned rcode, flows;
	} rows[] = {
		{ "forged", 0, FORGED, OUTSIDE, REPLACED, RCODE_SERVFAIL, 0 },
		{ "an error passes", RCODE_REFUSED, "", OUTSIDE, ACCEPTED, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b);
		uint64_t id = respond(b, rows[i].flags, rows[i].records);
		feed(b, id);
		assert_row(rows[i].why, is_held_back(b, id));
		assert_row(rows[i].why, grace_oldest(&b->grace)->server.ss_family == AF_INET);
		end_grace(b);
		assert_row(rows[i].why, verdict_on(&b->log, id) == rows[i].told);
		assert_row(rows[i].why, rcode_sent(b) == rows[i].rcode);
		assert_row(rows[i].why, flows_of(b) == rows[i].flows);
		bed_free(b);
	}
}

/* Asks, and has an error come. */
static uint64_t get_error(struct bed *b, unsigned rcode)
{
	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	return respond(b, (uint16_t)rcode, "");
}

static void an_error_is_not_held_back_if_its_server_gave_it_before(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	uint64_t first = get_error(b, RCODE_REFUSED);
	assert_true(is_held_back(b, first));
	assert_int_equal(grace_oldest(&b->grace)->deadline_ms, START_MS + GRACE_MS / 4);
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, first), ACCEPTED);
	assert_int_equal(verdict_on(&b->log, get_error(b, RCODE_REFUSED)), ACCEPTED);
	assert_true(is_held_back(b, get_error(b, RCODE_SERVFAIL)));
	bed_free(b);
}

/* An attacker forges the error while he keeps the genuine response away. Then he cannot do so any
 * more. */
static void an_error_that_a_better_response_followed_is_held_back_again(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	for (unsigned i = 0; i < 2; i++) {
		uint64_t forged = get_error(b, RCODE_SERVFAIL);
		assert_int_equal(is_held_back(b, forged), i == 0);
		end_grace(b);
		assert_int_equal(verdict_on(&b->log, forged), ACCEPTED);
	}
	b->v->turn.now_ms += KNOWN_ERROR_MS;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t forged = get_error(b, RCODE_SERVFAIL);
		assert_true(is_held_back(b, forged));
		feed(b, respond(b, 0, GOOD));
		assert_int_equal(verdict_on(&b->log, forged), DROPPED);
	}
	bed_free(b);
}

static void an_error_of_a_zone_that_is_known_to_be_unsigned_is_not_held_back(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	static struct nta_list ntas;
	struct name zone;

	assert_true(name_from_text("example.test", &zone));
	assert_true(nta_add(&ntas, &zone, NOW + DAY));
	b->v->gates.store.ntas = &ntas;
	assert_int_equal(verdict_on(&b->log, get_error(b, RCODE_REFUSED)), ACCEPTED);
	b->v->turn.now_s = NOW + DAY;
	assert_true(is_held_back(b, get_error(b, RCODE_REFUSED)));
	bed_free(b);
}

/* The keys are forgotten meanwhile. A response that had its grace does not wait for them again. */
static void after_its_grace_a_response_does_not_wait_for_keys(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t id = respond(b, 0, FORGED);
	feed(b, id);
	assert_true(is_held_back(b, id));
	gates_forget(&b->v->gates);
	b->v->fetched = 0;
	end_grace(b);
	assert_int_equal(b->v->fetched, 0);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

/* Where client and server are on one side, a failure leaves the flow: an attacker there could send
 * a weaker copy of the query next. */
static void on_one_side_a_failure_keeps_the_flow(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned flows;
	} rows[] = {
		{ "a failure", FORGED, 1 },
		{ "an answer", GOOD, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct way_back way = straight;
		way.in = way.out = INSIDE;
		write_query(b, FLAG_RD, TYPE_A, OPT_DO);
		packet_make(&b->packet, b->next_id++, client, server, msg_span(&b->query));
		struct flow_way there = { INSIDE, INSIDE };
		struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
			flow_key_of_query(&b->flows.hash_key, &b->packet.packet, ID, there) };
		udp_validate_query(&b->validator, &d);
		validating_write(b->v, WWW, 0, rows[i].records, true);
		feed(b, respond_octets(b, way, msg_span(&b->v->judge->response)));
		end_grace(b);
		assert_row(rows[i].why, flows_of(b) == rows[i].flows);
		bed_free(b);
	}
}

static void without_grace_a_refused_response_is_a_servfail_at_once(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	b->grace.park.wait_ms = b->grace.errors.wait_ms = 0;
	ask(b);
	uint64_t id = respond(b, 0, FORGED);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

/* To fill the table of responses that are held back ends no question. */
static void without_room_for_grace_a_refused_response_is_dropped(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	grace_fini(&b->grace);
	assert_int_equal(grace_init(&b->grace, 1, GRACE_MS), 0);
	struct flow other = { 0 };
	struct client_query asked = judge_asked(WWW, ASK_DO);
	struct flow_key key = { .version = 4 };
	struct waiting_packet waiting = { 999, span_of("x", 1), &key, &asked };
	assert_int_equal(grace_hold(&b->grace, &other, &waiting, NULL, START_MS), GRACE_HELD);
	ask(b);
	uint64_t id = respond(b, 0, FORGED);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), DROPPED);
	assert_int_equal(stats_of(b)->grace_full, 1);
	assert_int_equal(flows_of(b), 1);
	bed_free(b);
}

/* ---- Waiting for keys ---- */

/* An attacker sends as many responses as may wait before the true one, which then finds no room. No
 * failure of the others may answer: the client asks again. */
static void while_the_true_response_may_have_found_no_room_no_failure_answers(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	uint64_t ids[6];
	char records[80];

	ask(b);
	for (unsigned i = 0; i < COUNT(ids); i++) {
		snprintf(records, sizeof(records),
		        "www.example.test A 192.0.2.%u | example.test spoilt", 66 + i);
		ids[i] = respond(b, 0, records);
		assert_int_equal(is_parked(b, ids[i]), i < 4);
	}
	for (unsigned i = 4; i < COUNT(ids); i++)
		assert_int_equal(verdict_on(&b->log, ids[i]), DROPPED);
	assert_int_equal(stats_of(b)->parked_rivals, 2);
	assert_int_equal(stats_of(b)->parked_full, 2);
	for (unsigned i = 0; i < 4; i++) {
		feed(b, ids[i]);
		assert_int_equal(verdict_on(&b->log, ids[i]), DROPPED);
	}
	assert_int_equal(stats_of(b)->grace_yielded, 6);
	assert_int_equal(b->park.table.used, 0);
	assert_int_equal(flows_of(b), 1);
	bed_free(b);
}

static void a_failure_yields_to_a_response_that_waits(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t waiting = respond(b, 0, GOOD);
	uint64_t error = respond(b, RCODE_SERVFAIL, "");
	assert_int_equal(verdict_on(&b->log, error), DROPPED);
	assert_int_equal(stats_of(b)->grace_yielded, 1);
	feed(b, waiting);
	assert_int_equal(verdict_on(&b->log, waiting), REPLACED);
	bed_free(b);
}

/* The failure came first and is held back; its grace ends while the other still waits. */
static void after_its_grace_a_failure_yields_to_a_response_that_waits(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t error = respond(b, RCODE_SERVFAIL, "");
	assert_true(is_held_back(b, error));
	uint64_t waiting = respond(b, 0, GOOD);
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, error), DROPPED);
	assert_true(is_parked(b, waiting));
	bed_free(b);
}

static void a_response_that_waited_is_dropped_if_its_question_was_answered(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t first = respond(b, 0, GOOD), second = respond(b, 0, GOOD);
	assert_true(is_parked(b, first) && is_parked(b, second));
	feed(b, first);
	assert_int_equal(verdict_on(&b->log, first), REPLACED);
	udp_validate_resume(&b->validator, park_find(&b->park, second), true);
	assert_int_equal(verdict_on(&b->log, second), DROPPED);
	assert_int_equal(stats_of(b)->responses_unsolicited, 1);
	assert_int_equal(b->park.table.used, 0);
	bed_free(b);
}

static void a_response_whose_keys_do_not_come_is_held_back_and_then_refused(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t id = respond(b, 0, GOOD);
	udp_validate_resume(&b->validator, park_find(&b->park, id), false);
	assert_true(is_held_back(b, id));
	assert_int_equal(stats_of(b)->parked_timeouts, 1);
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

/* ---- Answers that were cut ---- */

static void a_cut_answer_is_asked_for_whole(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned given;
		bool is_asker_full;
		bool is_asked;
		enum told told;
	} rows[] = {
		{ "with DO of ours", 0, false, true, NONE },
		{ "too many are asked", 0, true, false, ACCEPTED },
		{ "the query went on as it came", SERVER_REJECTS_EDNS, false, false, ACCEPTED },
		{ "in a pause", PAUSED, false, false, ACCEPTED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		if (rows[i].given & SERVER_REJECTS_EDNS)
			reject_edns(b);
		b->v->turn.is_paused = rows[i].given & PAUSED;
		b->v->is_asker_full = rows[i].is_asker_full;
		write_query(b, FLAG_RD, TYPE_A, OPT_DO);
		ask_octets(b, client, msg_span(&b->query));
		uint64_t id = respond(b, FLAG_TC, "");
		assert_row(rows[i].why, verdict_on(&b->log, id) == rows[i].told);
		assert_row(
		        rows[i].why, b->v->reasked == (rows[i].is_asked ? REASK_WHOLE : REASK_NOT));
		bed_free(b);
	}
}

static void without_the_whole_answer_the_cut_one_is_used(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t id = respond(b, FLAG_TC, "");
	struct parked *parked = park_find(&b->park, id);
	parked->waits_for = REASK_WHOLE;
	udp_validate_resume(&b->validator, parked, false);
	assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
	assert_true(validating_passed_once(b->v, EXEMPT_CUT));
	bed_free(b);
}

/* In a pause sealgate asks for nothing, and the client decides about the letters. */
static void a_cut_response_in_a_pause_passes_at_once(void **state)
{
	(void)state;
	static const uint8_t letters[] = { 'w', 'W' };

	for (size_t i = 0; i < COUNT(letters); i++) {
		struct bed *b = bed_new();
		ask(b);
		b->v->turn.is_paused = true;
		validating_write(b->v, WWW, FLAG_TC, "", true);
		b->v->judge->response.octets[13] = letters[i];
		uint64_t id = respond_octets(b, straight, msg_span(&b->v->judge->response));
		assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
		assert_int_equal(b->v->reasked, REASK_NOT);
		bed_free(b);
	}
}

/* Otherwise it would be judged again at once, for ever, and the worker would do nothing else. */
static void a_response_whose_time_is_over_waits_for_nothing_more(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_clock_set;
		enum told told;
		unsigned rcode;
	} rows[] = {
		{ "not for the clock, while its server is still being asked", false, REPLACED,
		        RCODE_SERVFAIL },
		{ "the clock is set", true, ACCEPTED, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->v->config.waits_for_clock = true;
		b->v->turn.clock = rows[i].is_clock_set ? CLOCK_SET : CLOCK_NOT_SET;
		ask(b);
		uint64_t id = respond(b, FLAG_TC, "");
		struct parked *parked = park_find(&b->park, id);
		assert_row(rows[i].why, b->v->reasked == REASK_WHOLE);
		parked->waits_for = REASK_WHOLE;
		udp_validate_resume(&b->validator, parked, false);
		assert_row(rows[i].why, verdict_on(&b->log, id) == rows[i].told);
		if (rows[i].told == REPLACED)
			assert_row(rows[i].why, rcode_sent(b) == rows[i].rcode);
		assert_row(rows[i].why, b->park.table.used == 0);
		bed_free(b);
	}
}

/* 1600 octets of TXT: a client may take them, but no packet in FORWARD. */
static void a_whole_answer_fits_the_client_and_the_path(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t udp_size;
		bool is_forwarded, is_cut;
	} rows[] = {
		{ "to this machine", 4096, false, false },
		{ "forwarded", 4096, true, true },
		{ "more than the client takes", 1232, false, true },
	};
	static char records[4000] = "www.example.test TXT #";

	if (strlen(records) < 100) {
		for (unsigned i = 0; i < 8; i++) {
			strcat(records, "c7");
			for (unsigned n = 0; n < 199; n++)
				strcat(records, "61");
		}
		strcat(records, " | example.test");
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct way_back way = straight;
		way.is_forwarded = rows[i].is_forwarded;
		msg_begin(&b->query, ID, FLAG_RD, "www.example.test", TYPE_TXT);
		msg_section(&b->query, SECTION_ADDITIONAL);
		msg_opt(&b->query, rows[i].udp_size, true);
		ask_octets(b, client, msg_span(&b->query));
		validating_write(b->v, "www.example.test TXT", FLAG_TC, "", true);
		uint64_t id = respond_octets(b, way, msg_span(&b->v->judge->response));
		struct parked *parked = park_find(&b->park, id);
		assert_non_null(parked);
		validating_write(b->v, "www.example.test TXT", 0, records, true);
		parked->whole_len = b->v->judge->response.len;
		parked->whole = malloc(parked->whole_len);
		memcpy(parked->whole, b->v->judge->response.octets, parked->whole_len);
		udp_validate_resume(&b->validator, parked, true);
		feed(b, id);
		assert_row(rows[i].why, verdict_on(&b->log, id) == REPLACED);
		assert_row(rows[i].why, !(b->log.payload[2] & 0x02) == !rows[i].is_cut);
		assert_row(rows[i].why, b->v->stats.status_secure == 1);
		bed_free(b);
	}
}

/* A whole answer came over TCP from the server itself, so nothing better can follow. */
static void a_forged_whole_answer_is_refused_at_once(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	uint64_t id = respond(b, FLAG_TC, "");
	struct parked *parked = park_find(&b->park, id);
	validating_write(b->v, WWW, 0, FORGED, true);
	parked->whole_len = b->v->judge->response.len;
	parked->whole = malloc(parked->whole_len);
	memcpy(parked->whole, b->v->judge->response.octets, parked->whole_len);
	udp_validate_resume(&b->validator, parked, true);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

/* Has the whole answer come, over UDP in fragments, of which an attacker may have sent all but
 * one. */
static void come_large(struct bed *b, uint64_t id, const char *question, const char *records)
{
	struct parked *parked = park_find(&b->park, id);

	validating_write(b->v, question, 0, records, true);
	parked->whole_len = b->v->judge->response.len;
	parked->whole = malloc(parked->whole_len);
	memcpy(parked->whole, b->v->judge->response.octets, parked->whole_len);
	parked->is_large = true;
	udp_validate_resume(&b->validator, parked, true);
}

static void a_whole_answer_over_udp_passes_only_if_it_is_secure(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name, *records;
		bool is_paused, come_keys;
		enum clock_state clock;
		bool is_whole;
	} rows[] = {
		{ "Secure", "www.example.test", GOOD, false, true, CLOCK_SET, true },
		{ "a forged fragment in a signed zone", "www.example.test", FORGED, false, true,
		        CLOCK_SET, false },
		{ "nothing protects an answer from an unsigned zone", "www.unsigned.test",
		        "www.unsigned.test A 192.0.2.66", false, true, CLOCK_SET, false },
		{ "without its keys nothing is proved", "www.example.test", GOOD, false, false,
		        CLOCK_SET, false },
		{ "a pause lets pass what came, not what sealgate asked for", "www.example.test",
		        GOOD, true, true, CLOCK_SET, false },
		{ "a time server, which passes while the clock is not set", "pool.example.test",
		        "pool.example.test A 192.0.2.66", false, true, CLOCK_NOT_SET, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		char question[64];

		snprintf(question, sizeof(question), "%s A", rows[i].name);
		msg_begin(&b->query, ID, FLAG_RD, rows[i].name, TYPE_A);
		ask_octets(b, client, msg_span(&b->query));
		validating_write(b->v, question, FLAG_TC, "", true);
		uint64_t id = respond_octets(b, straight, msg_span(&b->v->judge->response));
		assert_row(rows[i].why, b->v->reasked == REASK_WHOLE);
		b->v->turn.is_paused = rows[i].is_paused;
		b->v->turn.clock = rows[i].clock;
		come_large(b, id, question, rows[i].records);
		if (rows[i].come_keys)
			feed(b, id);
		else
			udp_validate_resume(&b->validator, park_find(&b->park, id), false);
		assert_row(rows[i].why, verdict_on(&b->log, id) != NONE);
		bool is_whole =
		        verdict_on(&b->log, id) == REPLACED && !(b->log.payload[2] & FLAG_TC >> 8);
		assert_row(rows[i].why, is_whole == rows[i].is_whole);
		assert_row(rows[i].why, b->v->stats.whole_unproved == !rows[i].is_whole);
		assert_row(rows[i].why, b->v->stats.responses_servfail == 0);
		bed_free(b);
	}
}

/* ---- Servers that reject EDNS ---- */

static void a_rejection_of_edns_waits_while_the_server_is_asked_again(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_paused;
		enum reask_how reasked;
	} rows[] = {
		{ "asked again without EDNS", false, REASK_PLAINLY },
		{ "in a pause nothing is asked", true, REASK_NOT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		write_query(b, FLAG_RD, TYPE_A, 0);
		assert_int_equal(ask_octets(b, client, msg_span(&b->query)), REPLACED);
		b->v->turn.is_paused = rows[i].is_paused;
		validating_write(b->v, WWW, RCODE_FORMERR, "", false);
		uint64_t id = respond_octets(b, straight, msg_span(&b->v->judge->response));
		assert_row(rows[i].why, b->v->reasked == rows[i].reasked);
		assert_row(rows[i].why, is_parked(b, id) == !rows[i].is_paused);
		bed_free(b);
	}
}

static uint64_t reject(struct bed *b)
{
	validating_write(b->v, WWW, RCODE_FORMERR, "", false);
	return respond_octets(b, straight, msg_span(&b->v->judge->response));
}

/* Gives a parked response the message that replaces it; one without records is an error. */
static void replace(struct bed *b, struct parked *parked, enum reask_how how, const char *records)
{
	validating_write(b->v, WWW, records[0] ? 0 : RCODE_FORMERR, records, records[0] != 0);
	parked->whole_len = b->v->judge->response.len;
	parked->whole = malloc(parked->whole_len);
	memcpy(parked->whole, b->v->judge->response.octets, parked->whole_len);
	parked->reasked |= how;
	parked->came_by = how;
}

/* The client gets an answer, and no other client loses anything. */
static void a_question_whose_options_are_rejected_is_answered_without(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct message m;
	struct rr rrs[8];

	write_query_with_cookie(b);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), ACCEPTED);
	uint64_t id = reject(b);
	assert_true(is_parked(b, id));
	assert_int_equal(b->v->reasked, REASK_BARELY);
	replace(b, park_find(&b->park, id), REASK_BARELY, GOOD);
	udp_validate_resume(&b->validator, park_find(&b->park, id), true);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_NOERROR);
	assert_int_equal(stats_of(b)->status_secure, 1);

	/* from now on the query goes on without them, at no cost */
	write_query_with_cookie(b);
	assert_int_equal(ask_octets(b, client, msg_span(&b->query)), REPLACED);
	assert_true(message_parse(&m, span_of(b->log.payload, b->log.payload_len), rrs, 8));
	assert_true(m.edns.present && m.edns.dnssec_ok);
	assert_int_equal(m.edns.options.len, 0);
	assert_int_equal(stats_of(b)->queries_bare, 1);
	bed_free(b);
}

/* An attacker who forges the error, and stops the second answer, must not have the client ask
 * without EDNS from now on. */
static void an_error_of_which_nothing_more_was_heard_becomes_servfail(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool in_time; /* the asking ended before the wait */
	} rows[] = { { "the server is silent", true },
		{ "the time is over, and the asking is not", false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		write_query_with_cookie(b);
		ask_octets(b, client, msg_span(&b->query));
		uint64_t id = reject(b);
		assert_row(rows[i].why, is_parked(b, id) && b->v->reasked == REASK_BARELY);
		park_find(&b->park, id)->waits_for = rows[i].in_time ? REASK_NOT : REASK_BARELY;
		udp_validate_resume(&b->validator, park_find(&b->park, id), rows[i].in_time);
		assert_row(rows[i].why, is_held_back(b, id)); /* the server's own answer may come */
		end_grace(b);
		assert_row(rows[i].why, verdict_on(&b->log, id) == REPLACED);
		assert_row(rows[i].why, rcode_sent(b) == RCODE_SERVFAIL);
		bed_free(b);
	}
}

/* Nor by having all questions in use, or the room of those that wait. */
static void an_error_that_cannot_be_asked_about_becomes_servfail(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	b->v->is_asker_full = true;
	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	uint64_t id = reject(b);
	assert_true(is_held_back(b, id));
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

static void the_answer_is_welcome_while_an_error_is_held_back(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	b->v->is_asker_full = true;
	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	reject(b);
	uint64_t id = respond(b, 0, GOOD);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_NOERROR);
	bed_free(b);
}

/* A server that knows no EDNS says so twice. The client learns that, and asks without. */
static void a_server_that_rejects_the_bare_question_too_is_believed(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	uint64_t id = reject(b);
	replace(b, park_find(&b->park, id), REASK_BARELY, "");
	udp_validate_resume(&b->validator, park_find(&b->park, id), true);
	assert_true(is_held_back(b, id));
	end_grace(b);
	assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
	bed_free(b);
}

/* Otherwise an attacker who sees the query has the server asked once for each error that he
 * forges. */
static void any_number_of_rejections_costs_the_server_one_query(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	for (unsigned i = 0; i < 2 * PARKED_MAX; i++) {
		b->v->reasked = REASK_NOT;
		uint64_t id = reject(b);
		assert_int_equal(b->v->reasked, i == 0 ? REASK_BARELY : REASK_NOT);
		assert_int_equal(is_parked(b, id), i == 0);
	}
	/* the same query again is a copy of the first one, not a new question */
	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	b->v->reasked = REASK_NOT;
	reject(b);
	assert_int_equal(b->v->reasked, REASK_NOT);
	/* the server's own answer is still welcome */
	uint64_t id = respond(b, 0, GOOD);
	feed(b, id);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_NOERROR);
	bed_free(b);
}

/* An attacker could send a copy with the addresses, ports and id of a client's query, and with an
 * option, in case the server rejects that. */
static void a_copy_with_options_does_not_have_an_error_believed(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	const struct sockaddr_storage address =
	        sockaddr_of(span_of("\306\63\144\65", 4), server.port, 0); /* 198.51.100.53 */

	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	ask_octets(b, client, msg_span(&b->query));
	write_query_with_cookie(b);
	ask_octets(b, client, msg_span(&b->query));
	reject(b);
	assert_false(server_fallback_is_plain(&b->v->fallback, &address));
	assert_int_equal(b->v->reasked, REASK_BARELY);
	bed_free(b);
}

/* ---- Asking once more ---- */

#define BARE "www.example.test A 192.0.2.66"

/* Has a forgery come, and its grace end. Returns its packet, which waits for the new answer. */
static uint64_t refuse_and_wait(struct bed *b)
{
	b->v->asks_once_more = true;
	ask(b);
	uint64_t id = respond(b, 0, FORGED);
	feed(b, id);
	assert_true(is_held_back(b, id));
	assert_int_equal(b->v->reasked, REASK_NOT);
	end_grace(b);
	return id;
}

static struct parked *answer_once_more(struct bed *b, uint64_t id, const char *records)
{
	struct parked *parked = park_find(&b->park, id);

	validating_write(b->v, WWW, 0, records, true);
	parked->proof_len = b->v->judge->response.len;
	parked->proof = malloc(parked->proof_len);
	memcpy(parked->proof, b->v->judge->response.octets, parked->proof_len);
	parked->came_by = REASK_ONCE_MORE;
	return parked;
}

static void after_its_grace_a_refused_response_waits_for_another_answer(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned rcode;
	} rows[] = {
		{ "which proves itself", GOOD, RCODE_NOERROR },
		{ "which is forged too", FORGED, RCODE_SERVFAIL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		uint64_t id = refuse_and_wait(b);
		assert_row(rows[i].why, is_parked(b, id) && !is_held_back(b, id));
		assert_row(rows[i].why, b->v->reasked == REASK_ONCE_MORE);
		udp_validate_resume(&b->validator, answer_once_more(b, id, rows[i].records), true);
		feed(b, id);
		assert_row(rows[i].why, verdict_on(&b->log, id) == REPLACED);
		assert_row(rows[i].why, rcode_sent(b) == rows[i].rcode);
		assert_row(rows[i].why, flows_of(b) == 0 && b->park.table.used == 0);
		bed_free(b);
	}
}

/* The server's answer to the client's own query was late: it is as good as another one. */
static void while_a_question_is_asked_once_more_a_late_answer_wins(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	uint64_t id = refuse_and_wait(b), late = respond(b, 0, GOOD);

	assert_int_equal(verdict_on(&b->log, late), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_NOERROR);
	udp_validate_resume(&b->validator, answer_once_more(b, id, GOOD), true);
	assert_int_equal(verdict_on(&b->log, id), DROPPED);
	bed_free(b);
}

/* An attacker who sees the query can send any number of forgeries. */
static void any_number_of_forgeries_has_a_question_asked_once_more_once(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	uint64_t id = refuse_and_wait(b);

	for (unsigned i = 0; i < 2 * PARKED_MAX; i++) {
		b->v->reasked = REASK_NOT;
		uint64_t next = respond(b, 0, i % 2 ? BARE : FORGED);
		end_grace(b);
		assert_int_equal(verdict_on(&b->log, next), DROPPED);
		assert_int_equal(b->v->reasked, REASK_NOT);
	}
	struct parked *parked = park_find(&b->park, id);
	parked->waits_for = REASK_ONCE_MORE;
	udp_validate_resume(&b->validator, parked, false);
	assert_int_equal(verdict_on(&b->log, id), REPLACED);
	assert_int_equal(rcode_sent(b), RCODE_SERVFAIL);
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_goes_on_with_do_or_as_it_came_or_not_at_all),
		cmocka_unit_test(the_answer_to_several_questions_is_formerr),
		cmocka_unit_test(only_do_and_the_size_are_added_to_a_query),
		cmocka_unit_test(a_cut_query_goes_nowhere),
		cmocka_unit_test(a_query_that_cannot_be_remembered_goes_nowhere),
		cmocka_unit_test(a_second_query_with_the_same_id_is_reported),
		cmocka_unit_test(a_query_of_the_shortcut_is_remembered),
		cmocka_unit_test(only_what_was_asked_for_is_answered),
		cmocka_unit_test(a_question_is_answered_once),
		cmocka_unit_test(an_unchanged_response_is_accepted_as_it_is),
		cmocka_unit_test(a_recalled_response_that_was_changed_is_not_accepted_as_it_came),
		cmocka_unit_test(a_signed_query_needs_a_signed_response),
		cmocka_unit_test(a_response_never_took_less_than_no_time),
		cmocka_unit_test(octets_after_the_end_of_a_message_are_cut_off),
		cmocka_unit_test(badvers_reaches_a_client_that_sent_another_version),
		cmocka_unit_test(a_query_for_a_cookie_is_answered_without_records),
		cmocka_unit_test(a_client_gets_its_own_letters_from_a_server_that_changes_them),
		cmocka_unit_test(a_forgery_in_wrong_letters_never_reaches_the_client),
		cmocka_unit_test(a_response_in_wrong_letters_does_not_come_back_after_a_grace),
		cmocka_unit_test(letters_count_again_when_the_server_keeps_them),
		cmocka_unit_test(what_is_not_judged_keeps_its_letters),
		cmocka_unit_test(a_doubted_response_leaves_the_question_open_after_its_grace),
		cmocka_unit_test(a_better_response_wins),
		cmocka_unit_test(after_its_grace_a_refused_response_is_a_servfail),
		cmocka_unit_test(an_error_is_not_held_back_if_its_server_gave_it_before),
		cmocka_unit_test(an_error_that_a_better_response_followed_is_held_back_again),
		cmocka_unit_test(an_error_of_a_zone_that_is_known_to_be_unsigned_is_not_held_back),
		cmocka_unit_test(after_its_grace_a_response_does_not_wait_for_keys),
		cmocka_unit_test(on_one_side_a_failure_keeps_the_flow),
		cmocka_unit_test(without_grace_a_refused_response_is_a_servfail_at_once),
		cmocka_unit_test(without_room_for_grace_a_refused_response_is_dropped),
		cmocka_unit_test(while_the_true_response_may_have_found_no_room_no_failure_answers),
		cmocka_unit_test(a_failure_yields_to_a_response_that_waits),
		cmocka_unit_test(after_its_grace_a_failure_yields_to_a_response_that_waits),
		cmocka_unit_test(a_response_that_waited_is_dropped_if_its_question_was_answered),
		cmocka_unit_test(a_response_whose_keys_do_not_come_is_held_back_and_then_refused),
		cmocka_unit_test(a_cut_answer_is_asked_for_whole),
		cmocka_unit_test(without_the_whole_answer_the_cut_one_is_used),
		cmocka_unit_test(a_cut_response_in_a_pause_passes_at_once),
		cmocka_unit_test(a_response_whose_time_is_over_waits_for_nothing_more),
		cmocka_unit_test(a_whole_answer_fits_the_client_and_the_path),
		cmocka_unit_test(a_forged_whole_answer_is_refused_at_once),
		cmocka_unit_test(a_whole_answer_over_udp_passes_only_if_it_is_secure),
		cmocka_unit_test(a_rejection_of_edns_waits_while_the_server_is_asked_again),
		cmocka_unit_test(a_question_whose_options_are_rejected_is_answered_without),
		cmocka_unit_test(an_error_of_which_nothing_more_was_heard_becomes_servfail),
		cmocka_unit_test(an_error_that_cannot_be_asked_about_becomes_servfail),
		cmocka_unit_test(the_answer_is_welcome_while_an_error_is_held_back),
		cmocka_unit_test(a_server_that_rejects_the_bare_question_too_is_believed),
		cmocka_unit_test(any_number_of_rejections_costs_the_server_one_query),
		cmocka_unit_test(a_copy_with_options_does_not_have_an_error_believed),
		cmocka_unit_test(after_its_grace_a_refused_response_waits_for_another_answer),
		cmocka_unit_test(while_a_question_is_asked_once_more_a_late_answer_wins),
		cmocka_unit_test(any_number_of_forgeries_has_a_question_asked_once_more_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
