/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges one response with the gate of the packet path, and keeps what the judgement used: the
 * store, and each message from which a link of the chain was learned. */
#ifndef INSPECT_EXPLAIN_RUN_H
#define INSPECT_EXPLAIN_RUN_H

#include <sys/socket.h>

#include "dnssec/limits.h"
#include "gate/gate.h"
#include "inspect/chain_material.h"

struct explain_run_options {
	const struct anchors *anchors;                       /* borrowed */
	const struct policy *policy;                         /* borrowed */
	const struct nta_list *ntas;                         /* borrowed; may be NULL */
	const struct local_names *local_names, *local_zones; /* borrowed; may be NULL */
	struct chain_material *material;       /* borrowed; searched first; NULL: none */
	const struct sockaddr_storage *server; /* borrowed; NULL: nothing is fetched */
};

/* A link of the chain that the gate wanted. */
struct explain_run_link {
	struct want want;
	bool is_learned; /* false: no usable response came */
	uint8_t *octets; /* the message it was learned from, or the last that came; or NULL */
	size_t len;
};

struct explain_run {
	struct explain_run_options options;
	struct crypto *crypto;
	struct store store;
	struct gate gate;
	uint8_t *written, *answer; /* EXCHANGE_ANSWER_MAX octets of each */

	/* The last judgement. */
	int64_t now_s;
	struct span response; /* borrowed from the caller */
	struct gate_result result;
	unsigned link_count;
	struct explain_run_link links[LIMIT_FETCHES];
};

/* Takes memory. Returns 0 or -ENOMEM; call explain_run_fini() in both cases. */
int explain_run_init(struct explain_run *run, const struct explain_run_options *options);
void explain_run_fini(struct explain_run *run);

/* Sends the question to the server. Returns the response, which the caller frees, and its length in
 * `len`; NULL if none came. */
uint8_t *explain_run_ask(struct explain_run *run, const struct want *question, size_t *len);

/* Judges `response` at `now_s` and fills the members above. Borrows `response` until the next call.
 * `asked_do`: the query set DO, or is not known. See offline_judge_response() for two statuses that
 * are weaker than in the packet path. */
void explain_run_judge(struct explain_run *run, struct span response, bool asked_do, int64_t now_s);

/* Returns the link for a want, or NULL if the gate did not have that want. */
const struct explain_run_link *explain_run_link_of(
        const struct explain_run *run, const struct want *want);

#endif
