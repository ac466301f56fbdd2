/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions in flight: what a client asked whom, until it is answered or too old. They are kept
 * packed, since there may be many; what was asked is read out into the form that others work with.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/table.h"
#include "flow/flow_key.h"
#include "flow/flow_share.h"
#include "flow/flow_signing.h"
#include "gate/query.h"

/* Questions that may be in flight with the same addresses, ports and id, and from the same
 * interface. An honest client has one. The bound keeps every look-up short. It is one for each
 * interface, so that nobody on another side of a gateway can push out the question of a client. */
#define FLOW_QUESTIONS 8

/* Of the oldest, flows that are looked at for one of the same client or interface. */
#define FLOW_LOOKED_AT 16

/* Flows that one call of flow_expire() ends at most. */
#define FLOW_EXPIRIES 256

/* What a flow holds of the question; a longer one takes the room of other flows too. */
#define FLOW_OCTETS 47

/* Of the key a hash is kept: nobody finds two with one hash, since nobody has the key of that. */
struct flow {
	uint64_t expires_ms;
	uint8_t key_rest[WIDE_HASH_REST]; /* of the hash; the table has the beginning */
	uint32_t more;        /* spare entries of the table, for what FLOW_OCTETS are too few for */
	uint64_t held_packet; /* a response that is held back (grace.h), or 0 */
	struct flow_way way;  /* of the query */
	struct flow_owner owner;
	uint16_t id, flags, udp_size, question_len; /* as in struct client_query */
	uint8_t kind;                               /* enum query_kind */
	uint8_t parked;                             /* responses to it that wait for keys */
	bool has_edns : 1, dnssec_ok : 1, passes_unjudged : 1, sent_plain : 1;
	uint8_t iterator : 2;        /* enum iterator */
	bool is_signing : 1;         /* it is the signer's */
	bool is_over : 1;            /* nothing answers it any more; see flow_end() */
	uint8_t octets[FLOW_OCTETS]; /* of the question; then what only the signer knows */
};

/* What was asked: of the validator, or of the signer. */
union flow_asked {
	struct client_query client;
	struct flow_signing signing; /* the same, and more */
};

/* Says whether `response` may answer what was asked; addresses, ports and id fit. */
typedef bool flow_matcher(const struct message *response, const union flow_asked *asked);

/* Is told of each question that was never answered. */
typedef void flow_unanswered(void *context, const union flow_asked *asked);

struct flow_table {
	struct table table; /* oldest first is the order of expiry: all have the same time-out */
	struct hash_key hash_key;
	struct flow_share share;
	bool has_shares; /* set by flow_table_init() */
	uint32_t timeout_ms;
	flow_matcher *matches;       /* set by flow_table_init() to what gate_matches() says */
	flow_unanswered *unanswered; /* NULL at first: nobody wants to know */
	void *context;
};

/* Takes memory for `capacity` flows (four at least). Returns 0 or a negative errno. */
int flow_table_init(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms);
void flow_table_fini(struct flow_table *t);

/* Has the processor fetch what a search for the flow will read first: worth it some hundred
 * instructions before. */
void flow_expect(const struct flow_table *t, const struct flow_key *key);

/* What became of a question that was to be remembered. */
struct flow_remembered {
	unsigned evicted; /* older questions that had to give way */
	bool is_refused;  /* it is not remembered: its client, or its interface, has its share */
	bool is_rival;    /* another question was in flight with the same addresses, ports and id,
	                     or the same question that was asked more strictly */
};

/* Remembers a question, or gives one that is there already (the client asked again, by the same
 * interface and in the same octets) a new time.
 *
 * An attacker who sees a query can send another one with its addresses, ports and id, and with any
 * flags, letters or question. So one such tuple has one strictness: while a question that is judged
 * is in flight, no other one of the tuple goes unjudged, from whichever side it came, and one that
 * went unjudged before is judged from then on. If any copy of the query was decorated, the flow
 * counts as decorated. */
struct flow_remembered flow_remember(struct flow_table *t, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t now_ms);

/* The same of the signer, where strictness is not at stake: it signs, or leaves alone. */
struct flow_remembered flow_remember_signing(struct flow_table *t, const struct flow_key *key,
        const struct flow_signing *signing, uint64_t now_ms);

/* Returns the flow that `response` may be the answer to (matches()), and fills `asked`; or NULL,
 * and `asked` is anything. A flow is valid until one is remembered, removed or expired.
 *
 * A response must leave where its query came in, and come in where the query went out. A gateway
 * may have several ways out, and each of them may bring the response; the side that the query came
 * from may not, unless the query left there, too. Of the signer: it comes in where the query went
 * out. */
struct flow *flow_find(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms, union flow_asked *asked);

/* True when flow_find() found nothing because of the way of the response alone. */
bool flow_has_strayed(const struct flow_table *t, const struct flow_key *key,
        const struct message *response, uint64_t now_ms);

/* Returns the flow of exactly this question to which a response with this key belongs, or NULL. */
struct flow *flow_find_asked(
        const struct flow_table *t, const struct flow_key *key, const struct client_query *asked);

/* Reads out what was asked. */
void flow_read(const struct flow_table *t, const struct flow *flow, union flow_asked *asked);

/* For a flow that was answered. */
void flow_remove(struct flow_table *t, struct flow *flow);

/* For a flow that was answered by a failure: its client may go on listening. Where both sides of it
 * are one interface the flow stays until its time is over, so that it still says how strict its
 * tuple is: an attacker could forge the failure, and then send a copy of the query that is not to
 * be judged, which there has the same way as the client's. Elsewhere the flow is removed. */
void flow_end(struct flow_table *t, struct flow *flow);

/* Forgets flows that are too old, and returns how many. */
unsigned flow_expire(struct flow_table *t, uint64_t now_ms);

#endif
