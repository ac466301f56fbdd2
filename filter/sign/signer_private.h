/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer from inside: its state, and one response on its way. Private to sign/. */
#ifndef SIGN_SIGNER_PRIVATE_H
#define SIGN_SIGNER_PRIVATE_H

#include "base/arena.h"
#include "base/keyedhash.h"
#include "base/least.h"
#include "base/table.h"
#include "dnssec/canonical.h"
#include "sign/sign_denial.h"
#include "sign/signer.h"

#define SIGN_ITEMS_MAX   (MESSAGE_RRS_MAX + 3 * LIMIT_RRSETS)
#define SIGN_SOA_OCTETS  (2 * NAME_MAX_OCTETS + 20)
#define SIGN_INCEPTION_S 3600  /* signatures begin this long before their term, for late clocks */
#define SIGN_AHEAD_S     3600  /* this long before other signatures are due, they are made */
#define RENEWALS_MAX     256   /* that wait; others are made when a client asks */
#define RENEWAL_OCTETS   1024  /* of the data to sign; longer data is signed when a client asks */
#define SIGN_MEMORY_S    86400 /* how long a name or a cut is remembered, at least */
#define SIGN_FLIP_S                                                                                \
	600 /* a name that was there, denied, and there again in this time is no new one */
#define SIGN_DOUBT_S     300  /* how long a question of the signer's own waits to be asked */
#define SIGN_REFUTED_S   3600 /* how long it is not asked again */
#define SIGN_DETOURS_MAX 4    /* before one question over TCP */
#define SIGN_DS_TTL_S    3600 /* of a DS from the policy */
#define SIGN_CUT_TTL_S   300  /* of a denial if the zone's SOA is not known yet */

/* ---- The signer ---- */

/* The signer has learned this of a zone: its SOA, and whether its server denies names that
 * exist. */
struct zone_memory {
	bool has_soa, contradicts;
	bool has_dname; /* at the apex */
	struct learned_types types;
	int64_t wants_soa_until_s;
	int64_t no_soa_until_s; /* the server was asked for it, and did not give it */
	uint32_t ttl_s, original_ttl_s, minimum_s;
	uint16_t len;
	uint8_t soa[SIGN_SOA_OCTETS]; /* RDATA in canonical form */
};

struct token_bucket {
	uint64_t refilled_ms;
	uint32_t tokens;
};

/* Whether servers answer over UDP (sign_haste.h). Servers may share a place. */
struct answering {
	unsigned unanswered; /* queries in a row */
	uint64_t noted_ms;   /* the last of these */
};

#define ANSWERING_SLOTS 16

struct sign_memory;

/* The id of a signature: a fingerprint of the key and of the data that it covers. */
struct signature_id {
	uint8_t octets[FINGERPRINT_OCTETS];
};

/* A signature of the next term, or of the next period of the zone, that a client will want soon. */
struct renewal {
	const struct signkey *key;
	struct signature_id id;
	uint16_t len;
	uint8_t data[RENEWAL_OCTETS];
};

/* A ring: the oldest is made first. */
struct renewals {
	unsigned first, count;
	struct renewal items[RENEWALS_MAX];
};

struct signer {
	struct crypto *crypto;
	const struct sign_policy *policy;
	uint32_t *zone_numbers; /* of sign_zone_number(), by index in the policy */
	uint32_t term_s;        /* of a signature */
	bool doubts_clock;
	size_t signature_octets; /* the longest signature that fits the tables */
	struct signer_limits limits;
	struct hash_key key;

	struct sign_memory *memory; /* what answers depend on (sign_memory.h); owned */
	struct table messages;      /* whole answers (sign_recall.h) */
	struct table networks;      /* networks of clients (sign_budget.h) */
	struct table servers;       /* which servers support EDNS (sign_servers.h) */
	struct table hasty;         /* clients that got answers at once (sign_haste.h) */
	struct answering answering[ANSWERING_SLOTS];
	struct token_bucket datagrams, streams; /* limits of new signatures, for all clients */
	struct token_bucket answers;            /* of those over UDP without the server */
	struct renewals renewals;

	struct arena arena;
	struct sign_item *items;
};

