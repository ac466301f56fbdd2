/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/anchor_fit.h"

#include <stdlib.h>

#include "fetch/lookup.h"
#include "gate/gate.h"

#define ZONES 16 /* of the store; one is asked for */

struct fit_question {
	struct gate gate;
	struct store store;
	struct policy policy;
	struct want want;
	int64_t now_s;
	uint8_t answer[EXCHANGE_ANSWER_MAX];
};

static bool learn_fit(void *context, struct span answer, bool is_last)
{
	struct fit_question *q = context;

	return gate_learn(&q->gate, &q->want, answer, q->now_s, is_last) == LEARNED;
}

static enum anchor_fit ask_with(struct fit_question *q, const struct sockaddr_storage *server)
{
	if (!lookup(server, &q->want, q->answer, learn_fit, q))
		return ANCHOR_FIT_UNKNOWN;
	const struct fact *fact = store_find(&q->store, &q->want.name, q->now_s);
	if (fact && fact->keys)
		return ANCHOR_FIT;
	return fact && fact->keys_expire_s != 0 &&
	                       fact->keys_outcome.reason == REASON_ANCHOR_NO_MATCH
	               ? ANCHOR_FIT_NONE
	               : ANCHOR_FIT_UNKNOWN;
}

enum anchor_fit anchor_fit_ask(const struct anchors *anchors, const struct name *zone,
        const struct sockaddr_storage *server, int64_t now_s)
{
	struct fit_question *q = calloc(1, sizeof(*q));
	enum anchor_fit fit = ANCHOR_FIT_UNKNOWN;

	if (!q)
		return fit;
	q->now_s = now_s;
	q->want = (struct want){ .name = *zone, .type = TYPE_DNSKEY };
	q->gate = (struct gate){ .crypto = crypto_new(), .store = &q->store, .policy = &q->policy };
	if (q->gate.crypto && store_init(&q->store, anchors, ZONES) == 0) {
		if (gate_init(&q->gate, 0) == 0) {
			fit = ask_with(q, server);
			gate_fini(&q->gate);
		}
		store_fini(&q->store);
	}
	crypto_free(q->gate.crypto);
	free(q);
	return fit;
}
