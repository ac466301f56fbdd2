/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection between a client and a server that are socket pairs. Clients set CD, so responses
 * pass unjudged; test_tcp_validate.c has those that are judged. */
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "flow/park.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/connection.h"
#include "worker/oddity.h"
#include "worker/relay_room.h"
#include "worker/server_fallback.h"
#include "worker/sign_trade.h"
#include "worker/tcp_sign.h"
#include "worker/tcp_validate.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

#define START_MS 1000
#define IDLE_MS  5000

static const struct policy policy = { .passes_cd = true };

struct bed {
	struct worker_config config;
	struct turn turn;
	struct stats stats;
	struct shortcut shortcut;
	struct park park;
	struct server_fallback fallback;
	struct oddities oddities;
	struct query_intake intake;
	struct arrivals arrivals;
	struct tcp_validator validator;
	struct sign_trade sign_trade;
	struct relay relay;
	struct connection *c; /* may be gone */
	int client, server;   /* the far ends */
};

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));
	int client[2], server[2];

	assert_non_null(b);
	b->config.policy = &policy;
	b->config.tcp =
	        (struct relay_config){ .is_on = true, .connections = 2, .idle_ms = IDLE_MS };
	b->turn.now_ms = START_MS;
	assert_int_equal(park_init(&b->park, 4, 3000), 0);
	b->relay = (struct relay){ .config = &b->config.tcp,
		.turn = &b->turn,
		.stats = &b->stats,
		.trade = &tcp_validate_trade,
		.trader = &b->validator,
		.epoll_fd = epoll_create1(0) };
	b->relay.buffer = malloc(RELAY_BUFFER_SIZE);
	b->relay.listeners[0].fd = b->relay.listeners[1].fd = -1;
	b->fallback = (struct server_fallback){
		.shortcut = &b->shortcut, .stats = &b->stats, .now_ms = &b->turn.now_ms
	};
	assert_int_equal(server_fallback_init(&b->fallback, b->relay.epoll_fd, NULL), 0);
	b->oddities = (struct oddities){ .turn = &b->turn, .stats = &b->stats };
	b->intake = (struct query_intake){ .config = &b->config,
		.turn = &b->turn,
		.stats = &b->stats,
		.fallback = &b->fallback,
		.oddities = &b->oddities };
	assert_int_equal(query_intake_init(&b->intake), 0);
	b->arrivals = (struct arrivals){
		.config = &b->config, .turn = &b->turn, .stats = &b->stats, .fallback = &b->fallback
	};
	assert_int_equal(arrivals_init(&b->arrivals), 0);
	b->validator = (struct tcp_validator){ .config = &b->config,
		.turn = &b->turn,
		.stats = &b->stats,
		.intake = &b->intake,
		.oddities = &b->oddities,
		.arrivals = &b->arrivals,
		.park = &b->park };
	assert_int_equal(tcp_validate_init(&b->validator), 0);
	assert_int_equal(table_init(&b->relay.connections, sizeof(struct connection), 2), 0);
	assert_int_equal(share_init(&b->relay.share, 2), 0);
	b->relay.holders = calloc(SHARE_TALLIES, sizeof(*b->relay.holders));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, client), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, server), 0);
	struct connection *c = table_add(&b->relay.connections, 1);
	c->relay = &b->relay;
	c->client = (struct side){ WATCHED_SIDE, client[0], .is_connected = true, .connection = c };
	c->server = (struct side){ WATCHED_SIDE, server[0], .connection = c };
	c->active_ms = START_MS;
	c->client_address.ss_family = AF_INET;
	relay_enter(&b->relay, c);
	connection_update(c);
	b->c = c;
	b->client = client[1];
	b->server = server[1];
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	relay_close(&b->relay);
	tcp_validate_fini(&b->validator);
	arrivals_fini(&b->arrivals);
	query_intake_fini(&b->intake);
	server_fallback_fini(&b->fallback);
	park_fini(&b->park);
	scratch_fini(&b->sign_trade.responses);
	close(b->relay.epoll_fd);
	close(b->client);
	close(b->server);
	free(b);
	return 0;
}

