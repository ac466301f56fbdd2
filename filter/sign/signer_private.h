/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the signer. Private to gate/. */
#ifndef SIGN_SIGNER_PRIVATE_H
#define SIGN_SIGNER_PRIVATE_H

#include "base/arena.h"
#include "base/keyedhash.h"
#include "base/least.h"
#include "base/table.h"
#include "dnssec/canonical.h"
#include "sign/sign_denial.h"
#include "sign/sign_recall.h"
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

struct bucket {
	uint64_t refilled_ms;
	uint32_t tokens;
};

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

	struct table signatures, denials; /* fingerprint of what was signed: its signature */
	struct table ttls;                /* RRset with its data: the highest TTL seen */
	struct table names;               /* names with names below them: when they were seen */
	struct table cuts;                /* delegations that a server showed: likewise */
	struct table networks;            /* of clients: their buckets */
	struct table servers;             /* what they bear */
	struct zone_memory *zones;        /* by index in the policy */
	struct bucket datagrams, streams; /* new signatures, of all clients */

	struct renewals renewals;
	struct sign_recall recall;

	struct arena arena;
	struct sign_item *items;
};

/* Adds an entry; where the table is full, in the place of the one used longest ago. */
void *table_add_or_replace(struct table *t, uint64_t hash);

/* Take memory for what the limits say. Return 0 or -ENOMEM. */
int sign_budget_init(struct signer *s);
int sign_servers_init(struct signer *s);
int signatures_init(struct table *t, size_t octets, uint32_t count);

/* The highest TTL seen of an RRset with this data, `ttl_s` included, within `max_s`. */
uint32_t memory_ttl(
        struct signer *s, const struct canonical_set *set, uint32_t ttl_s, uint32_t max_s);

/* Notes that `name` is there, and so are the names between it and `apex`. */
void memory_note_name(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s);

/* True when a name below `name` was seen lately. */
bool memory_has_below(struct signer *s, const struct name *name, int64_t now_s);

/* Notes that a server showed a cut at `cut`. */
void memory_note_cut(struct signer *s, const struct name *cut, int64_t now_s);

/* True when one was shown lately at or above `name`, below `apex`. */
bool memory_is_below_cut(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s);

/* Forgets those. */
void memory_forget_cuts(struct signer *s, const struct name *name, const struct name *apex);

struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone);

/* ---- Signatures that are kept ---- */

struct signature_id signature_identify(
        const struct signer *s, const struct signkey *key, struct span data);

/* Both return a signature that is good until the next one is made, or an empty span. */
struct span signature_find(struct table *cache, const struct signature_id *id);
struct span signature_make(struct signer *s, const struct signkey *key, struct span data,
        struct table *cache, const struct signature_id *id);

/* Notes what signer_renew() is to sign, unless it is signed. */
void renewal_note(struct signer *s, const struct signkey *key, struct span data);

/* ---- Limits ---- */

/* Takes one new signature from what the client's network and all clients may have. Returns false
 * when there is none left. */
bool budget_take(struct signer *s, struct span client, bool is_stream, uint64_t now_ms);

/* ---- Servers and EDNS ---- */

/* True when a query over UDP may carry an OPT to this server. */
bool server_bears_edns(struct signer *s, struct span server, uint64_t now_ms);

/* Learns from a response whether the server bears EDNS. */
void server_note_response(struct signer *s, struct span server, bool sent_edns,
        const struct message *m, uint64_t now_ms);
void server_note_silence(struct signer *s, struct span server, uint64_t now_ms);

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

