/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fate of a response, whatever carried it. The carrier is a stand-in that notes what it is told
 * to do. */
#include "standin.h"
#include "validating.h"

#include "dnssec/limits.h"

#define WWW    "www.example.test A"
#define POOL   "1.pool.example.test A"
#define GOOD   "www.example.test A 192.0.2.1 | example.test"
#define FORGED "www.example.test A 192.0.2.66 | example.test spoilt"
#define BARE   "www.example.test A 192.0.2.66"

struct bed {
	struct standin s; /* comes first: the carrier is given its arrival */
	struct validating *v;
	struct client_query asked;
	uint8_t octets[65535];
};

static struct bed *bed_new(bool can_assist, const char *question, unsigned how)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(can_assist);
	b->asked = judge_asked(question, how);
	b->s.arrival = (struct arrival){
		.carrier = &stand_in, .asked = &b->asked, .client = span_of("\300\0\2\7", 4)
	};
	b->s.arrival.server.ss_family = AF_INET;
	return b;
}

static void bed_free(struct bed *b)
{
	free(b->s.parked.proof);
	free(b->s.parked.whole);
	validating_free(b->v);
	free(b);
}

/* Has the response in v->judge->response arrive. `response` gets it parsed. */
static void arrive(struct bed *b, struct message *response)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct span octets = msg_span(&b->v->judge->response);

	memcpy(b->octets, octets.base, octets.len);
	b->s.arrival.message = octets;
	b->s.arrival.parked = NULL;
	b->s.arrival.is_changed = false;
	b->s.fate = WAITS;
	b->v->fetched = 0;
	assert_true(message_parse(response, octets, rrs, MESSAGE_RRS_MAX));
}

static void take(struct bed *b)
{
	struct message response;

	arrive(b, &response);
	arrival_take(&b->v->arrivals, &b->s.arrival, &response, b->octets);
}

/* Answers what the response waits for, until it waits no more. */
static void feed(struct bed *b)
{
	for (unsigned fetched = 0; b->s.fate == WAITS && b->v->fetched > fetched; fetched++) {
		assert_true(fetched < LIMIT_FETCHES);
		validating_feed(b->v);
		arrival_again(&b->v->arrivals, &b->s.arrival, true);
	}
}

static void assert_fate(const struct bed *b, const char *why, enum fate fate)
{
	if (b->s.fate != fate)
		fail_msg("%s: %s instead of %s", why, fates[b->s.fate], fates[fate]);
	assert_row(why, b->s.ends == (fate == WAITS ? 0 : 1));
}

/* ---- Responses whose keys can be had ---- */

enum {
	PAUSED = 2,
	LAST = 4,         /* nothing better can follow */
	GRACE_IS_OFF = 8, /* the carrier holds nothing back */
	CAN_WAIT_FOR_CLOCK = 16,
	HAD_ITS_TIME = 32,
	NO_ROOM = 64, /* to wait */
	BLOCKED_PASSES = 128,
	TRANSFERS = 256, /* they pass, and the client asks as a secondary does */
};

