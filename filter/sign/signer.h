/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer: turns the responses of a server without DNSSEC into signed ones. It does no I/O and
 * reads no clock. If it must learn something of the server first, it sends a question of its own in
 * place of the client's. So a query never waits for another query.
 *
 *	sign_query()      reads the client's query, writes the query to the server (sign_query.h)
 *	sign_matches()    is this the response to that query? (sign_query.h)
 *	sign_response()   writes what the client gets (sign_response.h)
 *
 * The caller matches addresses and ports first. A response that answers no query seen before must
 * not come here, because it would be signed. */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include <sys/socket.h>

#include "base/writer.h"
#include "gate/client_query.h"
#include "sign/sign_policy.h"
#include "wire/client_subnet.h"

/* How the answer to a query is made, and which question the server gets for it. */
enum sign_way {
	SIGN_WAY_ANSWER, /* the client's question goes on, and the answer is signed */
	SIGN_WAY_APEX,   /* DNSKEY, CDS, CDNSKEY, or DS of a configured zone: from the policy */
	/* DS below an apex: the server gets a question for NS, which shows a cut, or for A */
	SIGN_WAY_DS,
	SIGN_WAY_EXISTS,  /* NSEC, and other types that only DNSSEC has: SOA of the name, or A */
	SIGN_WAY_NODATA,  /* DS at an apex whose parent is elsewhere: SOA of the apex */
	SIGN_WAY_LEARN,   /* SOA of the apex, to learn it; the client gets TC=1 */
	SIGN_WAY_FORMERR, /* type 128, NXNAME (RFC 9824, 3.5) */
	SIGN_WAY_REFUSED, /* RRSIG, AXFR, IXFR */
	SIGN_WAY_BADVERS, /* EDNS version above 0 */
	SIGN_WAY_CONFIRM, /* NS of a name that may be a zone cut (sign_doubt.h) */
	SIGN_WAY_PROBE,   /* NS of a name below it that does not exist */
	SIGN_WAYS
};

/* A question to the server: the last `labels` of qname, and a type. If `is_bare`, without the
 * client subnet from now on. */
struct sign_step {
	uint8_t way; /* enum sign_way */
	uint8_t labels;
	uint16_t type;
	bool is_bare;
};

/* A query between sign_query() and sign_response(). */
struct signer_query {
	struct client_query client; /* the query of the client */
	uint8_t way;                /* enum sign_way */
	uint8_t sent_labels;        /* the server gets the last labels of qname as question */
	uint16_t sent_type;         /* and this type */
	bool compact_ok;            /* the client set CO (RFC 9824, 5) */
	bool sent_edns;             /* the server got an OPT, even without a client subnet */
	uint32_t zone_number;       /* of the zone for which these members were chosen */

	/* Goes to the server with the client's question, and with no other: carries_subnet(). */
	struct client_subnet subnet;

	/* Over TCP, questions of the signer's own may come first. */
	struct sign_step goal; /* the question once they are answered */
	uint8_t detours;       /* how many there were */
};

/* Both ends of an exchange, as addresses of 4 or 16 octets. */
struct sign_peers {
	struct span client, server;
};

/* How and when a message came. */
struct sign_context {
	const struct sign_peers *peers;
	bool is_stream;  /* over TCP */
	int64_t now_s;   /* the time of day */
	uint64_t now_ms; /* of the monotonic clock */
};

/* Whether the server gets another query than the client sent, or why not. */
enum sign_query {
	SIGN_QUERY_ASKED,          /* the server gets the query that sign_query() wrote */
	SIGN_QUERY_PASSED_PLAIN,   /* the query has no DO */
	SIGN_QUERY_PASSED_OUTSIDE, /* the name is in no configured zone */
	/* the name is in a zone that only other servers may speak for */
	SIGN_QUERY_PASSED_ELSEWHERE,
	SIGN_QUERY_PASSED_UNSIGNED, /* the zone is unsigned, and no zone above it is signed */
	SIGN_QUERY_PASSED_OTHER,    /* another class or opcode, or not one question */
	SIGN_QUERY_PASSED_TSIG,     /* a query with TSIG or SIG(0) cannot be changed */
	SIGN_QUERY_PASSED_TRANSFER, /* a zone transfer to a secondary */
	SIGN_QUERY_MALFORMED,       /* not a query: it must not go on */
	SIGN_QUERY_COUNT
};

