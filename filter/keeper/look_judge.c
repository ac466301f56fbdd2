/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_judge.h"

#include <stdlib.h>

#include "fetch/lookup.h"
#include "gate/gate.h"
#include "trust/chain.h"

#define LOOK_JUDGE_ZONES 256 /* names on the way to a zone, for all zones that are looked at */

struct look_judge {
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	struct crypto *crypto;
	struct store store;
	struct gate gate;
	struct policy policy;
	uint8_t *written, *answer;
};

struct look_judge *look_judge_new(const struct anchors *anchors,
        const struct sockaddr_storage *resolvers, unsigned resolver_count)
{
	struct look_judge *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->resolvers = resolvers;
	j->resolver_count = resolver_count;
	j->crypto = crypto_new();
	j->written = malloc(EXCHANGE_ANSWER_MAX);
	j->answer = malloc(EXCHANGE_ANSWER_MAX);
	j->gate = (struct gate){ .crypto = j->crypto, .store = &j->store, .policy = &j->policy };
	if (j->crypto && j->written && j->answer &&
	        store_init(&j->store, anchors, LOOK_JUDGE_ZONES) == 0 &&
	        gate_init(&j->gate, 0) == 0)
		return j;
	look_judge_free(j);
	return NULL;
}

void look_judge_free(struct look_judge *j)
{
	if (!j)
		return;
	gate_fini(&j->gate);
	store_fini(&j->store);
	crypto_free(j->crypto);
	free(j->written);
	free(j->answer);
	free(j);
}

struct look_link {
	struct look_judge *judge;
	const struct want *want;
	int64_t now_s;
};

static bool learn_link(void *context, struct span message, bool last_try)
{
	const struct look_link *l = context;

	return gate_learn(&l->judge->gate, l->want, message, l->now_s, last_try) == LEARNED;
}

static void fetch_link(struct look_judge *j, const struct want *want, int64_t now_s, int stop_fd)
{
	struct look_link link = { j, want, now_s };

	for (unsigned i = 0; i < j->resolver_count; i++) {
		if (lookup_unless(&j->resolvers[i], want, j->answer, learn_link, &link, stop_fd))
			return;
	}
	gate_learn_failure(&j->gate, want, REASON_FETCH_FAILED, now_s);
}

/* The query was one with DO, from a client that takes everything. */
static void fill_asked(struct client_query *asked, const struct message *m)
{
	*asked = (struct client_query){ .id = m->id,
		.udp_size = UINT16_MAX,
		.question_len = (uint16_t)m->question.len,
		.has_edns = true,
		.dnssec_ok = true };
	memcpy(asked->question, m->question.base, m->question.len);
}

struct outcome look_judge_response(
        struct look_judge *j, struct span response, int64_t now_s, int stop_fd)
{
	struct client_query asked;
	struct gate_result result;
	struct message m;
	unsigned work = 0;

	if (!message_parse(&m, response, j->gate.rrs, MESSAGE_RRS_MAX) || !gate_is_answer(&m))
		return outcome_of(STATUS_INDETERMINATE, REASON_NOT_ANSWER);
	fill_asked(&asked, &m);
	for (unsigned fetches = 0; fetches < LIMIT_FETCHES && work < LIMIT_WORK_ALL; fetches++) {
		struct writer out = writer_over(j->written, EXCHANGE_ANSWER_MAX);
		gate_judge(&j->gate, &asked, response, now_s, &out, &result);
		if (result.verdict != GATE_WANT)
			return result.outcome;
		work += result.work;
		const struct want want = result.want;
		fetch_link(j, &want, now_s, stop_fd);
	}
	return outcome_of(STATUS_INDETERMINATE, REASON_BUDGET);
}

/* ---- The DS of a zone ---- */

static bool is_of_zone(const struct want *link, const struct name *zone)
{
	return link->type == TYPE_DNSKEY && name_equal(&link->name, zone);
}

/* Concludes from the chain to the zone. Whether the zone's own keys hold is another question. */
static struct outcome conclude_ds(struct look_judge *j, const struct chain *c,
        const struct name *zone, struct ds_set *ds, int64_t now_s)
{
	if (c->end != CHAIN_SECURE && !is_of_zone(&c->link, zone))
		return c->end == CHAIN_BROKEN ? c->outcome
		                              : outcome_of(STATUS_INDETERMINATE, REASON_BUDGET);
	const struct ds_set *found = chain_ds(&j->store, zone, now_s);
	if (!found) /* no zone begins there, or so says the parent */
		return outcome_of(STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	*ds = *found;
	return outcome_of(STATUS_SECURE, REASON_NONE);
}

struct outcome look_judge_find_ds(struct look_judge *j, const struct name *zone, struct ds_set *ds,
        int64_t now_s, int stop_fd)
{
	struct chain c;

	chain_find(&j->store, zone, now_s, &c);
	for (unsigned fetches = 0; fetches < LIMIT_FETCHES; fetches++) {
		if (c.end != CHAIN_WANT || is_of_zone(&c.link, zone))
			break;
		const struct want want = c.link;
		fetch_link(j, &want, now_s, stop_fd);
		chain_find(&j->store, zone, now_s, &c);
	}
	return conclude_ds(j, &c, zone, ds, now_s);
}

/* ---- One server alone ---- */

void look_judge_use_anchors(struct look_judge *j, const struct anchors *anchors)
{
	store_set_anchors(&j->store, anchors);
	gate_forget(&j->gate);
}

void look_judge_turn_to(
        struct look_judge *j, const struct anchors *anchors, const struct sockaddr_storage *server)
{
	look_judge_use_anchors(j, anchors);
	j->resolvers = server;
	j->resolver_count = 1;
}

void look_judge_learn(
        struct look_judge *j, const struct want *want, struct span response, int64_t now_s)
{
	if (gate_learn(&j->gate, want, response, now_s, true) != LEARNED)
		gate_learn_failure(&j->gate, want, REASON_FETCH_FAILED, now_s);
}