static const struct row {
	const char *why, *question;
	unsigned how;
	uint16_t flags;
	const char *records;
	enum clock_state clock;
	unsigned given;
	enum fate fate;
	size_t counter;
	enum exemption passed; /* by which it was counted, if it was delivered */
} rows[] = {
	/* judged */
	{ "Secure, and the client set DO", WWW, ASK_DO, 0, GOOD, CLOCK_SET, 0, OTHER,
	        COUNTER(status_secure), EXEMPT_NOT },
	{ "Secure, and the client knows no EDNS", WWW, ASK_PLAIN, 0, GOOD, CLOCK_SET, 0, OTHER,
	        COUNTER(responses_rewritten), EXEMPT_NOT },
	{ "Insecure", "www.unsigned.test A", ASK_DO, 0, "www.unsigned.test A 192.0.2.1", CLOCK_SET,
	        0, CAME, COUNTER(status_insecure), EXEMPT_NOT },
	/* refused */
	{ "a forged signature waits for a better response", WWW, ASK_DO, 0, FORGED, CLOCK_SET, 0,
	        HELD_BACK, 0, 0 },
	{ "no signature, in a signed zone", WWW, ASK_DO, 0, BARE, CLOCK_SET, 0, HELD_BACK, 0, 0 },
	{ "records of another name", WWW, ASK_DO, 0, "a.example.test A 192.0.2.1 | example.test",
	        CLOCK_SET, 0, HELD_BACK, 0, 0 },
	{ "forged, and nothing better can follow", WWW, ASK_DO, 0, FORGED, CLOCK_SET, LAST,
	        SERVFAIL, COUNTER(responses_servfail), 0 },
	{ "forged, and the carrier holds nothing back", WWW, ASK_DO, 0, FORGED, CLOCK_SET,
	        GRACE_IS_OFF, SERVFAIL, COUNTER(status_bogus), 0 },
	/* refused, and a part of it passes, but never before a better response had its time */
	{ "a filter's denial", WWW, ASK_PLAIN, RCODE_NXDOMAIN, "", CLOCK_SET, BLOCKED_PASSES,
	        HELD_BACK, 0, 0 },
	{ "a filter's denial, and nothing better came", WWW, ASK_PLAIN, RCODE_NXDOMAIN, "",
	        CLOCK_SET, BLOCKED_PASSES | LAST, OTHER, COUNTER(responses_rewritten),
	        EXEMPT_BLOCKED },
	{ "a filter's denial, which nobody lets pass", WWW, ASK_PLAIN, RCODE_NXDOMAIN, "",
	        CLOCK_SET, LAST, SERVFAIL, COUNTER(status_bogus), 0 },
	{ "a filter's denial before the clock is set, which waits for nothing better", WWW,
	        ASK_PLAIN, RCODE_NXDOMAIN, "", CLOCK_NOT_SET, BLOCKED_PASSES, SERVFAIL,
	        COUNTER(responses_clockless), 0 },
	{ "an address is no denial", WWW, ASK_PLAIN, 0, BARE, CLOCK_SET, BLOCKED_PASSES | LAST,
	        SERVFAIL, COUNTER(status_bogus), 0 },
	{ "a primary's SOA", "example.test SOA", ASK_NO_RD, FLAG_AA, "example.test SOA", CLOCK_SET,
	        TRANSFERS, HELD_BACK, 0, 0 },
	{ "a primary's SOA, and nothing better came", "example.test SOA", ASK_NO_RD, FLAG_AA,
	        "example.test SOA", CLOCK_SET, TRANSFERS | LAST, OTHER,
	        COUNTER(responses_rewritten), EXEMPT_SOA },
	/* errors */
	{ "an error waits for a better response", WWW, ASK_DO, RCODE_SERVFAIL, "", CLOCK_SET, 0,
	        HELD_BACK, 0, 0 },
	{ "a forged record under an error is no more than an error", WWW, ASK_DO, RCODE_REFUSED,
	        FORGED, CLOCK_SET, 0, HELD_BACK, 0, 0 },
	{ "an error of a name without a trust anchor", "www.unsigned.test A", ASK_DO,
	        RCODE_SERVFAIL, "", CLOCK_SET, 0, HELD_BACK, 0, 0 },
	{ "an error, and nothing better can follow", WWW, ASK_DO, RCODE_REFUSED, "", CLOCK_SET,
	        LAST, CAME, COUNTER(responses_accepted), EXEMPT_ERROR },
	{ "an error with a record, which does not pass", WWW, ASK_DO, RCODE_REFUSED, BARE,
	        CLOCK_SET, LAST, OTHER, COUNTER(responses_rewritten), EXEMPT_ERROR },
	{ "a response that was cut", WWW, ASK_DO, FLAG_TC, BARE, CLOCK_SET, 0, OTHER,
	        COUNTER(responses_rewritten), EXEMPT_CUT },
	/* the clock */
	{ "the clock is not set", WWW, ASK_DO, 0, GOOD, CLOCK_NOT_SET, 0, SERVFAIL,
	        COUNTER(responses_clockless), 0 },
	{ "not set, and responses wait for it", WWW, ASK_DO, 0, GOOD, CLOCK_NOT_SET,
	        CAN_WAIT_FOR_CLOCK, WAITS, COUNTER(parked), 0 },
	{ "not set, and there is no room to wait", WWW, ASK_DO, 0, GOOD, CLOCK_NOT_SET,
	        CAN_WAIT_FOR_CLOCK | NO_ROOM, SERVFAIL, COUNTER(responses_clockless), 0 },
	{ "not set, and the response had its time", WWW, ASK_DO, 0, GOOD, CLOCK_NOT_SET,
	        CAN_WAIT_FOR_CLOCK | HAD_ITS_TIME, SERVFAIL, COUNTER(responses_clockless), 0 },
	{ "not set, an error", WWW, ASK_DO, RCODE_REFUSED, "", CLOCK_NOT_SET, 0, SERVFAIL,
	        COUNTER(responses_clockless), 0 },
	{ "not set, a time server", POOL, ASK_DO, 0, "1.pool.example.test A 192.0.2.123",
	        CLOCK_NOT_SET, 0, CAME, COUNTER(responses_accepted), EXEMPT_CLOCK },
	{ "not set, a time server, with a record of another name", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.123\n+ www.other.test A 192.0.2.66", CLOCK_NOT_SET,
	        0, OTHER, COUNTER(responses_rewritten), EXEMPT_CLOCK },
	{ "unsynchronised, a good response", WWW, ASK_DO, 0, GOOD, CLOCK_UNSYNCHRONISED, 0, OTHER,
	        COUNTER(status_secure), EXEMPT_NOT },
	{ "unsynchronised, expired", WWW, ASK_DO, 0,
	        "www.example.test A 192.0.2.1 | example.test expired", CLOCK_UNSYNCHRONISED, LAST,
	        SERVFAIL, COUNTER(status_bogus), 0 },
	{ "unsynchronised, a time server with an expired signature", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.123 | example.test expired", CLOCK_UNSYNCHRONISED, 0,
	        CAME, COUNTER(responses_accepted), EXEMPT_DATES },
	{ "unsynchronised, a time server with a signature that is not valid yet", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.123 | example.test early", CLOCK_UNSYNCHRONISED, 0,
	        CAME, COUNTER(responses_accepted), EXEMPT_DATES },
	{ "unsynchronised, a time server with an expired and forged signature", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.66 | example.test expired spoilt",
	        CLOCK_UNSYNCHRONISED, LAST, SERVFAIL, COUNTER(status_bogus), 0 },
	{ "unsynchronised, a time server without a signature", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.66", CLOCK_UNSYNCHRONISED, LAST, SERVFAIL,
	        COUNTER(status_bogus), 0 },
	{ "set, a time server with an expired signature", POOL, ASK_DO, 0,
	        "1.pool.example.test A 192.0.2.123 | example.test expired", CLOCK_SET, LAST,
	        SERVFAIL, COUNTER(status_bogus), 0 },
	/* a pause */
	{ "forged, in a pause", WWW, ASK_DO, 0, FORGED, CLOCK_SET, PAUSED, CAME,
	        COUNTER(responses_accepted), EXEMPT_PAUSE },
	{ "in a pause while the clock is not set", WWW, ASK_DO, 0, FORGED, CLOCK_NOT_SET, PAUSED,
	        CAME, COUNTER(responses_accepted), EXEMPT_PAUSE },
	{ "in a pause a claim of AD does not pass", WWW, ASK_DO, FLAG_AD, FORGED, CLOCK_SET, PAUSED,
	        OTHER, COUNTER(responses_rewritten), EXEMPT_PAUSE },
	{ "in a pause a client that knows no EDNS gets no signature", WWW, ASK_PLAIN, 0, FORGED,
	        CLOCK_SET, PAUSED, OTHER, COUNTER(responses_rewritten), EXEMPT_PAUSE },
	{ "in a pause no error waits", WWW, ASK_DO, RCODE_SERVFAIL, "", CLOCK_SET, PAUSED, CAME,
	        COUNTER(responses_accepted), EXEMPT_PAUSE },
};