/* Runs the loop until nothing is ready any more. */
static void settle(struct bed *bed)
{
	struct epoll_event events[4];
	int n;

	for (unsigned turns = 0; (n = epoll_wait(bed->relay.epoll_fd, events, 4, 0)) > 0; turns++) {
		assert_true(turns < 100000);
		for (int i = 0; i < n; i++)
			connection_ready(events[i].data.ptr);
	}
}

static unsigned connections(const struct bed *bed)
{
	return bed->relay.connections.used;
}

/* A query for example. A, or a response to it without records, behind its length. */
static size_t write_message(uint8_t *at, uint16_t id, uint16_t flags, uint16_t type)
{
	struct writer out = writer_over(at, 64);

	writer_u16(&out, 12 + 9 + 4);
	writer_u16(&out, id);
	writer_u16(&out, flags);
	writer_u16(&out, 1);
	writer_put(&out, span_of("\0\0\0\0\0\0\007example\0", 15));
	writer_u16(&out, type);
	writer_u16(&out, CLASS_IN);
	assert_false(out.full);
	return out.len;
}

static void send_message(int fd, uint16_t id, uint16_t flags, uint16_t type)
{
	uint8_t octets[64];
	size_t len = write_message(octets, id, flags, type);

	assert_int_equal(send(fd, octets, len, 0), (ssize_t)len);
}

static void ask(const struct bed *bed, uint16_t id)
{
	send_message(bed->client, id, FLAG_RD | FLAG_CD, TYPE_A);
}

static void answer(const struct bed *bed, uint16_t id)
{
	send_message(bed->server, id, FLAG_QR | FLAG_RD | FLAG_CD, TYPE_A);
}

/* Reads one message; returns its id, or -1 when there is none, -2 at the end, -3 after a reset. */
static int id_of_next(int fd)
{
	uint8_t octets[64];
	ssize_t n = recv(fd, octets, 27, 0);

	if (n == 0)
		return -2;
	if (n < 0)
		return errno == EAGAIN ? -1 : -3;
	assert_int_equal(n, 27);
	return octets[2] << 8 | octets[3];
}

static void answers_come_in_any_order(void **state)
{
	struct bed *bed = *state;

	ask(bed, 1);
	ask(bed, 2);
	ask(bed, 3);
	settle(bed);
	for (int id = 1; id <= 3; id++)
		assert_int_equal(id_of_next(bed->server), id);
	assert_int_equal(bed->c->question_count, 3);
	answer(bed, 2);
	answer(bed, 3);
	answer(bed, 1);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 2);
	assert_int_equal(id_of_next(bed->client), 3);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(bed->c->question_count, 0);
}

static void a_response_to_no_question_goes_nowhere(void **state)
{
	struct bed *bed = *state;

	ask(bed, 1);
	settle(bed);
	answer(bed, 2);
	send_message(bed->server, 1, FLAG_QR | FLAG_RD, TYPE_NS); /* another question */
	settle(bed);
	assert_int_equal(id_of_next(bed->client), -1);
	answer(bed, 1);
	answer(bed, 1); /* once more than asked */
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(id_of_next(bed->client), -1);
	assert_int_equal(bed->stats.responses_unsolicited, 3);
}

static void messages_may_come_octet_by_octet(void **state)
{
	struct bed *bed = *state;
	uint8_t octets[64];
	size_t len = write_message(octets, 7, FLAG_RD | FLAG_CD, TYPE_A);

	for (size_t i = 0; i < len; i++) {
		assert_int_equal(id_of_next(bed->server), -1);
		assert_int_equal(send(bed->client, octets + i, 1, 0), 1);
		settle(bed);
	}
	assert_int_equal(id_of_next(bed->server), 7);
}

/* Queries in one piece, as ids from `first` on. */
static void ask_at_once(const struct bed *bed, unsigned first, unsigned count)
{
	uint8_t octets[64 * 27];

	assert_true(count <= 64);
	for (unsigned i = 0; i < count; i++)
		write_message(octets + i * 27, (uint16_t)(first + i), FLAG_RD | FLAG_CD, TYPE_A);
	assert_int_equal(send(bed->client, octets, count * 27, 0), count * 27);
}

