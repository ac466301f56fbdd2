/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/question.h"

#include <stdlib.h>

#include "worker/worker_private.h"

/* All wait for the same time, so the one that was asked first is due first. */
void question_await(struct worker *w, struct question *q)
{
	struct relay *r = &w->relay;

	q->due_ms = w->now_ms + QUESTION_ANSWER_MS;
	q->older = r->newest;
	if (r->newest)
		r->newest->newer = q;
	else
		r->oldest = q;
	r->newest = q;
}

void question_await_no_more(struct worker *w, struct question *q)
{
	struct relay *r = &w->relay;

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

void question_forget(struct worker *w, struct question *q)
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
	question_await_no_more(w, q);
	if (q->parked) {
		parked_remove(q->parked);
		c->parked_count--;
	}
	free(q);
}
