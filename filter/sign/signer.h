/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer: makes the responses of a server that knows nothing of DNSSEC into signed ones. It
 * does no I/O and reads no clock. What it must know of the server it learns by
 * letting the server answer a question of its own in place of the client's, so a query never waits
 * for another one.
 *
 *	sign_query()      the client's query, and what goes on to the server for it (sign_query.h)
 *	sign_matches()    is this the response to it? (sign_query.h)
 *	sign_response()   what the client gets (sign_response.h)
 *
 * Whoever calls matches addresses and ports first: a response that answers no query which was seen
 * must not come here, for it would be signed. */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include "base/writer.h"
#include "gate/client_query.h"
#include "sign/sign_policy.h"

/* What is made of the response. */
enum sign_way {
	SIGN_WAY_ANSWER, /* the client's question went on: the answer is signed */
	SIGN_WAY_APEX,   /* DNSKEY, CDS, CDNSKEY, or DS of a configured zone: from the policy */
	SIGN_WAY_DS,     /* DS below an apex: NS was asked, which shows whether there is a cut */
	SIGN_WAY_EXISTS, /* NSEC and other types that no server has: SOA was asked of the name */
	SIGN_WAY_NODATA, /* DS at an apex whose parent is elsewhere: SOA of the apex was asked */
	SIGN_WAY_LEARN, /* SOA of the apex was asked, to be learned; the client is told to try TCP */
	SIGN_WAY_FORMERR, /* type 128 */
	SIGN_WAY_REFUSED, /* RRSIG, AXFR, IXFR */
	SIGN_WAY_BADVERS, /* a version of EDNS that is not 0 */
};

/* What is remembered of a query between sign_query() and sign_response(). */
struct signer_query {
	struct client_query client; /* as the client asked it */
	uint8_t way;                /* enum sign_way */
	uint8_t sent_labels; /* the name that was asked of the server: the last labels of qname */
	uint16_t sent_type;  /* and the type */
	bool compact_ok;     /* the client set CO: RFC 9824, 5 */
	bool sent_edns;      /* the server got an OPT */
	uint32_t policy;     /* the number of the one that chose all this */
};

/* Both ends of an exchange: addresses of 4 or 16 octets. */
struct sign_peers {
	struct span client, server;
};

/* Where and when a message came. */
struct sign_context {
	const struct sign_peers *peers;
	bool is_stream;  /* it came over TCP */
	int64_t now_s;   /* the time of day */
	uint64_t now_ms; /* of the monotonic clock */
};

/* Why a query passes as it is. */
enum sign_query {
	SIGN_QUERY_ASKED,            /* it does not: something is asked in its place */
	SIGN_QUERY_PASSED_PLAIN,     /* no DO */
	SIGN_QUERY_PASSED_OUTSIDE,   /* in no configured zone */
	SIGN_QUERY_PASSED_ELSEWHERE, /* in one of other servers only */
	SIGN_QUERY_PASSED_OTHER,     /* class, opcode, number of questions */
	SIGN_QUERY_PASSED_TSIG,      /* a message that is signed itself cannot be changed */
	SIGN_QUERY_PASSED_TRANSFER,  /* to a secondary */
	SIGN_QUERY_MALFORMED,        /* not a query */
	SIGN_QUERY_COUNT
};

