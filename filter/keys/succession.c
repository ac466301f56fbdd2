/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/succession.h"

static bool may_be_chosen(const struct keypair *k)
{
	return k->key && !keypair_is_ksk(k);
}

/* Without times, a key is active since ever. */
static int64_t activated_s(const struct keypair *k)
{
	if (k->times.is_timed && k->times.activate_s == 0)
		return INT64_MAX;
	return k->times.activate_s;
}

/* Which key is better at a time: the highest first. */
enum zsk_rank { ZSK_DELETED, ZSK_FUTURE, ZSK_FORMER, ZSK_ACTIVE };

static enum zsk_rank rank(const struct keypair *k, int64_t now_s)
{
	if (key_is_active(&k->times, now_s))
		return ZSK_ACTIVE;
	if (k->times.delete_s && k->times.delete_s <= now_s)
		return ZSK_DELETED;
	return activated_s(k) <= now_s ? ZSK_FORMER : ZSK_FUTURE;
}

static bool is_better(const struct keypair *a, const struct keypair *b, int64_t now_s)
{
	enum zsk_rank rank_a = rank(a, now_s), rank_b = rank(b, now_s);

	if (rank_a != rank_b)
		return rank_a > rank_b;
	return rank_a != ZSK_FUTURE ? activated_s(a) > activated_s(b)
	                            : activated_s(a) < activated_s(b);
}

int succession_at(const struct keypair *keys, unsigned count, int64_t now_s, int *ambiguous)
{
	int best = -1, equal = -1;

	for (unsigned i = 0; i < count; i++) {
		if (!may_be_chosen(&keys[i]))
			continue;
		if (best < 0 || is_better(&keys[i], &keys[best], now_s)) {
			best = (int)i;
			equal = -1;
		} else if (!is_better(&keys[best], &keys[i], now_s)) {
			equal = (int)i;
		}
	}
	if (ambiguous)
		*ambiguous = equal;
	return equal >= 0 && ambiguous ? -1 : best;
}

/* Returns the first of the keys that are activated after `now_s`; -1 if none is. */
static int activated_after(const struct keypair *keys, unsigned count, int64_t now_s)
{
	int first = -1;

	for (unsigned i = 0; i < count; i++) {
		int64_t from_s = activated_s(&keys[i]);
		if (may_be_chosen(&keys[i]) && from_s > now_s && from_s < INT64_MAX &&
		        (first < 0 || from_s < activated_s(&keys[first])))
			first = (int)i;
	}
	return first;
}

struct succession succession_choose(
        const struct keypair *keys, unsigned count, int64_t now_s, int *ambiguous)
{
	struct succession s = { .next = -1 };

	s.now = succession_at(keys, count, now_s, ambiguous);
	if (s.now < 0)
		return s;
	s.next = activated_after(keys, count, now_s);
	if (s.next == s.now)
		s.next = -1;
	if (s.next < 0 && activated_s(&keys[s.now]) > 0) {
		int before = succession_at(keys, count, activated_s(&keys[s.now]) - 1, NULL);
		if (before >= 0 && before != s.now) {
			s.next = s.now;
			s.now = before;
		}
	}
	if (s.next >= 0)
		s.next_from_s = activated_s(&keys[s.next]);
	return s;
}
