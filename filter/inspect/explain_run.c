/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_run.h"

#include <errno.h>
#include <stdlib.h>

#include "fetch/lookup.h"
#include "inspect/offline_judge.h"

/* Far more names than LIMIT_FETCHES lets be learned. */
#define INQUIRY_ZONES 256

int inquiry_init(struct inquiry *q, const struct inquiry_options *options)
{
	*q = (struct inquiry){ .options = *options, .crypto = crypto_new() };
	q->written = malloc(EXCHANGE_ANSWER_MAX);
	q->answer = malloc(EXCHANGE_ANSWER_MAX);
	q->gate =
	        (struct gate){ .crypto = q->crypto, .store = &q->store, .policy = options->policy };
	if (!q->crypto || !q->written || !q->answer ||
	        store_init(&q->store, options->anchors, INQUIRY_ZONES) < 0 ||
	        gate_init(&q->gate, 0) < 0)
		return -ENOMEM;
	q->store.ntas = options->ntas;
	return 0;
}

static void forget_links(struct inquiry *q)
{
	while (q->link_count > 0)
		free(q->links[--q->link_count].octets);
}

void inquiry_fini(struct inquiry *q)
{
	forget_links(q);
	gate_fini(&q->gate);
	store_fini(&q->store);
	crypto_free(q->crypto);
	free(q->written);
	free(q->answer);
}

static uint8_t *copy_of(struct span octets)
{
	uint8_t *copy = malloc(octets.len ? octets.len : 1);

	if (copy && octets.len)
		memcpy(copy, octets.base, octets.len);
	return copy;
}

/* The answer to the question itself, on its way to the caller. */
struct asking {
	uint8_t *octets;
	size_t len;
};

/* A server that fails may do better when it is asked again. */
static bool take_response(void *context, struct span answer, bool last_try)
{
	struct asking *a = context;
	struct cursor c = cursor_at(answer, 2);
	unsigned rcode = cursor_u16(&c) & RCODE_MASK;

	if (!last_try && (rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED))
		return false;
	a->octets = copy_of(answer);
	a->len = answer.len;
	return true;
}

uint8_t *inquiry_ask(struct inquiry *q, const struct want *question, size_t *len)
{
	struct asking a = { NULL, 0 };

	if (q->options.server)
		lookup(q->options.server, question, q->answer, take_response, &a);
	*len = a.len;
	return a.octets;
}

static unsigned index_of(const struct inquiry *q, const struct want *want)
{
	unsigned i = 0;

	while (i < q->link_count && !want_equal(&q->links[i].want, want))
		i++;
	return i;
}

const struct inquiry_link *inquiry_link_of(const struct inquiry *q, const struct want *want)
{
	unsigned i = index_of(q, want);
	return i < q->link_count ? &q->links[i] : NULL;
}

/* A link that is wanted again, because it has expired, takes its old place. */
static void note_wanted(void *context, const struct want *want)
{
	struct inquiry *q = context;
	unsigned i = index_of(q, want);

	if (i == q->link_count)
		q->link_count++;
	else
		free(q->links[i].octets);
	q->links[i] = (struct inquiry_link){ .want = *want };
}

/* Keeps what a link was learned from, or what came for it last. */
static void keep_tried(void *context, const struct want *want, struct span message, bool is_learned)
{
	struct inquiry *q = context;
	struct inquiry_link *link = &q->links[index_of(q, want)];

	free(link->octets);
	link->octets = copy_of(message);
	link->len = message.len;
	link->is_learned = is_learned;
}

void inquiry_judge(struct inquiry *q, struct span response, bool asked_do, int64_t now_s)
{
	struct message m;
	struct sources sources = { .evidence = q->options.evidence,
		.server = q->options.server,
		.answer = q->answer,
		.wanted = note_wanted,
		.tried = keep_tried,
		.context = q };

	forget_links(q);
	store_flush(&q->store);
	q->response = response;
	q->now_s = now_s;
	message_parse(&m, response, q->gate.rrs, MESSAGE_RRS_MAX); /* what it can be, it is */
	struct asked asked = sources_guess_asked(&m, asked_do);
	sources_judge(
	        &sources, &q->gate, &asked, asked_do, response, now_s, q->written, &q->result);
}