static void messages_may_be_split_anywhere(void **state)
{
	uint8_t octets[4 * 27];

	for (unsigned i = 0; i < 4; i++)
		write_message(octets + i * 27, (uint16_t)i, FLAG_RD | FLAG_CD, TYPE_A);
	for (size_t split = 1; split < sizeof(octets); split++) {
		setup(state);
		struct bed *bed = *state;
		size_t rest = sizeof(octets) - split;
		settle(bed);
		assert_int_equal(send(bed->client, octets, split, 0), (ssize_t)split);
		settle(bed);
		assert_int_equal(bed->c->question_count, split / 27);
		assert_int_equal(send(bed->client, octets + split, rest, 0), (ssize_t)rest);
		settle(bed);
		for (int id = 0; id < 4; id++)
			assert_int_equal(id_of_next(bed->server), id);
		assert_int_equal(id_of_next(bed->server), -1);
		for (int id = 0; id < 4; id++)
			write_message(octets + id * 27, (uint16_t)id, FLAG_QR | FLAG_RD | FLAG_CD,
			        TYPE_A);
		assert_int_equal(send(bed->server, octets, split, 0), (ssize_t)split);
		settle(bed);
		assert_int_equal(bed->c->question_count, 4 - split / 27);
		assert_int_equal(send(bed->server, octets + split, rest, 0), (ssize_t)rest);
		settle(bed);
		for (int id = 0; id < 4; id++) {
			assert_int_equal(id_of_next(bed->client), id);
			write_message(octets + id * 27, (uint16_t)id, FLAG_RD | FLAG_CD, TYPE_A);
		}
		assert_int_equal(id_of_next(bed->client), -1);
		teardown(state);
	}
}

static void messages_that_come_together_are_treated_in_turns(void **state)
{
	struct bed *bed = *state;

	settle(bed);
	ask_at_once(bed, 0, 40);
	connection_ready(&bed->c->client);
	assert_int_equal(bed->c->question_count, 16);
	connection_ready(&bed->c->client);
	assert_int_equal(bed->c->question_count, 32);
	bed->relay.treated = 100000; /* other connections had theirs: one message each */
	connection_ready(&bed->c->client);
	assert_int_equal(bed->c->question_count, 33);
	settle(bed);
	assert_int_equal(bed->c->question_count, 40);
	for (int id = 0; id < 40; id++)
		assert_int_equal(id_of_next(bed->server), id);
}

static void queries_beyond_the_limit_are_not_lost(void **state)
{
	struct bed *bed = *state;

	settle(bed);
	for (unsigned first = 0; first < 3 * 64; first += 64)
		ask_at_once(bed, first, 64);
	shutdown(bed->client, SHUT_WR);
	settle(bed);
	assert_int_equal(bed->c->question_count, CONNECTION_QUESTIONS);
	assert_null(bed->c->client.in.message);
	for (int id = 0; id < 3 * 64; id++) {
		assert_int_equal(id_of_next(bed->server), id);
		answer(bed, (uint16_t)id);
		settle(bed);
		assert_int_equal(id_of_next(bed->client), id);
	}
	assert_int_equal(id_of_next(bed->server), -2);
}

static void the_questions_of_a_client_in_flight_are_limited(void **state)
{
	struct bed *bed = *state;

	for (unsigned i = 0; i < CONNECTION_QUESTIONS + 10; i++)
		ask(bed, (uint16_t)i);
	settle(bed);
	assert_int_equal(bed->c->question_count, CONNECTION_QUESTIONS);
	for (unsigned i = 0; i < 10; i++)
		answer(bed, (uint16_t)i);
	settle(bed);
	assert_int_equal(bed->c->question_count, CONNECTION_QUESTIONS);
	assert_int_equal(bed->stats.queries, CONNECTION_QUESTIONS + 10);
}

