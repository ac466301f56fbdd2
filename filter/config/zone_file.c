/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/zone_file.h"

#include <errno.h>
#include <stdio.h>

#include "base/file.h"
#include "config/config_zone.h"

bool zone_file_read(struct config_zones *zones, const char *path, const struct name *apex,
        const struct config_servers *servers, struct complaint *error)
{
	struct config_reader r = { .path = path, .error = error };
	FILE *stream = fopen(path, "re");
	config_t file;

	*zones = (struct config_zones){ 0 };
	if (!stream)
		return reader_wrong(&r, NULL, "%s", file_why(path, errno));
	bool good = reader_tree(&r, stream, &file) &&
	            config_zone_read_nameless(&r, config_root_setting(&file), apex, servers, zones);
	fclose(stream);
	config_destroy(&file);
	if (!good)
		config_zones_fini(zones);
	return good;
}