static bool is_error(uint16_t flags)
{
	unsigned rcode = flags & RCODE_MASK;

	return rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN;
}

static void set_up_row(struct bed *b, const struct row *row)
{
	unsigned given = row->given;

	b->v->turn.clock = row->clock;
	b->v->turn.is_paused = given & PAUSED;
	b->v->config.waits_for_clock = given & CAN_WAIT_FOR_CLOCK;
	b->v->policy.passes_blocked = given & BLOCKED_PASSES;
	b->v->policy.passes_transfers = given & TRANSFERS;
	b->asked.precedes_transfer = given & TRANSFERS;
	b->s.has_no_room = given & NO_ROOM;
	b->s.holds_nothing_back = given & GRACE_IS_OFF;
	b->s.arrival.is_last = given & LAST;
	b->s.arrival.may_not_wait = given & HAD_ITS_TIME;
}

static void each_response_comes_to_its_end(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct bed *b = bed_new(false, row->question, row->how);
		set_up_row(b, row);
		validating_write(b->v, row->question, row->flags, row->records, true);
		take(b);
		feed(b);
		assert_fate(b, row->why, row->fate);
		if (row->fate == HELD_BACK) /* an error waits less long */
			assert_row(row->why, b->s.held_as_error == is_error(row->flags));
		else
			assert_row(row->why, validating_count(b->v, row->counter) > 0);
		if (row->fate == CAME || row->fate == OTHER)
			assert_row(row->why, validating_passed_once(b->v, row->passed));
		bed_free(b);
	}
}

/* What passes for a time server holds no record of another name. */
static void before_the_clock_is_set_no_other_name_passes(void **state)
{
	(void)state;
	static struct rr rrs[16];
	struct message m;
	struct bed *b = bed_new(false, POOL, ASK_DO);

	b->v->turn.clock = CLOCK_NOT_SET;
	validating_write(b->v, POOL, FLAG_AD,
	        "1.pool.example.test A 192.0.2.123\n"
	        "> example.test NS ns.example.test\n+ www.other.test A 192.0.2.66",
	        true);
	take(b);
	assert_true(
	        message_parse(&m, span_of(b->s.delivered, b->s.delivered_len), rrs, COUNT(rrs)));
	assert_string_equal(judge_list(&m), "1.pool.example.test/A");
	assert_int_equal(m.flags & FLAG_AD, 0);
	bed_free(b);
}

