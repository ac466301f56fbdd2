/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate validates a response. In go the response, what the client asked, the time and the trust
 * anchors. Out come a verdict, the octets to send and the reason. The gate does no I/O, reads no
 * clock and never waits. If it lacks a key, it returns a want. The caller fetches that, teaches it
 * to the gate with gate_learn(), and asks again. */
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

/* The message cache; recall.h has its functions. */
struct recall {
	struct table messages;
	struct hash_key key;
};

/* The memory of DNS64; synthesis.h has its functions. */
struct synthesis {
	struct table names;
	struct hash_key key;
};

/* The memory of proofs that wildcards apply; expansion.h has its functions. */
struct expansions {
	struct table names;
	struct hash_key key;
};

/* The gate of one worker. Zero it, fill in the pointers (borrowed), then call gate_init(). */
struct gate {
	struct crypto *crypto;
	struct store *store;
	const struct policy *policy;
	struct recall recall;
	struct synthesis synthesis; /* empty if the policy never has a prefix of a NAT64 */
	struct expansions expansions;
	struct arena arena;
	struct rr *rrs; /* room for the records of the response being judged */
};

/* True for a response that is judged: NOERROR, NXDOMAIN or YXDOMAIN, not truncated, with a
 * question. Any other response shows only its RCODE, and only that passes. */
bool gate_is_answer(const struct message *response);

enum gate_verdict {
	GATE_ACCEPT,   /* let the response pass unchanged */
	GATE_REWRITE,  /* send `octets` instead */
	GATE_SERVFAIL, /* send `octets` instead, a SERVFAIL: the response was refused */
	GATE_DROP,     /* send nothing */
	GATE_WANT,     /* fetch `want`, learn it, ask the gate again */
};

struct gate_result {
	enum gate_verdict verdict;
	struct outcome outcome;
	enum exemption exemption; /* the way past a full judgement, or EXEMPT_NOT */
	bool is_failure;          /* the response is an error, which anybody could have sent */
	bool is_partial;          /* only the part of the answer passes that its server can know */
	bool is_name_error;       /* NOERROR is to become the NXDOMAIN that the zone proves */
	bool has_signer;
	struct span octets;  /* what to send: the message itself, or inside the caller's writer */
	unsigned work;       /* of the signature checks and NSEC3 hashes that were computed */
	enum reason habit;   /* of the server, found beside the outcome; or REASON_NONE */
	uint16_t filter_ede; /* by this EDE the server says that it filters the name; or 0 */
	/* gate_recall() sets none of what follows. */
	struct want culprit; /* the RRset that decided, or the link of its chain */
	struct want want;    /* for GATE_WANT */
	struct name signer;  /* the zone that signed the answer's first RRset, or the denial */
};

/* Allocates memory, with room to remember `messages` judged responses (0: none). Returns 0 or a
 * negative errno. */
int gate_init(struct gate *g, uint32_t messages);
void gate_fini(struct gate *g);

/* Judges the response `octets` to `asked` at `now_s` (seconds since 1970). `out` is empty and
 * should have room for 65535 octets. The result borrows from `octets` and `out`. */
void gate_judge(struct gate *g, const struct client_query *asked, struct span octets, int64_t now_s,
        struct writer *out, struct gate_result *result);

/* Looks whether a response like `m`, to a question like `asked`, was judged before. If so, returns
 * true with the result that gate_judge() would give, except that none of its names is set. `octets`
 * are those of `m`: for GATE_REWRITE they are changed into what to send. If not, returns false with
 * `octets` unchanged, and the response must be judged. Makes no system call and allocates
 * nothing. */
bool gate_recall(struct gate *g, const struct client_query *asked, const struct message *m,
        uint8_t *octets, int64_t now_s, struct gate_result *result);

/* Forgets the responses that were judged, and what was proved for DNS64, because what they relied
 * on is no longer trusted. */
void gate_forget(struct gate *g);

/* Refuses a response whose keys cannot be fetched, with `reason`: writes the SERVFAIL. */
void gate_refuse(struct gate *g, const struct client_query *asked, struct span octets,
        enum reason reason, struct writer *out, struct gate_result *result);

/* Returns the exemption by which a part of a response that was refused may pass (gate_pass()); see
 * gate/unproved.h. */
enum exemption gate_unproved(struct gate *g, const struct client_query *asked, struct span octets);

/* Adds to the result what a habit of the server explains: REASON_NO_EDNS or REASON_STRIPPED. The
 * outcome stays: a response that is Bogus is so whatever its server does. A SERVFAIL is written to
 * `out` again, and tells both. */
void gate_add_habit(const struct client_query *asked, enum reason habit, struct writer *out,
        struct gate_result *result);

/* Lets a response pass unjudged, with AD clear, as far as `exemption` (PASS_ALL, PASS_NAMED,
 * PASS_SOA, PASS_SILENT or PASS_NONE) allows. The client gets what it asked for, without what
 * sealgate asked for on its behalf. An error, or an answer of another class, passes in its usual
 * way. */
void gate_pass(struct gate *g, const struct client_query *asked, struct span octets,
        enum exemption exemption, struct writer *out, struct gate_result *result);

/* True if the name of the question is known to lie in a zone that is unsigned: anybody who can
 * answer in place of the server can forge its records. Learns nothing, and wants nothing. */
bool gate_knows_unsigned(struct gate *g, const struct client_query *asked, int64_t now_s);

/* True if `response` may answer `asked`: QR, id, opcode and the question's exact octets match. A
 * response without a question matches only if it is an error without records. */
bool gate_matches(const struct message *response, const struct client_query *asked);

/* True also if only the letter case of the question differs. What that means for a client that uses
 * letters against forgery: worker/letters.h. */
bool gate_matches_in_any_case(const struct message *response, const struct client_query *asked);

/* The result of learning from a response to a fetch. */
enum learned {
	LEARNED,     /* it is stored: ask the gate again */
	LEARN_RETRY, /* the response is not usable (an error, a forgery): ask another server */
	LEARN_OTHER, /* not usable, but some RRset in it is proved: it tells of something else */
};

/* Puts the response to a fetch of `want` into the store. With `last_try` stores a chain that does
 * not hold as Bogus, for at most LIMIT_BOGUS_TTL_S, and returns LEARNED. The caller has matched id,
 * addresses and question. */
enum learned gate_learn(
        struct gate *g, const struct want *want, struct span octets, int64_t now_s, bool last_try);

/* Remembers for LIMIT_FAILED_TTL_S that `want` could not be fetched, for this reason: what needs it
 * is Indeterminate. */
void gate_learn_failure(struct gate *g, const struct want *want, enum reason reason, int64_t now_s);

#endif
