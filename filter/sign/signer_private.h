/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the signer. Private to sign/. */
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
#define SIGN_INCEPTION_S 3600  /* before now, for clocks that are late */
#define SIGN_AHEAD_S     3600  /* before a period ends, what is asked for is signed for the next */
#define RENEWALS_MAX     256   /* that wait to be made; what has no room is made when it is asked */
#define RENEWAL_OCTETS   1024  /* of what is signed; longer ones likewise */
#define SIGN_MEMORY_S    86400 /* for which a name that was seen is known to be there */
#define SIGN_DS_TTL_S    3600  /* of a DS that comes from the policy */
#define SIGN_CUT_TTL_S   300   /* of a denial while the zone's SOA was not seen yet */

/* ---- What a signer remembers ---- */

/* What was learned of a zone. */
struct zone_memory {
	bool has_soa;
	uint32_t ttl_s, original_ttl_s, minimum_s;
	uint16_t len;
	uint8_t soa[SIGN_SOA_OCTETS]; /* RDATA in canonical form */
};

struct token_bucket {
	uint64_t refilled_ms;
	uint32_t tokens;
};

struct sign_memory;

/* What a signature is found by. */
struct signature_id {
	uint8_t octets[FINGERPRINT_OCTETS];
};

/* A signature of the next period that somebody will soon want. */
struct renewal {
	const struct signkey *key;
	struct signature_id id;
	uint16_t len;
	uint8_t data[RENEWAL_OCTETS];
};

struct renewals {
	unsigned count;
	struct renewal items[RENEWALS_MAX];
};

struct signer {
	struct crypto *crypto;
	const struct sign_policy *policy;
	uint32_t policy_number; /* how many there were */
	uint32_t period_s;
	bool doubts_clock;
	size_t signature_octets; /* of the longest signature that fits the caches */
	struct signer_limits limits;
	struct hash_key key;

	struct sign_memory *memory;             /* what answers depend on (sign_memory.h) */
	struct table messages;                  /* whole answers (sign_recall.h) */
	struct table networks;                  /* of clients: their buckets (sign_budget.h) */
	struct table servers;                   /* which of them support EDNS (sign_servers.h) */
	struct token_bucket datagrams, streams; /* new signatures, of all clients */
	struct renewals renewals;

	struct arena arena;
	struct sign_item *items;
};

/* ---- One response ---- */

/* A record that goes to the client. */
struct sign_item {
	uint8_t section;
	bool is_extra; /* may be left out where space lacks: a signature of an additional record */
	uint16_t type;
	uint32_t ttl_s;
	const struct name *owner; /* NULL: where `rr` has it */
	const struct rr *rr;      /* the record itself, or one with the same owner */
	bool has_rdata;           /* `rdata` and not that of `rr` */
	struct span rdata;
};

struct sign_job {
	struct signer *signer;
	const struct signer_query *asked;
	const struct sign_peers *peers;
	bool is_stream;
	int64_t now_s;
	uint64_t now_ms;
	struct sign_result *result;

	const struct message *m; /* the server's */
	struct rrsets sets;
	unsigned item_count;
	unsigned set_count;        /* of these that were signed */
	bool makes_none;           /* at present: a signature is found, or there is none */
	enum sign_outcome trouble; /* of what ended it, or SIGN_OUTCOME_COUNT */

	uint16_t qtype;
	struct name qname; /* the client's */
};

/* What is sent as TTL, and what the RRSIG says. */
struct set_ttls {
	uint32_t wire_s, original_s;
};

/* Those of a denial: the SOA's own, but no more than its last field (RFC 9077, 3). */
static inline struct set_ttls denial_ttls(const struct set_ttls *soa, uint32_t minimum_s)
{
	return (struct set_ttls){ least(soa->wire_s, minimum_s),
		least(soa->original_s, minimum_s) };
}

/* A set that is made here; its RDATA is in canonical form and order. */
struct made_set {
	const struct name *owner;
	uint16_t type;
	enum section section;
	struct set_ttls ttls;
	struct span *rdatas;
	unsigned count;
};

/* An NSEC that is made here. */
struct made_nsec {
	const struct name *owner, *next;
	struct sign_types types;
	enum section section;
	struct set_ttls ttls;
};

/* What the answer section says of the question, link after link. */
enum signer_walk_end {
	SIGN_WALK_POSITIVE, /* `set` */
	SIGN_WALK_OUTSIDE,  /* the chain leaves the zones that are signed here */
	SIGN_WALK_NODATA,   /* `soa` */
	SIGN_WALK_NXDOMAIN, /* likewise */
	SIGN_WALK_REFERRAL, /* `ns` */
	SIGN_WALK_BELOW,    /* it comes from a zone below, which is not signed here */
	SIGN_WALK_OPEN,     /* nothing is said of the last name */
	SIGN_WALK_BROKEN,   /* no server should send this */
};

struct signer_walk {
	struct name name;             /* the last one */
	const struct sign_zone *zone; /* that it is in; NULL outside */
	unsigned links;
	const struct rrset *followed[LIMIT_CNAMES];
	bool is_redirected; /* the last link was a DNAME */
	bool is_overlong;   /* it made a name that cannot be: YXDOMAIN */
	const struct rrset *set, *soa, *ns;
};

/* How a response ends. */
struct ending {
	unsigned rcode;
	uint16_t flags; /* AA */
	bool says_co;
	enum sign_outcome outcome;
};

#endif