/* No record of a response that was refused reaches the client, and no AD. */
static void a_servfail_is_empty(void **state)
{
	(void)state;
	static struct rr rrs[16];
	struct message m;
	struct bed *b = bed_new(false, WWW, ASK_DO);

	b->s.arrival.is_last = true;
	validating_write(b->v, WWW, FLAG_AD, FORGED, true);
	take(b);
	feed(b);
	assert_fate(b, "forged", SERVFAIL);
	assert_true(
	        message_parse(&m, span_of(b->s.delivered, b->s.delivered_len), rrs, COUNT(rrs)));
	assert_int_equal(m.rr_count, 0);
	assert_int_equal(m.flags & FLAG_AD, 0);
	assert_int_equal(m.id, b->asked.id);
	bed_free(b);
}

/* True if the SERVFAIL has the sentence of this reason. */
static bool tells(const struct bed *b, enum reason reason)
{
	const char *sentence = reason_sentence(reason);

	return memmem(b->s.delivered, b->s.delivered_len, sentence, strlen(sentence)) != NULL;
}

/* The client learns why (RFC 8914), which an operator needs who looks for the cause. */
static void a_servfail_tells_the_reason(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		enum clock_state clock;
		bool had_its_time, rejects_edns;
		unsigned work, lacking; /* answers without signatures before */
		enum reason reason, habit;
		bool is_bogus;
	} table[] = {
		{ "forged", FORGED, CLOCK_SET, false, false, 0, 0, REASON_RRSIG_FAILED, REASON_NONE,
		        true },
		{ "no signature", BARE, CLOCK_SET, false, false, 0, 0, REASON_RRSIG_MISSING,
		        REASON_NONE, true },
		{ "the server rejects EDNS: what is known to be signed is Bogus all the same", BARE,
		        CLOCK_SET, false, true, 0, 0, REASON_RRSIG_MISSING, REASON_NO_EDNS, true },
		{ "the server never sends signatures: Bogus all the same", BARE, CLOCK_SET, false,
		        false, 0, UPSTREAM_LACKING, REASON_RRSIG_MISSING, REASON_STRIPPED, true },
		{ "the clock is not set", GOOD, CLOCK_NOT_SET, false, false, 0, 0,
		        REASON_CLOCK_NOT_SET, REASON_NONE, false },
		{ "the keys did not come in time", GOOD, CLOCK_SET, true, false, 0, 0,
		        REASON_FETCH_TIMEOUT, REASON_NONE, false },
		{ "it costs too much", GOOD, CLOCK_SET, false, false, LIMIT_WORK_ALL + 1, 0,
		        REASON_BUDGET, REASON_NONE, false },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		struct message refusal = { .flags = FLAG_QR | RCODE_FORMERR };
		struct gate_result lacking = { .outcome = outcome_of(
			                               STATUS_BOGUS, REASON_RRSIG_MISSING) };
		b->v->turn.clock = table[i].clock;
		b->s.arrival.is_last = true;
		b->s.arrival.may_not_wait = table[i].had_its_time;
		b->s.parked.work = table[i].work;
		if (table[i].rejects_edns)
			server_fallback_came(
			        &b->v->fallback, &b->s.arrival.server, &b->asked, &refusal);
		validating_write(b->v, WWW, 0, table[i].records, true);
		struct judged_response judged = { &b->asked, msg_span(&b->v->judge->response),
			&lacking, false };
		for (unsigned n = 0; n < table[i].lacking; n++) {
			server_fallback_judged(&b->v->fallback, &b->s.arrival.server, &judged);
			b->v->turn.now_ms += UPSTREAM_RETRY_MS;
		}
		take(b);
		feed(b);
		assert_fate(b, table[i].why, SERVFAIL);
		assert_row(table[i].why, tells(b, table[i].reason));
		assert_row(table[i].why, table[i].habit == REASON_NONE || tells(b, table[i].habit));
		assert_row(table[i].why, b->v->stats.status_bogus == table[i].is_bogus);
		bed_free(b);
	}
}

/* ---- Waiting for keys ---- */

