/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One response judged by the filter's own gate, and what the gate went by kept: each message from
 * which a link of the chain was learned, and the store. So it can be shown. */
#ifndef INSPECT_EXPLAIN_RUN_H
#define INSPECT_EXPLAIN_RUN_H

#include <sys/socket.h>

#include "dnssec/limits.h"
#include "gate/gate.h"
#include "inspect/chain_material.h"

struct explain_run_options {
	const struct anchors *anchors;         /* borrowed */
	const struct policy *policy;           /* borrowed */
	const struct nta_list *ntas;           /* borrowed; may be NULL */
	struct chain_material *material;       /* borrowed; asked first; NULL: none */
	const struct sockaddr_storage *server; /* borrowed; NULL: nothing is fetched */
};

/* A link that the gate wanted. */
struct explain_run_link {
	struct want want;
	bool is_learned; /* else nothing that came was of use */
	uint8_t *octets; /* what it was learned from, or what came last; NULL: nothing came */
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

/* Takes the memory it needs. Returns 0 or -ENOMEM; explain_run_fini() in both cases. */
int explain_run_init(struct explain_run *run, const struct explain_run_options *options);
void explain_run_fini(struct explain_run *run);

/* Puts the question to the server. Returns the response, on the heap and the caller's, with its
 * length in `len`; NULL when none came. */
uint8_t *explain_run_ask(struct explain_run *run, const struct want *question, size_t *len);

/* Judges `response`, which stays the caller's, at `now_s`, and fills the members above. `asked_do`:
 * the query asked for signatures, as far as is known. What is no answer, and what has no signature
 * and was not asked for any, is Indeterminate as sources_judge() says. */
void explain_run_judge(struct explain_run *run, struct span response, bool asked_do, int64_t now_s);

/* Returns what became of a want, or NULL when the gate had no such want. */
const struct explain_run_link *explain_run_link_of(
        const struct explain_run *run, const struct want *want);

#endif
