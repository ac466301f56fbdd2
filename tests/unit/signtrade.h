/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's trade, with the zones and the server of legacy.h, without a worker. */
#ifndef TESTS_SIGNTRADE_H
#define TESTS_SIGNTRADE_H

#include "legacy.h"

#include "base/log.h"
#include "base/sockaddr.h"
#include "worker/oddity.h"
#include "worker/sign_trade.h"
#include "worker/worker.h"

#define CLIENT_ADDRESS "192.0.2.7"
#define SERVER_ADDRESS "192.0.2.53" /* the only one that is signed for */

struct signtrade {
	struct legacy *legacy;
	struct sockaddr_storage server;
	struct worker_config config;
	struct turn turn;
	struct stats stats;
	struct oddities oddities;
	struct sign_trade trade;
	struct msgbuild query;
};

static inline void signtrade_open(struct signtrade *s)
{
	log_set_level(LOG_LEVEL_ERROR);
	s->legacy = legacy_new();
	s->server = sockaddr_of(span_of("\300\0\2\65", 4), 53, 0);
	s->config.signing = (struct signing_config){
		.policy = &s->legacy->policy, .servers = &s->server, .server_count = 1
	};
	s->turn = (struct turn){ .now_ms = LEGACY_NOW_MS, .now_s = NOW };
	s->trade = (struct sign_trade){ .config = &s->config,
		.turn = &s->turn,
		.stats = &s->stats,
		.crypto = s->legacy->judge->crypto,
		.oddities = &s->oddities };
	s->oddities = (struct oddities){ .turn = &s->turn, .stats = &s->stats };
	assert_int_equal(sign_trade_init(&s->trade), 0);
}

static inline void signtrade_close(struct signtrade *s)
{
	sign_trade_fini(&s->trade);
	legacy_free(s->legacy);
}

enum { WITH_DO = 1, WITH_TSIG = 2 };

/* Writes a query to s->query. */
static inline struct span signtrade_query(struct signtrade *s, uint16_t id, uint16_t flags,
        const char *name, uint16_t type, unsigned extra)
{
	msg_begin(&s->query, id, flags, name, type);
	msg_section(&s->query, SECTION_ADDITIONAL);
	if (extra & WITH_DO)
		msg_opt(&s->query, 1232, true);
	if (extra & WITH_TSIG)
		msg_rr(&s->query, ".", TYPE_TSIG, 0, rd_raw(span_of("\0\0\0\0", 4)));
	return msg_span(&s->query);
}

/* Writes the server's response to the query `sent` in the notation of judge.h. */
static inline struct span signtrade_response(
        struct signtrade *s, struct span sent, uint16_t flags, const char *records)
{
	struct legacy *l = s->legacy;

	assert_true(sent.len <= sizeof(l->sent));
	memcpy(l->sent, sent.base, sent.len);
	l->sent_len = sent.len;
	l->kind = SIGN_QUERY_ASKED;
	legacy_write(l, (uint16_t)(FLAG_AA | flags), records);
	return msg_span(&l->judge->response);
}

/* True if a message has an RRSIG. */
static inline bool is_signed_answer(struct span octets)
{
	static struct rr rrs[64];
	struct message m;

	return message_parse(&m, octets, rrs, COUNT(rrs)) && message_has_type(&m, TYPE_RRSIG);
}

static inline bool has_opt(struct span octets)
{
	static struct rr rrs[8];
	struct message m;

	assert_true(message_parse(&m, octets, rrs, COUNT(rrs)));
	return m.edns.present;
}

static inline uint64_t signtrade_count(const struct signtrade *s, size_t counter)
{
	uint64_t count;

	memcpy(&count, (const char *)&s->stats + counter, sizeof(count));
	return count;
}

#define COUNTER(name) offsetof(struct stats, name)

#endif