static void nothing_is_read_for_a_client_that_does_not_read(void **state)
{
	struct bed *bed = *state;
	uint8_t octets[64];
	size_t len = write_message(octets, 9, FLAG_QR | FLAG_RD, TYPE_AXFR), most = 0;

	send_message(bed->client, 9, FLAG_RD, TYPE_AXFR);
	settle(bed);
	for (unsigned i = 0; i < 100000; i++) {
		if (send(bed->server, octets, len, 0) < 0)
			break; /* the kernel tells the server to wait */
		settle(bed);
		most = bed->c->client.out.len > most ? bed->c->client.out.len : most;
	}
	assert_int_equal(errno, EAGAIN);
	/* made in one turn */
	assert_true(most > 0 && most <= 16 * len);
}

/* Otherwise it could fill the memory with refusals. */
static void a_client_that_reads_no_refusals_asks_no_more(void **state)
{
	struct bed *bed = *state;
	uint8_t octets[64];
	size_t len = write_message(octets, 9, FLAG_RD, TYPE_AXFR), most = 0;

	bed->config.tcp.refuses_transfers = true;
	for (unsigned i = 0; i < 100000; i++) {
		if (send(bed->client, octets, len, 0) < 0)
			break;
		settle(bed);
		most = bed->c->client.out.len > most ? bed->c->client.out.len : most;
	}
	assert_int_equal(errno, EAGAIN);
	assert_true(most > 0 && most <= 16384 + len);
	for (uint64_t i = 0; i < bed->stats.transfers_refused; i++) {
		assert_int_equal(id_of_next(bed->client), 9);
		settle(bed);
	}
}

static void an_end_is_passed_on_after_the_last_message(void **state)
{
	struct bed *bed = *state;

	ask(bed, 1);
	shutdown(bed->client, SHUT_WR);
	settle(bed);
	assert_int_equal(id_of_next(bed->server), 1);
	assert_int_equal(id_of_next(bed->server), -2);
	assert_int_equal(connections(bed), 1);
	answer(bed, 1);
	shutdown(bed->server, SHUT_WR);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(id_of_next(bed->client), -2);
	assert_int_equal(connections(bed), 0);
}

static void a_side_that_ends_within_a_message_ends_the_connection(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(send(bed->client, "\0\050 half a message", 16, 0), 16);
	settle(bed);
	shutdown(bed->client, SHUT_WR);
	settle(bed);
	assert_int_equal(connections(bed), 0);
	assert_int_equal(id_of_next(bed->server), -2);
}

static void octets_that_are_not_dns_end_the_connection(void **state)
{
	static const struct {
		const char *why;
		bool from_client;
		const char *octets;
		size_t len;
	} rows[] = {
		{ "nothing at all", true, "\0\0", 2 },
		{ "less than a header", true, "\0\004abcd", 6 },
		{ "words", true, "\0\024no DNS, but twenty..", 22 },
		{ "words from the server", false, "\0\024no DNS, but twenty..", 22 },
		{ "nothing at all from the server", false, "\0\0", 2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		setup(state);
		struct bed *bed = *state;
		int from = rows[i].from_client ? bed->client : bed->server;
		ask(bed, 1);
		settle(bed);
		assert_int_equal(send(from, rows[i].octets, rows[i].len, 0), (ssize_t)rows[i].len);
		settle(bed);
		assert_row(rows[i].why, connections(bed) == 0);
		assert_row(rows[i].why, bed->stats.tcp_broken == 1);
		teardown(state);
	}
}

static void a_response_of_the_client_is_no_query(void **state)
{
	struct bed *bed = *state;

	send_message(bed->client, 1, FLAG_QR, TYPE_A);
	settle(bed);
	assert_int_equal(connections(bed), 0);
}

static void a_transfer_has_many_messages(void **state)
{
	struct bed *bed = *state;

	send_message(bed->client, 5, FLAG_RD, TYPE_AXFR);
	settle(bed);
	assert_int_equal(id_of_next(bed->server), 5);
	for (int i = 0; i < 3; i++)
		send_message(bed->server, 5, FLAG_QR, TYPE_AXFR);
	send_message(bed->server, 5, FLAG_QR, TYPE_A); /* has its id, but not its question */
	send_message(bed->server, 6, FLAG_QR, TYPE_AXFR);
	settle(bed);
	for (int i = 0; i < 3; i++)
		assert_int_equal(id_of_next(bed->client), 5);
	assert_int_equal(id_of_next(bed->client), -1);
	send_message(bed->server, 5, FLAG_QR | RCODE_REFUSED, TYPE_AXFR);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 5);
	assert_int_equal(bed->c->question_count, 0);
	assert_int_equal(bed->stats.transfers, 1);
}

