/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads one zone that a signer signs: an entry of sign.zones, or what is in a file of its own
 * (zone_file.h). Private to config/. */
#ifndef CONFIG_CONFIG_ZONE_H
#define CONFIG_CONFIG_ZONE_H

#include "config/config_reader.h"

/* Appends the zone of the group `s`. Returns false after saying what is wrong; then the list is to
 * be given up. */
bool config_zone_read(
        struct config_reader *r, const config_setting_t *s, struct config_zones *zones);

/* True if all servers of the zone of the group `s` are servers that are signed for; otherwise none
 * of their answers would ever be signed. Says which is not. */
bool config_zone_speakers_fit(struct config_reader *r, const config_setting_t *s,
        const struct config_zone *zone, const struct config_zones *zones,
        const struct config_servers *servers);

/* Appends the zone of a group without a name, which is `apex`. `servers` is sign.servers. Returns
 * false likewise. */
bool config_zone_read_nameless(struct config_reader *r, const config_setting_t *root,
        const struct name *apex, const struct config_servers *servers, struct config_zones *zones);

#endif
