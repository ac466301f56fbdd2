/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection without sockets: what a trade queues for a side stays there, to be looked at. */
#ifndef TESTS_RELAYED_H
#define TESTS_RELAYED_H

#include "test.h"

#include "worker/connection.h"
#include "worker/relay.h"
#include "worker/relay_room.h"

struct relayed_bed {
	struct relay_config config;
	struct relay relay;
	struct connection *c;
};

static inline void relayed_open(struct relayed_bed *b, const struct relay_trade *trade,
        void *trader, const struct turn *turn, struct stats *stats)
{
	b->relay = (struct relay){ .config = &b->config,
		.turn = turn,
		.stats = stats,
		.trade = trade,
		.trader = trader,
		.epoll_fd = -1 };
	b->relay.holders = calloc(SHARE_TALLIES, sizeof(*b->relay.holders));
	assert_non_null(b->relay.holders);
	assert_int_equal(table_init(&b->relay.connections, sizeof(struct connection), 2), 0);
	assert_int_equal(share_init(&b->relay.share, 2), 0);
	struct connection *c = table_add(&b->relay.connections, 1);
	c->relay = &b->relay;
	c->client = (struct side){ WATCHED_SIDE, -1, .connection = c };
	c->server = (struct side){ WATCHED_SIDE, -1, .connection = c };
	c->client_address.ss_family = c->server_address.ss_family = AF_INET;
	relay_enter(&b->relay, c);
	b->c = c;
}

static inline void relayed_close(struct relayed_bed *b)
{
	connection_close(b->c);
	table_fini(&b->relay.connections);
	free(b->relay.holders);
}

/* Takes the oldest message that waits for a side; of length 0 if there is none. It stays valid
 * until the next one is queued. */
static inline struct span take_queued(struct side *s)
{
	struct outbox *o = &s->out;

	if (o->sent == o->len)
		return span_of("", 0);
	size_t len = get_u16(o->octets + o->sent);
	struct span message = span_of(o->octets + o->sent + 2, len);
	o->sent += 2 + len;
	return message;
}

static inline bool is_silent(struct side *s)
{
	return take_queued(s).len == 0;
}

#endif