static void transfers_that_are_over_do_not_fill_the_connection(void **state)
{
	struct bed *bed = *state;

	for (int id = 0; id < 2 * CONNECTION_QUESTIONS; id++) {
		send_message(bed->client, (uint16_t)id, FLAG_RD, TYPE_AXFR);
		settle(bed);
		assert_int_equal(id_of_next(bed->server), id);
		send_message(bed->server, (uint16_t)id, FLAG_QR, TYPE_AXFR);
		settle(bed);
		assert_int_equal(id_of_next(bed->client), id);
	}
}

static void a_transfer_may_be_refused(void **state)
{
	struct bed *bed = *state;

	bed->config.tcp.refuses_transfers = true;
	send_message(bed->client, 5, FLAG_RD, TYPE_IXFR);
	settle(bed);
	assert_int_equal(id_of_next(bed->server), -1);
	assert_int_equal(id_of_next(bed->client), 5);
	assert_int_equal(bed->stats.transfers_refused, 1);
}

static void only_whole_messages_keep_a_connection_open(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(relay_deadline_ms(&bed->relay), START_MS + IDLE_MS);
	bed->turn.now_ms += IDLE_MS - 1;
	relay_expire(&bed->relay);
	assert_int_equal(connections(bed), 1);
	assert_int_equal(send(bed->client, "\0\031abc", 5, 0), 5);
	settle(bed);
	assert_int_equal(relay_deadline_ms(&bed->relay), START_MS + IDLE_MS);
	bed->turn.now_ms++;
	relay_expire(&bed->relay);
	assert_int_equal(connections(bed), 0);
	assert_int_equal(bed->stats.tcp_idle, 1);
	assert_int_equal(relay_deadline_ms(&bed->relay), UINT64_MAX);
}

static void a_message_keeps_a_connection_open(void **state)
{
	struct bed *bed = *state;

	bed->turn.now_ms += IDLE_MS - 1;
	ask(bed, 1);
	settle(bed);
	assert_int_equal(relay_deadline_ms(&bed->relay), START_MS + 2 * IDLE_MS - 1);
}

/* The signer answers the questions to a silent server, each when it is due. */
static void a_silent_server_is_answered_for(void **state)
{
	struct bed *bed = *state;
	struct signer_query asked = { .client.question_len = 13 };
	struct question *questions[3];

	settle(bed);
	bed->sign_trade.turn = &bed->turn;
	bed->sign_trade.stats = &bed->stats;
	assert_int_equal(scratch_init(&bed->sign_trade.responses), 0);
	bed->relay.trade = &tcp_sign_trade;
	bed->relay.trader = &bed->sign_trade;
	memcpy(asked.client.question, "\7example\0\0\1\0\1", 13);
	for (unsigned i = 0; i < 3; i++) {
		asked.client.id = (uint16_t)(10 + i);
		questions[i] = question_ask(bed->c, QUERY_SIGNED, &asked.client);
		questions[i]->signing = asked;
		question_await(questions[i]);
		bed->turn.now_ms += 1000;
	}
	assert_int_equal(relay_deadline_ms(&bed->relay), START_MS + 5000);
	question_forget(questions[1]); /* which was answered */
	bed->turn.now_ms = START_MS + 4999;
	relay_expire(&bed->relay);
	assert_int_equal(id_of_next(bed->client), -1);
	bed->turn.now_ms++;
	bed->config.tcp.idle_ms = 60000;
	relay_expire(&bed->relay);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 10);
	assert_int_equal(id_of_next(bed->client), -1);
	assert_int_equal(relay_deadline_ms(&bed->relay), START_MS + 7000);
	bed->turn.now_ms = START_MS + 7000;
	relay_expire(&bed->relay);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 12);
	assert_int_equal(bed->stats.sign_silent, 2);
	assert_int_equal(connections(bed), 1);
	assert_int_equal(bed->c->question_count, 0);
	assert_null(bed->relay.oldest);
	assert_null(bed->relay.newest);
}