struct signing {
	struct signer *signer;
	const struct asked_signing *asked;
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

/* Ends the signing for the reason `trouble`, unless it has ended already. Returns false. */
bool signing_fail(struct signing *g, enum sign_outcome trouble);

/* Makes the RRSIG of a set, as RDATA in the arena: remembered or new. Returns false when it cannot
 * be had, and says why in `g`. */
bool sign_set(struct signing *g, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, bool is_denial, struct span *rrsig);

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

/* These add to what goes out, with a signature where the client has DO. They return false when that
 * cannot be, and say why in `g`. */
bool put_item(struct signing *g, struct sign_item item);

/* A set of the server's message; without a signature where `zone` is NULL. */
bool put_set(struct signing *g, const struct rrset *set, enum section section,
        const struct sign_zone *zone);

/* The SOA that makes a denial; `denial` is set to what an NSEC beside it lives (RFC 9077, 3). */
bool put_soa(struct signing *g, const struct rrset *set, const struct sign_zone *zone,
        struct set_ttls *denial);
bool put_learned_soa(struct signing *g, const struct sign_zone *zone, struct set_ttls *denial);

/* Without a signature where `zone` is NULL. */
bool put_made(struct signing *g, const struct sign_zone *zone, const struct made_set *made);
bool put_nsec(struct signing *g, const struct sign_zone *zone, const struct name *owner,
        const struct name *next, const struct sign_types *types, enum section section,
        const struct set_ttls *ttls);

/* The additional section. Of it the addresses that are in `zone` are signed, as far as they were
 * answered themselves and that can be; none where it is NULL. */
bool put_additional(struct signing *g, const struct sign_zone *zone);

/* True for types that only DNSSEC has: a server that knows nothing of it says anything of them. */
bool is_of_dnssec(uint16_t type);

/* The zone that the name lies in, of those that this server speaks for, or NULL. */
static inline const struct sign_zone *zone_of(const struct signing *g, const struct name *name)
{
	return sign_policy_zone_at(g->signer->policy, name, g->peers->server);
}

/* True when it is known that the zone is delegated at or above `name`: as the operator says, as
 * another zone that is signed here, or as a server has shown. */
bool is_below_cut(const struct signing *g, const struct sign_zone *zone, const struct name *name);

/* What the answer section says of the question, link after link. */
enum walk_end {
	WALK_POSITIVE, /* `set` */
	WALK_OUTSIDE,  /* the chain leaves the zones that are signed here */
	WALK_NODATA,   /* `soa` */
	WALK_NXDOMAIN, /* likewise */
	WALK_REFERRAL, /* `ns` */
	WALK_BELOW,    /* it comes from a zone below, which is not signed here */
	WALK_OPEN,     /* nothing is said of the last name */
	WALK_BROKEN,   /* no server should send this */
};

struct walk {
	struct name name;             /* the last one */
	const struct sign_zone *zone; /* that it is in; NULL outside */
	unsigned links;
	const struct rrset *followed[LIMIT_CNAMES];
	bool is_redirected; /* the last link was a DNAME */
	bool is_overlong;   /* it made a name that cannot be: YXDOMAIN */
	const struct rrset *set, *soa, *ns;
};

/* Walks from qname, over at most `links` links, and adds each of them to what goes out; but not the
 * set that answers. */
enum walk_end walk_answer(struct signing *g, uint16_t qtype, unsigned links, struct walk *w);

/* How a response ends. */
struct ending {
	unsigned rcode;
	uint16_t flags; /* AA */
	bool says_co;
	enum sign_outcome outcome;
};

/* Adds what the walk has come to, where what is asked for is `qtype`. */
bool put_end(
        struct signing *g, enum walk_end end, struct walk *w, uint16_t qtype, struct ending *e);

/* The TTLs of a denial of which the SOA may not be known. */
struct set_ttls learned_ttls(struct signing *g, const struct sign_zone *zone);

/* The referral that the walk has come to. */
bool put_referral(struct signing *g, const struct walk *w, struct ending *e);

/* The DS of a configured zone whose parent is configured. */
bool answer_ds_of_zone(struct signing *g, const struct sign_zone *child, struct ending *e);

/* Remembers the SOA of each zone that the response has one of. */
void learn_soa(struct signing *g);

/* ---- What is made of a response: one function for each way ---- */

/* Each adds what goes out to `g` and says how it ends. They return false when it cannot be made. */
bool sign_answer(struct signing *g, struct ending *e);
bool sign_exists(struct signing *g, struct ending *e);
bool sign_ds(struct signing *g, struct ending *e);
bool sign_apex(struct signing *g, struct ending *e);
bool sign_apex_nodata(struct signing *g, struct ending *e);

/* ---- What goes out ---- */

/* The most octets that it may have. */
size_t room_of_answer(const struct signing *g);

/* Writes the items as the response. Returns false when they do not fit what the client takes. */
bool write_items(struct signing *g, const struct ending *e, struct writer *out);

/* Writes a response without records. `ede` is an Extended DNS Error (RFC 8914) or EDE_NONE, and
 * `text` its words or "". */
void write_empty(struct signing *g, unsigned rcode, uint16_t flags, int ede, const char *text,
        struct writer *out);

#endif
