/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/key_story.h"

#include <stdio.h>
#include <stdlib.h>

#include "keys/keypair.h"
#include "keys/life_move.h"
#include "keys/life_plan.h"

/* ---- Keys ---- */

static struct story_key *story_key_of(
        struct key_story *s, bool is_ksk, uint8_t algorithm, uint16_t tag)
{
	for (unsigned i = 0; i < s->key_count; i++) {
		struct story_key *k = &s->keys[i];
		if (k->is_ksk == is_ksk && k->algorithm == algorithm && k->tag == tag)
			return k;
	}
	if (s->key_count == STORY_KEYS)
		return NULL;
	struct story_key *k = &s->keys[s->key_count++];
	k->is_ksk = is_ksk;
	k->algorithm = algorithm;
	k->tag = tag;
	return k;
}

/* Adds a stretch after those of before; one that goes on like the last one prolongs it. */
static void add_stretch(struct story_key *k, int64_t from_s, int64_t until_s, unsigned deeds)
{
	struct story_stretch *last = k->count > 0 ? &k->stretches[k->count - 1] : NULL;

	if (last && from_s < last->until_s)
		from_s = last->until_s;
	if (!deeds || from_s >= until_s)
		return;
	if (last && last->until_s == from_s && last->deeds == deeds)
		last->until_s = until_s;
	else if (k->count < STORY_STRETCHES)
		k->stretches[k->count++] = (struct story_stretch){ from_s, until_s, deeds };
}

unsigned story_deeds_at(const struct story_key *k, int64_t at_s)
{
	for (unsigned i = 0; i < k->count; i++) {
		if (k->stretches[i].from_s <= at_s && at_s < k->stretches[i].until_s)
			return k->stretches[i].deeds;
	}
	return 0;
}

/* ---- The timeline ---- */

static bool has_signature_of(const struct presigned *set, uint8_t algorithm, uint16_t tag)
{
	for (unsigned i = 0; i < set->rrsig_count; i++) {
		const struct presigned_rrsig *sig = &set->rrsigs[i];
		if (sig->tag == tag && sig->rdata.len > 2 && sig->rdata.base[2] == algorithm)
			return true;
	}
	return false;
}

static bool signs_in(const struct timeline_period *p, uint8_t algorithm, uint16_t tag)
{
	for (unsigned i = 0; i < p->signer_count; i++) {
		if (p->signers[i]->tag == tag && signkey_algorithm(p->signers[i]->key) == algorithm)
			return true;
	}
	return false;
}

static void tell_dnskey(
        struct key_story *s, const struct timeline_period *p, const struct dnskey *key)
{
	bool is_ksk = key->flags & DNSKEY_SEP;
	struct story_key *k = story_key_of(s, is_ksk, key->algorithm, key->tag);
	unsigned deeds = STORY_PUBLISHED;

	if (is_ksk ? has_signature_of(&p->records->dnskey, key->algorithm, key->tag)
	           : signs_in(p, key->algorithm, key->tag))
		deeds |= STORY_SIGNS;
	for (unsigned i = 0; i < p->records->cdnskey.count; i++) {
		struct dnskey synced;
		if (dnskey_read(p->records->cdnskey.rdatas[i], &synced) && synced.tag == key->tag &&
		        synced.algorithm == key->algorithm)
			deeds |= STORY_SYNCED;
	}
	if (k)
		add_stretch(k, p->from_s, p->until_s, deeds);
}

static void tell_timeline_period(struct key_story *s, const struct timeline_period *p)
{
	const struct presigned *set = &p->records->dnskey;

	for (unsigned i = 0; i < set->count; i++) {
		struct dnskey key;
		if (dnskey_read(set->rdatas[i], &key))
			tell_dnskey(s, p, &key);
	}
	/* while the algorithm changes, a ZSK signs that is not published */
	for (unsigned i = 0; i < p->signer_count; i++) {
		struct story_key *k = story_key_of(
		        s, false, signkey_algorithm(p->signers[i]->key), p->signers[i]->tag);
		if (k && !story_deeds_at(k, p->from_s))
			add_stretch(k, p->from_s, p->until_s, STORY_SIGNS);
	}
}

/* ---- The state: before the timeline, and after it ---- */

/* Returns from when on a key was in the DNSKEY RRset; 0: it never was. */
static int64_t published_from_s(const struct life_key *k)
{
	const struct life_mark *mark = &k->marks[LIFE_DNSKEY];

	if (!mark->changed_s)
		return 0;
	if (mark->stage == LIFE_RUMOURED)
		return mark->changed_s;
	int64_t begin_s = k->role == LIFE_ZSK && k->publish_s ? k->publish_s : k->made_s;
	return begin_s < mark->changed_s ? begin_s : mark->changed_s;
}

/* A deed of the past: from when to when. */
struct past_deed {
	enum story_deed deed;
	int64_t from_s, until_s;
};

