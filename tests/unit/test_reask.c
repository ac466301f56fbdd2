/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions asked again, of servers on the loopback interface. The test is the clock, so no
 * time-out is ever waited for. */
#include "test.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fetch/reask.h"
#include "server.h"
#include "wire/message.h"

#define START_MS  1000
#define CLIENT_ID 0x4242
#define QUESTION  "\3WwW\7example\0\0\1\0\1" /* www.example. A */

enum { SERVER, RESOLVER, OTHER_RESOLVER, SERVERS };

struct lab {
	struct server servers[SERVERS];
	struct sockaddr_storage resolvers[2];
	int epoll_fd;
	uint8_t buffer[EXCHANGE_ANSWER_MAX];
	struct stats stats;
	struct park park;
	struct reasks reasks;
	struct round_trips round_trips;
	unsigned told_no_tcp; /* times */
	struct parked_list over;
	uint64_t now_ms;
	uint16_t clients;
};

static void note_no_tcp(void *context, const struct parked *parked)
{
	struct lab *lab = context;

	assert_non_null(parked);
	lab->told_no_tcp++;
}

static int set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	for (int i = 0; i < SERVERS; i++)
		server_open(&lab->servers[i]);
	lab->resolvers[0] = lab->servers[RESOLVER].address;
	lab->resolvers[1] = lab->servers[OTHER_RESOLVER].address;
	lab->epoll_fd = epoll_create1(0);
	lab->now_ms = START_MS;
	assert_int_equal(park_init(&lab->park, 2 * REASKS_MAX, 10000), 0);
	lab->reasks = (struct reasks){ .epoll_fd = lab->epoll_fd,
		.stats = &lab->stats,
		.resolvers = lab->resolvers,
		.resolver_count = 2,
		.buffer = lab->buffer,
		.over = &lab->over,
		.round_trips = &lab->round_trips,
		.no_tcp = note_no_tcp,
		.context = lab };
	assert_int_equal(round_trips_init(&lab->round_trips), 0);
	assert_int_equal(reasks_init(&lab->reasks), 0);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;

	reasks_fini(&lab->reasks);
	park_fini(&lab->park);
	for (int i = 0; i < SERVERS; i++)
		server_close(&lab->servers[i]);
	close(lab->epoll_fd);
	free(lab);
	return 0;
}

static struct parked *park_response(struct lab *lab)
{
	static const struct flow_key key = { 0 };
	struct client_query asked = {
		.id = CLIENT_ID, .flags = FLAG_RD | FLAG_AD, .question_len = sizeof(QUESTION) - 1
	};

	memcpy(asked.question, QUESTION, sizeof(QUESTION) - 1);
	struct waiting_packet waiting = { lab->park.table.used, span_of("a response", 10), &key,
		&asked };
	struct parked *parked = park_add(&lab->park, &waiting, lab->now_ms);
	assert_non_null(parked);
	parked->server = lab->servers[SERVER].address;
	parked->client_len = 4; /* of a client of its own */
	put_u16(parked->client_octets + 2, lab->clients++);
	return parked;
}

static bool want(struct lab *lab, struct parked *parked, enum reask_how how)
{
	if (!server_may_be_asked(&lab->servers[SERVER]))
		skip();
	return reasks_want(&lab->reasks, parked, how, lab->now_ms);
}

/* Waits for the next event, and has it handled. */
static void come_in(struct lab *lab)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(lab->epoll_fd, &event, 1, SERVER_PATIENCE_S * 1000), 1);
	reasks_ready(&lab->reasks, event.data.ptr, lab->now_ms);
}

/* Otherwise nothing can be asked again on a slow link. */
static void a_slow_server_gets_longer(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		enum reask_how how;
		uint64_t wait_ms;
	} rows[] = {
		{ "TCP takes two round trips", REASK_WHOLE, REASK_WAIT_MS + 2 * 900 },
		{ "UDP takes one", REASK_PLAINLY, REASK_WAIT_MS / REASK_TRIES + 900 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		parked->took_ms = 900;
		lab->now_ms += 100000; /* the one before is not the next due */
		assert_true(want(lab, parked, rows[i].how));
		assert_row(rows[i].why,
		        reasks_deadline_ms(&lab->reasks) == lab->now_ms + rows[i].wait_ms);
		reasks_expire(&lab->reasks, lab->now_ms + 100000);
		reasks_expire(&lab->reasks, lab->now_ms + 200000);
	}
}

