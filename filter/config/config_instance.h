/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The defaults of keys that follow the name of the instance. Private to config/. */
#ifndef CONFIG_CONFIG_INSTANCE_H
#define CONFIG_CONFIG_INSTANCE_H

#include "config/config_reader.h"

/* Puts the defaults of the instance that the file names into `r->config`, before the keys of the file are
 * read. A name that is no good changes nothing here: the key `instance` itself is refused later. */
void config_instance_defaults(struct config_reader *r, const config_t *file);

#endif
