/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"
#include "lifethefts.h"

struct world *theft_world(const struct scenario *given, unsigned hours)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	world_init(w, given);
	assert_true(world_live(w, w->now_s + hours * HOUR));
	return w;
}

void theft_live(struct world *w, unsigned hours)
{
	if (!world_live(w, w->now_s + hours * HOUR))
		fail_msg("%s", w->broken);
}

void theft_order(struct world *w, enum life_order order, uint16_t tag)
{
	struct complaint error = { "" };

	if (!life_take_order(&w->life, &w->policy, order, tag, &error))
		fail_msg("%s", error.text);
	w->disk = w->life;
}

uint64_t theft_bit(const struct life_key *k)
{
	return (uint64_t)1 << (k->tag - WORLD_FIRST_TAG);
}

uint64_t theft_stolen(const struct world *w)
{
	uint64_t stolen = 0;

	for (unsigned i = 0; i < w->life.count; i++)
		if (w->life.keys[i].is_compromised)
			stolen |= theft_bit(&w->life.keys[i]);
	return stolen;
}

/* True if some cache has a DS, and a DNSKEY RRset to which it leads, with a stolen key in it. */
bool theft_is_trusted(const struct world *w, uint64_t stolen)
{
	for (unsigned d = 0; d < w->ds_sets.count; d++)
		for (unsigned n = 0; n < w->key_sets.count; n++) {
			const struct cached_view *keys = &w->key_sets.views[n];
			if ((w->ds_sets.views[d].a & keys->a & keys->b) && (keys->a & stolen))
				return true;
		}
	return false;
}

struct life_key *theft_newest(struct world *w, enum life_role role)
{
	struct life_key *newest = NULL;

	for (unsigned i = 0; i < w->life.count; i++)
		if (w->life.keys[i].role == role && !life_is_gone(&w->life.keys[i]))
			newest = &w->life.keys[i];
	return newest;
}