static void pass_time(struct lab *lab)
{
	uint64_t due_ms = reasks_deadline_ms(&lab->reasks);

	reasks_expire(&lab->reasks, due_ms - 1);
	assert_int_equal(reasks_deadline_ms(&lab->reasks), due_ms);
	lab->now_ms = due_ms;
	reasks_expire(&lab->reasks, due_ms);
}

static void come_over_tcp(struct lab *lab, struct server *server)
{
	server_accept(server);
	come_in(lab);
	server_receive_over_tcp(server);
}

/* The last query as a response of `len` octets; the octets after the question are not read. */
static void answer_over_tcp(struct lab *lab, struct server *server, size_t len)
{
	uint8_t answer[2 + 3000] = { 0 };

	put_u16(answer, (uint16_t)len);
	memcpy(answer + 2, server->query, server->query_len);
	answer[4] |= 0x80;
	server_send(server, answer, 2 + len);
	while (!lab->over.first)
		come_in(lab);
}

static void each_way_of_asking_has_its_server_and_its_form(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		enum reask_how how;
		int server;
		bool over_tcp, has_edns;
		uint16_t flags;
	} rows[] = {
		{ "whole", REASK_WHOLE, SERVER, true, true, FLAG_RD },
		{ "plainly", REASK_PLAINLY, SERVER, false, false, FLAG_RD },
		{ "barely", REASK_BARELY, SERVER, false, true, FLAG_RD },
		{ "once more, of the same server", REASK_ONCE_MORE, SERVER, false, true, FLAG_RD },
		{ "signed", REASK_SIGNED, RESOLVER, false, true, FLAG_RD | FLAG_CD },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct server *server = &lab->servers[rows[i].server];
		struct message m;

		assert_true(want(lab, park_response(lab), rows[i].how));
		if (rows[i].over_tcp)
			come_over_tcp(lab, server);
		else
			server_receive(server);
		assert_true(message_parse(&m, span_of(server->query, server->query_len), NULL, 0));
		assert_row(rows[i].why, m.flags == rows[i].flags);
		assert_row(rows[i].why, m.edns.present == rows[i].has_edns);
		assert_row(rows[i].why, m.edns.dnssec_ok == rows[i].has_edns);
		assert_row(rows[i].why, m.edns.options.len == 0);
		assert_row(rows[i].why,
		        span_equal(m.question, span_of(QUESTION, sizeof(QUESTION) - 1)));
		server_hang_up(server);
		for (int each = 0; each < SERVERS; each++)
			assert_row(rows[i].why, server_is_quiet(&lab->servers[each]));
	}
	assert_int_equal(lab->stats.wholes, 1);
	assert_int_equal(lab->stats.plain_asked, 1);
	assert_int_equal(lab->stats.bare_asked, 1);
	assert_int_equal(lab->stats.once_more_asked, 1);
	assert_int_equal(lab->stats.signed_asked, 1);
}

static void the_new_message_has_the_id_of_the_clients_query(void **state)
{
	struct lab *lab = *state;
	static const struct {
		enum reask_how how;
		int server;
	} rows[] = { { REASK_PLAINLY, SERVER }, { REASK_SIGNED, RESOLVER } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct server *server = &lab->servers[rows[i].server];
		struct parked *parked = park_response(lab);

		assert_true(want(lab, parked, rows[i].how));
		assert_int_equal(parked->waits_for, rows[i].how);
		server_receive(server);
		server_respond(server, 1, 0x01); /* of another id */
		come_in(lab);
		assert_null(lab->over.first);
		server_respond(server, AS_IT_IS);
		come_in(lab);
		assert_ptr_equal(lab->over.first, parked);
		assert_int_equal(parked->waits_for, REASK_NOT);
		assert_int_equal(parked->reasked, rows[i].how);
		const uint8_t *octets = rows[i].how == REASK_SIGNED ? parked->proof : parked->whole;
		size_t len = rows[i].how == REASK_SIGNED ? parked->proof_len : parked->whole_len;
		assert_non_null(octets);
		assert_int_equal(parked_is_replaced(parked), rows[i].how == REASK_PLAINLY);
		assert_int_equal(len, server->query_len);
		assert_int_equal(octets[0] << 8 | octets[1], CLIENT_ID);
		assert_int_equal(reasks_deadline_ms(&lab->reasks), UINT64_MAX);
		parked_unlist(parked);
	}
	assert_int_equal(lab->stats.reask_failures, 0);
}

