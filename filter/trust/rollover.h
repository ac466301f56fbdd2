/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the trust anchors of a zone roll over (RFC 5011): the states of its keys, what moves them
 * from one to the next, and when to look again. It is told what was seen and what time it is, and
 * does nothing else.
 *
 * A key is known by its DS, made with the REVOKE bit clear, so one that was configured as a DS can
 * be followed as well as one that was configured as a DNSKEY. */
#ifndef TRUST_ROLLOVER_H
#define TRUST_ROLLOVER_H

#include "dnssec/ds.h"

#define ROLLOVER_HOLD_S (30 * 86400) /* both hold-down times: RFC 5011, 2.4.1 and 2.4.2 */

/* Bounds of active refresh: RFC 5011, 2.3. */
#define ROLLOVER_INTERVAL_MIN_S 3600
#define ROLLOVER_INTERVAL_MAX_S (15 * 86400)
#define ROLLOVER_RETRY_MAX_S    86400

/* RFC 5011, 4.2. A key in ANCHOR_START is one of which nothing is remembered. */
enum anchor_state {
	ANCHOR_START,
	ANCHOR_ADD_PENDING, /* seen, and not trusted until the hold-down time is over */
	ANCHOR_VALID,       /* trusted */
	ANCHOR_MISSING,     /* trusted, though the last valid RRset did not have it */
	ANCHOR_REVOKED,     /* never trusted again */
	ANCHOR_REMOVED,     /* likewise, and gone for long */
	ANCHOR_STATES,
};

/* RFC 5011, 4.1. */
enum anchor_event {
	EVENT_NONE,        /* nothing of the following */
	EVENT_NEW_KEY,     /* a valid RRset has the key, which is a SEP key */
	EVENT_KEY_PRESENT, /* a valid RRset has the key */
	EVENT_KEY_REMOVED, /* a valid RRset does not have it */
	EVENT_ADD_TIME,    /* a valid RRset has it, and its hold-down time is over */
	EVENT_REMOVE_TIME, /* a valid RRset does not have it, for longer than the hold-down time */
	EVENT_REVOKED,     /* it has the REVOKE bit, and has signed the RRset */
	ANCHOR_EVENTS,
};

/* The state table of RFC 5011, 4. Where the RFC's has no entry, the state stays, but that a key is
 * revoked for good (RFC 5011, 3) while it is pending too. */
enum anchor_state anchor_next(enum anchor_state state, enum anchor_event event);

/* "start", "pending", "valid", "missing", "revoked", "removed" */
const char *anchor_state_text(enum anchor_state state);

static inline bool anchor_is_trusted(enum anchor_state state)
{
	return state == ANCHOR_VALID || state == ANCHOR_MISSING;
}

/* True for the states that no key leaves for one in which it is trusted. */
static inline bool anchor_is_dead(enum anchor_state state)
{
	return state == ANCHOR_REVOKED || state == ANCHOR_REMOVED;
}

#define TRUST_POINT_KEYS 32 /* followed at a time; sets of them are bits of 32 */

/* Times are seconds since 1970. */
struct anchor_key {
	struct ds ds;
	enum anchor_state state;
	bool is_configured; /* the operator's configuration has it */
	int64_t since_s;    /* when it came into its state */
	int64_t seen_s;     /* when a valid RRset last had it, revoked or not; 0: never */
	int64_t hold_s;     /* ADD_PENDING: until when */
	uint32_t signers;   /* ADD_PENDING: the keys that signed the RRset that first had it */
};

/* The anchors of one zone: RFC 5011 calls it a trust point. */
struct trust_point {
	struct name zone;
	unsigned count;
	struct anchor_key keys[TRUST_POINT_KEYS];
	int64_t seen_s; /* when the last valid RRset was seen; 0: never */
	int64_t next_s; /* when to look again; 0: at once */
	/* Of the signatures on that RRset, the least: */
	uint32_t original_ttl_s, left_s;
};

/* What one DNSKEY RRset of the zone shows of the keys, each a bit by its place in the trust point
 * (observation.h reads it). */
struct observation {
	uint32_t present; /* it has them, with REVOKE clear */
	uint32_t marked;  /* it has them, with REVOKE set */
	uint32_t revoked; /* of those marked: they signed it */
	uint32_t signers; /* of those present that are trusted: they signed it */
	unsigned new_count;
	struct ds new_keys[LIMIT_KEYS];  /* SEP keys that are not followed yet */
	uint32_t original_ttl_s, left_s; /* the least of the signatures by `signers` */
};

/* What an observation has changed, for the log. */
struct anchor_change {
	struct ds ds;
	enum anchor_state from, to;
	int64_t hold_s; /* to ADD_PENDING: until when */
};

struct rollover_report {
	bool is_valid;      /* a trusted key has signed the RRset, so all of it counts */
	bool trust_changed; /* other keys are trusted than before */
	unsigned count;
	struct anchor_change changes[TRUST_POINT_KEYS];
};

/* Takes in what was seen at `now_s`. Where no trusted key has signed the RRset, it revokes keys
 * that revoke themselves, and nothing else comes of it. A new key takes ROLLOVER_HOLD_S, or the
 * original TTL where that is longer, and starts over when it is missed once, or when none of the
 * keys that signed for it is trusted any more (RFC 5011, 2.2). No more than LIMIT_DS keys are
 * trusted at a time: what is pending stays so. */
void rollover_observe(struct trust_point *p, const struct observation *o, int64_t now_s,
        struct rollover_report *report);

/* Nothing could be seen: the next try is due later. */
void rollover_failed(struct trust_point *p, int64_t now_s);

/* How long nothing need be asked; 0 when it is time. */
int64_t rollover_wait_s(const struct trust_point *p, int64_t now_s);

/* The keys that are trusted, as bits. None: the zone is as if it had never been configured (RFC
 * 5011, 5). */
uint32_t rollover_trusted(const struct trust_point *p);

/* Returns the key with this DS, or NULL. */
struct anchor_key *rollover_find(struct trust_point *p, const struct ds *ds);

/* Follows one more key, in ANCHOR_START. Some places are kept for what is configured, which takes
 * the place of one that is not where all are used. Returns NULL when there is none. Keys may change
 * their places by it. */
struct anchor_key *rollover_add(struct trust_point *p, const struct ds *ds, bool is_configured);

/* Forgets what is in ANCHOR_START, and lets those start over that have lost all who signed for
 * them. */
void rollover_tidy(struct trust_point *p);

#endif
