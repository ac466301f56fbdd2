/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person is told: one word for a zone, what it waits for, and when the two alarms ring. */
#ifndef KEYS_LIFE_WORD_H
#define KEYS_LIFE_WORD_H

#include "keys/life_step.h"

enum life_word {
	LIFE_SIGNING,
	LIFE_WAITING_FOR_PARENT,
	LIFE_ACTION_NEEDED,
	LIFE_INTERNAL_FAILURE,
	LIFE_UNSIGNING,
	LIFE_UNSIGNED,
	LIFE_WORDS /* how many there are */
};

/* Why somebody has to act (DNSSECKeySigningKeysNeedingAction). */
enum life_need {
	/* the vault is away, and half of the timeline is used up; or it refuses */
	LIFE_NEEDS_VAULT = 1 << 0,
	/* the parent was to have a DS for LIFE_PATIENCE_S already */
	LIFE_NEEDS_DS = 1 << 1,
	/* likewise to have it no more; or a DS that was gone is there again */
	LIFE_NEEDS_NO_DS = 1 << 2,
	/* no server of the parent has a DS any more, and one carried the zone */
	LIFE_NEEDS_DS_BACK = 1 << 3,
	/* the parent has a DS of none of the keys */
	LIFE_NEEDS_OTHER_DS = 1 << 4,
	/* a change has waited for life_renewal_s() for a server that cannot be reached, or has old
	 * data */
	LIFE_NEEDS_SERVER = 1 << 5,
	/* a KSK is stolen, and the parent has its DS still */
	LIFE_NEEDS_NEW_KSK = 1 << 6,
	/* looks at the parent are so far apart that the wait for a DS does not end */
	LIFE_NEEDS_LOOKS = 1 << 7,
	/* the parent has a DS as of one of our keys that does not fit it */
	LIFE_NEEDS_FITTING_DS = 1 << 8,
	/* the parent has a DS, and the zone has no keys */
	LIFE_NEEDS_KEY = 1 << 9,
	/* the zone is to be unsigned, and the vault cannot sign that by CDS */
	LIFE_NEEDS_DS_REMOVED = 1 << 10,
	/* an address of the zone's servers does not answer */
	LIFE_NEEDS_ADDRESS = 1 << 11,
	/* the chain of trust proves no server of the parent */
	LIFE_NEEDS_PROOF = 1 << 12,
	/* a KSK is older than the policy lets it be, by LIFE_PATIENCE_S, and its roll cannot
	 * begin */
	LIFE_NEEDS_ROLL = 1 << 13,
};

#define LIFE_PATIENCE_S (7 * 86400)
#define LIFE_START_S                                                                               \
	600 /* in which a network comes up after a start: a keeper that reaches nobody rings later */

/* Returns how much of the timeline in place must be left: with less, and no vault, somebody has to
 * act. Of 15 days seven. */
int64_t life_left_s(const struct life_policy *policy);

/* The same for an internal failure. Of 15 days three. */
int64_t life_failing_s(const struct life_policy *policy);

struct life_alarms {
	/* DNSSECInternalFailure: nothing moves, signatures end within life_failing_s(), or
	 * validators refuse the zone */
	bool has_failed;
	unsigned needs; /* of enum life_need */
};

/* Judges the state after a step with this observation and report. The timeline in place ends at
 * `end_s`; 0 if there is none. */
struct life_alarms life_judge(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, const struct life_report *report, int64_t now_s,
        int64_t end_s);

/* Returns LIFE_NEEDS_DS_REMOVED if a DS of the zone is not known to be gone from all servers of the
 * parent. For a zone that becomes unsigned without the vault. */
unsigned life_needs_ds_removed(const struct life *life);

/* The one word for the zone. */
enum life_word life_word_for(const struct life *life, struct life_alarms alarms);
const char *life_word_text(enum life_word word);

/* In place of a word, until the keeper has made the first turn of a zone. */
#define LIFE_NO_WORD_YET "not looked at yet"

/* What a registrar is to do with the DS of a KSK. */
enum life_ds_claim {
	LIFE_DS_LATER, /* not yet */
	LIFE_DS_GIVE,  /* the parent may have it, or has it */
	/* the key leaves, and carries the zone until the parent has the DS of another one */
	LIFE_DS_KEEP,
	LIFE_DS_REPLACE, /* likewise, and it is stolen: the sooner the better */
	LIFE_DS_REMOVE   /* the parent must not have it any more */
};

enum life_ds_claim life_ds_claim(
        const struct life *life, const struct life_policy *policy, const struct life_key *k);

/* Returns since when the parent may have the DS of the KSK: 0 if it may now; INT64_MAX if that is
 * not known yet. */
int64_t life_ds_from_s(
        const struct life *life, const struct life_policy *policy, const struct life_key *k);

/* Writes what the key waits for next, with the earliest time. Returns false if it waits for
 * nothing. */
bool life_tell(const struct life *life, const struct life_policy *policy, const struct life_key *k,
        struct complaint *sentence);

#endif
