/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads one zone that a signer signs: an entry of sign.zones, or a file in sign.zones_directory. */
#ifndef CONFIG_CONFIG_ZONE_H
#define CONFIG_CONFIG_ZONE_H

#include "config/config_reader.h"

/* Appends the zone of the group `s`. Returns false after saying what is wrong; then the list is to be given up. Private
 * to config/. */
bool config_zone_read(
        struct config_reader *r, const config_setting_t *s, struct config_zones *zones);

/* True if all servers of the zone of the group `s` are servers that are signed for; otherwise none of their answers
 * would ever be signed. Says which is not. Private to config/. */
bool config_zone_speakers_fit(struct config_reader *r, const config_setting_t *s,
        const struct config_zone *zone, const struct config_zones *zones,
        const struct config_servers *servers);

/* Reads a file that has the members of a zone, or none of them, and no name: that is `apex`. `servers` is sign.servers.
 * Returns true, and `zones` has one zone, to be freed with config_zones_fini(); or false with a complaint. */
bool config_zone_read_file(struct config_zones *zones, const char *path, const struct name *apex,
        const struct config_servers *servers, struct complaint *error);

#endif
