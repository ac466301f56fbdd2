/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging outside the packet path, where one may wait: what the gate wants is looked for in
 * captures and asked of a server, at once. */
#ifndef INSPECT_OFFLINE_JUDGE_H
#define INSPECT_OFFLINE_JUDGE_H

#include "fetch/exchange.h"

#include "gate/gate.h"
#include "inspect/chain_material.h"

/* Where the links of a chain come from. */
struct sources {
	struct evidence *evidence;             /* asked first; NULL: none */
	const struct sockaddr_storage *server; /* NULL: nothing is fetched */
	uint8_t *answer;                       /* EXCHANGE_ANSWER_MAX octets, for what it says */

	/* Told what is wanted, and then of each message that is tried for it; NULL: nobody wants to
	 * know. */
	void (*wanted)(void *context, const struct want *want);
	void (*tried)(void *context, const struct want *want, struct span message, bool is_learned);
	void *context;
};

/* What a response tells of its query, where that is not known: a client that takes all there is. */
struct asked sources_guess_asked(const struct message *response, bool asked_do);

/* Judges a response to its end, as gate_judge() does; `written` has EXCHANGE_ANSWER_MAX octets for
 * what would be sent. Where the live filter would have had more to go by, the status says less:
 * what is no answer (gate_is_answer()) is Indeterminate, and so is an answer without signatures
 * that was not asked for any (`asked_do` false) and should have some. */
void sources_judge(const struct sources *s, struct gate *g, const struct asked *asked,
        bool asked_do, struct span response, int64_t now_s, uint8_t *written,
        struct gate_result *result);

#endif