/* ---- Before the server has taken the connection ---- */

/* A trade that answers queries for DNSKEY without the server. */
static bool answer_keys_at_once(void *trader, struct connection *c, struct span octets)
{
	struct cursor type = cursor_at(octets, 21);
	uint8_t octet[64];

	(void)trader;
	if (cursor_u16(&type) != TYPE_DNSKEY)
		return false;
	memcpy(octet, octets.base, octets.len);
	octet[2] |= FLAG_QR >> 8;
	connection_send(&c->client, span_of(octet, octets.len));
	return true;
}

static void send_on(void *trader, struct connection *c, struct span octets)
{
	(void)trader;
	struct client_query asked = { .id = get_u16(octets.base) };
	question_ask(c, QUERY_CD, &asked);
	connection_send(&c->server, octets);
}

static void send_back(void *trader, struct connection *c, struct span octets)
{
	(void)trader;
	question_forget(c->first);
	connection_send(&c->client, octets);
}

static const struct relay_trade hasty_trade = {
	.query = send_on, .response = send_back, .asks_again = true, .at_once = answer_keys_at_once
};

/* The loop is not run for the server's side, so it stays as it is. */
static void begin_without_server(struct bed *bed)
{
	bed->relay.trade = &hasty_trade;
	connection_update(bed->c);
}

static void client_is_ready(struct bed *bed)
{
	connection_ready(&bed->c->client);
}

static void ask_for_keys(const struct bed *bed, uint16_t id)
{
	send_message(bed->client, id, FLAG_RD, TYPE_DNSKEY);
}

static void what_needs_no_server_is_answered_before_it_is_connected(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	ask_for_keys(bed, 1);
	client_is_ready(bed);
	assert_int_equal(id_of_next(bed->client), 1);
	ask(bed, 2);
	ask_for_keys(bed, 3);
	ask(bed, 4);
	client_is_ready(bed);
	client_is_ready(bed);
	assert_int_equal(
	        id_of_next(bed->client), -1); /* 2 waits, and those behind it stay in the kernel */
	assert_int_equal(id_of_next(bed->server), -1);
	settle(bed); /* connects */
	assert_int_equal(id_of_next(bed->server), 2);
	answer(bed, 2);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 2);
	assert_int_equal(id_of_next(bed->server), 3); /* the trade decides from now on */
	assert_int_equal(id_of_next(bed->server), 4);
	assert_int_equal(connections(bed), 1);
}

static void a_client_that_needs_no_server_may_end_without_it(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	ask_for_keys(bed, 1);
	shutdown(bed->client, SHUT_WR);
	client_is_ready(bed);
	if (connections(bed) > 0) /* the end is read after the message */
		client_is_ready(bed);
	assert_int_equal(connections(bed), 0);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(id_of_next(bed->client), -2);
	assert_int_equal(bed->stats.tcp_broken, 0);
}

static void a_client_that_has_ended_still_gets_what_waits_for_the_server(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	ask(bed, 1);
	shutdown(bed->client, SHUT_WR);
	client_is_ready(bed);
	assert_int_equal(connections(bed), 1);
	settle(bed);
	assert_int_equal(id_of_next(bed->server), 1);
	answer(bed, 1);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 1);
}

static void a_server_that_is_lost_matters_once_it_is_needed(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	connection_unreachable(bed->c);
	connection_update(bed->c);
	ask_for_keys(bed, 1);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(bed->stats.tcp_unreachable, 0);
	ask_for_keys(bed, 2);
	ask(bed, 3);
	settle(bed);
	assert_int_equal(connections(bed), 0);
	assert_int_equal(bed->stats.tcp_unreachable, 1);
}

