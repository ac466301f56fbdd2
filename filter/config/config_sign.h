/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading of the configuration's keys that are about signing. Private to config/. */
#ifndef CONFIG_CONFIG_SIGN_H
#define CONFIG_CONFIG_SIGN_H

#include "config/config_reader.h"

/* The first two return false if the value is none of its kind, without a word; the others say what is
 * wrong. */
bool reading_servers(const config_setting_t *s, struct config_servers *servers);
bool reading_networks(const config_setting_t *s, struct config_networks *networks);
bool reading_zones(struct reading *r, const config_setting_t *s, struct config_zones *zones);
bool reading_signer_fits(struct reading *r, config_t *file);

#endif
