/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which verdict a query or a response over UDP gets where the worker signs. */
#include "packets.h"
#include "signtrade.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/udp_sign.h"

#define ID     0x1234
#define WWW    "www.example.test"
#define ANSWER WWW " A 192.0.2.1"
#define CLIENT                                                                                     \
	{                                                                                          \
		CLIENT_ADDRESS, 4000                                                               \
	}
#define SERVER                                                                                     \
	{                                                                                          \
		SERVER_ADDRESS, 53                                                                 \
	}
#define FLOW_MS 5000

/* Ways of packets on a gateway. */
#define THROUGH                                                                                    \
	{                                                                                          \
		CLIENT, SERVER, INSIDE, OUTSIDE, true                                              \
	}
#define BACK                                                                                       \
	{                                                                                          \
		SERVER, CLIENT, OUTSIDE, INSIDE, true                                              \
	}

enum { HERE = 0, INSIDE = 1, OUTSIDE = 2 }; /* interfaces */

static bool at_gateway; /* the beds that are made */

struct bed {
	struct signtrade s;
	struct flow_table flows;
	struct verdict_log log;
	struct udp_signer signer;
	struct held_packet packet;
	uint64_t next_id;
};

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->next_id = 1;
	signtrade_open(&b->s);
	assert_int_equal(flow_table_init(&b->flows, 16, FLOW_MS), 0);
	b->signer = (struct udp_signer){ &b->s.trade, &b->flows, verdicts_noted(&b->log), NULL,
		at_gateway };
	udp_sign_init(&b->signer);
	return b;
}

static void bed_free(struct bed *b)
{
	flow_table_fini(&b->flows);
	signtrade_close(&b->s);
	free(b);
}

/* A long question takes more than one entry. */
static bool has_flow(const struct bed *b)
{
	return b->flows.table.used > 0;
}

/* ---- Queries ---- */

struct way_there {
	struct end_point from, to;
	uint32_t in, out;
	bool is_forwarded;
};

static const struct way_there to_server = THROUGH;

static bool bridged; /* the packets that follow */

static enum told ask_octets(struct bed *b, struct way_there way, struct span octets)
{
	uint64_t id = b->next_id++;

	packet_make(&b->packet, id, way.from, way.to, octets);
	b->packet.queued.in_interface = way.in;
	b->packet.queued.out_interface = way.out;
	b->packet.queued.is_forwarded = way.is_forwarded;
	b->packet.queued.in_port = bridged ? 3 : 0;
	b->packet.queued.out_port = bridged ? 4 : 0;
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_query(&b->flows.hash_key, &b->packet.packet, ID,
		        (struct flow_way){ way.in, way.out }) };
	udp_sign_query(&b->signer, &d);
	return verdict_on(&b->log, id);
}

/* What went on to the server for the last query. */
static struct span sent_of(const struct bed *b)
{
	return span_of(b->log.payload, b->log.payload_len);
}

static void ask(struct bed *b)
{
	struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, WITH_DO);

	assert_int_equal(ask_octets(b, to_server, query), REPLACED);
}

