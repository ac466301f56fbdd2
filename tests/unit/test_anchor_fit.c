/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"
#include "server.h"

#include <pthread.h>

#include "inspect/anchor_fit.h"

/* Answers each query with the same records until it is told to end. */
struct answering {
	struct server server;
	struct judge *judge;
	const char *records;
	unsigned queries;
};

static void *answer_queries(void *context)
{
	struct answering *a = context;

	for (unsigned i = 0; i < a->queries; i++) {
		server_receive(&a->server);
		judge_begin(a->judge, ". DNSKEY", 0);
		judge_write(a->judge, a->records);
		memcpy(a->judge->response.octets, a->server.query, 2);
		struct span octets = msg_span(&a->judge->response);
		sendto(a->server.udp, octets.base, octets.len, 0,
		        (struct sockaddr *)&a->server.client, sizeof(a->server.client));
	}
	return NULL;
}

static void an_anchor_fits_only_the_keys_that_it_proves(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		unsigned queries;
		enum anchor_fit fit;
	} rows[] = {
		{ "its keys", ". DNSKEY . | .", 1, ANCHOR_FIT },
		{ "other keys, well signed", ". DNSKEY other.test | other.test signer=.", 3,
		        ANCHOR_FIT_NONE },
		{ "its keys with a spoilt signature", ". DNSKEY . | . spoilt", 3,
		        ANCHOR_FIT_UNKNOWN },
		{ "its keys without a signature", ". DNSKEY .", 3, ANCHOR_FIT_UNKNOWN },
		{ "nothing", "", 3, ANCHOR_FIT_UNKNOWN },
	};
	struct answering a = { .judge = judge_new() };
	struct name root = { 0 };

	assert_true(name_from_text(".", &root));
	server_open(&a.server);
	for (size_t i = 0; server_may_be_asked(&a.server) && i < COUNT(rows); i++) {
		pthread_t thread;
		a.records = rows[i].records;
		a.queries = rows[i].queries;
		assert_int_equal(pthread_create(&thread, NULL, answer_queries, &a), 0);
		enum anchor_fit fit =
		        anchor_fit_ask(a.judge->anchors, &root, &a.server.address, NOW);
		pthread_join(thread, NULL);
		assert_row(rows[i].why, fit == rows[i].fit);
	}
	server_close(&a.server);
	judge_free(a.judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_anchor_fits_only_the_keys_that_it_proves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