static void a_truncated_response_comes_whole_over_tcp(void **state)
{
	struct lab *lab = *state;
	struct server *server = &lab->servers[SERVER];
	struct parked *parked = park_response(lab);

	assert_true(want(lab, parked, REASK_WHOLE));
	come_over_tcp(lab, server);
	answer_over_tcp(lab, server, 3000);
	assert_ptr_equal(lab->over.first, parked);
	assert_int_equal(parked->whole_len, 3000);
	assert_int_equal(parked->whole[0] << 8 | parked->whole[1], CLIENT_ID);
	assert_int_equal(lab->stats.whole_failures, 0);
}

static void a_truncated_response_gives_new_time_for_tcp(void **state)
{
	struct lab *lab = *state;
	struct server *server = &lab->servers[RESOLVER];
	struct parked *parked = park_response(lab);

	assert_true(want(lab, parked, REASK_SIGNED));
	server_receive(server);
	lab->now_ms += 100;
	server_respond(server, TRUNCATED);
	come_in(lab);
	assert_int_equal(reasks_deadline_ms(&lab->reasks), lab->now_ms + REASK_WAIT_MS);
	come_over_tcp(lab, server);
	answer_over_tcp(lab, server, 2000);
	assert_int_equal(parked->proof_len, 2000);
}

/* A client that asks over TCP may have no other way to the server. */
static void over_tcp_a_question_is_asked_once_more_over_tcp(void **state)
{
	struct lab *lab = *state;
	static const struct {
		enum reask_how how;
		bool over_tcp;
		size_t proof_len; /* what the client's response gets for a proof */
	} rows[] = { { REASK_ONCE_MORE, true, 100 }, { REASK_BARELY, true, 0 },
		{ REASK_PLAINLY, false, 0 } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		int question; /* stands for one; nothing reads it */
		parked->question = (struct question *)(void *)&question;
		assert_true(want(lab, parked, rows[i].how));
		if (rows[i].over_tcp) {
			come_over_tcp(lab, &lab->servers[SERVER]);
			answer_over_tcp(lab, &lab->servers[SERVER], 100);
			assert_int_equal(parked->proof_len, rows[i].proof_len);
		} else {
			server_receive(&lab->servers[SERVER]);
		}
		parked->question = NULL;
		parked_unlist(parked);
	}
}

static void a_silent_server_is_waited_for_within_bounds(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		enum reask_how how;
		int first, second; /* the servers asked; -1: no second query */
	} rows[] = {
		{ "over TCP once, then over UDP once", REASK_WHOLE, SERVER, SERVER },
		{ "plainly twice", REASK_PLAINLY, SERVER, SERVER },
		{ "once more once: the answer before it may be forged", REASK_ONCE_MORE, SERVER,
		        -1 },
		{ "barely once: the error before it may be forged", REASK_BARELY, SERVER, -1 },
		{ "two resolvers once each", REASK_SIGNED, RESOLVER, OTHER_RESOLVER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		uint64_t from_ms = lab->now_ms;

		assert_true(want(lab, parked, rows[i].how));
		if (rows[i].how == REASK_WHOLE) {
			come_over_tcp(lab, &lab->servers[rows[i].first]);
			server_hang_up(&lab->servers[SERVER]); /* unread: a reset, not yet seen */
		} else {
			server_receive(&lab->servers[rows[i].first]);
		}
		pass_time(lab);
		if (rows[i].second >= 0) {
			assert_row(rows[i].why, !lab->over.first);
			server_receive(&lab->servers[rows[i].second]);
			pass_time(lab);
		}
		unsigned waits = rows[i].how == REASK_WHOLE ? 2 : 1; /* of another carrier each */
		assert_row(rows[i].why, lab->now_ms == from_ms + waits * REASK_WAIT_MS);
		assert_row(rows[i].why, lab->over.first == parked && !lab->over.first->next);
		assert_row(rows[i].why, !parked->whole && !parked->proof);
		assert_row(rows[i].why, reasks_deadline_ms(&lab->reasks) == UINT64_MAX);
		parked_unlist(parked);
	}
	assert_int_equal(lab->stats.whole_failures, 1);
	assert_int_equal(lab->stats.reask_failures, 4);
}