static void only_queries_for_our_zones_to_our_servers_are_changed(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		uint16_t flags, type;
		unsigned extra;
		bool is_paused;
		struct way_there way;
		enum told told;
		bool is_remembered;
		size_t counter;
	} rows[] = {
		{ "with DO, in our zone", WWW, FLAG_RD, TYPE_A, WITH_DO, false, THROUGH, REPLACED,
		        true, COUNTER(sign_queries_asked) },
		{ "to a server on this machine", WWW, FLAG_RD, TYPE_A, WITH_DO, false,
		        { CLIENT, SERVER, INSIDE, HERE, false }, REPLACED, true,
		        COUNTER(sign_queries_asked) },
		{ "without DO", WWW, FLAG_RD, TYPE_A, 0, false, THROUGH, ACCEPTED, true,
		        COUNTER(sign_queries_plain) },
		{ "in another zone", "www.example.net", FLAG_RD, TYPE_A, WITH_DO, false, THROUGH,
		        ACCEPTED, true, COUNTER(sign_queries_outside) },
		{ "to another server", WWW, FLAG_RD, TYPE_A, WITH_DO, false,
		        { CLIENT, { "192.0.2.54", 53 }, INSIDE, OUTSIDE, true }, ACCEPTED, true,
		        COUNTER(sign_queries_elsewhere) },
		{ "by a server on this machine", WWW, FLAG_RD, TYPE_A, WITH_DO, false,
		        { CLIENT, SERVER, HERE, OUTSIDE, false }, ACCEPTED, true,
		        COUNTER(sign_queries_elsewhere) },
		{ "TSIG", WWW, FLAG_RD, TYPE_A, WITH_TSIG, false, THROUGH, ACCEPTED, true,
		        COUNTER(sign_queries_tsig) },
		{ "another opcode", WWW, 4 << OPCODE_SHIFT, TYPE_SOA, 0, false, THROUGH, ACCEPTED,
		        true, COUNTER(sign_queries_other) },
		{ "in a pause", WWW, FLAG_RD, TYPE_A, WITH_DO, true, THROUGH, ACCEPTED, true,
		        COUNTER(queries_paused) },
		{ "a response", WWW, FLAG_QR, TYPE_A, WITH_DO, false, THROUGH, DROPPED, false,
		        COUNTER(queries_malformed) },
		{ "a response, in a pause", WWW, FLAG_QR, TYPE_A, WITH_DO, true, THROUGH, ACCEPTED,
		        false, COUNTER(queries_malformed) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		b->s.turn.is_paused = rows[i].is_paused;
		struct span query = signtrade_query(
		        &b->s, ID, rows[i].flags, rows[i].name, rows[i].type, rows[i].extra);
		assert_row(rows[i].why, ask_octets(b, rows[i].way, query) == rows[i].told);
		assert_row(rows[i].why, has_flow(b) == rows[i].is_remembered);
		assert_row(rows[i].why, signtrade_count(&b->s, rows[i].counter) == 1);
		bed_free(b);
	}
}

/* At a gateway no server asks: what the machine itself asks the servers is signed like all else. */
static void what_a_gateway_asks_is_signed(void **state)
{
	static const struct way_there ways[] = { { CLIENT, SERVER, HERE, OUTSIDE, false },
		THROUGH };
	(void)state;

	for (size_t i = 0; i < COUNT(ways); i++) {
		at_gateway = true;
		struct bed *b = bed_new();
		at_gateway = false;
		struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, WITH_DO);
		assert_int_equal(ask_octets(b, ways[i], query), REPLACED);
		assert_int_equal(b->s.stats.sign_queries_asked, 1);
		bed_free(b);
	}
}

/* ---- Answers without the server ---- */

static const int no_network[OWN_FAMILIES] = { 0, 0 }; /* nothing is sent */

static struct own_answers *answers_on(struct bed *b, struct own_answers *answers)
{
	*answers = (struct own_answers){
		.sockets = no_network, .turn = &b->s.turn, .stats = &b->s.stats
	};
	assert_int_equal(own_answers_init(answers), 0);
	b->signer.answers = answers;
	return answers;
}

