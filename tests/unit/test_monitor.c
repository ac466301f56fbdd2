/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monitor mode: everything passes as it came, and what enforce would have done is told. */
#include "packets.h"
#include "relayed.h"
#include "validating.h"

#include "dnssec/limits.h"
#include "worker/monitor.h"
#include "worker/tcp_monitor.h"
#include "worker/udp_monitor.h"

#define ID     0x1234
#define WWW    "www.example.test A"
#define GOOD   "www.example.test A 192.0.2.1 | example.test"
#define PLAIN  "www.example.test A 192.0.2.1"
#define OTHER  "www.example.test A 192.0.2.66"
#define FORGED "www.example.test A 192.0.2.66 | example.test spoilt"

enum { INSIDE = 1, OUTSIDE = 2, PARKED_MAX = 8, PARK_MS = 3000 };

static const struct end_point client = { "192.0.2.7", 4000 }, server = { "198.51.100.53", 53 };

struct bed {
	struct validating *v;
	struct flow_table flows;
	struct park park;
	struct monitor monitor;
	struct verdict_log log;
	struct udp_validator udp;
	struct tcp_validator tcp;
	struct relayed_bed relayed;
	struct msgbuild query;
	struct held_packet packet;
	uint64_t next_id;
};

static struct bed *bed_new(bool can_assist)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->v = validating_new(can_assist);
	b->v->config.monitors = b->v->report.monitors = true;
	arrivals_fini(&b->v->arrivals);
	assert_int_equal(arrivals_init(&b->v->arrivals), 0);
	assert_int_equal(flow_table_init(&b->flows, 16, 5000), 0);
	assert_int_equal(park_init(&b->park, PARKED_MAX, PARK_MS), 0);
	b->monitor = (struct monitor){ .turn = &b->v->turn,
		.stats = &b->v->stats,
		.report = &b->v->report,
		.arrivals = &b->v->arrivals,
		.flows = &b->flows,
		.park = &b->park };
	assert_int_equal(monitor_init(&b->monitor), 0);
	b->udp = (struct udp_validator){ .config = &b->v->config,
		.turn = &b->v->turn,
		.stats = &b->v->stats,
		.report = &b->v->report,
		.intake = &b->v->intake,
		.arrivals = &b->v->arrivals,
		.flows = &b->flows,
		.park = &b->park,
		.verdicts = verdicts_noted(&b->log),
		.rrs = scratch_rrs_new(),
		.monitor = &b->monitor };
	b->tcp = (struct tcp_validator){ .config = &b->v->config,
		.turn = &b->v->turn,
		.stats = &b->v->stats,
		.intake = &b->v->intake,
		.arrivals = &b->v->arrivals,
		.park = &b->park,
		.monitor = &b->monitor };
	assert_int_equal(tcp_validate_init(&b->tcp), 0);
	relayed_open(&b->relayed, &tcp_monitor_trade, &b->tcp, &b->v->turn, &b->v->stats);
	return b;
}

static void bed_free(struct bed *b)
{
	relayed_close(&b->relayed);
	tcp_validate_fini(&b->tcp);
	free(b->udp.rrs);
	monitor_fini(&b->monitor);
	park_fini(&b->park);
	flow_table_fini(&b->flows);
	validating_free(b->v);
	free(b);
}

static const struct stats *stats_of(const struct bed *b)
{
	return &b->v->stats;
}

/* ---- Packets ---- */

static struct span write_query(struct bed *b, uint16_t flags, uint16_t type, bool has_do)
{
	msg_begin(&b->query, ID, flags, "www.example.test", type);
	msg_section(&b->query, SECTION_ADDITIONAL);
	if (has_do)
		msg_opt(&b->query, 1232, true);
	return msg_span(&b->query);
}

/* A packet passes at once, and as it came. */
static void ask_octets(struct bed *b, struct span octets)
{
	uint64_t id = ++b->next_id;

	packet_make(&b->packet, id, client, server, octets);
	struct flow_way way = { INSIDE, OUTSIDE };
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_query(&b->flows.hash_key, &b->packet.packet, ID, way) };
	udp_monitor_query(&b->udp, &d);
	assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
	b->log.count = 0;
}