/* Two records that all caches came to know in the same second came out together, too. */
static struct past_deed past_deed(
        const struct life_key *k, enum life_record record, enum story_deed deed, int64_t begin_s)
{
	const struct life_mark *mark = &k->marks[record];
	bool is_out = life_is_out(k, record);
	int64_t from_s = is_out ? mark->changed_s : begin_s;

	if (!mark->changed_s || !begin_s)
		return (struct past_deed){ deed, 0, 0 };
	if (record == LIFE_DNSKEY || mark->changed_s == k->marks[LIFE_DNSKEY].changed_s)
		from_s = begin_s;
	return (struct past_deed){ deed, from_s, is_out ? INT64_MAX : mark->changed_s };
}

/* Adds the stretches between the beginnings and ends of the deeds, until the timeline begins. */
static void tell_past(struct story_key *k, const struct life_key *state, int64_t until_s)
{
	enum life_record signs = state->role == LIFE_KSK ? LIFE_KRRSIG : LIFE_ZRRSIG;
	int64_t begin_s = published_from_s(state);
	struct past_deed deeds[] = { past_deed(state, LIFE_DNSKEY, STORY_PUBLISHED, begin_s),
		past_deed(state, signs, STORY_SIGNS, begin_s),
		past_deed(state, LIFE_DS, STORY_SYNCED, begin_s) };

	for (int64_t at_s = begin_s; begin_s && at_s < until_s;) {
		int64_t next_s = until_s;
		unsigned now = 0;
		for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
			if (deeds[i].from_s <= at_s && at_s < deeds[i].until_s)
				now |= deeds[i].deed;
			if (deeds[i].from_s > at_s && deeds[i].from_s < next_s)
				next_s = deeds[i].from_s;
			if (deeds[i].until_s > at_s && deeds[i].until_s < next_s)
				next_s = deeds[i].until_s;
		}
		add_stretch(k, at_s, next_s, now);
		at_s = next_s;
	}
}

static void tell_state(struct key_story *s, int64_t until_s)
{
	for (unsigned i = 0; i < s->life->count; i++) {
		const struct life_key *state = &s->life->keys[i];
		struct story_key *k =
		        story_key_of(s, state->role == LIFE_KSK, state->algorithm, state->tag);
		if (!k)
			continue;
		k->state = state;
		k->made_s = state->made_s;
		tell_past(k, state, until_s);
	}
}

static unsigned planned_deeds(const struct life_period *p, unsigned index)
{
	uint32_t bit = 1u << index;

	return (p->published & bit ? STORY_PUBLISHED : 0u) |
	       ((p->ksk_signers | p->zsk_signers) & bit ? STORY_SIGNS : 0u) |
	       (p->synced & bit ? STORY_SYNCED : 0u);
}

/* What the rolls of ZSKs will do after the timeline ends, with the keys that there are. */
static void tell_plan(struct key_story *s, const struct life_policy *policy, int64_t from_s)
{
	struct life_period periods[LIFE_PERIODS_MAX];
	struct life_policy further = *policy;

	further.ahead_s = STORY_AHEAD_S;
	unsigned count = life_plan(s->life, &further, periods);
	for (unsigned p = 0; p < count; p++) {
		int64_t begin_s = periods[p].from_s > from_s ? periods[p].from_s : from_s;
		for (unsigned i = 0; i < s->life->count; i++) {
			const struct life_key *state = &s->life->keys[i];
			struct story_key *k = story_key_of(
			        s, state->role == LIFE_KSK, state->algorithm, state->tag);
			if (k)
				add_stretch(k, begin_s, periods[p].until_s,
				        planned_deeds(&periods[p], i));
		}
	}
}

/* ---- Steps ---- */

static void add_step(
        struct key_story *s, unsigned key, enum story_deed deed, bool begins, int64_t at_s)
{
	if (s->step_count < STORY_STEPS)
		s->steps[s->step_count++] = (struct story_step){ at_s, key, deed, begins };
}

/* Adds what changes for a key at the beginning of a stretch, and at its end if it does nothing
 * then. */
static void add_steps_of(struct key_story *s, unsigned key, int64_t last_s)
{
	static const enum story_deed deeds[] = { STORY_PUBLISHED, STORY_SIGNS, STORY_SYNCED };
	const struct story_key *k = &s->keys[key];

	for (unsigned i = 0; i < 2 * k->count; i++) {
		const struct story_stretch *stretch = &k->stretches[i / 2];
		int64_t at_s = i % 2 ? stretch->until_s : stretch->from_s;
		bool goes_on = i % 2 && i / 2 + 1 < k->count && stretch[1].from_s == at_s;
		if (at_s >= last_s || goes_on)
			continue;
		unsigned before = story_deeds_at(k, at_s - 1), after = story_deeds_at(k, at_s);
		for (size_t d = 0; d < sizeof(deeds) / sizeof(deeds[0]); d++) {
			if ((before ^ after) & deeds[d])
				add_step(s, key, deeds[d], after & deeds[d], at_s);
		}
	}
}