static void a_query_is_spoiled_if_its_answer_needs_no_server(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		uint16_t type;
		struct way_there way;
		bool is_bridged, is_paused;
		enum told told;
	} rows[] = {
		{ "DNSKEY", "example.test", TYPE_DNSKEY, THROUGH, false, false, SPOILED },
		{ "to a server here", "example.test", TYPE_DNSKEY,
		        { CLIENT, SERVER, INSIDE, HERE, false }, false, false, SPOILED },
		{ "from port 53", "example.test", TYPE_DNSKEY,
		        { { CLIENT_ADDRESS, 53 }, SERVER, INSIDE, OUTSIDE, true }, false, false,
		        REPLACED },
		{ "to another server", "example.test", TYPE_DNSKEY,
		        { CLIENT, { "192.0.2.54", 53 }, INSIDE, OUTSIDE, true }, false, false,
		        ACCEPTED },
		{ "by a server on this machine", "example.test", TYPE_DNSKEY,
		        { CLIENT, SERVER, HERE, OUTSIDE, false }, false, false, ACCEPTED },
		{ "bridged", "example.test", TYPE_DNSKEY, THROUGH, true, false, REPLACED },
		{ "in a pause", "example.test", TYPE_DNSKEY, THROUGH, false, true, ACCEPTED },
		{ "another type", "example.test", TYPE_A, THROUGH, false, false, REPLACED },
		{ "the SOA is not known yet", "example.test", TYPE_CDS, THROUGH, false, false,
		        REPLACED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct own_answers answers;
		struct packet p;

		answers_on(b, &answers);
		b->s.turn.is_paused = rows[i].is_paused;
		bridged = rows[i].is_bridged;
		struct span query =
		        signtrade_query(&b->s, ID, 0, rows[i].name, rows[i].type, WITH_DO);
		assert_row(rows[i].why, ask_octets(b, rows[i].way, query) == rows[i].told);
		bridged = false;
		bool is_at_once = rows[i].told == SPOILED;
		assert_row(rows[i].why, has_flow(b) != is_at_once);
		assert_row(rows[i].why, (answers.len > 0) == is_at_once);
		assert_row(rows[i].why, b->s.stats.sign_queries_at_once == is_at_once);
		if (is_at_once) {
			assert_int_equal(packet_parse(&p, span_of(answers.packets, answers.len)),
			        PACKET_UDP);
			assert_row(rows[i].why, packet_checksum_ok(&p));
			assert_row(rows[i].why, p.source_port == 53 && p.destination_port == 4000);
			assert_row(rows[i].why, span_equal(p.source, b->packet.packet.destination));
			assert_row(rows[i].why, is_signed_answer(p.payload));
		}
		own_answers_fini(&answers);
		bed_free(b);
	}
}

static void only_addresses_that_need_no_interface_are_answered(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t address[16]; /* of the client, then of the server */
		bool may_have;
	} rows[] = {
		{ "global", { 0x20, 0x01, 0x0d, 0xb8 }, true },
		{ "unique local", { 0xfd, 0x53 }, true },
		{ "link-local", { 0xfe, 0x80 }, false },
		{ "the last of these", { 0xfe, 0xbf, 0xff }, false },
		{ "behind these", { 0xfe, 0xc0 }, true },
	};
	static const struct turn turn = { .now_ms = 1000 };
	static const uint8_t global[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct own_answers answers = { .sockets = no_network, .turn = &turn };

	assert_int_equal(own_answers_init(&answers), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet query = { .version = 6,
			.source_port = 4000,
			.source = span_of(rows[i].address, 16),
			.destination = span_of(global, 16) };
		assert_row(rows[i].why, own_answers_take(&answers, &query) == rows[i].may_have);
		query.destination = query.source;
		query.source = span_of(global, 16);
		assert_row(rows[i].why, own_answers_take(&answers, &query) == rows[i].may_have);
	}
	own_answers_fini(&answers);
}

/* Instead of a raw socket: one of TCP, whose peer reads nothing. It heeds no address, and says
 * EAGAIN as a full one does. */
static int full_socket(int others[static 2])
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	static const uint8_t octets[65536];

	others[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(others[0], (struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(others[0], 1), 0);
	assert_int_equal(getsockname(others[0], (struct sockaddr *)&here, &size), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&here, size), 0);
	others[1] = accept(others[0], NULL, NULL);
	assert_true(others[1] >= 0);
	while (send(fd, octets, sizeof(octets), MSG_DONTWAIT) > 0)
		continue;
	assert_int_equal(errno, EAGAIN);
	return fd;
}

static void without_room_in_the_kernel_the_server_is_asked_for_a_second(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct own_answers answers;
	struct span query = signtrade_query(&b->s, ID, 0, "example.test", TYPE_DNSKEY, WITH_DO);
	const struct way_there other = { { "198.51.100.7", 4000 }, SERVER, INSIDE, OUTSIDE, true };
	int others[2];
	const int sockets[OWN_FAMILIES] = { full_socket(others), -1 };

	answers_on(b, &answers);
	answers.sockets = sockets;
	assert_int_equal(ask_octets(b, to_server, query), SPOILED);
	own_answers_send(&answers);
	assert_int_equal(b->s.stats.sign_unsent, 1);
	b->s.turn.now_ms += 999;
	assert_int_equal(ask_octets(b, other, query), REPLACED);
	b->s.turn.now_ms += 1;
	assert_int_equal(ask_octets(b, other, query), SPOILED);
	own_answers_forget(&answers);
	assert_int_equal(answers.len, 0);
	assert_int_equal(b->s.stats.sign_unsent, 2);
	own_answers_fini(&answers);
	close(sockets[OWN_IPV4]);
	close(others[0]);
	close(others[1]);
	bed_free(b);
}