/* Each of these ends can be brought about by an attacker, so none is told at once. */
static void a_response_whose_keys_cannot_be_had_is_not_delivered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_no_room, is_fetcher_full, had_its_time;
		unsigned fetches, work; /* that it has cost already */
		enum fate fate;
		size_t counter;
		unsigned fetched;
	} table[] = {
		{ "it waits", false, false, false, 0, 0, WAITS, COUNTER(parked), 1 },
		{ "no room to wait: its keys are fetched all the same", true, false, false, 0, 0,
		        HELD_BACK, COUNTER(parked_full), 1 },
		{ "too many fetches", false, true, false, 0, 0, HELD_BACK, COUNTER(fetches_full),
		        1 },
		{ "it had its time", false, false, true, 0, 0, HELD_BACK, COUNTER(queries), 0 },
		{ "its last fetch", false, false, false, LIMIT_FETCHES - 1, 0, WAITS,
		        COUNTER(parked), 1 },
		{ "one fetch too many", false, false, false, LIMIT_FETCHES, 0, HELD_BACK,
		        COUNTER(parked), 0 },
		{ "its last work", false, false, false, 0, LIMIT_WORK_ALL, WAITS, COUNTER(parked),
		        1 },
		{ "more work than is allowed", false, false, false, 0, LIMIT_WORK_ALL + 1,
		        HELD_BACK, COUNTER(parked), 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		b->s.has_no_room = table[i].has_no_room;
		b->v->is_fetcher_full = table[i].is_fetcher_full;
		b->s.arrival.may_not_wait = table[i].had_its_time;
		b->s.parked.fetches = table[i].fetches;
		b->s.parked.work = table[i].work;
		validating_write(b->v, WWW, 0, GOOD, true);
		take(b);
		assert_fate(b, table[i].why, table[i].fate);
		assert_row(table[i].why, b->v->fetched == table[i].fetched);
		if (table[i].counter != COUNTER(queries))
			assert_row(table[i].why, validating_count(b->v, table[i].counter) == 1);
		if (table[i].fetched)
			assert_row(table[i].why,
			        b->v->fetched_for == (table[i].has_no_room ? NULL : &b->s.parked));
		bed_free(b);
	}
}

/* A server that does not recurse has no keys of other zones. And the bound is for the response as a
 * whole: each signer named in it could cause queries. */
static void what_follows_is_fetched_ahead_if_the_server_can_have_it(void **state)
{
	(void)state;
	static const struct sockaddr_storage resolver = { .ss_family = AF_INET };
	static const struct {
		const char *why;
		uint16_t flags;
		unsigned resolvers, fetched_soon;
	} table[] = {
		{ "a resolver", FLAG_RD, 0, 4 },
		{ "a server of one zone", 0, 0, 0 },
		{ "keys come from the configured resolver", 0, 1, 4 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		b->asked.flags = table[i].flags;
		b->v->config.sources.resolvers = &resolver;
		b->v->config.sources.resolver_count = table[i].resolvers;
		validating_write(b->v, WWW, 0, GOOD, true);
		take(b);
		assert_row(table[i].why, b->v->fetched == 1 && b->v->want.type == TYPE_DNSKEY);
		assert_row(table[i].why, b->v->fetched_soon == table[i].fetched_soon);
		bed_free(b);
	}
}

static void a_wait_that_ends_in_vain_refuses(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		enum clock_state clock;
		bool is_paused, in_time, is_last;
		enum fate fate;
		size_t counter;
	} table[] = {
		{ "no keys in time", CLOCK_SET, false, false, false, HELD_BACK,
		        COUNTER(parked_timeouts) },
		{ "no keys in time, and nothing better can follow", CLOCK_SET, false, false, true,
		        SERVFAIL, COUNTER(parked_timeouts) },
		{ "the clock was not set in time: no response is better", CLOCK_NOT_SET, false,
		        false, false, SERVFAIL, COUNTER(parked_timeouts) },
		{ "in a pause it passes", CLOCK_SET, true, false, false, CAME,
		        COUNTER(responses_accepted) },
		{ "in time, but the keys are still unknown", CLOCK_SET, false, true, false, WAITS,
		        COUNTER(parked) },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		validating_write(b->v, WWW, 0, GOOD, true);
		take(b);
		assert_fate(b, table[i].why, WAITS);
		b->v->turn.clock = table[i].clock;
		b->v->turn.is_paused = table[i].is_paused;
		b->s.arrival.is_last = table[i].is_last;
		arrival_again(&b->v->arrivals, &b->s.arrival, table[i].in_time);
		assert_fate(b, table[i].why, table[i].fate);
		assert_row(table[i].why, validating_count(b->v, table[i].counter) == 1);
		bed_free(b);
	}
}

static void a_response_that_waits_for_the_clock_is_judged_once_it_is_set(void **state)
{
	(void)state;
	struct bed *b = bed_new(false, WWW, ASK_DO);

	b->v->turn.clock = CLOCK_NOT_SET;
	b->v->config.waits_for_clock = true;
	validating_write(b->v, WWW, 0, FORGED, true);
	take(b);
	assert_ptr_equal(b->v->arrivals.clockless.first, &b->s.parked);
	b->v->turn.clock = CLOCK_SET;
	parked_unlist(&b->s.parked);
	arrival_again(&b->v->arrivals, &b->s.arrival, true);
	feed(b);
	assert_fate(b, "forged", HELD_BACK);
	bed_free(b);
}

/* ---- Responses like one before ---- */