/* The answer of the server itself would mostly be the same again. */
static void once_more_another_resolver_is_asked_if_there_is_one(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		bool may_be_other;
		int resolvers[2], asked; /* -1: the address of the client's server */
	} rows[] = {
		{ "a resolver", true, { RESOLVER, OTHER_RESOLVER }, RESOLVER },
		{ "no other one may be asked", false, { RESOLVER, OTHER_RESOLVER }, SERVER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		for (unsigned n = 0; n < 2; n++)
			lab->resolvers[n] = lab->servers[rows[i].resolvers[n]].address;
		/* all servers of this test have one address, so the client's gets another */
		if (rows[i].may_be_other)
			((struct sockaddr_in *)&parked->server)->sin_addr.s_addr =
			        htonl(0x7f000002);
		parked->may_ask_elsewhere = rows[i].may_be_other;
		assert_true(want(lab, parked, REASK_ONCE_MORE));
		server_receive(&lab->servers[rows[i].asked]);
		server_respond(&lab->servers[rows[i].asked], AS_IT_IS);
		come_in(lab);
		assert_row(rows[i].why, parked->proof && !parked->whole);
		assert_row(rows[i].why, parked->came_by == REASK_ONCE_MORE);
		parked_unlist(parked);
	}
	/* the only resolver is the client's server itself */
	struct parked *parked = park_response(lab);
	lab->resolvers[0] = lab->resolvers[1] = lab->servers[RESOLVER].address;
	parked->may_ask_elsewhere = true;
	assert_true(want(lab, parked, REASK_ONCE_MORE));
	server_receive(&lab->servers[SERVER]);
}

/* A spoofer answers first, by the error of a server without EDNS. */
static void after_asking_barely_an_error_waits_for_something_better(void **state)
{
	struct lab *lab = *state;
	struct server *server = &lab->servers[SERVER];

	for (unsigned better = 0; better <= 1; better++) {
		struct parked *parked = park_response(lab);
		assert_true(want(lab, parked, REASK_BARELY));
		server_receive(server);
		server_respond(server, 3, 0x01); /* FORMERR */
		come_in(lab);
		server_respond(server, 3, 0x01); /* and once more */
		come_in(lab);
		assert_null(lab->over.first);
		assert_int_equal(reasks_deadline_ms(&lab->reasks), lab->now_ms + REASK_GRACE_MS);
		if (better) {
			server_respond(server, AS_IT_IS);
			come_in(lab);
		} else {
			pass_time(lab);
		}
		assert_ptr_equal(lab->over.first, parked);
		assert_int_equal(parked->whole[3] & RCODE_MASK, better ? 0 : RCODE_FORMERR);
		assert_int_equal(parked->came_by, REASK_BARELY);
		assert_int_equal(reasks_deadline_ms(&lab->reasks), UINT64_MAX);
		parked_unlist(parked);
	}
	assert_int_equal(lab->stats.reask_failures, 0);
}

static uint16_t udp_size_asked(const struct server *server)
{
	struct message m;

	assert_true(message_parse(&m, span_of(server->query, server->query_len), NULL, 0));
	assert_true(m.edns.dnssec_ok);
	return m.edns.udp_size;
}

/* An attacker off the path who forges the last fragment of the response adds a record. */
static void add_record(struct server *server)
{
	static const uint8_t record[] = { 0, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 66 };

	memcpy(server->query + server->query_len, record, sizeof(record));
	server->query_len += sizeof(record);
	server->query[11]++;
}

/* Otherwise a client without DO loses its short answer, because sealgate asked for signatures. */
static void if_tcp_fails_the_whole_answer_is_asked_for_over_udp(void **state)
{
	struct lab *lab = *state;
	struct server *server = &lab->servers[SERVER];
	struct parked *parked = park_response(lab);

	assert_true(want(lab, parked, REASK_WHOLE));
	come_over_tcp(lab, server);
	server_hang_up(server);
	come_in(lab);
	assert_null(lab->over.first);
	server_receive(server);
	assert_int_equal(udp_size_asked(server), EXCHANGE_LARGE);
	size_t len = server->query_len;
	add_record(server);
	server_respond(server, AS_IT_IS);
	come_in(lab);
	assert_ptr_equal(lab->over.first, parked);
	assert_int_equal(parked->whole_len, len);
	assert_true(parked_is_replaced(parked) && parked->is_large);
	assert_int_equal(lab->told_no_tcp, 1);
	assert_int_equal(lab->stats.wholes, 1);
	assert_int_equal(lab->stats.whole_large, 1);
	assert_int_equal(lab->stats.whole_failures, 0);
}

