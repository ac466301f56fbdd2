/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each key of a zone does from when to when, for people: from its timeline, and from the state
 * of its keys for what was before and comes after it. Pure; story_*.h writes it in several
 * forms. */
#ifndef KEYS_KEY_STORY_H
#define KEYS_KEY_STORY_H

#include "keys/life_policy.h"
#include "keys/timeline.h"

#define STORY_KEYS      32 /* of a timeline that has more, the others are left out */
#define STORY_STRETCHES 96 /* of one key: each period may be another one */
#define STORY_AHEAD_S   (INT64_C(45) * 86400) /* after now: so far what is planned is told */

/* What a key does, as bits. */
enum story_deed {
	STORY_PUBLISHED = 1 << 0, /* it is in the DNSKEY RRset */
	STORY_SIGNS = 1 << 1,     /* a KSK the DNSKEY, CDS and CDNSKEY RRsets, a ZSK all others */
	STORY_SYNCED = 1 << 2,    /* CDS and CDNSKEY name it: the parent is to have its DS */
	STORY_ROLL = 1 << 3,      /* of a step: another key is to follow it from then on */
};

/* The deeds that are the same all that time. */
struct story_stretch {
	int64_t from_s, until_s;
	unsigned deeds;
};

struct story_key {
	bool is_ksk;
	uint8_t algorithm;
	uint16_t tag;
	int64_t made_s;               /* 0: nobody knows */
	const struct life_key *state; /* borrowed; NULL: there is none */
	unsigned count;
	struct story_stretch stretches[STORY_STRETCHES]; /* in order; in the gaps it does nothing */
};

/* A beginning or an end of a deed. A roll only begins. */
struct story_step {
	int64_t at_s;
	unsigned key; /* its index */
	enum story_deed deed;
	bool begins;
};

#define STORY_STEPS (STORY_KEYS * 8) /* of more, those that come last are left out */

struct key_story {
	struct name zone;
	int64_t now_s;
	const struct timeline *timeline; /* borrowed */
	const struct life *life;         /* borrowed; or NULL */
	int64_t end_s; /* of the timeline; what is later is a plan; 0: no end is known */
	unsigned key_count;
	struct story_key keys[STORY_KEYS]; /* KSKs first, then by age */
	unsigned step_count;
	struct story_step steps[STORY_STEPS]; /* in order of time */
};

/* Tells the story at `now_s`. `life` and `policy` may be NULL: then the timeline alone is told. Of
 * a key that changed long ago, the state knows the last change of each record only, so an earlier
 * one counts as made with it. */
void key_story_tell(struct key_story *s, const struct timeline *t, const struct life *life,
        const struct life_policy *policy, int64_t now_s);

/* Returns what the key does at a time: the first three bits. */
unsigned story_deeds_at(const struct story_key *k, int64_t at_s);

/* Returns how many steps there were until now. */
unsigned story_past_steps(const struct key_story *s);

/* True if a step is later than the end of the timeline. */
bool story_is_plan(const struct key_story *s, const struct story_step *step);

/* Writes what happens: "ZSK 12345 begins to sign". */
#define STORY_SENTENCE 80
const char *story_sentence(
        const struct key_story *s, const struct story_step *step, char text[static STORY_SENTENCE]);

#endif
