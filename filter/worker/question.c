/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/question.h"

#include <stdlib.h>

#include "worker/connection.h"
#include "worker/relay.h"

/* Transfers of one connection that are remembered. Their responses are streams of messages that
 * belong together (RFC 5936, RFC 1995). The oldest is mostly over when it is evicted. */
#define TRANSFERS 32

/* All wait equally long, so the question that was asked first is due first. */
void question_await(struct question *q)
{
	struct relay *r = q->connection->relay;

	q->due_ms = r->turn->now_ms + QUESTION_ANSWER_MS;
	q->older = r->newest;
	if (r->newest)
		r->newest->newer = q;
	else
		r->oldest = q;
	r->newest = q;
}

static void await_no_more(struct question *q)
{
	struct relay *r = q->connection->relay;

	if (q->due_ms == 0)
		return;
	*(q->older ? &q->older->newer : &r->oldest) = q->newer;
	*(q->newer ? &q->newer->older : &r->newest) = q->older;
	q->due_ms = 0;
}

struct question *question_ask(
        struct connection *c, enum query_kind kind, const struct client_query *asked)
{
	struct question *q = malloc(sizeof(*q));

	if (!q)
		return NULL;
	*q = (struct question){ .connection = c, .kind = kind, .asked = *asked };
	if (c->last)
		c->last->next = q;
	else
		c->first = q;
	c->last = q;
	c->question_count++;
	return q;
}

static void forget_oldest_transfer(struct connection *c)
{
	struct question *oldest = NULL;
	unsigned count = 0;

	for (struct question *q = c->first; q; q = q->next) {
		if (!q->is_transfer)
			continue;
		count++;
		if (!oldest)
			oldest = q;
	}
	if (count >= TRANSFERS)
		question_forget(oldest);
}

struct question *question_ask_transfer(struct connection *c, const struct client_query *asked)
{
	stats_count(&c->relay->stats->transfers);
	forget_oldest_transfer(c);
	struct question *q = question_ask(c, QUERY_TRANSFER, asked);
	if (q)
		q->is_transfer = true;
	return q;
}

/* All messages of a transfer have its id, but only the first must have its question (RFC 5936,
 * 2.2.1). */
bool question_has_transfer(const struct question *q, const struct message *response)
{
	const struct client_query *asked = &q->asked;

	return (response->flags & FLAG_QR) && message_opcode(response) == OPCODE_QUERY &&
	       response->id == asked->id &&
	       (response->question_count == 0 ||
	               question_is_alike(
	                       response->question, span_of(asked->question, asked->question_len)));
}

void question_forget(struct question *q)
{
	struct connection *c = q->connection;
	struct question **link = &c->first, *previous = NULL;

	while (*link != q) {
		previous = *link;
		link = &previous->next;
	}
	*link = q->next;
	if (c->last == q)
		c->last = previous;
	c->question_count--;
	await_no_more(q);
	if (q->parked) {
		parked_remove(q->parked);
		c->parked_count--;
	}
	free(q);
}