/* Each question would wait for TCP in vain; and a server that gets TCP back would not be
 * noticed. */
static void a_server_without_tcp_is_remembered_while_udp_helps(void **state)
{
	struct lab *lab = *state;
	struct server *server = &lab->servers[SERVER];
	static const struct {
		const char *why;
		bool is_silent, is_cut, tries_tcp;
	} rows[] = {
		{ "the whole answer comes", false, false, false },
		{ "it is truncated too, which may be forged", false, true, true },
		{ "nothing comes", true, false, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		round_trip_note_no_tcp(&lab->round_trips, &server->address, lab->now_ms);
		assert_true(want(lab, parked, REASK_WHOLE));
		server_receive(server);
		assert_row(rows[i].why, udp_size_asked(server) == EXCHANGE_LARGE);
		if (rows[i].is_silent)
			pass_time(lab);
		else if (rows[i].is_cut)
			server_respond(server, TRUNCATED);
		else
			server_respond(server, AS_IT_IS);
		if (!rows[i].is_silent)
			come_in(lab);
		assert_row(rows[i].why, round_trip_has_no_tcp(&lab->round_trips, &server->address,
		                                lab->now_ms) == !rows[i].tries_tcp);
		if (rows[i].tries_tcp) {
			come_over_tcp(lab, server);
			answer_over_tcp(lab, server, 2000);
			server_hang_up(server);
		}
		assert_row(rows[i].why, lab->over.first == parked && parked_is_replaced(parked));
		assert_row(rows[i].why, parked->is_large == !rows[i].tries_tcp);
		parked_unlist(parked);
	}
	assert_int_equal(lab->stats.whole_failures, 0);
	assert_int_equal(lab->told_no_tcp, 0);
}

/* Otherwise one client that asks for names of a silent server keeps all others from help. */
static void a_client_cannot_hold_all_slots(void **state)
{
	struct lab *lab = *state;
	unsigned count = 0;

	for (unsigned i = 0; i < REASKS_MAX; i++) {
		lab->clients = 1;
		if (!want(lab, park_response(lab), REASK_PLAINLY))
			break;
		count++;
	}
	assert_int_equal(count, REASKS_MAX / 4 * 3);
	assert_int_equal(lab->stats.reask_share, 1);
	lab->clients = 2;
	struct parked *other = park_response(lab);
	assert_true(want(lab, other, REASK_PLAINLY));
	while (reasks_deadline_ms(&lab->reasks) != UINT64_MAX) {
		lab->now_ms = reasks_deadline_ms(&lab->reasks);
		reasks_expire(&lab->reasks, lab->now_ms);
	}
	lab->clients = 1; /* the share is given back */
	assert_true(want(lab, park_response(lab), REASK_PLAINLY));
}

/* The rest of the wait for keys may be nothing. */
static void a_response_waits_as_long_as_it_is_asked_again(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why;
		uint64_t waited_ms, until_ms; /* since it came */
		uint32_t took_ms;
	} rows[] = {
		{ "its wait for keys is almost over", 2900, 2900 + REASK_LIFE_MS, 0 },
		{ "a slow server", 2900, 2900 + REASK_LIFE_MS + 2 * 900, 900 },
		{ "but not beyond park_ms", 8000, 10000, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parked *parked = park_response(lab);
		uint64_t came_ms = parked->since_ms;
		parked->took_ms = rows[i].took_ms;
		parked_wait(parked, 3000, came_ms);
		assert_row(rows[i].why, parked->deadline_ms == came_ms + 3000);
		lab->now_ms = came_ms + rows[i].waited_ms;
		assert_true(want(lab, parked, REASK_PLAINLY));
		assert_row(rows[i].why, parked->deadline_ms == came_ms + rows[i].until_ms);
	}
}

static void no_query_is_asked_twice_in_one_way(void **state)
{
	struct lab *lab = *state;
	struct parked *parked = park_response(lab);

	assert_true(want(lab, parked, REASK_PLAINLY));
	server_receive(&lab->servers[SERVER]);
	server_respond(&lab->servers[SERVER], AS_IT_IS);
	come_in(lab);
	assert_false(want(lab, parked, REASK_PLAINLY));
	assert_int_equal(parked->waits_for, REASK_NOT);
	assert_true(want(lab, parked, REASK_SIGNED));
	server_receive(&lab->servers[RESOLVER]);
	server_respond(&lab->servers[RESOLVER], AS_IT_IS);
	come_in(lab);
	assert_true(parked->whole && parked->proof);
}

static void without_a_resolver_no_signatures_are_asked_for(void **state)
{
	struct lab *lab = *state;
	struct parked *parked = park_response(lab);

	lab->reasks.resolver_count = 0;
	assert_false(want(lab, parked, REASK_SIGNED));
	assert_null(parked->list);
	assert_int_equal(parked->reasked, 0);
}

static void reasks_in_flight_have_a_bound(void **state)
{
	struct lab *lab = *state;

	for (unsigned i = 0; i < REASKS_MAX; i++)
		assert_true(want(lab, park_response(lab), REASK_PLAINLY));
	struct parked *parked = park_response(lab);
	assert_false(want(lab, parked, REASK_PLAINLY));
	assert_null(parked->list);
	server_receive(&lab->servers[SERVER]);
	server_respond(&lab->servers[SERVER], AS_IT_IS);
	come_in(lab);
	assert_true(want(lab, parked, REASK_PLAINLY));
}

/* The query was answered by another response, or timed out. */
/* Otherwise questions to a slow server could keep all others out. */
static void a_question_that_no_response_waits_for_gives_way(void **state)
{
	struct lab *lab = *state;
	struct parked *first = park_response(lab);

	first->took_ms = 9000;
	assert_true(want(lab, first, REASK_PLAINLY));
	for (unsigned i = 1; i < REASKS_MAX; i++)
		assert_true(want(lab, park_response(lab), REASK_PLAINLY));
	struct parked *parked = park_response(lab);
	parked_remove(first);
	assert_true(want(lab, parked, REASK_PLAINLY));
	assert_non_null(parked->list);
	assert_false(want(lab, park_response(lab), REASK_PLAINLY));
}

static void a_parked_response_may_be_removed_meanwhile(void **state)
{
	struct lab *lab = *state;
	static const bool answers[] = { true, false };

	for (size_t i = 0; i < COUNT(answers); i++) {
		struct parked *parked = park_response(lab);

		assert_true(want(lab, parked, REASK_PLAINLY));
		server_receive(&lab->servers[SERVER]);
		parked_remove(parked);
		if (answers[i]) {
			server_respond(&lab->servers[SERVER], AS_IT_IS);
			come_in(lab);
		} else {
			pass_time(lab);
			assert_true(server_is_quiet(&lab->servers[SERVER]));
		}
		assert_null(lab->over.first);
		assert_int_equal(reasks_deadline_ms(&lab->reasks), UINT64_MAX);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slow_server_gets_longer),
		TEST(each_way_of_asking_has_its_server_and_its_form),
		TEST(the_new_message_has_the_id_of_the_clients_query),
		TEST(a_truncated_response_comes_whole_over_tcp),
		TEST(a_truncated_response_gives_new_time_for_tcp),
		TEST(over_tcp_a_question_is_asked_once_more_over_tcp),
		TEST(a_silent_server_is_waited_for_within_bounds),
		TEST(once_more_another_resolver_is_asked_if_there_is_one),
		TEST(after_asking_barely_an_error_waits_for_something_better),
		TEST(if_tcp_fails_the_whole_answer_is_asked_for_over_udp),
		TEST(a_server_without_tcp_is_remembered_while_udp_helps),
		TEST(a_client_cannot_hold_all_slots),
		TEST(a_response_waits_as_long_as_it_is_asked_again),
		TEST(no_query_is_asked_twice_in_one_way),
		TEST(without_a_resolver_no_signatures_are_asked_for),
		TEST(reasks_in_flight_have_a_bound),
		TEST(a_question_that_no_response_waits_for_gives_way),
		TEST(a_parked_response_may_be_removed_meanwhile),
	};
	return cmocka_run_group_tests_name("reask", tests, NULL, NULL);
}