static void what_finds_no_room_in_a_turn_goes_to_the_server(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct own_answers answers;
	struct span query = signtrade_query(&b->s, ID, 0, "example.test", TYPE_DNSKEY, WITH_DO);

	answers_on(b, &answers);
	answers.len = 65536 - OWN_ANSWER_MAX;
	assert_int_equal(ask_octets(b, to_server, query), REPLACED);
	answers.len = 0;
	assert_int_equal(ask_octets(b, to_server, query), SPOILED);
	own_answers_fini(&answers);
	bed_free(b);
}

static void without_sockets_each_query_goes_to_the_server(void **state)
{
	(void)state;
	static const int none[OWN_FAMILIES] = { -1, -1 };
	struct bed *b = bed_new();
	struct own_answers answers = { .sockets = none, .turn = &b->s.turn, .stats = &b->s.stats };
	struct span query = signtrade_query(&b->s, ID, 0, "example.test", TYPE_DNSKEY, WITH_DO);

	assert_int_equal(own_answers_init(&answers), 0);
	b->signer.answers = &answers;
	assert_int_equal(ask_octets(b, to_server, query), REPLACED);
	own_answers_fini(&answers);
	answers.sockets = NULL;
	assert_int_equal(own_answers_init(&answers), 0);
	assert_int_equal(ask_octets(b, to_server, query), REPLACED);
	bed_free(b);
}

static void without_a_list_any_server_on_this_machine_is_signed_for(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	const struct way_there way = { CLIENT, { "192.0.2.54", 53 }, INSIDE, HERE, false };

	b->s.config.signing.server_count = 0;
	struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, WITH_DO);
	assert_int_equal(ask_octets(b, way, query), REPLACED);
	bed_free(b);
}

static void a_cut_query_goes_nowhere(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, WITH_DO);

	for (size_t len = 0; len < query.len; len++)
		assert_int_equal(ask_octets(b, to_server, span_of(query.base, len)), DROPPED);
	assert_false(has_flow(b));
	bed_free(b);
}

static void a_query_that_cannot_be_remembered_goes_nowhere(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	unsigned dropped = 0;

	flow_table_fini(&b->flows);
	assert_int_equal(flow_table_init(&b->flows, 256, FLOW_MS), 0);
	udp_sign_init(&b->signer);
	struct span query = signtrade_query(&b->s, ID, FLAG_RD, "x.test", TYPE_A, 0);
	for (unsigned i = 0; i < 330; i++) {
		struct way_there way = to_server;
		way.from.port = (uint16_t)(5000 + i);
		if (i < 130) { /* the oldest are of another client and side */
			way.from.address = "192.0.2.9";
			way.in = 9;
		}
		b->log.count = 0;
		dropped += ask_octets(b, way, query) == DROPPED;
	}
	assert_true(dropped > 0);
	assert_int_equal(b->s.stats.flows_share, dropped);
	bed_free(b);
}

/* ---- Responses ---- */

static const struct way_there to_client = BACK;

static enum told respond_octets(struct bed *b, struct way_there way, struct span octets)
{
	uint64_t id = b->next_id++;
	uint16_t dns_id = octets.len >= 2 ? get_u16(octets.base) : 0;

	packet_make(&b->packet, id, way.from, way.to, octets);
	struct queued_datagram d = { &b->packet.queued, &b->packet.packet,
		flow_key_of_response(&b->flows.hash_key, &b->packet.packet, dns_id,
		        (struct flow_way){ way.in, way.out }) };
	udp_sign_response(&b->signer, &d);
	return verdict_on(&b->log, id);
}