static void respond_octets(struct bed *b, struct end_point from, struct span octets)
{
	uint64_t id = ++b->next_id;
	uint16_t dns_id = octets.len >= 2 ? get_u16(octets.base) : 0;
	struct flow_way way = { OUTSIDE, INSIDE };

	packet_make(&b->packet, id, from, client, octets);
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_response(&b->flows.hash_key, &b->packet.packet, dns_id, way) };
	size_t at = (size_t)(b->packet.packet.payload.base - b->packet.octets);
	udp_monitor_response(&b->udp, &d, b->packet.octets + at);
	assert_int_equal(verdict_on(&b->log, id), ACCEPTED);
	b->log.count = 0;
}

static void ask(struct bed *b, bool has_do)
{
	b->v->reasked = REASK_NOT;
	ask_octets(b, write_query(b, FLAG_RD, TYPE_A, has_do));
}

static void respond(struct bed *b, uint16_t flags, const char *records)
{
	validating_write(b->v, WWW, flags, records, true);
	respond_octets(b, server, msg_span(&b->v->judge->response));
}

/* ---- What a copy waits for ---- */

/* Answers what is asked for the copy, with a response of these records; NULL: with none. */
static void answer_again(struct bed *b, uint16_t flags, const char *records, bool has_edns)
{
	struct parked *parked = park_oldest(&b->park);

	b->v->reasked = REASK_NOT;
	if (records) {
		validating_write(b->v, WWW, flags, records, has_edns);
		struct span octets = msg_span(&b->v->judge->response);
		parked->proof = malloc(octets.len);
		parked->proof_len = octets.len;
		memcpy(parked->proof, octets.base, octets.len);
	}
	parked->waits_for = REASK_NOT;
	monitor_resume(&b->monitor, parked, true);
}

/* Fetches keys until no copy waits for one. */
static void feed(struct bed *b)
{
	for (unsigned i = 0; i < LIMIT_FETCHES && park_oldest(&b->park) && !b->v->reasked; i++) {
		validating_feed(b->v);
		monitor_resume(&b->monitor, park_oldest(&b->park), true);
	}
}

struct fates {
	unsigned passes, refused, differs, unknown;
};

static void assert_fates(const struct bed *b, const char *why, struct fates fates)
{
	const struct stats *s = stats_of(b);

	if (s->monitor_would_pass != fates.passes || s->monitor_would_refuse != fates.refused ||
	        s->monitor_differs != fates.differs || s->monitor_unknown != fates.unknown)
		fail_msg("%s: would pass %u, would refuse %u, differs %u, unknown %u", why,
		        (unsigned)s->monitor_would_pass, (unsigned)s->monitor_would_refuse,
		        (unsigned)s->monitor_differs, (unsigned)s->monitor_unknown);
	assert_row(why, s->responses_servfail + s->responses_dropped + s->grace_held == 0);
}

#define PASSES                                                                                     \
	{                                                                                          \
		1, 0, 0, 0                                                                         \
	}
#define REFUSED                                                                                    \
	{                                                                                          \
		0, 1, 0, 0                                                                         \
	}
#define DIFFERS                                                                                    \
	{                                                                                          \
		0, 0, 1, 0                                                                         \
	}
#define UNKNOWN                                                                                    \
	{                                                                                          \
		0, 0, 0, 1                                                                         \
	}

