/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/zone_find.h"

#include "config/zone_directory.h"
#include "config/zone_file.h"

static bool is_no_zone(const struct name *apex, struct complaint *error)
{
	char name[NAME_TEXT_SIZE];

	complaint_set(error,
	        "%s is no zone of the configuration (sign.zones, sign.zones_directory)",
	        name_text(apex, name));
	return false;
}

static bool find_in_directory(const struct config *c, const struct name *apex,
        struct config_zone *zone, struct complaint *error)
{
	struct zone_directory d;
	struct config_zones read;

	if (zone_directory_list(&d, c->sign_zones_directory, &c->sign_zones, error) < 0)
		return false;
	const struct zone_file *file = zone_directory_find(&d, apex);
	bool good =
	        file ? zone_file_read(&read, file->path, apex, c, error) : is_no_zone(apex, error);
	if (good) {
		*zone = read.items[0];
		config_zones_fini(&read);
	}
	zone_directory_fini(&d);
	return good;
}

bool zone_find(const struct config *c, const struct name *apex, struct config_zone *zone,
        struct complaint *error)
{
	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (!name_equal(&c->sign_zones.items[i].apex, apex))
			continue;
		*zone = c->sign_zones.items[i];
		return true;
	}
	return c->sign_zones_directory[0] ? find_in_directory(c, apex, zone, error)
	                                  : is_no_zone(apex, error);
}