/* RFC 9619, 4: the server answers FORMERR, which passes as it came. */
static void a_query_with_several_questions_is_left_to_its_server(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	static const uint8_t again[] = { 0xc0, 0x0c, 0, TYPE_A, 0, CLASS_IN };
	static const uint8_t refusal[] = { ID >> 8, ID & 0xff, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t octets[512];
	struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, 0);

	memcpy(octets, query.base, query.len);
	octets[5] = 2;
	memcpy(octets + query.len, again, sizeof(again));
	assert_int_equal(
	        ask_octets(b, to_server, span_of(octets, query.len + sizeof(again))), ACCEPTED);
	assert_true(has_flow(b));
	assert_int_equal(b->s.stats.queries_questions, 1);
	assert_int_equal(respond_octets(b, to_client, span_of(refusal, sizeof(refusal))), ACCEPTED);
	assert_false(has_flow(b));
	bed_free(b);
}

static void only_what_our_server_was_asked_for_is_signed(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct way_there way;
		size_t at; /* of an octet of the message that is changed */
		uint8_t change;
		bool is_paused;
		enum told told;
		bool is_signed;
		size_t counter;
	} rows[] = {
		{ "the answer", BACK, 2, 0, false, REPLACED, true, COUNTER(sign_answers) },
		{ "in another letter case", BACK, 13, 0x20, false, REPLACED, true,
		        COUNTER(sign_answers) },
		{ "another id", BACK, 1, 1, false, DROPPED, false, COUNTER(responses_unsolicited) },
		{ "another question", BACK, 14, 1, false, DROPPED, false,
		        COUNTER(responses_unsolicited) },
		{ "another port", { SERVER, { CLIENT_ADDRESS, 4001 }, OUTSIDE, INSIDE, true }, 2, 0,
		        false, DROPPED, false, COUNTER(responses_unsolicited) },
		{ "another server", { { "192.0.2.54", 53 }, CLIENT, OUTSIDE, INSIDE, true }, 2, 0,
		        false, DROPPED, false, COUNTER(responses_unsolicited) },
		{ "from the client's side", { SERVER, CLIENT, INSIDE, INSIDE, true }, 2, 0, false,
		        DROPPED, false, COUNTER(sign_strays) },
		{ "no response", BACK, 2, 0x80, false, DROPPED, false,
		        COUNTER(responses_unsolicited) },
		{ "more records than there are", BACK, 7, 0x40, false, DROPPED, false,
		        COUNTER(responses_malformed) },
		{ "another id, in a pause", BACK, 1, 1, true, ACCEPTED, false,
		        COUNTER(responses_unsolicited) },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		ask(b);
		b->s.turn.is_paused = rows[i].is_paused;
		struct span octets = signtrade_response(&b->s, sent_of(b), 0, ANSWER);
		b->s.legacy->judge->response.octets[rows[i].at] ^= rows[i].change;
		b->log.payload_len = 0;
		assert_row(rows[i].why, respond_octets(b, rows[i].way, octets) == rows[i].told);
		assert_row(rows[i].why, is_signed_answer(sent_of(b)) == rows[i].is_signed);
		assert_row(rows[i].why, signtrade_count(&b->s, rows[i].counter) == 1);
		assert_row(rows[i].why, b->s.stats.responses == 1);
		/* a stranger ends no question */
		assert_row(rows[i].why, has_flow(b) == !rows[i].is_signed);
		bed_free(b);
	}
}

/* Of a query that passes as it came, and of its response. */
static void octets_after_the_end_of_a_message_are_cut_off(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	uint8_t longer[512];

	struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, 0);
	memcpy(longer, query.base, query.len);
	memcpy(longer + query.len, "hidden", 6);
	assert_int_equal(ask_octets(b, to_server, span_of(longer, query.len + 6)), REPLACED);
	assert_true(span_equal(sent_of(b), query));
	struct span octets = signtrade_response(&b->s, query, 0, ANSWER);
	memcpy(longer, octets.base, octets.len);
	memcpy(longer + octets.len, "hidden", 6);
	assert_int_equal(respond_octets(b, to_client, span_of(longer, octets.len + 6)), REPLACED);
	assert_true(span_equal(sent_of(b), octets));
	assert_int_equal(b->s.stats.odd_trailing, 2);
	bed_free(b);
}