static void each_response_is_told_what_enforce_would_have_done(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_do;
		uint16_t flags;
		const char *came;
		bool is_asked; /* with DO */
		uint16_t signed_flags;
		const char *signed_one; /* the answer to that; NULL: none */
		bool rejects_edns;
		struct fates fates;
		size_t counter;
	} rows[] = {
		{ "signed", true, 0, GOOD, false, 0, NULL, false, PASSES, COUNTER(status_secure) },
		{ "forged", true, 0, FORGED, false, 0, NULL, false, REFUSED,
		        COUNTER(status_bogus) },
		{ "DO, and no signature", true, 0, PLAIN, false, 0, NULL, false, REFUSED,
		        COUNTER(status_bogus) },
		{ "an error", true, RCODE_REFUSED, "", false, 0, NULL, false, PASSES,
		        COUNTER(status_insecure) },
		{ "cut", false, FLAG_TC, "", false, 0, NULL, false, PASSES,
		        COUNTER(status_insecure) },
		{ "no DO, but a signature", false, 0, FORGED, false, 0, NULL, false, REFUSED,
		        COUNTER(status_bogus) },
		{ "no DO: the signed answer has the same", false, 0, PLAIN, true, 0, GOOD, false,
		        PASSES, COUNTER(status_secure) },
		{ "no DO: the signed answer has another address", false, 0, OTHER, true, 0, GOOD,
		        false, DIFFERS, COUNTER(monitor_asked) },
		{ "no DO: the signed answer is forged", false, 0, PLAIN, true, 0, FORGED, false,
		        REFUSED, COUNTER(status_bogus) },
		{ "no DO: the signed answer is not signed", false, 0, PLAIN, true, 0, PLAIN, false,
		        REFUSED, COUNTER(status_bogus) },
		{ "no DO: a forger writes the same into both", false, 0, OTHER, true, 0, OTHER,
		        false, REFUSED, COUNTER(status_bogus) },
		{ "no DO: an error instead of the signed answer", false, 0, PLAIN, true,
		        RCODE_SERVFAIL, "", false, UNKNOWN, COUNTER(monitor_asked) },
		{ "no DO: the signed answer is cut", false, 0, PLAIN, true, FLAG_TC, "", false,
		        UNKNOWN, COUNTER(monitor_asked) },
		{ "no DO: no answer to the query with DO", false, 0, PLAIN, true, 0, NULL, false,
		        UNKNOWN, COUNTER(monitor_asked) },
		{ "no DO: the server rejects EDNS, so enforce has no signatures either", false, 0,
		        PLAIN, true, RCODE_FORMERR, "", true, REFUSED, COUNTER(status_bogus) },
		{ "no DO: another RCODE is signed", false, RCODE_NXDOMAIN, "", true, 0, GOOD, false,
		        DIFFERS, COUNTER(monitor_asked) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		ask(b, rows[i].has_do);
		respond(b, rows[i].flags, rows[i].came);
		feed(b);
		assert_row(rows[i].why, b->v->reasked == (rows[i].is_asked ? REASK_DO : REASK_NOT));
		if (rows[i].is_asked) {
			assert_fates(b, rows[i].why, (struct fates){ 0 });
			answer_again(
			        b, rows[i].signed_flags, rows[i].signed_one, !rows[i].rejects_edns);
			b->v->stats.monitor_asked++; /* the stand-in does not count */
			feed(b);
		}
		assert_fates(b, rows[i].why, rows[i].fates);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, b->park.table.used == 0);
		assert_row(rows[i].why, validating_passed_once(b->v, EXEMPT_MONITOR));
		bed_free(b);
	}
}

/* With `assist`, enforce would have judged with the signatures of `resolver`. */
static void a_resolver_proves_the_copy_of_a_server_that_strips(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_do;
		const char *came, *with_do; /* the server's answer to the query with DO */
		bool rejects_edns;
		const char *proof; /* of the resolver; NULL: none */
		struct fates fates;
	} rows[] = {
		{ "DO: the records are those that the resolver proves", true, PLAIN, NULL, false,
		        GOOD, PASSES },
		{ "DO: other records", true, OTHER, NULL, false, GOOD, REFUSED },
		{ "DO: the resolver strips, too", true, PLAIN, NULL, false, PLAIN, REFUSED },
		{ "DO: the resolver does not answer", true, PLAIN, NULL, false, NULL, REFUSED },
		{ "no DO: the records are those that the resolver proves", false, PLAIN, PLAIN,
		        false, GOOD, PASSES },
		{ "no DO: the server's next answer is proved, this one is not", false, OTHER, PLAIN,
		        false, GOOD, DIFFERS },
		{ "no DO: neither is", false, OTHER, OTHER, false, GOOD, REFUSED },
		{ "no DO: the resolver does not answer", false, PLAIN, PLAIN, false, NULL,
		        REFUSED },
		{ "no EDNS: the records are those that the resolver proves", false, PLAIN, "", true,
		        GOOD, PASSES },
		{ "no EDNS: other records", false, OTHER, "", true, GOOD, REFUSED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(true);
		ask(b, rows[i].has_do);
		respond(b, 0, rows[i].came);
		feed(b);
		if (rows[i].with_do) {
			assert_row(rows[i].why, b->v->reasked == REASK_DO);
			answer_again(b, rows[i].rejects_edns ? RCODE_FORMERR : 0, rows[i].with_do,
			        !rows[i].rejects_edns);
			feed(b);
		}
		assert_row(rows[i].why, b->v->reasked == REASK_SIGNED);
		assert_fates(b, rows[i].why, (struct fates){ 0 });
		answer_again(b, 0, rows[i].proof, true);
		feed(b);
		assert_fates(b, rows[i].why, rows[i].fates);
		assert_row(rows[i].why, b->v->reasked == REASK_NOT && b->park.table.used == 0);
		assert_row(rows[i].why, validating_passed_once(b->v, EXEMPT_MONITOR));
		bed_free(b);
	}
}