static void only_an_equal_response_is_recalled(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned how;
		bool is_paused, is_recalled;
	} table[] = {
		{ "the same", GOOD, ASK_DO, false, true },
		{ "another address", "www.example.test A 192.0.2.66 | example.test spoilt", ASK_DO,
		        false, false },
		{ "no signature", "www.example.test A 192.0.2.1", ASK_DO, false, false },
		{ "for a client that asks otherwise", GOOD, ASK_PLAIN, false, false },
		{ "in a pause nothing is judged", GOOD, ASK_DO, true, false },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		validating_write(b->v, WWW, 0, GOOD, true);
		take(b);
		feed(b);
		b->s.ends = 0;
		b->asked = judge_asked(WWW, table[i].how);
		b->v->turn.is_paused = table[i].is_paused;
		validating_write(b->v, WWW, 0, table[i].records, true);
		take(b);
		feed(b);
		assert_row(table[i].why, b->s.ends == 1);
		assert_row(table[i].why, b->v->stats.responses_recalled == table[i].is_recalled);
		if (table[i].is_recalled)
			assert_row(table[i].why, b->v->stats.status_secure == 2);
		bed_free(b);
	}
}

/* The octets of a recalled response are changed in place, so the carrier must not take them for the
 * packet that came. */
static void a_recalled_response_says_that_it_was_changed(void **state)
{
	(void)state;
	struct bed *b = bed_new(false, WWW, ASK_PLAIN);

	for (unsigned i = 0; i < 2; i++) {
		validating_write(b->v, WWW, 0, GOOD, true);
		take(b);
		feed(b);
		assert_int_equal(b->s.fate, OTHER);
		assert_int_equal(b->s.arrival.is_changed, i > 0);
	}
	assert_int_equal(b->v->stats.responses_recalled, 1);
	bed_free(b);
}

/* ---- Queries that are not judged ---- */

static void only_exempt_responses_pass_unjudged(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		enum query_kind kind;
		uint16_t flags;
		bool has_tsig;
		enum fate fate;
		enum exemption passed;
	} table[] = {
		{ "the client checks for itself", QUERY_CD, 0, false, CAME, EXEMPT_CD },
		{ "it checks for itself, and is told AD: that was not checked", QUERY_CD, FLAG_AD,
		        false, OTHER, EXEMPT_CD },
		{ "a signed query, a signed response", QUERY_SIGNED, 0, true, CAME, EXEMPT_TSIG },
		{ "signed, with AD: it must stay as it is", QUERY_SIGNED, FLAG_AD, true, CAME,
		        EXEMPT_TSIG },
		{ "a signed query, a response that is not signed", QUERY_SIGNED, 0, false,
		        HELD_BACK, EXEMPT_TSIG },
		{ "another opcode", QUERY_OPCODE, 0, false, CAME, EXEMPT_OPCODE },
		{ "a transfer", QUERY_TRANSFER, 0, false, CAME, EXEMPT_TRANSFER },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		struct message response;
		validating_write(b->v, WWW, table[i].flags, FORGED, false);
		if (table[i].has_tsig) {
			b->v->judge->response.compress = false;
			msg_section(&b->v->judge->response, SECTION_ADDITIONAL);
			msg_rr(&b->v->judge->response, ".", TYPE_TSIG, 0,
			        rd_raw(span_of("\0\0\0\0", 4)));
		}
		arrive(b, &response);
		arrival_pass_unjudged(&b->v->arrivals, &b->s.arrival, table[i].kind, &response);
		feed(b);
		assert_fate(b, table[i].why, table[i].fate);
		if (table[i].fate == HELD_BACK)
			assert_row(table[i].why, b->v->stats.passed[table[i].passed] == 0);
		else
			assert_row(table[i].why, validating_passed_once(b->v, table[i].passed));
		if (table[i].fate == OTHER) {
			assert_row(table[i].why, !(b->s.delivered[3] & FLAG_AD));
			assert_row(table[i].why, b->s.delivered_len == b->s.arrival.message.len);
		}
		bed_free(b);
	}
}

/* ---- Servers without EDNS or signatures ---- */

static void a_server_that_rejects_edns_is_asked_again(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		unsigned how;
		bool has_edns, sent_plain, has_no_room, is_asker_full, had_its_time, asks_again;
	} table[] = {
		{ "FORMERR", RCODE_FORMERR, ASK_PLAIN, false, false, false, false, false, true },
		{ "NOTIMP", RCODE_NOTIMP, ASK_PLAIN, false, false, false, false, false, true },
		{ "FORMERR with EDNS", RCODE_FORMERR, ASK_PLAIN, true, false, false, false, false,
		        false },
		{ "no error", 0, ASK_PLAIN, false, false, false, false, false, false },
		{ "the client's own EDNS", RCODE_FORMERR, ASK_EDNS, false, false, false, false,
		        false, false },
		{ "a query without EDNS", RCODE_FORMERR, ASK_PLAIN, false, true, false, false,
		        false, false },
		{ "no room to wait", RCODE_FORMERR, ASK_PLAIN, false, false, true, false, false,
		        false },
		{ "too many are asked", RCODE_FORMERR, ASK_PLAIN, false, false, false, true, false,
		        false },
		{ "it had its time", RCODE_FORMERR, ASK_PLAIN, false, false, false, false, true,
		        false },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, table[i].how);
		struct message response;
		b->asked.sent_plain = table[i].sent_plain;
		b->s.has_no_room = table[i].has_no_room;
		b->v->is_asker_full = table[i].is_asker_full;
		b->s.arrival.may_not_wait = table[i].had_its_time;
		validating_write(b->v, WWW, table[i].flags, "", table[i].has_edns);
		arrive(b, &response);
		bool is_taken = arrival_asks_again(&b->v->arrivals, &b->s.arrival, &response);
		assert_row(table[i].why, is_taken == table[i].asks_again);
		assert_row(table[i].why, b->v->reasked == (is_taken ? REASK_PLAINLY : REASK_NOT));
		assert_fate(b, table[i].why, WAITS);
		bed_free(b);
	}
}