static void the_response_to_a_query_that_passed_passes(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool has_question;
		uint16_t flags;
		size_t at;
		uint8_t change;
		enum told told;
	} rows[] = {
		{ "an answer", true, 0, 2, 0, ACCEPTED },
		{ "in another letter case", true, 0, 13, 0x20, ACCEPTED },
		{ "an error (NOTAUTH) without the question, with a TSIG", false, 9, 2, 0,
		        ACCEPTED },
		{ "without the question, and no response", false, 9, 2, 0x80, DROPPED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct span query = signtrade_query(&b->s, ID, FLAG_RD, WWW, TYPE_A, 0);
		assert_int_equal(ask_octets(b, to_server, query), ACCEPTED);
		struct span octets = signtrade_response(&b->s, query, rows[i].flags, ANSWER);
		uint8_t *message = b->s.legacy->judge->response.octets;
		if (!rows[i].has_question) {
			static const uint8_t tsig[] = { 0, 0, TYPE_TSIG, 0, 255, 0, 0, 0, 0, 0, 0 };
			memset(message + 4, 0, 8);
			message[11] = 1;
			memcpy(message + DNS_HEADER_SIZE, tsig, sizeof(tsig));
			octets.len = DNS_HEADER_SIZE + sizeof(tsig);
		}
		message[rows[i].at] ^= rows[i].change;
		assert_row(rows[i].why, respond_octets(b, to_client, octets) == rows[i].told);
		assert_row(rows[i].why, b->s.stats.sign_untouched == (rows[i].told == ACCEPTED));
		assert_row(rows[i].why, has_flow(b) == (rows[i].told != ACCEPTED));
		bed_free(b);
	}
}

static void nothing_is_signed_while_the_clock_is_not_set(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	signer_believe_clock(b->s.trade.signer, false);
	ask(b);
	struct span octets = signtrade_response(&b->s, sent_of(b), 0, ANSWER);
	assert_int_equal(respond_octets(b, to_client, octets), REPLACED);
	assert_false(is_signed_answer(sent_of(b)));
	assert_int_equal(b->log.payload[3] & RCODE_MASK, RCODE_SERVFAIL);
	assert_int_equal(b->s.stats.sign_clock, 1);
	bed_free(b);
}

/* Asks the server, which says nothing until the question is forgotten, and waits for the next try.
 * Returns whether it was asked with EDNS. */
static bool ask_in_vain(struct bed *b)
{
	ask(b);
	bool had_opt = has_opt(sent_of(b));
	b->s.turn.now_ms += FLOW_MS + 1;
	assert_int_equal(flow_expire(&b->flows, b->s.turn.now_ms), 1);
	b->s.turn.now_ms += 15000;
	return had_opt;
}

/* It is asked with EDNS once an answer was cut; silence shows that it drops such queries. */
static void a_server_that_drops_edns_is_asked_without(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	ask(b);
	assert_false(has_opt(sent_of(b)));
	struct span octets = signtrade_response(&b->s, sent_of(b), FLAG_TC, "");
	assert_int_equal(respond_octets(b, to_client, octets), REPLACED);
	assert_true(ask_in_vain(b));
	assert_true(ask_in_vain(b));
	assert_false(ask_in_vain(b));
	bed_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_queries_for_our_zones_to_our_servers_are_changed),
		cmocka_unit_test(what_a_gateway_asks_is_signed),
		cmocka_unit_test(a_query_is_spoiled_if_its_answer_needs_no_server),
		cmocka_unit_test(only_addresses_that_need_no_interface_are_answered),
		cmocka_unit_test(without_room_in_the_kernel_the_server_is_asked_for_a_second),
		cmocka_unit_test(what_finds_no_room_in_a_turn_goes_to_the_server),
		cmocka_unit_test(without_sockets_each_query_goes_to_the_server),
		cmocka_unit_test(a_query_with_several_questions_is_left_to_its_server),
		cmocka_unit_test(without_a_list_any_server_on_this_machine_is_signed_for),
		cmocka_unit_test(a_cut_query_goes_nowhere),
		cmocka_unit_test(a_query_that_cannot_be_remembered_goes_nowhere),
		cmocka_unit_test(only_what_our_server_was_asked_for_is_signed),
		cmocka_unit_test(octets_after_the_end_of_a_message_are_cut_off),
		cmocka_unit_test(the_response_to_a_query_that_passed_passes),
		cmocka_unit_test(nothing_is_signed_while_the_clock_is_not_set),
		cmocka_unit_test(a_server_that_drops_edns_is_asked_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