/* Enforce would have asked again without the options, and monitor mode does not: nothing is known
 * then. */
static void an_error_to_the_options_of_a_client_is_not_told_to_pass(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		bool has_cookie;
		uint16_t rcode;
		bool has_edns;
		struct fates fates;
	} rows[] = {
		{ "a cookie, FORMERR", "", true, RCODE_FORMERR, false, UNKNOWN },
		{ "a cookie, NOTIMP", "", true, RCODE_NOTIMP, false, UNKNOWN },
		{ "a cookie, FORMERR of a server that takes EDNS", "", true, RCODE_FORMERR, true,
		        PASSES },
		{ "a cookie, another error", "", true, RCODE_REFUSED, false, PASSES },
		{ "a cookie, a forged answer", FORGED, true, 0, false, REFUSED },
		{ "no cookie, FORMERR: it passes in enforce, too", "", false, RCODE_FORMERR, false,
		        PASSES },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		write_query(b, FLAG_RD, TYPE_A, !rows[i].has_cookie);
		if (rows[i].has_cookie)
			msg_opt_with_cookie(&b->query);
		ask_octets(b, msg_span(&b->query));
		validating_write(b->v, WWW, rows[i].rcode, rows[i].records, rows[i].has_edns);
		respond_octets(b, server, msg_span(&b->v->judge->response));
		feed(b);
		assert_fates(b, rows[i].why, rows[i].fates);
		assert_row(rows[i].why, b->v->reasked == REASK_NOT && b->park.table.used == 0);
		bed_free(b);
	}
}

/* Enforce would have waited for a better response, so the question stays open. */
static void a_question_ends_with_a_response_that_would_pass(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);

	ask(b, true);
	respond(b, 0, FORGED);
	feed(b);
	assert_int_equal(b->flows.table.used, 1);
	respond(b, 0, GOOD);
	feed(b);
	assert_int_equal(b->flows.table.used, 0);
	respond(b, 0, GOOD);
	assert_fates(b, "forged, genuine, again", (struct fates){ .passes = 1, .refused = 1 });
	assert_int_equal(stats_of(b)->monitor_would_drop, 1);
	assert_int_equal(stats_of(b)->responses_unsolicited, 1);
	bed_free(b);
}

static void an_equal_answer_is_asked_for_once_in_its_ttl(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		uint64_t later_s;
		const char *from;
		bool is_known;
	} rows[] = {
		{ "the same", "www.example.test A 192.0.2.1 192.0.2.2", 0, NULL, true },
		{ "in another order", "www.example.test A 192.0.2.2 192.0.2.1", 0, NULL, true },
		{ "at the end of its TTL", "www.example.test A 192.0.2.1 192.0.2.2", TTL - 1, NULL,
		        true },
		{ "after it", "www.example.test A 192.0.2.1 192.0.2.2", TTL, NULL, false },
		{ "one address twice", "www.example.test A 192.0.2.1 192.0.2.1", 0, NULL, false },
		{ "another address", "www.example.test A 192.0.2.1 192.0.2.66", 0, NULL, false },
		{ "an address less", "www.example.test A 192.0.2.1", 0, NULL, false },
		{ "one more record", "www.example.test A 192.0.2.1 192.0.2.2\n+ x.test A 192.0.2.3",
		        0, NULL, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		ask(b, false);
		respond(b, 0, "www.example.test A 192.0.2.1 192.0.2.2");
		feed(b);
		answer_again(b, 0, "www.example.test A 192.0.2.1 192.0.2.2 | example.test", true);
		feed(b);
		assert_fates(b, rows[i].why, (struct fates)PASSES);
		b->v->turn.now_ms += rows[i].later_s * 1000;
		ask(b, false);
		respond(b, 0, rows[i].records);
		feed(b);
		assert_row(rows[i].why, (b->v->reasked == REASK_NOT) == rows[i].is_known);
		assert_row(rows[i].why, stats_of(b)->monitor_known == rows[i].is_known);
		assert_fates(b, rows[i].why, (struct fates){ .passes = 1 + rows[i].is_known });
		bed_free(b);
	}
}

