/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers show, and what follows for the waits: a wait begins when every server shows the
 * change. */
#ifndef KEYS_LIFE_LOOK_H
#define KEYS_LIFE_LOOK_H

#include "keys/life_next.h"

#define LIFE_TAGS_MAX 16

/* Tags of our keys, and of those that nobody knows. Keys of another signer (RFC 8901) are left
 * out. */
struct life_tags {
	uint16_t tags[LIFE_TAGS_MAX];
	unsigned count;
};

/* What one address of the zone's servers serves. */
struct life_server {
	bool is_reached;
	struct life_tags dnskey, ksk_signers; /* the set, and which keys signed it */
	struct life_tags zsk_signers;         /* which keys signed the SOA */
	struct life_tags cds;                 /* for which keys it has CDS records */
};

/* What one address of the parent's servers serves. A DS counts if algorithm and digest fit the key
 * of its tag. One that is not reached, after some attempts, lets the waits for DS begin anew: it
 * may show an old set meanwhile. */
struct life_parent {
	bool is_reached;
	struct life_tags ds;
	/* it has a DS that counts for no key: as one of ours, but not with its digest */
	bool has_misfit;
};

/* What is given to a step. Borrows the arrays; no servers means that nobody looked. */
struct life_observation {
	const struct life_server *servers;
	unsigned server_count;
	const struct life_parent *parents;
	unsigned parent_count;
	uint32_t key_ttl_s, zone_ttl_s, ds_ttl_s; /* the longest that were seen; or 0 */
	uint32_t in_place; /* generation of the timeline that servers are given */
	int64_t end_s;     /* of that timeline: what is later is in none; 0: there is none */
	bool has_vault, is_clock_trusted;
	bool is_synchronised; /* a time server has set the clock, as the kernel knows */
	bool is_refused; /* validators refuse what the servers serve: a self-check has failed */
	bool is_silent;  /* an address of the zone's servers does not answer, for long */
	/* servers of the parent answer, and none of them could be proved, for long */
	bool is_unproved;
	int64_t uptime_s; /* of the machine, by a clock that never steps */
	/* for how long nobody has been seen who confirms the state, after a start */
	int64_t unseen_s;
	bool is_vouched; /* an operator said to this process that the state is the newest one */
	/* since the last trusted step, by a clock that never steps; -1: not in this process */
	int64_t awake_s;
};

/* A wait for a DS counts only while somebody looks: a server of the parent may show an old set for
 * some hours. Nobody looked, if two steps are further apart than this. */
#define LIFE_BLIND_S 7200

/* A TTL that is seen counts for at most so long, or for as long as is configured. Validators and
 * caches keep nothing for longer, as a rule (RFC 8767, 4), and the signer serves no longer TTL than
 * is configured. */
#define LIFE_TTL_MAX_S (7 * 86400)

/* Turns of a zone are not further apart. */
#define LIFE_TURN_S 86400

bool life_tags_have(const struct life_tags *tags, uint16_t tag);

/* True if any server of the parent that was reached has the DS of the key. */
bool life_ds_is_seen(const struct life_observation *look, const struct life_key *k);

/* Returns false, with the reason and who must act, if a zone without keys must not be signed yet:
 * each of its servers must have been reached, and each server of the parent must have proved that
 * there is no DS. A DS is perhaps of keys that were lost. */
bool life_may_begin(
        const struct life_observation *look, enum life_actor *who, struct complaint *why);

/* True if every server of the parent was reached, and has the DS of the key. */
bool life_parents_have(const struct life_observation *look, const struct life_key *k);

/* True if every server of the parent was reached, and none has any DS. */
bool life_parents_are_bare(const struct life_observation *look);

/* Takes in what was seen. Without the vault nothing could be done about what servers show, and
 * timelines go on as they are: then only the parent counts. Returns true if that changes when
 * something is due. */
bool life_look(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s);

#endif
