/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queries in flight, called flows: the client, the server and the question, until the response
 * has come or the time is over. Flows are stored packed, because there may be many. flow_find() and
 * flow_read() unpack the query. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/table.h"
#include "flow/flow_key.h"
#include "flow/flow_share.h"
#include "flow/flow_signing.h"
#include "gate/query.h"

/* Queries in flight that may share addresses, ports, id and interface. An honest client has one.
 * The bound keeps every look-up short. Each interface has its own bound, so an attacker behind
 * another interface of a gateway cannot evict the query of a client. */
#define FLOW_QUESTIONS 8

/* The oldest flows that are searched for one of the same client or interface. */
#define FLOW_LOOKED_AT 16

/* Flows that one call of flow_expire() removes at most. */
#define FLOW_EXPIRIES 256

/* Octets of the question that fit into a flow. The rest of a longer question lies in spare entries
 * of the table, so it takes the room of other flows. */
#define FLOW_OCTETS 47

/* Only a keyed hash of the flow key is stored. Without the secret an attacker cannot construct a
 * collision. */
struct flow {
	uint64_t expires_ms;              /* 0: it is answered, and only a successor may find it */
	uint8_t key_rest[WIDE_HASH_REST]; /* of the hash; the table stores the first octets */
	uint32_t more;        /* the spare entries, if FLOW_OCTETS are too few; see base/spill.h */
	uint64_t held_packet; /* id of the response that is held back (grace.h), or 0 */
	struct flow_way way;  /* of the query */
	struct flow_owner owner;
	uint16_t id, flags, udp_size, question_len; /* as in struct client_query */
	uint8_t kind : 3;                           /* enum query_kind */
	bool has_extras : 1, has_newer_edns : 1;
	bool precedes_transfer : 1;
	/* REASK_BARELY or REASK_ONCE_MORE was tried, for any response. */
	bool is_asked_barely : 1, is_asked_once_more : 1;
	uint8_t parked; /* responses that wait, not held back; see PARKED_CROWDED */
	bool has_edns : 1, dnssec_ok : 1, passes_unjudged : 1, sent_plain : 1;
	uint8_t iterator : 2;        /* enum iterator */
	bool is_signing : 1;         /* the signer's: a struct packed_signing follows */
	bool is_over : 1;            /* no response matches it any more; see flow_end() */
	uint8_t octets[FLOW_OCTETS]; /* the question, then the struct packed_signing if any */
};

/* The query of a flow: of the validator, or of the signer. */
union flow_asked {
	struct client_query client;
	struct flow_signing signing; /* begins with the same struct client_query */
};

/* True if `response` may answer the query, or with `in_any_case`, if only the letters of its
 * question differ. Addresses, ports and id are known to match. */
typedef bool flow_matcher(
        const struct message *response, const union flow_asked *asked, bool in_any_case);

/* Is called for each flow that timed out, except those that flow_end() left in the table. */
typedef void flow_unanswered(void *context, const union flow_asked *asked);

struct flow_table {
	struct table table; /* in the order of expiry: all flows have the same time-out */
	struct hash_key hash_key;
	struct flow_share share;
	bool has_shares; /* shares limit clients and interfaces; set by flow_table_init() */
	uint32_t timeout_ms;
	flow_matcher *matches;       /* by gate_matches(), as set by flow_table_init() */
	flow_unanswered *unanswered; /* NULL, as set by flow_table_init(): is not called */
	void *context;               /* of `unanswered` */
	struct flow_kept *kept;      /* what a successor reads; NULL: there will be none */
};

/* Takes memory for `capacity` flows (at least four). Returns 0 or a negative errno. */
int flow_table_init(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms);
void flow_table_fini(struct flow_table *t);

/* Prefetches the memory that a search for the flow reads first. Useful some hundred instructions
 * before the search. */
void flow_expect(const struct flow_table *t, const struct flow_key *key);

/* The result of remembering a query. */
struct flow_remembered {
	unsigned evicted; /* older flows that were evicted before an answer came: the table was
	                     full, their client or interface had its share, or the query had
	                     FLOW_QUESTIONS rivals from its interface */
	bool is_refused;  /* the query is not remembered: its client or interface has its share */
	bool is_rival;    /* another query is in flight with the same addresses, ports and id, or
	                     the same question that is judged, while this query is not */
};

/* Remembers a query. If the client repeats a query in the same octets by the same interface, its
 * flow gets a new time.
 *
 * An attacker who sees a query can send another query with its addresses, ports and id, and with
 * any flags, letter case or question. So all flows of one such tuple are equally strict: while one
 * of them is judged, all are, whichever interface their queries came by. A flow that was exempt
 * before is judged from then on. If any copy of the query was decorated, the flow counts as
 * decorated. */
struct flow_remembered flow_remember(struct flow_table *t, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t now_ms);

/* Remembers a query to the signer. Nothing is judged there, so flows do not become stricter. */
struct flow_remembered flow_remember_signing(struct flow_table *t, const struct flow_key *key,
        const struct flow_signing *signing, uint64_t now_ms);

/* Returns the flow that `response` answers according to matches(), and fills `asked`. A flow whose
 * question has the same letters comes before one whose letters differ. Returns NULL if there is
 * none; `asked` is undefined then. A flow is valid until a flow is remembered, removed or expired.
 *
 * A response must leave by the interface that its query came in by. It may come in by any interface
 * but that one, because a gateway may have several uplinks; it may come in by that one if the query
 * left there too. For the signer, the response must come in by the interface that the query left
 * by. */
struct flow *flow_find(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms, union flow_asked *asked);

/* True if flow_find() failed only because the response took the wrong interfaces. */
bool flow_has_strayed(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms);

/* Returns the flow with exactly this question that a response with this key may answer, or NULL. */
struct flow *flow_find_asked(
        const struct flow_table *t, const struct flow_key *key, const struct client_query *asked);

/* Unpacks the query of a flow. */
void flow_read(const struct flow_table *t, const struct flow *flow, union flow_asked *asked);

/* Removes a flow whose query was answered. A successor finds it until flow_settle()
 * (flow_kept.h). */
void flow_remove(struct flow_table *t, struct flow *flow);

/* Ends a flow whose query was answered by a failure: the client may go on listening. If the query
 * came in and left by one interface, the flow stays in the table until its time is over, so that
 * its tuple stays strict. Otherwise an attacker could forge the failure and then send a copy of the
 * query that is exempt; on one interface the copy takes the same way as the client's query. If the
 * interfaces differ, the flow is removed. */
void flow_end(struct flow_table *t, struct flow *flow);

/* Removes flows that timed out, at most FLOW_EXPIRIES. Returns how many of these were not answered:
 * flow_end() leaves some in the table that were. */
unsigned flow_expire(struct flow_table *t, uint64_t now_ms);

#endif