/* What is remembered of a refusal is told again, with its reason. */
static void an_equal_answer_shares_the_fate_of_the_first(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);

	for (unsigned i = 1; i <= 3; i++) {
		ask(b, false);
		respond(b, 0, OTHER);
		feed(b);
		if (i == 1)
			answer_again(b, 0, OTHER, true);
		assert_fates(b, "refused", (struct fates){ .refused = i });
		assert_int_equal(stats_of(b)->status_bogus, i);
	}
	assert_int_equal(stats_of(b)->monitor_known, 2);
	bed_free(b);
}

static void a_copy_waits_within_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_do, is_full, is_asker_full, is_paused, is_late;
		struct fates fates;
	} rows[] = {
		{ "no room to wait for keys", true, true, false, false, false, UNKNOWN },
		{ "too much is being asked", false, false, true, false, false, UNKNOWN },
		{ "a pause begins", true, false, false, true, false, UNKNOWN },
		{ "no keys in time: nor would enforce have them", true, false, false, false, true,
		        REFUSED },
		{ "no answer to the query with DO in time", false, false, false, false, true,
		        UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		struct client_query other = judge_asked("other.test A", ASK_DO);
		for (unsigned n = 0; rows[i].is_full && n < PARKED_MAX; n++)
			park_copy(&b->park, span_of("\1\1\1\1", 4), &other, span_of("x", 1), 0);
		b->v->is_asker_full = rows[i].is_asker_full;
		ask(b, rows[i].has_do);
		respond(b, 0, rows[i].has_do ? GOOD : PLAIN);
		if (!rows[i].has_do)
			feed(b);
		b->v->turn.is_paused = rows[i].is_paused;
		if (rows[i].is_paused || rows[i].is_late)
			monitor_resume(&b->monitor, park_oldest(&b->park), !rows[i].is_late);
		assert_fates(b, rows[i].why, rows[i].fates);
		bed_free(b);
	}
}

/* Enforce would have dropped each of these; an attacker can send them in either mode. */
static void what_is_malformed_or_unasked_passes_and_is_counted(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct end_point from;
		size_t at; /* of an octet that is changed */
		uint8_t change;
		size_t cut;
		size_t counter;
	} rows[] = {
		{ "another id", { "198.51.100.53", 53 }, 1, 1, 0, COUNTER(responses_unsolicited) },
		{ "another server", { "198.51.100.54", 53 }, 2, 0, 0,
		        COUNTER(responses_unsolicited) },
		{ "no response", { "198.51.100.53", 53 }, 2, 0x80, 0,
		        COUNTER(responses_unsolicited) },
		{ "more records than there are", { "198.51.100.53", 53 }, 7, 0x40, 0,
		        COUNTER(responses_malformed) },
		{ "cut short", { "198.51.100.53", 53 }, 2, 0, 5, COUNTER(responses_malformed) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new(false);
		ask(b, true);
		validating_write(b->v, WWW, 0, GOOD, true);
		struct span octets = msg_span(&b->v->judge->response);
		b->v->judge->response.octets[rows[i].at] ^= rows[i].change;
		octets.len -= rows[i].cut;
		respond_octets(b, rows[i].from, octets);
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why, stats_of(b)->monitor_would_drop == 1);
		assert_fates(b, rows[i].why, (struct fates){ 0 });
		bed_free(b);
	}
}

static void each_query_passes_as_it_came(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags, type;
		bool refuses_transfers, would_drop;
		size_t counter;
	} rows[] = {
		{ "without DO", FLAG_RD, TYPE_A, false, false, COUNTER(queries_judged) },
		{ "a response", FLAG_QR, TYPE_A, false, true, COUNTER(queries_malformed) },
		{ "IXFR, which is refused", 0, TYPE_IXFR, true, true, COUNTER(transfers_refused) },
	};
	struct bed *b = bed_new(false);

	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned before = (unsigned)stats_of(b)->monitor_would_drop;
		b->v->config.tcp.refuses_transfers = rows[i].refuses_transfers;
		ask_octets(b, write_query(b, rows[i].flags, rows[i].type, false));
		assert_row(rows[i].why, validating_count(b->v, rows[i].counter) == 1);
		assert_row(rows[i].why,
		        stats_of(b)->monitor_would_drop == before + rows[i].would_drop);
	}
	for (size_t len = 0; len < b->query.len; len++)
		ask_octets(b, span_of(b->query.octets, len));
	bed_free(b);
}

/* ---- TCP ---- */

static void respond_tcp(struct bed *b, const char *records)
{
	validating_write(b->v, WWW, 0, records, true);
	tcp_monitor_trade.response(&b->tcp, b->relayed.c, msg_span(&b->v->judge->response));
}