/* A server that has never sent a signature. */
static void signatures_that_lack_are_asked_of_a_resolver(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		bool can_assist, is_asker_full;
		enum reask_how reasked;
		enum fate fate;
	} table[] = {
		{ "a resolver may have them", BARE, true, false, REASK_SIGNED, WAITS },
		{ "there is no resolver", BARE, false, false, REASK_NOT, HELD_BACK },
		{ "too many are asked", BARE, true, true, REASK_NOT, HELD_BACK },
		{ "a forged signature is not lacking", FORGED, true, false, REASK_NOT, HELD_BACK },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(table[i].can_assist, WWW, ASK_DO);
		b->v->is_asker_full = table[i].is_asker_full;
		validating_write(b->v, WWW, 0, table[i].records, true);
		take(b);
		for (unsigned n = 0; n < LIMIT_FETCHES && b->s.fate == WAITS && !b->v->reasked;
		        n++) {
			validating_feed(b->v);
			arrival_again(&b->v->arrivals, &b->s.arrival, true);
		}
		assert_fate(b, table[i].why, table[i].fate);
		assert_row(table[i].why, b->v->reasked == table[i].reasked);
		bed_free(b);
	}
}

/* Signatures of a resolver prove the records that came, and nothing else. */
static void signatures_from_elsewhere_prove_what_came(void **state)
{
	(void)state;
	static const struct {
		const char *why, *came, *signed_ones;
		enum fate fate;
		unsigned assisted;
	} table[] = {
		{ "the same records", "www.example.test A 192.0.2.1", GOOD, OTHER, 1 },
		{ "another address came", BARE, GOOD, SERVFAIL, 1 },
		{ "the signatures are forged", "www.example.test A 192.0.2.1",
		        "www.example.test A 192.0.2.1 | example.test spoilt", SERVFAIL, 1 },
		{ "none there either", "www.example.test A 192.0.2.1",
		        "www.example.test A 192.0.2.1", SERVFAIL, 1 },
		{ "no message", "www.example.test A 192.0.2.1", NULL, SERVFAIL, 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(true, WWW, ASK_DO);
		b->s.arrival.is_last = true;
		validating_write(
		        b->v, WWW, 0, table[i].signed_ones ? table[i].signed_ones : "", true);
		struct span proof = msg_span(&b->v->judge->response);
		b->s.parked.proof_len = table[i].signed_ones ? proof.len : 5;
		b->s.parked.proof = malloc(b->s.parked.proof_len);
		memcpy(b->s.parked.proof, proof.base, b->s.parked.proof_len);
		b->v->is_asker_full = true; /* it is asked once */
		validating_write(b->v, WWW, 0, table[i].came, true);
		struct message response;
		arrive(b, &response);
		b->s.arrival.parked = &b->s.parked;
		arrival_again(&b->v->arrivals, &b->s.arrival, true);
		feed(b);
		assert_fate(b, table[i].why, table[i].fate);
		assert_row(table[i].why, b->v->stats.assisted == table[i].assisted);
		assert_row(table[i].why, !b->s.parked.proof);
		bed_free(b);
	}
}

/* Has the question of a refused response asked once more, and answered by `records`; NULL: not. */
static void answer_once_more(struct bed *b, uint16_t flags, const char *records)
{
	b->s.arrival.message.base = b->octets; /* the judge writes over the first one */
	if (records) {
		validating_write(b->v, WWW, flags, records, true);
		struct span octets = msg_span(&b->v->judge->response);
		b->s.parked.proof_len = octets.len;
		b->s.parked.proof = malloc(octets.len);
		memcpy(b->s.parked.proof, octets.base, octets.len);
		b->s.parked.came_by = REASK_ONCE_MORE;
	}
	arrival_again(&b->v->arrivals, &b->s.arrival, records != NULL);
}

/* The client gets the new answer only if that proves itself. An attacker who forges both, or
 * answers the second question by an error, gets the SERVFAIL of the first. */
static void before_a_servfail_the_question_is_asked_once_more(void **state)
{
	(void)state;
	static const struct {
		const char *why, *first, *second;
		uint16_t flags;
		bool is_silent;
		enum fate fate;
		unsigned helped;
	} table[] = {
		{ "the signature was missing, and is there", BARE, GOOD, 0, false, OTHER, 1 },
		{ "it was expired", "www.example.test A 192.0.2.1 | example.test expired", GOOD, 0,
		        false, OTHER, 1 },
		{ "it is missing again", BARE, BARE, 0, false, SERVFAIL, 0 },
		{ "forged again", FORGED, FORGED, 0, false, SERVFAIL, 0 },
		{ "an error", FORGED, "", RCODE_SERVFAIL, false, SERVFAIL, 0 },
		{ "an error with a record", FORGED, BARE, RCODE_REFUSED, false, SERVFAIL, 0 },
		{ "a cut answer", FORGED, "", FLAG_TC, false, SERVFAIL, 0 },
		{ "an answer to another question", FORGED,
		        "a.example.test A 192.0.2.1 | example.test", 0, false, SERVFAIL, 0 },
		{ "no answer", FORGED, NULL, 0, true, SERVFAIL, 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		b->v->asks_once_more = true;
		b->s.arrival.is_last = true;
		validating_write(b->v, WWW, 0, table[i].first, true);
		take(b);
		for (unsigned n = 0; n < LIMIT_FETCHES && !b->v->reasked; n++) {
			validating_feed(b->v);
			arrival_again(&b->v->arrivals, &b->s.arrival, true);
		}
		assert_row(table[i].why, b->v->reasked == REASK_ONCE_MORE);
		assert_fate(b, table[i].why, WAITS);
		assert_row(table[i].why, b->v->stats.status_bogus == 0);
		b->s.parked.waits_for = table[i].is_silent ? REASK_ONCE_MORE : REASK_NOT;
		answer_once_more(b, table[i].flags, table[i].second);
		feed(b);
		assert_fate(b, table[i].why, table[i].fate);
		assert_row(table[i].why, b->v->stats.once_more_helped == table[i].helped);
		assert_row(table[i].why, b->v->stats.status_bogus == !table[i].helped);
		assert_row(table[i].why, b->v->stats.status_secure == table[i].helped);
		bed_free(b);
	}
}

static void a_question_is_not_asked_once_more_without_need(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		bool is_bare, is_last, was_asked, asks;
		enum fate fate;
	} table[] = {
		{ "refused, and nothing better can follow", FORGED, false, true, false, true,
		        WAITS },
		{ "a better one may follow by itself", FORGED, false, false, false, false,
		        HELD_BACK },
		{ "asked once more already, for another response", FORGED, false, true, true, false,
		        SERVFAIL },
		{ "the server was not asked for signatures", FORGED, true, true, false, false,
		        SERVFAIL },
		{ "a good response", GOOD, false, true, false, false, OTHER },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct bed *b = bed_new(false, WWW, ASK_DO);
		b->v->asks_once_more = true;
		b->s.arrival.is_bare = table[i].is_bare;
		b->s.arrival.is_last = table[i].is_last;
		b->s.asked_by = table[i].was_asked ? REASK_ONCE_MORE : 0;
		validating_write(b->v, WWW, 0, table[i].records, true);
		take(b);
		for (unsigned n = 0; n < LIMIT_FETCHES && b->s.fate == WAITS && !b->v->reasked;
		        n++) {
			validating_feed(b->v);
			arrival_again(&b->v->arrivals, &b->s.arrival, true);
		}
		assert_row(table[i].why, (b->v->reasked == REASK_ONCE_MORE) == table[i].asks);
		assert_fate(b, table[i].why, table[i].fate);
		bed_free(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_response_comes_to_its_end),
		cmocka_unit_test(before_the_clock_is_set_no_other_name_passes),
		cmocka_unit_test(a_servfail_is_empty),
		cmocka_unit_test(a_servfail_tells_the_reason),
		cmocka_unit_test(a_response_whose_keys_cannot_be_had_is_not_delivered),
		cmocka_unit_test(what_follows_is_fetched_ahead_if_the_server_can_have_it),
		cmocka_unit_test(a_wait_that_ends_in_vain_refuses),
		cmocka_unit_test(a_response_that_waits_for_the_clock_is_judged_once_it_is_set),
		cmocka_unit_test(only_an_equal_response_is_recalled),
		cmocka_unit_test(a_recalled_response_says_that_it_was_changed),
		cmocka_unit_test(only_exempt_responses_pass_unjudged),
		cmocka_unit_test(a_server_that_rejects_edns_is_asked_again),
		cmocka_unit_test(signatures_that_lack_are_asked_of_a_resolver),
		cmocka_unit_test(signatures_from_elsewhere_prove_what_came),
		cmocka_unit_test(before_a_servfail_the_question_is_asked_once_more),
		cmocka_unit_test(a_question_is_not_asked_once_more_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