/* What became of a response: enumerator, word for counters. */
#define SIGN_OUTCOMES(X)                                                                           \
	X(ANSWER, "answer")                                                                        \
	X(NODATA, "nodata")                                                                        \
	X(NXDOMAIN, "nxdomain")                                                                    \
	X(REFERRAL, "referral")                                                                    \
	X(BELOW_CUT, "below-cut") /* of an unsigned child on the same server: goes on unsigned */  \
	X(APEX, "apex")                                                                            \
	X(REFUSED, "refused")       /* RRSIG, transfers, type 128, EDNS version */                 \
	X(ERROR, "error")           /* the server's own RCODE goes on, without records */          \
	X(CUT, "cut")               /* the server's own TC=1 */                                    \
	X(TRUNCATED, "truncated")   /* TC=1: the signatures do not fit */                          \
	X(LIMITED, "limited")       /* TC=1: too many new signatures */                            \
	X(LEARNING, "learning")     /* TC=1: the SOA had to be learned first */                    \
	X(SIGNED, "signed")         /* the server signs itself: alarm */                           \
	X(NO_SOA, "no-soa")         /* SERVFAIL: empty without SOA, denies nothing */              \
	X(UNEXPECTED, "unexpected") /* SERVFAIL: no response that a server should give */          \
	X(EDNS, "edns")             /* TC=1: the server cannot bear EDNS; next time without */     \
	X(EXHAUSTED, "exhausted")   /* SERVFAIL: too many new signatures, over TCP */              \
	X(KEYS, "keys")             /* SERVFAIL: no pre-signed RRset is valid now: alarm */        \
	X(CLOCK, "clock")           /* SERVFAIL: nobody knows what time it is */                   \
	X(FAILED, "failed")         /* SERVFAIL: signing failed: alarm */                          \
	X(STRAY, "stray")           /* it does not match: drop it */

enum sign_outcome {
#define X(name, word) SIGN_OUTCOME_##name,
	SIGN_OUTCOMES(X)
#undef X
	        SIGN_OUTCOME_COUNT
};

/* Its word, of the log and the counters. */
const char *sign_outcome_word(enum sign_outcome o);

enum sign_verdict {
	SIGN_VERDICT_ACCEPT,  /* let it through as it is: what no signer was asked for */
	SIGN_VERDICT_REWRITE, /* send `octets` in its place */
	SIGN_VERDICT_DROP,    /* let nothing through */
};

struct sign_result {
	enum sign_verdict verdict;
	enum sign_outcome outcome;
	bool is_servfail;
	struct span octets; /* of SIGN_VERDICT_REWRITE; inside the writer that was passed */
	unsigned made;      /* signatures that were worked out */
	unsigned found;     /* signatures that were remembered */
	bool is_recalled;   /* all of it was remembered */
};

/* One per worker: what it remembers of signatures, TTLs, names and servers. */
struct signer;

/* How much a signer remembers. Zero for what stands behind it. */
struct signer_limits {
	uint32_t signatures; /* of records: 32768 */
	uint32_t denials;    /* signatures of NSEC: 16384 */
	uint32_t ttls;       /* RRsets: 32768 */
	uint32_t names;      /* with names below them: 16384 */
	uint32_t cuts;       /* delegations that were shown: 4096 */
	uint32_t networks;   /* of clients: 4096 */
	uint32_t servers;    /* 256 */
	uint32_t messages;   /* whole answers: none */
};

/* Returns NULL when memory is short, or sign_policy_check() says no. `crypto` is the worker's. */
struct signer *signer_new(struct crypto *crypto, const struct sign_policy *policy,
        const struct signer_limits *limits);
void signer_free(struct signer *s);

/* Goes on with another policy; what was learned and signed stays as far as it holds under the new
 * one, and so do queries that are under way, where the zones and their servers are the same.
 * Returns 0, and then the old policy is not used any more; or -ENOMEM, or -EINVAL where
 * sign_policy_check() says no; then nothing is changed. */
int signer_set_policy(struct signer *s, const struct sign_policy *policy);

/* Says whether the time that it is told is to be believed, as it is until this is called. While it
 * is not, nothing is signed: nobody would accept it, or only later than is wanted. */
void signer_believe_clock(struct signer *s, bool is_believed);

/* Makes signatures that will be wanted soon, `most` at most, since what they cover was asked for
 * shortly before its present one gives way: for when nothing else is to be done. Returns how many
 * it made; 0 when none is due. */
unsigned signer_renew(struct signer *s, unsigned most);

/* For a query that got no response within the time that the caller waits: the memory of the server
 * with this address. */
void sign_unanswered(
        struct signer *s, const struct signer_query *asked, struct span server, uint64_t now_ms);

#endif
