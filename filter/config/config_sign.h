/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keys of a configuration that are about signing hold. Private to config/. */
#ifndef CONFIG_CONFIG_SIGN_H
#define CONFIG_CONFIG_SIGN_H

#include "config/config_reader.h"

/* What belongs to the signer. The first two return false when the value is nothing of that, without
 * a word; the others say what is wrong. */
bool reading_servers(const config_setting_t *s, struct config_servers *servers);
bool reading_networks(const config_setting_t *s, struct config_networks *networks);
bool reading_zones(struct reading *r, const config_setting_t *s, struct config_zones *zones);
bool reading_signer_fits(struct reading *r, config_t *file);

#endif
