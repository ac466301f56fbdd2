/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inquiry.h"

#include <errno.h>
#include <stdlib.h>

#include "path/lookup.h"

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
	        gate_init(&q->gate) < 0)
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
static struct inquiry_link *link_for(struct inquiry *q, const struct want *want)
{
	unsigned i = index_of(q, want);
	struct inquiry_link *link = &q->links[i];

	if (i == q->link_count)
		q->link_count++;
	else
		free(link->octets);
	*link = (struct inquiry_link){ .want = *want };
	return link;
}

/* Something wanted, and where what came for it is kept. */
struct quest {
	struct inquiry *inquiry;
	struct inquiry_link *link;
};

static bool learn(void *quest, struct span message, bool last_try)
{
	const struct quest *to = quest;
	struct inquiry *q = to->inquiry;
	struct inquiry_link *link = to->link;

	link->is_learned =
	        gate_learn(&q->gate, &link->want, message, q->now_s, last_try) == LEARNED;
	free(link->octets);
	link->octets = copy_of(message);
	link->len = message.len;
	return link->is_learned;
}

static bool learn_what_holds(void *quest, struct span message)
{
	return learn(quest, message, false);
}

static bool learn_that_it_is_broken(void *quest, struct span message)
{
	return learn(quest, message, true);
}

/* As audit.c does it, so that both conclude the same. */
static void satisfy(struct inquiry *q, const struct want *want)
{
	struct quest to = { q, link_for(q, want) };
	struct evidence *evidence = q->options.evidence;
	const struct sockaddr_storage *server = q->options.server;

	if (evidence && evidence_search(evidence, want, learn_what_holds, &to))
		return;
	if (server && lookup(server, want, q->answer, learn, &to))
		return;
	if (evidence && !server &&
	        evidence_search_by_name(evidence, want, learn_that_it_is_broken, &to))
		return;
	gate_learn_failure(
	        &q->gate, want, server ? REASON_FETCH_FAILED : REASON_LINK_MISSING, q->now_s);
}

/* As a client asks that wants all there is to know. */
static struct asked asked_for(const struct message *m, bool asked_do)
{
	struct asked asked = { .id = m->id,
		.flags = m->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD),
		.udp_size = UINT16_MAX,
		.question_len = (uint16_t)m->question.len,
		.has_edns = m->edns.present,
		.dnssec_ok = m->edns.present && asked_do };

	if (m->question.len)
		memcpy(asked.question, m->question.base, m->question.len);
	return asked;
}

static bool has_signatures(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == TYPE_RRSIG)
			return true;
	}
	return false;
}

static void judge(struct inquiry *q, const struct asked *asked)
{
	unsigned verifications = 0;

	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(q->written, EXCHANGE_ANSWER_MAX);
		gate_judge(&q->gate, asked, q->response, q->now_s, &out, &q->result);
		if (q->result.verdict != GATE_WANT)
			return;
		verifications += q->result.verifications;
		if (fetches == LIMIT_FETCHES || verifications > LIMIT_VERIFICATIONS_ALL) {
			gate_refuse(&q->gate, asked, q->response, REASON_BUDGET, &out, &q->result);
			return;
		}
		satisfy(q, &q->result.want);
	}
}

void inquiry_judge(struct inquiry *q, struct span response, bool asked_do, int64_t now_s)
{
	struct message m;

	forget_links(q);
	store_flush(&q->store);
	q->response = response;
	q->now_s = now_s;
	bool is_parsed = message_parse(&m, response, q->gate.rrs, MESSAGE_RRS_MAX);
	bool is_answer = is_parsed && gate_is_answer(&m);
	bool is_signed = is_parsed && has_signatures(&m);
	struct asked asked = asked_for(&m, asked_do);
	judge(q, &asked);
	if (is_parsed && !is_answer)
		q->result.outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_ANSWER);
	else if (is_parsed && !asked_do && !is_signed &&
	         q->result.outcome.status >= STATUS_INDETERMINATE)
		q->result.outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_SIGNED_FOR);
}
