/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_period.h"

/* Returns the index of the period of a time. Zones have a handful of periods, and mostly the first
 * or second counts. */
static unsigned index_at(const struct sign_periods *p, int64_t now_s)
{
	unsigned i = 0;

	while (i + 1 < p->count && p->items[i + 1].from_s <= now_s)
		i++;
	return i;
}

const struct sign_period *sign_period_at(const struct sign_periods *p, int64_t now_s)
{
	static const struct sign_period without_keys;

	return p->count > 0 ? &p->items[index_at(p, now_s)] : &without_keys;
}

bool sign_period_has_key(const struct sign_period *p, const struct signkey *key)
{
	for (unsigned i = 0; i < p->key_count; i++) {
		if (signkey_algorithm(p->keys[i].key) == signkey_algorithm(key) &&
		        span_equal(signkey_public(p->keys[i].key), signkey_public(key)))
			return true;
	}
	return false;
}

bool sign_period_signs_as(const struct sign_period *a, const struct sign_period *b)
{
	bool is_same = a->key_count == b->key_count;

	for (unsigned i = 0; is_same && i < a->key_count; i++)
		is_same = sign_period_has_key(b, a->keys[i].key);
	return is_same;
}

int64_t sign_period_end_s(const struct sign_periods *p, int64_t now_s)
{
	unsigned next = index_at(p, now_s) + 1;

	return next < p->count ? p->items[next].from_s : INT64_MAX;
}

int64_t sign_period_keys_end_s(const struct sign_periods *p, int64_t now_s)
{
	unsigned now = index_at(p, now_s), next = now + 1;

	while (next < p->count && sign_period_signs_as(&p->items[next], &p->items[now]))
		next++;
	return next < p->count ? p->items[next].from_s : INT64_MAX;
}

size_t sign_periods_longest(const struct sign_periods *p)
{
	size_t longest = 0;

	for (unsigned i = 0; i < p->count; i++) {
		for (unsigned k = 0; k < p->items[i].key_count; k++) {
			size_t octets = signkey_signature_octets(p->items[i].keys[k].key);
			if (octets > longest)
				longest = octets;
		}
	}
	return longest;
}

/* ---- Pre-made signatures ---- */

static int64_t period_lasts_s(const struct sign_period *period, int64_t from_s)
{
	const struct presigned *sets[] = { &period->dnskey, &period->cds, &period->cdnskey };

	return presigned_all_last_s(sets, sizeof(sets) / sizeof(sets[0]), &period->dnskey, from_s);
}

int64_t sign_periods_last_s(const struct sign_periods *p, int64_t now_s)
{
	int64_t from_s = now_s;

	for (unsigned i = index_at(p, now_s); i < p->count; i++) {
		int64_t end_s = i + 1 < p->count ? p->items[i + 1].from_s : INT64_MAX;
		int64_t lasts_s = period_lasts_s(&p->items[i], from_s);
		if (lasts_s != INT64_MAX && (end_s == INT64_MAX || lasts_s < end_s - 1 - from_s))
			return from_s + lasts_s - now_s;
		from_s = end_s;
	}
	return INT64_MAX;
}

int64_t sign_periods_span_s(const struct sign_periods *p)
{
	uint32_t first = 0, last = 0;
	bool is_begun = false;

	for (unsigned i = 0; i < p->count; i++) {
		const struct presigned *set = &p->items[i].dnskey;
		for (unsigned k = 0; k < set->rrsig_count; k++) {
			const struct presigned_rrsig *r = &set->rrsigs[k];
			if (!is_begun || (int32_t)(r->inception - first) < 0)
				first = r->inception;
			if (!is_begun || (int32_t)(r->expiration - last) > 0)
				last = r->expiration;
			is_begun = true;
		}
	}
	return (int32_t)(last - first);
}
