/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/timeline.h"

#include <stdlib.h>

bool timeline_init(
        struct timeline *t, const struct name *zone, unsigned zsks, unsigned sets, unsigned periods)
{
	*t = (struct timeline){ .zone = *zone,
		.zsks = calloc(zsks + 1, sizeof(*t->zsks)),
		.sets = calloc(sets + 1, sizeof(*t->sets)),
		.periods = calloc(periods + 1, sizeof(*t->periods)) };
	return t->zsks && t->sets && t->periods;
}

void timeline_fini(struct timeline *t)
{
	for (unsigned i = 0; i < t->zsk_count; i++)
		signkey_free(t->zsks[i].key);
	for (unsigned i = 0; i < t->set_count; i++)
		key_records_fini(&t->sets[i]);
	free(t->zsks);
	free(t->sets);
	free(t->periods);
	*t = (struct timeline){ .zone = t->zone };
}

const struct timeline_zsk *timeline_find_zsk(
        const struct timeline *t, uint8_t algorithm, uint16_t tag)
{
	for (unsigned i = 0; i < t->zsk_count; i++) {
		if (signkey_algorithm(t->zsks[i].key) == algorithm && t->zsks[i].tag == tag)
			return &t->zsks[i];
	}
	return NULL;
}

/* Returns the index of the period of a time, or -1 before the first one. */
static int timeline_index(const struct timeline *t, int64_t now_s)
{
	int found = -1;

	for (unsigned i = 0; i < t->period_count && t->periods[i].from_s <= now_s; i++)
		found = (int)i;
	return found;
}

const struct timeline_period *timeline_at(const struct timeline *t, int64_t now_s)
{
	int found = timeline_index(t, now_s);

	return found < 0 ? NULL : &t->periods[found];
}

int64_t timeline_end_s(const struct timeline *t)
{
	return t->period_count > 0 ? t->periods[t->period_count - 1].until_s : 0;
}

static int64_t records_last_s(const struct key_records *r, int64_t now_s)
{
	const struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey };

	return presigned_all_last_s(sets, sizeof(sets) / sizeof(sets[0]), &r->dnskey, now_s);
}

/* Signatures of a period count only in it: afterwards the sets are those of the next one. */
int64_t timeline_lasts_s(const struct timeline *t, int64_t now_s)
{
	int first = timeline_index(t, now_s);
	int64_t start_s = now_s; /* until here all is covered */

	for (unsigned i = first < 0 ? t->period_count : (unsigned)first; i < t->period_count; i++) {
		const struct timeline_period *p = &t->periods[i];
		bool is_last = i + 1 == t->period_count;
		int64_t lasts_s = records_last_s(p->records, start_s);
		if (lasts_s == INT64_MAX && is_last)
			return INT64_MAX;
		if (lasts_s >= 0 && (is_last || lasts_s < p->until_s - 1 - start_s))
			return start_s - now_s + lasts_s;
		if (lasts_s < 0)
			break;
		start_s = p->until_s;
	}
	return start_s - now_s - 1;
}
