/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/turn_due.h"

#define DAY_S        86400
#define UNSEEN_MIN_S 5
#define UNSEEN_MAX_S 600

/* How often servers are looked at that were told only now, and do not all show it yet. Of an hour
 * five minutes. */
static int64_t soon_s(const struct life_policy *policy)
{
	return (policy->look_s + 11) / 12;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When to look for the end of the wait of one record. */
static int64_t due_of_record(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, enum life_record record, int64_t now_s)
{
	const struct life_mark *mark = &k->marks[record];
	bool is_new =
	        record != LIFE_DS && !mark->seen_s && now_s - mark->changed_s < policy->look_s;
	int64_t look_s = now_s + (is_new ? soon_s(policy) : policy->look_s);

	return earlier(look_s, life_due_s(life, policy, k, record, true));
}

bool turn_is_waiting(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			if (life_is_uncertain(&life->keys[i], r))
				return true;
		}
	}
	return false;
}

int64_t turn_due_s(const struct kept_zone *z, const struct life_policy *policy, int64_t now_s)
{
	const struct life *life = &z->life;
	int64_t due_s = now_s + DAY_S;

	if (z->end_s)
		due_s = earlier(due_s, z->end_s - policy->ahead_s + life_renewal_s(policy));
	for (unsigned i = 0; i < life->count; i++) {
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			if (life_is_uncertain(&life->keys[i], r))
				due_s = earlier(due_s,
				        due_of_record(life, policy, &life->keys[i], r, now_s));
		}
	}
	return due_s > now_s ? due_s : now_s + 1;
}

int64_t turn_due_after_failure_s(const struct life_policy *policy, int64_t due_s, int64_t now_s)
{
	int64_t again_s = now_s + soon_s(policy);

	return due_s > again_s ? earlier(due_s, now_s + policy->look_s) : again_s;
}

int64_t turn_due_unseen_s(int64_t unseen_s)
{
	return unseen_s < UNSEEN_MIN_S ? UNSEEN_MIN_S : earlier(unseen_s, UNSEEN_MAX_S);
}
