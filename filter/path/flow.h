/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions in flight: what a client asked whom, until it is answered or too old. */
#ifndef PATH_FLOW_H
#define PATH_FLOW_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "gate/query.h"
#include "gate/sign.h"
#include "wire/packet.h"

/* Questions that one client may have in flight with the same addresses, ports and id. Honest ones
 * have one; the bound keeps a flood from making every look-up long. */
#define FLOW_QUESTIONS 8

/* Flows that one call of flow_expire() ends at most. */
#define FLOW_EXPIRIES 256

/* Who asked whom, in network order where it is octets. Without padding: it is hashed as it lies. */
struct flow_key {
	uint8_t client[16], server[16]; /* IPv4 addresses in the first four octets, the rest zero */
	uint16_t client_port, server_port;
	uint16_t id;
	uint16_t version; /* of IP */
};

struct flow {
	struct flow_key key;
	enum query_kind kind;
	uint64_t expires_ms;
	uint32_t held_packet; /* a response that is held back (grace.h), or 0 */
	unsigned parked;      /* responses to it that wait for keys */
	uint32_t interface; /* of the signer: where the query went out, and its response comes in */
	union {
		struct asked asked;
		struct asked_signing signing; /* the same, and more; of the signer */
	};
};

/* Says whether `response` may answer `flow`; addresses, ports and id fit. */
typedef bool flow_matcher(const struct message *response, const struct flow *flow);

/* Is told of each flow that was never answered. */
typedef void flow_unanswered(void *context, const struct flow *flow);

struct flow_table {
	struct table table; /* oldest first is the order of expiry: all have the same time-out */
	struct hash_key hash_key;
	uint32_t timeout_ms;
	flow_matcher *matches;       /* set by flow_table_init() to what gate_matches() says */
	flow_unanswered *unanswered; /* NULL at first: nobody wants to know */
	void *context;
};

/* Takes memory for `capacity` flows. Returns 0 or a negative errno. */
int flow_table_init(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms);
void flow_table_fini(struct flow_table *t);

/* The key of a query, and of a response to it. */
struct flow_key flow_key_of_query(const struct packet *p, uint16_t id);
struct flow_key flow_key_of_response(const struct packet *p, uint16_t id);

/* Makes room for a question, or gives one that is there already (the client asked again) a new
 * time. Returns the flow, whose key is set, for the caller to fill the rest; NULL when it stays
 * what it was: it is still in flight, unless it is one that was not to be judged and this one is.
 * One of which a copy is decorated is so. `*evicted` says whether an older flow had to give way. */
struct flow *flow_open(struct flow_table *t, const struct flow_key *key, const struct asked *asked,
        uint64_t now_ms, bool *evicted);

/* Remembers a question by flow_open(). Returns false when an older flow had to give way. */
bool flow_add(struct flow_table *t, const struct flow_key *key, enum query_kind kind,
        const struct asked *asked, uint64_t now_ms);

/* Returns the flow that `response` may be the answer to (matches()), or NULL. It is valid
 * until a flow is added, removed or expired. */
struct flow *flow_find(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms);

/* Returns the flow with this key and exactly this question, or NULL. */
struct flow *flow_find_asked(
        const struct flow_table *t, const struct flow_key *key, const struct asked *asked);

/* For a flow that was answered. */
void flow_remove(struct flow_table *t, struct flow *flow);

/* Forgets flows that are too old, and returns how many. */
unsigned flow_expire(struct flow_table *t, uint64_t now_ms);

#endif
