/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_seating.h"

#include <stdlib.h>

#include "daemon/zone_policy_private.h"

/* Returns the seat of a zone in the former policy, or NULL. Most zones come in the order of the
 * former policy, so the one at `*next` is tried first. */
static const struct zone_seat *find_seat(
        const struct zone_policy *former, const struct name *apex, unsigned *next)
{
	if (!former)
		return NULL;
	const struct sign_zone *zones = former->signing.zones;
	const struct sign_zone *zone = *next < former->count && name_equal(&zones[*next].apex, apex)
	                                       ? &zones[*next]
	                                       : sign_policy_apex(&former->policy, apex);
	if (!zone)
		return NULL;
	*next = (unsigned)(zone - zones) + 1;
	return &former->seats[zone - zones];
}

/* Returns false if memory is short. */
static bool seat_zone(struct zone_policy *z, const struct zone_policy *former,
        const struct zone_source *source, unsigned *next, struct zone_reading *how)
{
	const struct zone_seat *before = find_seat(former, zone_source_apex(source), next);
	int result = zone_seat_take(&z->seats[z->count], before, source, how);

	if (result < 0)
		return false;
	z->count++;
	z->counts.added += !before;
	z->counts.gone -= before != NULL; /* of all that were there before */
	z->counts.changed += before && result > 0;
	return true;
}

static bool seat_listed(struct zone_policy *z, const struct zone_policy *former,
        const struct config *c, struct zone_reading *how)
{
	unsigned next = 0;

	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (!seat_zone(z, former, &(struct zone_source){ c, i, NULL }, &next, how))
			return false;
	}
	return true;
}

static bool seat_file(struct zone_policy *z, const struct wanted_zones *w, struct zone_directory *d,
        unsigned index, unsigned *next, struct zone_reading *how)
{
	struct zone_file *file = &d->files[index];

	if (file->is_double)
		return true;
	zone_directory_identify(d, file);
	return seat_zone(z, w->former, &(struct zone_source){ w->config, 0, file }, next, how);
}

/* Reads each zone that changed. Returns false if memory is short. */
static bool seat_all(struct zone_policy *z, const struct wanted_zones *w, struct zone_directory *d,
        struct zone_reading *how)
{
	unsigned next = 0;
	bool good = seat_listed(z, w->former, w->config, how);

	for (unsigned i = 0; good && i < d->count; i++)
		good = seat_file(z, w, d, i, &next, how);
	return good;
}

/* Leaves all zones as they are but for one, which is read if it is configured. Returns false if
 * memory is short. */
static bool seat_one(struct zone_policy *z, const struct wanted_zones *w, struct zone_directory *d,
        struct zone_reading *how)
{
	const struct config_zone *listed = config_zone_of(&w->config->sign_zones, w->apex);
	const struct zone_file *file = zone_directory_find(d, w->apex);
	unsigned next = 0;

	for (unsigned i = 0; i < w->former->count; i++) {
		if (name_equal(zone_seat_apex(&w->former->seats[i]), w->apex))
			continue;
		zone_seat_stay(&z->seats[z->count++], &w->former->seats[i]);
		z->counts.gone--;
	}
	if (listed && name_equal(&listed->apex, w->apex)) {
		unsigned index = (unsigned)(listed - w->config->sign_zones.items);
		return seat_zone(
		        z, w->former, &(struct zone_source){ w->config, index, NULL }, &next, how);
	}
	return !file || seat_file(z, w, d, (unsigned)(file - d->files), &next, how);
}

/* Returns false if memory is short. */
static bool seat_wanted(struct zone_policy *z, const struct wanted_zones *w,
        struct zone_directory *d, struct zone_reading *how)
{
	static const struct zone_strays none;
	unsigned before = w->former ? w->former->count : 0;

	z->counts.gone = before;
	z->seats = calloc(
	        (size_t)w->config->sign_zones.count + d->count + before + 1, sizeof(*z->seats));
	if (!z->seats || !zone_strays_take(&z->strays, w->former ? &w->former->strays : &none, d))
		return false;
	return w->apex ? seat_one(z, w, d, how) : seat_all(z, w, d, how);
}

int zone_seating_read(struct zone_policy *z, const struct wanted_zones *w, struct zone_reading *how,
        struct complaint *why)
{
	const struct config *c = w->config;
	struct zone_directory d = { 0 };

	if (c->sign_zones_directory[0] &&
	        zone_directory_list(&d, c->sign_zones_directory, &c->sign_zones, why) < 0)
		return -1;
	bool good = seat_wanted(z, w, &d, how);
	zone_directory_fini(&d);
	if (!good)
		complaint_no_memory(why);
	return good ? 0 : -1;
}