/* What a response became: enumerator, word for the log and the counters. An alarm is logged. */
#define SIGN_OUTCOMES(X)                                                                           \
	X(ANSWER, "answer")                                                                        \
	X(NODATA, "nodata")                                                                        \
	X(NXDOMAIN, "nxdomain")                                                                    \
	X(REFERRAL, "referral")                                                                    \
	X(BELOW_CUT, "below-cut") /* from an unsigned child zone on this server: not signed */     \
	X(APEX, "apex")                                                                            \
	X(REFUSED, "refused")       /* RRSIG, transfers, type 128, EDNS version */                 \
	X(ERROR, "error")           /* the server's RCODE goes on, without records */              \
	X(CUT, "cut")               /* TC=1 from the server */                                     \
	X(TRUNCATED, "truncated")   /* TC=1: the answer with its signatures does not fit */        \
	X(LIMITED, "limited")       /* TC=1: limit of new signatures reached */                    \
	X(LEARNING, "learning")     /* the server must be asked something first; over UDP TC=1 */  \
	X(SIGNED, "signed")         /* the server sends signatures itself: alarm */                \
	X(NO_SOA, "no-soa")         /* SERVFAIL: no answer and no SOA, so nothing to deny with */  \
	X(UNEXPECTED, "unexpected") /* SERVFAIL: malformed or contradictory response */            \
	X(EDNS, "edns")             /* TC=1: the server rejects EDNS; next time without */         \
	X(EXHAUSTED, "exhausted")   /* SERVFAIL: limit of new signatures reached, over TCP */      \
	X(KEYS, "keys")     /* SERVFAIL: of an algorithm no pre-made signature is valid: alarm */  \
	X(BROKEN, "broken") /* SERVFAIL: the zone has no keys */                                   \
	X(CLOCK, "clock")   /* SERVFAIL: the clock is not set */                                   \
	X(FAILED, "failed") /* SERVFAIL: OpenSSL failed, or memory is short: alarm */              \
	X(STRAY, "stray")   /* the response does not match: drop it */

enum sign_outcome {
#define X(name, word) SIGN_OUTCOME_##name,
	SIGN_OUTCOMES(X)
#undef X
	        SIGN_OUTCOME_COUNT
};

/* Returns the word of an outcome. */
const char *sign_outcome_word(enum sign_outcome o);

/* What the caller does with the response. */
enum sign_verdict {
	SIGN_VERDICT_ACCEPT,  /* deliver it as it is; sign_response() never says so */
	SIGN_VERDICT_REWRITE, /* deliver `octets` in its place */
	SIGN_VERDICT_DROP,    /* deliver nothing */
	SIGN_VERDICT_ASK,     /* over TCP: ask the server first; sign_ask() writes the query */
};

struct sign_result {
	enum sign_verdict verdict;
	enum sign_outcome outcome;
	bool is_servfail;
	struct span octets;    /* of SIGN_VERDICT_REWRITE; they lie in the writer of the caller */
	unsigned made;         /* signatures that were computed */
	unsigned found;        /* signatures from the memory */
	bool is_recalled;      /* the whole answer was remembered */
	struct sign_step next; /* of SIGN_VERDICT_ASK */
	const struct name *new_cut; /* a zone cut that was learned, valid until the next response */
	bool contradicts; /* the server was found to deny names that exist (sign_absence.h) */
};

/* The signer of one worker, with its memory. */
struct signer;

/* How many entries the memory has; 0 selects the default behind it. */
struct signer_limits {
	uint32_t signatures; /* 32768 */
	uint32_t denials;    /* signatures of NSEC records: 16384 */
	uint32_t ttls;       /* RRsets: 32768 */
	uint32_t names;      /* names with something there or below; also names denied: 16384 */
	uint32_t cuts;       /* delegations that servers showed: 4096 */
	uint32_t networks; /* networks of clients, and clients of which more is known: 4096 each */
	uint32_t servers;  /* 256 */
	uint32_t messages; /* whole answers: 0, which keeps none */
};

/* Returns NULL if memory is short, or if sign_policy_check() finds a fault. Borrows `crypto` and
 * `policy`. */
struct signer *signer_new(struct crypto *crypto, const struct sign_policy *policy,
        const struct signer_limits *limits);
void signer_free(struct signer *s);

/* Replaces the policy, which is borrowed. The memory stays as far as it is valid under the new
 * policy. Queries on their way stay valid if their zone and its servers are the same. Returns 0;
 * then the old policy is not used any more. Returns -ENOMEM, or -EINVAL if sign_policy_check()
 * finds a fault; then nothing has changed. */
int signer_set_policy(struct signer *s, const struct sign_policy *policy);

/* Forgets what servers showed: zone cuts, names, and their habits. Signatures and SOAs stay,
 * because they hold at any time. */
void signer_forget(struct signer *s);

/* Says whether the clock is set, as the signer assumes at first. While it is not set, nothing is
 * signed: validators would reject the signatures, or accept them for longer than is wanted. */
void signer_believe_clock(struct signer *s, bool is_believed);

/* Makes at most `most` signatures of the next term, or of keys that sign next, for RRsets that a
 * client asked for shortly before. To be called when the worker is idle. Returns how many
 * signatures it made; 0 if none is due. */
unsigned signer_renew(struct signer *s, unsigned most);

/* Tells what is known of servers, the last used one first: "unknown", "taken" or "refused" EDNS. */
typedef void signer_server_teller(
        void *context, const struct sockaddr_storage *address, const char *edns);
void signer_each_server(const struct signer *s, signer_server_teller *tell, void *context);

/* Tells the zone cuts that servers showed, the last seen one first, and until when each counts. */
typedef void signer_cut_teller(void *context, const struct name *cut, int64_t until_s);
void signer_each_cut(const struct signer *s, int64_t now_s, signer_cut_teller *tell, void *context);

/* Notes that the server of the context did not answer a query in time. */
void sign_unanswered(
        struct signer *s, const struct signer_query *asked, const struct sign_context *context);

#endif
