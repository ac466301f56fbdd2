/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rollover of a zone's trust anchors (RFC 5011): the states of its keys, what changes them, and
 * when to ask again. The functions get what was seen and the time, and do no I/O.
 *
 * A key is identified by its DS, computed with the REVOKE bit clear. So a key that was configured
 * as a DS can be followed like one that was configured as a DNSKEY. */
#ifndef TRUST_ROLLOVER_H
#define TRUST_ROLLOVER_H

#include "dnssec/ds.h"

#define ROLLOVER_HOLD_S (30 * 86400) /* both hold-down times (RFC 5011, 2.4.1 and 2.4.2) */

/* Bounds of active refresh (RFC 5011, 2.3). */
#define ROLLOVER_INTERVAL_MIN_S 3600
#define ROLLOVER_INTERVAL_MAX_S (15 * 86400)
#define ROLLOVER_RETRY_MAX_S    86400

/* The states of RFC 5011, 4.2. ANCHOR_START is the state of a key that has no state yet, or has
 * lost it. */
enum anchor_state {
	ANCHOR_START,
	ANCHOR_ADD_PENDING, /* seen, but not trusted until the hold-down time is over */
	ANCHOR_VALID,       /* trusted */
	ANCHOR_MISSING,     /* trusted, but missing in the last valid RRset */
	ANCHOR_REVOKED,     /* never trusted again */
	ANCHOR_REMOVED,     /* never trusted again, and no longer published */
	ANCHOR_STATES,
};

/* The events of RFC 5011, 4.1. */
enum anchor_event {
	EVENT_NONE,        /* none of the events below */
	EVENT_NEW_KEY,     /* a valid RRset has the key, which is a SEP key */
	EVENT_KEY_PRESENT, /* a valid RRset has the key */
	EVENT_KEY_REMOVED, /* a valid RRset lacks the key */
	EVENT_ADD_TIME,    /* a valid RRset has the key, and the hold-down time is over */
	EVENT_REMOVE_TIME, /* (a revoked key) no valid RRset has had it for 30 days */
	EVENT_REVOKED,     /* the key has the REVOKE bit and has signed the RRset */
	ANCHOR_EVENTS,
};

/* Returns the next state by the state table of RFC 5011, 4. Where the table is empty, the state
 * stays. One exception: a pending key that revokes itself is never trusted again (RFC 5011, 3). */
enum anchor_state anchor_next(enum anchor_state state, enum anchor_event event);

/* Returns "start", "pending", "valid", "missing", "revoked" or "removed". */
const char *anchor_state_text(enum anchor_state state);

static inline bool anchor_is_trusted(enum anchor_state state)
{
	return state == ANCHOR_VALID || state == ANCHOR_MISSING;
}

/* True for the states from which a key never becomes trusted. */
static inline bool anchor_is_dead(enum anchor_state state)
{
	return state == ANCHOR_REVOKED || state == ANCHOR_REMOVED;
}

#define TRUST_POINT_KEYS 32 /* keys followed at a time; a set of them is 32 bits */

/* Times are seconds since 1970. */
struct anchor_key {
	struct ds ds;
	enum anchor_state state;
	bool is_configured; /* the key is in the operator's configuration */
	int64_t since_s;    /* when the key entered its state */
	int64_t seen_s;     /* when a valid RRset last had the key, revoked or not; 0: never */
	int64_t hold_s;     /* ADD_PENDING: when the hold-down time ends */
	/* ADD_PENDING: the keys that signed the RRset in which the key was first seen */
	uint32_t signers;
};

/* The anchors of one zone, which RFC 5011 calls a trust point. */
struct trust_point {
	struct name zone;
	unsigned count;
	struct anchor_key keys[TRUST_POINT_KEYS];
	int64_t seen_s; /* when the last valid RRset was seen; 0: never */
	int64_t next_s; /* when to ask again; 0: now */
	/* Of the signatures on that RRset: the smallest original TTL, the shortest time left. */
	uint32_t original_ttl_s, left_s;
};

/* The keys in one DNSKEY RRset of the zone. Each key is a bit, by its place in the trust
 * point. observation.h reads it. */
struct observation {
	uint32_t present; /* keys in the RRset with REVOKE clear */
	uint32_t marked;  /* keys in the RRset with REVOKE set */
	uint32_t revoked; /* the `marked` keys that signed the RRset */
	uint32_t signers; /* the trusted `present` keys that signed the RRset */
	unsigned new_count;
	struct ds new_keys[LIMIT_KEYS];  /* SEP keys that are not followed yet */
	uint32_t original_ttl_s, left_s; /* as above, of the signatures by `signers` */
};

/* A change that an observation caused, for the log. */
struct anchor_change {
	struct ds ds;
	enum anchor_state from, to;
	int64_t hold_s; /* to ADD_PENDING: when the hold-down time ends */
};

struct rollover_report {
	bool is_valid;      /* a trusted key signed the RRset, so all its keys count */
	bool trust_changed; /* the set of trusted keys changed */
	unsigned count;
	struct anchor_change changes[TRUST_POINT_KEYS];
};

/* Applies what was seen at `now_s`. If no trusted key signed the RRset, only self-revocations
 * count. A new key is pending for ROLLOVER_HOLD_S, or for the original TTL if that is longer. Its
 * time starts over if a valid RRset lacks it once, or if none of the keys that signed for it is
 * trusted any more (RFC 5011, 2.2). At most LIMIT_ANCHOR_KEYS keys are trusted at a time: above
 * that, pending keys stay pending. */
void rollover_observe(struct trust_point *p, const struct observation *o, int64_t now_s,
        struct rollover_report *report);

/* Notes that the query failed: the next try is due later. */
void rollover_failed(struct trust_point *p, int64_t now_s);

/* Returns the seconds until the next query is due; 0 if it is due now. */
int64_t rollover_wait_s(const struct trust_point *p, int64_t now_s);

/* Returns the trusted keys as bits. If there is none, the zone is treated as if it had never been
 * configured (RFC 5011, 5). */
uint32_t rollover_trusted(const struct trust_point *p);

/* Returns the key with this DS, or NULL. */
struct anchor_key *rollover_find(struct trust_point *p, const struct ds *ds);

/* Follows one more key, in ANCHOR_START. Some places are reserved for configured keys; if all
 * places are used, a configured key replaces one that is not. Returns NULL if there is no place.
 * May move other keys to other places. */
struct anchor_key *rollover_add(struct trust_point *p, const struct ds *ds, bool is_configured);

/* Lets pending keys start over if no key that signed for them is trusted any more. Then forgets the
 * keys in ANCHOR_START. */
void rollover_tidy(struct trust_point *p);

#endif
