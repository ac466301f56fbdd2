/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The defaults of keys that follow the name of the instance. Private to config/. */
#ifndef CONFIG_CONFIG_INSTANCE_H
#define CONFIG_CONFIG_INSTANCE_H

#include <libconfig.h>

#include "config/config.h"

/* Puts the defaults of the instance `name`, or, if that is NULL, of the one that the file names
 * into `c`, before the keys of the file are read. A name in the file that is no good changes
 * nothing here: the key `instance` itself is refused later. */
void config_instance_defaults(struct config *c, const config_t *file, const char *name);

/* Makes the defaults in `c` those of the instance `name`, which is "" or good. They also depend on
 * `c->role` and `c->sign_place`. */
void config_instance_take(struct config *c, const char *name);

#endif