/* ---- One response ---- */

/* A record of the answer. */
struct sign_item {
	uint8_t section;
	bool is_extra; /* the signature of an additional record, which may be left out */
	uint16_t type;
	uint32_t ttl_s;
	const struct name *owner; /* or NULL: the owner of `rr` */
	const struct rr *rr;      /* the record itself, or one with its owner */
	bool has_rdata;           /* the RDATA is `rdata`, not that of `rr` */
	struct span rdata;
};

/* Returns sign_zone_number() of a zone of the policy. */
static inline uint32_t number_of_zone(const struct signer *s, const struct sign_zone *zone)
{
	return s->zone_numbers[zone - s->policy->zones];
}

/* The making of one answer. */
struct sign_job {
	struct signer *signer;
	const struct signer_query *asked;
	const struct sign_peers *peers;
	bool is_stream;
	int64_t now_s;
	uint64_t now_ms;
	struct sign_result *result;

	const struct message *m; /* the server's response */
	struct rrsets rrsets;
	unsigned item_count;
	unsigned set_count;        /* how many sets were signed */
	bool makes_none;           /* no new signatures at the moment, only remembered ones */
	enum sign_outcome trouble; /* why the job failed, or SIGN_OUTCOME_COUNT */
	struct sign_step first;    /* if that is SIGN_OUTCOME_LEARNING: what to ask first */

	uint16_t qtype;
	struct name qname; /* the client's */
};

/* True if the question that the server has to answer now goes with a client subnet. The signer's
 * own questions are for all clients. */
static inline bool carries_subnet(const struct signer_query *asked)
{
	return asked->subnet.is_given && asked->way == SIGN_WAY_ANSWER;
}

/* The TTL that is sent, and the original TTL in the RRSIG. */
struct set_ttls {
	uint32_t wire_s, original_s;
};

/* Returns the TTLs of a denial: those of the SOA, but at most the SOA's last field (RFC 9077,
 * 3). */
static inline struct set_ttls denial_ttls(const struct set_ttls *soa, uint32_t minimum_s)
{
	return (struct set_ttls){ least(soa->wire_s, minimum_s),
		least(soa->original_s, minimum_s) };
}

/* An RRset that the signer makes; its RDATA is in canonical form and order. */
struct made_set {
	const struct name *owner;
	uint16_t type;
	enum section section;
	struct set_ttls ttls;
	struct span *rdatas;
	unsigned count;
};

/* An NSEC record that the signer makes. */
struct made_nsec {
	const struct name *owner, *next;
	struct sign_types types;
	enum section section;
	struct set_ttls ttls;
};

/* Where the walk from the question through the answer section ended. */
enum signer_walk_end {
	SIGN_WALK_POSITIVE, /* at an answer: `set` */
	SIGN_WALK_OUTSIDE,  /* in no zone that is signed here */
	SIGN_WALK_NODATA,   /* at a denial of the type: `soa` */
	SIGN_WALK_NXDOMAIN, /* at a denial of the name: `soa` */
	SIGN_WALK_REFERRAL, /* at a referral: `ns` */
	SIGN_WALK_BELOW,    /* in a child zone that is not signed here */
	SIGN_WALK_OPEN,     /* the response says nothing of the last name */
	SIGN_WALK_DOUBT,    /* the server must be asked first: job->first */
	SIGN_WALK_BROKEN,   /* the response is malformed or contradicts itself */
};

/* The walk from the question through the answer section, over CNAMEs and DNAMEs. */
struct signer_walk {
	struct name name;             /* the last name */
	const struct sign_zone *zone; /* of the last name; NULL if it is in none */
	unsigned links;
	const struct rrset *followed[LIMIT_CNAMES];
	bool is_redirected; /* the last link was a DNAME */
	bool is_overlong;   /* a DNAME made a name that is too long: YXDOMAIN */
	const struct rrset *set, *soa, *ns;
};

/* The header of an answer, and its outcome. */
struct ending {
	unsigned rcode;
	uint16_t flags; /* AA or 0 */
	bool says_co;   /* set CO in the OPT (RFC 9824, 5) */
	enum sign_outcome outcome;
};

#endif
