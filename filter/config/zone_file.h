/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in the directory of zones (zone_directory.h): one zone. */
#ifndef CONFIG_ZONE_FILE_H
#define CONFIG_ZONE_FILE_H

#include "base/complaint.h"
#include "config/config.h"

/* Reads a file that has the members of a zone, or none of them, and no name: that is `apex`. The
 * rest of the configuration is `c`. Returns true, and `zones` has one zone, to be freed with
 * config_zones_fini(); or false with a complaint. */
bool zone_file_read(struct config_zones *zones, const char *path, const struct name *apex,
        const struct config *c, struct complaint *error);

#endif