/* When the next rolls begin by themselves. A ZSK that waits to be published shows its roll
 * already. */
static void add_rolls(struct key_story *s, const struct life_policy *policy)
{
	const struct life_key *carrier = life_carrier(s->life, 0, NULL);
	const struct life_key *latest = NULL;

	for (unsigned i = 0; i < s->life->count; i++) {
		const struct life_key *k = &s->life->keys[i];
		if (k->role == LIFE_ZSK && !k->is_leaving)
			latest = k;
	}
	for (unsigned i = 0; s->life->is_signed && i < s->key_count; i++) {
		const struct life_key *k = s->keys[i].state;
		if (k && k == latest && k->marks[LIFE_DNSKEY].changed_s)
			add_step(s, i, STORY_ROLL, true, k->publish_s + policy->zsk_life_s);
		if (k && k == carrier && policy->ksk_life_s)
			add_step(s, i, STORY_ROLL, true, k->made_s + policy->ksk_life_s);
	}
}

static int order_steps(const void *a, const void *b)
{
	const struct story_step *one = a, *other = b;

	if (one->at_s != other->at_s)
		return one->at_s < other->at_s ? -1 : 1;
	if (one->begins != other->begins)
		return one->begins ? -1 : 1;
	return one->key != other->key ? (one->key < other->key ? -1 : 1)
	                              : (int)one->deed - (int)other->deed;
}

const char *story_sentence(
        const struct key_story *s, const struct story_step *step, char text[static STORY_SENTENCE])
{
	static const char *const words[][2] = {
		[STORY_PUBLISHED] = { "leaves the DNSKEY RRset", "comes into the DNSKEY RRset" },
		[STORY_SIGNS] = { "signs no more", "begins to sign" },
		[STORY_SYNCED] = { "is named by CDS and CDNSKEY no more",
		        "is named by CDS and CDNSKEY" },
		[STORY_ROLL] = { "", "is to be followed by another" },
	};
	const struct story_key *k = &s->keys[step->key];

	snprintf(text, STORY_SENTENCE, "%s %u %s", k->is_ksk ? "KSK" : "ZSK", k->tag,
	        words[step->deed][step->begins]);
	return text;
}

unsigned story_past_steps(const struct key_story *s)
{
	unsigned past = 0;

	while (past < s->step_count && s->steps[past].at_s <= s->now_s)
		past++;
	return past;
}

bool story_is_plan(const struct key_story *s, const struct story_step *step)
{
	return s->end_s && step->at_s >= s->end_s;
}

static int order_story_keys(const void *a, const void *b)
{
	const struct story_key *one = a, *other = b;
	int64_t from_s = one->count ? one->stretches[0].from_s : INT64_MAX;
	int64_t other_s = other->count ? other->stretches[0].from_s : INT64_MAX;

	if (one->is_ksk != other->is_ksk)
		return one->is_ksk ? -1 : 1;
	return from_s != other_s ? (from_s < other_s ? -1 : 1) : (int)one->tag - (int)other->tag;
}

/* All that is known, from the past on. */
static void tell_stretches(struct key_story *s, const struct life_policy *policy)
{
	const struct timeline *t = s->timeline;

	if (s->life)
		tell_state(s, t->period_count > 0 ? t->periods[0].from_s : s->now_s);
	for (unsigned i = 0; i < t->period_count; i++)
		tell_timeline_period(s, &t->periods[i]);
	if (t->period_count > 0 && t->periods[t->period_count - 1].until_s != TIMELINE_NO_END)
		s->end_s = t->periods[t->period_count - 1].until_s;
	if (s->life && policy && (s->end_s || t->period_count == 0))
		tell_plan(s, policy, s->end_s ? s->end_s : s->now_s);
	qsort(s->keys, s->key_count, sizeof(s->keys[0]), order_story_keys);
}

void key_story_tell(struct key_story *s, const struct timeline *t, const struct life *life,
        const struct life_policy *policy, int64_t now_s)
{
	int64_t last_s; /* nobody knows whether a deed ends then */

	*s = (struct key_story){ .zone = t->zone, .now_s = now_s, .timeline = t, .life = life };
	tell_stretches(s, policy);
	last_s = s->end_s ? s->end_s : INT64_MAX;
	if (life && policy && (s->end_s || t->period_count == 0)) {
		last_s = life->last_s + STORY_AHEAD_S;
		add_rolls(s, policy);
	}
	for (unsigned i = 0; i < s->key_count; i++)
		add_steps_of(s, i, last_s);
	qsort(s->steps, s->step_count, sizeof(s->steps[0]), order_steps);
}
