/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One zone by its name, wherever the configuration has it. */
#ifndef CONFIG_ZONE_FIND_H
#define CONFIG_ZONE_FIND_H

#include "base/complaint.h"
#include "config/config.h"

/* Copies what sign.zones, or a file of sign.zones_directory, says of the zone; the members that
 * refer to lists of other things (cuts, servers) have no meaning in the copy. Returns false with a
 * complaint if the zone is not there, or if its file cannot be read. */
bool zone_find(const struct config *c, const struct name *apex, struct config_zone *zone,
        struct complaint *error);

#endif