static void over_tcp_nothing_is_sent_or_broken(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);
	struct connection *c = b->relayed.c;
	struct span query = write_query(b, FLAG_RD, TYPE_A, true);

	assert_true(tcp_monitor_trade.only_looks);
	tcp_monitor_trade.query(&b->tcp, c, query);
	assert_int_equal(c->question_count, 1);
	respond_tcp(b, FORGED);
	assert_int_equal(c->question_count, 0);
	feed(b);
	assert_fates(b, "forged", (struct fates)REFUSED);
	respond_tcp(b, GOOD);
	assert_int_equal(stats_of(b)->responses_unsolicited, 1);
	for (size_t len = 0; len < query.len; len++) {
		tcp_monitor_trade.query(&b->tcp, c, span_of(query.base, len));
		tcp_monitor_trade.response(&b->tcp, c, span_of(query.base, len));
	}
	assert_true(is_silent(&c->client) && is_silent(&c->server) && !c->is_broken);
	bed_free(b);
}

/* What is remembered of a response must not hold for another one: the end of long RDATA counts
 * too. */
static void two_responses_that_differ_anywhere_are_told_apart(void **state)
{
	(void)state;
	static const uint16_t lengths[] = { 20, 1000, 2000, 3000 };
	/* a question for NXT of the root, and such a record, whose RDATA begins with a name */
	static const uint8_t begin[] = { 0x12, 0x34, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,
		TYPE_NXT, 0, CLASS_IN, 0, 0, TYPE_NXT, 0, CLASS_IN, 0, 0, 0, 60 };
	static uint8_t response[sizeof(begin) + 4000];
	const struct sockaddr_storage from = { .ss_family = AF_INET };
	struct bed *b = bed_new(false);

	for (size_t i = 0; i < COUNT(lengths); i++) {
		size_t len = sizeof(begin) + 2u + lengths[i];
		struct wide_hash ids[2];
		memcpy(response, begin, sizeof(begin));
		put_u16(response + sizeof(begin), lengths[i]);
		for (uint8_t last = 0; last < 2; last++) {
			struct rr rrs[1];
			struct message m;
			response[len - 1] = last;
			assert_true(message_parse(&m, span_of(response, len), rrs, COUNT(rrs)));
			ids[last] = monitor_memory_identify(&b->monitor.memory, &m, &from);
		}
		assert_memory_not_equal(&ids[0], &ids[1], sizeof(ids[0]));
		response[len - 1] = 0;
	}
	bed_free(b);
}

/* A connection with CONNECTION_QUESTIONS open questions would not be read any more. */
static void a_server_that_answers_nothing_stops_no_connection(void **state)
{
	(void)state;
	struct bed *b = bed_new(false);

	for (unsigned i = 0; i < 3 * CONNECTION_QUESTIONS; i++) {
		tcp_monitor_trade.query(
		        &b->tcp, b->relayed.c, write_query(b, FLAG_RD, TYPE_A, true));
		assert_true(b->relayed.c->question_count < CONNECTION_QUESTIONS);
	}
	for (unsigned i = 0; i < 3 * CONNECTION_QUESTIONS; i++) {
		tcp_monitor_trade.query(&b->tcp, b->relayed.c, write_query(b, 0, TYPE_AXFR, false));
		assert_true(b->relayed.c->question_count < CONNECTION_QUESTIONS);
	}
	assert_false(b->relayed.c->is_broken);
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_response_is_told_what_enforce_would_have_done),
		cmocka_unit_test(a_resolver_proves_the_copy_of_a_server_that_strips),
		cmocka_unit_test(an_error_to_the_options_of_a_client_is_not_told_to_pass),
		cmocka_unit_test(a_question_ends_with_a_response_that_would_pass),
		cmocka_unit_test(an_equal_answer_is_asked_for_once_in_its_ttl),
		cmocka_unit_test(an_equal_answer_shares_the_fate_of_the_first),
		cmocka_unit_test(two_responses_that_differ_anywhere_are_told_apart),
		cmocka_unit_test(a_copy_waits_within_bounds),
		cmocka_unit_test(what_is_malformed_or_unasked_passes_and_is_counted),
		cmocka_unit_test(each_query_passes_as_it_came),
		cmocka_unit_test(over_tcp_nothing_is_sent_or_broken),
		cmocka_unit_test(a_server_that_answers_nothing_stops_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
