/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_phase.h"

static bool was_ever_published(const struct life_key *k)
{
	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		if (k->marks[r].changed_s)
			return true;
	}
	return false;
}

/* A zone relies on a KSK by its DS, and on a ZSK by its signatures. */
static enum life_record relied_on(const struct life_key *k)
{
	return k->role == LIFE_KSK ? LIFE_DS : LIFE_ZRRSIG;
}

static bool is_relied_on(const struct life_key *k)
{
	return k->role == LIFE_KSK ? life_is_known(k, LIFE_DS) : life_is_out(k, LIFE_ZRRSIG);
}

enum life_phase life_phase_of(const struct life_key *k)
{
	if (!was_ever_published(k))
		return k->is_leaving ? LIFE_RETIRED : LIFE_MADE;
	if (k->is_leaving)
		return life_is_gone(k) ? LIFE_RETIRED : LIFE_RETIRING;
	if (!is_relied_on(k))
		return LIFE_PUBLISHED;
	return k->is_standby ? LIFE_STANDING_BY : LIFE_ACTIVE;
}

const char *life_phase_word(enum life_phase phase)
{
	static const char *const words[LIFE_PHASES] = { "made", "published", "standing by",
		"active", "retiring", "retired" };
	return words[phase];
}

static int64_t latest_change_s(const struct life_key *k)
{
	int64_t latest_s = k->made_s;

	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		if (k->marks[r].changed_s > latest_s)
			latest_s = k->marks[r].changed_s;
	}
	return latest_s;
}

int64_t life_phase_since_s(const struct life_key *k)
{
	switch (life_phase_of(k)) {
	case LIFE_MADE:
		return k->made_s;
	case LIFE_ACTIVE:
	case LIFE_STANDING_BY:
		return k->marks[relied_on(k)].changed_s;
	default:
		return latest_change_s(k);
	}
}

/* The successor of a ZSK that is made already, and does not sign. Of several, as after a theft, the
 * one that comes first. */
static const struct life_key *made_successor(const struct life *life, const struct life_key *k)
{
	const struct life_key *first = NULL;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *other = &life->keys[i];
		if (other->role == LIFE_ZSK && other->algorithm == k->algorithm && other != k &&
		        !other->is_leaving && life_is_hidden(other, LIFE_ZRRSIG) &&
		        (!first || other->publish_s < first->publish_s))
			first = other;
	}
	return first;
}

static int64_t zsk_ends_s(
        const struct life *life, const struct life_policy *policy, const struct life_key *k)
{
	const struct life_key *next = made_successor(life, k);
	int64_t publish_s = next ? next->publish_s : k->publish_s + policy->zsk_life_s;

	return publish_s + life_zsk_notice_s(life, policy);
}

int64_t life_phase_ends_s(
        const struct life *life, const struct life_policy *policy, const struct life_key *k)
{
	if (!life->is_signed || life_phase_of(k) != LIFE_ACTIVE)
		return 0;
	if (k->role == LIFE_ZSK)
		return zsk_ends_s(life, policy, k);
	return policy->ksk_life_s ? k->made_s + policy->ksk_life_s : 0;
}
