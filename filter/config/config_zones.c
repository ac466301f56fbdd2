/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_zones.h"

#include <stdlib.h>

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

void config_zones_fini(struct config_zones *zones)
{
	free(zones->items);
	free(zones->cuts);
	free(zones->speakers);
	*zones = (struct config_zones){ 0 };
}
