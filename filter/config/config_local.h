/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kind of configuration keys that name local names. Private to config/. */
#ifndef CONFIG_CONFIG_LOCAL_H
#define CONFIG_CONFIG_LOCAL_H

#include "config/config_kinds.h"

/* struct local_names *; the key's `text` has the default, separated by spaces. */
extern const struct config_kind kind_local_names;

#endif
