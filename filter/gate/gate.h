/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate: a response, what the client asked, the time and what is trusted go in; a verdict, the
 * octets to send and the reason come out. It does no I/O, reads no clock and does not wait: where
 * it lacks a key it returns a want, and is asked again once that was learned. */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/arena.h"
#include "base/keyedhash.h"
#include "base/table.h"
#include "base/writer.h"
#include "crypto/crypto.h"
#include "dnssec/outcome.h"
#include "gate/client_query.h"
#include "gate/exempt.h"
#include "gate/policy.h"
#include "trust/store.h"
#include "trust/want.h"

/* The message cache; its inside is that of recall.h. */
struct recall {
	struct table messages;
	struct hash_key key;
};

/* One per worker. Zero it, fill the pointers, call gate_init(). */
struct gate {
	struct crypto *crypto;
	struct store *store;
	const struct policy *policy;
	struct recall recall;
	struct arena arena;
	struct rr *rrs; /* room for the response being judged */
};

/* True for a response that is judged: NOERROR, NXDOMAIN or YXDOMAIN, not cut, with a question. What
 * else there is tells nothing but its RCODE, and only that goes on. */
bool gate_is_answer(const struct message *response);

enum gate_verdict {
	GATE_ACCEPT,   /* let it through as it is */
	GATE_REWRITE,  /* send `octets` in its place */
	GATE_SERVFAIL, /* likewise; it was refused and `octets` is the SERVFAIL */
	GATE_DROP,     /* let nothing through */
	GATE_WANT,     /* fetch `want`, learn it, ask again */
};

struct gate_result {
	enum gate_verdict verdict;
	struct outcome outcome;
	enum exemption exemption; /* by which it passes, if it does; EXEMPT_NOT: all was judged */
	bool is_failure;          /* the response is an error, which anybody could have sent */
	bool is_partial;          /* only the part of the answer goes on that its server can know */
	bool has_signer;
	struct span
	        octets; /* to be sent: the message itself, or inside the writer that was passed */
	unsigned verifications; /* signature checks that this judgement cost */
	struct want culprit;    /* the RRset that decided, or the link of its chain */
	struct want want;       /* of GATE_WANT */
	struct name signer; /* the zone that signed the answer, or the denial: its first RRset */
};

/* Takes the memory it needs, with room to remember `messages` responses that were judged, or none.
 * Returns 0 or a negative errno. */
int gate_init(struct gate *g, uint32_t messages);
void gate_fini(struct gate *g);

/* Judges the response `octets` to `asked` at `now_s` (seconds since 1970). `out` is empty and
 * should have room for 65535 octets. The result borrows from `out` only. */
void gate_judge(struct gate *g, const struct client_query *asked, struct span octets, int64_t now_s,
        struct writer *out, struct gate_result *result);

/* Looks whether a response like `m`, to a question like `asked`, was judged before. If so, returns
 * true with what gate_judge() would say, but that `octets`, which are those of `m`, may have been
 * changed: of GATE_REWRITE they are what is to be sent. If not, they are as they were, and it is to
 * be judged. Costs no system call, and no memory. Of the result's names none is set. */
bool gate_recall(struct gate *g, const struct client_query *asked, const struct message *m,
        uint8_t *octets, int64_t now_s, struct gate_result *result);

/* Forgets the responses that were judged: what was trusted for them is trusted no more. */
void gate_forget(struct gate *g);

/* The same for a response whose keys cannot be had: writes the SERVFAIL (or lets it through in
 * monitor mode) with `reason`. */
void gate_refuse(struct gate *g, const struct client_query *asked, struct span octets,
        enum reason reason, struct writer *out, struct gate_result *result);

/* Lets go on, with AD clear, what of a response may pass by `exemption`, PASS_ALL or PASS_NAMED,
 * though nobody judges it: the client gets what it asked for, and not what was asked for on its
 * behalf. An error, or an answer of another class, passes as it ever does. */
void gate_pass(struct gate *g, const struct client_query *asked, struct span octets,
        enum exemption exemption, struct writer *out, struct gate_result *result);

/* True when `response` may be the answer to `asked`: QR, id, opcode and the question's exact
 * octets. A response without a question is let match only when it is an error without records. */
bool gate_matches(const struct message *response, const struct client_query *asked);

/* What became of a response to a fetch. */
enum learned {
	LEARNED,     /* it is in the store: ask the gate again */
	LEARN_RETRY, /* it is no usable answer (a server's failure, a forgery): ask elsewhere */
	LEARN_OTHER, /* likewise, but something in it is proved: it tells of something else */
};

/* Puts the response to a fetch of `want` into the store. With `last_try` a chain that does not hold
 * is stored as Bogus for LIMIT_BOGUS_TTL_S, and LEARNED is returned. The caller has matched id,
 * addresses and question. */
enum learned gate_learn(
        struct gate *g, const struct want *want, struct span octets, int64_t now_s, bool last_try);

/* Remembers for LIMIT_FAILED_TTL_S that `want` could not be had: what needs it is Indeterminate,
 * for this reason. */
void gate_learn_failure(struct gate *g, const struct want *want, enum reason reason, int64_t now_s);

#endif