static void a_server_that_is_lost_does_not_keep_a_client_that_ends(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	connection_unreachable(bed->c);
	connection_update(bed->c);
	ask_for_keys(bed, 1);
	shutdown(bed->client, SHUT_WR);
	settle(bed);
	assert_int_equal(id_of_next(bed->client), 1);
	assert_int_equal(id_of_next(bed->client), -2);
	assert_int_equal(connections(bed), 0);
}

static void a_query_that_waits_for_a_lost_server_ends_the_connection(void **state)
{
	struct bed *bed = *state;

	begin_without_server(bed);
	ask(bed, 1);
	client_is_ready(bed);
	connection_unreachable(bed->c);
	connection_update(bed->c);
	assert_int_equal(connections(bed), 0);
	assert_int_equal(bed->stats.tcp_unreachable, 1);
}

/* Listens on the loopback interface, and has a client connect. */
static void await_a_client(struct bed *bed, int *client)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct epoll_event event = { .events = EPOLLIN,
		.data.ptr = &bed->relay.listeners[RELAY_IPV4] };

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*client, (struct sockaddr *)&address, len), 0);
	bed->relay.listeners[RELAY_IPV4] = (struct tcp_listener){ WATCHED_LISTENER, fd };
	assert_int_equal(epoll_ctl(bed->relay.epoll_fd, EPOLL_CTL_ADD, fd, &event), 0);
}

static bool has_event(const struct bed *bed)
{
	struct epoll_event event;
	return epoll_wait(bed->relay.epoll_fd, &event, 1, 0) > 0;
}

/* The client waits in the kernel's queue, and the listener would be ready again and again. */
static void few_descriptors_do_not_keep_the_loop_busy(void **state)
{
	struct bed *bed = *state;
	struct rlimit before, none;
	int client;

	log_set_level(LOG_LEVEL_ERROR);
	connection_close(bed->c); /* otherwise it would give way */
	await_a_client(bed, &client);
	assert_true(has_event(bed));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	relay_accept(&bed->relay, &bed->relay.listeners[RELAY_IPV4]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(bed->stats.sockets_short, 1);
	assert_false(has_event(bed));
	assert_true(relay_deadline_ms(&bed->relay) < bed->turn.now_ms + 1000);
	bed->turn.now_ms = relay_deadline_ms(&bed->relay);
	relay_expire(&bed->relay);
	assert_true(has_event(bed));
	assert_int_equal(relay_deadline_ms(&bed->relay), UINT64_MAX);
	close(client);
}

#define relay_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		relay_test(answers_come_in_any_order),
		relay_test(a_response_to_no_question_goes_nowhere),
		relay_test(messages_may_come_octet_by_octet),
		cmocka_unit_test(messages_may_be_split_anywhere),
		relay_test(messages_that_come_together_are_treated_in_turns),
		relay_test(queries_beyond_the_limit_are_not_lost),
		relay_test(the_questions_of_a_client_in_flight_are_limited),
		relay_test(nothing_is_read_for_a_client_that_does_not_read),
		relay_test(a_client_that_reads_no_refusals_asks_no_more),
		relay_test(an_end_is_passed_on_after_the_last_message),
		relay_test(a_side_that_ends_within_a_message_ends_the_connection),
		cmocka_unit_test(octets_that_are_not_dns_end_the_connection),
		relay_test(a_response_of_the_client_is_no_query),
		relay_test(a_transfer_has_many_messages),
		relay_test(transfers_that_are_over_do_not_fill_the_connection),
		relay_test(a_transfer_may_be_refused),
		relay_test(only_whole_messages_keep_a_connection_open),
		relay_test(a_message_keeps_a_connection_open),
		relay_test(a_silent_server_is_answered_for),
		relay_test(what_needs_no_server_is_answered_before_it_is_connected),
		relay_test(a_client_that_needs_no_server_may_end_without_it),
		relay_test(a_client_that_has_ended_still_gets_what_waits_for_the_server),
		relay_test(a_server_that_is_lost_matters_once_it_is_needed),
		relay_test(a_server_that_is_lost_does_not_keep_a_client_that_ends),
		relay_test(a_query_that_waits_for_a_lost_server_ends_the_connection),
		relay_test(few_descriptors_do_not_keep_the_loop_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
