/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges outside the packet path, where a judgement may block: the links that the gate wants are
 * looked up at once, in captures and from a server. */
#ifndef INSPECT_OFFLINE_JUDGE_H
#define INSPECT_OFFLINE_JUDGE_H

#include "fetch/exchange.h"

#include "gate/gate.h"
#include "inspect/chain_material.h"

/* The gate, and the sources of the links. Borrows all of them. */
struct offline_judge {
	struct gate *gate;
	struct chain_material *material;       /* searched first; NULL: none */
	const struct sockaddr_storage *server; /* asked second; NULL: nothing is fetched */
	uint8_t *answer;  /* EXCHANGE_ANSWER_MAX octets, for the server's responses */
	uint8_t *written; /* EXCHANGE_ANSWER_MAX octets, for the response that would be sent */

	/* Called with each want, and then with each message that is tried for it. Both may be
	 * NULL. */
	void (*wanted)(void *context, const struct want *want);
	void (*tried)(void *context, const struct want *want, struct span message, bool is_learned);
	void *context;
};

/* Guesses the query of a response whose query is not known: its client accepts any size and any
 * record type. */
struct client_query offline_judge_guess_asked(const struct message *response, bool asked_do);

/* Judges a response as gate_judge() does, and looks up what the gate wants until it has a verdict.
 *
 * Two statuses are weaker than in the packet path, where sealgate would have had more data: a
 * response that is not an answer (gate_is_answer()) is Indeterminate. So is an unsigned answer that
 * should be signed, if its query did not set DO (`asked_do` false). */
void offline_judge_response(const struct offline_judge *j, const struct client_query *asked,
        bool asked_do, struct span response, int64_t now_s, struct gate_result *result);

#endif
