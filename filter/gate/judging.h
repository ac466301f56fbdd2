/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One response being judged, and what is concluded of its RRsets so far. Private to gate/. */
#ifndef GATE_JUDGING_H
#define GATE_JUDGING_H

#include "dnssec/denial.h"
#include "gate/exempt.h"
#include "gate/gate.h"
#include "trust/chain.h"

/* The conclusion about one RRset. */
struct ruling {
	bool is_judged;
	bool is_kept; /* it may pass to the client */
	struct outcome outcome;
	/* what decided the outcome: the RRset itself, or a link of its chain */
	struct want culprit;
	/* If a signature holds: `proved` is filled, and the signer is the last `zone_labels` labels
	 * of the owner. The outcome is Secure, or Insecure if the key is too small. */
	bool is_proved;
	struct proved proved;
	uint8_t zone_labels;
	bool is_made_up; /* a DNS64 made it up; `proved` has its TTLs (gate/dns64.h) */
	/* the DNAME that a server made it from, whose proof it shares; or NULL */
	const struct rrset *made_from;
};

/* True if the TTLs of the RRset are limited by `proved`. */
static inline bool ruling_limits_ttl(const struct ruling *r)
{
	return r->is_proved || r->is_made_up;
}

struct judging {
	struct gate *gate;
	const struct message *m;
	int64_t now_s;
	struct rrsets sets;
	struct ruling *rulings; /* by RRset */
	struct budget budget;
	unsigned sets_left; /* RRsets that may still be judged */

	/* If something is not in the store, is it wanted, or does the RRset count as unproved? */
	bool may_want;
	/* a response to a fetch: no client gets it, and proofs count in any section */
	bool is_lesson;
	bool wants;
	struct want want;
	bool is_renewing; /* a lesson found a key that its zone did not have: see trust/renewal.h */
	bool is_provisional; /* a later judgement, with more known, could conclude more */

	/* The answer's outcome so far, the weakest of its parts, and the part that decided it. */
	struct outcome outcome;
	struct want culprit;
	enum exemption exemption; /* the exemption by which unsigned records are kept */
	bool is_partial;    /* the chain leaves the zone, and the client follows the rest itself */
	bool is_name_error; /* NOERROR, though the zone proves NXDOMAIN for the last name */
	bool has_signer;    /* `signer` is the zone that signed the answer's first part */
	struct name signer;
};

/* Groups the records of `m` and takes memory from the gate's arena. Returns false if the message is
 * malformed or too large to judge. */
bool judging_begin(struct judging *j, struct gate *gate, const struct message *m, int64_t now_s);

/* Begins to judge the message of `before` once more, with a full budget and nothing concluded.
 * `before` may be `j`. Returns false if the arena is full. */
bool judging_again(struct judging *j, const struct judging *before);

/* Judges one RRset. Returns true with its ruling filled, or false if something is wanted first
 * (`j->want`). */
bool judge_set(struct judging *j, const struct rrset *set);

/* Does the first part of judge_set(): looks for a signature that holds (`is_proved`), without
 * asking the zone of the owner whether there should be one. Returns false if something is wanted
 * first. */
bool judge_signatures(struct judging *j, const struct rrset *set);

/* Judges one RRset as judge_set() does, and also, if it was expanded from a wildcard, the proof
 * that the wildcard applies. */
bool judge_whole(struct judging *j, const struct rrset *set, struct outcome *outcome);

/* Judges an RRset that is part of the answer, and weakens the answer's outcome accordingly. Returns
 * false if something is wanted first. */
bool judge_part(struct judging *j, const struct rrset *set);

/* Weakens the answer's outcome to `outcome`, because of the named RRset. Never strengthens it. */
void judging_weaken(
        struct judging *j, struct outcome outcome, const struct name *name, uint16_t type);

/* Weakens the answer's outcome to Bogus with `reason`. */
void judging_fail(struct judging *j, enum reason reason, const struct name *name, uint16_t type);

/* Keeps an RRset that is never signed, by this exemption. */
void judging_keep_unsigned(struct judging *j, struct ruling *r, enum exemption exemption);

/* Notes which zone signed the answer, if none is noted yet. */
void judging_note_signer(struct judging *j, const struct name *signer);

/* Call it if something says that there is another zone between the end of the chain and `name`.
 * Applies if the chain ends in a signed zone above the name, or is broken below one: see
 * chain_doubt(). Updates `chain`. */
void judging_doubts(
        struct judging *j, const struct name *name, bool by_signer, struct chain *chain);

/* As judging_doubts(), for data that the zone above `name` holds. */
void judging_doubts_above(struct judging *j, const struct name *name, struct chain *chain);

/* Notes what the chain wants and returns false. If nothing may be wanted, returns true. */
bool judging_wants(struct judging *j, const struct chain *chain);

/* Walks to the zone that holds a set, by the set's owner and type. */
void judging_find_zone(struct judging *j, const struct rrset *set, struct chain *chain);

/* Returns what checks of the response's signatures need. */
static inline struct verifier judging_verifier(struct judging *j)
{
	return (struct verifier){ .crypto = j->gate->crypto,
		.arena = &j->gate->arena,
		.budget = &j->budget,
		.sets = &j->sets,
		.now_s = j->now_s };
}

static inline struct ruling *ruling_of(struct judging *j, const struct rrset *set)
{
	return &j->rulings[rrset_index(&j->sets, set)];
}

/* Collects the verified NSEC and NSEC3 records of `zone`. Lowers `ttl_s` to theirs. Returns false
 * if something is wanted first. */
bool judge_denial_records(
        struct judging *j, const struct name *zone, struct denial *d, uint32_t *ttl_s);

#endif
