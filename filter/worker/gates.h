/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two gates of a worker that validates, with what they have learned, and how the fetcher
 * teaches them. One gate judges all responses. The other judges names of time servers without
 * dates while the clock may be wrong; it has a store of its own, because what it learns holds for
 * nothing else. Private to worker/. */
#ifndef WORKER_GATES_H
#define WORKER_GATES_H

#include <sys/socket.h>

#include "flow/stats.h"
#include "gate/gate.h"
#include "worker/turn.h"

struct fetch;
struct parked_list;
struct server_fallback;
struct missing;
struct worker_config;

struct gates {
	/* Borrowed; set before gates_init(): */
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct crypto *crypto;
	struct missing *missing;          /* logs what could not be fetched */
	struct parked_list *ready;        /* gets the responses whose fetch is over */
	struct server_fallback *fallback; /* is told who sends signatures */

	struct store store;
	struct gate gate;
	struct {
		struct policy policy;
		struct store store;
		struct gate gate;
	} dateless;
};

/* Takes memory. Returns 0 or a negative errno; gates_fini() in both cases. */
int gates_init(struct gates *g);
void gates_fini(struct gates *g);

/* Forgets what both gates have learned, and the responses that were judged by it. */
void gates_forget(struct gates *g);

/* Forgets what both gates have learned of `top` and of all names below it, and all responses that
 * were judged: nobody can tell which of them relied on that. */
void gates_forget_within(struct gates *g, const struct name *top);

/* Trusts these anchors from now on. Borrows them. */
void gates_use_anchors(struct gates *g, const struct anchors *anchors);

/* Judges by this policy from now on: its prefixes of NAT64s differ. Borrows it. */
void gates_use_policy(struct gates *g, const struct policy *policy);

/* Judges by these negative trust anchors from now on. Borrows them; NULL for none. What was learned
 * below a name that got one or lost one is forgotten: a failure that was remembered must not
 * outlive it. */
void gates_use_ntas(struct gates *g, const struct nta_list *ntas);

/* Judges by the local names that the configuration has now. Learned keys stay, because these decide
 * when a key is used; remembered answers and their proofs do not. */
void gates_use_settings(struct gates *g);

/* Says whose answers are judged or learned next. A failure to prove something is remembered for one
 * server only; but if resolvers are configured, all keys come from them. */
void gates_set_source(struct gates *g, const struct sockaddr_storage *server);

/* The fetcher calls these with a struct gates; see struct fetch_owner. */
bool gates_learn(void *gates, struct fetch *fetch, struct span answer, bool is_last);
void gates_learn_failure(void *gates, const struct fetch *fetch);
void gates_note_no_tcp(void *gates, const struct fetch *fetch);
void gates_release(void *gates, struct parked_list *waiting);

#endif
