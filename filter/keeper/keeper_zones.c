/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_zones.h"

#include <stdlib.h>

#include "base/log.h"
#include "config/config_keeper.h"
#include "config/zone_directory.h"
#include "config/zone_file.h"

/* Returns a place for one more zone; NULL if memory is short. */
static struct keeper_zone *new_keeper_zone(struct keeper_zones *zones)
{
	struct keeper_zone **items =
	        reallocarray(zones->items, zones->count + 1, sizeof(*zones->items));

	if (!items)
		return NULL;
	zones->items = items;
	items[zones->count] = calloc(1, sizeof(**items));
	return items[zones->count];
}

/* Returns false if memory is short. */
static bool add_kept_zone(
        struct keeper_zones *zones, const struct config *c, const struct config_zone *configured)
{
	struct life_policy policy;
	struct complaint why;
	char name[NAME_TEXT_SIZE];

	if (!configured->is_kept)
		return true;
	if (!config_keeper_policy(c, configured, &policy, &why)) {
		log_error("%s: not looked after: %s", name_text(&configured->apex, name), why.text);
		return true;
	}
	struct keeper_zone *zone = new_keeper_zone(zones);
	if (!zone)
		return false;
	kept_zone_init(&zone->kept, &configured->apex);
	zone->unseen_since_s = -1;
	zone->policy = policy;
	zones->count++;
	return true;
}

static bool add_zone_of_file(
        struct keeper_zones *zones, const struct config *c, const struct zone_file *file)
{
	struct config_zones read;
	struct complaint why;

	if (file->is_double)
		return true;
	if (!zone_file_read(&read, file->path, &file->apex, c, &why)) {
		log_error("%s", why.text);
		return true;
	}
	bool good = add_kept_zone(zones, c, &read.items[0]);
	config_zones_fini(&read);
	return good;
}

static bool add_directory(
        struct keeper_zones *zones, const struct config *c, struct complaint *error)
{
	struct zone_directory d;
	bool good = true;

	if (!c->sign_zones_directory[0])
		return true;
	if (zone_directory_list(&d, c->sign_zones_directory, &c->sign_zones, error) < 0)
		return false;
	for (unsigned i = 0; i < d.fault_count; i++)
		log_error("%s", d.faults[i]);
	for (unsigned i = 0; good && i < d.count; i++)
		good = add_zone_of_file(zones, c, &d.files[i]);
	zone_directory_fini(&d);
	if (!good)
		complaint_no_memory(error);
	return good;
}

bool keeper_zones_list(struct keeper_zones *zones, const struct config *c, struct complaint *error)
{
	*zones = (struct keeper_zones){ .count = 0 };
	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (!add_kept_zone(zones, c, &c->sign_zones.items[i])) {
			complaint_no_memory(error);
			keeper_zones_fini(zones);
			return false;
		}
	}
	if (add_directory(zones, c, error))
		return true;
	keeper_zones_fini(zones);
	return false;
}

void keeper_zones_fini(struct keeper_zones *zones)
{
	for (unsigned i = 0; i < zones->count; i++) {
		zone_sight_fini(&zones->items[i]->sight);
		free(zones->items[i]);
	}
	free(zones->items);
	*zones = (struct keeper_zones){ .count = 0 };
}

void keeper_zones_hasten(struct keeper_zones *zones)
{
	for (unsigned i = 0; i < zones->count; i++)
		zones->items[i]->due_s = 0;
}

struct keeper_zone *keeper_zones_next(const struct keeper_zones *zones)
{
	struct keeper_zone *first = NULL;

	for (unsigned i = 0; i < zones->count; i++) {
		struct keeper_zone *zone = zones->items[i];
		if (!zone->is_looked_at && (!first || zone->due_s < first->due_s))
			first = zone;
	}
	return first;
}

uint64_t keeper_zones_oldest_look_ms(const struct keeper_zones *zones)
{
	uint64_t oldest_ms = UINT64_MAX;

	for (unsigned i = 0; i < zones->count; i++) {
		const struct keeper_zone *zone = zones->items[i];
		if (zone->is_looked_at && zone->look_began_ms < oldest_ms)
			oldest_ms = zone->look_began_ms;
	}
	return oldest_ms;
}

struct keeper_zone *keeper_zones_find(const struct keeper_zones *zones, const struct name *name)
{
	for (unsigned i = 0; i < zones->count; i++) {
		if (name_equal(&zones->items[i]->kept.name, name))
			return zones->items[i];
	}
	return NULL;
}
