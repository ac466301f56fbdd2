/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/timeline_watch.h"

#include <limits.h>
#include <stdlib.h>

#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"

struct watched_timeline {
	struct name apex;
	struct file_identity identity;
};

/* Returns what was seen of the zone at the look before, or NULL. `*next` goes on with the zones of
 * the policy. */
static const struct watched_timeline *seen_before(
        const struct timeline_watch *w, const struct name *apex, unsigned *next)
{
	while (*next < w->count && sign_policy_order(&w->items[*next].apex, apex) < 0)
		++*next;
	return *next < w->count && name_equal(&w->items[*next].apex, apex) ? &w->items[*next]
	                                                                   : NULL;
}

static struct file_identity identify_timeline(const struct config_zone *zone)
{
	char path[PATH_MAX];

	return zone_key_ending_path(path, zone->keys, &zone->apex, ZONE_KEYS_TIMELINE)
	               ? file_identify(path)
	               : (struct file_identity){ 0 };
}

/* Fills `fresh` with what was read of each zone, and with the first timeline that has changed
 * since. */
static const struct name *compare_timelines(const struct timeline_watch *w,
        struct timeline_watch *fresh, const struct zone_policy *policy)
{
	const struct name *changed = NULL;
	unsigned next = 0;

	for (unsigned i = 0; i < zone_policy_signing(policy)->zone_count; i++) {
		const struct config_zone *zone = zone_policy_zone(policy, i);
		if (!zone || !zone->is_kept)
			continue;
		struct watched_timeline *item = &fresh->items[fresh->count++];
		const struct watched_timeline *before = seen_before(w, &zone->apex, &next);
		item->apex = zone->apex;
		item->identity = before ? before->identity : zone_policy_timeline(policy, i);
		if (changed)
			continue;
		fresh->found = identify_timeline(zone);
		fresh->changed = fresh->count - 1;
		if (!file_is_same(&item->identity, &fresh->found))
			changed = &zone->apex;
	}
	return changed;
}

const struct name *timeline_watch_look(
        struct timeline_watch *w, const struct zone_policy *policy, uint64_t now_ms)
{
	struct timeline_watch fresh = { .count = 0 };

	if (now_ms < w->due_ms)
		return NULL;
	fresh.items = calloc(zone_policy_signing(policy)->zone_count + 1, sizeof(*fresh.items));
	if (!fresh.items) {
		w->due_ms = now_ms + TIMELINE_WATCH_MS;
		return NULL;
	}
	const struct name *changed = compare_timelines(w, &fresh, policy);
	fresh.due_ms = now_ms + TIMELINE_WATCH_MS;
	free(w->items);
	*w = fresh;
	return changed;
}

void timeline_watch_note(struct timeline_watch *w)
{
	w->items[w->changed].identity = w->found;
	w->due_ms = 0;
}

int timeline_watch_wait_ms(const struct timeline_watch *w)
{
	return w->count > 0 ? TIMELINE_WATCH_MS : INT_MAX;
}

void timeline_watch_fini(struct timeline_watch *w)
{
	free(w->items);
	*w = (struct timeline_watch){ .count = 0 };
}
