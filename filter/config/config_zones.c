/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_zone *config_zone_of(const struct config_zones *zones, const struct name *name)
{
	const struct config_zone *longest = NULL;

	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];
		if (name_within(name, &zone->apex) &&
		        (!longest || name_within(&zone->apex, &longest->apex)))
			longest = zone;
	}
	return longest;
}

/* ---- Copies ---- */

/* Returns a copy of `count` items; never NULL unless memory is short. */
static void *copy_items(const void *items, size_t first, size_t count, size_t item_size)
{
	void *copy = calloc(count + 1, item_size);

	if (copy && count > 0)
		memcpy(copy, (const char *)items + first * item_size, count * item_size);
	return copy;
}

bool config_zones_copy(struct config_zones *copy, const struct config_zones *zones, unsigned index)
{
	const struct config_zone *zone = &zones->items[index];

	*copy = (struct config_zones){ .count = 1,
		.cut_count = zone->cut_count,
		.speaker_count = zone->speaker_count,
		.items = copy_items(zone, 0, 1, sizeof(*zone)),
		.cuts = copy_items(
		        zones->cuts, zone->cut_first, zone->cut_count, sizeof(*zones->cuts)),
		.speakers = copy_items(zones->speakers, zone->speaker_first, zone->speaker_count,
		        sizeof(*zones->speakers)) };
	if (!copy->items || !copy->cuts || !copy->speakers) {
		config_zones_fini(copy);
		return false;
	}
	copy->items[0].cut_first = copy->items[0].speaker_first = 0;
	return true;
}

static bool cuts_agree(const struct config_cut *a, const struct config_cut *b)
{
	bool agree = name_equal(&a->name, &b->name) && a->ds_count == b->ds_count;

	for (unsigned i = 0; agree && i < a->ds_count; i++)
		agree = span_equal(span_of(a->ds[i].octets, a->ds[i].len),
		        span_of(b->ds[i].octets, b->ds[i].len));
	return agree;
}

static bool speakers_agree(const struct network *a, const struct network *b)
{
	return a->prefix == b->prefix &&
	       span_equal(span_of(a->octets, a->len), span_of(b->octets, b->len));
}

bool config_zones_agree(
        const struct config_zones *a, unsigned of_a, const struct config_zones *b, unsigned of_b)
{
	const struct config_zone *x = &a->items[of_a], *y = &b->items[of_b];
	bool agree = name_equal(&x->apex, &y->apex) && strcmp(x->keys, y->keys) == 0 &&
	             x->max_ttl_s == y->max_ttl_s && x->nxdomain == y->nxdomain &&
	             x->empty == y->empty && x->ignores_cuts == y->ignores_cuts &&
	             x->is_kept == y->is_kept && x->cut_count == y->cut_count &&
	             x->speaker_count == y->speaker_count;

	for (unsigned i = 0; agree && i < x->cut_count; i++)
		agree = cuts_agree(&a->cuts[x->cut_first + i], &b->cuts[y->cut_first + i]);
	for (unsigned i = 0; agree && i < x->speaker_count; i++)
		agree = speakers_agree(
		        &a->speakers[x->speaker_first + i], &b->speakers[y->speaker_first + i]);
	return agree;
}

void config_zones_fini(struct config_zones *zones)
{
	free(zones->items);
	free(zones->cuts);
	free(zones->speakers);
	*zones = (struct config_zones){ 0 };
}

void config_zones_place(struct config_zones *zones, const char *timelines)
{
	for (unsigned i = 0; i < zones->count; i++) {
		struct config_zone *zone = &zones->items[i];
		if (zone->is_kept)
			snprintf(zone->keys, sizeof(zone->keys), "%s", timelines);
	}
}
