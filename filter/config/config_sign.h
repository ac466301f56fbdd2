/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the configuration that are about signing. Private to config/. */
#ifndef CONFIG_CONFIG_SIGN_H
#define CONFIG_CONFIG_SIGN_H

#include "config/config_kinds.h"
#include "config/config_reader.h"

extern const struct config_kind kind_zones; /* struct config_zones */

/* Checks what the role "signer" needs, and that its keys fit together. Says what does not. */
bool config_signer_fits(struct config_reader *r, config_t *file);

#endif
