/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One response being judged: what is known of its RRsets so far. Private to gate/. */
#ifndef GATE_JUDGING_H
#define GATE_JUDGING_H

#include "dnssec/denial.h"
#include "gate/exempt.h"
#include "gate/gate.h"
#include "trust/chain.h"

/* What was concluded of one RRset. */
struct ruling {
	bool is_judged;
	bool is_kept; /* it may go to the client */
	struct outcome outcome;
	struct want culprit;           /* what decided: the RRset itself, or a link of its chain */
	struct proved proved;          /* when SECURE by a signature */
	uint8_t zone_labels;           /* likewise: the signer is that many labels of the owner */
	const struct rrset *made_from; /* a server made it from this one, whose proof is its own */
};

struct judging {
	struct gate *gate;
	const struct message *m;
	int64_t now_s;
	struct rrsets sets;
	struct ruling *rulings; /* by RRset */
	struct budget budget;
	unsigned sets_left; /* that may still be judged */

	/* When what is needed is not in the store: is it to be wanted, or is the set unproved? */
	bool may_want;
	bool is_lesson; /* nothing of it goes to a client: proofs count wherever they stand */
	bool wants;
	struct want want;
	bool is_provisional; /* something could not be judged that could be, with more known */

	/* The answer's outcome so far, the weakest of its parts, and the part that made it so. */
	struct outcome outcome;
	struct want culprit;
	enum exemption exemption; /* by which something of it is kept that nobody signs */
	bool is_partial; /* its chain leaves the zone, and the client was left to follow it */
	bool has_signer; /* the zone that signed the first part of it */
	struct name signer;
};

/* Groups the records of `m` and takes what it needs from the gate's arena. Returns false when the
 * message is malformed or too large to be judged. */
bool judging_begin(struct judging *j, struct gate *gate, const struct message *m, int64_t now_s);

/* Concludes for one RRset. Returns false when something is wanted first (`j->want`); otherwise its
 * ruling is filled. */
bool judge_set(struct judging *j, const struct rrset *set);

/* The same with the proof that a wildcard applies, where the set was made from one. */
bool judge_whole(struct judging *j, const struct rrset *set, struct outcome *outcome);

/* Concludes for a whole RRset that is part of the answer, and weakens the answer's outcome by it.
 * Returns false when something is wanted first. */
bool judge_part(struct judging *j, const struct rrset *set);

/* Makes the answer's outcome as weak as `outcome`, because of the named RRset. */
void judging_weaken(
        struct judging *j, struct outcome outcome, const struct name *name, uint16_t type);

/* The same for a Bogus one. */
void judging_fail(struct judging *j, enum reason reason, const struct name *name, uint16_t type);

/* Lets a set go on that is never signed, by this exemption. */
void judging_keep_unsigned(struct judging *j, struct ruling *r, enum exemption exemption);

/* Notes who signed the answer, if nobody is noted yet. */
void judging_note_signer(struct judging *j, const struct name *signer);

/* Where the chain to `name` ends in a signed zone above it, or is broken below one, something says
 * that there is another zone between: see chain_doubt(). `chain` is as it is then. */
void judging_doubts(
        struct judging *j, const struct name *name, bool by_signer, struct chain *chain);

/* The same where the zone above `name` speaks for it. */
void judging_doubts_above(struct judging *j, const struct name *name, struct chain *chain);

/* Notes what the chain wants and returns false; where nothing may be wanted, returns true. */
bool judging_wants(struct judging *j, const struct chain *chain);

/* Walks to the zone that speaks for a set, by its owner and its type. */
void judging_find_zone(struct judging *j, const struct rrset *set, struct chain *chain);

/* For checks of the response's signatures. */
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

/* Collects the verified NSEC and NSEC3 records of `zone`. Returns false when something is wanted
 * first. `ttl_s` is lowered to theirs. */
bool judge_denial_records(
        struct judging *j, const struct name *zone, struct denial *d, uint32_t *ttl_s);

#endif
